"""From a document to the bytes that print it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from PIL import ImageChops

from wix_printer_service.errors import ConfigurationError
from wix_printer_service.printing import fonts, raster
from wix_printer_service.printing.encoding import (
    JOINERS,
    NO_BREAK_SPACE,
    CodePages,
    clean,
)
from wix_printer_service.printing.rows import Row, rows
from wix_printer_service.receipts.document import (
    NORMAL,
    Align,
    Feed,
    Pair,
    QrCode,
    Rule,
    Text,
)

if TYPE_CHECKING:
    from types import ModuleType

    from PIL import Image

    from wix_printer_service.receipts.document import Block, Document, Style


def _import_escpos() -> tuple[ModuleType, ModuleType]:
    """Import python-escpos so that it leaves no folder behind.

    Version 3.1 makes a temporary folder whenever it is imported, even if
    ``ESCPOS_CAPABILITIES_PICKLE_DIR`` names another (a default argument in ``capabilities.py``),
    and never removes it. What it puts there it does not read again in the same process.
    """
    usual = tempfile.tempdir
    with tempfile.TemporaryDirectory() as passing:
        tempfile.tempdir = passing
        try:
            return import_module("escpos.capabilities"), import_module("escpos.printer")
        finally:
            tempfile.tempdir = usual


_capabilities, _printer = _import_escpos()

COLUMNS: Final = {80: 48, 58: 32}
"""Characters in a row by paper width in mm, on printers of 203 dpi."""
CELL_WIDTH: Final = 12
"""Dots of a normal character (font A)."""
FEWEST_COLUMNS: Final = 16
LONGEST_FEED: Final = 255
"""Rows that one ``ESC d`` feeds at most."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What a document is printed on.

    ``columns`` are normal characters in a row, ``dots`` those of the print head, ``profile`` is
    python-escpos's name for the printer's abilities.
    """

    width_mm: int
    columns: int
    dots: int
    profile: str = "default"

    @classmethod
    def of(cls, width_mm: int, columns: int | None = None, profile: str = "default") -> Paper:
        """Return the paper of a printer.

        Args:
            width_mm: 58 or 80.
            columns: If not given, those of the profile's model, else what is usual.
            profile: A profile of python-escpos.

        Raises:
            ConfigurationError: There is no such profile.
        """
        usual = COLUMNS[width_mm]
        if columns is None:
            columns = min(usual, _columns_of_model(profile) or usual)
        return cls(width_mm, columns, min(columns, usual) * CELL_WIDTH, profile)


def render(document: Document, paper: Paper) -> bytes:
    """Return a document as ESC/POS: ``ESC @``, the rows, feed and cut.

    Every row ends with a newline before the printer would wrap; text is free of control characters
    whatever the document holds; real-time commands occur nowhere.

    Raises:
        ConfigurationError: There is no such profile, or it is not one of a printer.
    """
    press = _Press(paper)
    for block in document.blocks:
        press.print(block)
    return press.finish()


def _columns_of_model(profile: str) -> int | None:
    """Return a profile's columns if it is of a real model; such know their dots."""
    data = _profile_data(profile)
    columns: int = data["fonts"]["0"]["columns"]
    is_model = isinstance(data["media"]["width"].get("pixels"), int)
    return columns if is_model and columns >= FEWEST_COLUMNS else None


def _profile_data(profile: str) -> dict[str, Any]:
    try:
        data: dict[str, Any] = _capabilities.get_profile_class(profile).profile_data
    except KeyError as error:
        known = ", ".join(sorted(_capabilities.CAPABILITIES["profiles"]))
        raise ConfigurationError(
            [f"there is no printer profile {profile!r}; there are {known}"]
        ) from error
    if not CodePages(data["codePages"].values()):
        raise ConfigurationError([f"profile {profile!r} is not one of a receipt printer"])
    return data


def _code_point(character: str) -> str:
    return f"[U+{ord(character):04X}]"


