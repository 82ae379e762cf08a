"""If these pass, another printer prints what waits for one that is away, and paper is tracked."""

from __future__ import annotations

import pytest

from tests.job_house import JobHouse
from tests.memory_database import memory_database
from wix_printer_service.job_changes import DAEMON
from wix_printer_service.models import ItemState, JobState, Priority, Receipt

STAYS = sorted(set(JobState) - {JobState.QUEUED, JobState.UNCERTAIN})


@pytest.fixture
def house(fake_clock):
    connection = memory_database()
    yield JobHouse(connection, fake_clock)
    connection.close()


def test_what_waits_goes_to_the_backup_with_its_id_its_age_and_its_priority(house):
    urgent = house.create(priority=Priority.HIGH)
    first, own = house.create(), house.create("counter")
    driver, last = house.create(receipt=Receipt.DRIVER), house.create()
    before = [house.item(job_id) for job_id in (urgent, first, driver, last)]

    assert house.hand_over("kitchen", "counter") == 4

    assert house.claim("kitchen") is None
    printed = [house.claim("counter").job.id for _ in range(5)]
    assert printed == [urgent, first, own, last, driver]
    for item in before:
        moved = house.item(item.subject)
        assert (moved.id, moved.priority, moved.rank) == (item.id, item.priority, item.rank)


def test_the_backups_ticket_says_for_whom_it_stands_in_and_the_history_why(house):
    job_id, own = house.create(), house.create("counter")

    house.hand_over("kitchen", "counter")

    job = house.job(job_id)
    assert (job.printer, job.backup_from) == ("counter", "kitchen")
    assert house.job(own).backup_from is None
    assert house.story(job_id)[-1] == ("queued", "queued", DAEMON, "kitchen is away")
    assert len(house.story(own)) == 1


@pytest.mark.parametrize("state", STAYS)
def test_only_what_waits_is_handed_over(house, state):
    job_id = house.job_in(state)
    story = house.story(job_id)

    assert house.hand_over("kitchen", "counter") == 0

    assert house.job(job_id).printer == "kitchen"
    assert house.story(job_id) == story


def test_a_claim_can_be_settled_although_all_else_was_handed_over(house):
    in_hand, waiting = house.create(), house.create()
    claim = house.claim()
    house.hand_over("kitchen", "counter")

    house.settle(claim, JobState.PRINTED)

    assert house.item_state(in_hand) is ItemState.DONE
    assert house.job(waiting).printer == "counter"


def test_a_job_that_comes_home_again_stands_in_for_nobody(house):
    job_id = house.create()
    house.hand_over("kitchen", "counter")
    house.hand_over("counter", "kitchen")

    job = house.job(job_id)
    assert (job.printer, job.backup_from) == ("kitchen", None)
    assert house.claim("kitchen").job.id == job_id


def test_handed_on_once_more_it_still_names_the_first_printer(house):
    job_id = house.create()
    house.hand_over("kitchen", "counter")
    house.hand_over("counter", "bar")

    assert house.job(job_id).backup_from == "kitchen"


def test_what_the_first_printer_may_have_printed_stays_marked(house, fake_clock):
    job_id = house.create()
    sent_at = fake_clock.now()
    house.doubt(house.claim())
    fake_clock.advance(120.0)

    house.hand_over("kitchen", "counter")

    claim = house.claim("counter")
    assert (claim.job.id, claim.job.maybe_printed_at, claim.job.attempts) == (job_id, sent_at, 1)


class TestWherePaperMayLie:
    """What a cancellation must reach."""

    def test_at_the_backup_that_printed_it_and_not_where_nothing_went_out(self, house):
        house.create()
        house.hand_over("kitchen", "counter")
        house.settle(house.claim("counter"), JobState.PRINTED)

        assert house.paper_at() == ["counter"]

    def test_at_both_if_the_first_may_have_printed_it(self, house):
        house.create()
        house.doubt(house.claim())
        house.hand_over("kitchen", "counter")
        assert house.paper_at() == ["kitchen"]
        house.settle(house.claim("counter"), JobState.PRINTED)

        assert sorted(house.paper_at()) == ["counter", "kitchen"]

    def test_not_at_the_first_if_only_the_backup_may_have_printed_it(self, house):
        house.create()
        house.hand_over("kitchen", "counter")
        house.doubt(house.claim("counter"))

        assert house.paper_at() == ["counter"]

    def test_at_the_backup_too_when_its_job_comes_home(self, house):
        house.create()
        house.hand_over("kitchen", "counter")
        house.doubt(house.claim("counter"))
        house.hand_over("counter", "kitchen")
        house.settle(house.claim("kitchen"), JobState.PRINTED)

        assert sorted(house.paper_at()) == ["counter", "kitchen"]

    def test_at_the_printer_of_a_job_that_was_cancelled_while_uncertain(self, house):
        job_id = house.job_in(JobState.UNCERTAIN)
        house.requests.cancel(house.connection, job_id, who="page")

        assert house.paper_at() == ["kitchen"]


class TestOutages:
    """Jobs name the outage that they waited through."""

    def test_what_waits_for_the_printer_names_it(self, house):
        waiting, uncertain = house.create(), house.job_in(JobState.UNCERTAIN)
        others = [house.create("counter"), house.job_in(JobState.HELD)]

        newest = house.moves.name_outage(house.connection, "kitchen", 7, 0)

        assert newest == uncertain
        assert {house.job(job_id).outage_id for job_id in (waiting, uncertain)} == {7}
        assert {house.job(job_id).outage_id for job_id in others} == {None}

    def test_those_that_were_told_before_are_not_told_again(self, house):
        told, fresh = house.create(), house.create()

        assert house.moves.name_outage(house.connection, "kitchen", 7, told) == fresh
        assert house.job(told).outage_id is None
        assert house.moves.name_outage(house.connection, "kitchen", 7, fresh) == fresh


class TestRising:
    """Jobs that waited for long while their printer was printing."""

    def test_a_job_rises_and_its_history_says_why(self, house):
        job_id = house.create()
        house.jobs.raise_waiting(house.connection, "kitchen", 0.0)

        house.jobs.raise_waiting(house.connection, "kitchen", 600.0)

        assert house.item(job_id).priority is Priority.HIGH
        why = "waited long for its turn: now HIGH"
        assert house.story(job_id)[-1] == ("queued", "queued", DAEMON, why)

    def test_a_job_of_another_printer_does_not(self, house):
        job_id = house.create("counter")
        house.jobs.raise_waiting(house.connection, "kitchen", 0.0)

        house.jobs.raise_waiting(house.connection, "kitchen", 600.0)

        assert house.item(job_id).priority is Priority.NORMAL
