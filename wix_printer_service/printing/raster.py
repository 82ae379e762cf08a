"""Rows as pictures, for characters that no code page of the printer has; and QR codes.

Pictures are of mode "1" and hold ink: a set dot is burnt.
"""

from __future__ import annotations

import importlib
import math
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageChops, ImageDraw

from wix_printer_service.printing import fonts
from wix_printer_service.printing.encoding import display_width

if TYPE_CHECKING:
    from pathlib import Path

    from wix_printer_service.receipts.document import Style

CELL_HEIGHT: Final = 24
"""Dots of a normal character (font A of every maker)."""
LINE_HEIGHT: Final = 30
"""Dots that a normal row of text takes with the default line spacing."""
SMALLEST_MODULE: Final = 3
LARGEST_MODULE: Final = 6
"""Dots of a QR code's square: a phone reads 3/8 mm, more than 6/8 mm only takes paper."""

_FONT_SIZE: Final = 19.92
"""At which a character of the bundled font is 12 dots wide."""
_BASELINE: Final = 19
_INK: Final = 100
"""Grey above which a dot is burnt (of 255); under half, so that thin strokes hold."""
_SEGMENT: Final = re.compile(r"[^ ]+(?: [^ ]+)*")
"""Words with one space between; wider gaps are columns of their own."""
_LONE_DOT: Final = b"\x10"
_TWO_DOTS: Final = b"\x18"
_REAL_TIME_LETTERS: Final = (b"\x04", b"\x05", b"\x14")


def draw_row(text: str, style: Style, cell_width: int) -> Image.Image:
    """Draw a row as the printer would, in the style's size, weight and colour.

    Args:
        text: What the fonts have (``fonts.font_for``).
        style: Its alignment does not matter here: the picture ends where the text ends.
        cell_width: Dots of a normal character.
    """
    scale = max(style.width, style.height)
    column = cell_width * scale
    grey = Image.new("L", (display_width(text) * column, CELL_HEIGHT * scale))
    for segment in _SEGMENT.finditer(text):
        left = display_width(text[: segment.start()]) * column
        for path, run in _runs(segment[0]):
            width = display_width(run) * column
            if not width:  # a joiner alone
                continue
            grey.paste(_drawn(run, path, scale, width), (left, 0))
            left += width
    if style.bold:
        grey = ImageChops.lighter(grey, _moved_right(grey, scale))
    size = display_width(text) * cell_width * style.width, CELL_HEIGHT * style.height
    ink = grey.resize(size, Image.Resampling.BOX).point(_burn, mode="1")
    return ImageChops.invert(ink) if style.inverse else ink


def _burn(grey: float) -> int:
    return 255 if grey > _INK else 0


def _runs(text: str) -> list[tuple[Path, str]]:
    """Cut a text into pieces of one font each; a space goes with the word before it."""
    runs: list[tuple[Path, str]] = []
    for cluster in fonts.clusters(text):
        path = fonts.font_for(cluster)
        if runs and (cluster == " " or path in {None, runs[-1][0]}):
            runs[-1] = (runs[-1][0], runs[-1][1] + cluster)
        elif path:
            runs.append((path, cluster))
    return runs


def _drawn(run: str, path: Path, scale: int, width: int) -> Image.Image:
    """Draw a piece into a box of its own, squeezed if the font is wider or taller than ours."""
    if not fonts.can_shape():
        run = _reordered(run)
    font = fonts.load(path, _FONT_SIZE * scale)
    left, top, right, bottom = font.getbbox(run, anchor="ls")
    start, baseline = math.ceil(max(0, -left)), math.ceil(max(_BASELINE * scale, -top))
    needed = max(width, math.ceil(right) + start), max(CELL_HEIGHT * scale, baseline + bottom)
    image = Image.new("L", (needed[0], math.ceil(needed[1])))
    ImageDraw.Draw(image).text((start, baseline), run, fill=255, font=font, anchor="ls")
    return image.resize((width, CELL_HEIGHT * scale), Image.Resampling.BOX)


def _reordered(run: str) -> str:
    """Turn a piece of right-to-left writing round, for want of a library that does it well."""
    if not any(unicodedata.bidirectional(character) in {"R", "AL"} for character in run):
        return run
    return "".join(reversed(list(fonts.clusters(run))))


def _moved_right(image: Image.Image, dots: int) -> Image.Image:
    moved = Image.new("L", image.size)
    moved.paste(image, (dots, 0))
    return moved


def placed(ink: Image.Image, x: int) -> Image.Image:
    """Put a picture on a strip of paper that starts at the left margin and is a row high."""
    strip = Image.new("1", (-(-(x + ink.width) // 8) * 8, max(ink.height, LINE_HEIGHT)))
    strip.paste(ink, (x, 0))
    return strip


def draw_code(data: str, dots: int) -> Image.Image | None:
    """Draw a QR code; return None if it would not be readable on paper so many dots wide."""
    qrcode = importlib.import_module("qrcode")  # comes with python-escpos, has no types
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(data.encode(errors="replace"))
    try:
        squares: list[list[bool]] = code.get_matrix()
    except (qrcode.exceptions.DataOverflowError, ValueError):
        return None
    module = min(LARGEST_MODULE, dots // len(squares))
    if module < SMALLEST_MODULE:
        return None
    code_image = Image.new("1", (len(squares), len(squares)))
    code_image.putdata([255 * square for row in squares for square in row])
    return code_image.resize((module * len(squares),) * 2, Image.Resampling.NEAREST)


def harmless(ink: Image.Image) -> Image.Image:
    """Return a picture whose bytes hold no real-time command.

    Printers obey DLE EOT, DLE ENQ and DLE DC4 even inside image data. DLE is a lone dot; it gets a
    neighbour, an eighth of a millimetre.
    """
    data = ink.tobytes()
    for letter in _REAL_TIME_LETTERS:
        data = data.replace(_LONE_DOT + letter, _TWO_DOTS + letter)
    return Image.frombytes("1", ink.size, data)
