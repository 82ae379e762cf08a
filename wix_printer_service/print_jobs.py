"""The life of a print job: every change is guarded, dated and kept in ``job_history``.

A job and its queue item change in the same transaction, so the queue never says otherwise than the
job. The print manager claims and settles, the order service makes and cancels, people reprint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wix_printer_service.errors import WrongStateError
from wix_printer_service.job_records import copy_on_its_way, get, of_order
from wix_printer_service.models import (
    Confirmation,
    ItemState,
    JobState,
    PrintJob,
    Priority,
    QueueItem,
    Receipt,
)

if TYPE_CHECKING:
    import sqlite3

    from wix_printer_service.clock import Clock
    from wix_printer_service.offline_queue import OfflineQueue

ITEM_STATES = {
    JobState.QUEUED: ItemState.WAITING,
    JobState.SENDING: ItemState.CLAIMED,
    JobState.UNCERTAIN: ItemState.UNCERTAIN,
    JobState.HELD: ItemState.HELD,
    JobState.PRINTED: ItemState.DONE,
    JobState.PRINTED_UNCONFIRMED: ItemState.DONE,
    JobState.CANCELLED: ItemState.CANCELLED,
    JobState.DEAD: ItemState.DEAD,
}
DAEMON = "daemon"


def lane(printer: str) -> str:
    """Return the lane of a printer."""
    return f"print:{printer}"


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in hand, with its queue item."""

    job: PrintJob
    item: QueueItem


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent for a job: the order's revision and the bytes."""

    revision: int
    document: bytes


