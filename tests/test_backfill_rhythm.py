"""If these pass, Wix is asked quickly while webhooks are silent and seldom while they flow."""

from __future__ import annotations

import math

import pytest

from wix_printer_service.backfill_rhythm import Rhythm
from wix_printer_service.settings import Backfill

SETTINGS = Backfill(
    quick_interval_s=30, slow_interval_s=300, silent_after_s=1800, wide_interval_s=3600
)


class Highest:
    """A chance that shortens no pause."""

    def uniform(self, _low, high):
        return high


@pytest.fixture
def rhythm(fake_clock):
    return Rhythm(SETTINGS, fake_clock, Highest())


def intervals(rhythm, count, **look):
    found = []
    for _ in range(count):
        rhythm.went_well(**look)
        found.append(rhythm.due_in_s())
    return found


def test_the_first_look_is_due_at_once(rhythm):
    assert rhythm.due_in_s() == 0.0


def test_while_no_webhook_ever_came_it_stays_quick(rhythm):
    assert intervals(rhythm, 3, brought=0, silent_for_s=math.inf) == [30, 30, 30]


def test_while_webhooks_bring_everything_it_slows_down_to_its_limit(rhythm):
    assert intervals(rhythm, 5, brought=0, silent_for_s=5.0) == [60, 120, 240, 300, 300]


def test_silence_makes_it_quick_again(rhythm):
    intervals(rhythm, 5, brought=0, silent_for_s=1800.0)
    assert intervals(rhythm, 1, brought=0, silent_for_s=1800.1) == [30]


def test_an_order_that_a_webhook_should_have_brought_makes_it_quick_again(rhythm):
    intervals(rhythm, 5, brought=0, silent_for_s=5.0)
    assert intervals(rhythm, 2, brought=1, silent_for_s=5.0) == [30, 30]
    assert intervals(rhythm, 1, brought=0, silent_for_s=5.0) == [60]


def test_it_counts_down(rhythm, fake_clock):
    rhythm.went_well(brought=1, silent_for_s=0)
    fake_clock.advance(12)
    assert rhythm.due_in_s() == 18
    fake_clock.advance(20)
    assert rhythm.due_in_s() == 0


def test_pauses_after_failures_grow_to_the_slow_interval(rhythm):
    found = []
    for _ in range(6):
        rhythm.failed(silent_for_s=0)
        found.append(rhythm.due_in_s())
    assert found == [30, 60, 120, 240, 300, 300]


def test_while_webhooks_are_silent_no_pause_after_failures_is_long(rhythm):
    found = []
    for _ in range(4):
        rhythm.failed(silent_for_s=math.inf)
        found.append(rhythm.due_in_s())
    assert found == [30, 60, 60, 60]


def test_a_look_that_goes_well_ends_the_growing(rhythm):
    rhythm.failed(silent_for_s=0)
    rhythm.failed(silent_for_s=0)
    rhythm.went_well(brought=0, silent_for_s=0)
    rhythm.failed(silent_for_s=0)
    assert rhythm.due_in_s() == 30


def test_what_wix_asks_for_is_obeyed(rhythm):
    rhythm.failed(silent_for_s=0, retry_after_s=700)
    assert rhythm.due_in_s() == 700


def test_but_not_beyond_reason(rhythm):
    rhythm.failed(silent_for_s=0, retry_after_s=1e9)
    assert rhythm.due_in_s() == 3600


def test_a_return_ends_a_pause(rhythm):
    rhythm.failed(silent_for_s=0)
    rhythm.hurry()
    assert rhythm.due_in_s() == 0


def test_but_not_one_that_wix_asked_for(rhythm, fake_clock):
    rhythm.failed(silent_for_s=0, retry_after_s=100)
    rhythm.hurry()
    assert rhythm.due_in_s() == 100
    fake_clock.advance(100)
    rhythm.went_well(brought=0, silent_for_s=0)
    rhythm.hurry()
    assert rhythm.due_in_s() == 0


def test_hurry_never_puts_a_look_off(rhythm, fake_clock):
    fake_clock.advance(5)
    rhythm.hurry()
    assert rhythm.due_in_s() == 0


def test_a_slow_interval_below_the_quick_one_counts_as_it(fake_clock):
    rhythm = Rhythm(Backfill(quick_interval_s=60, slow_interval_s=10), fake_clock, Highest())
    assert intervals(rhythm, 2, brought=0, silent_for_s=0) == [60, 60]
