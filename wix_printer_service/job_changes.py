"""Every change of a print job's state: guarded, dated, kept in ``job_history``, with its item.

A job and its queue item change in the same transaction, so the queue never says otherwise than the
job.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from wix_printer_service.errors import StorageError, WrongStateError
from wix_printer_service.models import ItemState, JobState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.clock import Clock
    from wix_printer_service.models import PrintJob
    from wix_printer_service.offline_queue import OfflineQueue

log = structlog.get_logger(__name__)

ITEM_STATES = {
    JobState.QUEUED: ItemState.WAITING,
    JobState.SENDING: ItemState.CLAIMED,
    JobState.UNCERTAIN: ItemState.WAITING,
    JobState.HELD: ItemState.HELD,
    JobState.PRINTED: ItemState.DONE,
    JobState.PRINTED_UNCONFIRMED: ItemState.DONE,
    JobState.CANCELLED: ItemState.CANCELLED,
    JobState.EXPIRED: ItemState.EXPIRED,
    JobState.DEAD: ItemState.DEAD,
}
DAEMON = "daemon"


def lane(printer: str) -> str:
    """Return the lane of a printer."""
    return f"print:{printer}"


class Fence:
    """Tells whether what was done behind it failed, and was undone."""

    failed = False


@contextmanager
def fenced(transaction: sqlite3.Connection, event: str, order_id: str) -> Iterator[Fence]:
    """Undo what is done inside if we cannot cope with it, log that, and go on.

    Raises:
        StorageError: The disk has failed: nothing of the transaction is to remain.
    """
    fence = Fence()
    transaction.execute("SAVEPOINT fence")
    try:
        yield fence
    except (StorageError, sqlite3.OperationalError):
        raise
    except Exception as error:  # what we do not understand must not undo what is known
        if type(error) is sqlite3.DatabaseError:  # the file is damaged
            raise
        transaction.execute("ROLLBACK TO fence")
        fence.failed = True
        log.exception(event, order_id=order_id)
    transaction.execute("RELEASE fence")


def share_doubt(transaction: sqlite3.Connection, tried_id: int, job_id: int) -> None:
    """Mark a job as one whose ticket may lie there already, because another's may."""
    transaction.execute(
        "UPDATE print_jobs SET"
        " (maybe_printed_at, maybe_printed_on, maybe_printed_revision, attempts) ="
        " (SELECT maybe_printed_at, maybe_printed_on, maybe_printed_revision, attempts"
        " FROM print_jobs WHERE id = ?) WHERE id = ?",
        (tried_id, job_id),
    )


class JobChanges:
    """Changes states of jobs and of their queue items. Runs in the caller's transaction."""

    def __init__(self, queue: OfflineQueue, clock: Clock) -> None:
        self.queue = queue
        self._clock = clock

    def move(
        self,
        transaction: sqlite3.Connection,
        job: PrintJob,
        expected: JobState,
        to: JobState,
        who: str,
        why: str,
    ) -> None:
        """Change a job and its item.

        Raises:
            WrongStateError: The job is not in the state that it must be in.
        """
        self.change(transaction, job.id, expected, to, who, why)
        self.queue.settle(
            transaction, lane(job.printer), job.id, ITEM_STATES[expected], ITEM_STATES[to]
        )

    def change(
        self,
        transaction: sqlite3.Connection,
        job_id: int,
        expected: JobState,
        to: JobState,
        who: str,
        why: str,
    ) -> None:
        """Change a job alone; the caller has changed its item.

        Raises:
            WrongStateError: The job is not in the state that it must be in.
        """
        changed = transaction.execute(
            "UPDATE print_jobs SET state = ?, reason = ?, updated_at = ?"
            " WHERE id = ? AND state = ?",
            (to, why, self.now(), job_id, expected),
        ).rowcount
        if not changed:
            raise WrongStateError(f"job {job_id} is not {expected}")
        self.record(transaction, job_id, expected, to, who, why)

    def record(
        self, transaction: sqlite3.Connection, job_id: int, from_: str, to: str, who: str, why: str
    ) -> None:
        """Keep who changed what, when and why."""
        transaction.execute(
            "INSERT INTO job_history (job_id, from_state, to_state, who, why, at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (job_id, from_, to, who, why, self.now()),
        )

    def now(self) -> str:
        """Return the wall time as it is written down."""
        return self._clock.now().isoformat(timespec="milliseconds")
