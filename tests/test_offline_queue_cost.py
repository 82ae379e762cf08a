"""If these pass, the queue is as quick with a long night's backlog as with none."""

from __future__ import annotations

import pytest

from tests.memory_database import memory_database
from wix_printer_service.models import ItemState
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


def fill(connection, items):
    connection.executemany(
        "INSERT INTO offline_queue (lane, subject, priority, rank, state, put_at)"
        " VALUES (?, ?, ?, ?, ?, '2026-11-20T18:00:00.000+00:00')",
        [
            (LANE, subject, subject % 4, subject % 3, "done" if over else "waiting")
            for subject in range(items)
            for over in (False, True)
        ],
    )


def statements_of(connection, action):
    """Return the statements on the queue that an action runs, with their values."""
    statements = []
    connection.set_trace_callback(statements.append)
    action()
    connection.set_trace_callback(None)
    return [text for text in statements if "offline_queue" in text]


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


@pytest.mark.parametrize(
    ("index", "look"),
    [
        ("offline_queue_waiting", lambda queue, c: queue.claim(c, LANE)),
        ("offline_queue_waiting", lambda queue, c: queue.has_work(c, LANE)),
        (
            "offline_queue_by_subject",
            lambda queue, c: queue.move(c, LANE, OTHER_LANE, 1000),
        ),
        ("offline_queue_waiting", lambda queue, c: queue.raise_waiting(c, LANE, 600.0)),
        ("offline_queue_claimed", lambda queue, c: queue.left_behind(c, LANE)),
        ("offline_queue_unfinished", lambda queue, c: queue.require_room(c)),
        ("offline_queue_by_subject", lambda queue, c: queue.find(c, LANE, 9)),
        ("offline_queue_by_subject", lambda queue, c: queue.renew(c, LANE, 9)),
        (
            "offline_queue_by_subject",
            lambda queue, c: queue.settle(c, LANE, 9, ItemState.WAITING, ItemState.HELD),
        ),
    ],
)
def test_every_look_into_the_queue_goes_by_an_index(queue, connection, index, look):
    fill(connection, 100)
    queue.put_back(connection, queue.claim(connection, LANE), costs_try=False, pause_s=60.0)

    queue.raise_waiting(connection, LANE, 0.0)

    *_, statement = statements_of(connection, lambda: look(queue, connection))

    plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert any(index in step for step in plan), plan
    assert not any("SCAN offline_queue" in step and index not in step for step in plan), plan
    assert not any("TEMP B-TREE" in step for step in plan), plan


def test_counting_reads_nothing_that_is_over(queue, connection):
    fill(connection, 100)
    few = steps_of(connection, lambda: queue.counts(connection))
    fill(connection, 10_000)
    connection.execute("DELETE FROM offline_queue WHERE state = 'waiting' AND id > 200")
    many = steps_of(connection, lambda: queue.counts(connection))

    assert many <= few * 1.2


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


def test_looking_for_work_costs_the_same_however_many_wait(queue, connection):
    fill(connection, 100)
    few = steps_of(connection, lambda: queue.has_work(connection, LANE))
    fill(connection, 20_000)
    many = steps_of(connection, lambda: queue.has_work(connection, LANE))

    assert many <= few * 1.2


def test_noting_that_a_lane_was_served_costs_the_same_however_many_wait(queue, connection):
    fill(connection, 100)
    queue.raise_waiting(connection, LANE, 0.0)
    few = steps_of(connection, lambda: queue.raise_waiting(connection, LANE, 1.0))
    fill(connection, 20_000)
    many = steps_of(connection, lambda: queue.raise_waiting(connection, LANE, 1.0))

    assert many <= few * 1.2
