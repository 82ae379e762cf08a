"""If these pass, a job that may be on paper is never forgotten, nor printed again without end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.job_house import JobHouse
from tests.memory_database import memory_database
from wix_printer_service import job_records
from wix_printer_service.errors import WrongStateError
from wix_printer_service.job_changes import DAEMON, ITEM_STATES
from wix_printer_service.models import ItemState, JobState
from wix_printer_service.print_jobs import AfterUncertainty, Sent


@pytest.fixture
def house(fake_clock):
    connection = memory_database()
    yield JobHouse(connection, fake_clock)
    connection.close()


class TestUncertain:
    """Bytes went out and no confirmation came."""

    def test_it_waits_to_be_printed_again_with_the_time_of_its_first_try(self, house, fake_clock):
        job_id = house.create()
        first = fake_clock.now()

        assert house.doubt(house.claim(), "connection lost") is JobState.UNCERTAIN
        fake_clock.advance(60.0)
        assert house.doubt(house.claim(), "no answer") is JobState.UNCERTAIN

        job = house.job(job_id)
        assert (job.state, job.reason) == (JobState.UNCERTAIN, "no answer")
        assert (job.maybe_printed_at, job.attempts) == (first, 2)
        assert house.item_state(job_id) is ItemState.WAITING
        assert house.story(job_id)[-2:] == [
            ("uncertain", "sending", DAEMON, "claimed"),
            ("sending", "uncertain", DAEMON, "no answer"),
        ]

    def test_it_stands_where_it_stood_and_may_pause(self, house, fake_clock):
        first, second = house.create(), house.create()
        house.doubt(house.claim(), pause_s=5.0)

        assert house.claim().job.id == second
        fake_clock.advance(5.0)
        assert house.claim().job.id == first

    def test_after_the_last_try_it_is_dead_and_says_how_often_it_was_sent(self, house):
        house.restart(max_attempts=3)
        job_id = house.create()

        became = [house.doubt(house.claim()) for _ in range(3)]

        assert became == [JobState.UNCERTAIN, JobState.UNCERTAIN, JobState.DEAD]
        assert house.job(job_id).reason == "sent 3 times, never confirmed: connection lost"
        assert house.item_state(job_id) is ItemState.DEAD
        assert house.claim() is None

    def test_a_try_of_which_nothing_went_out_does_not_bring_it_nearer_to_its_end(self, house):
        house.restart(max_attempts=2)
        job_id = house.create()
        house.doubt(house.claim())
        for _ in range(10):
            house.put_back(house.claim(), "the cover is open")

        assert house.job(job_id).state is JobState.UNCERTAIN  # the first try may lie there
        assert house.job(job_id).attempts == 1
        assert house.doubt(house.claim()) is JobState.DEAD

    def test_a_restaurant_may_hold_it_for_a_person(self, house):
        job_id = house.create()

        assert house.doubt(house.claim(), "no answer", hold=True) is JobState.HELD

        job = house.job(job_id)
        assert (job.state, job.reason) == (JobState.HELD, "no answer")
        assert job.maybe_printed_at is not None
        assert house.item_state(job_id) is ItemState.HELD
        assert house.claim() is None

    def test_what_was_sent_of_it_is_kept(self, house):
        job_id = house.create()
        claim = house.claim()

        house.jobs.settle_uncertain(
            house.connection, claim, "no answer", AfterUncertainty(), Sent(1, b"\x1b@Pizza")
        )

        assert job_records.sent_document(house.connection, job_id) == b"\x1b@Pizza"

    def test_a_claim_that_was_settled_cannot_become_uncertain(self, house):
        job_id = house.create()
        claim = house.claim()
        house.settle(claim, JobState.PRINTED)

        with pytest.raises(WrongStateError):
            house.doubt(claim)

        assert house.job(job_id).maybe_printed_at is None


class TestAfterACrash:
    """Jobs that an earlier run was sending."""

    def test_they_are_uncertain_and_nothing_else_changes(self, house):
        crashed, waiting = house.create(), house.create()
        other = house.create("counter")
        house.claim()
        house.claim("counter")
        house.restart()

        assert self.recover(house) == [JobState.UNCERTAIN]

        assert house.job(crashed).state is JobState.UNCERTAIN
        assert "daemon ended" in house.job(crashed).reason
        assert house.job(crashed).maybe_printed_at is not None
        assert house.job(waiting).state is JobState.QUEUED
        assert house.job(other).state is JobState.SENDING
        assert self.recover(house) == []
        assert house.claim().job.id == crashed

    def test_they_are_held_if_the_restaurant_wants_it_so(self, house):
        house.create()
        house.claim()

        assert self.recover(house, hold=True) == [JobState.HELD]

    def test_one_that_takes_the_daemon_down_every_time_is_dead_in_the_end(self, house):
        house.create()
        became = []
        while house.claim() is not None:
            became += self.recover(house)

        assert became == [*[JobState.UNCERTAIN] * 4, JobState.DEAD]

    @staticmethod
    def recover(house, **after):
        became = house.jobs.recover(house.connection, "kitchen", AfterUncertainty(**after))
        return list(became.values())


ENDS_OF_A_CLAIM = {
    "put back": lambda house, claim: house.put_back(claim),
    "uncertain": lambda house, claim: house.doubt(claim),
    "uncertain for the last time": lambda house, claim: house.doubt(
        replace(claim, item=replace(claim.item, tries=5))
    ),
    "held": lambda house, claim: house.doubt(claim, hold=True),
    "left by a crash": lambda house, _claim: house.jobs.recover(
        house.connection, "kitchen", AfterUncertainty()
    ),
    "impossible to make": lambda house, claim: house.settle(claim, JobState.DEAD, "a bug"),
    "printed": lambda house, claim: house.settle(claim, JobState.PRINTED),
}


@pytest.mark.parametrize("who", ["order", "person"])
@pytest.mark.parametrize("end", ENDS_OF_A_CLAIM)
def test_a_job_called_off_while_being_sent_is_printed_or_cancelled_in_the_end(house, end, who):
    job_id = house.create()
    claim = house.claim()
    if who == "order":
        house.jobs.cancel_waiting(house.connection, house.order, why="the order was cancelled")
    else:
        house.requests.cancel(house.connection, job_id, who="page")

    ENDS_OF_A_CLAIM[end](house, claim)

    ended = JobState.PRINTED if end == "printed" else JobState.CANCELLED
    assert house.job(job_id).state is ended
    assert house.item_state(job_id) is ITEM_STATES[ended]
    assert house.claim() is None
    no_paper = {"put back", "impossible to make"}
    assert house.paper_at() == ([] if end in no_paper else ["kitchen"])
