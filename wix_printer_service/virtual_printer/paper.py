"""Paper: what is on it, as dots and as rows of text, and what stands in the line to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PIL import Image

from wix_printer_service.virtual_printer.glyphs import FONT_A

DOTS: Final = {58: 384, 80: 576}
"""Printable dots across, by paper width in millimetres, at 203 dots an inch."""


@dataclass(frozen=True, slots=True)
class PrintedReceipt:
    """A piece of paper as it was cut off.

    ``image`` has the printer's own resolution and width. ``warnings`` name what a real printer
    would have treated differently from what the sender meant.
    """

    image: Image.Image
    text: str
    warnings: tuple[str, ...] = ()
    drawer_pulses: int = 0
    buzzes: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """Something in a line; ``image`` (a set dot is ink) is None for blank space."""

    x: int
    width: int
    text: str
    image: Image.Image | None = None
    height: int = 0


class Line:
    """The print buffer: what the next line feed puts on paper."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.x = 0

    @property
    def width(self) -> int:
        """Return how far the line reaches from its own left end."""
        return max((mark.x + mark.width for mark in self.marks), default=0)

    @property
    def height(self) -> int:
        """Return the height of the tallest mark."""
        return max((mark.height for mark in self.marks), default=0)

    def add(self, text: str, image: Image.Image | None, size: tuple[int, int]) -> None:
        """Put something at the pen, ``size`` dots wide and high, and move the pen behind it."""
        self.marks.append(Mark(self.x, size[0], text, image, size[1]))
        self.x += size[0]

    def clear(self) -> None:
        """Forget the line."""
        self.marks.clear()
        self.x = 0


class Paper:
    """The strip of paper since the last cut."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.height = 0
        self._marks: list[tuple[int, int, Image.Image]] = []
        self._rows: list[str] = []

    @property
    def is_printed_on(self) -> bool:
        """Tell whether anything but feed is on the paper."""
        return bool(self._marks) or any(self._rows)

    def feed(self, dots: int, blank_rows: int = 0) -> None:
        """Move on by ``dots``, which look like ``blank_rows`` rows of text."""
        self.height += dots
        self._rows += [""] * blank_rows

    def print_line(self, line: Line, left: int, feed: int) -> None:
        """Put ``line`` on paper, its left end at ``left``, and feed at least its height."""
        tallest = line.height
        for mark in line.marks:
            if mark.image is not None:
                top = self.height + tallest - mark.height
                self._marks.append((left + mark.x, top, mark.image))
        self._rows.append(_row(line.marks, left))
        self.height += max(feed, tallest)

    def print_image(self, image: Image.Image, left: int, label: str) -> None:
        """Put an image on paper, with ``label`` for it in the text."""
        self._marks.append((left, self.height, image))
        self._rows.append(" ".join(label.split()))
        self.height += image.height

    def cut(self) -> tuple[Image.Image, str]:
        """Cut off what came out so far."""
        image = Image.new("1", (self.width, max(self.height, 1)), 1)
        for x, y, ink in self._marks:
            image.paste(0, (x, y), ink)
        text = "\n".join(self._rows).rstrip("\n")
        self.height = 0
        self._marks.clear()
        self._rows.clear()
        return image, text


def _row(marks: list[Mark], left: int) -> str:
    """Write marks that touch without a gap, others at the column they stand in."""
    row, end = "", 0
    for mark in marks:
        if left + mark.x != end:
            row = row.ljust(round((left + mark.x) / FONT_A.width))
        row += mark.text
        end = left + mark.x + mark.width
    return row.rstrip()
