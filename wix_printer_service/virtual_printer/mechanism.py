"""The print mechanism: sets characters and pictures, feeds paper and cuts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wix_printer_service.virtual_printer.codepages import characters
from wix_printer_service.virtual_printer.glyphs import glyph
from wix_printer_service.virtual_printer.layout import DEFAULT_LINE_SPACING, Layout
from wix_printer_service.virtual_printer.paper import Line, Paper, PrintedReceipt

if TYPE_CHECKING:
    from PIL import Image

LONGEST_FEED: Final = 8128
"""Dots that one command feeds at most: 1016 mm, as in Epson's manuals."""
LONGEST_RECEIPT: Final = 40_000
"""Dots (5 m) after which paper is torn off, so that a mad job cannot take all memory."""


class Mechanism:
    """Prints on one strip of paper and hands over receipts as they are cut."""

    def __init__(self, width: int) -> None:
        self.layout = Layout(area_width=width)
        self.drawer_pulses = 0
        self.buzzes = 0
        self._width = width
        self._paper = Paper(width)
        self._line = Line()
        self._receipts: list[PrintedReceipt] = []
        self._warnings: list[str] = []
        self._counted = (0, 0)

    def warn(self, text: str) -> None:
        """Note on the receipt in hand what its sender should know."""
        if text not in self._warnings:
            self._warnings.append(text)

    def reset(self) -> None:
        """Go back to the default layout with an empty print buffer."""
        self.clear_line()
        self.layout = Layout(area_width=self._width)

    def clear_line(self) -> None:
        """Forget what waits for a line feed."""
        self._line.clear()

    def take_receipts(self) -> list[PrintedReceipt]:
        """Return the receipts that were finished since the last call."""
        receipts, self._receipts = self._receipts, []
        return receipts

    @property
    def line_is_empty(self) -> bool:
        """Tell whether nothing waits for a line feed."""
        return not self._line.marks

    def type_text(self, codes: bytes) -> None:
        """Set characters of the current code page, wrapping at the right margin."""
        page, face, cell = characters(self.layout.code_page), self.layout.face, self.layout.cell
        for code in codes:
            if self._line.x + face.cell[0] > self.layout.area_width and self._line.x > 0:
                self._print_line(self.layout.line_spacing)
                self._tear_if_endless()
            character = page[code].replace("\xa0", " ")
            blank = character == " " and not (face.inverse or face.underline)
            self._line.add(character, None if blank else glyph(character, face), cell)

    def move_to(self, x: int) -> None:
        """Move the pen within the line; outside of the printing area is ignored."""
        if 0 <= x <= self.layout.area_width:
            self._line.x = x

    def move_by(self, dots: int) -> None:
        """Move the pen relative to where it is."""
        self.move_to(self._line.x + dots)

    def tab(self) -> None:
        """Move the pen to the next tab stop, if there is one."""
        stops = (stop * self.layout.cell[0] for stop in self.layout.tab_stops)
        self.move_to(next((stop for stop in stops if stop > self._line.x), self._line.x))

    def set_margin(self, dots: int) -> None:
        """Set the left margin, leaving room for a character."""
        self.layout.left_margin = min(dots, self._width - self.layout.cell[0])
        self.set_area(self.layout.area_width)

    def set_area(self, dots: int) -> None:
        """Set the width of the printing area, within the paper and not below a character."""
        room = self._width - self.layout.left_margin
        self.layout.area_width = min(max(dots, self.layout.cell[0]), room)

    def put_in_line(self, image: Image.Image) -> None:
        """Set a picture like a character; what does not fit in the line is lost."""
        width = min(image.width, self.layout.area_width - self._line.x)
        if width > 0:
            label = f"[image {image.width}x{image.height}]"
            self._line.add(label, image.crop((0, 0, width, image.height)), (width, image.height))

    def print_image(self, image: Image.Image, label: str) -> None:
        """Print a picture by itself; what does not fit on the paper is lost."""
        if not self.line_is_empty:
            self._print_line(self.layout.line_spacing)
        width = min(image.width, self.layout.area_width)
        cropped = image.crop((0, 0, width, image.height))
        self._paper.print_image(cropped, self.layout.left_end(width), label)
        self._tear_if_endless()

    def feed_lines(self, count: int) -> None:
        """Print the line and feed ``count`` lines in all."""
        dots = min(count * self.layout.line_spacing, LONGEST_FEED)
        if self.line_is_empty:
            self._paper.feed(dots, count)
        else:
            self._print_line(dots)
            self._paper.feed(0, max(0, count - 1))
        self._tear_if_endless()

    def feed_dots(self, dots: int) -> None:
        """Print the line and feed ``dots`` in all."""
        rows = dots // DEFAULT_LINE_SPACING
        if self.line_is_empty:
            self._paper.feed(dots, rows)
        else:
            self._print_line(dots)
            self._paper.feed(0, max(0, rows - 1))
        self._tear_if_endless()

    def cut(self, feed: int) -> None:
        """Feed ``feed`` dots and cut; without paper out there is nothing to cut."""
        if not self.line_is_empty:
            self.warn("cut in the middle of a line")
            self._print_line(self.layout.line_spacing)
        self._paper.feed(feed)
        if self._paper.height:
            self._hand_over()

    def tear_off(self) -> None:
        """End the receipt without a cut, if anything was printed."""
        if not self.line_is_empty:
            self.warn("text without a line feed at the end")
            self._print_line(self.layout.line_spacing)
        if self._paper.is_printed_on:
            self._hand_over()

    def _print_line(self, feed: int) -> None:
        self._paper.print_line(self._line, self.layout.left_end(self._line.width), feed)
        self._line.clear()

    def _tear_if_endless(self) -> None:
        if self._paper.height > LONGEST_RECEIPT:
            self.warn("a receipt longer than 5 m was torn off")
            self._hand_over()

    def _hand_over(self) -> None:
        image, text = self._paper.cut()
        pulses, buzzes = self._counted
        self._receipts.append(
            PrintedReceipt(
                image=image,
                text=text,
                warnings=tuple(self._warnings),
                drawer_pulses=self.drawer_pulses - pulses,
                buzzes=self.buzzes - buzzes,
            )
        )
        self._warnings.clear()
        self._counted = (self.drawer_pulses, self.buzzes)
