"""How the next character looks and where it stands, and the commands that only change that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wix_printer_service.virtual_printer.glyphs import FONT_A, FONT_B, Face

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_LINE_SPACING: Final = 30
"""Dots from one line to the next after ``ESC 2``."""
LEFT, CENTER, RIGHT = range(3)


@dataclass(slots=True)
class Layout:
    """What ``ESC @`` sets back."""

    area_width: int
    left_margin: int = 0
    line_spacing: int = DEFAULT_LINE_SPACING
    align: int = LEFT
    character_spacing: int = 0
    code_page: int = 0
    tab_stops: tuple[int, ...] = tuple(range(8, 256, 8))
    small: bool = False
    width: int = 1
    height: int = 1
    emphasized: bool = False
    double_strike: bool = False
    underline: int = 0
    inverse: bool = False
    barcode_height: int = 162

    @property
    def face(self) -> Face:
        """Return how a character looks now."""
        return Face(
            font=FONT_B if self.small else FONT_A,
            width=self.width,
            height=self.height,
            bold=self.emphasized or self.double_strike,
            inverse=self.inverse,
            underline=0 if self.inverse else self.underline,
        )

    @property
    def cell(self) -> tuple[int, int]:
        """Return the room that a character takes, with the space after it."""
        width, height = self.face.cell
        return width + self.character_spacing * self.width, height

    def left_end(self, width: int) -> int:
        """Return where something ``width`` dots wide begins on the paper."""
        room = max(0, self.area_width - width)
        return self.left_margin + {CENTER: room // 2, RIGHT: room}.get(self.align, 0)


def _print_mode(layout: Layout, arguments: bytes) -> None:
    """Do ``ESC !``: several properties in one byte."""
    mode = arguments[0]
    layout.small = bool(mode & 0x01)
    layout.emphasized = bool(mode & 0x08)
    layout.height = 2 if mode & 0x10 else 1
    layout.width = 2 if mode & 0x20 else 1
    layout.underline = 1 if mode & 0x80 else 0


def _size(layout: Layout, arguments: bytes) -> None:
    layout.width = (arguments[0] >> 4 & 0x07) + 1
    layout.height = (arguments[0] & 0x07) + 1


def _emphasize(layout: Layout, arguments: bytes) -> None:
    layout.emphasized = bool(arguments[0] & 1)


def _double_strike(layout: Layout, arguments: bytes) -> None:
    layout.double_strike = bool(arguments[0] & 1)


def _invert(layout: Layout, arguments: bytes) -> None:
    layout.inverse = bool(arguments[0] & 1)


def _underline(layout: Layout, arguments: bytes) -> None:
    layout.underline = _digit(arguments, 2, layout.underline)


def _font(layout: Layout, arguments: bytes) -> None:
    layout.small = bool(_digit(arguments, 1, int(layout.small)))


def _align(layout: Layout, arguments: bytes) -> None:
    layout.align = _digit(arguments, 2, layout.align)


def _default_line_spacing(layout: Layout, _arguments: bytes) -> None:
    layout.line_spacing = DEFAULT_LINE_SPACING


def _line_spacing(layout: Layout, arguments: bytes) -> None:
    layout.line_spacing = arguments[0]


def _character_spacing(layout: Layout, arguments: bytes) -> None:
    layout.character_spacing = arguments[0]


def _tab_stops(layout: Layout, arguments: bytes) -> None:
    layout.tab_stops = tuple(sorted(set(arguments) - {0}))


def _barcode_height(layout: Layout, arguments: bytes) -> None:
    layout.barcode_height = max(1, arguments[0])


def _digit(arguments: bytes, highest: int, otherwise: int) -> int:
    """Read an argument that may be given as a number or as its digit."""
    value = arguments[0] - ord("0") if arguments.isdigit() else arguments[0]
    return value if value <= highest else otherwise


CHANGES: Final[dict[bytes, Callable[[Layout, bytes], None]]] = {
    b"\x1b ": _character_spacing,
    b"\x1b!": _print_mode,
    b"\x1b-": _underline,
    b"\x1b2": _default_line_spacing,
    b"\x1b3": _line_spacing,
    b"\x1bD": _tab_stops,
    b"\x1bE": _emphasize,
    b"\x1bG": _double_strike,
    b"\x1bM": _font,
    b"\x1ba": _align,
    b"\x1d!": _size,
    b"\x1dB": _invert,
    b"\x1dh": _barcode_height,
}
