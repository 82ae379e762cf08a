"""If these pass, what is written down of an order is what comes back, and only the best of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.intake import event, house_on
from wix_printer_service import order_records
from wix_printer_service.errors import NotFoundError
from wix_printer_service.models import Method, OrderState, Unread
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
