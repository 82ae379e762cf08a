"""If these pass, a job changes only from the state it is in, with its item, and leaves a trace."""

from __future__ import annotations

import pytest

from tests.job_house import JobHouse
from tests.memory_database import memory_database
from wix_printer_service import job_records
from wix_printer_service.errors import WrongStateError
from wix_printer_service.job_changes import ITEM_STATES, JobChanges
from wix_printer_service.models import JobState


@pytest.fixture
def house(fake_clock):
    connection = memory_database()
    yield JobHouse(connection, fake_clock)
    connection.close()


@pytest.fixture
def changes(house):
    return JobChanges(house.queue, house.clock)


def test_every_state_of_a_job_has_one_of_its_item():
    assert set(ITEM_STATES) == set(JobState)


@pytest.mark.parametrize("expected", JobState)
@pytest.mark.parametrize("state", JobState)
def test_a_change_names_the_state_that_it_expects(house, changes, state, expected):
    job_id = house.job_in(state)
    story = house.story(job_id)
    to = JobState.HELD if state is not JobState.HELD else JobState.CANCELLED
    if expected is not state:
        with pytest.raises(WrongStateError, match=f"job {job_id} is not {expected}"):
            changes.move(house.connection, house.job(job_id), expected, to, "anna", "a test")
        assert house.story(job_id) == story
        to = state
    else:
        changes.move(house.connection, house.job(job_id), expected, to, "anna", "a test")
        assert house.story(job_id) == [*story, (state, to, "anna", "a test")]
    assert house.job(job_id).state is to
    assert house.item_state(job_id) is ITEM_STATES[to]


def test_a_change_says_when_and_why_on_the_job_and_in_its_history(house, changes, fake_clock):
    job_id = house.create()
    fake_clock.advance(90.25)

    changes.move(
        house.connection, house.job(job_id), JobState.QUEUED, JobState.HELD, "anna", "too much"
    )

    job = house.job(job_id)
    assert (job.reason, job.updated_at) == ("too much", fake_clock.now())
    assert job_records.history(house.connection, job_id)[-1].at == fake_clock.now()


def test_a_note_in_the_history_leaves_the_job_as_it_is(house, changes, fake_clock):
    job_id = house.create()
    before = house.job(job_id)
    fake_clock.advance(1.0)

    changes.record(house.connection, job_id, "queued", "queued", "anna", "looked at it")

    assert house.job(job_id) == before
    assert house.story(job_id)[-1] == ("queued", "queued", "anna", "looked at it")
