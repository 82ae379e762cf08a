from __future__ import annotations

from datetime import timedelta

import pytest

from tests.job_house import JobHouse
from tests.memory_database import add_order, memory_database
from wix_printer_service import job_records
from wix_printer_service.errors import WrongStateError
from wix_printer_service.job_changes import DAEMON, ITEM_STATES, lane
from wix_printer_service.models import Confirmation, ItemState, JobState, Priority, Receipt
from wix_printer_service.order_records import erase
from wix_printer_service.print_jobs import MOST_AT_ONCE, Sent


@pytest.fixture
def house(fake_clock):
    connection = memory_database()
    yield JobHouse(connection, fake_clock)
    connection.close()


def test_a_new_job_waits_in_the_lane_of_its_printer(house, fake_clock):
    job_id = house.create()

    job = house.job(job_id)
    assert (job.order_id, job.receipt, job.printer) == ("order-1", Receipt.KITCHEN, "kitchen")
    assert (job.state, job.reason) == (JobState.QUEUED, "the order came")
    assert job.created_at == job.updated_at == fake_clock.now()
    assert house.item_state(job_id) is ItemState.WAITING
    assert house.queue.has_work(house.connection, lane("kitchen"))
    assert house.story(job_id) == [("", "queued", DAEMON, "the order came")]


def test_a_held_job_is_not_claimed(house):
    job_id = house.create(state=JobState.HELD, who="anna")

    assert house.claim() is None
    assert house.item_state(job_id) is ItemState.HELD
    assert house.story(job_id) == [("", "held", "anna", "the order came")]


def test_a_claimed_job_counts_as_being_sent(house):
    job_id = house.create()

    claim = house.claim()

    assert claim.job == house.job(job_id)
    assert claim.job.state is JobState.SENDING
    assert claim.item.tries == 1
    assert house.item_state(job_id) is ItemState.CLAIMED
    assert house.story(job_id)[-1] == ("queued", "sending", DAEMON, "claimed")


def test_each_printer_has_its_own_jobs(house):
    house.create("kitchen")

    assert house.claim("counter") is None
    assert house.claim("kitchen") is not None


def test_urgent_jobs_go_first_then_the_older(house):
    older, younger = house.create(), house.create()
    urgent = house.create(priority=Priority.HIGH)

    assert [house.claim().job.id for _ in range(3)] == [urgent, older, younger]


def test_within_a_priority_the_kitchen_goes_before_the_driver_before_the_customer(house):
    made = {}
    for priority in (Priority.NORMAL, Priority.HIGH):
        for receipt in (Receipt.CUSTOMER, Receipt.DRIVER, Receipt.CANCELLATION, Receipt.KITCHEN):
            made[priority, receipt] = house.create(receipt=receipt, priority=priority)

    printed = [house.claim().job.id for _ in made]

    in_turn = [Receipt.CANCELLATION, Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER]
    assert printed == [made[p, r] for p in (Priority.HIGH, Priority.NORMAL) for r in in_turn]


def test_changes_go_by_whose_paper_they_change(house):
    readers = (Receipt.CUSTOMER, Receipt.DRIVER, Receipt.KITCHEN)
    made = {reader: house.create(receipt=Receipt.CHANGE, reader=reader) for reader in readers}

    assert [house.claim().job.id for _ in made] == [made[r] for r in reversed(readers)]


@pytest.mark.parametrize("to", [JobState.PRINTED, JobState.PRINTED_UNCONFIRMED, JobState.DEAD])
def test_a_claim_ends_in_a_state_with_its_reason_and_time(house, fake_clock, to):
    job_id = house.create()
    claim = house.claim()
    fake_clock.advance(3.0)

    house.settle(claim, to, "because")

    job = house.job(job_id)
    assert (job.state, job.reason, job.updated_at) == (to, "because", fake_clock.now())
    assert house.item_state(job_id) is ITEM_STATES[to]
    assert house.story(job_id)[-1] == ("sending", to, DAEMON, "because")


def test_what_was_sent_and_how_it_was_confirmed_is_kept(house):
    job_id = house.create()
    house.settle(
        house.claim(),
        JobState.PRINTED,
        confirmation=Confirmation.PROCESSED,
        sent=Sent(revision=4, document=b"\x1b@Pizza"),
    )

    assert house.job(job_id).confirmation is Confirmation.PROCESSED
    assert job_records.sent_document(house.connection, job_id) == b"\x1b@Pizza"
    revision = house.connection.execute("SELECT revision FROM sent_documents").fetchone()[0]
    assert revision == 4


def test_a_claim_cannot_be_settled_twice(house):
    job_id = house.create()
    claim = house.claim()
    house.settle(claim, JobState.PRINTED)
    story = house.story(job_id)

    with pytest.raises(WrongStateError, match=f"job {job_id} is not sending"):
        house.settle(claim, JobState.UNCERTAIN)

    assert house.job(job_id).state is JobState.PRINTED
    assert house.story(job_id) == story


def test_a_job_put_back_waits_again_with_the_reason(house):
    job_id = house.create()

    house.jobs.put_back(house.connection, house.claim(), "the cover is open", costs_try=False)

    job = house.job(job_id)
    assert (job.state, job.reason) == (JobState.QUEUED, "the cover is open")
    assert house.story(job_id)[-1] == ("sending", "queued", DAEMON, "the cover is open")
    assert house.claim().item.tries == 1