class PrintJobs:
    """Makes, claims, settles and lists print jobs. Changes run in the caller's transaction."""

    def __init__(self, queue: OfflineQueue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock

    def create(
        self,
        transaction: sqlite3.Connection,
        order_id: str,
        receipt: Receipt,
        printer: str,
        *,
        why: str,
        who: str = DAEMON,
        priority: Priority = Priority.NORMAL,
        state: JobState = JobState.QUEUED,
        copy_of: int | None = None,
    ) -> int:
        """Make a job with its queue item and return its id."""
        now = self._now()
        cursor = transaction.execute(
            "INSERT INTO print_jobs (order_id, receipt, printer, state, copy_of, reason,"
            " created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (order_id, receipt, printer, state, copy_of, why, now, now),
        )
        job_id = cursor.lastrowid or 0
        self._queue.put(transaction, lane(printer), job_id, priority, ITEM_STATES[state])
        self._record(transaction, job_id, "", state, who, why)
        return job_id

    def claim(self, transaction: sqlite3.Connection, printer: str) -> Claim | None:
        """Take the next job of a printer: from here on it counts as perhaps on paper."""
        item = self._queue.claim(transaction, lane(printer))
        if item is None:
            return None
        self._change(
            transaction, item.subject, JobState.QUEUED, JobState.SENDING, DAEMON, "claimed"
        )
        return Claim(get(transaction, item.subject), item)

    def settle(
        self,
        transaction: sqlite3.Connection,
        claim: Claim,
        to: JobState,
        why: str,
        *,
        confirmation: Confirmation | None = None,
        sent: Sent | None = None,
    ) -> None:
        """End a claim, keeping what was sent.

        Raises:
            WrongStateError: The job is not being sent any more.
        """
        self._move(transaction, claim.job, JobState.SENDING, to, DAEMON, why)
        transaction.execute(
            "UPDATE print_jobs SET confirmation = ? WHERE id = ?", (confirmation, claim.job.id)
        )
        if sent is not None:
            # not if the guest asked to be forgotten in the meantime
            transaction.execute(
                "INSERT INTO sent_documents (job_id, revision, document) SELECT ?, ?, ?"
                " WHERE NOT EXISTS (SELECT 1 FROM orders WHERE id = ? AND state = 'erased')",
                (claim.job.id, sent.revision, sent.document, claim.job.order_id),
            )

    def put_back(
        self,
        transaction: sqlite3.Connection,
        claim: Claim,
        why: str,
        *,
        costs_try: bool,
        pause_s: float = 0.0,
    ) -> None:
        """Let a job wait again of which not one byte went out; one called off meanwhile is over."""
        called_off = transaction.execute(
            "SELECT called_off FROM print_jobs WHERE id = ?", (claim.job.id,)
        ).fetchone()[0]
        if called_off:
            self._move(
                transaction, claim.job, JobState.SENDING, JobState.CANCELLED, DAEMON, "called off"
            )
            return
        self._queue.put_back(transaction, claim.item, costs_try=costs_try, pause_s=pause_s)
        self._change(transaction, claim.job.id, JobState.SENDING, JobState.QUEUED, DAEMON, why)

    def recover(self, transaction: sqlite3.Connection, printer: str) -> int:
        """Mark what a crash left in hand as uncertain and return how many there were."""
        items = self._queue.left_behind(transaction, lane(printer))
        for item in items:
            job = get(transaction, item.subject)
            why = "the daemon ended while this job was being sent"
            self._move(transaction, job, JobState.SENDING, JobState.UNCERTAIN, DAEMON, why)
        return len(items)

    def cancel_waiting(
        self, transaction: sqlite3.Connection, order_id: str, why: str, who: str = DAEMON
    ) -> int:
        """Cancel an order's jobs that are not started, and return how many there were.

        One that is being sent cannot be stopped, but will not wait again either.
        """
        transaction.execute(
            "UPDATE print_jobs SET called_off = 1 WHERE order_id = ? AND state = 'sending'",
            (order_id,),
        )
        jobs = [
            job
            for job in of_order(transaction, order_id)
            if job.state in {JobState.QUEUED, JobState.HELD}
        ]
        for job in jobs:
            self._move(transaction, job, job.state, JobState.CANCELLED, who, why)
        return len(jobs)

    def reprint(self, transaction: sqlite3.Connection, job_id: int, who: str) -> int:
        """Print a job once more: a held one itself, else a copy of it; return the job's id.

        Raises:
            NotFoundError: There is no such job.
            WrongStateError: The job, or a copy of it, is still going to be printed.
        """
        job = get(transaction, job_id)
        if job.state is JobState.HELD:
            self._move(transaction, job, JobState.HELD, JobState.QUEUED, who, "released")
            return job_id
        if job.state in {JobState.QUEUED, JobState.SENDING}:
            raise WrongStateError(f"job {job_id} is {job.state}: it will be printed anyway")
        if (copy := copy_on_its_way(transaction, job_id)) is not None:
            raise WrongStateError(f"job {copy} is about to print a copy of job {job_id}")
        return self.create(
            transaction,
            job.order_id,
            job.receipt,
            job.printer,
            why=f"reprint of job {job_id}",
            who=who,
            priority=Priority.HIGH,
            copy_of=job_id,
        )

    def _move(
        self,
        transaction: sqlite3.Connection,
        job: PrintJob,
        expected: JobState,
        to: JobState,
        who: str,
        why: str,
    ) -> None:
        self._change(transaction, job.id, expected, to, who, why)
        self._queue.settle(
            transaction, lane(job.printer), job.id, ITEM_STATES[expected], ITEM_STATES[to]
        )

    def _change(
        self,
        transaction: sqlite3.Connection,
        job_id: int,
        expected: JobState,
        to: JobState,
        who: str,
        why: str,
    ) -> None:
        changed = transaction.execute(
            "UPDATE print_jobs SET state = ?, reason = ?, updated_at = ?"
            " WHERE id = ? AND state = ?",
            (to, why, self._now(), job_id, expected),
        ).rowcount
        if not changed:
            raise WrongStateError(f"job {job_id} is not {expected}")
        self._record(transaction, job_id, expected, to, who, why)

    def _record(
        self, transaction: sqlite3.Connection, job_id: int, from_: str, to: str, who: str, why: str
    ) -> None:
        transaction.execute(
            "INSERT INTO job_history (job_id, from_state, to_state, who, why, at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (job_id, from_, to, who, why, self._now()),
        )

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="milliseconds")
