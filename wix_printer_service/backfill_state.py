"""When Wix was last asked for orders, and with what result."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Outcome(StrEnum):
    """How asking Wix went."""

    NOT_CONFIGURED = "not_configured"
    """There is no key with which to ask."""
    NOT_YET = "not_yet"
    FINE = "fine"
    UNAVAILABLE = "unavailable"
    """Wix or the way to it is away, or Wix wants to be left alone for a while."""
    KEY_REFUSED = "key_refused"
    """Only a person can put this right."""
    FAILED = "failed"
    """Wix says no, or what it sent could not be written down."""


@dataclass(frozen=True, slots=True)
class BackfillState:
    """How far the backfill is, for people; moments are ours, in UTC, unless they say otherwise."""

    outcome: Outcome = Outcome.NOT_CONFIGURED
    text: str = ""
    """What a person should know; empty while there is nothing to say."""
    asked_at: datetime | None = None
    """When Wix was last asked."""
    answered_at: datetime | None = None
    """When Wix last told everything that it was asked for."""
    found: int = 0
    """So many orders and cancellations it brought since the start that no webhook had brought."""
    past_due: int = 0
    """So many orders of before the first start are due later; they are not printed."""
    next_look_in_s: float | None = None
    print_since: datetime | None = None
    """Orders of before are recorded, not printed; by Wix's clock."""
