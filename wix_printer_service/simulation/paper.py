"""Looks at what the virtual printer has put out, as a person looks at the tray."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_DRAWN = re.compile(r"\[image \d+x\d+\]")


@dataclass(frozen=True, slots=True)
class Paper:
    """One receipt: its text and where its picture lies."""

    text: str
    picture: Path

    @property
    def legible(self) -> str:
        """Return the text for a person: rows that the printer drew can be read in the picture."""
        return _DRAWN.sub(f"[drawn: see {self.picture.name}]", self.text)

    def is_about(self, number: str) -> bool:
        """Tell whether the receipt names an order's number."""
        return re.search(rf"#{re.escape(number)}\b", self.text) is not None


@dataclass(frozen=True, slots=True)
class Balance:
    """What was expected against what lies there."""

    printed: int
    lost: int
    duplicated: int


def tray(folder: Path) -> list[Paper]:
    """List the receipts in a folder, oldest first; one without its picture is not out yet."""
    return [
        Paper(text.read_text(encoding="utf-8"), text.with_suffix(".png"))
        for text in sorted(folder.glob("*.txt"))
        if text.with_suffix(".png").exists()
    ]


def balance(papers: list[Paper], expected: Mapping[str, int]) -> Balance:
    """Compare the receipts with how many each order number must have."""
    found = {number: sum(p.is_about(number) for p in papers) for number in expected}
    return Balance(
        printed=len(papers),
        lost=sum(max(0, wanted - found[number]) for number, wanted in expected.items()),
        duplicated=len(papers) - sum(min(found[n], wanted) for n, wanted in expected.items()),
    )
