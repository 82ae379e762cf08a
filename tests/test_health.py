from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest

from tests.scripted_printer import PATIENCE_S, Kitchen, OtherProgram
from wix_printer_service.backfill_state import BackfillState, Outcome
from wix_printer_service.connectivity_monitor import ConnectivityMonitor
from wix_printer_service.errors import QueueFullError, StorageError
from wix_printer_service.health import REINSTATED, Health, PrinterHealth, Status
from wix_printer_service.missing_letters import MissingLetters
from wix_printer_service.models import JobState, Receipt
from wix_printer_service.observations import Cause, ComponentState, Observation
from wix_printer_service.printing.fonts import REMEDY
from wix_printer_service.queue_status import QueueWatch
from wix_printer_service.settings import Connectivity, Storage
from wix_printer_service.storage.database import Database

FINE = Observation(ComponentState.ONLINE, Cause.FINE)
COVER_OPEN = Observation(
    ComponentState.OFFLINE, Cause.COVER_OPEN, "the printer kitchen has its cover open"
)
SINCE = "2026-11-20T18:00:00+00:00"


@pytest.fixture
def kitchen(database, fake_clock):
    return Kitchen(database, fake_clock)


@pytest.fixture
def other_program(database):
    opened = OtherProgram(database)
    yield opened
    opened.close()


class House:
    """What health asks, for a test to change."""

    def __init__(self, kitchen, clock, commit_timeout_s=PATIENCE_S):
        self.stale = []
        self.failing = []
        self.letters = MissingLetters()
        self.monitor = ConnectivityMonitor(kitchen.database, Connectivity(), clock)
        for name in ("printer:kitchen", "printer:counter", "internet"):
            self.monitor.add(name, lambda: None).observe(FINE, certain=True)
        limits = kitchen.settings.offline_queue
        self.health = Health(
            kitchen.database,
            clock,
            stale_workers=lambda: list(self.stale),
            failing_workers=lambda: list(self.failing),
            components=self._snapshot,
            queue=QueueWatch(kitchen.database, kitchen.queue, limits, clock),
            backfill=lambda: BackfillState(Outcome.NOT_YET),
            letters=self.letters,
            notes=["a development key is in use"],
            version="1.2.3",
            commit_timeout_s=commit_timeout_s,
        )

    def _snapshot(self):
        return self.monitor.snapshot()

    def see(self, component, observation):
        """Let a component be as it was seen."""
        self.monitor.component(component).observe(observation, certain=True)


@pytest.fixture
def house(kitchen, fake_clock):
    return House(kitchen, fake_clock)


def fail_a_commit(kitchen, other_program):
    other_program.hold()
    with pytest.raises(StorageError):
        kitchen.accept("77001")


def test_a_house_where_all_is_well_is_online(house, fake_clock):
    fake_clock.advance(90.04)

    snapshot = house.health.snapshot()

    assert (snapshot.status, snapshot.taking_orders) == (Status.ONLINE, True)
    assert snapshot.printers == (
        PrinterHealth("kitchen", ComponentState.ONLINE, Cause.FINE, "", None, {}),
        PrinterHealth("counter", ComponentState.ONLINE, Cause.FINE, "", None, {}),
    )
    assert (snapshot.version, snapshot.uptime_s) == ("1.2.3", 90.0)


def test_a_standing_remark_is_shown_but_is_no_problem(house):
    snapshot = house.health.snapshot()

    assert snapshot.problems == ("a development key is in use",)
    assert snapshot.status is Status.ONLINE


def test_a_printer_that_cannot_be_used_is_named_with_its_reason(house):
    house.see("printer:kitchen", COVER_OPEN)

    snapshot = house.health.snapshot()

    assert snapshot.status is Status.DEGRADED
    assert snapshot.taking_orders
    assert snapshot.problems[0] == "printer kitchen: the printer kitchen has its cover open"
    assert snapshot.printers[0].problem_since == SINCE
    [kitchen, counter, internet] = snapshot.components
    assert (kitchen.state, kitchen.reconnecting) == (ComponentState.OFFLINE, True)
    assert kitchen.next_try_at is not None
    assert (counter.state, internet.state) == (ComponentState.ONLINE, ComponentState.ONLINE)


def test_the_internet_degrades_the_house_and_does_not_stop_it(house):
    house.see("internet", Observation(ComponentState.OFFLINE, Cause.CAPTIVE_PORTAL))

    snapshot = house.health.snapshot()

    assert (snapshot.status, snapshot.taking_orders) == (Status.DEGRADED, True)
    assert snapshot.problems[0] == "internet: captive portal"


def test_a_printer_that_cannot_tell_how_it_is_is_no_problem(house):
    house.see("printer:kitchen", Observation(ComponentState.UNKNOWN, Cause.CANNOT_TELL, "silent"))

    assert house.health.snapshot().status is Status.ONLINE


