"""A lunch hour at a small trattoria: which deliveries come, and what they must put on paper."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wix_printer_service.simulation import samples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


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
    """One delivery: what happens, its envelope, and how many receipts it must bring.

    ``after_paper`` waits until everything so far is on paper, as a person would take time.
    """

    title: str
    number: str
    envelope: dict[str, Any]
    receipts: int
    after_paper: bool = False


def lunch_hour(now: datetime) -> Iterator[Step]:
    """List the deliveries of one lunch hour in the order in which they come."""
    anna, jonas, bowl, cagla, late = (
        Guest(str(number), str(uuid.uuid4())) for number in range(10041, 10046)
    )

    def step(
        title: str, guest: Guest, sample: str, receipts: int, *, after_paper: bool = False
    ) -> Step:
        return Step(title, guest.number, guest.event(sample, now), receipts, after_paper)

    yield step("Anna orders online, not paid yet: no paper", anna, "pickup_created", 0)
    yield step("Anna has paid: kitchen and customer", anna, "pickup", 2)
    cash = step(
        "Jonas pays the driver in cash: kitchen, driver, customer", jonas, "delivery_cash", 3
    )
    yield cash
    yield Step("Wix sends Jonas' order a second time: no paper", jonas.number, cash.envelope, 0)
    yield step("A pickup with wishes and an allergy", bowl, "modifiers", 2)
    yield step("A delivery in many scripts", cagla, "every_script", 3)
    yield step("Somebody edits the order with wishes: written down", bowl, "modifiers_edited", 0)
    yield step(
        "Jonas calls off: one CANCELLED ticket", jonas, "delivery_canceled", 1, after_paper=True
    )
    yield step(
        "Wix sends an older change of Jonas' order late: no paper", jonas, "delivery_updated", 0
    )
    yield step("Anna has got her order: no paper", anna, "pickup_fulfilled", 0)
    yield step("The cancellation of an order comes first", late, "delivery_canceled", 0)
    yield step("... and its approval afterwards: no paper", late, "delivery_cash", 0)
