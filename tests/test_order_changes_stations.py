"""If these pass, every station of the kitchen is told of its own share, and of nothing else."""

from __future__ import annotations

import pytest

from tests.changing_order import ONE_KITCHEN, Restaurant, with_bar
from wix_printer_service.models import JobState

KITCHEN, BAR = "kitchen @kitchen", "kitchen bar @bar"
CHANGE, CHANGE_BAR = "change kitchen @kitchen", "change kitchen bar @bar"
COUNTER = ["driver @counter", "customer @counter"]


@pytest.fixture
def restaurant(database, fake_clock):
    return Restaurant(database, fake_clock, with_bar(ONE_KITCHEN))


def kitchens(names):
    return [name for name in names if "kitchen" in name or "bar" in name]


def test_each_station_with_work_gets_a_ticket_with_its_share(restaurant):
    restaurant.hear("2 Pizza", "1 Cola")
    assert restaurant.waiting() == [KITCHEN, BAR, *COUNTER]
    pizza, cola = (restaurant.text(restaurant.claim(name).job) for name in ("kitchen", "bar"))
    assert ("Pizza" in pizza, "Cola" in pizza) == (True, False)
    assert ("Pizza" in cola, "Cola" in cola) == (False, True)


def test_a_station_without_work_gets_none(restaurant):
    restaurant.hear("2 Pizza")
    assert restaurant.waiting() == [KITCHEN, *COUNTER]
    assert Restaurant.waiting(restaurant) == restaurant.paper()


def test_an_order_that_nobody_can_read_reaches_the_default_station(restaurant):
    restaurant.hear(lineItems="no list")
    assert restaurant.waiting() == [KITCHEN, *COUNTER]


def test_two_stations_of_one_printer_print_two_tickets_and_the_expo_all(database, fake_clock):
    given = with_bar(ONE_KITCHEN)
    one = {"connection": "virtual:///o", "receipts": ["kitchen"]}
    given["printers"] = {"all": one | {"stations": ["default", "bar", "expo"]}}
    restaurant = Restaurant(database, fake_clock, given)
    restaurant.hear("2 Pizza", "1 Cola")
    assert restaurant.print_all() == ["kitchen @all", "kitchen bar @all", "kitchen expo @all"]
    restaurant.hear("2 Pizza", "2 Cola")
    assert restaurant.waiting() == ["change kitchen bar @all", "change kitchen expo @all"]


class TestEdits:
    @pytest.fixture
    def printed(self, restaurant):
        restaurant.hear("2 Pizza", "1 Cola")
        restaurant.print_all()
        return restaurant

    def test_only_the_station_whose_share_changed_is_told(self, printed):
        printed.hear("2 Pizza", "2 Cola")
        assert kitchens(printed.waiting()) == [CHANGE_BAR]
        text = printed.text(printed.claim("bar").job)
        assert "1x -> 2x Cola" in text
        assert "Pizza" not in text

    def test_what_concerns_the_whole_order_is_told_to_all(self, printed):
        printed.hear("2 Pizza", "1 Cola", buyerNote="Ring twice")
        assert kitchens(printed.waiting()) == [CHANGE, CHANGE_BAR]

    def test_a_station_that_gets_its_first_work_gets_a_whole_ticket(self, restaurant):
        restaurant.hear("2 Pizza")
        restaurant.print_all()
        assert restaurant.hear("2 Pizza", "1 Cola") == "changed"
        assert kitchens(restaurant.waiting()) == [BAR]

    def test_a_station_that_has_nothing_left_to_make_is_told_so(self, printed):
        printed.hear("2 Pizza")
        assert kitchens(printed.waiting()) == [CHANGE_BAR]
        assert "Cola" in printed.text(printed.claim("bar").job)

    def test_one_that_has_not_begun_is_spared(self, restaurant):
        restaurant.hear("2 Pizza", "1 Cola")
        restaurant.end(restaurant.claim("kitchen"))
        restaurant.hear("2 Pizza")
        assert kitchens(restaurant.waiting()) == []
        assert restaurant.job(BAR).state is JobState.CANCELLED

    def test_a_dish_that_moves_is_taken_from_one_and_given_to_the_other(self, printed):
        printed.hear("2 Pizza", "1 Wine", "1 Cola")
        printed.print_all()
        printed.hear("2 Pizza", "1 Water", "1 Cola")
        assert kitchens(printed.waiting()) == [CHANGE, CHANGE_BAR]
        assert "1x Water" in printed.text(printed.claim("kitchen").job)
        assert "1x Wine" in printed.text(printed.claim("bar").job)


class TestCancellations:
    def test_a_printer_with_one_stations_paper_is_told_of_its_share(self, restaurant):
        restaurant.hear("2 Pizza", "1 Cola")
        restaurant.print_all()
        restaurant.hear("2 Pizza", "1 Cola", status="CANCELED")
        assert restaurant.waiting() == [
            "cancellation kitchen @kitchen",
            "cancellation kitchen bar @bar",
            "cancellation driver @counter",
        ]
        text = restaurant.text(restaurant.claim("bar").job)
        assert ("Cola" in text, "Pizza" in text) == (True, False)

    def test_a_printer_with_several_stations_paper_is_told_of_all(self, database, fake_clock):
        given = with_bar(ONE_KITCHEN)
        one = {"connection": "virtual:///o", "receipts": ["kitchen", "customer"]}
        given["printers"] = {"all": one | {"stations": ["default", "bar"]}}
        restaurant = Restaurant(database, fake_clock, given)
        restaurant.hear("2 Pizza", "1 Cola")
        restaurant.print_all()
        restaurant.hear("2 Pizza", "1 Cola", status="CANCELED")
        assert restaurant.waiting() == ["cancellation @all"]

    def test_a_printer_of_drivers_tells_them_in_their_language_and_of_all(
        self, database, fake_clock
    ):
        given = with_bar(ONE_KITCHEN) | {"receipts": {"languages": {"driver": "en"}}}
        restaurant = Restaurant(database, fake_clock, given)
        restaurant.hear("2 Pizza", "1 Cola")
        restaurant.print_all()
        restaurant.hear("2 Pizza", "1 Cola", status="CANCELED")
        text = restaurant.text(restaurant.claim("counter").job)
        for words in ("CANCELLED", "DRIVER", "2x Pizza", "1x Cola"):
            assert words in text

    def test_a_printer_of_customers_only_tells_of_no_station(self, database, fake_clock):
        one = {"connection": "virtual:///c", "receipts": ["customer"]}
        restaurant = Restaurant(database, fake_clock, {"printers": {"counter": one}})
        restaurant.hear("2 Pizza")
        restaurant.print_all()
        restaurant.hear("2 Pizza", status="CANCELED")
        assert restaurant.waiting() == ["cancellation customer @counter"]

    def test_a_station_whose_change_waits_is_told_once(self, restaurant):
        restaurant.hear("2 Pizza", "1 Cola")
        restaurant.print_all()
        restaurant.hear("2 Pizza", "2 Cola")
        restaurant.hear("2 Pizza", "2 Cola", status="CANCELED")
        assert [name for name in restaurant.waiting() if "@bar" in name] == [
            "cancellation kitchen bar @bar"
        ]
