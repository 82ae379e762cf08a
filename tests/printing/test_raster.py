from __future__ import annotations

import random
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from wix_printer_service.printing import fonts, raster
from wix_printer_service.printing.encoding import PREFERRED
from wix_printer_service.receipts.document import NORMAL, Style
from wix_printer_service.virtual_printer import render as print_virtually

BUNDLED = Path(str(files("barcode") / "fonts" / "DejaVuSansMono.ttf"))
ARABIC = "شاورما"
CELL = 12


def forget_fonts() -> None:
    for remembered in (fonts._paths, fonts.font_for, fonts.load):
        remembered.cache_clear()


@pytest.fixture
def system_fonts(tmp_path, monkeypatch):
    """An empty folder of system fonts."""
    monkeypatch.setattr(fonts, "SYSTEM_FONTS", tmp_path)
    forget_fonts()
    yield tmp_path
    forget_fonts()


def ink(image: Image.Image) -> int:
    return image.convert("L").histogram()[255]


def printed_text(text: str, style: bytes = b"") -> Image.Image:
    """The same row as a printer's own characters; ink is set."""
    (receipt,) = print_virtually(style + text.encode("cp437") + b"\n\x1dV\x00")
    return ImageChops.invert(receipt.image.convert("L")).convert("1")


# --- fonts --------------------------------------------------------------------------------------


def test_letters_are_cut_with_their_accents():
    assert list(fonts.clusters("ax\u0302\u0301b")) == ["a", "x\u0302\u0301", "b"]
    assert list(fonts.clusters("")) == []


@pytest.mark.parametrize("text", ["\u0301", " \u0301", "a\n\u0301", "\u200d\u0301"])
def test_an_accent_without_a_letter_stands_on_a_dotted_circle(text):
    assert list(fonts.clusters(text))[-1] == "\u25cc\u0301"


@given(st.text())
def test_cutting_loses_nothing(text):
    assert "".join(fonts.clusters(text)).replace("\u25cc", "") == text.replace("\u25cc", "")


@pytest.mark.usefixtures("system_fonts")
def test_the_bundled_font_has_every_character_of_every_page():
    for page in PREFERRED:
        for character in bytes(range(160, 255)).decode(page, errors="ignore"):
            if character not in "\u00a0\u00ad":
                assert fonts.font_for(character) == BUNDLED, character


@pytest.mark.usefixtures("system_fonts")
@pytest.mark.parametrize("character", ["中", "\U0001f336", "\ud800", "\U0010ffff", "\u0378"])
def test_a_character_that_no_font_has_has_no_font(character):
    assert fonts.font_for(character) is None
    assert fonts.font_for("x" + character) is None


@pytest.mark.usefixtures("system_fonts")
@pytest.mark.parametrize("cluster", ["x\u0302", "★", "☎", "ش", "ش\u200d", "→"])
def test_the_bundled_font_reaches_beyond_the_code_pages(cluster):
    assert fonts.font_for(cluster) == BUNDLED


def test_what_leaves_no_ink_counts_as_missing():
    assert fonts._has(BUNDLED, "M")
    assert not fonts._has(BUNDLED, "\u00a0")


def test_fonts_of_the_system_are_used_and_broken_ones_are_not(system_fonts):
    (system_fonts / "opentype").mkdir()
    # a name that no system has: Pillow looks for the name elsewhere if a file is broken
    (system_fonts / "opentype" / "unifont_broken.ttf").write_bytes(b"not a font")
    shutil.copy(BUNDLED, system_fonts / "DejaVuSans.ttf")
    shutil.copy(BUNDLED, system_fonts / "Unwanted.ttf")
    assert fonts._paths() == (BUNDLED, system_fonts / "DejaVuSans.ttf")


