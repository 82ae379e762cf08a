"""What a receipt says, without how a printer says it: blocks from top to bottom.

A receipt module turns an order into a ``Document``; ``printing.rendering`` turns the document into
ESC/POS bytes for a paper width. Nothing here knows of bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path


class Align(StrEnum):
    """Where a text stands between the margins."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks. ``width`` and ``height`` are multiples (1 to 8) of the normal character."""

    width: int = 1
    height: int = 1
    bold: bool = False
    inverse: bool = False
    align: Align = Align.LEFT


NORMAL = Style()


@dataclass(frozen=True, slots=True)
class Text:
    """Words that wrap at the margin; a word too wide for the paper is printed narrower first.

    ``prefix`` (such as "2x ") stands before the first row only; further rows hang under the first
    word after it. ``indent`` moves the whole block right by normal characters. A newline starts a
    new row.
    """

    text: str
    style: Style = NORMAL
    prefix: str = ""
    indent: int = 0


def in_one_row(text: str) -> str:
    """Return a text that wraps only if it is wider than the paper: with no-break spaces."""
    return text.replace(" ", "\u00a0")


@dataclass(frozen=True, slots=True)
class Pair:
    """A text at the left margin (wraps) and one at the right margin of its last row.

    ``prefix`` stands before the left text's first row, as in ``Text``.
    """

    left: str
    right: str
    style: Style = NORMAL
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""

    character: str = "-"


@dataclass(frozen=True, slots=True)
class Feed:
    """Empty rows."""

    rows: int = 1


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code, centred."""

    data: str


MOST_PIXELS: Final = 25_000_000
"""Of a picture file; more would not fit into the memory of a small computer."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture file such as a logo, centred, never wider than the paper."""

    path: Path


Block = Text | Pair | Rule | Feed | QrCode | Picture


class Cut(StrEnum):
    """What happens to the paper below the last row."""

    PARTIAL = "partial"
    """Cut but for a corner, so that nothing falls."""
    FULL = "full"
    NONE = "none"
    """Only fed past the blade, to be torn off."""


@dataclass(frozen=True, slots=True)
class Document:
    """A receipt for one reader, ready for any paper width."""

    blocks: tuple[Block, ...]
    cut: Cut = Cut.PARTIAL
    beeps: int = 0
    """How often the printer beeps, if it can."""
    opens_drawer: bool = False
    """Whether the cash drawer at the printer gets its pulse."""
