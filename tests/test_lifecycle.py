from __future__ import annotations

import threading

import pytest
from structlog.testing import capture_logs

from wix_printer_service.clock import SystemClock
from wix_printer_service.errands import LONGEST_REST_S
from wix_printer_service.lifecycle import (
    AFTER_FAILURE_S,
    LAST_SHARE,
    LEAST_JOIN_S,
    Supervisor,
    Worker,
)

PATIENCE_S = 10.0
"""How long a test waits for what must come."""


class Turning(Worker):
    """Takes turns as fast as it can; fails in the turns that a test names."""

    def __init__(self, clock, name="worker", failing_turns=()):
        super().__init__(name, clock)
        self.turns = 0
        self.third_turn_at = 0.0
        self.third_turn = threading.Event()
        self._failing_turns = failing_turns

    def turn(self):
        self.turns += 1
        if self.turns == 3:
            self.third_turn_at = self.clock.monotonic()
            self.third_turn.set()
        if self.turns >= 3:
            self.stopping.wait(PATIENCE_S)
        if self.turns in self._failing_turns:
            message = "a bug"
            raise ZeroDivisionError(message)


class Noting(Worker):
    """Notes in a common list when it starts and is told to stop."""

    def __init__(self, clock, name, notes):
        super().__init__(name, clock)
        self._notes = notes

    def start(self):
        self._notes.append(f"start {self.name}")
        super().start()

    def stop(self):
        self._notes.append(f"stop {self.name}")
        super().stop()

    def turn(self):
        self.clock.wait(self.stopping, PATIENCE_S)


class Hanging(Noting):
    """Does not notice that it should stop until the test lets it go."""

    def __init__(self, clock, name, notes):
        super().__init__(clock, name, notes)
        self.let_go = threading.Event()

    def turn(self):
        self.let_go.wait(PATIENCE_S)


class Broken(Noting):
    """Cannot start."""

    def start(self):
        message = "the port is taken"
        raise OSError(message)


def supervisor(clock, *, stop_timeout_s=PATIENCE_S):
    return Supervisor(clock, beat_timeout_s=60.0, stop_timeout_s=stop_timeout_s)


def did_not_stop(logs):
    return [entry["worker"] for entry in logs if entry["event"] == "worker_did_not_stop"]


def test_a_worker_takes_turns_until_it_is_told_to_stop():
    worker = Turning(SystemClock())

    worker.start()

    assert worker.third_turn.wait(PATIENCE_S)
    worker.stop()
    assert worker.join(PATIENCE_S)


def test_a_turn_that_raises_does_not_end_the_worker(fake_clock):
    worker = Turning(fake_clock, failing_turns={1, 2})

    with capture_logs() as logs:
        worker.start()
        assert worker.third_turn.wait(PATIENCE_S)
        worker.stop()
        assert worker.join(PATIENCE_S)

    assert [entry["worker"] for entry in logs if entry["event"] == "worker_failed"] == [
        worker.name,
        worker.name,
    ]
    assert not worker.is_failing  # its last turn went well


def test_a_worker_whose_last_turn_failed_is_known_as_failing(fake_clock):
    supervisor = Supervisor(fake_clock, beat_timeout_s=60, stop_timeout_s=PATIENCE_S)
    good, bad = Turning(fake_clock), Turning(fake_clock, "bad", failing_turns={1, 2})

    supervisor.start([good, bad])
    assert bad.third_turn.wait(PATIENCE_S)

    assert supervisor.failing() == ["bad"]
    supervisor.stop()


def test_a_worker_pauses_after_a_failure_so_that_a_bug_cannot_spin(fake_clock):
    worker = Turning(fake_clock, failing_turns={1, 2})
    started_at = fake_clock.monotonic()

    worker.start()
    assert worker.third_turn.wait(PATIENCE_S)

    assert worker.third_turn_at - started_at == 2 * AFTER_FAILURE_S
    worker.stop()
    assert worker.join(PATIENCE_S)


