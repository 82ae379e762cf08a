"""If these pass, Wix is asked at the right times and a failure only makes the next look later."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from tests.intake import PRINTERS, event
from tests.wix_shelf import asking_house, order, put, wire
from wix_printer_service import backfill
from wix_printer_service.backfill import Backfill
from wix_printer_service.backfill_state import Outcome
from wix_printer_service.clock import SystemClock
from wix_printer_service.errors import (
    WixKeyError,
    WixRefusedError,
    WixThrottledError,
    WixUnavailableError,
)
from wix_printer_service.settings import Settings

DEADLINE_S = 30.0


class WatchedClock(SystemClock):
    """Says when somebody waits on it."""

    def __init__(self, waits):
        self._waits = waits

    def wait(self, event, timeout_s):
        self._waits.set()
        return super().wait(event, timeout_s)


@pytest.fixture
def asking(database, fake_clock):
    return asking_house(database, fake_clock)


def worker_of(asking):
    asking.shelf.looks_for_it = []
    return Backfill(
        asking.database,
        asking.house.service,
        asking.settings,
        asking.clock,
        connect=lambda _waiter: asking.shelf,
        on_failure=lambda: asking.shelf.looks_for_it.append(asking.clock.now()),
    )


@pytest.fixture
def worker(asking):
    return worker_of(asking)


def take_turns_for(worker, asking, seconds):
    """Let the worker take its turns; return how often it asked Wix."""
    before = len(asking.shelf.asked)
    end = asking.clock.monotonic() + seconds
    while asking.clock.monotonic() < end:
        worker.turn()
    return len(asking.shelf.asked) - before


def fail_with(asking, *errors):
    first = asking.shelf.pages + 1
    asking.shelf.failures = {first + place: error for place, error in enumerate(errors)}


def test_before_the_first_look_nothing_is_known(worker):
    assert worker.state.outcome is Outcome.NOT_YET
    assert worker.state.asked_at is None


def test_it_looks_at_once_and_then_every_half_minute(worker, asking):
    worker.turn()
    assert worker.state.outcome is Outcome.FINE
    assert take_turns_for(worker, asking, 601) == 20


def test_while_webhooks_flow_it_looks_every_five_minutes(worker, asking):
    worker.turn()
    asking.house.accept(event("pickup"))
    take_turns_for(worker, asking, 600)
    asking.house.accept(event("delivery_cash"))
    assert take_turns_for(worker, asking, 1200) == 4


def test_it_says_when_wix_was_asked_and_what_that_brought(worker, asking):
    worker.turn()
    put(asking, "a")
    put(asking, "b")
    asked_at = asking.clock.now() + timedelta(seconds=26)
    take_turns_for(worker, asking, 30)
    state = worker.state
    assert (state.outcome, state.text, state.found) == (Outcome.FINE, "", 2)
    assert asked_at - timedelta(seconds=1) <= state.asked_at <= state.answered_at
    assert 0 < state.next_look_in_s <= 30
    assert state.print_since == worker._look.past.since


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (WixUnavailableError("gone"), Outcome.UNAVAILABLE),
        (WixThrottledError("gone"), Outcome.UNAVAILABLE),
        (WixKeyError("gone"), Outcome.KEY_REFUSED),
        (WixRefusedError("gone", 409), Outcome.FAILED),
    ],
)
def test_a_failure_is_told_and_the_next_look_comes_all_the_same(worker, asking, error, outcome):
    worker.turn()
    answered_at = worker.state.answered_at
    put(asking, "a")
    fail_with(asking, error)
    take_turns_for(worker, asking, 30)
    assert (worker.state.outcome, worker.state.text) == (outcome, "gone")
    assert worker.state.answered_at == answered_at
    take_turns_for(worker, asking, 60)
    assert (worker.state.outcome, worker.state.text) == (Outcome.FINE, "")
    assert worker.state.found == 1


def test_a_database_that_takes_nothing_is_a_failure_too(worker, asking, monkeypatch):
    worker.turn()
    put(asking, "a")
    monkeypatch.setattr(asking.database, "has_room", lambda: False)
    take_turns_for(worker, asking, 30)
    assert worker.state.outcome is Outcome.FAILED
    assert "disk" in worker.state.text
    monkeypatch.undo()
    take_turns_for(worker, asking, 60)
    assert worker.state.found == 1


def test_what_a_look_brought_before_it_failed_counts(database, fake_clock):
    asking = asking_house(database, fake_clock, backfill={"page_size": 1})
    worker = worker_of(asking)
    worker.turn()
    put(asking, "a")
    put(asking, "b")
    asking.shelf.failures = {asking.shelf.pages + 2: WixUnavailableError("gone")}
    take_turns_for(worker, asking, 31)
    assert (worker.state.outcome, worker.state.found) == (Outcome.UNAVAILABLE, 1)


def test_an_answer_that_is_long_in_coming_is_none(worker, asking):
    worker.turn()
    seen, whole = [], asking.shelf.search_orders

    def search_orders(filters, limit):
        for _ in range(2):
            asking.clock.advance(20)
            seen.append((worker.state.outcome, worker.state.text))
        return whole(filters, limit)

    asking.shelf.search_orders = search_orders
    take_turns_for(worker, asking, 31)
    assert seen == [
        (Outcome.FINE, ""),
        (Outcome.UNAVAILABLE, "Wix has not answered for 40 s"),
    ]
    assert worker.state.outcome is Outcome.FINE


def test_orders_of_the_past_that_are_due_later_are_counted(worker, asking):
    for name, hours in (("for tonight", 2), ("eaten", -2)):
        due = wire(asking.clock.now() + timedelta(hours=hours))
        made = order(name, asking.shelf.now() - timedelta(hours=3))
        made["shippingInfo"]["logistics"]["deliveryTimeSlot"] = {"from": due, "to": due}
        asking.shelf.orders.append(made)
    worker.turn()
    assert worker.state.past_due == 1
    asking.clock.advance(3 * 3600)
    worker.turn()
    assert worker.state.past_due == 0


def test_that_nothing_is_printed_yet_is_said_for_as_long_as_it_is_so(database, fake_clock):
    since = fake_clock.now() + timedelta(minutes=5)
    asking = asking_house(database, fake_clock, backfill={"print_since": since.isoformat()})
    worker = worker_of(asking)
    worker.turn()
    assert "print_since lies in the future" in worker.state.text
    take_turns_for(worker, asking, 400)
    assert (worker.state.outcome, worker.state.text) == (Outcome.FINE, "")


def test_a_clock_that_is_behind_that_of_wix_says_no_such_thing(worker, asking):
    asking.shelf.clock_is_ahead_s = 86_400.0
    worker.turn()
    assert worker.state.text == ""


def test_a_bug_is_told_and_does_not_make_it_ask_all_the_time(worker, asking):
    asking.shelf.failures = dict.fromkeys(range(1, 100), RuntimeError("Anna's order"))
    with pytest.raises(RuntimeError):
        worker.turn()
    assert worker.state.outcome is Outcome.FAILED
    assert worker.state.text == "unexpected: RuntimeError"
    assert worker.state.next_look_in_s > 20


def test_a_failure_that_lasts_is_logged_once(worker, asking):
    fail_with(asking, *[WixUnavailableError("gone")] * 5)
    with capture_logs() as lines:
        take_turns_for(worker, asking, 1200)
    told = [line["event"] for line in lines if line["event"] in {"wix_not_asked", "wix_answers"}]
    assert told == ["wix_not_asked", "wix_answers"]


def test_while_wix_is_away_somebody_looks_for_it(worker, asking):
    fail_with(asking, WixUnavailableError("gone"), WixKeyError("no"))
    take_turns_for(worker, asking, 200)
    assert len(asking.shelf.looks_for_it) == 1


def test_when_wix_returns_it_is_asked_at_once_and_further_back(worker, asking):
    worker.turn()
    put(asking, "a")
    take_turns_for(worker, asking, 31)
    asking.shelf.asked.clear()
    worker.hurry()
    worker.turn()
    usual = take_turns_for(worker, asking, 31)
    wide, narrow = (filters["updatedDate"]["$gte"] for filters in asking.shelf.asked)
    assert usual == 1
    assert wide < narrow


def test_what_wix_asks_for_is_obeyed_though_it_seems_to_be_back(worker, asking):
    fail_with(asking, WixThrottledError("slow down", retry_after_s=120))
    worker.turn()
    worker.hurry()
    asked = take_turns_for(worker, asking, 115)
    assert asked == 0
    assert take_turns_for(worker, asking, 10) >= 1


def test_now_and_then_a_look_reaches_back_further(worker, asking):
    worker.turn()
    put(asking, "a")
    take_turns_for(worker, asking, 70)
    asking.shelf.asked.clear()
    take_turns_for(worker, asking, 2 * 3600)
    starts = [filters["updatedDate"]["$gte"] for filters in asking.shelf.asked]
    assert 1 <= sum(start == min(starts) for start in starts) <= 3
    assert len(set(starts)) == 2


def test_after_a_failure_it_reaches_back_further(worker, asking):
    worker.turn()
    put(asking, "a")
    take_turns_for(worker, asking, 31)
    fail_with(asking, WixUnavailableError("gone"))
    take_turns_for(worker, asking, 31)
    asking.shelf.asked.clear()
    take_turns_for(worker, asking, 70)
    wide, narrow = (filters["updatedDate"]["$gte"] for filters in asking.shelf.asked)
    assert wide < narrow


def test_a_look_that_only_goes_on_does_not_count_as_a_wide_one(database, fake_clock):
    asking = asking_house(database, fake_clock, backfill={"page_size": 1})
    worker = worker_of(asking)
    take_turns_for(worker, asking, 70)
    for number in range(3):
        put(asking, f"o{number}")
    asking.shelf.failures = {asking.shelf.pages + 2: WixUnavailableError("gone")}
    take_turns_for(worker, asking, 31)
    take_turns_for(worker, asking, 31)
    assert worker.state.outcome is Outcome.FINE
    asking.shelf.asked.clear()
    take_turns_for(worker, asking, 31)
    first = asking.shelf.orders[0]["updatedDate"]
    hours_back = datetime.fromisoformat(first) - datetime.fromisoformat(
        asking.shelf.asked[0]["updatedDate"]["$gte"]
    )
    assert hours_back > timedelta(hours=5)


def test_the_thread_ends_in_the_middle_of_a_pause_and_lets_go_of_wix(asking, monkeypatch):
    monkeypatch.setattr(backfill, "LONGEST_REST_S", 3600.0)
    asked = threading.Event()
    worker = Backfill(
        asking.database,
        asking.house.service,
        Settings(printers=PRINTERS, backfill={"quick_interval_s": 3600}),
        WatchedClock(asked),
        connect=lambda _waiter: asking.shelf,
        on_failure=lambda: None,
    )
    worker.start()
    assert asked.wait(DEADLINE_S)
    worker.stop()
    assert worker.join(DEADLINE_S)
    assert asking.shelf.closed


def test_what_fails_while_stopping_is_no_news(worker, asking):
    worker.stopping.set()
    fail_with(asking, WixUnavailableError("the service stops"))
    with capture_logs() as lines:
        worker._take_look()
    assert lines == []
