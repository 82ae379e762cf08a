"""How a paragraph is written: which way it runs, and whose Chinese characters it has."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Final

from bidi import get_display

from wix_printer_service.printing.fonts import CHINESE_FORMS, has_one_width
from wix_printer_service.printing.graphemes import clusters, display_width

_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})
_TURNS: Final = _RIGHT_TO_LEFT | {"AN"}
_JAPANESE: Final = re.compile("[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9d]")
_KOREAN: Final = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_TAIWANESE: Final = re.compile("[\u3105-\u312f\u31a0-\u31bf]")
_LEVEL: Final = re.compile(r"Level\(\s*(\d+)")


@dataclass(frozen=True, slots=True)
class Writing:
    """What the letters of a row take from the paragraph around them.

    ``forms`` says whose forms Chinese characters have (``fonts.CHINESE_FORMS``).
    """

    is_right_to_left: bool = False
    forms: str = CHINESE_FORMS[0]


LATIN: Final = Writing()


def writing_of(paragraph: str) -> Writing:
    """Tell how a paragraph is written: its first letter with a direction gives its own."""
    if paragraph.isascii():
        return LATIN
    classes = map(unicodedata.bidirectional, paragraph)
    first = next((found for found in classes if found == "L" or found in _RIGHT_TO_LEFT), "L")
    return Writing(first != "L", _forms(paragraph))


def columns_of(text: str, room: int) -> int:
    """Return how many columns a text takes (``display_width``) if letters have so much room.

    Args:
        text: Of one row.
        room: Columns of a letter of a script whose letters are too wide for one, such as Arabic;
            Chinese characters have two in any case.
    """
    if room == 1 or text.isascii():
        return display_width(text)
    return sum(map(_columns, clusters(text), repeat(room)))


@lru_cache(maxsize=4096)
def _columns(cluster: str, room: int) -> int:
    width = display_width(cluster)
    is_narrow = width == 1 and not has_one_width(cluster)
    return room if is_narrow else width


def _forms(paragraph: str) -> str:
    written = {"JP": _JAPANESE, "KR": _KOREAN, "TC": _TAIWANESE}
    return next((name for name, signs in written.items() if signs.search(paragraph)), "SC")


def levels(text: str, *, is_right_to_left: bool) -> list[int]:
    """Return how deep each character lies in changes of direction; odd ones run to the left.

    The rules are those of Unicode's Annex 9.
    """
    if not is_right_to_left and not any(unicodedata.bidirectional(c) in _TURNS for c in text):
        return [0] * len(text)
    # with debug, python-bidi returns the levels instead, one for each byte of UTF-8
    found = get_display(text, base_dir="R" if is_right_to_left else "L", debug=True)
    by_byte = [int(level) for level in _LEVEL.findall(found.rpartition("\n    levels: [")[2])]
    by_character, position = [], 0
    for character in text:
        by_character.append(by_byte[position])
        position += len(character.encode())
    return by_character
