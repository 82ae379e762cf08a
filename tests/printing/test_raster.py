from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from PIL import Image, ImageChops

from wix_printer_service.printing import fonts, raster
from wix_printer_service.printing.rows import Row
from wix_printer_service.printing.writing import LATIN, writing_of
from wix_printer_service.receipts.document import NORMAL, Align, Style
from wix_printer_service.virtual_printer import render as print_virtually

CELL = 12


@pytest.fixture(autouse=True)
def no_system_fonts(tmp_path, monkeypatch):
    """The same fonts on every machine."""
    monkeypatch.setattr(fonts, "SYSTEM_FONTS", tmp_path)
    for remembered in (fonts._system_fonts, fonts.font_for):
        remembered.cache_clear()
    yield
    for remembered in (fonts._system_fonts, fonts.font_for):
        remembered.cache_clear()


def drawn(text: str, style: Style = NORMAL, cell: int = CELL, **parts: Any) -> Image.Image:
    return raster.draw_row(Row(text, style, writing=writing_of(text), **parts), cell)


def ink(image: Image.Image) -> int:
    return image.convert("L").histogram()[255]


def columns(image: Image.Image, start: int, end: int) -> Image.Image:
    return image.crop((start * CELL, 0, end * CELL, image.height))


def printed_text(text: str, style: bytes = b"") -> Image.Image:
    """The same row as a printer's own characters; ink is set."""
    (receipt,) = print_virtually(style + text.encode("cp437") + b"\n\x1dV\x00")
    return ImageChops.invert(receipt.image.convert("L")).convert("1")


