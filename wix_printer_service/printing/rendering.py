"""From a document to the bytes that print it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from PIL import ImageChops

from wix_printer_service.errors import ConfigurationError
from wix_printer_service.printing import pictures, raster
from wix_printer_service.printing.encoding import NO_BREAK_SPACE, CodePages
from wix_printer_service.printing.graphemes import display_width
from wix_printer_service.printing.legible import Speller
from wix_printer_service.printing.rows import Row, rows
from wix_printer_service.receipts.document import (
    NORMAL,
    Align,
    Cut,
    Feed,
    Pair,
    Picture,
    QrCode,
    Rule,
    Text,
)

if TYPE_CHECKING:
    from pathlib import Path
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
FEED_PAST_CUTTER: Final = 6
"""Rows from the print head to the blade; python-escpos feeds as many before it cuts."""
HIGHEST_FRAGMENT: Final = 192
"""Rows of dots of a picture that are sent in one command: all of them must fit into the printer's
buffer before the first is burnt."""
MOST_BEEPS: Final = 9
"""Of one ``ESC B``."""
DRAWER_PIN: Final = 2
"""The pin of the usual first drawer."""


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


@dataclass(frozen=True, slots=True)
class Printed:
    """A document as ESC/POS.

    ``missing`` are the characters that no font here has, though one could (``fonts.REMEDY``); they
    stand as code points.
    """

    data: bytes
    missing: frozenset[str] = frozenset()


def press(document: Document, paper: Paper) -> Printed:
    """Return a document as ESC/POS: ``ESC @``, the drawer's pulse, the rows, beeps, feed and cut.

    Every row ends with a newline before the printer would wrap; text is free of control characters
    whatever the document holds; real-time commands occur nowhere. A printer gets no commands for
    what its profile says it lacks.

    Raises:
        ConfigurationError: There is no such profile, or it is not one of a printer.
    """
    press = _Press(paper)
    if document.opens_drawer:
        press.open_drawer()
    for block in document.blocks:
        press.print(block)
    press.beep(document.beeps)
    return press.finish(document.cut)


def render(document: Document, paper: Paper) -> bytes:
    """Return the bytes of a document on a paper (``press``)."""
    return press(document, paper).data


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


def _with_plain_spaces(row: Row) -> Row:
    words, before, after = (
        part.replace(NO_BREAK_SPACE, " ") for part in (row.words, row.before, row.after)
    )
    return replace(row, words=words, before=before, after=after)


class _Press:
    """Writes rows one by one and remembers what the printer is set to."""

    def __init__(self, paper: Paper) -> None:
        data = _profile_data(paper.profile)
        self._paper = paper
        self._pages = CodePages(data["codePages"].values())
        self._page = ""
        self._style = NORMAL
        self._features: dict[str, bool] = data["features"]
        self._can_draw = bool(self._features.get("bitImageRaster"))
        self._speller = Speller(self._pages, can_draw=self._can_draw)
        self._device = _printer.Dummy(profile=paper.profile)
        # python-escpos prints a remark to stdout for each picture if the width is not known
        media = {"width": {"mm": paper.width_mm, "pixels": raster.whole_bytes(paper.dots)}}
        self._device.profile.profile_data = {**data, "media": media}
        self._device.hw("INIT")

    def open_drawer(self) -> None:
        """Give the cash drawer its pulse, if there is one at the printer."""
        if self._features.get("pulseStandard"):
            self._device.cashdraw(DRAWER_PIN)

    def beep(self, count: int) -> None:
        """Beep; how often is limited by the command."""
        if count > 0:
            self._device.buzzer(min(count, MOST_BEEPS))

    def print(self, block: Block) -> None:
        """Print one block of a document."""
        if isinstance(block, Feed):
            self._feed(block.rows)
        elif isinstance(block, QrCode):
            self._code(block.data)
        elif isinstance(block, Picture):
            self._picture(block.path)
        else:
            for row in rows(self._legible(block), self._paper.columns):
                self._row(row)

    def finish(self, cut: Cut) -> Printed:
        """Feed past the cutter, cut as far as the printer can, return all."""
        if cut is Cut.NONE:
            self._feed(FEED_PAST_CUTTER)
        else:
            self._device.cut(mode="FULL" if cut is Cut.FULL else "PART")
        return Printed(self._device.output, frozenset(self._speller.missing))

    def _legible(self, block: Text | Pair | Rule) -> Text | Pair | Rule:
        say = self._speller.legible
        if isinstance(block, Text):
            return replace(block, text=say(block.text), prefix=say(block.prefix))
        if isinstance(block, Pair):
            return replace(
                block, left=say(block.left), right=say(block.right), prefix=say(block.prefix)
            )
        character = say(block.character)
        return Rule(character) if display_width(character) == 1 else Rule()

    def _feed(self, count: int) -> None:
        self._device.print_and_feed(min(count, LONGEST_FEED))

    def _row(self, row: Row) -> None:
        row = _with_plain_spaces(row)
        if not self._pages.cover(row.text):
            self._drawn_row(row)
            return
        if row.indent:
            self._set(replace(NORMAL, align=row.style.align))
            self._text(" " * row.indent)
        margin = replace(row.style, width=1)
        if row.left:
            self._set(margin)
            self._text(" " * row.left)
        self._set(row.style)
        self._text(row.text)
        if row.right:
            self._set(margin)
        self._text(" " * row.right + "\n")

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

    def _drawn_row(self, row: Row) -> None:
        cell_width = self._paper.dots // self._paper.columns
        ink = raster.draw_row(row, cell_width)
        free = self._paper.dots - ink.width
        x = {Align.LEFT: row.indent * cell_width, Align.CENTER: free // 2, Align.RIGHT: free}
        self._image(raster.placed(ink, x[row.style.align]))

    def _code(self, data: str) -> None:
        ink = pictures.draw_code(data, self._paper.dots)
        if ink is None or not self._can_draw:
            self.print(Text(data))
        else:
            self._centred(ink)

    def _picture(self, path: Path) -> None:
        ink = pictures.draw_file(path, self._paper.dots) if self._can_draw else None
        if ink is not None:
            self._centred(ink)

    def _centred(self, ink: Image.Image) -> None:
        strip = raster.placed(ink, (self._paper.dots - ink.width) // 2)
        for top in range(0, strip.height, HIGHEST_FRAGMENT):
            bottom = min(top + HIGHEST_FRAGMENT, strip.height)
            self._image(strip.crop((0, top, strip.width, bottom)))

    def _image(self, ink: Image.Image) -> None:
        self._set(NORMAL)
        self._device.image(ImageChops.invert(raster.harmless(ink)))
