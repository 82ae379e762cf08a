from __future__ import annotations

import threading
from random import Random

import pytest
from structlog.testing import capture_logs

from tests.scripted_printer import OtherProgram
from wix_printer_service import connectivity_records as records
from wix_printer_service.clock import SystemClock
from wix_printer_service.connectivity_monitor import ConnectivityMonitor
from wix_printer_service.errors import NotFoundError
from wix_printer_service.observations import Cause, ComponentState, Observation
from wix_printer_service.settings import Connectivity

ONLINE = Observation(ComponentState.ONLINE, Cause.FINE)
CANNOT_TELL = Observation(ComponentState.UNKNOWN, Cause.CANNOT_TELL, "it never answers")
NO_PAPER = Observation(ComponentState.OFFLINE, Cause.PAPER_OUT, "the paper is out")
PATIENCE_S = 10.0


@pytest.fixture
def monitor(database, fake_clock):
    return ConnectivityMonitor(database, Connectivity(), fake_clock, Random(7))


@pytest.fixture
def other_program(database):
    other = OtherProgram(database)
    yield other
    other.let_go()
    other.close()


def settle(database, notes=6):
    """Wait until the database has had its chance with so many notes."""
    for _ in range(notes):
        database.submit(lambda _: None).exception()


def steps(database, component=None):
    settle(database)
    with database.reading() as connection:
        events = records.events(connection, limit=100, component=component)
    return [(event.from_state.value, event.to_state.value) for event in reversed(events)]


def open_outages(database):
    settle(database)
    with database.reading() as connection:
        return [(o.component, o.id) for o in records.open_outages(connection)]


# --- components -----------------------------------------------------------------------------------


def test_components_are_found_by_name_and_listed_in_order(monitor):
    kitchen = monitor.add("printer:kitchen", lambda: ONLINE)
    internet = monitor.add("internet", lambda: ONLINE)

    assert monitor.component("internet") is internet
    assert monitor.components() == [kitchen, internet]
    assert [snapshot.name for snapshot in monitor.snapshot()] == ["printer:kitchen", "internet"]


def test_a_component_that_nobody_knows_is_said_to_be_unknown(monitor):
    with pytest.raises(NotFoundError, match="no component printer:bar"):
        monitor.component("printer:bar")


def test_only_what_can_be_looked_at_has_a_thread(monitor):
    monitor.add("printer:kitchen", lambda: ONLINE)
    monitor.add("wix", None)

    assert [worker.name for worker in monitor.workers] == ["connectivity-printer:kitchen"]


# --- listeners ------------------------------------------------------------------------------------


def test_listeners_hear_real_changes_only(monitor):
    heard = []
    monitor.register_status_listener(lambda change: heard.append(change.to_state.value))
    kitchen = monitor.add("printer:kitchen", lambda: ONLINE)
    bar = monitor.add("printer:bar", lambda: CANNOT_TELL)

    for observation in (ONLINE, ONLINE, NO_PAPER, NO_PAPER, ONLINE):
        kitchen.observe(observation)
    bar.observe(CANNOT_TELL)

    assert heard == ["ONLINE", "OFFLINE", "ONLINE"]


def test_a_listener_finds_the_component_already_changed(monitor):
    found = []
    kitchen = monitor.add("printer:kitchen", lambda: ONLINE)
    monitor.register_status_listener(lambda _: found.append(kitchen.may_try()))

    kitchen.observe(ONLINE)
    kitchen.observe(NO_PAPER)

    assert found == [True, False]


def test_a_listener_that_fails_harms_nobody(monitor, database):
    def fail(_):
        message = "a listener's bug"
        raise ZeroDivisionError(message)

    heard = []
    monitor.register_status_listener(fail)
    monitor.register_status_listener(heard.append)
    kitchen = monitor.add("printer:kitchen", lambda: ONLINE)

    with capture_logs() as logs:
        kitchen.observe(NO_PAPER)

    assert len(heard) == 1
    assert steps(database) == [("UNKNOWN", "OFFLINE")]
    assert "status_listener_failed" in [entry["event"] for entry in logs]