class _Press:
    """Writes rows one by one and remembers what the printer is set to."""

    def __init__(self, paper: Paper) -> None:
        data = _profile_data(paper.profile)
        self._paper = paper
        self._pages = CodePages(data["codePages"].values())
        self._page = ""
        self._style = NORMAL
        self._can_draw = bool(data["features"].get("bitImageRaster"))
        self._device = _printer.Dummy(profile=paper.profile)
        # python-escpos prints a remark to stdout for each picture if the width is not known
        media = {"width": {"mm": paper.width_mm, "pixels": paper.dots}}
        self._device.profile.profile_data = {**data, "media": media}
        self._device.hw("INIT")

    def print(self, block: Block) -> None:
        """Print one block of a document."""
        if isinstance(block, Feed):
            self._feed(block.rows)
        elif isinstance(block, QrCode):
            self._code(block.data)
        else:
            for row in rows(self._legible(block), self._paper.columns):
                self._row(row)

    def finish(self) -> bytes:
        """Feed past the cutter, cut (leaving a corner, so that nothing falls), return all."""
        self._device.cut(mode="PART")
        output: bytes = self._device.output
        return output

    def _legible(self, block: Text | Pair | Rule) -> Text | Pair | Rule:
        if isinstance(block, Text):
            return replace(block, text=self._shown(block.text), prefix=self._shown(block.prefix))
        if isinstance(block, Pair):
            left, right = self._shown(block.left), self._shown(block.right)
            return replace(block, left=left, right=right, prefix=self._shown(block.prefix))
        return block

    def _shown(self, text: str) -> str:
        """Return a text in which what neither page nor font has stands as its code point."""
        return "".join(
            cluster if self._can_show(cluster) else self._spelled_out(cluster)
            for cluster in fonts.clusters(clean(text))
        )

    def _spelled_out(self, cluster: str) -> str:
        """Keep the letter of a cluster if that can be shown; spell out its accents."""
        letter, *accents = (character for character in cluster if character not in JOINERS)
        shown = letter if self._can_show(letter) else _code_point(letter)
        return shown + "".join(map(_code_point, accents))

    def _can_show(self, cluster: str) -> bool:
        return self._pages.cover(cluster) or (
            self._can_draw and fonts.font_for(cluster) is not None
        )

    def _feed(self, count: int) -> None:
        self._device.print_and_feed(min(count, LONGEST_FEED))

    def _row(self, row: Row) -> None:
        text = row.text.replace(NO_BREAK_SPACE, " ")
        if not self._pages.cover(text):
            self._drawn_row(text, row)
            return
        if row.indent:
            self._set(replace(NORMAL, align=row.style.align))
            self._text(" " * row.indent)
        self._set(row.style)
        self._text(f"{text}\n")

    def _set(self, style: Style) -> None:
        """Send what differs from before; alignment counts at the start of a line only."""
        old, self._style = self._style, style
        self._device.set(
            align=None if style.align is old.align else style.align.value,
            bold=None if style.bold is old.bold else style.bold,
            invert=None if style.inverse is old.inverse else style.inverse,
            custom_size=(style.width, style.height) != (old.width, old.height),
            width=style.width,
            height=style.height,
        )

    def _text(self, text: str) -> None:
        for page, run in self._pages.runs(text, self._page):
            self._device.charcode(page)
            self._device.text(run)
            self._page = page

    def _drawn_row(self, text: str, row: Row) -> None:
        cell_width = self._paper.dots // self._paper.columns
        ink = raster.draw_row(text, row.style, cell_width)
        free = self._paper.dots - ink.width
        x = {Align.LEFT: row.indent * cell_width, Align.CENTER: free // 2, Align.RIGHT: free}
        self._image(raster.placed(ink, x[row.style.align]))

    def _code(self, data: str) -> None:
        ink = raster.draw_code(data, self._paper.dots)
        if ink is None or not self._can_draw:
            self.print(Text(data))
        else:
            self._image(raster.placed(ink, (self._paper.dots - ink.width) // 2))

    def _image(self, ink: Image.Image) -> None:
        self._set(NORMAL)
        self._device.image(ImageChops.invert(raster.harmless(ink)))
