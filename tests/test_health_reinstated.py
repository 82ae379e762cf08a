"""If these pass, an order that was cancelled and holds again is named until somebody looks."""

from __future__ import annotations

import pytest

from tests.changing_order import Restaurant
from wix_printer_service import order_records
from wix_printer_service.health import REINSTATED


@pytest.fixture
def restaurant(database, fake_clock):
    made = Restaurant(database, fake_clock)
    made.hear("1 Pizza")
    made.print_all()
    return made


def named(restaurant):
    with restaurant.database.reading() as connection:
        return order_records.reinstated(connection)


def test_an_order_that_stays_cancelled_is_no_problem(restaurant):
    assert named(restaurant) == []
    restaurant.hear("1 Pizza", status="CANCELED")
    assert named(restaurant) == []


def test_one_that_holds_again_is_named_by_its_number_until_it_is_cancelled_again(restaurant):
    restaurant.hear("1 Pizza", status="CANCELED")
    assert restaurant.hear("1 Pizza") == "changed_after_cancellation"
    assert named(restaurant) == ["10099"]
    restaurant.hear("1 Pizza", paymentStatus="PAID")
    assert named(restaurant) == ["10099"]
    restaurant.hear("1 Pizza", status="CANCELED")
    assert named(restaurant) == []


def test_a_copy_that_a_person_asks_for_then_settles_it_but_not_an_earlier_one(
    restaurant, fake_clock
):
    restaurant.ask("reprint", restaurant.job("kitchen @kitchen"))
    fake_clock.advance(60)
    restaurant.hear("1 Pizza", status="CANCELED")
    restaurant.hear("1 Pizza")
    assert named(restaurant) == ["10099"]
    fake_clock.advance(60)
    restaurant.ask("reprint", restaurant.job("kitchen @kitchen"))
    assert named(restaurant) == []


def test_an_order_without_a_number_is_named_by_ours(restaurant):
    restaurant.hear("1 Pizza", status="CANCELED")
    restaurant.hear("1 Pizza")
    restaurant.database.write(
        lambda t: t.execute("UPDATE orders SET number = '', local_number = 'L7'").rowcount
    )
    assert named(restaurant) == ["L7"]
    assert "order L7 was cancelled" in REINSTATED.format(number="L7")
