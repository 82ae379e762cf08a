"""If these pass, whatever Wix has of the restaurant's orders is taken in once, page by page."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from tests.intake import PICKUP_SET, event
from tests.wix_shelf import asking_house, order, put, since_of, wire
from wix_printer_service import backfill_look, backfill_records
from wix_printer_service.errors import (
    QueueFullError,
    StorageError,
    WixRefusedError,
    WixUnavailableError,
)
from wix_printer_service.models import OrderState, Road
from wix_printer_service.settings.intake import RESTAURANT_APP_IDS
from wix_printer_service.simulation import samples

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


def position(asking):
    return asking.database.write(lambda t: backfill_records.begin(t, asking.clock.now())).position


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
    for _ in range(2):
        look.take(wide=False)
    ended_at = position(started)
    started.shelf.orders[:] = [hidden]
    for _ in range(2):
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
    for _ in range(4):
        look.take(wide=False)
        started.clock.advance(3600)
    look.take(wide=True)
    _, second, third, fourth, wide = map(since_of, started.shelf.asked)
    assert second < third  # what is new is looked for by two looks
    assert third == fourth == updated_at - timedelta(minutes=10)
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


def test_a_full_queue_hides_no_cancellation(database, fake_clock):
    asking = asking_house(
        database, fake_clock, offline_queue={"max_items": 2}, backfill={"page_size": 1}
    )
    look = asking.look()
    look.take(wide=True)
    put(asking, "waits")
    look.take(wide=False)
    put(asking, "does not fit")
    put(asking, "nor this")
    called_off = {"status": "CANCELED", "updatedDate": wire(asking.shelf.now())}
    asking.shelf.orders[0] |= called_off
    with pytest.raises(QueueFullError):
        look.take(wide=False)
    assert asking.house.state("waits") is OrderState.CANCELLED
    with pytest.raises(QueueFullError):
        look.take(wide=False)
    assert asking.house.receipts("does not fit") == PICKUP_SET


class TestAnOrderThatCannotBeTakenIn:
    """A bug, or a damaged row: nobody knows which, so all others must get through."""

    @pytest.fixture
    def poisoned(self, started, monkeypatch):
        whole = started.house.service.accept

        def accept(told):
            if told.order_id == "bad":
                raise RuntimeError("a bug")
            return whole(told)

        monkeypatch.setattr(started.house.service, "accept", accept)
        for name in ("a", "bad", "b"):
            put(started, name)
        return started

    def test_keeps_back_no_other(self, poisoned):
        with pytest.raises(StorageError, match="cannot be taken in"):
            poisoned.look().take(wide=False)
        assert poisoned.house.receipts("a") == poisoned.house.receipts("b") == PICKUP_SET

    def test_is_asked_for_again_and_again_and_told_once(self, poisoned, monkeypatch):
        look = poisoned.look()
        with capture_logs() as lines:
            for _ in range(5):
                with pytest.raises(StorageError):
                    look.take(wide=False)
        told = [line for line in lines if line["event"] == "order_not_taken_in"]
        assert [line["order_id"] for line in told] == ["bad"]
        monkeypatch.undo()
        poisoned.clock.advance(7 * 3600)
        assert look.take(wide=False).brought == 1

    def test_a_damaged_row_is_such_a_case(self, started):
        for name in ("a", "bad", "b"):
            put(started, name)
        look = started.look()
        look.take(wide=False)
        garble = "UPDATE orders SET updated_at = 'soon' WHERE id = 'bad'"
        started.database.write(lambda t: t.execute(garble))
        put(started, "c")
        started.shelf.orders[1] |= {"buyerNote": "changed"}
        with pytest.raises(StorageError):
            look.take(wide=False)
        assert started.house.receipts("c") == PICKUP_SET


def test_orders_that_webhooks_brought_leave_no_trace_of_the_search(started):
    shown = samples.order_of(samples.load("pickup"))
    started.house.accept(event("pickup"))
    started.clock.advance(3600)
    started.shelf.orders.append(shown)
    started.look().take(wide=True)
    assert started.house.rows("inbox") == 1


def test_the_order_of_keys_makes_no_news(started):
    put(started, "a")
    look = started.look()
    look.take(wide=False)
    started.shelf.orders[0] = dict(reversed(started.shelf.orders[0].items()))
    look.take(wide=False)
    assert started.house.rows("inbox") == 1


def test_what_is_kept_and_cannot_be_read_is_found_out_again(started):
    put(started, "a")
    garble = "UPDATE backfill SET position = 'soon', print_since = 'late', began_at = 'never'"
    started.database.write(lambda t: t.execute(garble))
    assert started.look().take(wide=False).brought == 1


def test_our_own_clock_does_not_make_a_new_order_stale(started):
    started.clock.set_wall(started.clock.now() + timedelta(days=30))
    started.shelf.clock_is_ahead_s = -30 * 86_400.0
    put(started, "a")
    started.look().take(wide=False)
    assert started.house.state("a") is OrderState.ACCEPTED


def test_an_entry_that_is_no_order_hinders_no_other(started):
    put(started, "a")
    started.shelf.orders += [None, "words", ["list"], {}, {"updatedDate": "soon"}]
    put(started, "b")
    started.look().take(wide=False)
    assert started.house.receipts("a") == started.house.receipts("b") == PICKUP_SET
    assert started.house.rows("orders") == 3  # an object with anything in it may be an order


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
    assert look.past.since == datetime(2026, 11, 20, 17, 30, tzinfo=UTC)


def test_an_order_approved_while_the_key_was_put_in_is_not_of_the_past(asking):
    asking.house.accept(event("delivery_cash"))
    asking.clock.advance(60)
    asking.shelf.orders.append(order("during the restart", asking.shelf.now()))
    asking.clock.advance(60)
    tally = asking.look().take(wide=True)
    assert (tally.brought, tally.recorded) == (1, 0)


def test_an_edit_that_no_webhook_told_of_is_written_down(started):
    put(started, "a")
    look = started.look()
    look.take(wide=False)
    started.shelf.orders[0] |= {"buyerNote": "no onions", "updatedDate": wire(started.shelf.now())}
    look.take(wide=False)
    assert started.house.order("a").revision == 2


def test_a_cancellation_dated_as_the_order_itself_counts(started):
    put(started, "a")
    look = started.look()
    look.take(wide=False)
    started.shelf.orders[0]["status"] = "CANCELED"
    look.take(wide=False)
    assert started.house.state("a") is OrderState.CANCELLED


def test_an_order_that_lost_its_set_gets_it_again(started):
    shown = samples.order_of(samples.load("pickup")) | {"updatedDate": wire(started.shelf.now())}
    started.house.accept(event("pickup", **shown))
    lost = "UPDATE orders SET state = 'remembered'"
    started.database.write(lambda t: t.execute(lost))
    started.shelf.orders.append(shown)
    assert started.look().take(wide=False).brought == 1


def test_a_database_that_takes_nothing_ends_a_look_at_once(started, monkeypatch):
    for name in ("a", "b"):
        put(started, name)
    asked_of = []

    def accept(told):
        asked_of.append(told.order_id)
        failed = Future()
        failed.set_exception(StorageError("the disk is gone"))
        return failed

    monkeypatch.setattr(backfill_look, "PORTION", 1)
    monkeypatch.setattr(started.house.service, "accept", accept)
    with pytest.raises(StorageError, match="gone"):
        started.look().take(wide=False)
    assert asked_of == ["a"]


class TestAWixThatRefusesAFilter:
    """What is built from types, not run, must not keep all orders away."""

    @pytest.fixture
    def picky(self, asking):
        whole = asking.shelf.search_orders

        def search_orders(filters, limit):
            if backfill_look.BY_APP in filters:
                raise WixRefusedError("no such filter", asking.shelf.status)
            return whole(filters, limit)

        asking.shelf.status = 400
        asking.shelf.search_orders = search_orders
        return asking

    def test_is_asked_for_all_orders(self, picky):
        with capture_logs() as lines:
            look = picky.look()
            look.take(wide=True)
            put(picky, "a")
            assert look.take(wide=False).brought == 1
        told = [line["event"] for line in lines]
        assert told.count("wix_refuses_filter") == 1

    def test_but_another_refusal_is_one(self, picky):
        picky.shelf.status = 409
        with pytest.raises(WixRefusedError):
            picky.look().take(wide=True)