# --- rows ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("style", "command"),
    [
        (NORMAL, b""),
        (Style(height=2), b"\x1d!\x01"),
        (Style(width=3, height=3), b"\x1d!\x22"),
        (Style(width=2, height=2, bold=True), b"\x1d!\x11\x1bE\x01"),
        (Style(width=2, height=2, inverse=True), b"\x1d!\x11\x1dB\x01"),
    ],
)
def test_a_drawn_row_looks_like_a_printed_one(style, command):
    text = " 2x Pizza "
    picture = raster.placed(drawn(text, style), 0)
    printed = printed_text(text, command).crop((0, 0, *picture.size))
    assert picture.width == -(-len(text) * CELL * style.width // 8) * 8
    difference = ink(ImageChops.logical_xor(picture, printed))
    assert difference < 0.3 * ink(printed)


def test_letters_of_one_width_stand_in_their_own_columns():
    row = drawn("★   ★")
    assert columns(row, 4, 5).tobytes() == drawn("★").tobytes()
    assert ink(columns(row, 1, 4)) == 0


@pytest.mark.parametrize("text", ["★★★★", "北京", "தமிழ்", "ᏣᎳᎩᎦ", "🍕🍕"])
def test_a_font_that_is_too_wide_is_squeezed_into_its_columns(text):
    narrow = drawn(text, cell=6)
    assert narrow.width == 24
    assert 15 < narrow.getbbox()[2] <= 24


def test_chinese_characters_fill_two_columns():
    row = drawn("国国")
    assert columns(row, 0, 2).tobytes() == columns(row, 2, 4).tobytes()


def test_the_first_letter_of_a_right_to_left_row_stands_rightmost():
    large = Style(width=3, height=3)
    row, shin, mem = (drawn(text, large, cell=24) for text in ("ש ם", "ש", "ם"))

    def differs_at_the_right_from(letter: Image.Image) -> int:
        left, top, right, bottom = letter.getbbox()
        end = row.getbbox()[2]
        there = row.crop((end - (right - left), top, end, bottom))
        return ink(ImageChops.logical_xor(there, letter.crop((left, top, right, bottom))))

    assert 4 * differs_at_the_right_from(shin) < differs_at_the_right_from(mem)


@pytest.mark.parametrize("text", ["سلام", "בבקשה", "ผัดไทย"])
def test_high_letters_with_room_keep_the_shape_of_the_font(text):
    large = drawn(text, Style(width=2, height=2))
    high = drawn(text, Style(height=2), room=2)
    squeezed = drawn(text, Style(height=2))
    assert high.tobytes() == large.tobytes()
    assert squeezed.width == high.width // 2


def test_a_drawn_banner_is_black_from_edge_to_edge():
    style = Style(width=2, inverse=True)
    row = drawn("★", style, left=3, right=4)
    assert row.width == (3 + 2 + 4) * CELL
    assert ink(columns(row, 0, 3)) == 3 * CELL * row.height
    assert ink(columns(row, 5, 9)) == 4 * CELL * row.height
    assert columns(row, 3, 5).tobytes() == drawn("★", style).tobytes()


def test_right_to_left_words_stand_in_the_alignment_of_their_surroundings():
    ends = {
        align: drawn("سلام", Style(align=align)).getbbox()[::2]
        for align in (Align.LEFT, Align.CENTER, Align.RIGHT)
    }
    assert ends[Align.LEFT][0] < ends[Align.CENTER][0] < ends[Align.RIGHT][0]
    assert ends[Align.RIGHT][1] > 4 * CELL - 3


def test_what_is_before_and_after_the_words_keeps_its_columns():
    row = drawn("سلام", before="2 x ", after="   9,50")
    assert columns(row, 0, 4).getbbox() == drawn("2 x ").getbbox()
    assert columns(row, 11, 15).tobytes() == drawn("9,50").crop((0, 0, 48, row.height)).tobytes()
    assert ink(columns(row, 8, 11)) == 0


@pytest.mark.parametrize("text", ["ที่", "Ễ", "الله\u0651", "X\u0302\u0301\u0303\u0301"])
def test_a_row_is_as_high_as_its_letters(text):
    tall = drawn(text)
    assert tall.height > raster.CELL_HEIGHT
    top, bottom = tall.getbbox()[1::2]
    assert top in {2, 3} or tall.height - bottom in {2, 3}
    assert drawn("M").height == raster.CELL_HEIGHT


def test_bold_is_blacker():
    plain, bold = (drawn("北", Style(bold=bold)) for bold in (False, True))
    assert ink(bold) > 1.1 * ink(plain)


def test_arabic_letters_are_joined_unless_the_guest_keeps_them_apart():
    assert gaps(drawn("سلم")) == 0
    assert gaps(drawn("س\u200cل\u200cم")) == 2


def gaps(picture: Image.Image) -> int:
    """Count the places at which nothing joins what is left and right of them."""
    left, _top, right, _bottom = picture.getbbox()
    inked = [bool(ink(picture.crop((x, 0, x + 1, picture.height)))) for x in range(left, right)]
    return sum(before and not after for before, after in pairwise(inked))


def test_nothing_is_a_picture_without_width():
    assert drawn("").width == 0
    assert writing_of("") == LATIN


def test_a_picture_is_placed_where_it_belongs_and_as_high_as_a_row():
    strip = raster.placed(Image.new("1", (10, 24), 255), 100)
    assert strip.size == (112, raster.LINE_HEIGHT)
    assert strip.getbbox() == (100, 0, 110, 24)


# --- real-time commands -------------------------------------------------------------------------


@pytest.mark.parametrize("letter", [0x04, 0x05, 0x14])
def test_no_picture_holds_a_real_time_command(letter):
    picture = Image.frombytes("1", (16, 2), bytes([0x10, letter, 0x00, 0x10]))
    safe = raster.harmless(picture)
    assert safe.tobytes() == bytes([0x18, letter, 0x00, 0x10])


def test_only_real_time_commands_change_a_picture():
    noise = random.Random(1)
    data = bytes(noise.choice((0x10, 0x04, 0x05, 0x14, 0xFF)) for _ in range(72 * 30))
    safe = raster.harmless(Image.frombytes("1", (576, 30), data)).tobytes()
    for letter in (b"\x04", b"\x05", b"\x14"):
        assert b"\x10" + letter in data
        assert b"\x10" + letter not in safe
    changed = [(a, b) for a, b in zip(data, safe, strict=True) if a != b]
    assert set(changed) == {(0x10, 0x18)}
