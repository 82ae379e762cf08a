"""The tool that holds receipts to their golden ones notices every change and shows it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.golden.pages import contact_sheet, write_page
from tests.golden.shelf import Shelf
from wix_printer_service.virtual_printer import PrintedReceipt

if TYPE_CHECKING:
    from pathlib import Path

NAME = "pickup/kitchen-80-de"


def receipt(text: str = "2x Pizza\n1x Tiramisu", **more: object) -> PrintedReceipt:
    return PrintedReceipt(Image.new("1", (80, 40)), text, **more)


def with_a_dot(printed: PrintedReceipt) -> PrintedReceipt:
    image = printed.image.copy()
    image.putpixel((7, 7), 1)
    return replace(printed, image=image)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """One golden receipt."""
    shelf = Shelf(tmp_path / "golden", tmp_path / "new")
    assert shelf.difference(NAME, receipt())
    shelf.accept(NAME)
    return shelf


def test_what_was_accepted_is_golden(shelf: Shelf):
    assert shelf.difference(NAME, receipt()) is None
    assert shelf.names() == {NAME}


@pytest.mark.parametrize(
    "changed",
    [
        receipt("2x Pizza\n1x Tiramisù"),
        with_a_dot(receipt()),
        replace(receipt(), image=Image.new("1", (79, 40))),
        receipt(warnings=("the drawer does not open",)),
    ],
    ids=["text", "dot", "size", "warning"],
)
def test_every_change_is_noticed_and_names_both_pictures(shelf: Shelf, changed: PrintedReceipt):
    said = str(shelf.difference(NAME, changed))
    assert f"golden: {shelf.golden / NAME}.png" in said
    assert f"new:    {shelf.new / NAME}.png" in said
    assert "scripts/golden" in said


def test_the_rows_that_changed_are_told(shelf: Shelf):
    difference = shelf.difference(NAME, receipt("3x Pizza\n1x Tiramisu"))
    assert difference is not None
    assert {"-2x Pizza", "+3x Pizza", " 1x Tiramisu"} < set(difference.rows)
    assert "+3x Pizza" in str(difference)


def test_the_new_receipt_lies_beside_until_it_is_as_before(shelf: Shelf):
    shelf.difference(NAME, receipt("3x Pizza"))
    new = (shelf.new / NAME).with_suffix(".txt")
    assert new.read_text("utf-8") == "3x Pizza\n"
    shelf.difference(NAME, receipt())
    assert [path for path in shelf.new.rglob("*") if path.is_file()] == []


def test_a_receipt_without_a_golden_one_is_a_difference(shelf: Shelf):
    assert shelf.difference("pickup/driver-80-de", receipt())


def test_a_golden_receipt_that_nothing_prints_can_be_forgotten(shelf: Shelf):
    shelf.forget(NAME)
    assert shelf.names() == set()


def test_the_page_shows_both_pictures_and_what_the_text_says(shelf: Shelf, tmp_path: Path):
    difference = shelf.difference(NAME, receipt("3x Pizza & Pasta"))
    assert difference is not None
    page = write_page(tmp_path / "page" / "index.html", {NAME: difference}).read_text("utf-8")
    assert f'src="../golden/{NAME}.png"' in page
    assert f'src="../new/{NAME}.png"' in page
    assert "+3x Pizza &amp; Pasta" in page


def test_a_sheet_has_room_for_every_picture():
    pictures = {name: Image.new("1", (80, 40)) for name in ("de", "en", "es", "fr")}
    sheet = contact_sheet(pictures)
    black = sheet.histogram()[0]
    assert black >= 4 * 80 * 40