def test_a_printer_whose_jobs_break_off_again_and_again_is_a_problem(house):
    breaker = house.monitor.component("printer:kitchen").breaker
    for _ in range(Connectivity().breaker_failures):
        breaker.failed()

    snapshot = house.health.snapshot()

    assert snapshot.problems[0] == "printer kitchen: its jobs break off, so it gets a pause"
    assert snapshot.components[0].breaker == "open"


def test_a_full_queue_takes_no_orders_and_says_so(house, kitchen, fake_clock):
    kitchen.accept("77001")
    full = Kitchen(kitchen.database, fake_clock, offline_queue={"max_items": 2})
    house = House(full, fake_clock)

    snapshot = house.health.snapshot()

    assert not house.health.is_taking_orders()
    assert snapshot.status is Status.OFFLINE
    assert snapshot.problems[0] == "the queue is full: 2 jobs are unfinished"


def test_a_disk_without_room_takes_no_orders_and_says_so(tmp_path, fake_clock):
    storage = Storage(path=tmp_path / "small.db", wal_size_bytes=0, min_free_bytes=2**62)
    database = Database(storage, fake_clock)
    database.open()
    database.writer.start()
    kitchen = Kitchen(database, fake_clock)

    with pytest.raises(QueueFullError, match="nearly full"):
        kitchen.accept("77001")
    why = House(kitchen, fake_clock).health.why_not_taking_orders()

    assert why == "the disk is nearly full: no orders are taken in"
    database.writer.stop()
    assert database.writer.join(PATIENCE_S)
    database.close()


def test_thresholds_of_the_queue_are_told(kitchen, fake_clock):
    many = Kitchen(kitchen.database, fake_clock, offline_queue={"alert_depth": 2})
    many.accept("77001")

    snapshot = House(many, fake_clock).health.snapshot()

    assert snapshot.alerts == ("many jobs wait: 2",)
    assert snapshot.status is Status.DEGRADED


def test_a_worker_that_hangs_is_named(house):
    house.stale = ["printer-kitchen"]

    snapshot = house.health.snapshot()

    assert (snapshot.status, snapshot.problems[0]) == (Status.DEGRADED, "printer-kitchen hangs")


def test_a_worker_whose_turns_fail_is_named(house):
    house.failing = ["status-listener"]

    snapshot = house.health.snapshot()

    assert (snapshot.status, snapshot.problems[0]) == (
        Status.DEGRADED,
        "status-listener fails: see the journal",
    )


def test_when_the_writer_hangs_orders_cannot_be_taken_in(house, database):
    house.stale = [database.writer.name]

    assert not house.health.is_taking_orders()
    snapshot = house.health.snapshot()
    assert snapshot.status is Status.OFFLINE
    assert snapshot.problems[0] == "orders cannot be written down: the database hangs"


def test_jobs_are_counted_for_their_printers(house, kitchen):
    for number in ("77001", "77002"):
        kitchen.accept(number)
    kitchen.database.write(lambda t: kitchen.jobs.claim(t, "kitchen") and None)

    kitchen_health, counter_health = house.health.snapshot().printers

    assert kitchen_health.jobs == {"queued": 1, "sending": 1}
    assert counter_health.jobs == {"queued": 2}


@pytest.mark.parametrize("state", [JobState.HELD, JobState.EXPIRED, JobState.DEAD])
def test_jobs_that_need_a_person_are_a_problem(house, kitchen, state):
    kitchen.accept("77001")

    def settle(transaction):
        claim = kitchen.jobs.claim(transaction, "kitchen")
        kitchen.jobs.settle(transaction, claim, state, "because")

    kitchen.database.write(settle)
    snapshot = house.health.snapshot()

    assert snapshot.status is Status.DEGRADED
    assert f"printer kitchen: {state} jobs: 1" in snapshot.problems


def test_held_jobs_are_a_problem_and_waiting_jobs_are_not(house, kitchen):
    kitchen.accept("77001")
    assert house.health.snapshot().status is Status.ONLINE

    kitchen.accept("77002", createdDate="2026-11-01T12:00:00.000Z", shippingInfo={})

    assert "printer kitchen: held jobs: 1" in house.health.snapshot().problems


def test_jobs_for_a_printer_that_is_gone_are_a_problem(house, kitchen):
    kitchen.accept("77001")
    everything = house.monitor.snapshot()
    house.monitor.snapshot = lambda: [c for c in everything if c.name != "printer:counter"]

    problems = house.health.snapshot().problems

    assert "jobs wait for printer counter, which is not configured" in problems


