"""What a person sees as one letter, and how many columns it takes on paper."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from wcwidth import iter_graphemes, wcswidth

if TYPE_CHECKING:
    from collections.abc import Iterator

SHAPERS: Final = frozenset("\u200c\u200d\u034f\u180b\u180c\u180d\u180f")
"""Invisible, but they shape their neighbours; only a picture can show that."""
DOTTED_CIRCLE: Final = "\u25cc"
LONGEST: Final = 12
"""Characters in one letter: the longest conjuncts of India have ten. More is mischief."""

_PICTOGRAPHS: Final = ("\U0001f000", "\U0001faff")


def clusters(text: str) -> Iterator[str]:
    """Cut a text into letters with all that belongs to them, as Unicode's Annex 29 says.

    An accent without a letter gets a dotted circle to stand on.
    """
    if text.isascii():
        yield from text
        return
    for grapheme in iter_graphemes(text):
        rest = grapheme
        while rest:
            room = LONGEST - is_accent(rest[0])  # for the circle
            yield from _standing(rest[:room])
            rest = rest[room:]


def _standing(cluster: str) -> Iterator[str]:
    """Give the accents of a cluster a letter to stand on if they have none."""
    accents = cluster.lstrip("".join((" \n", *SHAPERS)))
    ground = cluster[: len(cluster) - len(accents)]
    if not accents or not is_accent(accents[0]):
        yield cluster
        return
    if ground:
        yield ground
    yield DOTTED_CIRCLE + accents


def is_accent(character: str) -> bool:
    """Tell whether a character stands on, under or beside the letter before it."""
    return unicodedata.category(character).startswith("M") and character not in SHAPERS


def display_width(text: str) -> int:
    """Return how many columns a text takes: two for Chinese characters and emoji, none for accents.

    A newline takes none.
    """
    if text.isascii():
        return sum(character >= " " for character in text)
    return sum(map(_width, iter_graphemes(text)))


@lru_cache(maxsize=4096)
def _width(grapheme: str) -> int:
    if _PICTOGRAPHS[0] <= grapheme[0] <= _PICTOGRAPHS[1]:
        return 2
    return max(0, wcswidth(grapheme))
