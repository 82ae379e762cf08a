from __future__ import annotations

import threading

import pytest

from tests.memory_database import memory_database
from wix_printer_service.errors import WrongStateError
from wix_printer_service.models import ItemState, Priority, QueueItem
from wix_printer_service.offline_queue import OfflineQueue

LANE = "print:kitchen"
OTHER_LANE = "print:counter"


@pytest.fixture
def connection():
    opened = memory_database()
    yield opened
    opened.close()


@pytest.fixture
def queue(fake_clock):
    return OfflineQueue(fake_clock)


def claimed_subjects(queue, connection, lane=LANE):
    subjects = []
    while item := queue.claim(connection, lane):
        subjects.append(item.subject)
    return subjects


def state_of(connection, subject):
    return connection.execute(
        "SELECT state FROM offline_queue WHERE subject = ?", (subject,)
    ).fetchone()[0]


def test_a_claimed_item_is_as_it_was_put(queue, connection):
    age = queue.put(connection, LANE, 7, Priority.HIGH)

    item = queue.claim(connection, LANE)

    assert item == QueueItem(
        id=age, lane=LANE, subject=7, priority=Priority.HIGH, state=ItemState.CLAIMED, tries=1
    )


def test_the_more_urgent_goes_first_then_the_older(queue, connection):
    for subject, priority in enumerate(
        [Priority.NORMAL, Priority.LOW, Priority.CRITICAL, Priority.NORMAL, Priority.HIGH]
    ):
        queue.put(connection, LANE, subject, priority)

    assert claimed_subjects(queue, connection) == [2, 4, 0, 3, 1]


def test_age_is_the_order_of_arrival_even_when_earlier_items_are_gone(queue, connection):
    first = queue.put(connection, LANE, 1, Priority.NORMAL)
    connection.execute("DELETE FROM offline_queue")

    assert queue.put(connection, LANE, 2, Priority.NORMAL) > first


def test_lanes_do_not_see_each_other(queue, connection):
    queue.put(connection, LANE, 1, Priority.LOW)
    queue.put(connection, OTHER_LANE, 1, Priority.CRITICAL)

    assert queue.claim(connection, LANE).lane == LANE
    assert not queue.has_work(connection, LANE)
    assert queue.has_work(connection, OTHER_LANE)


@pytest.mark.parametrize("state", [state for state in ItemState if state != ItemState.WAITING])
def test_only_what_waits_can_be_claimed(queue, connection, state):
    queue.put(connection, LANE, 1, Priority.NORMAL, state)

    assert not queue.has_work(connection, LANE)
    assert queue.claim(connection, LANE) is None


def test_an_item_is_claimed_once(queue, connection):
    queue.put(connection, LANE, 1, Priority.NORMAL)

    assert claimed_subjects(queue, connection) == [1]


def test_settling_moves_an_item_from_the_state_it_must_be_in(queue, connection):
    queue.put(connection, LANE, 1, Priority.NORMAL)
    queue.claim(connection, LANE)

    queue.settle(connection, LANE, 1, ItemState.CLAIMED, ItemState.DONE)

    assert state_of(connection, 1) == "done"


@pytest.mark.parametrize(
    ("lane", "subject", "expected"),
    [
        (LANE, 1, ItemState.CLAIMED),
        (LANE, 2, ItemState.WAITING),
        (OTHER_LANE, 1, ItemState.WAITING),
    ],
)
def test_settling_from_another_state_changes_nothing(queue, connection, lane, subject, expected):
    queue.put(connection, LANE, 1, Priority.NORMAL)

    with pytest.raises(WrongStateError, match=f"item {subject} of {lane} is not {expected}"):
        queue.settle(connection, lane, subject, expected, ItemState.DONE)

    assert state_of(connection, 1) == "waiting"


def test_what_is_put_back_stands_where_it_stood(queue, connection):
    queue.put(connection, LANE, 1, Priority.NORMAL)
    queue.put(connection, LANE, 2, Priority.NORMAL)
    item = queue.claim(connection, LANE)

    queue.put_back(connection, item, costs_try=False)

    assert claimed_subjects(queue, connection) == [1, 2]


@pytest.mark.parametrize(("costs_try", "tries"), [(True, 2), (False, 1)])
def test_putting_back_says_whether_it_costs_a_try(queue, connection, costs_try, tries):
    queue.put(connection, LANE, 1, Priority.NORMAL)
    item = queue.claim(connection, LANE)

    queue.put_back(connection, item, costs_try=costs_try)

    assert queue.claim(connection, LANE).tries == tries


def test_what_was_settled_cannot_be_put_back(queue, connection):
    queue.put(connection, LANE, 1, Priority.NORMAL)
    item = queue.claim(connection, LANE)
    queue.settle(connection, LANE, 1, ItemState.CLAIMED, ItemState.DONE)

    with pytest.raises(WrongStateError):
        queue.put_back(connection, item, costs_try=True)

    assert state_of(connection, 1) == "done"


def test_a_pause_lets_others_go_first_and_ends_by_itself(queue, connection, fake_clock):
    queue.put(connection, LANE, 1, Priority.CRITICAL)
    queue.put(connection, LANE, 2, Priority.LOW)
    queue.put_back(connection, queue.claim(connection, LANE), costs_try=True, pause_s=30.0)

    assert claimed_subjects(queue, connection) == [2]
    fake_clock.advance(29.9)
    assert not queue.has_work(connection, LANE)

    fake_clock.advance(0.1)
    assert queue.has_work(connection, LANE)
    assert claimed_subjects(queue, connection) == [1]


