"""Rows as pictures, for characters that no code page of the printer has.

Pictures are of mode "1" and hold ink: a set dot is burnt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import uharfbuzz
from PIL import Image, ImageChops

from wix_printer_service.printing import fonts
from wix_printer_service.printing.shaping import shaped
from wix_printer_service.printing.writing import LATIN, columns_of, writing_of
from wix_printer_service.receipts.document import Align

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.printing.rows import Row
    from wix_printer_service.printing.shaping import Run

CELL_HEIGHT: Final = 24
"""Dots of a normal character (font A of every maker)."""
LINE_HEIGHT: Final = 30
"""Dots that a normal row of text takes with the default line spacing."""

_SIZE: Final = 24.0
"""Dots of the square in which a font draws a letter."""
_LATIN_SIZE: Final = 19.92
"""The same for Latin and its kin, which look larger; at it they are mostly 12 dots wide."""
_LATIN: Final = frozenset({"Latn", "Grek", "Cyrl"})
_FREE_BEFORE: Final = {Align.LEFT: 0.0, Align.CENTER: 0.5, Align.RIGHT: 1.0}
"""Which part of the room that narrow letters leave lies to the left of them."""
_BASELINE: Final = 19
"""Dots from the top of a normal character down to the line on which it stands."""
_AIR: Final = 2
"""Dots between a letter that is higher or deeper than its row and the row next to it."""
_INK: Final = 80
"""Grey above which a dot is burnt (of 255); far under half, so that thin strokes hold."""
_LONE_DOT: Final = b"\x10"
_TWO_DOTS: Final = b"\x18"
_REAL_TIME_LETTERS: Final = (b"\x04", b"\x05", b"\x14")


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A run with its place: dots from the left, and dots for one unit of the font's grid."""

    run: Run
    left: float
    across: float
    up: float

    @property
    def width(self) -> float:
        return self.run.width * self.across


def draw_row(row: Row, cell_width: int) -> Image.Image:
    """Draw a row as the printer would, in the style's size, weight and colour.

    The picture ends where the text ends, so the indent and, mostly, the alignment do not matter
    here. It is as high as the style says, or higher where letters are.

    Args:
        row: Every letter is one that a font has (``fonts.font_for``).
        cell_width: Dots of a normal character.
    """
    style = row.style
    column = cell_width * style.width
    width = columns_of(row.text, row.room) * column + (row.left + row.right) * cell_width
    left = row.left * cell_width
    drawings = [replace(one, left=left + one.left) for one in _drawings(row, column)]
    grey = _ink(drawings, width, style.height)
    if style.bold:
        grey = ImageChops.lighter(grey, _moved_right(grey, style.width))
    ink = grey.point(_burn, mode="1")
    return ImageChops.invert(ink) if style.inverse else ink


def _burn(grey: float) -> int:
    return 255 if grey > _INK else 0


def _drawings(row: Row, column: int) -> Iterator[_Drawing]:
    """Place the three parts of a row, each in its own columns, whatever the fonts' widths."""
    tail = row.after.lstrip(" ")
    whole = columns_of(row.text, row.room)
    parts = (
        (row.before, LATIN, Align.LEFT, 0),
        (row.words, row.writing, row.style.align, columns_of(row.before, row.room)),
        (tail, writing_of(tail), Align.RIGHT, whole - columns_of(tail, row.room)),
    )
    for text, writing, align, columns_before in parts:
        drawings = [_fitted(run, column, row) for run in shaped(text, writing)]
        free = columns_of(text, row.room) * column - sum(drawing.width for drawing in drawings)
        left = columns_before * column + free * _FREE_BEFORE[align]
        for drawing in drawings:
            yield replace(drawing, left=left)
            left += drawing.width


def _fitted(run: Run, column: int, row: Row) -> _Drawing:
    """Size a run: a font that is too wide is squeezed, and one of one width keeps to columns."""
    is_monospaced = run.font == fonts.monospaced()
    size = _LATIN_SIZE if is_monospaced or run.script in _LATIN else _SIZE
    size /= fonts.opened(run.font).face.upem
    across = columns_of(run.text, row.room) * column / max(1, run.width)
    if not is_monospaced:
        across = min(across, size * row.style.width * row.room)
    return _Drawing(run, 0, across, size * row.style.height)


def _ink(drawings: list[_Drawing], width: int, height: int) -> Image.Image:
    """Draw glyphs in grey on a strip so wide and, in normal rows, so many characters high."""
    outlines = uharfbuzz.RasterDraw()
    for drawing in drawings:
        across, up = drawing.across, drawing.up
        for glyph in drawing.run.glyphs:
            outlines.transform = (across, 0, 0, up, drawing.left + glyph.x * across, glyph.y * up)
            outlines.draw_glyph(fonts.opened(drawing.run.font), glyph.number)
    top, bottom = _reach(drawings, height)
    outlines.extents = uharfbuzz.RasterExtents(0, bottom, max(1, width), top - bottom, 0)
    image = outlines.render()
    from_below = Image.frombytes("L", (image.extents.stride, top - bottom), image.buffer)
    return from_below.transpose(Image.Transpose.FLIP_TOP_BOTTOM).crop((0, 0, width, top - bottom))


def _reach(drawings: list[_Drawing], height: int) -> tuple[int, int]:
    """Return how far up and down a row reaches from the line on which its letters stand."""
    usual_top, usual_bottom = _BASELINE * height, (_BASELINE - CELL_HEIGHT) * height
    top, bottom = float(usual_top), float(usual_bottom)
    for drawing in drawings:
        font = fonts.opened(drawing.run.font)
        for glyph in drawing.run.glyphs:
            extents = font.get_glyph_extents(glyph.number)
            highest = glyph.y + extents.y_bearing
            top = max(top, highest * drawing.up)
            bottom = min(bottom, (highest + extents.height) * drawing.up)
    return (
        math.ceil(top) + _AIR * (top > usual_top),
        math.floor(bottom) - _AIR * (bottom < usual_bottom),
    )


def _moved_right(image: Image.Image, dots: int) -> Image.Image:
    moved = Image.new("L", image.size)
    moved.paste(image, (dots, 0))
    return moved


def placed(ink: Image.Image, x: int) -> Image.Image:
    """Put a picture on a strip of paper that starts at the left margin and is a row high."""
    strip = Image.new("1", (whole_bytes(x + ink.width), max(ink.height, LINE_HEIGHT)))
    strip.paste(ink, (x, 0))
    return strip


def whole_bytes(dots: int) -> int:
    """Return how wide a picture of so many dots is when it is sent: a byte holds eight."""
    return -(-dots // 8) * 8


def harmless(ink: Image.Image) -> Image.Image:
    """Return a picture whose bytes hold no real-time command.

    Printers obey DLE EOT, DLE ENQ and DLE DC4 even inside image data. DLE is a lone dot; it gets a
    neighbour, an eighth of a millimetre.
    """
    data = ink.tobytes()
    for letter in _REAL_TIME_LETTERS:
        data = data.replace(_LONE_DOT + letter, _TWO_DOTS + letter)
    return Image.frombytes("1", ink.size, data)
