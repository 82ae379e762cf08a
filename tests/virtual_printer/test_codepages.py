from __future__ import annotations

import pytest

from wix_printer_service.virtual_printer import render
from wix_printer_service.virtual_printer.codepages import CODE_PAGES, characters


@pytest.mark.parametrize(
    ("page", "code", "character"),
    [
        (0, 0x82, "é"),
        (1, 0x82, "é"),
        (2, 0xE1, "ß"),
        (3, 0x84, "ã"),
        (4, 0x84, "Â"),
        (5, 0x9B, "ø"),
        (13, 0x9F, "ş"),
        (14, 0x98, "α"),
        (15, 0xE1, "α"),
        (16, 0x80, "€"),
        (17, 0x81, "Б"),
        (18, 0x88, "ł"),
        (19, 0xD5, "€"),
        (32, 0xA0, "ب"),
        (33, 0x88, "ł"),
        (34, 0xA3, "Б"),
        (35, 0x8B, "Ð"),
        (36, 0x80, "א"),
        (37, 0xA9, "\ufe8f"),
        (38, 0xD6, "α"),
        (39, 0xB3, "ł"),
        (40, 0xA4, "€"),
        (45, 0xB3, "ł"),
        (46, 0xC1, "Б"),
        (47, 0xE1, "α"),
        (48, 0xFE, "ş"),
        (49, 0xE0, "א"),
        (50, 0xC8, "ب"),
        (51, 0xF9, "ł"),
        (52, 0xFE, "₫"),
    ],
)
def test_every_page_has_epson_s_number(page, code, character):
    assert characters(page)[code] == character
    (receipt,) = render(b"\x1bt" + bytes([page, code]) + b"\n")
    assert receipt.text == character


@pytest.mark.parametrize("page", CODE_PAGES)
def test_every_page_is_ascii_below_and_printable_above(page):
    page_characters = characters(page)
    assert len(page_characters) == 256
    assert page_characters[0x20:0x7F] == bytes(range(0x20, 0x7F)).decode()
    assert not any(
        character.isspace() for character in page_characters[0x80:] if character != "\xa0"
    )


def test_the_table_above_is_complete():
    assert len(CODE_PAGES) == 30
