from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.memory_database import add_order, memory_database
from wix_printer_service import job_records
from wix_printer_service.errors import NotFoundError
from wix_printer_service.models import Confirmation, JobState, Receipt
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.print_jobs import PrintJobs, Sent


@pytest.fixture
def connection():
    opened = memory_database()
    for order in ("order-1", "order-2"):
        add_order(opened, order)
    yield opened
    opened.close()


@pytest.fixture
def jobs(fake_clock):
    return PrintJobs(OfflineQueue(fake_clock), fake_clock)


def printed(jobs, connection, order="order-1", printer="kitchen", to=JobState.PRINTED):
    job_id = jobs.create(connection, order, Receipt.KITCHEN, printer, why="came")
    claim = jobs.claim(connection, printer)
    jobs.settle(
        connection,
        claim,
        to,
        "sent",
        confirmation=Confirmation.PRINTED,
        sent=Sent(1, b"\x1b@Pizza"),
    )
    return job_id


def queued(jobs, connection, order="order-1", printer="kitchen", state=JobState.QUEUED):
    return jobs.create(connection, order, Receipt.DRIVER, printer, why="came", state=state)


def test_a_job_is_read_as_it_was_written(jobs, connection, fake_clock):
    old = printed(jobs, connection)
    copy = jobs.reprint(connection, old, who="page")

    job = job_records.get(connection, copy)

    assert (job.id, job.order_id, job.printer) == (copy, "order-1", "kitchen")
    assert (job.receipt, job.state, job.copy_of) == (Receipt.KITCHEN, JobState.QUEUED, old)
    assert (job.confirmation, job.reason) == (None, f"reprint of job {old}")
    assert job.created_at == job.updated_at == fake_clock.now()
    assert job_records.get(connection, old).confirmation is Confirmation.PRINTED


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


def test_jobs_that_are_not_over_are_counted_by_printer_and_state(jobs, connection):
    printed(jobs, connection)
    printed(jobs, connection, to=JobState.UNCERTAIN)
    printed(jobs, connection, to=JobState.DEAD)
    for printer in ("kitchen", "kitchen", "counter"):
        queued(jobs, connection, printer=printer)
    queued(jobs, connection, printer="counter", state=JobState.HELD)
    jobs.claim(connection, "kitchen")

    assert job_records.counts(connection) == {
        "kitchen": {"queued": 1, "sending": 1, "uncertain": 1, "dead": 1},
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


def test_a_ticket_in_hand_may_lie_somewhere_too(jobs, connection):
    queued(jobs, connection)
    jobs.claim(connection, "kitchen")

    assert job_records.printers_with_paper(connection, "order-1") == ["kitchen"]


def test_a_printer_with_several_tickets_is_named_once(jobs, connection):
    for printer in ("kitchen", "counter", "kitchen"):
        printed(jobs, connection, printer=printer)

    assert job_records.printers_with_paper(connection, "order-1") == ["kitchen", "counter"]
