"""Which letters no font could draw since the start: they stand as code points on paper."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class MissingLetters:
    """Remembers letters; any thread may ask and tell."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._letters: tuple[str, ...] = ()

    def note(self, letters: Iterable[str]) -> tuple[str, ...]:
        """Remember letters, and return those that are new."""
        with self._lock:
            new = tuple(sorted(set(letters).difference(self._letters)))
            self._letters = (*self._letters, *new)
        return new

    @property
    def letters(self) -> tuple[str, ...]:
        """Return all of them, the first one first."""
        return self._letters


def code_points(letters: Iterable[str]) -> list[str]:
    """Name letters by their numbers, such as ``U+1F600``: that is nobody's secret."""
    return [f"U+{ord(letter):04X}" for letter in letters]
