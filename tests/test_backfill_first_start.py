"""If these pass, orders of before the first start are recorded, and all that come after print."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from tests.intake import PICKUP_SET, event
from tests.wix_shelf import asking_house, order, put, since_of, wire
from wix_printer_service import backfill_records
from wix_printer_service.errors import WixUnavailableError
from wix_printer_service.models import OrderState
from wix_printer_service.simulation import samples
from wix_printer_service.wix.webhook import event_of_search

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
AWAY = WixUnavailableError("away")


@pytest.fixture
def asking(database, fake_clock):
    return asking_house(database, fake_clock)


def test_orders_of_before_are_recorded_and_not_printed(asking):
    for hours in (1, 20, 47):
        asking.shelf.orders.append(order(f"{hours} h", asking.shelf.now() - hours * HOUR))
    tally = asking.look().take(wide=True)
    assert (tally.brought, tally.recorded) == (0, 3)
    assert asking.house.state("1 h") is OrderState.PAST
    assert asking.house.rows("print_jobs") == 0


def test_it_is_said_from_when_on_is_printed_and_by_which_setting(asking):
    asking.shelf.orders.append(order("old", asking.shelf.now() - HOUR))
    with capture_logs() as lines:
        asking.look().take(wide=True)
    told = {line["event"]: line for line in lines}
    assert told["printing_since"]["moment"] == "2026-11-20T18:00:00.000Z"
    assert told["printing_since"]["setting"] == "backfill.print_since"
    assert told["past_orders_recorded_not_printed"]["orders"] == 1


def test_they_stay_past_when_they_change_or_their_webhooks_come(asking):
    asking.shelf.orders.append(order("old", asking.shelf.now() - HOUR))
    look = asking.look()
    look.take(wide=True)
    asking.clock.advance(60)
    asking.shelf.orders[0]["updatedDate"] = wire(asking.shelf.now())
    assert look.take(wide=False).brought == 0
    assert asking.house.state("old") is OrderState.PAST
    assert asking.house.rows("print_jobs") == 0


def test_one_placed_shortly_before_and_approved_since_prints(asking):
    look = asking.look()
    look.take(wide=True)
    placed_at = asking.shelf.now() - MINUTE
    asking.clock.advance(120)
    asking.shelf.orders.append(order("a", asking.shelf.now(), created=placed_at))
    assert look.take(wide=False).brought == 1


def test_one_placed_long_before_is_past_even_if_it_changes_now(asking):
    look = asking.look()
    look.take(wide=True)
    placed_at = asking.shelf.now() - 72 * HOUR
    asking.clock.advance(120)
    asking.shelf.orders.append(order("a", asking.shelf.now(), created=placed_at))
    assert look.take(wide=False).recorded == 1
    assert asking.house.state("a") is OrderState.PAST


def test_what_came_while_wix_could_not_be_asked_prints(asking):
    asking.shelf.failures = {1: AWAY}
    look = asking.look()
    with pytest.raises(WixUnavailableError):
        look.take(wide=True)
    asking.clock.advance(600)
    put(asking, "meanwhile")
    assert look.take(wide=True).brought == 1


def test_also_over_a_restart(asking):
    asking.shelf.failures = {1: AWAY}
    with pytest.raises(WixUnavailableError):
        asking.look().take(wide=True)
    put(asking, "meanwhile")
    asking.clock.advance(600)
    assert asking.look().take(wide=True).brought == 1


def test_a_clock_that_is_years_ahead_declares_nothing_past(asking):
    asking.shelf.clock_is_ahead_s = -3 * 365 * 86_400.0
    look = asking.look()
    asking.clock.advance(30)
    put(asking, "a")
    tally = look.take(wide=True)
    assert asking.house.state("a") is not OrderState.PAST
    assert tally.recorded == 0


def test_a_clock_that_is_years_behind_makes_no_order_of_before_print(asking):
    asking.shelf.clock_is_ahead_s = 3 * 365 * 86_400.0
    look = asking.look()
    asking.shelf.orders.append(order("old", asking.shelf.now() - HOUR))
    asking.clock.advance(30)
    put(asking, "new")
    tally = look.take(wide=True)
    assert (tally.brought, tally.recorded) == (1, 1)
    assert asking.house.state("old") is OrderState.PAST


def test_nor_in_an_earlier_run_but_for_the_last_hour(asking):
    asking.shelf.failures = {1: AWAY}
    with pytest.raises(WixUnavailableError):
        asking.look().take(wide=True)
    asking.clock.set_wall(asking.clock.now() + timedelta(days=3 * 365))
    for hours in (0.9, 1.1):
        asking.shelf.orders.append(order(f"{hours} h", asking.shelf.now() - hours * HOUR))
    look = asking.look()
    look.take(wide=True)
    assert asking.house.state("0.9 h") is OrderState.ACCEPTED
    assert asking.house.state("1.1 h") is OrderState.PAST


def test_a_moment_of_the_owners_choice_counts_at_the_restaurants_time(database, fake_clock):
    # 18:00 in Berlin is 17:00 in UTC, and now it is 18:00 in UTC
    chosen = {"backfill": {"print_since": "2026-11-20T18:00"}}
    asking = asking_house(database, fake_clock, **chosen)
    for minutes in (50, 70):
        asking.shelf.orders.append(order(f"{minutes}", asking.shelf.now() - minutes * MINUTE))
    tally = asking.look().take(wide=True)
    assert (tally.brought, tally.recorded) == (1, 1)
    assert asking.house.state("50") is OrderState.ACCEPTED


def test_the_look_back_ends_somewhere(asking):
    asking.look().take(wide=True)
    assert since_of(asking.shelf.asked[-1]) == asking.clock.now() - 48 * HOUR


def test_known_orders_are_not_touched(asking):
    shown = order("a", asking.shelf.now() - HOUR)
    asking.house.accept(event_of_search(shown))
    asking.clock.advance(3600)
    asking.shelf.orders.append(shown | {"updatedDate": wire(asking.shelf.now() - MINUTE)})
    asking.look().take(wide=True)
    assert asking.house.state("a") is OrderState.ACCEPTED
    assert asking.house.receipts("a") == PICKUP_SET


@pytest.mark.parametrize("ahead_s", [-50, 0.5, 50])
def test_a_clock_that_is_less_than_a_minute_wrong_makes_no_new_order_past(asking, ahead_s):
    asking.shelf.clock_is_ahead_s = -ahead_s
    look = asking.look()
    put(asking, "a")
    look.take(wide=True)
    assert asking.house.state("a") is OrderState.ACCEPTED


def test_an_order_that_was_taken_for_past_prints_when_its_own_webhook_comes(asking):
    shown = samples.order_of(samples.load("delivery_cash"))
    asking.shelf.orders.append(shown)
    asking.look().take(wide=True)
    assert asking.house.state(shown["id"]) is OrderState.PAST
    assert asking.house.accept(event("delivery_updated")) == ["recorded"]
    assert asking.house.accept(event("delivery_cash")) == ["accepted"]


def test_while_wix_tells_no_time_nothing_is_settled_for_good(asking):
    asking.shelf.tells_time = False
    asking.look().take(wide=True)
    kept = asking.database.write(lambda t: backfill_records.begin(t, asking.clock.now()))
    assert kept.print_since is None
    asking.clock.advance(60)
    put(asking, "a")
    asking.shelf.tells_time = True
    assert asking.look().take(wide=True).brought == 1


def test_a_moment_in_the_future_leaves_nothing_behind_once_it_is_taken_back(database, fake_clock):
    chosen = {"backfill": {"print_since": "2027-11-22T17:00"}}
    asking = asking_house(database, fake_clock, **chosen)
    look = asking.look()
    look.take(wide=True)
    put(asking, "too early")
    look.take(wide=False)
    assert asking.house.state("too early") is OrderState.PAST
    later = asking_house(database, fake_clock)
    later.shelf.orders = asking.shelf.orders
    look = later.look()
    look.take(wide=True)
    put(later, "a")
    assert look.take(wide=False).brought == 1


def test_the_second_in_which_wix_tells_its_time_does_not_count_as_ours(asking):
    asking.clock.advance(0.7)
    asking.shelf.orders.append(order("just before", asking.shelf.now() - timedelta(seconds=0.3)))
    look = asking.look()
    look.take(wide=True)
    assert asking.house.state("just before") is OrderState.PAST


@pytest.mark.parametrize("tells_time", [True, False])
def test_a_moment_in_the_future_moves_no_position(database, fake_clock, tells_time):
    chosen = {"backfill": {"print_since": "2027-11-22T17:00"}}
    asking = asking_house(database, fake_clock, **chosen)
    asking.shelf.tells_time = tells_time
    look = asking.look()
    for _ in range(3):
        look.take(wide=True)
    kept = database.write(lambda t: backfill_records.begin(t, fake_clock.now()))
    assert kept.position <= fake_clock.now()
