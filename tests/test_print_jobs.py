from __future__ import annotations

import pytest

from tests.memory_database import add_order, memory_database
from wix_printer_service import job_records
from wix_printer_service.errors import NotFoundError, WrongStateError
from wix_printer_service.models import Confirmation, ItemState, JobState, Priority, Receipt
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.order_records import erase
from wix_printer_service.print_jobs import DAEMON, ITEM_STATES, PrintJobs, Sent, lane

ENDED = [
    JobState.PRINTED,
    JobState.PRINTED_UNCONFIRMED,
    JobState.CANCELLED,
    JobState.DEAD,
    JobState.UNCERTAIN,
]


class House:
    """Jobs over one database, with short ways to make and look at them."""

    def __init__(self, connection, clock):
        self.connection = connection
        self.queue = OfflineQueue(clock)
        self.jobs = PrintJobs(self.queue, clock)
        self.order = add_order(connection, "order-1")

    def create(self, printer="kitchen", **more):
        return self.jobs.create(
            self.connection, self.order, Receipt.KITCHEN, printer, why="the order came", **more
        )

    def claim(self, printer="kitchen"):
        return self.jobs.claim(self.connection, printer)

    def settle(self, claim, to, why="sent", **more):
        self.jobs.settle(self.connection, claim, to, why, **more)

    def job_in(self, state):
        """Make a job and bring it into a state by the way it takes in life."""
        if state in {JobState.QUEUED, JobState.HELD}:
            return self.create(state=state)
        job_id = self.create()
        if state is JobState.CANCELLED:
            self.jobs.cancel_waiting(self.connection, self.order, why="cancelled")
            return job_id
        claim = self.claim()
        if state is not JobState.SENDING:
            self.settle(claim, state)
        return job_id

    def job(self, job_id):
        return job_records.get(self.connection, job_id)

    def item_state(self, job_id):
        row = self.connection.execute(
            "SELECT state FROM offline_queue WHERE subject = ?", (job_id,)
        ).fetchone()
        return ItemState(row["state"])

    def story(self, job_id):
        """Return what happened to a job: from, to, who, why."""
        entries = job_records.history(self.connection, job_id)
        return [(entry.from_state, entry.to_state, entry.who, entry.why) for entry in entries]


@pytest.fixture
def house(fake_clock):
    connection = memory_database()
    yield House(connection, fake_clock)
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
    normal, older_normal = house.create(), house.create()
    urgent = house.create(priority=Priority.HIGH)

    assert [house.claim().job.id for _ in range(3)] == [urgent, normal, older_normal]


@pytest.mark.parametrize(
    "to", [JobState.PRINTED, JobState.PRINTED_UNCONFIRMED, JobState.UNCERTAIN, JobState.DEAD]
)
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


def test_what_a_crash_left_in_hand_is_uncertain(house):
    crashed, waiting = house.create(), house.create()
    other = house.create("counter")
    house.claim()
    house.claim("counter")

    assert house.jobs.recover(house.connection, "kitchen") == 1

    assert house.job(crashed).state is JobState.UNCERTAIN
    assert "daemon ended" in house.job(crashed).reason
    assert house.item_state(crashed) is ItemState.UNCERTAIN
    assert house.job(waiting).state is JobState.QUEUED
    assert house.job(other).state is JobState.SENDING
    assert house.jobs.recover(house.connection, "kitchen") == 0


def test_an_uncertain_job_is_not_claimed_again(house):
    house.job_in(JobState.UNCERTAIN)

    assert house.claim() is None


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

    assert cancelled == 2
    after = {state: house.job(job_id).state for state, job_id in jobs.items()}
    moved = {JobState.QUEUED: JobState.CANCELLED, JobState.HELD: JobState.CANCELLED}
    assert after == {state: moved.get(state, state) for state in jobs}
    assert house.job(foreign).state is JobState.QUEUED
    assert house.story(jobs[JobState.HELD])[-1] == (
        *("held", "cancelled"),
        *("anna", "the order was cancelled"),
    )
    assert house.item_state(jobs[JobState.QUEUED]) is ItemState.CANCELLED


@pytest.mark.parametrize("state", ENDED)
def test_a_reprint_is_a_new_urgent_job_that_points_to_the_old_one(house, state):
    old = house.job_in(state)
    waiting = house.create()

    copy = house.jobs.reprint(house.connection, old, who="page")

    assert house.job(old).state is state
    job = house.job(copy)
    assert (job.copy_of, job.receipt, job.printer) == (old, Receipt.KITCHEN, "kitchen")
    assert house.story(copy) == [("", "queued", "page", f"reprint of job {old}")]
    assert [house.claim().job.id for _ in range(2)] == [copy, waiting]


def test_printing_a_held_job_lets_itself_go_and_makes_no_copy(house):
    held = house.job_in(JobState.HELD)

    assert house.jobs.reprint(house.connection, held, who="page") == held

    assert house.story(held)[-1] == ("held", "queued", "page", "released")
    assert house.claim().job.id == held


def test_two_taps_on_reprint_make_one_copy(house):
    old = house.job_in(JobState.PRINTED)
    copy = house.jobs.reprint(house.connection, old, who="page")

    with pytest.raises(WrongStateError, match=f"job {copy} is about to print a copy"):
        house.jobs.reprint(house.connection, old, who="page")

    house.settle(house.claim(), JobState.PRINTED)
    assert house.jobs.reprint(house.connection, old, who="page") > copy


@pytest.mark.parametrize("state", [JobState.UNCERTAIN, JobState.DEAD])
def test_what_was_printed_again_is_no_longer_counted_as_trouble(house, state):
    old = house.job_in(state)
    assert job_records.counts(house.connection)["kitchen"] == {state: 1}

    house.jobs.reprint(house.connection, old, who="page")

    assert job_records.counts(house.connection)["kitchen"] == {"queued": 1}


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.SENDING])
def test_a_job_that_is_still_going_to_be_printed_is_not_reprinted(house, state):
    job_id = house.job_in(state)

    with pytest.raises(WrongStateError, match="will be printed anyway"):
        house.jobs.reprint(house.connection, job_id, who="page")

    assert len(job_records.of_order(house.connection, house.order)) == 1


def test_a_job_that_does_not_exist_cannot_be_reprinted(house):
    with pytest.raises(NotFoundError, match="no job 99"):
        house.jobs.reprint(house.connection, 99, who="page")


def test_a_copy_can_be_reprinted_too(house):
    copy = house.jobs.reprint(house.connection, house.job_in(JobState.PRINTED), who="page")
    house.settle(house.claim(), JobState.PRINTED)

    assert house.job(house.jobs.reprint(house.connection, copy, who="page")).copy_of == copy


def test_a_job_called_off_while_it_was_in_hand_does_not_wait_again(house):
    house.create()
    claim = house.claim()
    house.jobs.cancel_waiting(house.connection, house.order, why="the order was cancelled")

    house.jobs.put_back(house.connection, claim, "no printer", costs_try=False)

    assert house.job(claim.job.id).state is JobState.CANCELLED
    assert house.item_state(claim.job.id) is ItemState.CANCELLED
    assert house.claim() is None


def test_nothing_is_kept_of_a_ticket_whose_guest_was_forgotten_while_it_was_sent(house):
    house.create()
    claim = house.claim()
    erase(house.connection, house.order)

    house.jobs.settle(
        house.connection, claim, JobState.PRINTED, "sent", sent=Sent(1, b"Anna Beispiel")
    )

    assert job_records.sent_document(house.connection, claim.job.id) is None
