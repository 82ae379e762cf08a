"""If these pass, a person learns that too much waits, for too long, or is dead; and only once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from wix_printer_service.errors import QueueFullError, StorageError
from wix_printer_service.models import ItemState, Priority
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.queue_status import LaneStatus, QueueWatch
from wix_printer_service.settings import OfflineQueue as Limits

KITCHEN = "print:kitchen"
COUNTER = "print:counter"
LIMITS = Limits(max_items=6, alert_depth=3, alert_age_s=900.0, alert_dead=2, check_interval_s=10.0)


class Watched:
    """A queue and who watches it."""

    def __init__(self, database, clock):
        self.database = database
        self.queue = OfflineQueue(clock, max_items=LIMITS.max_items)
        self.watch = QueueWatch(database, self.queue, LIMITS, clock)

    def put(self, *subjects, lane=KITCHEN, priority=Priority.NORMAL, state=ItemState.WAITING):
        def change(transaction):
            for subject in subjects:
                self.queue.put(transaction, lane, subject, priority, state=state)

        self.database.write(change)

    def end(self, *subjects, expected=ItemState.WAITING, to=ItemState.DONE):
        def change(transaction):
            for subject in subjects:
                self.queue.settle(transaction, KITCHEN, subject, expected, to)

        self.database.write(change)

    def look(self):
        """Let the watch take a turn and return what it logged: event, level, alerts."""
        with capture_logs() as logs:
            self.watch.turn()
        return [(entry["event"], entry["log_level"], entry.get("alerts")) for entry in logs]

    def alerts(self):
        return self.watch.status().alerts


@pytest.fixture
def watched(database, fake_clock):
    return Watched(database, fake_clock)


def test_an_empty_queue_is_nothing_to_tell(watched):
    status = watched.watch.status()

    assert status.total == LaneStatus({}, {}, None)
    assert (status.total.depth, status.lanes, status.alerts) == (0, {}, ())
    assert watched.look() == []


def test_everything_unfinished_is_counted_in_all_and_lane_by_lane(watched, fake_clock):
    watched.put(1)
    fake_clock.advance(60.0)
    watched.put(2, priority=Priority.HIGH)
    watched.put(3, state=ItemState.CLAIMED)
    watched.put(4, lane=COUNTER)
    watched.put(5, lane=COUNTER, state=ItemState.DEAD)
    watched.put(6, state=ItemState.DONE)
    fake_clock.advance(30.0)

    status = watched.watch.status()

    assert status.total.by_state == {"waiting": 3, "claimed": 1, "dead": 1}
    assert status.total.by_priority == {"NORMAL": 2, "HIGH": 1}
    assert (status.total.depth, status.total.oldest_age_s) == (3, 90.0)
    assert status.lanes == {
        COUNTER: LaneStatus({"waiting": 1, "dead": 1}, {"NORMAL": 1}, 30.0),
        KITCHEN: LaneStatus({"waiting": 2, "claimed": 1}, {"NORMAL": 1, "HIGH": 1}, 90.0),
    }


def test_a_wall_clock_that_was_set_back_makes_no_age_negative(watched, fake_clock):
    watched.put(1)
    fake_clock.set_wall(fake_clock.now() - timedelta(days=1))

    assert watched.watch.status().total.oldest_age_s == 0.0


def test_many_waiting_jobs_are_told_from_the_threshold_on(watched):
    watched.put(1, 2)
    assert watched.alerts() == ()
    watched.put(3)
    assert watched.alerts() == ("many jobs wait: 3",)
    watched.end(1)
    assert watched.alerts() == ()


def test_a_job_that_waits_for_long_is_told_from_the_threshold_on(watched, fake_clock):
    watched.put(1)
    fake_clock.advance(899.0)
    assert watched.alerts() == ()
    fake_clock.advance(1.0)
    assert watched.alerts() == ("the oldest job has waited for long: 15 minutes",)
    watched.end(1)
    assert watched.alerts() == ()


def test_dead_jobs_are_told_from_the_threshold_on(watched):
    watched.put(1, 2)
    watched.end(1, to=ItemState.DEAD)
    assert watched.alerts() == ()
    watched.end(2, to=ItemState.DEAD)
    assert watched.alerts() == ("jobs are dead and need a person: 2",)
    watched.end(1, expected=ItemState.DEAD, to=ItemState.CANCELLED)
    assert watched.alerts() == ()


@pytest.mark.parametrize("state", [ItemState.CLAIMED, ItemState.HELD])
def test_what_does_not_wait_for_its_turn_is_no_alert(watched, fake_clock, state):
    watched.put(1, 2, 3, state=state)
    fake_clock.advance(3600.0)

    assert watched.alerts() == ()


def test_an_alert_is_logged_once_however_the_numbers_change(watched):
    watched.put(1, 2, 3)
    assert watched.look() == [("queue_alert", "warning", ("many jobs wait: 3",))]
    watched.put(4)
    assert watched.look() == []
    assert watched.alerts() == ("many jobs wait: 4",)


def test_one_more_kind_of_alert_is_logged_and_so_is_the_end_of_all(watched, fake_clock):
    watched.put(1, 2, 3)
    watched.look()
    fake_clock.advance(900.0)
    [(event, level, alerts)] = watched.look()
    assert (event, level) == ("queue_alert", "warning")
    assert [alert.partition(":")[0] for alert in alerts] == [
        "many jobs wait",
        "the oldest job has waited for long",
    ]

    watched.end(1, 2, 3)

    assert watched.look() == [("queue_alert_over", "info", None)]
    assert watched.look() == []


def test_it_looks_again_after_its_pause_and_survives_a_database_that_cannot_be_read(
    watched, fake_clock
):
    before = fake_clock.monotonic()
    watched.database.write(lambda t: t.execute("ALTER TABLE offline_queue RENAME TO gone"))

    assert watched.look() == [("queue_not_looked_at", "warning", None)]

    assert fake_clock.monotonic() - before == LIMITS.check_interval_s
    with pytest.raises(StorageError):
        watched.watch.status()


def test_it_knows_whether_there_is_room_for_more(watched):
    watched.put(*range(LIMITS.max_items - 1))
    watched.watch.require_room()
    watched.put(99)

    with pytest.raises(QueueFullError, match="6 jobs are unfinished"):
        watched.watch.require_room()
