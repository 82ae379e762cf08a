"""What a layout may say of the paper and of a block: its looks, or what it holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, Literal

from PIL import Image
from pydantic import AfterValidator, Field, ValidationInfo

from wix_printer_service.receipts.document import MOST_PIXELS, Align, Cut, Style
from wix_printer_service.settings.base import Section

FOLDER: Final = "folder"
"""Key of the validation's context: where the layout's file lies."""

_SIZES: Final = {
    "normal": (1, 1),
    "tall": (1, 2),
    "wide": (2, 1),
    "large": (2, 2),
    "huge": (3, 3),
}
"""Width and height in normal characters."""


def _picture(file: Path, info: ValidationInfo) -> Path:
    """Return where a picture lies, once it has been looked at."""
    path: Path = (info.context or {}).get(FOLDER, Path()) / file
    if not path.is_file():
        message = f"there is no such file ({path})"
        raise ValueError(message)
    try:
        with Image.open(path) as picture:
            pixels = picture.width * picture.height
            picture.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        message = "this is not a picture that can be read; PNG is sure to work"
        raise ValueError(message) from error
    if pixels > MOST_PIXELS:
        message = f"this picture is too large: it has more than {MOST_PIXELS} dots"
        raise ValueError(message)
    return path.absolute()


class Sheet(Section):
    """The paper itself: what lies above the blocks, and what the printer does below them."""

    rail_rows: int = Field(default=0, ge=0, le=6)
    """Blank rows at the top, where the rail holds the ticket."""
    cut: Literal[Cut.PARTIAL, Cut.FULL, Cut.NONE] = Cut.PARTIAL
    beep: int = Field(default=0, ge=0, le=9)
    """How often the printer beeps."""
    drawer: bool = False
    """Whether the cash drawer at the printer opens."""


class Bare(Section):
    """A block that always looks the same."""


class Size(Section):
    """How large a block's letters are."""

    size: Literal["normal", "tall", "wide", "large", "huge"] = "normal"
    bold: bool = False

    def over(self, usual: Style) -> Style:
        """Return the usual style, but for what is given here."""
        style = usual
        if "size" in self.model_fields_set:
            width, height = _SIZES[self.size]
            style = replace(style, width=width, height=height)
        if "bold" in self.model_fields_set:
            style = replace(style, bold=self.bold)
        return style


class Look(Size):
    """How large a block's letters are, and where they stand."""

    align: Literal[Align.LEFT, Align.CENTER, Align.RIGHT] = Align.LEFT

    def over(self, usual: Style) -> Style:
        """Return the usual style, but for what is given here."""
        style = super().over(usual)
        return replace(style, align=self.align) if "align" in self.model_fields_set else style


class Words(Look):
    """The restaurant's own words."""

    lines: tuple[str, ...] = Field(min_length=1)


class Logo(Section):
    """A picture; its file is looked for where the layout lies."""

    file: Annotated[Path, AfterValidator(_picture)]


class Code(Section):
    """A QR code, and what stands below it."""

    data: str = Field(min_length=1)
    caption: str = ""


class Space(Section):
    """Blank rows."""

    rows: int = Field(default=1, ge=1, le=20)
