"""What a document asks of a printer besides printing text: cut, drawer, beeps and logo."""

from __future__ import annotations

import pytest
from PIL import Image

from wix_printer_service.printing.rendering import Paper, _capabilities, render
from wix_printer_service.receipts.document import Cut, Document, Picture, Text
from wix_printer_service.virtual_printer import render as print_virtually

WIDE, NARROW = Paper.of(80), Paper.of(58)


def ticket(*blocks, paper: Paper = WIDE) -> bytes:
    return render(Document(blocks), paper)


@pytest.mark.parametrize(
    ("cut", "profile", "end"),
    [
        (Cut.PARTIAL, "default", b"\x1bd\x06\x1dV\x01"),
        (Cut.FULL, "default", b"\x1bd\x06\x1dV\x00"),
        (Cut.FULL, "TM-U220B", b"\x1bd\x06\x1dV\x01"),
        (Cut.NONE, "default", b"x\n\x1bd\x06"),
        (Cut.FULL, "POS-5890", b"x\n\x1bd\x06"),
    ],
)
def test_the_paper_is_cut_as_asked_and_as_the_printer_can(cut, profile, end):
    data = render(Document((Text("x"),), cut=cut), Paper.of(58, profile=profile))
    assert data.endswith(end)


def test_the_drawer_opens_before_anything_is_printed():
    data = render(Document((Text("x"),), opens_drawer=True), WIDE)
    assert data.startswith(b"\x1b@\x1bp\x00")
    assert data.index(b"\x1bp") < data.index(b"x")
    assert b"\x1bp" not in ticket(Text("x"))


def test_a_printer_without_a_drawer_gets_no_pulse(monkeypatch):
    features = _capabilities.CAPABILITIES["profiles"]["default"]["features"]
    monkeypatch.setitem(features, "pulseStandard", 0)
    assert b"\x1bp" not in render(Document((Text("x"),), opens_drawer=True), WIDE)


@pytest.mark.parametrize(("beeps", "command"), [(2, b"\x1bB\x02\x04"), (50, b"\x1bB\x09\x04")])
def test_the_printer_beeps_when_the_ticket_is_there(beeps, command):
    data = render(Document((Text("x"),), beeps=beeps), WIDE)
    assert data.endswith(b"x\n" + command + b"\x1bd\x06\x1dV\x01")


@pytest.mark.parametrize("beeps", [0, -1])
def test_without_beeps_the_printer_is_quiet(beeps):
    assert b"\x1bB" not in render(Document((Text("x"),), beeps=beeps), WIDE)


def test_a_logo_stands_in_the_middle_and_text_goes_on_below(tmp_path):
    Image.new("L", (96, 40)).save(tmp_path / "logo.png")
    data = ticket(Picture(tmp_path / "logo.png"), Text("x"), paper=NARROW)
    (receipt,) = print_virtually(data, NARROW.width_mm)
    assert receipt.warnings == ()
    black = receipt.image.convert("L").point(lambda grey: 255 - grey).crop((0, 0, 384, 40))
    assert black.getbbox() == (144, 0, 240, 40)
    assert receipt.text.split("\n")[1] == "x"


def test_a_logo_holds_no_real_time_command(tmp_path):
    Image.frombytes("1", (16, 1), b"\xef\xfb").convert("L").save(tmp_path / "logo.png")
    data = render(Document((Picture(tmp_path / "logo.png"),)), Paper(80, 16, 16, "default"))
    assert b"\x18\x04" in data
    assert b"\x10\x04" not in data


@pytest.mark.parametrize("profile", ["default", "TM-U220"])
def test_a_logo_that_cannot_be_printed_is_left_out(tmp_path, profile):
    if profile == "TM-U220":
        Image.new("L", (96, 40)).save(tmp_path / "logo.png")
    paper = Paper.of(80, profile=profile)
    blocks = (Picture(tmp_path / "logo.png"), Text("x"))
    assert ticket(*blocks, paper=paper) == ticket(Text("x"), paper=paper)