def test_every_change_is_one_log_line_a_warning_when_it_gets_worse(monitor):
    kitchen = monitor.add("printer:kitchen", lambda: ONLINE)

    with capture_logs() as logs:
        for observation in (ONLINE, NO_PAPER, ONLINE):
            kitchen.observe(observation)

    told = [entry for entry in logs if entry["event"] == "connectivity_changed"]
    assert [entry["log_level"] for entry in told] == ["info", "warning", "info"]
    assert told[1]["component"] == "printer:kitchen"
    assert told[1]["cause"] is Cause.PAPER_OUT


# --- what is written down -------------------------------------------------------------------------


def test_changes_and_outages_are_written_down_and_the_outage_has_a_number(monitor, database):
    kitchen = monitor.add("printer:kitchen", lambda: ONLINE)

    kitchen.observe(ONLINE)
    kitchen.observe(NO_PAPER)
    assert open_outages(database) == [("printer:kitchen", kitchen.outage_id)]
    kitchen.observe(ONLINE)

    assert kitchen.outage_id is None
    assert steps(database) == [("UNKNOWN", "ONLINE"), ("ONLINE", "OFFLINE"), ("OFFLINE", "ONLINE")]
    assert open_outages(database) == []


def test_while_the_database_takes_nothing_all_goes_on_and_it_is_written_down_later(
    monitor, database, other_program
):
    heard = []
    monitor.register_status_listener(lambda change: heard.append(change.to_state.value))
    kitchen = monitor.add("printer:kitchen", lambda: NO_PAPER)
    [watcher] = monitor.workers
    watcher.turn()
    settle(database)  # what it found at the start is written down
    other_program.hold()

    kitchen.observe(ONLINE)
    kitchen.observe(NO_PAPER)
    settle(database)

    assert heard == ["OFFLINE", "ONLINE", "OFFLINE"]
    assert kitchen.state is ComponentState.OFFLINE
    assert kitchen.outage_id is None
    assert len(steps(database)) == 1
    other_program.let_go()
    watcher.turn()
    assert steps(database) == [("UNKNOWN", "OFFLINE"), ("OFFLINE", "ONLINE"), ("ONLINE", "OFFLINE")]
    assert open_outages(database) == [("printer:kitchen", kitchen.outage_id)]


def test_an_outage_goes_on_over_a_restart_under_its_number(monitor, database, fake_clock):
    monitor.add("printer:kitchen", lambda: NO_PAPER).observe(NO_PAPER)
    [(_, number)] = open_outages(database)
    later = ConnectivityMonitor(database, Connectivity(), fake_clock)
    kitchen = later.add("printer:kitchen", lambda: NO_PAPER)

    kitchen.observe(NO_PAPER)

    assert open_outages(database) == [("printer:kitchen", number)]
    assert kitchen.outage_id == number


def test_an_outage_ends_when_a_silent_printer_is_reached_after_a_restart(
    monitor, database, fake_clock
):
    monitor.add("printer:kitchen", lambda: NO_PAPER).observe(NO_PAPER)
    later = ConnectivityMonitor(database, Connectivity(), fake_clock)

    later.add("printer:kitchen", lambda: CANNOT_TELL).observe(CANNOT_TELL)

    assert open_outages(database) == []
    assert steps(database) == [("UNKNOWN", "OFFLINE")]


def test_the_outage_of_a_printer_that_was_removed_ends(monitor, database, fake_clock):
    monitor.add("printer:sold", lambda: NO_PAPER).observe(NO_PAPER)
    monitor.add("printer:kitchen", lambda: NO_PAPER).observe(NO_PAPER)
    later = ConnectivityMonitor(database, Connectivity(), fake_clock)
    later.add("printer:kitchen", lambda: NO_PAPER)

    later.workers[0].turn()

    assert [component for component, _ in open_outages(database)] == ["printer:kitchen"]


# --- asking for a check ---------------------------------------------------------------------------


