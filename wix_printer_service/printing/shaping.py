"""From a text to glyphs in the order in which they stand on paper, joined and stacked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

import uharfbuzz

from wix_printer_service.printing import fonts
from wix_printer_service.printing.graphemes import clusters
from wix_printer_service.printing.writing import LATIN, Writing, levels

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MISSING: Final = 0
"""The glyph by which every font says that it has none."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """An outline of a font and where it stands: dots of the font's own grid, up and right."""

    number: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of one font, one script and one direction. ``width`` is in the font's own grid."""

    text: str
    font: Path
    script: str | None
    glyphs: tuple[Glyph, ...]
    width: int


@dataclass(slots=True)
class _Piece:
    text: str
    font: Path
    script: str | None
    level: int


def shaped(text: str, writing: Writing = LATIN) -> list[Run]:
    """Shape a text of one row; the pieces come in the order in which they stand, left first.

    Args:
        text: Without newlines; every letter is one that a font has (``fonts.font_for``).
        writing: Of the paragraph that the row is from.
    """
    return [_shape(piece) for piece in _in_order_of_sight(list(_pieces(text, writing)))]


def _pieces(text: str, writing: Writing) -> Iterator[_Piece]:
    """Cut a text; a space goes with what is before it, and so does what belongs to all scripts."""
    letters = list(clusters(text))
    depths = levels("".join(letters), is_right_to_left=writing.is_right_to_left)
    piece: _Piece | None = None
    position = 0
    for cluster in letters:
        level = depths[position]
        position += len(cluster)
        script, font = fonts.script_of(cluster), fonts.font_for(cluster, writing.forms)
        if piece and level == piece.level and _goes_with(piece, cluster, script, font):
            piece.text += cluster
            piece.script = piece.script or script
            continue
        if piece:
            yield piece
            piece = None
        piece = _Piece(cluster, font or fonts.monospaced(), script, level)
    if piece:
        yield piece


def _goes_with(piece: _Piece, cluster: str, script: str | None, font: Path | None) -> bool:
    if cluster == " " or font is None:
        return True
    return font == piece.font and (None in {script, piece.script} or script == piece.script)


def _in_order_of_sight(pieces: list[_Piece]) -> list[_Piece]:
    """Turn round what runs to the left, deepest first (rule L2 of Unicode's Annex 9)."""
    deepest = max((piece.level for piece in pieces), default=0)
    for depth in range(deepest, 0, -1):
        pieces = _turned(pieces, depth)
    return pieces


def _turned(pieces: list[_Piece], depth: int) -> list[_Piece]:
    turned: list[_Piece] = []
    for is_deep, group in groupby(pieces, key=lambda piece: piece.level >= depth):
        found = list(group)
        turned += reversed(found) if is_deep else found
    return turned


def _shape(piece: _Piece) -> Run:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(piece.text)
    buffer.direction = "rtl" if piece.level % 2 else "ltr"
    buffer.guess_segment_properties()
    uharfbuzz.shape(fonts.opened(piece.font), buffer, fonts.features(piece.font, piece.script))
    glyphs, x = [], 0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        glyphs.append(Glyph(info.codepoint, x + position.x_offset, position.y_offset))
        x += position.x_advance
    return Run(piece.text, piece.font, piece.script, tuple(glyphs), x)
