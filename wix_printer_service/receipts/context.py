"""What a receipt needs to know besides the order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class ReceiptContext:
    """The restaurant: its words, clock and catalogues.

    ``restaurant_app_ids`` are the Wix apps whose lines are for the kitchen.
    """

    restaurant_name: str
    timezone: ZoneInfo
    language: str = "de"
    address: tuple[str, ...] = ()
    restaurant_app_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Duplicate:
    """What is known of a ticket that may have come out before."""

    first_sent_at: datetime
    attempt: int
    """Which try this one is; the first was 1."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What sets this piece of paper apart from the first one printed in time."""

    copy: bool = False
    """A person asked for it again."""
    duplicate: Duplicate | None = None
    """It may lie in the kitchen already."""
    late_ordered_at: datetime | None = None
    """It comes late: when the order was placed."""
    backup_from: str = ""
    """The printer that this one stands in for."""
    cancelled: bool = False
    """Its order is off; nobody is to cook or drive by it."""


UNMARKED = Marks()
