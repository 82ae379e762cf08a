"""If these pass, items that are not to be claimed before a moment wait for it and no longer."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from tests.memory_database import memory_database
from wix_printer_service.errors import QueueFullError, WrongStateError
from wix_printer_service.models import ItemState, Priority
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


@pytest.fixture
def due_at(fake_clock):
    return fake_clock.now() + timedelta(hours=1)


def test_they_do_not_wait_before(queue, connection, fake_clock, due_at):
    queue.put(connection, LANE, 1, Priority.NORMAL, due_at=due_at)
    assert queue.counts(connection) == []
    assert not queue.has_work(connection, LANE)
    fake_clock.advance(3600.0)
    assert queue.counts(connection) == [Count(LANE, ItemState.WAITING, Priority.NORMAL, 1, due_at)]
    assert queue.has_work(connection, LANE)


def test_they_have_waited_since_then_or_since_they_were_put(queue, connection, fake_clock):
    first = fake_clock.now()
    queue.put(connection, LANE, 1, Priority.NORMAL, due_at=first - timedelta(hours=1))
    assert [count.oldest_at for count in queue.counts(connection)] == [first]


def test_what_is_held_or_dead_counts_whenever_it_was_due(queue, connection, due_at):
    queue.put(connection, LANE, 1, Priority.NORMAL, due_at=due_at, state=ItemState.DEAD)
    assert [count.number for count in queue.counts(connection)] == [1]


def test_they_fill_the_queue_all_the_same(connection, fake_clock, due_at):
    queue = OfflineQueue(fake_clock, max_items=1)
    queue.put(connection, LANE, 1, Priority.NORMAL, due_at=due_at)
    with pytest.raises(QueueFullError):
        queue.require_room(connection)


def test_they_stay_in_their_lane(queue, connection, fake_clock, due_at):
    queue.put(connection, LANE, 1, Priority.NORMAL, due_at=due_at)
    assert queue.move(connection, LANE, OTHER_LANE, 10) == []
    fake_clock.advance(3600.0)
    assert queue.move(connection, LANE, OTHER_LANE, 10) == [1]
    assert queue.find(connection, OTHER_LANE, 1).due_at == due_at


def test_they_may_be_moved_to_another_moment_and_expire_as_much_later(
    queue, connection, fake_clock, due_at
):
    expires_at = due_at + timedelta(hours=8)
    queue.put(connection, LANE, 1, Priority.NORMAL, due_at=due_at, expires_at=expires_at)
    queue.wake_touched()
    queue.waker(LANE).clear()
    berlin = timezone(timedelta(hours=1))
    queue.reschedule(connection, LANE, 1, fake_clock.now().astimezone(berlin))
    queue.wake_touched()
    assert queue.waker(LANE).is_set()
    item = queue.claim(connection, LANE)
    assert (item.due_at, item.expires_at) == (*(fake_clock.now(), expires_at - timedelta(hours=1)),)


def test_one_without_an_end_gets_none(queue, connection, due_at):
    queue.put(connection, LANE, 1, Priority.NORMAL)
    queue.reschedule(connection, LANE, 1, due_at)
    item = queue.find(connection, LANE, 1)
    assert (item.due_at, item.expires_at) == (due_at, None)


@pytest.mark.parametrize("state", [s for s in ItemState if s is not ItemState.WAITING])
def test_only_what_waits_can_be_moved(queue, connection, state, due_at):
    queue.put(connection, LANE, 1, Priority.NORMAL, state=state)
    for subject in (1, 2):
        with pytest.raises(WrongStateError, match="is not waiting"):
            queue.reschedule(connection, LANE, subject, due_at)


def test_a_person_may_have_them_now(queue, connection, fake_clock, due_at):
    queue.put(connection, LANE, 1, Priority.NORMAL, due_at=due_at)
    queue.renew(connection, LANE, 1)
    assert queue.claim(connection, LANE).due_at == fake_clock.now()


def test_one_that_was_due_before_keeps_its_moment_then(queue, connection, fake_clock):
    due_at = fake_clock.now() - timedelta(hours=1)
    queue.put(connection, LANE, 1, Priority.NORMAL, due_at=due_at)
    queue.put(connection, LANE, 2, Priority.NORMAL)
    for subject in (1, 2):
        queue.renew(connection, LANE, subject)
    assert queue.find(connection, LANE, 1).due_at == due_at
    assert queue.find(connection, LANE, 2).due_at is None
