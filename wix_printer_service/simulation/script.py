"""A lunch hour at a small trattoria: what happens, how that is heard of, what must be printed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from wix_printer_service.simulation import samples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


class Way(StrEnum):
    """How the daemon hears of something."""

    WEBHOOK = "webhook"
    """It happens at Wix, and Wix's webhook brings it."""
    LOST = "lost"
    """It happens at Wix, but the webhook gets lost: who wants to know must ask Wix."""
    LATE = "late"
    """Nothing happens at Wix: a webhook comes late or once more, with the order as it was then."""


@dataclass(frozen=True, slots=True)
class Guest:
    """A sample order with an identity of its own."""

    number: str
    order_id: str

    def event(self, sample: str, now: datetime) -> dict[str, Any]:
        """Return an event about this guest's order as if it came now."""
        envelope = samples.rename(samples.load(sample), self.order_id, self.number)
        return samples.shift(envelope, now)


@dataclass(frozen=True, slots=True)
class Step:
    """What happens, its envelope, and how many receipts it must bring.

    ``after_paper`` waits until everything so far is on paper, as a person would take time.
    """

    title: str
    guest: Guest
    envelope: dict[str, Any]
    receipts: int = 0
    way: Way = Way.WEBHOOK
    after_paper: bool = False


def lunch_hour(now: datetime) -> Iterator[Step]:
    """List what happens in one lunch hour, in the order in which it is heard of."""
    anna, jonas, bowl, cagla, again, off = (
        Guest(str(number), str(uuid.uuid4())) for number in range(10041, 10047)
    )
    yield from _orders(anna, jonas, bowl, cagla, now)
    yield from _order_unheard_of(again, now)
    yield from _changes_of_mind(bowl, jonas, now)
    yield Step("Anna has got her order: no paper", anna, anna.event("pickup_fulfilled", now))
    yield from _cancelled_before_it_is_known(off, now)


def _orders(anna: Guest, jonas: Guest, bowl: Guest, cagla: Guest, now: datetime) -> Iterator[Step]:
    cash = jonas.event("delivery_cash", now)
    yield Step(
        "Anna orders online, not paid yet: no paper", anna, anna.event("pickup_created", now)
    )
    yield Step("Anna has paid: kitchen and customer", anna, anna.event("pickup", now), 2)
    yield Step(
        "Jonas pays the driver in cash; the bar makes his cola: kitchen, bar, driver, customer",
        jonas,
        cash,
        4,
    )
    yield Step("Wix sends Jonas' order a second time: no paper", jonas, cash, way=Way.LATE)
    yield Step("A pickup with wishes and an allergy", bowl, bowl.event("modifiers", now), 2)
    yield Step(
        "A delivery in many scripts, drawn where the printer has no letters: three receipts",
        cagla,
        cagla.event("every_script", now),
        3,
    )


def _order_unheard_of(again: Guest, now: datetime) -> Iterator[Step]:
    unheard = again.event("pickup", now)
    yield Step(
        "Anna orders again; the webhook gets lost, so Wix is asked: kitchen and customer",
        again,
        unheard,
        2,
        Way.LOST,
    )
    yield Step("The lost webhook comes after all: no paper", again, unheard, way=Way.LATE)


def _changes_of_mind(bowl: Guest, jonas: Guest, now: datetime) -> Iterator[Step]:
    # an older change is older than the cancellation, of which the sample may still be to come
    changed = jonas.event("delivery_updated", now - samples.QUARTER)
    yield Step(
        "Somebody edits the order with wishes: a CHANGE for kitchen and customer, and a lemonade"
        " for the bar",
        bowl,
        bowl.event("modifiers_edited", now),
        3,
        after_paper=True,
    )
    yield Step(
        "Jonas calls off; that webhook gets lost too: CANCELLED in the kitchen and at the bar",
        jonas,
        jonas.event("delivery_canceled", now),
        2,
        Way.LOST,
        after_paper=True,
    )
    yield Step(
        "Wix sends an older change of Jonas' order late: no paper", jonas, changed, way=Way.LATE
    )


def _cancelled_before_it_is_known(off: Guest, now: datetime) -> Iterator[Step]:
    yield Step(
        "The cancellation of an order comes first",
        off,
        off.event("delivery_canceled", now),
        way=Way.LATE,
    )
    yield Step(
        "... and its approval afterwards: no paper",
        off,
        off.event("delivery_cash", now),
        way=Way.LATE,
    )
