"""Pictures from bytes: rasters, bit images, QR codes and a stand-in for barcodes.

All are of mode "1" with a set dot for ink.
"""

from __future__ import annotations

import importlib
from typing import Final

from PIL import Image, ImageDraw

from wix_printer_service.virtual_printer.glyphs import FONT_A, Face, glyph

QR_LEVELS: Final = {48: 1, 49: 0, 50: 3, 51: 2}
"""Epson's levels L, M, Q, H in the numbering of ``qrcode``, which is that of the standard."""


def raster(data: bytes, width: int, height: int, scale: tuple[int, int]) -> Image.Image:
    """Draw rows of bytes, most significant bit left, ``scale`` times as wide and high."""
    image = Image.frombytes("1", (width, height), data)
    return image.resize((width * scale[0], height * scale[1]), Image.Resampling.NEAREST)


def bit_image(data: bytes, mode: int) -> Image.Image:
    """Draw ``ESC *``: columns of 8 or 24 dots, at single or double density."""
    rows = 24 if mode & 0x20 else 8
    columns = len(data) * 8 // rows
    # Columns from the top are rows from the left of the picture lying on its side.
    lying = Image.frombytes("1", (rows, columns), data)
    upright = lying.transpose(Image.Transpose.TRANSPOSE)
    size = (columns * (1 if mode & 1 else 2), rows * (24 // rows))
    return upright.resize(size, Image.Resampling.NEAREST)


def qr_code(data: bytes, level: int, module: int) -> Image.Image | None:
    """Draw a QR code with squares of ``module`` dots; None if the data are too long for one."""
    # Loaded here: most receipts have no code, and the library takes memory.
    qrcode = importlib.import_module("qrcode")
    code = qrcode.QRCode(error_correction=QR_LEVELS[level], border=0)
    code.add_data(data, optimize=0)
    try:
        code.make(fit=True)
    except (qrcode.exceptions.DataOverflowError, ValueError):
        return None
    matrix = code.get_matrix()
    image = Image.new("1", (len(matrix), len(matrix)))
    image.putdata([255 * dark for row in matrix for dark in row])
    return image.resize((image.width * module,) * 2, Image.Resampling.NEAREST)


def barcode(data: str, height: int, widest: int) -> Image.Image:
    """Draw a box with the data in it: nobody scans a picture of a ticket."""
    width = min(widest, (len(data) + 2) * FONT_A.width)
    image = Image.new("1", (width, max(height, FONT_A.height + 4)))
    ImageDraw.Draw(image).rectangle((0, 0, width - 1, image.height - 1), outline=255)
    top = (image.height - FONT_A.height) // 2
    for place, character in enumerate(data, start=1):
        image.paste(glyph(character, Face()), (place * FONT_A.width, top))
    return image
