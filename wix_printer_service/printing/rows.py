"""From the blocks of a document to rows that fit the paper; the printer never wraps by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from wix_printer_service.printing.encoding import display_width
from wix_printer_service.receipts.document import NORMAL, Align, Pair, Rule, Style, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKENS: Final = re.compile(r" +|[^ -]+-+(?=[^ -])|[^ ]+")
"""Spaces, the part of a word up to a hyphen inside it, words."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one style. ``indent`` (in normal characters) is never inverse."""

    text: str
    style: Style = NORMAL
    indent: int = 0


def rows(block: Text | Pair | Rule, columns: int) -> list[Row]:
    """Lay a block out on paper with so many normal characters in a row."""
    if isinstance(block, Rule):
        return [Row(block.character * columns)]
    if isinstance(block, Pair):
        return list(_pair_rows(block, columns))
    return list(_text_rows(block, columns))


def _text_rows(block: Text, columns: int) -> Iterator[Row]:
    if block.style.align is not Align.LEFT:  # nothing to hang from, nothing to indent
        block = Text(block.prefix + block.text, block.style)
    style = _narrowed(block, columns)
    prefix, text, indent = block.prefix, block.text, block.indent
    width = (columns - indent) // style.width - _padding(style)
    hang = display_width(prefix)
    if 2 * hang > width:
        prefix, text, hang = "", prefix + text, 0
    for position, line in enumerate(wrap(text, width - hang)):
        if position == 0:
            yield Row(_dressed(prefix + line, style, columns - indent), style, indent)
        elif style.inverse:  # one block of its own colour, so the hanging rows have it too
            yield Row(_dressed(" " * hang + line, style, columns - indent), style, indent)
        else:
            yield Row(line, style, indent + hang * style.width)


def _pair_rows(block: Pair, columns: int) -> Iterator[Row]:
    style = block.style
    width = columns // style.width
    hang = display_width(block.prefix)
    room = width - hang - display_width(block.right) - 1
    if 3 * room < width:  # no room side by side
        yield from _text_rows(Text(block.left, style, block.prefix), columns)
        yield from _text_rows(Text(block.right, replace(style, align=Align.RIGHT)), columns)
        return
    lines = wrap(block.left, room)
    for position, line in enumerate(lines):
        text = (block.prefix if position == 0 else " " * hang) + line
        if position == len(lines) - 1:
            gap = width - display_width(text) - display_width(block.right)
            text += " " * gap + block.right
        yield Row(text, style)


def _padding(style: Style) -> int:
    return 2 if style.inverse else 0


def _dressed(text: str, style: Style, columns: int) -> str:
    """Let inverse text fill the row with its own colour, so that all rows are as wide."""
    if not style.inverse:
        return text
    room = columns // style.width - display_width(text)
    before = room // 2 if style.align is Align.CENTER else 1
    return " " * before + text + " " * (room - before)


def _narrowed(block: Text, columns: int) -> Style:
    """Return a style narrow enough for the longest word; a banner stays in one row if it can."""
    style = block.style
    is_banner = style.inverse and style.align is Align.CENTER
    pieces = re.split("\n" if is_banner else "[ \n]", block.text)
    around = display_width(block.prefix) + _padding(style)
    longest = around + max(map(display_width, pieces), default=0)
    widths = range(style.width, 0, -1)
    fitting = (width for width in widths if longest <= (columns - block.indent) // width)
    return replace(style, width=next(fitting, 1))


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of so many columns; only spaces at the breaks are lost."""
    return [line for part in text.split("\n") for line in _wrap_paragraph(part, width)]


def _wrap_paragraph(paragraph: str, width: int) -> Iterator[str]:
    line = ""
    for token in _TOKENS.findall(paragraph):
        if display_width(line + token) <= width:
            line += token
            continue
        if line.strip():
            yield line.rstrip(" ")
        line = ""
        if not token.startswith(" "):
            *full, line = _pieces(token, width)
            yield from full
    yield line.rstrip(" ")


def _pieces(word: str, width: int) -> Iterator[str]:
    """Cut a word that may be longer than a line; accents stay with their letters."""
    piece = ""
    for character in word:
        if piece and display_width(piece + character) > width:
            yield piece
            piece = ""
        piece += character
    yield piece
