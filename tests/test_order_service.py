"""If these pass, an event is written down once, whole, with all that follows from it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from tests.intake import (
    CANCELLATIONS,
    DEADLINE_S,
    DELIVERY_SET,
    DOCUMENT,
    PICKUP_SET,
    event,
    event_of,
    house_on,
)
from wix_printer_service import job_records, order_records
from wix_printer_service.errors import NotFoundError
from wix_printer_service.models import JobState, Method, OrderState, Priority
from wix_printer_service.settings import Intake
from wix_printer_service.simulation import samples
from wix_printer_service.wix.webhook import EventKind

PICKUP = samples.load("pickup")["data"]["entityId"]
DELIVERY = samples.load("delivery_cash")["data"]["entityId"]


@pytest.fixture
def house(database, fake_clock):
    return house_on(database, fake_clock)


def test_an_approved_order_is_written_down_with_its_jobs(house, fake_clock):
    assert house.accept(event("delivery_cash")) == ["accepted"]
    order = house.order(DELIVERY)
    assert (order.number, order.state, order.status) == ("10042", OrderState.ACCEPTED, "APPROVED")
    assert (order.payment_status, order.method) == ("NOT_PAID", Method.DELIVERY)
    assert (order.sequence, order.revision, order.readable) == (2, 1, True)
    assert order.due_at.isoformat() == "2026-11-20T19:15:00+00:00"
    assert order.ordered_at.isoformat() == "2026-11-20T17:50:01.004000+00:00"
    assert order.received_at == fake_clock.now()
    assert house.receipts(DELIVERY) == DELIVERY_SET
    assert house.job_states(DELIVERY) == {JobState.QUEUED}
    assert house.rows("offline_queue") == 3


def test_an_order_that_is_not_approved_yet_is_remembered_without_paper(house):
    assert house.accept(event("pickup_created")) == ["recorded"]
    assert house.state(PICKUP) is OrderState.REMEMBERED
    assert house.jobs_of(PICKUP) == []
    assert house.accept(event("pickup")) == ["accepted"]
    assert house.receipts(PICKUP) == PICKUP_SET


def test_the_same_event_twenty_times_makes_one_set(house):
    assert house.accept(*[event("pickup")] * 20) == ["accepted", *["duplicate"] * 19]
    assert house.receipts(PICKUP) == PICKUP_SET
    assert house.order(PICKUP).revision == 1
    assert house.rows("inbox") == 1


@pytest.mark.parametrize("same_id", [True, False], ids=["one event", "fifty events"])
def test_fifty_threads_with_one_order_make_one_set(house, same_id):
    events = [event("pickup") for _ in range(50)]
    if not same_id:
        events = [replace(each, id=f"event-{number}") for number, each in enumerate(events)]
    start = threading.Barrier(len(events))
    verdicts = []

    def deliver(each):
        start.wait(DEADLINE_S)
        verdicts.extend(house.accept(each))

    threads = [threading.Thread(target=deliver, args=(each,)) for each in events]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)
    others = "duplicate" if same_id else "recorded"
    assert sorted(verdicts) == sorted(["accepted", *[others] * 49])
    assert house.receipts(PICKUP) == PICKUP_SET


def test_jobs_not_yet_started_show_the_newest_revision(house, database):
    house.accept(event("delivery_cash"), event("delivery_updated"))
    with database.reading() as connection:
        order, revision = order_records.newest_revision(connection, DELIVERY)
    assert (order.address.addition, revision) == ("Vorderhaus, EG rechts", 2)
    assert house.receipts(DELIVERY) == DELIVERY_SET


def test_an_older_event_never_overwrites_a_newer_revision(house, database):
    house.accept(event("delivery_updated"), event("delivery_cash"))
    with database.reading() as connection:
        order, revision = order_records.newest_revision(connection, DELIVERY)
    assert (order.address.addition, revision) == ("Vorderhaus, EG rechts", 1)


def test_a_cancellation_before_the_print_needs_no_paper(house):
    assert house.accept(event("delivery_cash"), event("delivery_canceled"))[1] == "cancelled"
    assert house.state(DELIVERY) is OrderState.CANCELLED
    assert house.receipts(DELIVERY) == DELIVERY_SET
    assert house.job_states(DELIVERY) == {JobState.CANCELLED}
    assert house.claim("kitchen") is None


def test_a_cancellation_after_the_print_tells_every_printer_once(house):
    house.accept(event("delivery_cash"))
    house.print_all()
    again = replace(event("delivery_canceled"), id="another", sequence=6)
    assert house.accept(event("delivery_canceled"), again) == ["cancelled", "recorded"]
    assert house.receipts(DELIVERY) == DELIVERY_SET | CANCELLATIONS
    claim = house.claim("kitchen")
    assert claim.job.receipt == "cancellation"
    assert claim.item.priority is Priority.HIGH


@pytest.mark.parametrize(
    "state",
    [JobState.PRINTED, JobState.PRINTED_UNCONFIRMED, JobState.UNCERTAIN, JobState.HELD],
)
def test_a_cancellation_goes_only_where_a_ticket_may_lie(house, state):
    house.accept(event("delivery_cash"))
    house.settle(house.claim("kitchen"), state)
    house.accept(event("delivery_canceled"))
    assert house.receipts(DELIVERY) == DELIVERY_SET | {("cancellation", "kitchen"): 1}


def test_no_ticket_of_a_cancelled_order_is_printed_again_for_want_of_its_confirmation(house):
    house.accept(event("delivery_cash"))
    house.settle(house.claim("kitchen"), JobState.UNCERTAIN)
    house.accept(event("delivery_canceled"))
    assert house.claim("kitchen").job.receipt == "cancellation"
    assert house.claim("kitchen") is None


def test_a_cancellation_follows_a_ticket_to_the_printer_that_took_over(house):
    house.accept(event("delivery_cash"))
    house.settle(house.claim("kitchen"), JobState.UNCERTAIN)
    house.database.write(lambda t: house.moves.hand_over(t, "kitchen", "counter", "away"))
    house.settle(house.claim("counter"))
    house.accept(event("delivery_canceled"))
    stopped = {each for each in house.receipts(DELIVERY) if each[0] == "cancellation"}
    assert stopped == set(CANCELLATIONS)


@pytest.mark.parametrize(
    ("changes", "priority"),
    [
        ({}, Priority.NORMAL),
        ({"priceSummary": {"total": {"amount": "100.01"}}}, Priority.HIGH),
        ({"buyerNote": "Nussallergie!"}, Priority.CRITICAL),
    ],
)
def test_an_orders_tickets_are_as_urgent_as_the_rules_say(house, changes, priority):
    house.accept(event("delivery_cash", **changes))
    assert [house.claim(name).item.priority for name in ("kitchen", "counter")] == [priority] * 2


def test_the_urgency_is_that_of_all_that_is_known_of_an_order(house):
    created = event("delivery_cash", status="INITIALIZED", buyerNote="Nussallergie!")
    approved = replace(event("delivery_cash"), id="approved", order={}, sequence=9)
    house.accept(replace(created, kind=EventKind.CREATED, sequence=1), approved)
    assert house.claim("kitchen").item.priority is Priority.CRITICAL


def test_a_ticket_that_is_just_being_sent_is_called_off_on_paper(house):
    house.accept(event("delivery_cash"))
    house.claim("counter")
    house.accept(event("delivery_canceled"))
    assert house.receipts(DELIVERY) == DELIVERY_SET | {("cancellation", "counter"): 1}
    assert house.job_states(DELIVERY) == {JobState.SENDING, JobState.CANCELLED, JobState.QUEUED}


def test_an_approval_after_a_cancellation_on_paper_prints_nothing_and_a_person_is_told(house):
    house.accept(event("delivery_cash"))
    house.print_all()
    house.accept(event("delivery_canceled"))
    before = house.receipts(DELIVERY)
    with capture_logs() as logs:
        assert house.accept(event("delivery_paid")) == ["changed_after_cancellation"]
    assert house.receipts(DELIVERY) == before
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == [
        "cancelled_order_changed_again"
    ]


def test_an_approval_after_a_cancellation_without_paper_prints_the_set_after_all(house):
    house.accept(event("delivery_cash"), event("delivery_canceled"))
    assert house.accept(event("delivery_paid")) == ["accepted"]
    waiting = [job.receipt for job in house.jobs_of(DELIVERY) if job.state is JobState.QUEUED]
    assert sorted(waiting) == ["customer", "driver", "kitchen"]


def test_an_order_that_was_due_long_ago_is_held_and_a_person_is_told(house, fake_clock):
    fake_clock.advance(timedelta(days=3).total_seconds())
    with capture_logs() as logs:
        assert house.accept(event("pickup"), event("pickup_fulfilled")) == ["held", "recorded"]
    assert house.state(PICKUP) is OrderState.HELD
    assert house.receipts(PICKUP) == PICKUP_SET
    assert house.job_states(PICKUP) == {JobState.HELD}
    assert house.claim("kitchen") is None
    assert "order_held" in [entry["event"] for entry in logs]


def test_a_held_order_that_is_cancelled_prints_nothing(house, fake_clock):
    fake_clock.advance(timedelta(days=3).total_seconds())
    house.accept(event("delivery_cash"), event("delivery_canceled"))
    assert house.state(DELIVERY) is OrderState.CANCELLED
    assert house.job_states(DELIVERY) == {JobState.CANCELLED}


@pytest.mark.parametrize("slug", ["imported", "imported_order_deleted"])
def test_an_imported_order_is_written_down_without_paper(house, slug):
    imported = event_of(samples.as_event(samples.load("pickup"), slug))
    assert house.accept(imported) == ["ignored"]
    assert house.accept(event("pickup", imported=True, status="APPROVED")) == ["ignored"]
    assert house.state(PICKUP) is OrderState.IGNORED
    assert house.jobs_of(PICKUP) == []


def test_an_accepted_order_stays_accepted_whatever_is_imported_later(house):
    house.accept(event("pickup"))
    imported = replace(event("pickup", imported=True), id="imported", sequence=9)
    assert house.accept(imported) == ["ignored"]
    assert house.state(PICKUP) is OrderState.ACCEPTED
    assert house.job_states(PICKUP) == {JobState.QUEUED}


def test_an_order_of_another_app_is_for_the_kitchen_only_if_set_so(database, fake_clock):
    line = {"productName": {"original": "Mug"}, "quantity": 1, "catalogReference": {"appId": "x"}}
    shop = event("pickup", lineItems=[line])
    house = house_on(database, fake_clock)
    assert house.accept(shop) == ["ignored"]
    assert house.state(PICKUP) is OrderState.IGNORED
    everything = house_on(database, fake_clock, intake=Intake(other_orders="print"))
    assert everything.accept(replace(shop, id="again", sequence=9)) == ["accepted"]
    assert everything.state(PICKUP) is OrderState.ACCEPTED


def test_an_event_of_an_unknown_type_is_remembered(house):
    envelope = samples.load("pickup") | {"eventType": "wix.ecom.v1.fulfillments_updated"}
    envelope["data"] |= {"entityFqdn": "wix.ecom.v1.fulfillments"}
    assert house.accept(*[event_of(envelope)] * 2) == ["no_order", "duplicate"]
    assert house.outcomes() == ["no_order"]
    assert house.rows("orders") == 0


def test_an_order_that_cannot_be_read_prints_and_a_person_is_told(house):
    odd = replace(event("pickup"), order={"unreadable": "{half an ord"})
    with capture_logs() as logs:
        assert house.accept(odd) == ["accepted"]
    assert house.receipts(PICKUP) == PICKUP_SET
    assert not house.order(PICKUP).readable
    assert "order_not_fully_readable" in [entry["event"] for entry in logs]


def test_an_approval_that_forgets_its_order_prints(house, database):
    assert house.accept(replace(event("pickup"), order={})) == ["accepted"]
    assert house.receipts(PICKUP) == PICKUP_SET
    with database.reading() as connection:
        order, _ = order_records.newest_revision(connection, PICKUP)
    assert [piece.path for piece in order.unread] == ["order"]


def test_an_approval_that_does_not_show_the_delivery_still_makes_the_drivers_receipt(house):
    created = event("delivery_cash", status="INITIALIZED")
    approved = replace(event("delivery_cash"), id="approved", order={}, sequence=9)
    house.accept(replace(created, kind=EventKind.CREATED, sequence=1), approved)
    assert house.receipts(DELIVERY) == DELIVERY_SET


def test_a_log_line_names_the_order_and_nobody(house):
    with capture_logs() as logs:
        house.accept(event("delivery_cash"))
    (entry,) = [entry for entry in logs if entry["event"] == "order_event"]
    assert entry["order_id"] == DELIVERY
    assert entry["verdict"] == "accepted"
    assert "Jonas" not in str(logs)
    assert "Skalitzer" not in str(logs)


def test_a_restaurant_without_a_fitting_printer_is_warned(database, fake_clock):
    driver = {"counter": {"connection": "virtual:///x", "receipts": ["driver"]}}
    house = house_on(database, fake_clock, printers=driver)
    with capture_logs() as logs:
        assert house.accept(event("pickup")) == ["accepted"]
    assert "order_without_receipt" in [entry["event"] for entry in logs]


def test_a_sequence_beyond_64_bits_is_compared_as_a_number(house):
    first = replace(event("delivery_cash"), sequence=2**70)
    older = replace(event("delivery_canceled"), id="older", sequence=2**70 - 1)
    newer = replace(event("delivery_canceled"), id="newer", sequence=2**70 + 1)
    assert house.accept(first, older, newer) == ["accepted", "recorded", "cancelled"]
    assert house.order(DELIVERY).sequence == 2**70 + 1


def test_halves_of_characters_in_an_order_are_written_down_and_read_again(house, database):
    house.accept(event("pickup", buyerNote="no nuts \ud83d!"))
    with database.reading() as connection:
        order, _ = order_records.newest_revision(connection, PICKUP)
    assert order.buyer_note == "no nuts \ufffd!"


class TestForgetting:
    """A person asked to be forgotten."""

    @staticmethod
    def wish(**more: object):
        return replace(event("delivery_updated"), id="wish", anonymise=True, sequence=99, **more)

    def test_everything_of_the_guest_is_erased_but_the_orders_id(self, house, database):
        house.accept(event("delivery_cash"))
        house.print_all("kitchen")
        assert house.accept(self.wish()) == ["erased"]
        order = house.order(DELIVERY)
        assert (order.state, order.number) == (OrderState.ERASED, "")
        assert (order.due_at, order.ordered_at) == (None, None)
        with database.reading() as connection:
            with pytest.raises(NotFoundError):
                order_records.newest_revision(connection, DELIVERY)
            for job in job_records.of_order(connection, DELIVERY):
                assert job_records.sent_document(connection, job.id) is None
        assert house.job_states(DELIVERY) == {JobState.PRINTED, JobState.CANCELLED}

    def test_after_a_restart_no_file_holds_a_word_of_the_guest(self, house, database):
        house.accept(event("delivery_cash"), event("delivery_updated"))
        house.print_all("kitchen")
        house.accept(self.wish())
        database.writer.stop()
        assert database.writer.join(DEADLINE_S)
        database.close()
        stored = b"".join(p.read_bytes() for p in database.path.parent.iterdir() if p.is_file())
        assert DELIVERY.encode() in stored
        for word in (b"Jonas", b"Skalitzer", b"5550199", DOCUMENT):
            assert word not in stored

    def test_nothing_of_a_forgotten_order_prints_again(self, house):
        house.accept(event("delivery_cash"), self.wish())
        late = [replace(event("delivery_cash"), id="late", sequence=999), event("delivery_paid")]
        assert house.accept(*late, self.wish()) == ["ignored", "ignored", "duplicate"]
        assert house.job_states(DELIVERY) == {JobState.CANCELLED}
        assert house.claim("kitchen") is None
        assert house.rows("order_revisions") == 1

    @pytest.mark.parametrize("shown", [None, {}, {"id": DELIVERY}], ids=["none", "empty", "bare"])
    def test_a_wish_about_an_unknown_order_keeps_it_from_ever_printing(self, house, shown):
        assert house.accept(self.wish(order=shown), event("delivery_cash")) == ["erased", "ignored"]
        assert house.state(DELIVERY) is OrderState.ERASED
        assert house.rows("order_revisions") == house.rows("print_jobs") == 0