def test_after_a_failed_commit_orders_count_as_taken_in_once_a_trial_commit_works(
    house, kitchen, other_program
):
    assert house.health.is_taking_orders()

    fail_a_commit(kitchen, other_program)
    assert not house.health.is_taking_orders()
    assert house.health.snapshot().status is Status.OFFLINE

    other_program.let_go()
    assert house.health.is_taking_orders()
    assert house.health.snapshot().status is Status.ONLINE
    kitchen.accept("77001")


def test_the_trial_really_writes(house, kitchen, other_program):
    fail_a_commit(kitchen, other_program)
    other_program.let_go()
    with kitchen.database.reading() as connection:
        before = connection.execute("PRAGMA data_version").fetchone()[0]
        house.health.is_taking_orders()
        after = connection.execute("PRAGMA data_version").fetchone()[0]

    assert after != before


def test_a_trial_that_takes_too_long_is_a_no_and_leaves_nothing_behind(
    kitchen, fake_clock, other_program, monkeypatch
):
    fail_a_commit(kitchen, other_program)
    other_program.let_go()
    holds, goes_on = threading.Event(), threading.Event()
    holding_up = kitchen.database.submit(lambda _: holds.set() or goes_on.wait(PATIENCE_S))
    assert holds.wait(PATIENCE_S)
    house = House(kitchen, fake_clock, commit_timeout_s=0.01)
    trials, submit = [], kitchen.database.submit
    monkeypatch.setattr(
        kitchen.database, "submit", lambda c: trials.append(submit(c)) or trials[-1]
    )

    assert not house.health.is_taking_orders()
    assert not house.health.is_taking_orders()

    assert [trial.cancelled() for trial in trials] == [True, True]
    goes_on.set()
    assert holding_up.result(PATIENCE_S)


def test_a_database_that_cannot_be_read_is_a_problem_and_no_crash(house, kitchen):
    kitchen.database.write(lambda t: t.execute("ALTER TABLE print_jobs RENAME TO lost").fetchone())

    snapshot = house.health.snapshot()

    assert snapshot.status is Status.DEGRADED
    assert any("cannot read the database" in problem for problem in snapshot.problems)


def test_a_snapshot_can_be_shown_to_programs(house):
    house.see("printer:kitchen", COVER_OPEN)

    shown = json.loads(json.dumps(house.health.snapshot().as_json()))

    assert shown["status"] == "degraded"
    assert shown["printers"][0] == {
        "name": "kitchen",
        "state": "OFFLINE",
        "cause": "cover_open",
        "problem": "the printer kitchen has its cover open",
        "problem_since": SINCE,
        "jobs": {},
    }


def test_a_damaged_database_that_was_set_aside_is_a_problem_until_it_is_deleted(house, kitchen):
    aside = kitchen.database.path.with_name("wix-printer.db.damaged-20261120T180000Z")
    aside.write_bytes(b"damaged")

    snapshot = house.health.snapshot()
    assert snapshot.status is Status.DEGRADED
    assert any(aside.name in problem for problem in snapshot.problems)

    aside.unlink()
    assert house.health.snapshot().status is Status.ONLINE


def test_letters_that_could_not_be_drawn_are_a_problem_with_its_remedy(house):
    house.letters.note({"\U0001f9ff", "ꯀ"})
    snapshot = house.health.snapshot()
    assert snapshot.status is Status.DEGRADED
    assert f"Some letters could not be drawn: U+ABC0, U+1F9FF; {REMEDY}" in snapshot.problems


def test_of_many_such_letters_the_first_are_named(house):
    house.letters.note(map(chr, range(0xABC0, 0xABD0)))
    (problem,) = [text for text in house.health.snapshot().problems if "letters" in text]
    assert "U+ABC7 and more;" in problem
    assert "U+ABC8" not in problem


def test_plans_for_a_printer_that_is_gone_are_a_problem_before_they_are_due(
    house, kitchen, fake_clock
):
    order = kitchen.accept("77001")
    later = fake_clock.now() + timedelta(days=1)
    for printer in ("cellar", "kitchen"):
        kitchen.database.write(
            lambda t, name=printer: kitchen.jobs.create(
                t, order, Receipt.KITCHEN, name, why="came", due_at=later
            )
        )
    problems = house.health.snapshot().problems
    assert "jobs wait for printer cellar, which is not configured" in problems
    assert [text for text in problems if "not configured" in text] == [
        "jobs wait for printer cellar, which is not configured"
    ]


def test_an_order_that_was_cancelled_and_holds_again_is_a_problem(house, kitchen):
    kitchen.accept("77001")
    kitchen.database.write(
        lambda t: (
            t.execute(
                "UPDATE orders SET state = 'cancelled', status = 'APPROVED', number = '7'"
            ).rowcount
        )
    )
    assert REINSTATED.format(number="7") in house.health.snapshot().problems
