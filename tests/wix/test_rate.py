"""If these pass, Wix is never asked more often than it allows."""

from __future__ import annotations

import threading
from random import Random

import pytest

from tests.wix.client_rig import Waiting
from wix_printer_service.clock import SystemClock
from wix_printer_service.wix.rate import RateBudget

PATIENCE_S = 20.0


def most_in_a_minute(taken_at):
    return max(sum(1 for at in taken_at if start <= at < start + 60.0) for start in taken_at)


def test_leave_is_given_at_once_until_the_minute_is_full(fake_clock):
    budget, waiting = RateBudget(fake_clock, 3), Waiting()
    began_s = fake_clock.monotonic()

    assert all(budget.take(waiting) for _ in range(3))
    assert fake_clock.monotonic() == began_s

    assert budget.take(waiting)
    assert fake_clock.monotonic() == began_s + 60.0


@pytest.mark.parametrize("per_minute", [1, 2, 7])
def test_no_minute_wherever_it_begins_sees_more(fake_clock, per_minute):
    budget, waiting, random = RateBudget(fake_clock, per_minute), Waiting(), Random(1)
    taken_at = []
    for _ in range(60):
        assert budget.take(waiting)
        taken_at.append(fake_clock.monotonic())
        fake_clock.advance(random.choice([0.0, 0.1, 7.3, 29.9]))

    assert most_in_a_minute(taken_at) == per_minute


def test_many_threads_share_one_budget(fake_clock):
    budget, waiting = RateBudget(fake_clock, 5), Waiting()
    lock, taken_at = threading.Lock(), []

    def take():
        for _ in range(10):
            assert budget.take(waiting)
            with lock:
                taken_at.append(fake_clock.monotonic())

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)

    assert len(taken_at) == 40
    assert max(taken_at) - min(taken_at) >= 7 * 60.0


def test_who_waits_beats(fake_clock):
    budget, waiting = RateBudget(fake_clock, 1), Waiting()

    budget.take(waiting)
    budget.take(waiting)

    assert waiting.beats >= 60 / 5


def test_who_is_told_to_stop_gets_no_leave_and_does_not_hang():
    clock, waiting = SystemClock(), Waiting()
    budget = RateBudget(clock, 1)
    assert budget.take(waiting)
    threading.Timer(0.1, waiting.stopping.set).start()
    began_s = clock.monotonic()

    assert not budget.take(waiting)
    assert clock.monotonic() - began_s < PATIENCE_S / 2
