"""The virtual printer's folder when it can no longer be written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.printing.transport_rigs import ROWS_PER_RECEIPT, connect_to, job
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_that_vanished_has_nothing_of_the_job(tmp_path: Path) -> None:
    folder = tmp_path / "receipts"
    printer = connect_to(f"virtual://{folder}")
    printer.open()
    folder.rmdir()
    folder.touch()
    with pytest.raises(PrinterUnavailableError, match="receipts cannot write: is the disk full"):
        printer.send(job(100))
    printer.close()
    folder.unlink()
    printer.open()
    printer.send(job(100))
    printer.close()
    assert len(list(folder.glob("*.txt"))) == 1


def test_a_disk_that_fills_up_between_two_receipts_of_a_job_leaves_it_uncertain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_after_the_first(old: Path, new: Path) -> None:
        if new.name.startswith("000002"):
            raise OSError(28, "No space left on device")
        old.replace(new)

    monkeypatch.setattr("pathlib.Path.rename", stop_after_the_first)
    printer = connect_to(f"virtual://{tmp_path}")
    printer.open()
    with pytest.raises(SendInterruptedError, match="cannot write"):
        printer.send(job(44 * (ROWS_PER_RECEIPT + 1)))
    printer.close()


def test_what_stands_after_the_last_cut_is_written_too(tmp_path: Path) -> None:
    printer = connect_to(f"virtual://{tmp_path}")
    printer.open()
    printer.send(b"no cut\n")
    printer.close()
    assert (tmp_path / "000001.txt").read_text() == "no cut\n"


def test_a_relative_folder_lies_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    printer = connect_to("virtual://var/receipts")
    printer.open()
    printer.send(job(100))
    printer.close()
    assert (tmp_path / "var" / "receipts" / "000001.png").exists()
