"""Pictures that are none of text: QR codes and files such as a logo, as ink of mode "1"."""

from __future__ import annotations

import importlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import structlog
from PIL import Image, ImageChops, ImageOps

from wix_printer_service.receipts.document import MOST_PIXELS

if TYPE_CHECKING:
    from pathlib import Path

SMALLEST_MODULE: Final = 3
LARGEST_MODULE: Final = 6
"""Dots of a QR code's square: a phone reads 3/8 mm, more than 6/8 mm only takes paper."""

log = structlog.get_logger(__name__)


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


def draw_file(path: Path, dots: int) -> Image.Image | None:
    """Draw a picture file in black dots, at most so many wide and high; None if it cannot be read.

    What is transparent is white. A ticket without its logo is better than no ticket, so that a
    file that cannot be read is only logged.
    """
    try:
        return _drawn(path, path.stat().st_mtime_ns, dots)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        log.warning("picture_left_out", path=str(path), reason=str(error))
        return None


@lru_cache(maxsize=8)
def _drawn(path: Path, _changed_ns: int, dots: int) -> Image.Image:
    with Image.open(path) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError(f"it has more than {MOST_PIXELS} pixels")
        picture.draft("RGB", (dots, dots))  # reads a large photograph in part only
        colours = ImageOps.exif_transpose(_of_eight_bits(picture)).convert("RGBA")
    colours.thumbnail((dots, dots))
    white = Image.new("RGBA", colours.size, "white")
    grey = Image.alpha_composite(white, colours).convert("L")
    return ImageChops.invert(grey).convert("1")


def _of_eight_bits(picture: Image.Image) -> Image.Image:
    """Return a grey picture of 16 bits with eight; Pillow would make all but black white."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
