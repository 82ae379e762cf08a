"""If these pass, what is written down of an order is what comes back, and only the best of it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.intake import DEADLINE_S, event, house_on
from wix_printer_service import order_records
from wix_printer_service.errors import NotFoundError
from wix_printer_service.models import Address, Method, OrderState, Unread
from wix_printer_service.receipts.difference import EMPTIED
from wix_printer_service.simulation import samples

DELIVERY = samples.load("delivery_cash")["data"]["entityId"]


@pytest.fixture
def house(database, fake_clock):
    return house_on(database, fake_clock)


def newest_revision(house, order_id=DELIVERY):
    with house.database.reading() as connection:
        return order_records.newest_revision(connection, order_id)


def later(order, sequence=50, sample="delivery_updated"):
    return replace(event(sample), id=f"later-{sequence}", sequence=sequence, order=order)


def test_an_order_never_heard_of_is_not_found(house):
    with house.database.reading() as connection:
        assert order_records.find(connection, "nobody's") is None
    with pytest.raises(NotFoundError):
        newest_revision(house, "nobody's")


def test_an_event_is_in_the_inbox_once_it_was_taken_in(house):
    with house.database.reading() as connection:
        assert not order_records.is_in_inbox(connection, event("pickup").id)
    house.accept(event("pickup"))
    with house.database.reading() as connection:
        assert order_records.is_in_inbox(connection, event("pickup").id)


def test_the_orders_heard_of_last_come_first(house, fake_clock):
    for name in ("pickup", "delivery_cash", "modifiers"):
        house.accept(event(name))
        fake_clock.advance(1)
    with house.database.reading() as connection:
        shown = order_records.newest(connection, 2)
        everything = order_records.newest(connection, 50)
    assert [order.number for order in shown] == ["10044", "10042"]
    assert len(everything) == 3


@pytest.mark.parametrize(
    "less",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"previousPaymentStatus": "NOT_PAID"}, id="something else"),
        pytest.param({"unreadable": "{half an ord"}, id="something unreadable"),
        pytest.param({"id": DELIVERY, "lineItems": []}, id="no lines"),
    ],
)
def test_an_event_that_shows_less_hides_no_line_of_the_order(house, less):
    house.accept(event("delivery_cash"), later(less))
    order, revision = newest_revision(house)
    assert [line.name for line in order.lines] == [
        "Spaghetti Carbonara",
        "Rucola-Salat",
        "Cola 0,33 l",
    ]
    assert order.unread
    assert revision == 1
    record = house.order(DELIVERY)
    assert (record.number, record.status, record.method) == ("10042", "APPROVED", Method.DELIVERY)
    assert (record.payment_status, record.sequence, record.revision) == ("NOT_PAID", 50, 2)
    assert record.due_at == datetime(2026, 11, 20, 19, 15, tzinfo=UTC)
    assert not record.readable


def test_of_an_event_without_lines_status_payment_and_sums_are_taken_over(house):
    paid = {
        "paymentStatus": "PAID",
        "status": "CANCELED",
        "priceSummary": {"total": {"amount": "30.00"}},
    }
    house.accept(event("delivery_cash"))
    house.accept(later({"paymentStatus": "PARTIALLY_PAID"}, 50), later(paid, 51), later({}, 52))
    order, _ = newest_revision(house)
    assert order.is_paid
    assert (order.payment_status, order.status) == ("PAID", "CANCELED")
    assert (order.totals.total, order.totals.shipping) == (Decimal(30), Decimal("2.90"))
    assert len(order.lines) == 3


def test_whatever_an_event_without_lines_shows_is_taken_over_and_the_rest_stays(house):
    house.accept(event("delivery_cash"))
    before, _ = newest_revision(house)
    allergy = [{"title": "Allergies", "value": "peanuts"}]
    place = {"address": {"addressLine": "Weg 1", "city": "Bonn", "postalCode": "53111"}}
    destination = place | {"contactDetails": {"phone": "+49 228 1"}}
    logistics = {
        "shippingDestination": destination,
        "instructions": "ring twice",
        "deliveryTimeSlot": {"from": "2026-11-20T20:00:00Z"},
    }
    said = {"buyerNote": "allergy: nuts", "customFields": allergy}
    house.accept(later(said | {"shippingInfo": {"logistics": logistics}}, 50), later({}, 51))
    order, _ = newest_revision(house)
    assert (order.buyer_note, order.instructions) == ("allergy: nuts", "ring twice")
    assert order.custom_fields == (("Allergies", "peanuts"),)
    assert order.address == Address("Weg 1", "", "53111", "Bonn")
    assert order.contact == replace(before.contact, phone="+49 228 1")
    assert order.due_from == order.due_to == datetime(2026, 11, 20, 20, tzinfo=UTC)
    assert (order.lines, order.method) == (before.lines, Method.DELIVERY)
    assert (order.number, order.totals) == (before.number, before.totals)


def test_a_new_time_in_wixs_own_words_takes_the_place_of_the_slot(house):
    house.accept(event("delivery_cash"))
    logistics = {"shippingDestination": {"x": 1}, "deliveryTime": "tomorrow at noon"}
    house.accept(later({"shippingInfo": {"logistics": logistics}}, 50))
    order, _ = newest_revision(house)
    assert (order.due_from, order.due_to, order.due_text) == (None, None, "tomorrow at noon")


def test_who_fetches_the_food_after_all_has_no_address(house):
    house.accept(event("delivery_cash"))
    house.accept(later({"shippingInfo": {"logistics": {"pickupDetails": {"x": 1}}}}, 50))
    order, _ = newest_revision(house)
    assert (order.method, order.address) == (Method.PICKUP, Address())


def test_that_wix_says_that_nothing_is_left_is_pointed_out_and_hides_no_line(house):
    house.accept(event("delivery_cash"), later({"buyerNote": "x"}, 49))
    assert EMPTIED not in newest_revision(house)[0].unread
    house.accept(later({"lineItems": []}, 50), later({"paymentStatus": "PAID"}, 51))
    order, _ = newest_revision(house)
    assert len(order.lines) == 3
    assert order.unread.count(EMPTIED) == 1
    house.accept(replace(event("delivery_updated"), sequence=52))
    assert newest_revision(house)[0].unread == ()


def test_an_order_that_was_always_empty_is_not_emptied(house):
    house.accept(later({"lineItems": []}, 1))
    assert EMPTIED not in newest_revision(house)[0].unread


def test_nothing_of_an_erased_order_is_kept_in_memory(house):
    house.accept(event("delivery_cash"))
    newest_revision(house)
    house.database.write(lambda t: order_records.erase(t, DELIVERY))
    assert order_records._read.cache_info().currsize == 0


def test_what_was_left_to_pay_is_not_known_after_a_payment_of_unknown_size(house):
    house.accept(event("delivery_cash"))
    assert newest_revision(house)[0].totals.balance == Decimal("32.09")
    house.accept(later({"paymentStatus": "PARTIALLY_PAID"}, 50))
    assert newest_revision(house)[0].amount_due is None
    balance = {"balanceSummary": {"balance": {"amount": "12.09"}}}
    house.accept(later({"paymentStatus": "PARTIALLY_PAID", **balance}, 51))
    assert newest_revision(house)[0].amount_due == Decimal("12.09")


def test_what_could_not_be_read_of_later_events_is_added(house):
    house.accept(event("delivery_cash"))
    house.accept(later({"unreadable": "no on"}, 50), later({"unreadable": "no nuts"}, 51))
    order, _ = newest_revision(house)
    assert Unread("unreadable", "no on") in order.unread
    assert Unread("unreadable", "no nuts") in order.unread


def test_of_an_order_that_never_showed_a_line_the_newest_is_taken(house):
    house.accept(later({"unreadable": "old"}, 1), later({"unreadable": "new"}, 2))
    order, revision = newest_revision(house)
    assert Unread("unreadable", "new") in order.unread
    assert (order.id, revision) == (DELIVERY, 2)


def test_a_cancellation_that_shows_nothing_still_cancels(house):
    house.accept(event("delivery_cash"))
    assert house.accept(later({}, sample="delivery_canceled")) == ["cancelled"]
    assert house.order(DELIVERY).status == "CANCELED"
    assert newest_revision(house)[0].lines


def test_an_order_with_lines_again_replaces_the_earlier_one(house):
    house.accept(event("delivery_cash"), later({}, 50))
    house.accept(replace(event("delivery_updated"), sequence=51))
    order, revision = newest_revision(house)
    assert (order.address.addition, revision) == ("Vorderhaus, EG rechts", 3)
    assert order.unread == ()
    assert house.order(DELIVERY).readable


def test_after_an_event_without_a_sequence_the_dates_decide(house):
    found = replace(event("delivery_canceled"), id="found by search", sequence=None)
    house.accept(event("delivery_cash"), found)
    assert house.order(DELIVERY).sequence is None
    assert house.accept(event("delivery_updated"), event("delivery_canceled")) == ["recorded"] * 2
    assert house.order(DELIVERY).status == "CANCELED"
    assert house.accept(event("delivery_paid")) == ["accepted"]
    assert house.order(DELIVERY).sequence == 7


def test_an_event_that_does_not_say_when_it_was_leaves_sequence_and_date(house):
    house.accept(event("delivery_cash"), later({"id": DELIVERY}, sequence=None))
    order = house.order(DELIVERY)
    assert (order.sequence, order.revision) == (2, 2)
    assert order.updated_at == datetime(2026, 11, 20, 17, 50, 3, 310_000, tzinfo=UTC)


def test_an_erased_order_leaves_its_id_and_nothing_to_print(house):
    house.accept(event("delivery_cash"), event("delivery_updated"))
    house.database.write(lambda t: order_records.erase(t, DELIVERY))
    assert house.state(DELIVERY) is OrderState.ERASED
    with pytest.raises(NotFoundError):
        newest_revision(house)
    assert house.rows("order_revisions") == 2


class TestLocalNumbers:
    """Orders to which Wix gave no number get a short one of ours."""

    @staticmethod
    def unnumbered(order_id, sample="pickup", **more):
        return replace(event(sample, order_id, number="", **more), id=f"event of {order_id}")

    def numbers(self, house, *order_ids):
        house.accept(*[self.unnumbered(order_id) for order_id in order_ids])
        return [house.order(order_id).local_number for order_id in order_ids]

    def test_they_count_from_one(self, house):
        assert self.numbers(house, "a", "b", "c") == ["L1", "L2", "L3"]

    def test_they_go_on_after_a_restart(self, house, database, fake_clock):
        assert self.numbers(house, "a") == ["L1"]
        assert self.numbers(house_on(database, fake_clock), "b") == ["L2"]

    def test_no_two_orders_that_come_at_once_get_the_same(self, house):
        count = 40
        start = threading.Barrier(count)

        def deliver(number):
            start.wait(DEADLINE_S)
            house.accept(self.unnumbered(f"order {number}"))

        threads = [threading.Thread(target=deliver, args=(n,)) for n in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE_S)
        given = {house.order(f"order {number}").local_number for number in range(count)}
        assert given == {f"L{number + 1}" for number in range(count)}

    def test_none_is_given_twice_whatever_the_clock_does(self, house, fake_clock):
        given = []
        for day, hour in [(20, 22), (21, 0), (20, 22), (21, 1), (1, 0), (30, 23), (20, 23)]:
            fake_clock.set_wall(datetime(2026, 11, day, hour, 59, tzinfo=UTC))
            given += self.numbers(house, f"{day} {hour} a {len(given)}", f"b {len(given)}")
        assert given == [f"L{number}" for number in range(1, 15)]

    def test_the_count_begins_again_on_a_new_day_of_the_restaurant_once_it_is_long(
        self, house, fake_clock, monkeypatch
    ):
        monkeypatch.setattr(order_records, "LOCAL_NUMBERS", 2)
        assert self.numbers(house, "a") == ["L1"]
        fake_clock.set_wall(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
        assert self.numbers(house, "b", "c") == ["L2", "L1"]
        fake_clock.set_wall(datetime(2026, 11, 21, 22, 59, tzinfo=UTC))  # an hour later in Berlin
        assert self.numbers(house, "d", "e") == ["L2", "L3"]
        fake_clock.set_wall(datetime(2026, 11, 21, 23, 0, tzinfo=UTC))
        assert self.numbers(house, "f") == ["L1"]

    def test_none_is_given_where_wix_gave_one(self, house):
        house.accept(event("delivery_cash"))
        assert house.order(DELIVERY).local_number == ""
        assert house.rows("local_numbers") == 0
        assert self.numbers(house, "a") == ["L1"]

    @pytest.mark.parametrize("sample", ["pickup_created", "delivery_canceled"])
    def test_none_is_given_to_what_is_not_printed(self, house, sample):
        house.accept(self.unnumbered("a", sample))
        assert house.order("a").local_number == ""

    def test_a_held_order_has_one(self, house, fake_clock):
        fake_clock.set_wall(datetime(2026, 12, 20, tzinfo=UTC))
        assert self.numbers(house, "a") == ["L1"]
        assert house.state("a") is OrderState.HELD

    def test_one_that_is_told_later_stands_beside_ours(self, house):
        assert self.numbers(house, "a") == ["L1"]
        house.accept(replace(event("pickup_fulfilled", "a"), id="later"))
        order = house.order("a")
        assert (order.number, order.local_number) == ("10099", "L1")

    def test_an_order_whose_set_is_made_once_more_keeps_its_own(self, house):
        house.accept(
            self.unnumbered(DELIVERY, "delivery_cash"),
            replace(event("delivery_canceled", DELIVERY, number=""), id="off"),
            replace(event("delivery_paid", DELIVERY, number=""), id="on again"),
        )
        assert house.state(DELIVERY) is OrderState.ACCEPTED
        assert house.order(DELIVERY).local_number == "L1"
        assert self.numbers(house, "b") == ["L2"]

    def test_it_is_erased_with_the_order_and_not_given_again(self, house):
        assert self.numbers(house, "a") == ["L1"]
        house.accept(replace(self.unnumbered("a"), id="wish", anonymise=True))
        assert house.order("a").local_number == ""
        late = replace(self.unnumbered("a"), id="late", sequence=10**6)
        assert house.accept(late) == ["ignored"]
        assert house.order("a").local_number == ""
        assert self.numbers(house, "b") == ["L2"]
