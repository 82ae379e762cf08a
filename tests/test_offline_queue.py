from __future__ import annotations

import threading
from datetime import timedelta, timezone

import pytest

from tests.memory_database import memory_database
from wix_printer_service.errors import QueueFullError, WrongStateError
from wix_printer_service.models import ItemState, Priority, QueueItem
from wix_printer_service.offline_queue import Count, OfflineQueue

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


def test_a_claimed_item_is_as_it_was_put(queue, connection, fake_clock):
    now = fake_clock.now()
    later = now + timedelta(hours=3)
    age = queue.put(connection, LANE, 7, Priority.HIGH, rank=2, due_at=now, expires_at=later)

    item = queue.claim(connection, LANE)

    assert item == QueueItem(
        id=age,
        lane=LANE,
        subject=7,
        priority=Priority.HIGH,
        state=ItemState.CLAIMED,
        tries=1,
        rank=2,
        put_at=now,
        due_at=now,
        expires_at=later,
    )
    assert queue.find(connection, LANE, 7) == item
    assert queue.find(connection, OTHER_LANE, 7) is None


def test_the_more_urgent_goes_first_then_the_older(queue, connection):
    for subject, priority in enumerate(
        [Priority.NORMAL, Priority.LOW, Priority.CRITICAL, Priority.NORMAL, Priority.HIGH]
    ):
        queue.put(connection, LANE, subject, priority)

    assert claimed_subjects(queue, connection) == [2, 4, 0, 3, 1]


def test_within_a_priority_the_lower_rank_goes_first_then_the_older(queue, connection):
    for subject, (priority, rank) in enumerate(
        [(Priority.NORMAL, 2), (Priority.NORMAL, 0), (Priority.HIGH, 2), (Priority.NORMAL, 0)]
    ):
        queue.put(connection, LANE, subject, priority, rank=rank)

    assert claimed_subjects(queue, connection) == [2, 1, 3, 0]


def test_after_an_outage_and_a_restart_the_turns_are_the_same(queue, connection, fake_clock):
    turns = [(priority, rank) for priority in Priority for rank in (1, 0)]
    for subject, (priority, rank) in enumerate(turns * 2):
        queue.put(connection, LANE, subject, priority, rank=rank)
        fake_clock.advance(3600.0)
        fake_clock.set_wall(fake_clock.now() - timedelta(days=2))  # the clock is of no account

    restarted = OfflineQueue(fake_clock)

    by_turn = sorted(range(16), key=lambda s: (-turns[s % 8][0], turns[s % 8][1], s))
    assert claimed_subjects(restarted, connection) == by_turn


def test_nothing_is_claimed_before_it_is_due(queue, connection, fake_clock):
    berlin = timezone(timedelta(hours=1))
    due = (fake_clock.now() + timedelta(seconds=60)).astimezone(berlin)
    queue.put(connection, LANE, 1, Priority.CRITICAL, due_at=due)
    queue.put(connection, LANE, 2, Priority.LOW)

    assert claimed_subjects(queue, connection) == [2]
    fake_clock.advance(59.9)
    assert not queue.has_work(connection, LANE)

    fake_clock.advance(0.1)
    assert queue.has_work(connection, LANE)
    assert claimed_subjects(queue, connection) == [1]


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
    queue.put(connection, LANE, 1, Priority.NORMAL, state=state)

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
    queue.put(connection, LANE, 1, Priority.NORMAL, state=ItemState.HELD)
    queue.wake_touched()
    queue.waker(LANE).clear()

    queue.settle(connection, LANE, 1, ItemState.HELD, ItemState.WAITING)
    queue.wake_touched()

    assert queue.waker(LANE).is_set()


