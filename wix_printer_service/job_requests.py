"""What people ask of a print job: print it again, try it once more, let it be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from wix_printer_service import order_records
from wix_printer_service.errors import WrongStateError
from wix_printer_service.job_changes import JobChanges, lane
from wix_printer_service.job_records import copy_on_its_way, get, moment_text
from wix_printer_service.models import JobState, OrderState, Priority

if TYPE_CHECKING:
    import sqlite3

    from wix_printer_service.clock import Clock
    from wix_printer_service.models import PrintJob
    from wix_printer_service.offline_queue import OfflineQueue
    from wix_printer_service.order_changes import OrderChanges
    from wix_printer_service.print_jobs import PrintJobs

log = structlog.get_logger(__name__)

WILL_PRINT = frozenset({JobState.QUEUED, JobState.SENDING, JobState.UNCERTAIN})
CAN_BE_RETRIED = frozenset(
    {JobState.HELD, JobState.DEAD, JobState.EXPIRED, JobState.QUEUED, JobState.UNCERTAIN}
)
PUT_ASIDE = frozenset({JobState.HELD, JobState.DEAD, JobState.EXPIRED})
CAN_BE_CANCELLED = PUT_ASIDE | {JobState.QUEUED, JobState.UNCERTAIN}


class JobRequests:
    """Does what people ask. Changes run in the caller's transaction."""

    def __init__(
        self, queue: OfflineQueue, jobs: PrintJobs, orders: OrderChanges, clock: Clock
    ) -> None:
        self._queue = queue
        self._jobs = jobs
        self._orders = orders
        self._clock = clock
        self._changes = JobChanges(queue, clock)

    def reprint(self, transaction: sqlite3.Connection, job_id: int, who: str) -> int:
        """Print a job once more: one that was put aside itself, else a copy; return the job's id.

        Raises:
            NotFoundError: There is no such job.
            WrongStateError: The job, or a copy of it, is still going to be printed, or nothing is
                left to print.
        """
        job = self._printable(transaction, job_id)
        log.info("job_reprint_asked", job_id=job_id, who=who)
        if job.state in PUT_ASIDE:
            self._release(transaction, job, who)
            return job_id
        if job.state in WILL_PRINT:
            raise WrongStateError(f"job {job_id} is {job.state}: it will be printed anyway")
        if (copy := copy_on_its_way(transaction, job_id)) is not None:
            raise WrongStateError(f"job {copy} is about to print a copy of job {job_id}")
        return self._jobs.create(
            transaction,
            job.order_id,
            job.receipt,
            job.printer,
            why=f"reprint of job {job_id}",
            who=who,
            priority=Priority.HIGH,
            copy_of=job_id,
            station=job.station,
            reader=job.reader,
            from_revision=job.from_revision,
        )

    def retry(self, transaction: sqlite3.Connection, job_id: int, who: str) -> JobState:
        """Let a job that is held, dead or expired be printed, or one that waits be tried now.

        One that is planned for later is printed now.

        Raises:
            NotFoundError: There is no such job.
            WrongStateError: It is printed, being printed or cancelled, or nothing is left of it.
        """
        job = self._printable(transaction, job_id)
        log.info("job_retry_asked", job_id=job_id, who=who)
        if job.state not in CAN_BE_RETRIED:
            raise WrongStateError(f"job {job_id} is {job.state}: it cannot be tried again")
        self._release(transaction, job, who)
        return get(transaction, job_id).state

    def cancel(self, transaction: sqlite3.Connection, job_id: int, who: str) -> JobState:
        """Let a job be. One that is being sent cannot be stopped, but will not wait again either.

        Raises:
            NotFoundError: There is no such job.
            WrongStateError: It is over already.
        """
        job = get(transaction, job_id)
        log.info("job_cancel_asked", job_id=job_id, who=who)
        if job.state is JobState.SENDING:
            transaction.execute("UPDATE print_jobs SET called_off = 1 WHERE id = ?", (job_id,))
            self._changes.record(
                transaction, job_id, job.state, job.state, who, "called off while being sent"
            )
        elif job.state in CAN_BE_CANCELLED:
            self._changes.move(
                transaction, job, job.state, JobState.CANCELLED, who, "cancelled by a person"
            )
            self._jobs.tell_not_printed(transaction, job_id)
        else:
            raise WrongStateError(f"job {job_id} is {job.state}: there is nothing to cancel")
        return get(transaction, job_id).state

    def _printable(self, transaction: sqlite3.Connection, job_id: int) -> PrintJob:
        job = get(transaction, job_id)
        order = order_records.find(transaction, job.order_id)
        if order is not None and order.state is OrderState.ERASED:
            raise WrongStateError("the order was erased, so there is nothing left to print")
        return job

    def _release(self, transaction: sqlite3.Connection, job: PrintJob, who: str) -> None:
        """Let a job wait to be printed; one that may be on paper already stays marked."""
        if job.state in WILL_PRINT:
            self._changes.record(transaction, job.id, job.state, job.state, who, "try it now")
        else:
            to = JobState.UNCERTAIN if job.maybe_printed_at else JobState.QUEUED
            self._changes.move(transaction, job, job.state, to, who, "released")
        now = moment_text(self._clock.now())
        transaction.execute(
            "UPDATE print_jobs SET released = 1, due_at = min(due_at, ?) WHERE id = ?",
            (now, job.id),
        )
        self._queue.renew(transaction, lane(job.printer), job.id)
        self._orders.after_release(transaction, get(transaction, job.id))
