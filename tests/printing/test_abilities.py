"""What printers can do: by what they call themselves, each with a reason and a source."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from wix_printer_service.printing import learnt
from wix_printer_service.printing.abilities import (
    UNKNOWN_PRINTER,
    Ability,
    Quirk,
    by_model,
    quirks,
)

if TYPE_CHECKING:
    from pathlib import Path

CONNECTION = "tcp://192.0.2.10:9100"


@pytest.mark.parametrize("quirk", quirks(), ids=lambda quirk: f"{quirk.maker} {quirk.model}")
def test_every_entry_says_why_and_from_where(quirk: Quirk) -> None:
    assert len(quirk.reason) > 40
    assert len(quirk.source) > 20


@pytest.mark.parametrize("quirk", quirks(), ids=lambda quirk: f"{quirk.maker} {quirk.model}")
def test_only_a_maker_and_model_together_may_get_what_might_print_text(quirk: Quirk) -> None:
    if quirk.abilities.process_id.may_be_asked:
        assert not quirk.fits("EPSON", "")
        assert not quirk.fits("EPSON", "RP80")


@pytest.mark.parametrize(
    "model", ["TM-T88V", "TM-T88IV", "TM-T20II", "TM-m30III", "TM-T81", "tm-l90"]
)
def test_models_that_their_maker_names_are_asked_for_process_ids(model: str) -> None:
    assert by_model("EPSON", model).process_id is Ability.LISTED


@pytest.mark.parametrize("model", ["TM-T88III", "TM-U220B", "TM-U230", "TM-J2000"])
def test_models_that_their_maker_excludes_are_not(model: str) -> None:
    abilities = by_model("EPSON", model)
    assert abilities.process_id is Ability.ABSENT
    assert abilities.ordered_status is Ability.LISTED


@pytest.mark.parametrize(
    ("maker", "model"),
    [("EPSON", "RP80"), ("", ""), ("NoName", "POS-80"), ("XPRINTER", "XP-N160II"), ("EPSON", "TM")],
)
def test_nobody_else_is_asked_for_more_than_is_portable(maker: str, model: str) -> None:
    assert by_model(maker, model) == UNKNOWN_PRINTER
    assert UNKNOWN_PRINTER.ordered_status is Ability.UNTRIED
    assert not UNKNOWN_PRINTER.process_id.may_be_asked
    assert not UNKNOWN_PRINTER.automatic_status.may_be_asked
    assert not UNKNOWN_PRINTER.clear_buffers.may_be_asked


def test_what_was_learnt_is_kept_per_connection(tmp_path: Path) -> None:
    file = learnt.file_beside(tmp_path / "var" / "wix-printer.db")
    seen = replace(UNKNOWN_PRINTER, process_id=Ability.SEEN)
    learnt.write_down(file, CONNECTION, seen)
    learnt.write_down(file, "usb://04b8:0e28", UNKNOWN_PRINTER)
    assert learnt.look_up(file, CONNECTION) == seen
    assert learnt.look_up(file, "usb://04b8:0e28") == UNKNOWN_PRINTER
    assert learnt.look_up(file, "cups://other") is None
    assert json.loads(file.read_text())[CONNECTION]["process_id"] == "seen"


def test_nothing_is_learnt_without_a_file(tmp_path: Path) -> None:
    assert learnt.look_up(None, CONNECTION) is None
    assert learnt.look_up(tmp_path / "missing.json", CONNECTION) is None


SENSELESS = [
    "",
    "no json",
    "[]",
    f'{{"{CONNECTION}": 7}}',
    f'{{"{CONNECTION}": {{"fly": "seen"}}}}',
    f'{{"{CONNECTION}": {{"process_id": "perhaps"}}}}',
]


@pytest.mark.parametrize("content", SENSELESS)
def test_a_file_that_makes_no_sense_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    file = tmp_path / learnt.FILE_NAME
    file.write_text(content)
    assert learnt.look_up(file, CONNECTION) is None


@pytest.mark.parametrize("content", SENSELESS)
def test_a_file_that_makes_no_sense_is_replaced(tmp_path: Path, content: str) -> None:
    file = tmp_path / learnt.FILE_NAME
    file.write_text(content)
    learnt.write_down(file, CONNECTION, UNKNOWN_PRINTER)
    assert learnt.look_up(file, CONNECTION) == UNKNOWN_PRINTER
