"""What a printer can do besides printing: by maker and model, or as it was found out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml


class Ability(StrEnum):
    """How sure it is that a printer can do something."""

    SEEN = "seen"
    """This very printer did it."""
    LISTED = "listed"
    """Its maker's documents say so."""
    UNTRIED = "untried"
    """Nobody knows; asking for it does no harm."""
    ABSENT = "absent"
    """It cannot, or asking for it might put text on paper: never asked for."""

    @property
    def is_known(self) -> bool:
        """Tell whether it is odd if the printer does not do it."""
        return self in {Ability.SEEN, Ability.LISTED}

    @property
    def may_be_asked(self) -> bool:
        """Tell whether the printer may be asked to do it."""
        return self is not Ability.ABSENT


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a printer can do; as it stands here, of one that is not known."""

    answers: Ability = Ability.UNTRIED
    """Answers ``DLE EOT``, the question how it is."""
    process_id: Ability = Ability.ABSENT
    """Says when a job is on paper (``GS ( H`` function 48)."""
    ordered_status: Ability = Ability.UNTRIED
    """Answers ``GS r`` when all before it is processed."""
    automatic_status: Ability = Ability.ABSENT
    """Says unasked when something changes (``GS a``)."""
    clear_buffers: Ability = Ability.ABSENT
    """Forgets half a job when told to (``DLE DC4`` function 8)."""


UNKNOWN_PRINTER: Final = Abilities()
NAMES: Final = ("process_id", "ordered_status", "automatic_status", "clear_buffers")
"""What an entry of the quirks tells; whether a printer answers, it shows by answering."""


@dataclass(frozen=True, slots=True)
class Quirk:
    """What is known of some models of a maker, and from where.

    ``maker`` and ``model`` are patterns for the whole of what the printer calls itself.
    """

    maker: str
    model: str
    abilities: Abilities
    reason: str
    source: str

    def fits(self, maker: str, model: str) -> bool:
        """Tell whether a printer that calls itself so is one of these."""
        return all(
            re.fullmatch(pattern, told.strip(), re.IGNORECASE)
            for pattern, told in ((self.maker, maker), (self.model, model))
        )


def by_model(maker: str, model: str) -> Abilities:
    """Return what a printer can do that calls itself so; the first quirk that fits decides."""
    fitting = (quirk.abilities for quirk in quirks() if quirk.fits(maker, model))
    return next(fitting, UNKNOWN_PRINTER)


@cache
def quirks() -> tuple[Quirk, ...]:
    """Return all quirks, in the order of the files' names."""
    folder = resources.files(__package__) / "quirks"
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    texts = (file.read_text("utf-8") for file in files if file.name.endswith(".yaml"))
    return tuple(_quirk(entry) for text in texts for entry in yaml.safe_load(text))


def _quirk(entry: dict[str, Any]) -> Quirk:
    told = {name: Ability(entry.pop(name)) for name in NAMES}
    return Quirk(**entry, abilities=Abilities(**told))
