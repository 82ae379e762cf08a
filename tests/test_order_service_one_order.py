"""If these pass, an order learnt twice, under a number of ours and one of Wix's, is one order."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.intake import DELIVERY_SET, event, house_on
from tests.scripted_printer import Act, Kitchen, ScriptedPrinter
from wix_printer_service import order_records
from wix_printer_service.models import JobState, OrderState, Receipt, Road
from wix_printer_service.simulation import samples
from wix_printer_service.wix import wire
from wix_printer_service.wix.webhook import LOCAL_ID, event_of_search

DELIVERY = samples.load("delivery_cash")["data"]["entityId"]
LATER = "2026-11-20T17:59:00Z"
OTHER = "another-order-of-wix"
TABLES = (("order_revisions", "revision"), ("print_jobs", "id"), ("inbox", "event_id"))


@pytest.fixture
def house(database, fake_clock):
    return house_on(database, fake_clock)


def found(sample="delivery_cash", **changes):
    """Return an order as a search shows it, at the moment of a sample."""
    order = samples.order_of(samples.load(sample)) | changes
    return event_of_search(wire.load(json.dumps(order)))


def nameless(sample="delivery_cash", event_id="e1", **changes):
    """Return an event that does not say which order it is about."""
    told = event(sample, **{"id": None, **changes})
    return replace(told, id=event_id, order_id=f"{LOCAL_ID}{event_id}")


def order_ids(house, table="orders", column="id"):
    name = "id" if table == "orders" else "order_id"
    with house.database.reading() as connection:
        rows = connection.execute(f"SELECT {name} AS id FROM {table} ORDER BY {column}")
        return [row["id"] for row in rows]


def broken_references(house):
    with house.database.reading() as connection:
        return connection.execute("PRAGMA foreign_key_check").fetchall()


class TestWithoutANumber:
    """Wix gave the order an id and no number; ours is on paper."""

    def test_the_number_that_a_search_tells_stands_beside_ours(self, house):
        house.accept(event("delivery_cash", number=""))
        house.print_all()
        assert house.accept(found("delivery_cash", updatedDate=LATER)) == ["recorded"]
        order = house.order(DELIVERY)
        assert (order.number, order.local_number) == ("10042", "L1")
        assert house.receipts(DELIVERY) == DELIVERY_SET

    def test_a_number_that_a_webhook_tells_after_the_search_stands_beside_ours(self, house):
        house.accept(found("delivery_cash", number=""))
        assert house.accept(event("delivery_updated")) == ["recorded"]
        order = house.order(DELIVERY)
        assert (order.number, order.local_number) == ("10042", "L1")
        assert house.receipts(DELIVERY) == DELIVERY_SET


class TestLearntWithoutAnId:
    """The first event did not say which order it was about; then Wix does."""

    def test_it_gets_wixs_id_in_every_table_and_keeps_its_one_set(self, house):
        assert house.accept(nameless()) == ["accepted"]
        assert house.accept(found()) == ["recorded"]
        assert order_ids(house) == [DELIVERY]
        for table, column in TABLES:
            assert set(order_ids(house, table, column)) == {DELIVERY}
        assert house.receipts(DELIVERY) == DELIVERY_SET
        assert house.order(DELIVERY).road is Road.WEBHOOK
        assert broken_references(house) == []

    def test_its_revisions_go_on(self, house):
        house.accept(nameless(), found("delivery_updated"), event("delivery_paid"))
        with house.database.reading() as connection:
            order, revision = order_records.newest_revision(connection, DELIVERY)
        assert (revision, order.payment_status) == (3, "PAID")
        assert (house.order(DELIVERY).revision, house.rows("order_revisions")) == (3, 3)

    def test_it_is_known_by_its_moment_if_it_had_no_number(self, house):
        house.accept(nameless(number=""))
        assert house.accept(found()) == ["recorded"]
        order = house.order(DELIVERY)
        assert (order.number, order.local_number) == ("", "L1")  # what was found is not newer
        house.accept(event("delivery_updated"))
        assert house.order(DELIVERY).number == "10042"
        assert house.receipts(DELIVERY) == DELIVERY_SET

    def test_it_is_known_by_its_moment_if_wix_tells_no_number(self, house):
        house.accept(nameless())
        assert house.accept(found(number="")) == ["recorded"]
        assert house.receipts(DELIVERY) == DELIVERY_SET

    @pytest.mark.parametrize("timeless", ["first", "later"])
    def test_it_is_known_by_its_number_if_one_does_not_say_when_it_was_placed(
        self, house, timeless
    ):
        no_time = {"createdDate": None, "purchasedDate": None}
        house.accept(nameless(**(no_time if timeless == "first" else {})))
        assert house.accept(found(**(no_time if timeless == "later" else {}))) == ["recorded"]
        assert order_ids(house) == [DELIVERY]

    def test_its_cancellation_reaches_it(self, house):
        house.accept(nameless())
        assert house.accept(found("delivery_canceled")) == ["cancelled"]
        assert house.job_states(DELIVERY) == {JobState.CANCELLED}
        assert house.claim("kitchen") is None

    def test_a_wish_to_be_forgotten_reaches_it(self, house):
        house.accept(nameless())
        wish = replace(event("delivery_updated"), id="wish", anonymise=True)
        assert house.accept(wish) == ["erased"]
        assert house.state(DELIVERY) is OrderState.ERASED
        assert order_ids(house) == [DELIVERY]

    def test_its_own_event_is_still_known(self, house):
        house.accept(nameless(), found())
        assert house.accept(nameless()) == ["duplicate"]

    def test_other_changes_of_the_same_transaction_keep_their_check_of_references(self, house):
        house.accept(nameless())

        def change(transaction):
            known = order_records.find(transaction, f"{LOCAL_ID}e1")
            order, _ = order_records.newest_revision(transaction, known.id)
            order_records.adopt(transaction, replace(order, id=DELIVERY))
            return transaction.execute("PRAGMA defer_foreign_keys").fetchone()[0]

        assert house.database.write(change) == 0
        assert order_ids(house) == [DELIVERY]


class TestTheIdGetsLost:
    """The order is known; then an event does not say which order it is about."""

    @pytest.mark.parametrize(("known", "told"), [("10042", "10042"), ("10042", ""), ("", "10042")])
    def test_the_event_goes_to_the_order_that_it_is_about(self, house, known, told):
        house.accept(found(number=known))
        assert house.accept(nameless("delivery_updated", number=told)) == ["recorded"]
        assert order_ids(house) == [DELIVERY]
        order = house.order(DELIVERY)
        assert (order.number, order.revision, order.sequence) == ("10042", 2, 3)
        assert house.receipts(DELIVERY) == DELIVERY_SET
        assert order_ids(house, "inbox", "event_id") == [DELIVERY] * 2

    def test_its_cancellation_counts(self, house):
        house.accept(found())
        assert house.accept(nameless("delivery_canceled")) == ["cancelled"]
        assert house.job_states(DELIVERY) == {JobState.CANCELLED}

    def test_two_events_without_an_id_are_of_one_order(self, house):
        told = [nameless(), nameless("delivery_updated", "e2"), found("delivery_paid")]
        assert house.accept(*told) == ["accepted", "recorded", "recorded"]
        assert order_ids(house) == [DELIVERY]
        assert house.receipts(DELIVERY) == DELIVERY_SET


class TestDifferentOrders:
    """What is not surely the same stays two, and both are printed."""

    @staticmethod
    def both_printed(house, first, second):
        assert house.accept(first, second) == ["accepted", "accepted"]
        assert sorted(order_ids(house)) == sorted([first.order_id, second.order_id])
        return True

    @pytest.mark.parametrize("other", ["another", "event", "ffffffff-of-wix"])
    def test_two_ids_of_wix_are_two_orders_even_with_one_number(self, house, other):
        assert self.both_printed(house, found(id=other), found())

    def test_one_number_placed_at_two_moments_is_two_orders(self, house):
        later = "2026-11-20T17:59:00.000Z"
        assert self.both_printed(house, nameless(), found(createdDate=later))

    def test_the_same_the_other_way_round(self, house):
        later = "2026-11-20T17:59:00.000Z"
        assert self.both_printed(house, found(), nameless(createdDate=later))

    @pytest.mark.parametrize("first", [nameless, found])
    def test_two_numbers_placed_at_one_moment_are_two_orders(self, house, first):
        second = found if first is nameless else nameless
        assert self.both_printed(house, first(), second(number="10043"))

    @pytest.mark.parametrize("first", [nameless, found])
    def test_without_number_and_moment_nothing_is_known(self, house, first):
        second = found if first is nameless else nameless
        nothing = {"number": "", "createdDate": None, "purchasedDate": None}
        assert self.both_printed(house, first(**nothing), second(**nothing))

    def test_a_number_alone_does_not_lead_an_event_to_an_order_of_wix(self, house):
        timeless = nameless(createdDate=None, purchasedDate=None)
        assert self.both_printed(house, found(), timeless)

    def test_an_event_that_may_be_of_two_orders_is_of_neither(self, house):
        house.accept(found(), found(id=OTHER, number="10043"))
        assert house.accept(nameless(number="")) == ["accepted"]
        assert len(order_ids(house)) == 3

    def test_an_id_that_may_be_of_two_orders_is_given_to_neither(self, house):
        house.accept(nameless(), nameless(event_id="e2", number="10043"))
        assert house.accept(found(number="")) == ["accepted"]
        assert order_ids(house) == sorted([DELIVERY, f"{LOCAL_ID}e1", f"{LOCAL_ID}e2"])

    def test_an_id_that_is_known_is_not_given_to_another(self, house):
        house.accept(found(number="", createdDate=None), nameless())
        assert house.accept(found("delivery_updated")) == ["recorded"]
        assert len(order_ids(house)) == 2

    def test_what_was_erased_is_nobodys(self, house):
        wish = replace(nameless(event_id="wish"), order_id=f"{LOCAL_ID}e1", anonymise=True)
        house.accept(nameless(), wish)
        assert house.state(f"{LOCAL_ID}e1") is OrderState.ERASED
        assert house.accept(found()) == ["accepted"]
        assert len(order_ids(house)) == 2
        house.accept(replace(event("delivery_updated"), id="another wish", anonymise=True))
        assert house.accept(nameless(event_id="e2")) == ["accepted"]


class TestWhileItIsBeingPrinted:
    """The order gets Wix's id while its job is in the printer's hands."""

    @pytest.fixture
    def kitchen(self, database, fake_clock):
        return Kitchen(database, fake_clock)

    @staticmethod
    def accept(kitchen, *events):
        return [kitchen.orders.accept(event).result(10.0) for event in events]

    def test_a_job_that_was_claimed_before_still_gets_its_ticket(self, kitchen):
        self.accept(kitchen, nameless(buyerNote="Bitte klingeln"))
        claim = kitchen.database.write(lambda t: kitchen.jobs.claim(t, "kitchen"))
        assert claim.job.order_id.startswith(LOCAL_ID)
        self.accept(kitchen, found("delivery_updated", buyerNote="Nicht klingeln"))
        sent = kitchen.tickets.make(claim.job)
        assert b"Bitte klingeln" in sent.document
        assert sent.revision == 1
        assert [job.receipt for job in kitchen.jobs_of(DELIVERY)][-1] is Receipt.CHANGE

    @pytest.mark.parametrize(
        ("act", "ends"),
        [
            (Act.CONFIRMS, JobState.PRINTED),
            (Act.SILENT, JobState.PRINTED_UNCONFIRMED),
            (Act.BREAKS, JobState.UNCERTAIN),
        ],
    )
    def test_a_job_that_is_just_being_sent_ends_as_ever(self, kitchen, act, ends):
        self.accept(kitchen, nameless())
        printer = ScriptedPrinter(act, sending=lambda: self.accept(kitchen, found()))
        kitchen.worker(printer).turn()
        job = kitchen.job_of(DELIVERY)
        assert (job.state, kitchen.story(job)[-1], kitchen.tries(job)) == (ends, ends, 1)
        assert len(printer.papers) == 1

    def test_one_that_is_cancelled_meanwhile_is_called_off_on_paper(self, kitchen):
        self.accept(kitchen, nameless())
        meanwhile = found("delivery_canceled")
        printer = ScriptedPrinter(sending=lambda: self.accept(kitchen, meanwhile))
        kitchen.worker(printer).turn()
        assert [job.receipt for job in kitchen.jobs_of(DELIVERY)][-1] == "cancellation"
        assert kitchen.job_of(DELIVERY).state is JobState.QUEUED