def test_without_the_bundled_font_nothing_is_drawn(system_fonts, monkeypatch):
    monkeypatch.setattr(fonts, "files", lambda _package: system_fonts)
    assert fonts.font_for("a") is None


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
    drawn = raster.placed(raster.draw_row(text, style, CELL), 0)
    printed = printed_text(text, command).crop((0, 0, *drawn.size))
    assert drawn.width == -(-len(text) * CELL * style.width // 8) * 8
    difference = ink(ImageChops.logical_xor(drawn, printed))
    assert difference < 0.25 * ink(printed)


def test_every_part_of_a_row_stands_in_its_own_columns():
    row = raster.draw_row("★   ★", NORMAL, CELL)
    alone = raster.draw_row("★", NORMAL, CELL)
    assert row.crop((4 * CELL, 0, 5 * CELL, row.height)).tobytes() == alone.tobytes()
    assert ink(row.crop((CELL, 0, 4 * CELL, row.height))) == 0


def test_a_font_that_is_too_wide_is_squeezed_into_its_columns():
    narrow = raster.draw_row("★★★★", NORMAL, 6)
    assert narrow.width == 24
    assert narrow.getbbox()[2] > 18


def test_other_fonts_step_in_for_the_characters_that_they_have(system_fonts, monkeypatch):
    other = system_fonts / "DejaVuSans.ttf"
    shutil.copy(BUNDLED, other)
    monkeypatch.setattr(fonts, "_has", lambda path, c: (path == other) == (c == "★"))
    assert raster._runs("a b★ ★c") == [(BUNDLED, "a b"), (other, "★ ★"), (BUNDLED, "c")]


def test_letters_taller_than_a_row_are_made_to_fit_and_not_cut_off(monkeypatch):
    monkeypatch.setattr(raster, "_FONT_SIZE", 40.0)
    tall = raster.draw_row("M", NORMAL, CELL)
    assert tall.size == (CELL, raster.CELL_HEIGHT)
    assert tall.getbbox()[1::2] == (0, raster.CELL_HEIGHT)


def test_bold_is_blacker():
    plain, bold = (raster.draw_row("M", Style(bold=bold), CELL) for bold in (False, True))
    assert ink(bold) > ink(plain)


@pytest.mark.skipif(not fonts.can_shape(), reason="Pillow cannot shape text here")
def test_arabic_letters_are_joined():
    joined = raster.draw_row(ARABIC, NORMAL, CELL)
    single = [raster.draw_row(letter, NORMAL, CELL) for letter in reversed(ARABIC)]
    apart = Image.new("1", joined.size)
    for position, letter in enumerate(single):
        apart.paste(letter, (position * CELL, 0))
    assert joined.tobytes() != apart.tobytes()


def test_without_shaping_right_to_left_text_at_least_runs_to_the_left(system_fonts, monkeypatch):
    assert system_fonts.is_dir()
    monkeypatch.setattr(fonts, "can_shape", lambda: False)
    row = raster.draw_row("دب", NORMAL, CELL)
    first = raster.draw_row("د", NORMAL, CELL)
    assert row.crop((CELL, 0, 2 * CELL, row.height)).tobytes() == first.tobytes()
    assert raster._reordered("ab") == "ab"


def test_a_joiner_alone_is_nothing():
    assert raster.draw_row("\u200d", NORMAL, CELL).width == 0


def test_a_picture_is_placed_where_it_belongs_and_as_high_as_a_row():
    strip = raster.placed(Image.new("1", (10, 24), 255), 100)
    assert strip.size == (112, raster.LINE_HEIGHT)
    assert strip.getbbox() == (100, 0, 110, 24)


# --- QR codes -----------------------------------------------------------------------------------


def test_a_code_is_as_large_as_useful_and_has_a_quiet_margin():
    code = raster.draw_code("https://maps.google.com/?q=52.4991,13.4312", 384)
    assert code.width % 6 == 0
    assert code.getbbox() == (24, 24, code.width - 24, code.height - 24)


def test_a_code_gets_smaller_squares_before_it_leaves_the_paper():
    code = raster.draw_code("x" * 500, 384)
    assert code.width <= 384


@pytest.mark.parametrize("length", [1500, 5000])
def test_a_code_that_no_phone_could_read_is_not_drawn(length):
    assert raster.draw_code("x" * length, 384) is None


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
