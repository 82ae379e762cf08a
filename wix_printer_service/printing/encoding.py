"""Which bytes stand for which characters, and which characters no code page has.

A printer's upper 128 bytes mean what its current code page says (``ESC t n``). The page's number
differs between makers; it comes from python-escpos's profiles. Of a profile's pages only those are
used that printers of all makers fill alike: ISO 8859-7, for one, has a euro sign only since 2003.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from wcwidth import wcwidth

from wix_printer_service.printing.emoji import flattened, with_regions_named
from wix_printer_service.printing.graphemes import SHAPERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PREFERRED: Final = ("CP858", "CP1252", "CP437", "CP852", "CP857", "CP866")
"""Sure pages, best first: 858 alone holds Western Europe and the euro sign."""

NO_BREAK_SPACE: Final = "\u00a0"

_BREAKS: Final = frozenset("\n\v\f\r\x85\u2028\u2029")
_SOFT_HYPHEN: Final = "\u00ad"
_SPACES: Final = {
    "\t": " ",
    **dict.fromkeys(("\u00a0", "\u2007", "\u202f"), NO_BREAK_SPACE),
    # blank, and as wide as a Chinese character; the last one is a letter that is never seen
    **dict.fromkeys(("\u3000", "\u3164"), "  "),
    **dict.fromkeys(("\u2800", "\uffa0"), " "),
}


def clean(text: str) -> str:
    """Return a text without control characters and composed (NFC), so that it cannot command.

    Line breaks become newlines; spaces plain, or U+00A0 if they must not break. Emoji become what
    paper can show of them. What stays invisible and shapes nothing, such as bidirectional marks,
    goes.
    """
    named = with_regions_named(unicodedata.normalize("NFC", text).replace("\r\n", "\n"))
    seen = "".join(map(_clean, named))
    return unicodedata.normalize("NFC", flattened(seen))


@lru_cache(maxsize=1024)
def _clean(character: str) -> str:
    category = unicodedata.category(character)
    if character in _BREAKS:
        return "\n"
    if character in _SPACES or category == "Zs":
        return _SPACES.get(character, " ")
    return "" if category == "Cc" or _is_invisible(character, category) else character


def _is_invisible(character: str, category: str) -> bool:
    if character in SHAPERS:
        return False
    if category == "Cf":
        # some Arabic signs are format characters, too, and are seen
        return wcwidth(character) == 0 or character == _SOFT_HYPHEN
    return category == "Mn" and "VARIATION SELECTOR" in unicodedata.name(character, "")


class CodePages:
    """The pages that a printer has and that are surely right.

    Args:
        available: Names of the printer's code pages, such as ``CP858``.
    """

    def __init__(self, available: Iterable[str]) -> None:
        names = frozenset(available)
        self._names = tuple(name for name in PREFERRED if name in names)

    def __bool__(self) -> bool:
        """Tell whether there is any such page."""
        return bool(self._names)

    def cover(self, text: str) -> bool:
        """Tell whether every character of a text is ASCII or on one of the pages."""
        return text.isascii() or all(
            character.isascii() or any(character in _characters(name) for name in self._names)
            for character in text
        )

    def runs(self, text: str, current: str) -> Iterator[tuple[str, str]]:
        """Cut a text into pieces of one page each, with as few changes of page as can be.

        Args:
            text: What ``cover`` said yes to.
            current: The page that the printer is on, empty if unknown.
        """
        rest = text
        while rest:
            candidates = (current, *self._names) if current else self._names
            lengths = {name: _length_on(name, rest) for name in candidates}
            current = max(lengths, key=lambda name: lengths[name])
            yield current, rest[: lengths[current]]
            rest = rest[lengths[current] :]


def _length_on(page: str, text: str) -> int:
    characters = _characters(page)
    for position, character in enumerate(text):
        if not (character.isascii() or character in characters):
            return position
    return len(text)


@cache
def _characters(page: str) -> frozenset[str]:
    return frozenset(bytes(range(128, 256)).decode(page.lower(), errors="ignore"))
