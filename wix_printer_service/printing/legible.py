"""From a guest's text to one that a printer can show: at worst by code points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.printing import fonts
from wix_printer_service.printing.encoding import clean
from wix_printer_service.printing.graphemes import SHAPERS, clusters

if TYPE_CHECKING:
    from wix_printer_service.printing.encoding import CodePages


class Speller:
    """Spells out, as code points, what a printer can neither print nor draw.

    ``missing`` collects the characters that no font has, though one could.

    Args:
        pages: The printer's code pages.
        can_draw: Whether the printer takes pictures.
    """

    def __init__(self, pages: CodePages, *, can_draw: bool) -> None:
        self._pages = pages
        self._can_draw = can_draw
        self.missing: set[str] = set()

    def legible(self, text: str) -> str:
        """Return a text of which every letter is on a code page or in a font."""
        return "".join(map(self._shown, clusters(clean(text))))

    def _shown(self, cluster: str) -> str:
        seen = "".join(character for character in cluster if character not in SHAPERS)
        if self._pages.cover(seen):
            return seen
        return cluster if self._can_show(cluster) else self._spelled_out(seen)

    def _spelled_out(self, cluster: str) -> str:
        """Keep as much of a letter as can be shown; the rest stands after it."""
        shown, spelled = "", ""
        for position, character in enumerate(cluster):
            if (shown or not position) and self._can_show(shown + character):
                shown += character
            else:
                spelled += self._code_point(character)
        return shown + spelled

    def _can_show(self, cluster: str) -> bool:
        if self._pages.cover(cluster):
            return True
        return self._can_draw and fonts.font_for(cluster) is not None

    def _code_point(self, character: str) -> str:
        if self._can_draw and fonts.can_be_in_a_font(character):
            self.missing.add(character)
        return f"[U+{ord(character):04X}]"
