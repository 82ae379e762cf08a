"""What emoji become where there are no colours and no joined pictures: parts and letters.

The sequences are those of Unicode Technical Standard 51.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from re import Match

_PICTURES: Final = "\u2190-\u2bff\U0001f000-\U0001faff"
_TAG_OFFSET: Final = 0xE0000
_FIRST_FLAG_LETTER: Final = 0x1F1E6

_REGION: Final = re.compile("\U0001f3f4([\U000e0021-\U000e007e]+)\U000e007f?")
_JOINER: Final = re.compile(f"(?<=[{_PICTURES}])\u200d(?=[{_PICTURES}])")
_SKIN_TONES: Final = re.compile(f"([{_PICTURES}])[\U0001f3fb-\U0001f3ff]+")
_FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]{1,2}")
_KEYCAP: Final = re.compile("([0-9#*])\u20e3")


def with_regions_named(text: str) -> str:
    """Return a text in which flags of regions, written in unseen characters, are readable."""
    return _REGION.sub(_region, text)


def flattened(text: str) -> str:
    """Return a text whose emoji are single pictures.

    Joined ones, such as a family, become their parts side by side. Flags and keys become their
    letters in brackets: stripes say nothing in black and white. Skin tones go for the same reason.

    Args:
        text: It holds no variation selectors any more.
    """
    if text.isascii():
        return text
    text = _SKIN_TONES.sub(r"\1", _JOINER.sub("", text))
    return _KEYCAP.sub(r"[\1]", _FLAG.sub(_flag, text))


def _flag(match: Match[str]) -> str:
    letters = (chr(ord(letter) - _FIRST_FLAG_LETTER + ord("A")) for letter in match[0])
    return f"[{''.join(letters)}]"


def _region(match: Match[str]) -> str:
    return f"[{''.join(chr(ord(tag) - _TAG_OFFSET) for tag in match[1]).upper()}]"
