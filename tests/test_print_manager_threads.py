"""Workers in their threads. Their clock stands still: nothing but an event ends a wait."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from tests.conftest import FakeClock
from tests.scripted_printer import PATIENCE_S, Act, Kitchen, ScriptedPrinter
from wix_printer_service.errors import StorageError
from wix_printer_service.models import JobState
from wix_printer_service.settings import Storage
from wix_printer_service.storage.database import Database


class EventClock(FakeClock):
    """A clock on which no wait ever runs out; it counts those who wait."""

    def __init__(self):
        super().__init__(datetime(2026, 11, 20, 18, 0, tzinfo=UTC))
        self.somebody_waits = threading.Event()

    def wait(self, event, _timeout_s):
        self.somebody_waits.set()
        return event.wait(PATIENCE_S)


@pytest.fixture
def clock():
    return EventClock()


@pytest.fixture
def kitchen(database, clock):
    return Kitchen(database, clock)


@pytest.fixture
def run():
    """Start workers; all are stopped in the end."""
    started = []

    def start(worker):
        worker.start()
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.stop()
        assert worker.join(PATIENCE_S)


def test_a_commit_wakes_the_worker_without_any_polling(kitchen, clock, run):
    printer = ScriptedPrinter()
    run(kitchen.worker(printer))
    assert clock.somebody_waits.wait(PATIENCE_S)

    kitchen.accept("77001")

    assert b"77001" in printer.printed.get(timeout=PATIENCE_S / 2)


def test_a_backlog_is_worked_off_without_any_waiting(kitchen, run):
    for number in range(77001, 77011):
        kitchen.accept(str(number))
    printer = ScriptedPrinter()

    run(kitchen.worker(printer))

    papers = [printer.printed.get(timeout=PATIENCE_S) for _ in range(10)]
    assert all(str(77001 + place).encode() in paper for place, paper in enumerate(papers))


@pytest.mark.parametrize("act", [Act.AWAY, Act.NOT_READY, Act.BREAKS])
def test_a_dead_printer_does_not_delay_another(kitchen, run, act):
    dead, healthy = ScriptedPrinter(*[act] * 100), ScriptedPrinter()
    run(kitchen.worker(dead, "kitchen"))
    run(kitchen.worker(healthy, "counter"))

    for number in ("77001", "77002"):
        order = kitchen.accept(number)
        assert number.encode() in healthy.printed.get(timeout=PATIENCE_S / 2)
        assert kitchen.job_of(order, "kitchen").state is not JobState.PRINTED
    assert act is Act.BREAKS or dead.papers == []


def test_a_printer_that_hangs_in_the_middle_of_a_job_does_not_delay_another(kitchen, run):
    goes_on = threading.Event()
    hanging = ScriptedPrinter(sending=lambda: goes_on.wait(PATIENCE_S))
    healthy = ScriptedPrinter()
    run(kitchen.worker(hanging, "kitchen"))
    run(kitchen.worker(healthy, "counter"))

    for number in ("77001", "77002"):
        kitchen.accept(number)
        assert number.encode() in healthy.printed.get(timeout=PATIENCE_S / 2)

    assert hanging.printed.empty()
    goes_on.set()
    assert b"77001" in hanging.printed.get(timeout=PATIENCE_S)


def test_a_worker_that_waits_for_work_stops_at_once(kitchen, clock):
    worker = kitchen.worker(ScriptedPrinter())
    worker.start()
    assert clock.somebody_waits.wait(PATIENCE_S)

    worker.stop()

    assert worker.join(PATIENCE_S / 2)


def test_a_worker_that_waits_for_its_printer_stops_at_once_and_does_not_try_again(kitchen, clock):
    printer = ScriptedPrinter(Act.AWAY)
    order = kitchen.accept("77001")
    worker = kitchen.worker(printer)
    worker.start()
    assert clock.somebody_waits.wait(PATIENCE_S)

    with capture_logs() as logs:
        worker.stop()
        assert worker.join(PATIENCE_S / 2)

    assert printer.attempts == 1
    assert kitchen.job_of(order).state is JobState.QUEUED
    assert "worker_failed" not in [entry["event"] for entry in logs]


def test_a_stop_that_comes_just_before_the_wait_is_not_missed(kitchen, clock):
    """The turn clears its waker first, and with it the wake that the stop has given."""
    worker = kitchen.worker(ScriptedPrinter())

    worker.stop()
    worker.turn()

    assert not clock.somebody_waits.is_set()


def test_a_job_under_way_is_finished_and_booked_before_the_worker_ends(kitchen):
    sending, goes_on = threading.Event(), threading.Event()

    def send_slowly():
        sending.set()
        goes_on.wait(PATIENCE_S)

    order, later = kitchen.accept("77001"), kitchen.accept("77002")
    worker = kitchen.worker(ScriptedPrinter(sending=send_slowly))
    worker.start()
    assert sending.wait(PATIENCE_S)

    worker.stop()
    goes_on.set()

    assert worker.join(PATIENCE_S)
    assert kitchen.job_of(order).state is JobState.PRINTED
    assert kitchen.job_of(later).state is JobState.QUEUED


def test_when_the_stop_comes_while_a_print_cannot_be_booked_it_is_marked_after_the_restart(
    kitchen, clock, run
):
    """Nothing is lost and nothing is sent twice in silence."""
    order = kitchen.accept("77001")
    printer = ScriptedPrinter(sending=kitchen.database.writer.stop)
    worker = kitchen.worker(printer)
    worker.start()
    assert clock.somebody_waits.wait(PATIENCE_S)

    worker.stop()
    assert worker.join(PATIENCE_S / 2)
    assert kitchen.job_of(order).state is JobState.SENDING
    assert kitchen.database.writer.join(PATIENCE_S)
    kitchen.database.close()

    next_run = Database(Storage(path=kitchen.database.path, wal_size_bytes=0), clock)
    next_run.open()
    next_run.writer.start()
    next_printer = ScriptedPrinter()
    next_worker = run(Kitchen(next_run, clock).worker(next_printer))
    again = next_printer.printed.get(timeout=PATIENCE_S)
    marked = "MÖGLICHES DUPLIKAT".encode("cp858")
    assert [marked in paper for paper in (*printer.papers, again)] == [False, True]
    next_worker.stop()
    assert next_worker.join(PATIENCE_S)
    next_run.writer.stop()
    assert next_run.writer.join(PATIENCE_S)
    next_run.close()


def test_a_worker_that_cannot_settle_what_was_left_does_not_start(kitchen):
    kitchen.database.writer.stop()
    worker = kitchen.worker(ScriptedPrinter())

    with pytest.raises(StorageError, match="closing"):
        worker.start()

    assert worker.join(0.0)
