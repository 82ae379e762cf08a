"""If these pass, people can have a job printed again, tried again or let be, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.job_house import JobHouse
from tests.memory_database import memory_database
from wix_printer_service import job_records
from wix_printer_service.errors import NotFoundError, WrongStateError
from wix_printer_service.job_changes import ITEM_STATES
from wix_printer_service.models import JobState, Priority, Receipt
from wix_printer_service.order_records import erase

REFUSED = None
AFTER_RETRY = {
    JobState.QUEUED: JobState.QUEUED,
    JobState.SENDING: REFUSED,
    JobState.UNCERTAIN: JobState.UNCERTAIN,
    JobState.HELD: JobState.QUEUED,
    JobState.PRINTED: REFUSED,
    JobState.PRINTED_UNCONFIRMED: REFUSED,
    JobState.CANCELLED: REFUSED,
    JobState.EXPIRED: JobState.QUEUED,
    JobState.DEAD: JobState.QUEUED,
}
AFTER_CANCEL = {
    JobState.QUEUED: JobState.CANCELLED,
    JobState.SENDING: JobState.SENDING,
    JobState.UNCERTAIN: JobState.CANCELLED,
    JobState.HELD: JobState.CANCELLED,
    JobState.PRINTED: REFUSED,
    JobState.PRINTED_UNCONFIRMED: REFUSED,
    JobState.CANCELLED: REFUSED,
    JobState.EXPIRED: JobState.CANCELLED,
    JobState.DEAD: JobState.CANCELLED,
}
GOING_TO_PRINT = {JobState.QUEUED, JobState.SENDING, JobState.UNCERTAIN}
PUT_ASIDE = {JobState.HELD, JobState.EXPIRED, JobState.DEAD}
REPRINTED_AS_COPY = sorted(set(JobState) - GOING_TO_PRINT - PUT_ASIDE)


class House(JobHouse):
    """Jobs, and a person at the page."""

    def reprint(self, job_id):
        return self.requests.reprint(self.connection, job_id, who="page")

    def retry(self, job_id):
        return self.requests.retry(self.connection, job_id, who="page")

    def cancel(self, job_id):
        return self.requests.cancel(self.connection, job_id, who="page")


@pytest.fixture
def house(fake_clock):
    connection = memory_database()
    yield House(connection, fake_clock)
    connection.close()


def check_request(house, request, state, becomes):
    job_id = house.job_in(state)
    story = house.story(job_id)
    if becomes is REFUSED:
        with pytest.raises(WrongStateError, match=f"job {job_id} is {state}"):
            request(job_id)
        becomes = state
        assert house.story(job_id) == story
    else:
        assert request(job_id) is becomes
        assert [entry[:3] for entry in house.story(job_id)] == [
            *(entry[:3] for entry in story),
            (state, becomes, "page"),
        ]
    assert house.job(job_id).state is becomes
    assert house.item_state(job_id) is ITEM_STATES[becomes]


@pytest.mark.parametrize("state", JobState)
def test_what_becomes_of_a_job_that_is_to_be_tried_again(house, state):
    check_request(house, house.retry, state, AFTER_RETRY[state])


@pytest.mark.parametrize("state", JobState)
def test_what_becomes_of_a_job_that_is_to_be_let_be(house, state):
    check_request(house, house.cancel, state, AFTER_CANCEL[state])


@pytest.mark.parametrize("request_name", ["reprint", "retry", "cancel"])
def test_of_a_job_that_does_not_exist_nothing_can_be_asked(house, request_name):
    with pytest.raises(NotFoundError, match="no job 99"):
        getattr(house, request_name)(99)


@pytest.mark.parametrize("state", [state for state in JobState if AFTER_RETRY[state]])
def test_a_job_tried_again_is_claimed_at_once_and_has_all_its_tries(house, state, fake_clock):
    house.restart(max_attempts=2, expire_after_h=1.0)
    job_id = house.job_in(state)
    if state in {JobState.QUEUED, JobState.UNCERTAIN}:
        house.put_back(house.claim(), costs_try=True, pause_s=3600.0)
        assert house.claim() is None
    fake_clock.advance(2 * 3600.0 if state is not JobState.QUEUED else 0.0)

    house.retry(job_id)

    claim = house.claim()
    assert (claim.job.id, claim.item.tries) == (job_id, 1)
    assert house.doubt(claim) is JobState.UNCERTAIN
    assert house.doubt(house.claim()) is JobState.DEAD


def test_a_dead_job_that_may_be_on_paper_is_tried_again_with_its_mark(house, fake_clock):
    house.restart(max_attempts=1)
    job_id = house.create()
    sent_at = fake_clock.now()
    assert house.doubt(house.claim()) is JobState.DEAD
    fake_clock.advance(60.0)

    assert house.retry(job_id) is JobState.UNCERTAIN

    claim = house.claim()
    assert (claim.job.maybe_printed_at, claim.job.attempts) == (sent_at, 1)


def test_a_job_tried_again_keeps_its_place_in_the_lane(house):
    old, younger = house.job_in(JobState.HELD), house.create()

    house.retry(old)

    assert [house.claim().job.id for _ in range(2)] == [old, younger]


@pytest.mark.parametrize("end", ["put back", "uncertain"])
def test_a_job_called_off_and_then_wanted_again_is_printed(house, end):
    job_id = house.create()
    claim = house.claim()
    house.cancel(job_id)
    house.put_back(claim) if end == "put back" else house.doubt(claim)
    assert house.job(job_id).state is JobState.CANCELLED

    copy = house.reprint(job_id)
    house.put_back(house.claim())

    assert house.job(copy).state is JobState.QUEUED


def test_nothing_of_an_erased_order_is_printed_again(house):
    printed, held = house.job_in(JobState.PRINTED), house.job_in(JobState.HELD)
    erase(house.connection, house.order)

    for request in (house.reprint, house.retry):
        for job_id in (printed, held):
            with pytest.raises(WrongStateError, match="the order was erased"):
                request(job_id)

    assert house.claim() is None
    assert house.cancel(held) is JobState.CANCELLED


@pytest.mark.parametrize("state", REPRINTED_AS_COPY)
def test_a_reprint_is_a_new_urgent_job_that_points_to_the_old_one(house, state):
    old = house.job_in(state)
    waiting = house.create()

    copy = house.reprint(old)

    assert house.job(old).state is state
    job = house.job(copy)
    assert (job.copy_of, job.receipt, job.printer) == (old, Receipt.KITCHEN, "kitchen")
    assert house.item(copy).priority is Priority.HIGH
    assert house.story(copy) == [("", "queued", "page", f"reprint of job {old}")]
    assert [house.claim().job.id for _ in range(2)] == [copy, waiting]


@pytest.mark.parametrize("state", sorted(PUT_ASIDE))
def test_printing_a_job_that_was_put_aside_lets_itself_go_and_makes_no_copy(house, state):
    aside = house.job_in(state)

    assert house.reprint(aside) == aside

    assert house.story(aside)[-1] == (state, "queued", "page", "released")
    assert house.claim().job.id == aside


def test_two_taps_on_reprint_make_one_copy(house):
    old = house.job_in(JobState.PRINTED)
    copy = house.reprint(old)

    with pytest.raises(WrongStateError, match=f"job {copy} is about to print a copy"):
        house.reprint(old)

    house.settle(house.claim(), JobState.PRINTED)
    assert house.reprint(old) > copy


@pytest.mark.parametrize("state", [JobState.EXPIRED, JobState.DEAD])
def test_what_was_printed_again_is_no_longer_counted_as_trouble(house, state):
    old = house.job_in(state)
    assert job_records.counts(house.connection, house.clock.now())["kitchen"] == {state: 1}

    house.reprint(old)

    assert job_records.counts(house.connection, house.clock.now())["kitchen"] == {"queued": 1}


@pytest.mark.parametrize("state", sorted(GOING_TO_PRINT))
def test_a_job_that_is_still_going_to_be_printed_is_not_reprinted(house, state):
    job_id = house.job_in(state)

    with pytest.raises(WrongStateError, match="will be printed anyway"):
        house.reprint(job_id)

    assert len(job_records.of_order(house.connection, house.order)) == 1


def test_a_copy_can_be_reprinted_too(house):
    copy = house.reprint(house.job_in(JobState.PRINTED))
    house.settle(house.claim(), JobState.PRINTED)

    assert house.job(house.reprint(copy)).copy_of == copy


def test_a_copy_is_for_the_same_reader_and_of_the_same_change(house):
    old = house.create(
        receipt=Receipt.CHANGE, station="bar", reader=Receipt.KITCHEN, from_revision=3
    )
    house.settle(house.claim(), JobState.PRINTED)
    copy = house.job(house.reprint(old))
    assert (copy.receipt, copy.station) == (Receipt.CHANGE, "bar")
    assert (copy.reader, copy.from_revision) == (Receipt.KITCHEN, 3)


def test_a_copy_of_a_second_ticket_is_printed_at_once_and_is_no_second_ticket(house, fake_clock):
    old = house.create(due_at=fake_clock.now(), is_reminder=True)
    house.settle(house.claim(), JobState.PRINTED)
    copy = house.job(house.reprint(old))
    assert (copy.due_at, copy.is_reminder) == (None, False)


def test_what_is_planned_is_printed_when_a_person_wants_it_now(house, fake_clock):
    job_id = house.create(due_at=fake_clock.now() + timedelta(hours=5))
    assert house.claim() is None
    assert house.retry(job_id) is JobState.QUEUED
    assert house.claim().job.due_at == fake_clock.now()
