from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.intake import PRINTERS
from tests.memory_database import add_order, memory_database
from wix_printer_service import job_records
from wix_printer_service.errors import NotFoundError
from wix_printer_service.job_requests import JobRequests
from wix_printer_service.models import Confirmation, JobState, Receipt
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.order_changes import OrderChanges
from wix_printer_service.print_jobs import AfterUncertainty, PrintJobs, Sent
from wix_printer_service.settings import Settings


@pytest.fixture
def connection():
    opened = memory_database()
    for order in ("order-1", "order-2"):
        add_order(opened, order)
    yield opened
    opened.close()


@pytest.fixture
def queue(fake_clock):
    return OfflineQueue(fake_clock)


@pytest.fixture
def jobs(queue, fake_clock):
    return PrintJobs(queue, fake_clock)


@pytest.fixture
def reprint(queue, jobs, connection, fake_clock):
    """Print a job again and return the copy, as it stands."""
    requests = JobRequests(
        queue, jobs, OrderChanges(jobs, Settings(printers=PRINTERS), fake_clock), fake_clock
    )
    return lambda job_id: job_records.get(
        connection, requests.reprint(connection, job_id, who="page")
    )


def printed(jobs, connection, order="order-1", printer="kitchen", to=JobState.PRINTED):
    job_id = jobs.create(connection, order, Receipt.KITCHEN, printer, why="came")
    end_next(jobs, connection, printer, to)
    return job_id


def end_next(jobs, connection, printer="kitchen", to=JobState.PRINTED):
    """Take a printer's next job and let it end so."""
    claim, sent = jobs.claim(connection, printer), Sent(1, b"\x1b@Pizza")
    if to is JobState.UNCERTAIN:
        jobs.settle_uncertain(connection, claim, "lost", AfterUncertainty(pause_s=60.0), sent)
        return
    jobs.settle(connection, claim, to, "sent", confirmation=Confirmation.PRINTED, sent=sent)


def queued(jobs, connection, order="order-1", printer="kitchen", state=JobState.QUEUED):
    return jobs.create(connection, order, Receipt.DRIVER, printer, why="came", state=state)


def test_a_job_is_read_as_it_was_written(jobs, connection, fake_clock, reprint):
    old = printed(jobs, connection)

    job = reprint(old)

    assert (job.id, job.order_id, job.printer) == (old + 1, "order-1", "kitchen")
    assert (job.receipt, job.state, job.copy_of) == (Receipt.KITCHEN, JobState.QUEUED, old)
    assert (job.confirmation, job.reason) == (None, f"reprint of job {old}")
    assert job.created_at == job.updated_at == fake_clock.now()
    assert (job.maybe_printed_at, job.maybe_printed_on, job.attempts) == (None, (), 0)
    assert (job.backup_from, job.outage_id, job.released) == (None, None, False)
    assert job_records.get(connection, old).confirmation is Confirmation.PRINTED


def test_of_an_uncertain_job_is_known_when_where_and_how_often(jobs, connection, fake_clock):
    job_id = printed(jobs, connection, to=JobState.UNCERTAIN)
    sent_at = fake_clock.now()
    fake_clock.advance(60.0)
    end_next(jobs, connection, to=JobState.UNCERTAIN)

    job = job_records.get(connection, job_id)

    assert (job.maybe_printed_at, job.attempts) == (sent_at, 2)
    assert set(job.maybe_printed_on) == {"kitchen"}


def test_the_relatives_of_a_copy_are_all_jobs_that_print_the_same_ticket(jobs, connection, reprint):
    unrelated = [printed(jobs, connection), printed(jobs, connection, order="order-2")]
    first = printed(jobs, connection)
    family = [first]
    for copied in (first, first, first + 1):
        family.append(reprint(copied).id)
        end_next(jobs, connection)

    for job_id in family[1:]:
        job = job_records.get(connection, job_id)
        relatives = [each.id for each in job_records.relatives(connection, job)]
        assert relatives == [each for each in family if each != job_id]
    assert family[2:] == [first + 2, first + 3]
    for job_id in (first, *unrelated):
        assert job_records.relatives(connection, job_records.get(connection, job_id)) == []


@pytest.mark.parametrize(
    ("to", "is_on_its_way"), [(None, True), (JobState.UNCERTAIN, True), (JobState.PRINTED, False)]
)
def test_a_copy_is_on_its_way_until_it_is_printed(jobs, connection, reprint, to, is_on_its_way):
    old = printed(jobs, connection)
    assert job_records.copy_on_its_way(connection, old) is None
    copy = reprint(old)
    if to is not None:
        end_next(jobs, connection, to=to)

    expected = copy.id if is_on_its_way else None
    assert job_records.copy_on_its_way(connection, old) == expected


