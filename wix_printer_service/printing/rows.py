"""From the blocks of a document to rows that fit the paper; the printer never wraps by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import TYPE_CHECKING, Final

from wcwidth import wcwidth

from wix_printer_service.printing.graphemes import clusters, display_width
from wix_printer_service.printing.writing import LATIN, Writing, columns_of, writing_of
from wix_printer_service.receipts.document import NORMAL, Align, Pair, Rule, Style, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OPENING: Final = frozenset("([{‘“«‹「『（【〔《〈［｛")
"""Never at the end of a row, as far as Chinese characters are around."""
_CLOSING: Final = frozenset(
    ")]}’”»›」』）】〕》〉］｝、。，．：；！？!?,.:;%‰ー々ゝゞヽヾ…‥・～〜ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ"
)
"""Never at the start of a row, as far as Chinese characters are around."""
_KOREAN: Final = ("\uac00", "\ud7a3")
"""Syllables that are wide and yet written in words."""
_WIDE: Final = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one style.

    ``words`` run the way of their paragraph; what is ``before`` and ``after`` them keeps its place
    at the left and the right. ``indent`` is never inverse, the margins ``left`` and ``right`` are;
    the three are counted in normal characters, so that they fill any paper.
    """

    words: str
    style: Style = NORMAL
    indent: int = 0
    before: str = ""
    after: str = ""
    writing: Writing = LATIN
    left: int = 0
    right: int = 0
    room: int = 1
    """How many columns a letter has that is too wide for one (``writing.columns_of``)."""

    @property
    def text(self) -> str:
        """The whole row between its margins, column by column."""
        return self.before + self.words + self.after


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
    if not block.text:
        block = replace(block, text=block.prefix.rstrip(" "), prefix="")
    if _is_crowded(block, columns):
        yield from _text_rows(replace(block, text=block.prefix.rstrip(" "), prefix=""), columns)
        yield from _text_rows(replace(block, prefix=""), columns)
        return
    style, room = _narrowed(block, columns)
    indent, hang = block.indent, display_width(block.prefix)
    width = (columns - indent - _margins(style)) // style.width
    for position, (line, writing) in enumerate(_lines(block.text, width - hang, room)):
        row = Row(line, style, indent, writing=writing, room=room)
        if position == 0:
            row = replace(row, before=block.prefix)
        elif style.inverse:  # one block of its own colour, so the hanging rows have it too
            row = replace(row, before=" " * hang)
        else:
            row = replace(row, indent=indent + hang * style.width)
        yield _dressed(row, columns - indent)


def _is_crowded(block: Text, columns: int) -> bool:
    """Tell whether a wide prefix leaves so little room that words would be narrowed or broken.

    Then it stands on a row of its own.
    """
    style, room = _narrowed(replace(block, prefix=""), columns)
    width = (columns - block.indent - _margins(style)) // style.width
    beside = width - display_width(block.prefix)
    is_wide = 3 * beside < 2 * width
    return bool(block.text) and is_wide and (3 * beside < width or beside < _longest(block, room))


def _pair_rows(block: Pair, columns: int) -> Iterator[Row]:
    style = block.style
    width = columns // style.width
    hang = display_width(block.prefix)
    room = width - hang - display_width(block.right) - 1
    if 3 * room < width:  # no room side by side
        yield from _text_rows(Text(block.left, style, block.prefix), columns)
        yield from _text_rows(Text(block.right, replace(style, align=Align.RIGHT)), columns)
        return
    lines = list(_lines(block.left, room))
    for position, (line, writing) in enumerate(lines):
        row = Row(line, style, before=" " * hang if position else block.prefix, writing=writing)
        if position == len(lines) - 1:
            gap = width - display_width(row.text) - display_width(block.right)
            row = replace(row, after=" " * gap + block.right)
        yield row


def _margins(style: Style) -> int:
    """Return how many normal characters are kept free beside inverse letters."""
    return 2 if style.inverse else 0