def test_a_renewed_item_has_all_its_tries_and_neither_pauses_nor_expires(
    queue, connection, fake_clock
):
    expires = fake_clock.now() + timedelta(hours=1)
    queue.put(connection, LANE, 1, Priority.NORMAL, expires_at=expires)
    queue.put_back(connection, queue.claim(connection, LANE), costs_try=True, pause_s=60.0)
    queue.wake_touched()
    queue.waker(LANE).clear()

    queue.renew(connection, LANE, 1)
    queue.wake_touched()

    assert queue.waker(LANE).is_set()
    item = queue.claim(connection, LANE)
    assert (item.tries, item.expires_at) == (1, None)


class TestMoving:
    """Another lane takes over what waits."""

    def test_what_waits_moves_with_its_age_and_wakes_the_other_lane(self, queue, connection):
        for subject, lane in enumerate([LANE, OTHER_LANE, LANE]):
            queue.put(connection, lane, subject, Priority.NORMAL)
        queue.wake_touched()
        queue.waker(OTHER_LANE).clear()

        assert queue.move(connection, LANE, OTHER_LANE, at_most=1000) == [0, 2]

        queue.wake_touched()
        assert queue.waker(OTHER_LANE).is_set()
        assert claimed_subjects(queue, connection, LANE) == []
        assert claimed_subjects(queue, connection, OTHER_LANE) == [0, 1, 2]

    @pytest.mark.parametrize("state", [s for s in ItemState if s is not ItemState.WAITING])
    def test_nothing_else_moves_and_nobody_is_woken(self, queue, connection, state):
        queue.put(connection, LANE, 1, Priority.NORMAL, state=state)
        queue.wake_touched()

        assert queue.move(connection, LANE, OTHER_LANE, at_most=1000) == []

        queue.wake_touched()
        assert not queue.waker(OTHER_LANE).is_set()
        assert queue.find(connection, LANE, 1).state is state


class TestRoom:
    """A full queue."""

    UNFINISHED = (ItemState.WAITING, ItemState.CLAIMED, ItemState.HELD)

    @pytest.mark.parametrize("state", ItemState)
    def test_what_is_unfinished_fills_it_and_dead_letters_do_not(
        self, connection, fake_clock, state
    ):
        queue = OfflineQueue(fake_clock, max_items=3)
        for subject in range(2):
            queue.put(connection, LANE, subject, Priority.NORMAL)
        queue.require_room(connection)

        queue.put(connection, OTHER_LANE, 9, Priority.NORMAL, state=state)

        if state in self.UNFINISHED:
            with pytest.raises(QueueFullError, match="3 jobs are unfinished"):
                queue.require_room(connection)
        else:
            queue.require_room(connection)

    def test_there_is_room_again_once_something_is_over(self, connection, fake_clock):
        queue = OfflineQueue(fake_clock, max_items=1)
        queue.put(connection, LANE, 1, Priority.NORMAL)
        queue.claim(connection, LANE)
        queue.settle(connection, LANE, 1, ItemState.CLAIMED, ItemState.DONE)

        queue.require_room(connection)


def test_what_is_not_over_is_counted_by_lane_state_and_priority(queue, connection, fake_clock):
    first = fake_clock.now()
    for subject in range(3):
        queue.put(connection, LANE, subject, Priority.NORMAL)
        fake_clock.advance(60.0)
    queue.put(connection, LANE, 3, Priority.HIGH)
    queue.put(connection, OTHER_LANE, 4, Priority.LOW, state=ItemState.DEAD)
    for subject, over in enumerate((ItemState.DONE, ItemState.CANCELLED, ItemState.EXPIRED)):
        queue.put(connection, LANE, 10 + subject, Priority.NORMAL, state=over)

    later = fake_clock.now()
    assert sorted(queue.counts(connection), key=lambda c: (c.lane, c.priority)) == [
        Count(OTHER_LANE, ItemState.DEAD, Priority.LOW, 1, later),
        Count(LANE, ItemState.WAITING, Priority.NORMAL, 3, first),
        Count(LANE, ItemState.WAITING, Priority.HIGH, 1, later),
    ]
