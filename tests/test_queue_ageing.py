"""If these pass, nothing starves in its lane, and an outage changes nobody's turn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.memory_database import memory_database
from wix_printer_service.models import ItemState, Priority
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.queue_ageing import STEPS, LaneAgeing, Span

LANE = "print:kitchen"
OTHER_LANE = "print:counter"
RAISE_AFTER_S = 600.0


@pytest.fixture
def connection():
    opened = memory_database()
    yield opened
    opened.close()


@pytest.fixture
def queue(fake_clock):
    return OfflineQueue(fake_clock, raise_after_s=RAISE_AFTER_S)


def put(queue, connection, subject, priority=Priority.NORMAL, lane=LANE, **more):
    queue.put(connection, lane, subject, priority, **more)


def serve(queue, connection, seconds, lane=LANE):
    """Let a lane be served for a while, and return what rose."""
    return queue.raise_waiting(connection, lane, seconds)


def priority_of(queue, connection, subject, lane=LANE):
    return queue.find(connection, lane, subject).priority


def test_what_waits_rises_one_level_after_each_span_up_to_high(queue, connection):
    put(queue, connection, 1, Priority.LOW)
    assert serve(queue, connection, 0.0) == []

    assert serve(queue, connection, RAISE_AFTER_S - 1) == []
    assert serve(queue, connection, 1.0) == [(1, Priority.NORMAL)]
    assert serve(queue, connection, RAISE_AFTER_S - 1) == []
    assert serve(queue, connection, 1.0) == [(1, Priority.HIGH)]
    assert serve(queue, connection, 10 * RAISE_AFTER_S) == []


@pytest.mark.parametrize("priority", [Priority.HIGH, Priority.CRITICAL])
def test_what_is_high_already_never_becomes_critical(queue, connection, priority):
    put(queue, connection, 1, priority)
    for _ in range(5):
        assert serve(queue, connection, RAISE_AFTER_S) == []

    assert priority_of(queue, connection, 1) is priority


class TestPlans:
    """What is not to be claimed before a moment."""

    def test_they_rise_only_after_they_have_been_due_for_so_long(
        self, queue, connection, fake_clock
    ):
        due_at = fake_clock.now() + timedelta(seconds=10 * RAISE_AFTER_S)
        put(queue, connection, 1, due_at=due_at)
        for _ in range(10):
            assert serve(queue, connection, RAISE_AFTER_S) == []
            fake_clock.advance(RAISE_AFTER_S)
        assert serve(queue, connection, RAISE_AFTER_S) == []
        fake_clock.advance(RAISE_AFTER_S)
        assert serve(queue, connection, RAISE_AFTER_S) == [(1, Priority.HIGH)]

    def test_others_beside_them_rise_as_ever(self, queue, connection, fake_clock):
        due_at = fake_clock.now() + timedelta(days=1)
        put(queue, connection, 1, due_at=due_at)
        put(queue, connection, 2)
        serve(queue, connection, 0.0)
        assert serve(queue, connection, RAISE_AFTER_S) == [(2, Priority.HIGH)]


def test_time_spent_waiting_for_a_printer_does_not_count(queue, connection, fake_clock):
    put(queue, connection, 1)
    serve(queue, connection, 0.0)

    fake_clock.advance(7 * 24 * 3600.0)

    assert serve(queue, connection, RAISE_AFTER_S - 1) == []
    assert priority_of(queue, connection, 1) is Priority.NORMAL


def test_only_service_of_its_own_lane_counts(queue, connection):
    put(queue, connection, 1)
    serve(queue, connection, 0.0)

    assert serve(queue, connection, 2 * RAISE_AFTER_S, OTHER_LANE) == []

    assert priority_of(queue, connection, 1) is Priority.NORMAL


@pytest.mark.parametrize("state", [state for state in ItemState if state is not ItemState.WAITING])
def test_only_what_waits_rises(queue, connection, state):
    put(queue, connection, 1, state=state)
    serve(queue, connection, 0.0)

    assert serve(queue, connection, RAISE_AFTER_S) == []


def test_the_younger_rises_later(queue, connection):
    put(queue, connection, 1)
    serve(queue, connection, 0.0)
    serve(queue, connection, RAISE_AFTER_S / 2)
    put(queue, connection, 2)
    serve(queue, connection, 0.0)

    assert serve(queue, connection, RAISE_AFTER_S / 2) == [(1, Priority.HIGH)]
    assert serve(queue, connection, RAISE_AFTER_S / 2) == [(2, Priority.HIGH)]


def test_ages_are_known_to_a_small_part_of_the_waiting_time(queue, connection):
    """Jobs come singly, a second of service apart; none rises early by more than that part."""
    born, rose = {}, {}
    for second in range(int(2 * RAISE_AFTER_S)):
        if second < RAISE_AFTER_S:
            put(queue, connection, second)
            born[second] = second
        rose |= dict.fromkeys((subject for subject, _ in serve(queue, connection, 1.0)), second)

    waited = [rose[subject] - born[subject] for subject in rose]
    assert len(waited) > RAISE_AFTER_S * 0.9
    assert min(waited) >= RAISE_AFTER_S * (1 - 1 / STEPS) - 2
    assert max(waited) <= RAISE_AFTER_S


@pytest.mark.parametrize("rank", [0, 2])
@pytest.mark.parametrize("priority", [Priority.LOW, Priority.NORMAL, Priority.HIGH])
def test_nothing_starves_under_a_constant_stream_of_urgent_jobs(queue, connection, priority, rank):
    put(queue, connection, 0, priority, rank=rank)
    put(queue, connection, 1, Priority.HIGH)

    assert first_printed(queue, connection, subject=0) is not None


def test_what_rises_goes_by_its_age_alone(queue, connection):
    put(queue, connection, 0, rank=2)
    serve(queue, connection, 0.0)
    serve(queue, connection, RAISE_AFTER_S)
    put(queue, connection, 1, Priority.HIGH)

    assert [queue.claim(connection, LANE).subject for _ in range(2)] == [0, 1]


def first_printed(queue, connection, subject, lane=LANE, rounds=1000):
    """Let an urgent job come for each one printed; return the round in which another is."""
    for turn in range(1, rounds):
        put(queue, connection, 10_000 + turn, Priority.HIGH, lane)
        serve(queue, connection, 5.0, lane)
        item = queue.claim(connection, lane)
        queue.settle(connection, lane, item.subject, ItemState.CLAIMED, ItemState.DONE)
        if item.subject == subject:
            return turn
    return None


def test_after_a_restart_everything_waits_anew_and_still_nothing_starves(
    queue, connection, fake_clock
):
    put(queue, connection, 0)
    serve(queue, connection, 0.0)
    serve(queue, connection, RAISE_AFTER_S - 1)

    restarted = OfflineQueue(fake_clock, raise_after_s=RAISE_AFTER_S)

    assert serve(restarted, connection, 0.0) == []
    assert serve(restarted, connection, RAISE_AFTER_S - 1) == []
    assert first_printed(restarted, connection, subject=0) is not None


def age_of_lane(queue, connection, lane):
    """Serve a lane for so long that nothing of what is there now will ever rise again."""
    put(queue, connection, 5000, lane=lane)
    serve(queue, connection, 0.0, lane)
    queue.claim(connection, lane)
    for _ in range(3):
        assert serve(queue, connection, RAISE_AFTER_S, lane) == []


def test_what_came_from_another_lane_does_not_starve_there(queue, connection):
    put(queue, connection, 0)
    age_of_lane(queue, connection, OTHER_LANE)

    queue.move(connection, LANE, OTHER_LANE, at_most=1000)

    assert first_printed(queue, connection, 0, OTHER_LANE) > RAISE_AFTER_S / 5.0 - 2


def test_new_orders_that_keep_moving_in_keep_nobody_from_rising(queue, connection):
    put(queue, connection, 0, lane=OTHER_LANE)
    serve(queue, connection, 0.0, OTHER_LANE)
    rose = []
    for subject in range(1, 61):
        put(queue, connection, subject, Priority.HIGH)
        queue.move(connection, LANE, OTHER_LANE, at_most=1000)
        rose += serve(queue, connection, RAISE_AFTER_S / 60, OTHER_LANE)

    assert rose == [(0, Priority.HIGH)]


def test_what_a_person_let_go_does_not_starve(queue, connection):
    put(queue, connection, 0, state=ItemState.HELD)
    age_of_lane(queue, connection, LANE)

    queue.settle(connection, LANE, 0, ItemState.HELD, ItemState.WAITING)

    assert first_printed(queue, connection, 0) > RAISE_AFTER_S / 5.0 - 2


def test_what_was_put_back_does_not_starve(queue, connection):
    put(queue, connection, 0)
    item = queue.claim(connection, LANE)
    age_of_lane(queue, connection, LANE)

    queue.put_back(connection, item, costs_try=False)

    assert first_printed(queue, connection, 0) is not None


def test_what_is_put_back_again_and_again_is_remembered_once():
    ageing = LaneAgeing(RAISE_AFTER_S)
    ageing.served(RAISE_AFTER_S, 10)
    for _ in range(1000):
        ageing.join(7, 7)

    assert ageing.served(RAISE_AFTER_S, 10) == [Span(0, 10)]


def test_what_is_newer_than_the_last_look_is_seen_at_the_next_and_not_twice():
    ageing = LaneAgeing(RAISE_AFTER_S)
    ageing.join(5, 7)
    ageing.served(0.0, 7)

    assert ageing.served(RAISE_AFTER_S, 7) == [Span(0, 7)]


def test_what_is_remembered_stays_small_over_a_long_evening():
    ageing = LaneAgeing(RAISE_AFTER_S)
    for newest in range(1, 50_000):
        for span in ageing.served(1.0, newest):
            assert span.last_id > span.after_id

    assert len(ageing._waiting) <= STEPS + 2