class Askers(SystemClock):
    """The machine's clock, which notes how many threads wait for an answer."""

    def __init__(self, expected):
        self.all_wait = threading.Event()
        self._expected = expected
        self._lock = threading.Lock()

    def wait(self, event, timeout_s):
        if threading.current_thread().name.startswith("asker"):
            with self._lock:
                self._expected -= 1
                if self._expected == 0:
                    self.all_wait.set()
        return super().wait(event, timeout_s)


def test_twenty_who_ask_at_once_share_one_look(database):
    clock = Askers(20)
    monitor = ConnectivityMonitor(database, Connectivity(), clock)
    looks = []
    is_looking = threading.Event()

    def look():
        looks.append(clock.monotonic())
        is_looking.set()
        assert clock.all_wait.wait(PATIENCE_S)
        return NO_PAPER

    monitor.add("printer:kitchen", look)
    answers = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(monitor.check(PATIENCE_S)[0].state), name=f"asker-{n}"
        )
        for n in range(20)
    ]
    for worker in monitor.workers:
        worker.start()
    assert is_looking.wait(PATIENCE_S)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    for worker in monitor.workers:
        worker.stop()
        assert worker.join(PATIENCE_S)

    assert answers == [ComponentState.OFFLINE] * 20
    assert len(looks) == 1


def test_who_asks_later_gets_a_new_look(database):
    monitor = ConnectivityMonitor(database, Connectivity(), SystemClock())
    seen = [ONLINE]
    monitor.add("printer:kitchen", lambda: seen[0])
    for worker in monitor.workers:
        worker.start()
    [before] = monitor.check(PATIENCE_S)

    seen[0] = NO_PAPER
    [after] = monitor.check(PATIENCE_S)

    for worker in monitor.workers:
        worker.stop()
        assert worker.join(PATIENCE_S)
    assert (before.state, after.state) == (ComponentState.ONLINE, ComponentState.OFFLINE)


def test_a_look_that_takes_too_long_is_not_waited_for(database):
    monitor = ConnectivityMonitor(database, Connectivity(), SystemClock())
    let_go = threading.Event()

    def hang():
        let_go.wait(PATIENCE_S)
        return ONLINE

    monitor.add("internet", hang)
    monitor.add("printer:kitchen", lambda: NO_PAPER)
    for worker in monitor.workers:
        worker.start()

    internet, _ = monitor.check(0.1)

    let_go.set()
    for worker in monitor.workers:
        worker.stop()
        assert worker.join(PATIENCE_S)
    assert internet.state is ComponentState.UNKNOWN


def test_each_component_is_looked_at_in_its_own_time(database):
    monitor = ConnectivityMonitor(database, Connectivity(), SystemClock())
    let_go, noticed = threading.Event(), threading.Event()

    def hang():
        let_go.wait(PATIENCE_S)
        return ONLINE

    monitor.register_status_listener(lambda _: noticed.set())
    monitor.add("internet", hang)
    monitor.add("printer:kitchen", lambda: NO_PAPER)
    for worker in monitor.workers:
        worker.start()

    assert noticed.wait(PATIENCE_S)
    assert monitor.component("printer:kitchen").state is ComponentState.OFFLINE

    let_go.set()
    for worker in monitor.workers:
        worker.stop()
        assert worker.join(PATIENCE_S)


def test_a_printer_for_which_work_waits_is_back_within_a_second(monitor, fake_clock):
    seen = [NO_PAPER]
    back_at = []
    kitchen = monitor.add("printer:kitchen", lambda: seen[0], has_work=lambda: True)
    monitor.register_status_listener(
        lambda _: back_at.append(fake_clock.monotonic()) if kitchen.may_try() else None
    )
    [watcher] = monitor.workers
    returns_at = fake_clock.monotonic() + 3 * 3600
    while fake_clock.monotonic() < returns_at:
        watcher.turn()

    seen[0] = ONLINE
    while not back_at:
        watcher.turn()

    assert back_at[0] - returns_at < 1.0
