from __future__ import annotations

import pytest

from tests.watched_component import (
    AWAY,
    CANNOT_TELL,
    LOW_PAPER,
    NO_PAPER,
    ONLINE,
    SETTINGS,
    Watched,
)
from wix_printer_service.circuit_breaker import LEAST_SHARE, BreakerState
from wix_printer_service.observations import ComponentState


@pytest.fixture
def printer(fake_clock):
    return Watched(fake_clock, "printer:kitchen")


@pytest.fixture
def internet(fake_clock):
    return Watched(fake_clock, "internet")


# --- the circuit breaker --------------------------------------------------------------------------


def fail_jobs(component, count=SETTINGS.breaker_failures):
    for _ in range(count):
        component.breaker.begin()
        component.breaker.failed()


def test_an_open_breaker_forbids_to_try_though_the_component_is_there(printer):
    printer.see(ONLINE)

    fail_jobs(printer.component)

    assert not printer.component.may_try()
    snapshot = printer.component.snapshot()
    assert snapshot.breaker is BreakerState.OPEN
    assert snapshot.state is ComponentState.ONLINE
    assert snapshot.next_try_in_s == printer.component.breaker.retry_in_s() > 0


def test_a_printer_that_was_seen_away_may_be_tried_as_soon_as_it_is_back(printer):
    fail_jobs(printer.component)
    printer.see(NO_PAPER, ONLINE)

    assert printer.component.breaker.state is BreakerState.HALF_OPEN
    assert printer.component.may_try()


def test_a_printer_that_breaks_off_jobs_and_answers_every_check_keeps_its_pause(printer):
    printer.see(ONLINE)
    for _ in range(SETTINGS.breaker_failures):
        fail_jobs(printer.component, 1)
        printer.component.observe(AWAY, certain=True)
        printer.see(ONLINE)

    assert printer.component.breaker.state is BreakerState.OPEN


def test_a_failed_check_of_an_earlier_day_does_not_end_a_pause_of_today(printer):
    printer.see(AWAY, AWAY, ONLINE)
    fail_jobs(printer.component)
    printer.component.observe(AWAY, certain=True)

    printer.see(ONLINE)

    assert printer.component.breaker.state is BreakerState.OPEN


# --- when it is looked at next --------------------------------------------------------------------


def next_pause_s(watched, clock, *observations):
    """How long it will be before the next check, after a last one that saw this."""
    clock.advance(watched.component.next_check_in_s())
    watched.component.check_begins()
    watched.see(*observations)
    watched.component.check_ended()
    return watched.component.next_check_in_s()


def test_it_is_looked_at_as_soon_as_possible_after_the_start(printer):
    assert printer.component.next_check_in_s() == 0.0


@pytest.mark.parametrize("observation", [ONLINE, LOW_PAPER, CANNOT_TELL])
def test_while_it_works_it_is_looked_at_in_the_usual_rhythm(printer, fake_clock, observation):
    next_pause_s(printer, fake_clock, observation)

    assert next_pause_s(printer, fake_clock, observation) == SETTINGS.check_interval_s


def test_one_failed_check_is_confirmed_quickly(printer, fake_clock):
    next_pause_s(printer, fake_clock, ONLINE)

    assert next_pause_s(printer, fake_clock, AWAY) == SETTINGS.fast_interval_s


def test_a_first_success_after_an_outage_is_confirmed_quickly(internet, fake_clock):
    for _ in range(20):
        next_pause_s(internet, fake_clock, AWAY)

    assert next_pause_s(internet, fake_clock, ONLINE) == SETTINGS.fast_interval_s


def test_in_a_long_outage_pauses_double_up_to_the_longest(printer, fake_clock):
    printer.component.observe(AWAY, certain=True)
    pauses = [next_pause_s(printer, fake_clock, AWAY) for _ in range(14)]

    for number, pause_s in enumerate(pauses, start=1):
        full_s = min(SETTINGS.fast_interval_s * 2**number, SETTINGS.retry_max_s)
        assert LEAST_SHARE * full_s <= pause_s <= full_s


def test_the_next_outage_begins_with_short_pauses_again(printer, fake_clock):
    for _ in range(14):
        next_pause_s(printer, fake_clock, AWAY)
    next_pause_s(printer, fake_clock, ONLINE)

    printer.component.observe(AWAY, certain=True)

    assert printer.component.next_check_in_s() <= SETTINGS.fast_interval_s
    assert printer.component.wake.is_set()


def test_a_workers_bad_news_does_not_put_off_a_check_that_is_due(printer):
    printer.component.observe(AWAY, certain=True)

    assert printer.component.next_check_in_s() == 0.0


def test_further_bad_news_from_a_worker_does_not_put_the_next_check_off(printer, fake_clock):
    next_pause_s(printer, fake_clock, ONLINE)
    printer.component.observe(AWAY, certain=True)
    due_in_s = printer.component.next_check_in_s()

    fake_clock.advance(due_in_s / 2)
    printer.component.observe(AWAY, certain=True)

    assert printer.component.next_check_in_s() == pytest.approx(due_in_s / 2)


def test_work_that_waits_shortens_a_long_pause(printer, fake_clock):
    for _ in range(14):
        next_pause_s(printer, fake_clock, AWAY)
    assert printer.component.next_check_in_s() > 100

    printer.component.hurry()

    assert printer.component.next_check_in_s() == SETTINGS.fast_interval_s


def test_a_wish_for_a_check_makes_it_due_and_wakes_the_watcher(printer, fake_clock):
    next_pause_s(printer, fake_clock, ONLINE)

    printer.component.check_soon()

    assert printer.component.next_check_in_s() == 0.0
    assert printer.component.wake.is_set()


def test_a_wish_during_a_check_asks_for_another_one(printer):
    printer.component.check_begins()
    printer.component.check_soon()
    printer.component.check_ended()

    assert printer.component.next_check_in_s() == 0.0
