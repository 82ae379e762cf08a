"""The printer's characters as dots: drawn once from DejaVu Sans Mono, then kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFont

INK_THRESHOLD: Final = 100
"""Grey above which a dot is burnt (of 255); lower than half, so that thin strokes hold."""


@dataclass(frozen=True, slots=True)
class Font:
    """A character cell in dots and the font size that fills it."""

    width: int
    height: int
    size: int
    baseline: int


FONT_A: Final = Font(width=12, height=24, size=20, baseline=19)
FONT_B: Final = Font(width=9, height=17, size=15, baseline=13)


@dataclass(frozen=True, slots=True)
class Face:
    """How a character looks; ``width`` and ``height`` multiply the font's cell."""

    font: Font = FONT_A
    width: int = 1
    height: int = 1
    bold: bool = False
    inverse: bool = False
    underline: int = 0
    """Thickness in dots, 0 to 2."""

    @property
    def cell(self) -> tuple[int, int]:
        """Return width and height of a character in dots."""
        return self.font.width * self.width, self.font.height * self.height


@lru_cache(maxsize=4)
def _typeface(size: int) -> ImageFont.FreeTypeFont:
    path = files("barcode") / "fonts" / "DejaVuSansMono.ttf"
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=512)
def glyph(character: str, face: Face) -> Image.Image:
    """Return a cell of mode "1" in which a set dot is ink."""
    image = _drawn(character, face)
    if face.bold:
        image = ImageChops.lighter(image, _moved_right(image, face.width))
    if face.underline:
        top = image.height - face.underline * face.height
        ImageDraw.Draw(image).rectangle((0, top, image.width, image.height), fill=255)
    if face.inverse:
        image = ImageChops.invert(image)
    return image.point(lambda grey: 255 if grey > INK_THRESHOLD else 0, mode="1")


def _drawn(character: str, face: Face) -> Image.Image:
    """Draw at the larger of both scales, so that big characters are smooth, then fit the cell."""
    scale = max(face.width, face.height)
    font = face.font
    image = Image.new("L", (font.width * scale, font.height * scale))
    ImageDraw.Draw(image).text(
        (0, font.baseline * scale),
        character,
        font=_typeface(font.size * scale),
        fill=255,
        anchor="ls",
    )
    return image.resize(face.cell, Image.Resampling.BOX)


def _moved_right(image: Image.Image, dots: int) -> Image.Image:
    moved = Image.new("L", image.size)
    moved.paste(image, (dots, 0))
    return moved
