from __future__ import annotations

import threading
from random import Random

import pytest

from wix_printer_service.circuit_breaker import LEAST_SHARE, Backoff, BreakerState, CircuitBreaker

FAILURES = 3
INITIAL_S = 1.0
MAX_S = 8.0


@pytest.fixture
def breaker(fake_clock):
    return CircuitBreaker(
        fake_clock, failures=FAILURES, initial_s=INITIAL_S, max_s=MAX_S, random=Random(7)
    )


def open_it(breaker):
    for _ in range(FAILURES):
        assert breaker.begin()
        breaker.failed()


def pass_the_pause(breaker, clock):
    clock.advance(breaker.retry_in_s())


def test_a_new_breaker_lets_everything_through(breaker):
    assert breaker.state is BreakerState.CLOSED
    assert breaker.begin()
    assert breaker.begin()
    assert breaker.retry_in_s() == 0.0


def test_failures_in_a_row_open_it(breaker):
    for _ in range(FAILURES - 1):
        breaker.failed()
    assert breaker.state is BreakerState.CLOSED

    breaker.failed()

    assert breaker.state is BreakerState.OPEN
    assert not breaker.allows()
    assert not breaker.begin()


def test_a_success_in_between_starts_the_count_anew(breaker):
    for _ in range(FAILURES - 1):
        breaker.failed()
    breaker.succeeded()
    for _ in range(FAILURES - 1):
        breaker.failed()

    assert breaker.state is BreakerState.CLOSED


def test_when_the_pause_is_over_a_single_trial_goes_through(breaker, fake_clock):
    open_it(breaker)

    pass_the_pause(breaker, fake_clock)

    assert breaker.state is BreakerState.HALF_OPEN
    assert breaker.allows()
    assert breaker.allows()  # asking takes nothing
    assert breaker.begin()
    assert not breaker.allows()
    assert not breaker.begin()


def test_only_one_of_many_threads_gets_the_trial(breaker, fake_clock):
    open_it(breaker)
    pass_the_pause(breaker, fake_clock)
    start = threading.Barrier(20)
    taken = []

    def take():
        start.wait()
        if breaker.begin():
            taken.append(threading.current_thread())

    threads = [threading.Thread(target=take) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(taken) == 1


def test_a_trial_that_succeeds_closes_it(breaker, fake_clock):
    open_it(breaker)
    pass_the_pause(breaker, fake_clock)
    assert breaker.begin()

    breaker.succeeded()

    assert breaker.state is BreakerState.CLOSED
    breaker.failed()
    assert breaker.state is BreakerState.CLOSED  # the count began anew


def test_each_trial_that_fails_doubles_the_pause_up_to_the_longest(breaker, fake_clock):
    open_it(breaker)
    pauses = [breaker.retry_in_s()]
    for _ in range(5):
        pass_the_pause(breaker, fake_clock)
        assert breaker.begin()
        breaker.failed()
        assert breaker.state is BreakerState.OPEN
        pauses.append(breaker.retry_in_s())

    for pause_s, full_s in zip(pauses, [1.0, 2.0, 4.0, 8.0, 8.0, 8.0], strict=True):
        assert LEAST_SHARE * full_s <= pause_s <= full_s


def test_after_a_success_pauses_are_short_again(breaker, fake_clock):
    open_it(breaker)
    pass_the_pause(breaker, fake_clock)
    breaker.failed()
    breaker.succeeded()

    open_it(breaker)

    assert breaker.retry_in_s() <= INITIAL_S


def test_a_failure_that_comes_late_does_not_prolong_the_pause(breaker):
    open_it(breaker)
    pause_s = breaker.retry_in_s()

    breaker.failed()

    assert breaker.retry_in_s() == pause_s


def test_a_pause_can_be_ended_and_then_a_failed_trial_doubles_it(breaker):
    open_it(breaker)

    breaker.half_open()

    assert breaker.state is BreakerState.HALF_OPEN
    assert breaker.begin()
    assert not breaker.begin()
    breaker.failed()
    assert INITIAL_S < breaker.retry_in_s() <= 2 * INITIAL_S


def test_ending_a_pause_frees_a_trial_that_nobody_settled(breaker, fake_clock):
    open_it(breaker)
    pass_the_pause(breaker, fake_clock)
    assert breaker.begin()

    breaker.half_open()

    assert breaker.begin()


def test_a_closed_breaker_has_no_pause_to_end(breaker):
    breaker.half_open()

    assert breaker.state is BreakerState.CLOSED


def test_a_trial_that_is_forgotten_lapses_after_the_longest_pause(breaker, fake_clock):
    open_it(breaker)
    pass_the_pause(breaker, fake_clock)
    assert breaker.begin()
    assert breaker.retry_in_s() == MAX_S

    fake_clock.advance(MAX_S)

    assert breaker.begin()


def test_a_jump_of_the_wall_clock_changes_no_pause(breaker, fake_clock):
    open_it(breaker)
    pause_s = breaker.retry_in_s()

    fake_clock.set_wall(fake_clock.now().replace(year=1970))

    assert breaker.retry_in_s() == pause_s


def test_pauses_differ_by_chance_and_never_exceed_the_longest():
    pauses = Backoff(0.5, 300.0)

    drawn = [pauses.next_s() for _ in range(2000)]

    assert max(drawn) <= 300.0
    assert min(drawn[20:]) >= LEAST_SHARE * 300.0
    assert len(set(drawn[20:])) > 1000


def test_a_first_pause_above_the_longest_is_cut():
    assert Backoff(10.0, 4.0).next_s() <= 4.0
