"""If these pass, the events of one order may come in any order whatever, and by either road.

For every permutation of every selection of an order's events these things hold, whether or not the
printers work in between, and whichever of them a webhook brings and which a search:

1. There is at most one full set of receipts that is not called off; no receipt of it twice.
2. There was one if an approval came before any cancellation newer than it, else none; it is
   complete if the order is accepted in the end.
3. What is known of the order at the end is what its newest event says.
4. A printer gets at most one cancellation ticket, and only if a ticket lies there.
5. Nothing waits to be printed of a cancelled order but the cancellation.
6. Of an order that is on in the end every reader has on paper what is known of it; a change comes
   only after a ticket, and only if something is different.
7. All events again, in any order, change nothing.
"""

from __future__ import annotations

import itertools
import json
import uuid
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.intake import CANCELLATIONS, DELIVERY_SET, PICKUP_SET, House, event, house_on
from wix_printer_service import order_records
from wix_printer_service.models import JobState, OrderState, Receipt, Road
from wix_printer_service.order_targets import Comparison, target_of
from wix_printer_service.settings.intake import RESTAURANT_APP_IDS
from wix_printer_service.simulation import samples
from wix_printer_service.stations import Kitchen
from wix_printer_service.wix import wire
from wix_printer_service.wix.webhook import event_of_search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wix_printer_service.models import Order
    from wix_printer_service.wix.webhook import OrderEvent

DELIVERY = ("delivery_cash", "delivery_updated", "delivery_canceled", "delivery_paid")
PICKUP = ("pickup_created", "pickup", "pickup_fulfilled")
BY_WEBHOOK, BY_SEARCH = Road.WEBHOOK, Road.BACKFILL
CALLED_OFF = {JobState.CANCELLED}
NEWS = {Receipt.CANCELLATION, Receipt.CHANGE}
COMPARISON = Comparison(Kitchen({}, RESTAURANT_APP_IDS), with_payment=False)
STATUS = {"pickup_created": "INITIALIZED", "delivery_canceled": "CANCELED"}
"""What the samples say; all others say APPROVED."""


def selections(names: Sequence[str]) -> list[tuple[str, ...]]:
    sizes = range(1, len(names) + 1)
    return [some for size in sizes for some in itertools.permutations(names, size)]


def told(name: str, order_id: str, road: Road = BY_WEBHOOK) -> OrderEvent:
    """Return what a webhook tells of an order, or what a search shows of it at that moment."""
    if road is BY_WEBHOOK:
        return event(name, order_id)
    envelope = samples.rename(samples.load(name), order_id, "10099")
    return event_of_search(wire.load(json.dumps(samples.order_of(envelope))))


def is_set_due(names: Sequence[str], events: Sequence[OrderEvent]) -> bool:
    """Tell whether an approval came that no cancellation had overtaken."""
    cancelled_at = ""
    for name, each in zip(names, events, strict=True):
        status = STATUS.get(name, "APPROVED")
        if status == "CANCELED":
            cancelled_at = max(cancelled_at, updated_at(each))
        elif status == "APPROVED" and updated_at(each) > cancelled_at:
            return True
    return False


def updated_at(each: OrderEvent) -> str:
    """Return when Wix changed the order; the samples' sequences are in the same order."""
    return each.order["updatedDate"]


@pytest.fixture
def house(database, fake_clock):
    return house_on(database, fake_clock)


def check(
    house: House,
    names: Sequence[str],
    full_set: dict[tuple[str, str], int],
    when: str,
    roads: Sequence[Road] = (),
):
    order_id = str(uuid.uuid4())
    roads = roads or [BY_WEBHOOK] * len(names)
    events = [told(name, order_id, road) for name, road in zip(names, roads, strict=True)]
    for each in events:
        house.accept(each)
        if when == "at once":
            house.print_all()
    check_set(house, order_id, full_set if is_set_due(names, events) else {})
    check_newest(house, names, events)
    check_cancellation(house, order_id)
    check_changes(house, order_id)
    before = house.receipts(order_id), house.order(order_id)
    assert set(house.accept(*reversed(events))) == {"duplicate"}
    assert (house.receipts(order_id), house.order(order_id)) == before


def check_set(house: House, order_id: str, expected: dict[tuple[str, str], int]) -> None:
    jobs = [job for job in house.jobs_of(order_id) if job.receipt not in NEWS]
    alive = Counter((job.receipt, job.printer) for job in jobs if job.state not in CALLED_OFF)
    assert {(job.receipt, job.printer) for job in jobs} == set(expected)
    assert alive <= Counter(expected)
    if house.state(order_id) is OrderState.ACCEPTED:
        assert alive == expected