def test_a_job_put_back_after_its_own_fault_pauses_and_costs_a_try(house, fake_clock):
    house.create()
    claim = house.claim()

    house.jobs.put_back(house.connection, claim, "a bug", costs_try=True, pause_s=8.0)

    assert house.claim() is None
    fake_clock.advance(8.0)
    assert house.claim().item.tries == 2


def test_a_job_that_has_ended_cannot_be_put_back(house):
    job_id = house.create()
    claim = house.claim()
    house.settle(claim, JobState.PRINTED)

    with pytest.raises(WrongStateError):
        house.jobs.put_back(house.connection, claim, "late", costs_try=False)

    assert house.job(job_id).state is JobState.PRINTED


def test_cancelling_an_order_takes_only_what_is_not_started(house):
    states = [state for state in JobState if state is not JobState.CANCELLED]
    jobs = {state: house.job_in(state) for state in reversed(states)}
    add_order(house.connection, "order-2")
    foreign = house.jobs.create(
        house.connection, "order-2", Receipt.KITCHEN, "kitchen", why="the order came"
    )

    cancelled = house.jobs.cancel_waiting(
        house.connection, house.order, why="the order was cancelled", who="anna"
    )

    assert cancelled == 3
    after = {state: house.job(job_id).state for state, job_id in jobs.items()}
    not_started = {JobState.QUEUED, JobState.UNCERTAIN, JobState.HELD}
    assert after == {s: JobState.CANCELLED if s in not_started else s for s in jobs}
    assert house.job(foreign).state is JobState.QUEUED
    assert house.story(jobs[JobState.HELD])[-1] == (
        *("held", "cancelled"),
        *("anna", "the order was cancelled"),
    )
    assert house.item_state(jobs[JobState.QUEUED]) is ItemState.CANCELLED


class TestPutAside:
    """Jobs that waited for too long, if the settings say so."""

    def test_an_old_backlog_is_held_for_a_person(self, house, fake_clock):
        house.restart(hold_backlog_after_h=8.0)
        old = [house.create() for _ in range(3)]
        fake_clock.advance(8 * 3600.0 + 1)
        fresh = house.create()

        assert house.claim().job.id == fresh
        assert {house.job(job_id).state for job_id in old} == {JobState.HELD}
        assert {house.item_state(job_id) for job_id in old} == {ItemState.HELD}
        assert house.story(old[0])[-1] == (
            *("queued", "held"),
            *(DAEMON, "it waited for more than 8 hours"),
        )

    def test_setting_the_clock_right_makes_no_fresh_job_old(self, house, fake_clock):
        """A Pi without a battery starts at a past time and finds a time server later."""
        house.restart(hold_backlog_after_h=8.0, expire_after_h=24.0)
        job_id = house.create()
        fake_clock.set_wall(fake_clock.now() + timedelta(days=3))

        assert house.claim().job.id == job_id

    def test_what_a_person_let_go_is_not_held_again(self, house, fake_clock):
        house.restart(hold_backlog_after_h=8.0, expire_after_h=24.0)
        job_id = house.create()
        fake_clock.advance(9 * 3600.0)
        assert house.claim() is None
        house.requests.retry(house.connection, job_id, who="page")
        fake_clock.advance(30 * 3600.0)

        claim = house.claim()
        assert claim.job.id == job_id
        house.put_back(claim)
        assert house.claim().job.id == job_id

    def test_what_a_person_wants_tried_now_is_not_held_either(self, house, fake_clock):
        house.restart(hold_backlog_after_h=8.0, expire_after_h=24.0)
        job_id = house.create()
        house.requests.retry(house.connection, job_id, who="page")
        fake_clock.advance(30 * 3600.0)

        assert house.claim().job.id == job_id

    def test_an_uncertain_job_that_is_held_for_its_age_stays_marked(self, house, fake_clock):
        house.restart(hold_backlog_after_h=8.0)
        job_id = house.create()
        house.doubt(house.claim())
        fake_clock.advance(9 * 3600.0)
        assert house.claim() is None

        assert house.requests.retry(house.connection, job_id, "page") is JobState.UNCERTAIN

    def test_what_has_expired_is_not_printed_and_a_person_can_see_it(self, house, fake_clock):
        house.restart(expire_after_h=24.0)
        job_id = house.create()
        fake_clock.advance(24 * 3600.0 - 1)
        house.put_back(house.claim())
        fake_clock.advance(1.0)

        assert house.claim() is None
        assert house.job(job_id).state is JobState.EXPIRED
        assert house.item_state(job_id) is ItemState.EXPIRED
        assert job_records.counts(house.connection, house.clock.now()) == {
            "kitchen": {"expired": 1}
        }

    def test_by_default_a_job_may_wait_for_ever(self, house, fake_clock):
        job_id = house.create()
        fake_clock.advance(365 * 24 * 3600.0)

        assert house.claim().job.id == job_id

    def test_an_endless_backlog_is_put_aside_bit_by_bit(self, house, fake_clock):
        house.restart(expire_after_h=1.0)
        for _ in range(MOST_AT_ONCE + 5):
            house.create()
        fake_clock.advance(3600.0)
        fresh = house.create()

        assert house.claim() is None
        assert job_records.counts(house.connection, house.clock.now())["kitchen"]["queued"] == 6
        assert house.claim().job.id == fresh


def test_nothing_is_kept_of_a_ticket_whose_guest_was_forgotten_while_it_was_sent(house):
    house.create()
    claim = house.claim()
    erase(house.connection, house.order)

    house.jobs.settle(
        house.connection, claim, JobState.PRINTED, "sent", sent=Sent(1, b"Anna Beispiel")
    )

    assert job_records.sent_document(house.connection, claim.job.id) is None
