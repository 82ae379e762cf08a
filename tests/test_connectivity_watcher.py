from __future__ import annotations

import threading
from itertools import pairwise
from random import Random

import pytest
from structlog.testing import capture_logs

from wix_printer_service.clock import SystemClock
from wix_printer_service.connectivity_component import Component
from wix_printer_service.connectivity_watcher import Watcher
from wix_printer_service.errors import StorageError
from wix_printer_service.observations import Cause, ComponentState, Observation
from wix_printer_service.settings import Connectivity

ONLINE = Observation(ComponentState.ONLINE, Cause.FINE)
AWAY = Observation(ComponentState.OFFLINE, Cause.UNREACHABLE, "it cannot be reached")
SETTINGS = Connectivity()
PATIENCE_S = 10.0
MORE_TURNS_THAN_ANY_TEST_NEEDS = 10_000


class Watch:
    """A watcher whose probe notes when it looked and sees what the test says."""

    def __init__(self, clock, name="printer:kitchen", settings=SETTINGS):
        self.clock = clock
        self.sees = ONLINE
        self.looked_at = []
        self.work = False
        self.component = Component(
            name, settings, clock, lambda _: None, is_probed=True, random=Random(7)
        )
        self.watcher = Watcher(
            self.component,
            self.look,
            self.has_work,
            clock,
            poll_s=settings.fast_interval_s,
            on_turn=lambda: None,
        )

    def look(self):
        self.looked_at.append(self.clock.monotonic())
        return self.sees

    def has_work(self):
        return self.work

    def run_until_looks(self, count):
        for _ in range(MORE_TURNS_THAN_ANY_TEST_NEEDS):
            if len(self.looked_at) >= count:
                return
            self.watcher.turn()
        pytest.fail(f"looked only {len(self.looked_at)} times")

    def run_for(self, seconds):
        end = self.clock.monotonic() + seconds
        while self.clock.monotonic() < end:
            self.watcher.turn()

    @property
    def pauses(self):
        return [b - a for a, b in pairwise(self.looked_at)]


@pytest.fixture
def watch(fake_clock):
    return Watch(fake_clock)


def test_while_all_is_well_it_looks_in_the_usual_rhythm_and_beats_meanwhile(watch):
    watch.run_until_looks(4)

    assert watch.pauses == [SETTINGS.check_interval_s] * 3


def test_a_turn_is_short_so_that_a_long_pause_is_full_of_beats(watch):
    watch.run_until_looks(1)
    before_s = watch.clock.monotonic()

    watch.watcher.turn()

    assert 0 < watch.clock.monotonic() - before_s <= 5.0


def test_a_failure_is_confirmed_quickly_and_then_pauses_grow(watch):
    watch.run_until_looks(1)
    watch.sees = AWAY
    watch.run_until_looks(8)

    assert watch.pauses[0] == SETTINGS.check_interval_s
    assert watch.pauses[1] == SETTINGS.fast_interval_s
    growing = watch.pauses[2:]
    assert growing == sorted(growing)
    assert growing[-1] > 10 * SETTINGS.fast_interval_s


def test_a_printer_with_waiting_work_is_looked_for_in_the_fast_rhythm_for_hours(watch):
    watch.sees = AWAY
    watch.work = True
    watch.run_for(3600)

    assert max(watch.pauses) == SETTINGS.fast_interval_s


def test_work_that_comes_during_a_long_pause_has_the_printer_looked_for_at_once(fake_clock):
    class LateWork(Watch):
        came_at = float("inf")

        def has_work(self):
            return self.clock.monotonic() >= self.came_at

    watch = LateWork(fake_clock)
    watch.sees = AWAY
    watch.run_for(3600)
    assert watch.component.next_check_in_s() > 60
    looks = len(watch.looked_at)

    watch.came_at = fake_clock.monotonic() + 0.1
    watch.run_until_looks(looks + 1)

    assert 0 <= watch.looked_at[-1] - watch.came_at <= SETTINGS.fast_interval_s


def test_work_that_waits_does_not_hurry_checks_of_a_printer_that_is_there(watch):
    watch.work = True
    watch.run_until_looks(4)

    assert watch.pauses == [SETTINGS.check_interval_s] * 3


def test_when_nobody_can_say_whether_work_waits_it_looks_fast(fake_clock):
    class Unknowing(Watch):
        def has_work(self):
            message = "the database cannot be read"
            raise StorageError(message)

    watch = Unknowing(fake_clock)
    watch.sees = AWAY
    watch.run_for(600)

    assert max(watch.pauses) == SETTINGS.fast_interval_s


def test_a_workers_bad_news_shortens_a_long_pause(watch):
    watch.run_until_looks(1)
    watch.watcher.turn()
    told_at = watch.clock.monotonic()

    watch.component.observe(AWAY, certain=True)
    watch.run_until_looks(2)

    assert watch.looked_at[-1] - told_at <= SETTINGS.fast_interval_s


def test_a_wish_for_a_check_ends_a_long_pause_and_brings_one_look(watch):
    watch.run_until_looks(1)

    watch.component.check_soon()
    watch.run_until_looks(3)

    assert watch.pauses == [0.0, SETTINGS.check_interval_s]


def test_a_look_without_news_changes_nothing_and_the_rhythm_goes_on(watch):
    watch.run_until_looks(1)
    watch.sees = None
    watch.run_until_looks(3)

    assert watch.component.state is ComponentState.ONLINE
    assert watch.pauses == [SETTINGS.check_interval_s] * 2


def test_a_probe_with_a_bug_lets_those_who_asked_go_on_and_is_tried_again(fake_clock):
    class Buggy(Watch):
        def look(self):
            super().look()
            if len(self.looked_at) == 1:
                message = "a bug"
                raise ZeroDivisionError(message)
            looked_again.set()
            return ONLINE

    looked_again = threading.Event()
    watch = Buggy(fake_clock)
    answered = watch.watcher.ask()

    with capture_logs() as logs:
        watch.watcher.start()
        assert answered.wait(PATIENCE_S)
        assert looked_again.wait(PATIENCE_S)
        watch.watcher.stop()
        assert watch.watcher.join(PATIENCE_S)

    assert logs[0]["event"] == "worker_failed"
    assert watch.component.state is ComponentState.ONLINE


def test_a_stop_ends_a_long_pause_at_once():
    watch = Watch(SystemClock())
    looked = watch.watcher.ask()
    watch.watcher.start()
    assert looked.wait(PATIENCE_S)

    watch.watcher.stop()

    assert watch.watcher.join(2.0)
    assert watch.looked_at