class TestUntold:
    """Whether jobs wait through an outage that it is not yet noted on."""

    @pytest.fixture
    def has_untold(self, connection, fake_clock):
        return lambda after=0, outage=1: job_records.has_untold(
            connection, "kitchen", outage, after, fake_clock.now()
        )

    def test_only_what_waits_for_that_printer_counts(self, jobs, connection, has_untold):
        queued(jobs, connection, state=JobState.HELD)
        queued(jobs, connection, printer="counter")
        assert not has_untold()
        printed(jobs, connection, to=JobState.UNCERTAIN)
        assert has_untold()

    def test_what_was_told_before_does_not(self, jobs, connection, has_untold):
        first = queued(jobs, connection)
        assert not has_untold(after=first)
        queued(jobs, connection)
        assert has_untold(after=first)

    def test_what_is_planned_counts_when_it_is_due_though_newer_ones_were_told(
        self, jobs, connection, has_untold, fake_clock
    ):
        due_at = fake_clock.now() + timedelta(hours=1)
        plan = jobs.create(
            connection, "order-1", Receipt.KITCHEN, "kitchen", why="came", due_at=due_at
        )
        last = queued(jobs, connection)
        assert not has_untold(after=last)
        fake_clock.advance(3600.0)
        assert has_untold(after=last)
        connection.execute("UPDATE print_jobs SET outage_id = 1 WHERE id = ?", (plan,))
        assert not has_untold(after=last)
        assert has_untold(after=last, outage=2)


def test_a_job_that_does_not_exist_is_not_found(connection):
    with pytest.raises(NotFoundError, match="there is no job 7"):
        job_records.get(connection, 7)


def test_the_jobs_of_an_order_come_oldest_first(jobs, connection):
    first, foreign, second = (
        queued(jobs, connection),
        queued(jobs, connection, order="order-2"),
        queued(jobs, connection),
    )

    assert [job.id for job in job_records.of_order(connection, "order-1")] == [first, second]
    assert [job.id for job in job_records.of_order(connection, "order-2")] == [foreign]
    assert job_records.of_order(connection, "order-3") == []


def test_the_newest_jobs_come_newest_first_and_no_more_than_asked_for(jobs, connection):
    made = [queued(jobs, connection) for _ in range(5)]

    assert [job.id for job in job_records.newest(connection, 3)] == made[:1:-1]


def test_the_newest_jobs_of_one_state(jobs, connection):
    queued(jobs, connection)
    held = queued(jobs, connection, state=JobState.HELD)
    queued(jobs, connection)

    assert [job.id for job in job_records.newest(connection, 3, JobState.HELD)] == [held]


def test_jobs_that_are_not_over_are_counted_by_printer_and_state(jobs, connection, fake_clock):
    printed(jobs, connection)
    printed(jobs, connection, to=JobState.UNCERTAIN)
    printed(jobs, connection, to=JobState.DEAD)
    printed(jobs, connection, to=JobState.EXPIRED)
    for printer in ("kitchen", "kitchen", "counter"):
        queued(jobs, connection, printer=printer)
    queued(jobs, connection, printer="counter", state=JobState.HELD)
    jobs.claim(connection, "kitchen")

    plan = fake_clock.now() + timedelta(seconds=1)
    jobs.create(connection, "order-1", Receipt.DRIVER, "counter", why="came", due_at=plan)

    assert job_records.counts(connection, fake_clock.now()) == {
        "kitchen": {"queued": 1, "sending": 1, "uncertain": 1, "dead": 1, "expired": 1},
        "counter": {"queued": 1, "held": 1},
    }


def test_the_history_says_who_when_and_why(jobs, connection, fake_clock):
    job_id = queued(jobs, connection)
    fake_clock.set_wall(datetime(2026, 11, 20, 19, 30, 0, 123000, tzinfo=UTC))
    jobs.cancel_waiting(connection, "order-1", why="the guest called", who="anna")

    last = job_records.history(connection, job_id)[-1]

    assert (last.from_state, last.to_state, last.who, last.why) == (
        *("queued", "cancelled"),
        *("anna", "the guest called"),
    )
    assert last.at == fake_clock.now()


def test_the_bytes_that_were_sent_can_be_looked_at(jobs, connection):
    assert job_records.sent_document(connection, printed(jobs, connection)) == b"\x1b@Pizza"
    assert job_records.sent_document(connection, queued(jobs, connection)) is None


@pytest.mark.parametrize(
    ("state", "on_paper"),
    [
        (JobState.PRINTED, True),
        (JobState.PRINTED_UNCONFIRMED, True),
        (JobState.UNCERTAIN, True),
        (JobState.DEAD, False),
    ],
)
def test_a_printer_counts_as_having_paper_where_a_ticket_may_lie(jobs, connection, state, on_paper):
    printed(jobs, connection, to=state)
    queued(jobs, connection, printer="counter")

    found = job_records.printers_with_paper(connection, "order-1")

    assert found == (["kitchen"] if on_paper else [])


def test_of_a_rescued_job_that_may_be_on_paper_its_printer_is_named(jobs, connection):
    """What a damaged database still tells is when, not where."""
    job_id = printed(jobs, connection, to=JobState.UNCERTAIN)
    connection.execute("UPDATE print_jobs SET maybe_printed_on = '' WHERE id = ?", (job_id,))

    assert job_records.printers_with_paper(connection, "order-1") == ["kitchen"]


def test_a_ticket_in_hand_may_lie_somewhere_too(jobs, connection):
    queued(jobs, connection)
    jobs.claim(connection, "kitchen")

    assert job_records.printers_with_paper(connection, "order-1") == ["kitchen"]


def test_a_printer_with_several_tickets_is_named_once(jobs, connection):
    for printer in ("kitchen", "counter", "kitchen"):
        printed(jobs, connection, printer=printer)

    assert job_records.printers_with_paper(connection, "order-1") == ["kitchen", "counter"]