def test_a_beat_makes_a_worker_fresh_again(fake_clock):
    worker = Turning(fake_clock)

    fake_clock.advance(7.5)
    assert worker.beat_age_s == 7.5

    worker.beat()
    assert worker.beat_age_s == 0


def test_a_resting_worker_keeps_beating(fake_clock):
    ages = []
    worker = Turning(fake_clock)
    wait = fake_clock.wait

    def noting_wait(event, timeout_s):
        ages.append(worker.beat_age_s)
        return wait(event, timeout_s)

    fake_clock.wait = noting_wait
    before = fake_clock.monotonic()
    worker.rest(12.0)

    assert fake_clock.monotonic() - before == 12.0
    assert ages == [0, 0, 0]
    assert worker.beat_age_s <= LONGEST_REST_S


def test_a_rest_ends_when_the_worker_is_told_to_stop():
    worker = Turning(SystemClock())
    resting = threading.Thread(target=worker.rest, args=(3600.0,))

    resting.start()
    worker.stop()
    resting.join(PATIENCE_S)

    assert not resting.is_alive()


def test_joining_a_worker_that_never_started_does_not_wait():
    assert Turning(SystemClock()).join(0.0)


def test_the_supervisor_stops_in_reverse_order():
    notes = []
    house = supervisor(SystemClock())

    house.start([Noting(SystemClock(), name, notes) for name in ("writer", "printer", "web")])
    house.stop()

    assert notes == [
        *("start writer", "start printer", "start web"),
        *("stop web", "stop printer"),  # all but the writer are told at once
        *("stop web", "stop printer", "stop writer"),
    ]


def test_when_one_cannot_start_those_before_it_are_stopped_and_those_after_it_never_start():
    notes = []
    house = supervisor(SystemClock())
    workers = [
        Noting(SystemClock(), "writer", notes),
        Broken(SystemClock(), "web", notes),
        Noting(SystemClock(), "late", notes),
    ]

    with pytest.raises(OSError, match="the port is taken"):
        house.start(workers)

    assert notes == ["start writer", "stop writer"]
    assert workers[0].join(0.0)


def test_a_worker_that_hangs_delays_the_stop_to_the_deadline_and_no_longer():
    notes = []
    clock = SystemClock()
    house = supervisor(clock, stop_timeout_s=0.3)
    hanging = Hanging(clock, "printer", notes)
    writer = Noting(clock, "writer", notes)
    house.start([writer, hanging])

    started_at = clock.monotonic()
    with capture_logs() as logs:
        house.stop()
    took_s = clock.monotonic() - started_at

    assert 0.3 * (1 - LAST_SHARE) <= took_s < 0.3 + LEAST_JOIN_S + 1.0
    assert did_not_stop(logs) == ["printer"]
    assert writer.join(0.0)
    hanging.let_go.set()
    assert hanging.join(PATIENCE_S)


def test_a_worker_behind_one_that_hangs_still_gets_time_to_end():
    """The writer stops last; it must be able to commit what the others left with it."""
    clock = SystemClock()
    house = supervisor(clock, stop_timeout_s=0.01)
    hanging = Hanging(clock, "printer", [])
    writer = Noting(clock, "writer", [])
    house.start([writer, hanging])

    with capture_logs() as logs:
        house.stop()

    assert did_not_stop(logs) == ["printer"]
    hanging.let_go.set()
    assert hanging.join(PATIENCE_S)


def test_only_workers_without_a_fresh_beat_are_stale(fake_clock):
    notes = []
    house = supervisor(fake_clock)
    silent, beating = Hanging(fake_clock, "silent", notes), Hanging(fake_clock, "beating", notes)
    house.start([silent, beating])

    fake_clock.advance(60.0)
    assert house.stale() == []

    fake_clock.advance(0.5)
    beating.beat()
    assert house.stale() == ["silent"]

    for worker in (silent, beating):
        worker.let_go.set()
    house.stop()
    assert house.stale() == []