def _dressed(row: Row, columns: int) -> Row:
    """Let inverse text fill the row with its own colour, so that all rows are as wide."""
    if not row.style.inverse:
        return row
    free = max(0, columns - row.style.width * columns_of(row.text, row.room))
    left = free // 2 if row.style.align is Align.CENTER else min(1, free)
    return replace(row, left=left, right=free - left)


def _narrowed(block: Text, columns: int) -> tuple[Style, int]:
    """Return a style narrow enough for the longest word, and the room of its wide letters.

    A banner stays in one row if it can.
    """
    style = block.style
    free = columns - block.indent - _margins(style)
    for width in range(style.width, 0, -1):
        room = 2 if style.height >= 2 * width else 1  # else high letters would be squeezed
        if width * (display_width(block.prefix) + _longest(block, room)) <= free:
            return replace(style, width=width), room
    return replace(style, width=1), 1


def _longest(block: Text, room: int) -> int:
    """Return the columns of what should not be broken."""
    is_banner = block.style.inverse and block.style.align is Align.CENTER
    pieces = block.text.split("\n") if is_banner else _words(block.text)
    return max((columns_of(piece, room) for piece in pieces), default=0)


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of so many columns; only spaces at the breaks are lost."""
    return [line for line, _writing in _lines(text, width)]


def _lines(text: str, width: int, room: int = 1) -> Iterator[tuple[str, Writing]]:
    """Wrap paragraph by paragraph; of several blank ones below each other one takes paper."""
    for is_blank, paragraphs in groupby(text.split("\n"), key=lambda one: not one.strip()):
        for paragraph in islice(paragraphs, 1 if is_blank else None):
            writing = writing_of(paragraph)
            for line in _wrapped(paragraph, width, room):
                yield line, writing


def _wrapped(paragraph: str, width: int, room: int) -> Iterator[str]:
    line = ""
    for token in _tokens(paragraph, width, room):
        if columns_of(line + token, room) <= width:
            line += token
            continue
        if line.strip():
            yield line.rstrip(" ")
        line = ""
        if token.strip(" "):
            *full, line = _pieces(token, width, room)
            yield from full
    yield line.rstrip(" ")


def _tokens(paragraph: str, width: int, room: int) -> Iterator[str]:
    """Cut where a row may end: between words, and at the hyphens of one longer than a row."""
    for word in _cut(paragraph, _is_between_words):
        yield from (word,) if columns_of(word, room) <= width else _cut(word, _is_after_hyphen)


def _pieces(word: str, width: int, room: int) -> Iterator[str]:
    """Cut a word that may be longer than a line; what belongs to a letter stays with it."""
    piece = ""
    for cluster in clusters(word):
        if piece and columns_of(piece + cluster, room) > width:
            yield piece
            piece = ""
        piece += cluster
    yield piece


def _words(text: str) -> Iterator[str]:
    """List what should not be broken: words, and Chinese characters one by one."""
    for word in re.split("[ \n]", text):
        yield from _cut(word, lambda _token, before, after: _is_between_wide(before, after))


def _cut(paragraph: str, may_break: Callable[[str, str, str], bool]) -> Iterator[str]:
    token = last = ""
    for cluster in clusters(paragraph):
        if token and may_break(token, last, cluster):
            yield token
            token = ""
        token += cluster
        last = cluster
    if token:
        yield token


def _is_between_words(_token: str, before: str, after: str) -> bool:
    if " " in {before, after}:
        return before != after
    return _is_between_wide(before, after)


def _is_after_hyphen(token: str, before: str, after: str) -> bool:
    """Tell whether a hyphen is the end of a part of a word; between digits it is none."""
    ahead = token.rstrip("-")
    is_number = ahead[-1:].isdigit() and after.isdigit()
    return before == "-" != after and bool(ahead) and not is_number


def _is_between_wide(before: str, after: str) -> bool:
    return (
        (_is_wide(before) or _is_wide(after)) and before not in _OPENING and after not in _CLOSING
    )


def _is_wide(cluster: str) -> bool:
    is_korean = _KOREAN[0] <= cluster[0] <= _KOREAN[1]
    return wcwidth(cluster[0]) == _WIDE and not is_korean
