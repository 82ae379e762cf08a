from __future__ import annotations

import pytest

from wix_printer_service.virtual_printer import Breakdown, Faults, PaperState
from wix_printer_service.virtual_printer.faults_file import (
    FILE_NAME,
    clear_faults,
    read_faults,
    write_faults,
)

SOME = Faults(paper=PaperState.OUT, error=Breakdown.CUTTER, bytes_per_second=7.0, die_after=3)


def test_faults_are_read_as_they_were_written(tmp_path):
    write_faults(tmp_path / "receipts", SOME)
    assert read_faults(tmp_path / "receipts") == SOME


def test_cleared_faults_are_gone_and_may_be_cleared_again(tmp_path):
    write_faults(tmp_path, SOME)
    clear_faults(tmp_path)
    clear_faults(tmp_path)
    assert read_faults(tmp_path) == Faults()


def test_a_folder_without_the_file_has_no_faults(tmp_path):
    assert read_faults(tmp_path / "missing") == Faults()


def test_a_file_by_hand_may_leave_things_out(tmp_path):
    (tmp_path / FILE_NAME).write_text('{"cover_open": true, "since": "noon"}')
    assert read_faults(tmp_path) == Faults(cover_open=True)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"paper": "wet"}', '{"offline": "perhaps"}'])
def test_a_file_that_makes_no_sense_is_no_fault(tmp_path, content):
    (tmp_path / FILE_NAME).write_text(content)
    assert read_faults(tmp_path) == Faults()