def test_no_jump_of_the_wall_clock_prolongs_a_pause(queue, connection, fake_clock):
    queue.put(connection, LANE, 1, Priority.NORMAL)
    queue.put_back(connection, queue.claim(connection, LANE), costs_try=True, pause_s=30.0)

    fake_clock.set_wall(fake_clock.now().replace(year=1970))
    fake_clock.advance(30.0)

    assert claimed_subjects(queue, connection) == [1]


def test_after_a_restart_nothing_pauses(queue, connection, fake_clock):
    queue.put(connection, LANE, 1, Priority.NORMAL)
    queue.put_back(connection, queue.claim(connection, LANE), costs_try=True, pause_s=86_400.0)

    assert claimed_subjects(OfflineQueue(fake_clock), connection) == [1]


def test_a_pause_that_begins_while_another_worker_looks_is_not_lost(queue, connection):
    """Every printer's worker looks at the pauses while the writer adds new ones."""
    for subject in (1, 2):
        queue.put(connection, LANE, subject, Priority.NORMAL)
    first, second = queue.claim(connection, LANE), queue.claim(connection, LANE)
    queue.put_back(connection, first, costs_try=True, pause_s=60.0)
    adding = threading.Thread(
        target=queue.put_back,
        args=(connection, second),
        kwargs={"costs_try": True, "pause_s": 60.0},
    )

    class LookedThrough(dict):
        def items(self):
            yield from list(super().items())
            adding.start()
            adding.join(0.05)

    queue._resting = LookedThrough(queue._resting)
    queue.has_work(connection, LANE)
    adding.join()

    assert queue.claim(connection, LANE) is None


def test_what_a_crash_left_claimed_can_be_seen(queue, connection):
    for subject in range(3):
        queue.put(connection, LANE, subject, Priority.NORMAL)
    queue.put(connection, OTHER_LANE, 9, Priority.NORMAL)
    queue.claim(connection, LANE)
    queue.claim(connection, LANE)
    queue.claim(connection, OTHER_LANE)
    queue.settle(connection, LANE, 0, ItemState.CLAIMED, ItemState.DONE)

    assert [item.subject for item in queue.left_behind(connection, LANE)] == [1]


def test_new_work_wakes_its_lane_and_no_other(queue, connection):
    queue.put(connection, LANE, 1, Priority.NORMAL)
    assert not queue.waker(LANE).is_set()

    queue.wake_touched()

    assert queue.waker(LANE).is_set()
    assert not queue.waker(OTHER_LANE).is_set()


def test_claiming_and_settling_wake_nobody(queue, connection):
    queue.put(connection, LANE, 1, Priority.NORMAL)
    queue.wake_touched()
    queue.waker(LANE).clear()

    queue.claim(connection, LANE)
    queue.settle(connection, LANE, 1, ItemState.CLAIMED, ItemState.DONE)
    queue.wake_touched()

    assert not queue.waker(LANE).is_set()


def test_what_waits_again_wakes_its_lane(queue, connection):
    queue.put(connection, LANE, 1, Priority.NORMAL, ItemState.HELD)
    queue.wake_touched()
    queue.waker(LANE).clear()

    queue.settle(connection, LANE, 1, ItemState.HELD, ItemState.WAITING)
    queue.wake_touched()

    assert queue.waker(LANE).is_set()


def fill(connection, items):
    connection.executemany(
        "INSERT INTO offline_queue (lane, subject, priority, state) VALUES (?, ?, ?, 'waiting')",
        [(LANE, subject, subject % 4) for subject in range(items)],
    )


def statements_of(connection, action):
    """Return the statements on the queue that an action runs, with their values."""
    statements = []
    connection.set_trace_callback(statements.append)
    action()
    connection.set_trace_callback(None)
    return [text for text in statements if "offline_queue" in text]


def test_every_look_into_the_queue_goes_by_an_index(queue, connection):
    fill(connection, 100)
    actions = {
        "offline_queue_waiting": lambda: queue.claim(connection, LANE),
        "offline_queue_claimed": lambda: queue.left_behind(connection, LANE),
        "offline_queue_by_subject": lambda: queue.settle(
            connection, LANE, 9, ItemState.WAITING, ItemState.HELD
        ),
    }
    for index, action in actions.items():
        [statement] = statements_of(connection, action)
        plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
        assert any(index in step for step in plan), (index, plan)
        assert not any("SCAN offline_queue" in step for step in plan), plan
        assert not any("TEMP B-TREE" in step for step in plan), plan


def steps_of(connection, action):
    """Count the steps of SQLite's machine: a cost that does not depend on the computer."""
    steps = 0

    def count():
        nonlocal steps
        steps += 1

    connection.set_progress_handler(count, 1)
    action()
    connection.set_progress_handler(None, 1)
    return steps


def test_a_claim_costs_the_same_however_many_wait(queue, connection):
    def claim_and_settle():
        item = queue.claim(connection, LANE)
        queue.settle(connection, LANE, item.subject, ItemState.CLAIMED, ItemState.DONE)

    fill(connection, 100)
    few = steps_of(connection, claim_and_settle)
    connection.execute("DELETE FROM offline_queue")
    fill(connection, 50_000)
    many = steps_of(connection, claim_and_settle)

    assert many <= few * 1.2