def check_newest(house: House, names: Sequence[str], events: Sequence[OrderEvent]) -> None:
    newest, name = max(zip(events, names, strict=True), key=lambda pair: updated_at(pair[0]))
    order = house.order(newest.order_id)
    assert (order.sequence, order.status) == (newest.sequence, STATUS.get(name, "APPROVED"))
    assert order.payment_status == newest.order["paymentStatus"]
    with house.database.reading() as connection:
        shown, _ = order_records.newest_revision(connection, newest.order_id)
    assert shown.updated_at.isoformat() == order.updated_at.isoformat()
    assert shown.fulfillment_status == newest.order["fulfillmentStatus"]


def check_cancellation(house: House, order_id: str) -> None:
    jobs = house.jobs_of(order_id)
    tickets = [job for job in jobs if job.receipt not in NEWS]
    told = [job.printer for job in jobs if job.receipt is Receipt.CANCELLATION]
    state = house.state(order_id)
    assert len(told) == len(set(told))
    if state is OrderState.CANCELLED:
        assert set(told) == {job.printer for job in tickets if job.state is JobState.PRINTED}
        assert JobState.QUEUED not in {
            job.state for job in jobs if job.receipt is not Receipt.CANCELLATION
        }
    else:
        assert told == []
        assert (state is OrderState.ACCEPTED) is bool(tickets)


def check_changes(house: House, order_id: str) -> None:
    if house.state(order_id) is not OrderState.ACCEPTED:
        return
    house.print_all()
    jobs = house.jobs_of(order_id)
    for target in {target_of(job, jobs) for job in jobs}:
        mine = [job for job in jobs if target_of(job, jobs) == target]
        printed = [job for job in mine if job.state is JobState.PRINTED]
        assert printed[0].receipt is target.receipt
        shown = [shown_at(house, order_id, job.revision) for job in printed]
        differs = partial(COMPARISON.differs, reader=target.receipt, station=target.station)
        for earlier, later in itertools.pairwise(zip(printed, shown, strict=True)):
            assert later[0].receipt is Receipt.CHANGE
            assert later[0].from_revision == earlier[0].revision
            assert differs(earlier[1], later[1])
        assert not differs(shown[-1], shown_at(house, order_id, None))


def shown_at(house: House, order_id: str, revision: int | None) -> Order:
    with house.database.reading() as connection:
        return order_records.newest_revision(connection, order_id, revision)[0]


@pytest.mark.parametrize("when", ["later", "at once"])
@pytest.mark.parametrize("names", selections(PICKUP), ids=" ".join)
def test_the_events_of_a_pickup_in_any_order(house, names, when):
    check(house, names, PICKUP_SET, when)


@pytest.mark.parametrize("when", ["later", "at once"])
@pytest.mark.parametrize("first", DELIVERY)
def test_the_events_of_a_delivery_in_any_order(house, first, when):
    for names in selections(DELIVERY):
        if names[0] == first:
            check(house, names, DELIVERY_SET, when)


def test_the_cancellation_of_a_printed_order_reaches_every_printer(house):
    for between in itertools.permutations(["delivery_cash", "delivery_updated"]):
        order_id = str(uuid.uuid4())
        house.accept(*[event(name, order_id) for name in between])
        house.print_all()
        house.accept(event("delivery_canceled", order_id))
        assert house.receipts(order_id) == DELIVERY_SET | CANCELLATIONS


@pytest.mark.parametrize("when", ["later", "at once"])
@pytest.mark.parametrize("roads", [*itertools.product(Road, repeat=3)], ids=" ".join)
def test_the_events_of_a_pickup_in_any_order_by_any_road(house, roads, when):
    for names in itertools.permutations(PICKUP):
        check(house, names, PICKUP_SET, when, roads)


@pytest.mark.parametrize("when", ["later", "at once"])
@pytest.mark.parametrize("roads", [*itertools.product(Road, repeat=3)], ids=" ".join)
def test_the_events_of_a_delivery_in_any_order_by_any_road(house, roads, when):
    for names in itertools.permutations(DELIVERY, 3):
        check(house, names, DELIVERY_SET, when, roads)


@pytest.mark.parametrize("when", ["later", "at once"])
@pytest.mark.parametrize("pair", [*itertools.combinations(DELIVERY, 2)], ids=" ".join)
def test_events_that_come_by_both_roads_in_any_order(house, pair, when):
    for turns in itertools.permutations(itertools.product(pair, Road)):
        names, roads = zip(*turns, strict=True)
        check(house, names, DELIVERY_SET, when, roads)
