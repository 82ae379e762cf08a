"""If these pass, whatever Wix has of the restaurant's orders is taken in once, page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from tests.intake import PICKUP_SET, event
from tests.wix_shelf import asking_house, order, wire
from wix_printer_service import backfill_records
from wix_printer_service.errors import QueueFullError, StorageError, WixUnavailableError
from wix_printer_service.models import OrderState, Road
from wix_printer_service.settings.intake import RESTAURANT_APP_IDS

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
AWAY = WixUnavailableError("away")


@pytest.fixture
def asking(database, fake_clock):
    return asking_house(database, fake_clock)


@pytest.fixture
def started(asking):
    """A house that has looked once, a minute ago; Wix had nothing."""
    asking.look().take(wide=True)
    asking.clock.advance(60)
    asking.shelf.asked.clear()
    return asking


def put(asking, order_id, **changes):
    """Have a guest order now; the clock goes on a little."""
    asking.clock.advance(1)
    asking.shelf.orders.append(order(order_id, asking.shelf.now(), **changes))
    asking.clock.advance(1)


def position(asking):
    return asking.database.write(lambda t: backfill_records.begin(t, asking.clock.now())).position


def since_of(filters):
    return datetime.fromisoformat(filters["updatedDate"]["$gte"])


def test_an_order_that_no_webhook_brought_gets_its_set(started):
    put(started, "a")
    assert started.look().take(wide=False).brought == 1
    assert started.house.receipts("a") == PICKUP_SET
    assert started.house.order("a").road is Road.BACKFILL


def test_it_gets_it_once_however_often_wix_is_asked(started):
    put(started, "a")
    look = started.look()
    assert [look.take(wide=wide).brought for wide in (False, True, False)] == [1, 0, 0]
    assert started.look().take(wide=True).brought == 0
    assert started.house.receipts("a") == PICKUP_SET
    assert started.house.rows("inbox") == 1


def test_what_was_seen_before_is_no_news(started):
    put(started, "a")
    look = started.look()
    look.take(wide=False)
    with capture_logs() as lines:
        look.take(wide=True)
    assert lines == []


def test_where_the_last_look_ended_never_goes_back(started):
    put(started, "older")
    (hidden,) = started.shelf.orders
    put(started, "newer")
    started.shelf.orders.remove(hidden)
    look = started.look()
    look.take(wide=False)
    ended_at = position(started)
    started.shelf.orders[:] = [hidden]
    look.take(wide=False)
    assert position(started) == ended_at == datetime.fromisoformat(wire(ended_at))


def test_all_pages_are_read(database, fake_clock):
    asking = asking_house(database, fake_clock, backfill={"page_size": 7})
    look = asking.look()
    look.take(wide=True)
    for number in range(50):
        put(asking, f"o{number}")
    assert look.take(wide=False).brought == 50
    assert asking.shelf.pages == 2 + 8
    assert asking.patience.beats >= 50


def test_wix_is_asked_for_the_restaurants_orders_that_matter(started):
    started.look().take(wide=False)
    (filters,) = started.shelf.asked
    assert filters["status"] == {"$in": ["APPROVED", "CANCELED", "REJECTED"]}
    assert filters["lineItems.catalogReference.appId"] == {"$hasSome": list(RESTAURANT_APP_IDS)}
    assert filters["updatedDate"]["$gte"].endswith("Z")


def test_who_prints_all_orders_asks_for_all(database, fake_clock):
    asking = asking_house(database, fake_clock, intake={"other_orders": "print"})
    asking.look().take(wide=True)
    assert all(set(filters) <= {"status", "updatedDate"} for filters in asking.shelf.asked)


def test_a_look_begins_where_the_last_one_ended_less_the_overlap(started):
    put(started, "a")
    updated_at = datetime.fromisoformat(started.shelf.orders[0]["updatedDate"])
    look = started.look()
    for _ in range(3):
        look.take(wide=False)
        started.clock.advance(3600)
    look.take(wide=True)
    _, second, third, wide = map(since_of, started.shelf.asked)
    assert second == third == updated_at - timedelta(minutes=5)
    assert wide == updated_at - timedelta(hours=6)


def test_an_order_that_the_index_shows_late_is_found_by_the_overlap(started):
    look = started.look()
    put(started, "late in the index")
    (hidden,) = started.shelf.orders
    put(started, "at once")
    started.shelf.orders.remove(hidden)
    assert look.take(wide=False).brought == 1
    started.clock.advance(200)
    started.shelf.orders.append(hidden)
    assert look.take(wide=False).brought == 1


def test_an_order_dated_in_the_future_hides_none_that_comes_before(started):
    look = started.look()
    far = started.shelf.now() + timedelta(days=400)
    started.shelf.orders.append(order("far", far, created=started.shelf.now()))
    assert look.take(wide=False).brought == 1
    put(started, "a")
    assert look.take(wide=False).brought == 1


@pytest.mark.parametrize("jump", [timedelta(days=-300), timedelta(days=300)])
def test_no_jump_of_our_clock_hides_an_order(started, jump):
    look = started.look()
    put(started, "before")
    look.take(wide=False)
    wixs_now = started.shelf.now()
    started.clock.set_wall(started.clock.now() + jump)
    started.shelf.clock_is_ahead_s = (wixs_now - started.clock.now()).total_seconds()
    put(started, "after")
    assert look.take(wide=False).brought == 1
    put(started, "after a restart")
    assert started.look().take(wide=True).brought == 1


def test_a_cancellation_that_no_webhook_brought_calls_off_what_waits(started):
    look = started.look()
    put(started, "a")
    look.take(wide=False)
    started.shelf.orders[0] |= {
        "status": "CANCELED",
        "updatedDate": wire(started.shelf.now() + MINUTE),
    }
    assert look.take(wide=False).brought == 1
    assert started.house.state("a") is OrderState.CANCELLED


class TestTheFirstStart:
    def test_orders_of_before_are_recorded_and_not_printed(self, asking):
        for hours in (1, 20, 47):
            asking.shelf.orders.append(order(f"{hours} h", asking.shelf.now() - hours * HOUR))
        tally = asking.look().take(wide=True)
        assert (tally.brought, tally.recorded) == (0, 3)
        assert asking.house.state("1 h") is OrderState.PAST
        assert asking.house.rows("print_jobs") == 0

    def test_it_is_said_from_when_on_is_printed_and_by_which_setting(self, asking):
        asking.shelf.orders.append(order("old", asking.shelf.now() - HOUR))
        with capture_logs() as lines:
            asking.look().take(wide=True)
        told = {line["event"]: line for line in lines}
        assert told["printing_since"]["moment"] == "2026-11-20T18:00:00.000Z"
        assert told["printing_since"]["setting"] == "backfill.print_since"
        assert told["past_orders_recorded_not_printed"]["orders"] == 1

    def test_an_order_of_before_that_is_due_later_is_named(self, asking):
        slot = {"from": wire(asking.clock.now() + HOUR), "to": wire(asking.clock.now() + HOUR)}
        made = order("for tonight", asking.shelf.now() - HOUR)
        made["shippingInfo"]["logistics"]["deliveryTimeSlot"] = slot
        asking.shelf.orders += [made, order("eaten", asking.shelf.now() - HOUR)]
        with capture_logs() as lines:
            asking.look().take(wide=True)
        (named,) = [line for line in lines if line["event"] == "past_order_is_due_later"]
        assert named["order_id"] == "for tonight"

    def test_they_stay_past_when_they_change_or_their_webhooks_come(self, asking):
        asking.shelf.orders.append(order("old", asking.shelf.now() - HOUR))
        look = asking.look()
        look.take(wide=True)
        asking.clock.advance(60)
        asking.shelf.orders[0]["updatedDate"] = wire(asking.shelf.now())
        assert look.take(wide=False).brought == 0
        assert asking.house.state("old") is OrderState.PAST
        assert asking.house.rows("print_jobs") == 0

    def test_one_placed_shortly_before_and_approved_since_prints(self, asking):
        look = asking.look()
        look.take(wide=True)
        placed_at = asking.shelf.now() - MINUTE
        asking.clock.advance(120)
        asking.shelf.orders.append(order("a", asking.shelf.now(), created=placed_at))
        assert look.take(wide=False).brought == 1

    def test_one_placed_long_before_is_past_even_if_it_changes_now(self, asking):
        look = asking.look()
        look.take(wide=True)
        placed_at = asking.shelf.now() - 72 * HOUR
        asking.clock.advance(120)
        asking.shelf.orders.append(order("a", asking.shelf.now(), created=placed_at))
        assert look.take(wide=False).recorded == 1
        assert asking.house.state("a") is OrderState.PAST

    def test_what_came_while_wix_could_not_be_asked_prints(self, asking):
        asking.shelf.failures = {1: AWAY}
        look = asking.look()
        with pytest.raises(WixUnavailableError):
            look.take(wide=True)
        asking.clock.advance(600)
        put(asking, "meanwhile")
        assert look.take(wide=True).brought == 1

    def test_also_over_a_restart(self, asking):
        asking.shelf.failures = {1: AWAY}
        with pytest.raises(WixUnavailableError):
            asking.look().take(wide=True)
        put(asking, "meanwhile")
        asking.clock.advance(600)
        assert asking.look().take(wide=True).brought == 1

    def test_a_clock_that_is_years_ahead_declares_nothing_past(self, asking):
        asking.shelf.clock_is_ahead_s = -3 * 365 * 86_400.0
        look = asking.look()
        asking.clock.advance(30)
        put(asking, "a")
        tally = look.take(wide=True)
        assert asking.house.state("a") is not OrderState.PAST
        assert tally.recorded == 0

    def test_a_clock_that_is_years_behind_makes_no_order_of_before_print(self, asking):
        asking.shelf.clock_is_ahead_s = 3 * 365 * 86_400.0
        look = asking.look()
        asking.shelf.orders.append(order("old", asking.shelf.now() - HOUR))
        asking.clock.advance(30)
        put(asking, "new")
        tally = look.take(wide=True)
        assert (tally.brought, tally.recorded) == (1, 1)
        assert asking.house.state("old") is OrderState.PAST

    def test_nor_in_an_earlier_life_beyond_what_the_first_look_covers(self, asking):
        asking.shelf.failures = {1: AWAY}
        with pytest.raises(WixUnavailableError):
            asking.look().take(wide=True)
        asking.clock.set_wall(asking.clock.now() + timedelta(days=3 * 365))
        asking.shelf.orders.append(order("old", asking.shelf.now() - 49 * HOUR))
        look = asking.look()
        look.take(wide=True)
        assert asking.house.state("old") is OrderState.PAST
        assert look.print_since == asking.clock.now() - 48 * HOUR

    def test_a_moment_of_the_owners_choice_counts_at_the_restaurants_time(
        self, database, fake_clock
    ):
        # 18:00 in Berlin is 17:00 in UTC, and now it is 18:00 in UTC
        chosen = {"backfill": {"print_since": "2026-11-20T18:00"}}
        asking = asking_house(database, fake_clock, **chosen)
        for minutes in (50, 70):
            asking.shelf.orders.append(order(f"{minutes}", asking.shelf.now() - minutes * MINUTE))
        tally = asking.look().take(wide=True)
        assert (tally.brought, tally.recorded) == (1, 1)
        assert asking.house.state("50") is OrderState.ACCEPTED

    def test_the_look_back_ends_somewhere(self, asking):
        asking.look().take(wide=True)
        assert since_of(asking.shelf.asked[-1]) == asking.clock.now() - 48 * HOUR

    def test_known_orders_are_not_touched(self, asking):
        asking.shelf.orders.append(order("a", asking.shelf.now() - HOUR))
        look = asking.look()
        look.print_since = asking.shelf.now() - 2 * HOUR
        asking.database.write(lambda t: backfill_records.begin(t, look.print_since))
        look.take(wide=True)
        assert asking.house.state("a") is OrderState.ACCEPTED


class TestALookThatIsBrokenOff:
    @pytest.fixture
    def small_pages(self, database, fake_clock):
        asking = asking_house(database, fake_clock, backfill={"page_size": 5})
        asking.look().take(wide=True)
        for number in range(20):
            put(asking, f"o{number}")
        asking.shelf.pages = 0
        return asking

    def test_goes_on_at_the_page_where_it_ended(self, small_pages):
        look = small_pages.look()
        small_pages.shelf.failures = {4: AWAY}
        with pytest.raises(WixUnavailableError):
            look.take(wide=True)
        assert small_pages.house.rows("orders") == 15
        look.take(wide=True)
        last = datetime.fromisoformat(small_pages.shelf.orders[14]["updatedDate"])
        assert since_of(small_pages.shelf.asked[-1]) <= last
        assert since_of(small_pages.shelf.asked[-1]) > last - timedelta(seconds=1)
        assert small_pages.house.rows("orders") == 20

    def test_gets_through_though_every_third_page_fails(self, small_pages):
        small_pages.shelf.failures = dict.fromkeys(range(3, 60, 3), AWAY)
        look = small_pages.look()
        for _ in range(10):
            try:
                look.take(wide=False)
            except WixUnavailableError:
                continue
            break
        assert small_pages.house.rows("orders") == 20

    def test_loses_nothing_over_a_restart(self, small_pages):
        small_pages.shelf.failures = {3: AWAY}
        with pytest.raises(WixUnavailableError):
            small_pages.look().take(wide=True)
        small_pages.look().take(wide=True)
        assert small_pages.house.rows("orders") == 20

    def test_skips_nothing_where_pages_come_unsorted(self, small_pages):
        small_pages.shelf.is_sorted = False
        small_pages.shelf.orders.reverse()
        small_pages.shelf.failures = {3: AWAY}
        look = small_pages.look()
        with pytest.raises(WixUnavailableError):
            look.take(wide=True)
        look.take(wide=False)
        assert small_pages.house.rows("orders") == 20

    def test_a_page_that_names_itself_as_the_next_ends_it(self, small_pages):
        shelf = small_pages.shelf
        shelf.more_orders = lambda cursor: shelf._page(shelf.orders, 5).__class__(
            (), cursor, shelf.now()
        )
        with pytest.raises(WixUnavailableError, match="the same page"):
            small_pages.look().take(wide=True)


def test_what_cannot_be_written_down_is_asked_for_again(database, fake_clock):
    asking = asking_house(database, fake_clock, offline_queue={"max_items": 2})
    look = asking.look()
    look.take(wide=True)
    put(asking, "fits")
    put(asking, "does not")
    with pytest.raises(QueueFullError):
        look.take(wide=False)
    asking.house.print_all()
    assert look.take(wide=False).brought == 1
    assert asking.house.receipts("does not") == PICKUP_SET


def test_an_entry_that_is_no_order_hinders_no_other(started):
    put(started, "a")
    started.shelf.orders += [None, "words", ["list"], {}, {"updatedDate": "soon"}]
    put(started, "b")
    started.look().take(wide=False)
    assert started.house.receipts("a") == started.house.receipts("b") == PICKUP_SET


def test_who_stops_meanwhile_is_not_kept_waiting(started):
    put(started, "a")
    started.patience.stopping.set()
    with pytest.raises(StorageError, match="stops"):
        started.look().take(wide=False)


def test_wix_need_not_tell_the_time(started):
    started.shelf.tells_time = False
    look = started.look()
    put(started, "a")
    assert look.take(wide=False).brought == 1
    put(started, "b")
    assert look.take(wide=False).brought == 1


def test_the_setting_may_be_a_moment_with_its_zone(database, fake_clock):
    chosen = {"backfill": {"print_since": "2026-11-20T17:30:00+00:00"}}
    look = asking_house(database, fake_clock, **chosen).look()
    look.take(wide=True)
    assert look.print_since == datetime(2026, 11, 20, 17, 30, tzinfo=UTC)


def test_an_order_approved_while_the_key_was_put_in_is_not_of_the_past(asking):
    asking.house.accept(event("delivery_cash"))
    asking.clock.advance(60)
    asking.shelf.orders.append(order("during the restart", asking.shelf.now()))
    asking.clock.advance(60)
    tally = asking.look().take(wide=True)
    assert (tally.brought, tally.recorded) == (1, 0)
