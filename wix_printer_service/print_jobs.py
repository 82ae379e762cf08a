"""The life of a print job from its making to its end; every change is guarded.

The order service makes and cancels jobs, the print manager claims and settles them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from wix_printer_service.job_changes import DAEMON, ITEM_STATES, JobChanges, fenced, lane
from wix_printer_service.job_records import (
    BEFORE_SENDING,
    get,
    moment_text,
    of_order,
)
from wix_printer_service.models import (
    DEFAULT_STATION,
    ON_PAPER_STATES,
    Confirmation,
    JobState,
    PrintJob,
    Priority,
    QueueItem,
    Receipt,
)
from wix_printer_service.settings import Printing

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from datetime import datetime

    from wix_printer_service.clock import Clock
    from wix_printer_service.offline_queue import OfflineQueue

log = structlog.get_logger(__name__)

RANKS = {Receipt.DRIVER: 1, Receipt.CUSTOMER: 2}
"""Within a priority the kitchen goes first, whatever its receipt."""
MOST_AT_ONCE = 100
"""Jobs that are put aside in one transaction, so that no order waits for it."""
CALLED_OFF = "called off while it was being sent"
NOT_FOR_HIM = "the order changed: it is not for this reader any more"
NOBODYS = 2
"""In place of 1, where a job is called off since its order changed and its reader is none now."""
INSERT = """
INSERT INTO print_jobs (order_id, receipt, printer, state, copy_of, reason, station, reader,
  from_revision, backup_from, due_at, reminder, created_at, updated_at)
VALUES (:order_id, :receipt, :printer, :state, :copy_of, :reason, :station, :reader,
  :from_revision, :backup_from, :due_at, :reminder, :created_at, :updated_at)
"""


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


@dataclass(frozen=True, slots=True)
class AfterUncertainty:
    """What is to become of a job of which nobody knows whether it was printed."""

    hold: bool = False
    """Whether it waits for a person instead of being printed again."""
    pause_s: float = 0.0
    """How long it waits before it is printed again."""


class PrintJobs:
    """Makes, claims and settles print jobs. Changes run in the caller's transaction."""

    def __init__(self, queue: OfflineQueue, clock: Clock, settings: Printing | None = None) -> None:
        self._queue = queue
        self._clock = clock
        self._settings = settings or Printing()
        self._changes = JobChanges(queue, clock)
        self._began_s = clock.monotonic()
        self._first_of_this_run: float = math.inf
        self._not_printed: Callable[[sqlite3.Connection, PrintJob], None] = _nobody_asks

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
        station: str = DEFAULT_STATION,
        reader: Receipt | None = None,
        from_revision: int | None = None,
        backup_from: str | None = None,
        due_at: datetime | None = None,
        is_reminder: bool = False,
    ) -> int:
        """Make a job with its queue item and return its id; ``models.PrintJob`` has the words."""
        now = self._changes.now()
        row = {
            "order_id": order_id,
            "receipt": receipt,
            "printer": printer,
            "state": state,
            "copy_of": copy_of,
            "reason": why,
            "station": station,
            "reader": reader or "",
            "from_revision": from_revision,
            "backup_from": backup_from,
            "due_at": due_at and moment_text(due_at),
            "reminder": is_reminder,
            "created_at": now,
            "updated_at": now,
        }
        job_id = transaction.execute(INSERT, row).lastrowid or 0
        self._first_of_this_run = min(self._first_of_this_run, job_id)
        self._queue.put(
            transaction,
            lane(printer),
            job_id,
            priority,
            state=ITEM_STATES[state],
            rank=RANKS.get(reader or receipt, 0),
            due_at=due_at,
            expires_at=self._expiry(due_at),
        )
        self._changes.record(transaction, job_id, "", state, who, why)
        return job_id

    def claim(self, transaction: sqlite3.Connection, printer: str) -> Claim | None:
        """Take the next job of a printer: from here on it counts as perhaps on paper.

        Jobs that have waited for too long are put aside on the way, if the settings say so.
        """
        for _ in range(MOST_AT_ONCE):
            item = self._queue.claim(transaction, lane(printer))
            if item is None:
                return None
            job = get(transaction, item.subject)
            aside = self._aside(job, item)
            if aside is None:
                self._changes.change(
                    transaction, job.id, job.state, JobState.SENDING, DAEMON, "claimed"
                )
                transaction.execute(
                    # what its ticket shows is settled here, so that no news can come in between
                    "UPDATE print_jobs SET revision ="
                    " (SELECT revision FROM orders WHERE orders.id = order_id) WHERE id = ?",
                    (job.id,),
                )
                return Claim(get(transaction, job.id), item)
            to, why = aside
            log.warning("job_put_aside", job_id=job.id, printer=printer, became=to, reason=why)
            self._changes.change(transaction, job.id, job.state, to, DAEMON, why)
            self._settle_claimed(transaction, item, to)
            self.tell_not_printed(transaction, job.id)
        return None

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

        A job that was called off meanwhile is nobody's trouble: it is not dead, but cancelled.

        Raises:
            WrongStateError: The job is not being sent any more.
        """
        if to is JobState.DEAD and _called_off(transaction, claim.job):
            to, why = JobState.CANCELLED, _why_called_off(transaction, claim.job)
        self._changes.move(transaction, claim.job, JobState.SENDING, to, DAEMON, why)
        transaction.execute(
            "UPDATE print_jobs SET confirmation = ? WHERE id = ?", (confirmation, claim.job.id)
        )
        if sent is not None:
            self._keep(transaction, claim.job, sent)
        if to not in ON_PAPER_STATES:
            self.tell_not_printed(transaction, claim.job.id)

    def settle_uncertain(
        self,
        transaction: sqlite3.Connection,
        claim: Claim,
        why: str,
        after: AfterUncertainty,
        sent: Sent | None = None,
    ) -> JobState:
        """End a claim of which nobody knows what is on paper; return what became of the job.

        Its time on the next ticket is that of the claim, since a crash is noticed much later.
        It is printed again, marked, so often as the settings allow; or it waits for a person.
        """
        job = claim.job
        self._changes.change(transaction, job.id, JobState.SENDING, JobState.UNCERTAIN, DAEMON, why)
        row = transaction.execute(
            "UPDATE print_jobs SET attempts = attempts + 1,"
            " maybe_printed_at = coalesce(maybe_printed_at, ?),"
            " maybe_printed_revision = coalesce(maybe_printed_revision, revision),"
            " maybe_printed_on = maybe_printed_on || printer || ',' WHERE id = ?"
            " RETURNING attempts",
            (job.updated_at.isoformat(timespec="milliseconds"), job.id),
        ).fetchone()
        if sent is not None:
            self._keep(transaction, job, sent)
        to, reason = JobState.UNCERTAIN, why
        if _called_off(transaction, job):
            to, reason = JobState.CANCELLED, _why_called_off(transaction, job)
        elif claim.item.tries >= self._settings.max_attempts:
            to, reason = JobState.DEAD, f"sent {row['attempts']} times, never confirmed: {why}"
        elif after.hold:
            to = JobState.HELD
        if to is JobState.UNCERTAIN:
            self._queue.put_back(transaction, claim.item, costs_try=True, pause_s=after.pause_s)
        else:
            self._changes.change(transaction, job.id, JobState.UNCERTAIN, to, DAEMON, reason)
            self._settle_claimed(transaction, claim.item, to)
        self.tell_not_printed(transaction, job.id)
        return to

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
        if _called_off(transaction, claim.job):
            why = _why_called_off(transaction, claim.job)
            self._changes.move(
                transaction, claim.job, JobState.SENDING, JobState.CANCELLED, DAEMON, why
            )
            self.tell_not_printed(transaction, claim.job.id)
            return
        self._queue.put_back(transaction, claim.item, costs_try=costs_try, pause_s=pause_s)
        # what may lie on paper from an earlier try may still lie there
        maybe_printed = get(transaction, claim.job.id).maybe_printed_at
        to = JobState.UNCERTAIN if maybe_printed else JobState.QUEUED
        self._changes.change(transaction, claim.job.id, JobState.SENDING, to, DAEMON, why)
        self.tell_not_printed(transaction, claim.job.id)

    def recover(
        self, transaction: sqlite3.Connection, printer: str, after: AfterUncertainty
    ) -> dict[int, JobState]:
        """Settle what a crash left in hand, and return what became of each job."""
        why = "the daemon ended while this job was being sent"
        became = {}
        for item in self._queue.left_behind(transaction, lane(printer)):
            claim = Claim(get(transaction, item.subject), item)
            became[claim.job.id] = self.settle_uncertain(transaction, claim, why, after)
        return became

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
        jobs = [job for job in of_order(transaction, order_id) if job.state in BEFORE_SENDING]
        for job in jobs:
            self._changes.move(transaction, job, job.state, JobState.CANCELLED, who, why)
        return len(jobs)

    def cancel(self, transaction: sqlite3.Connection, job: PrintJob, why: str) -> None:
        """Cancel a job that is not started."""
        self._changes.move(transaction, job, job.state, JobState.CANCELLED, DAEMON, why)

    def need(self, transaction: sqlite3.Connection, job: PrintJob, *, is_needed: bool) -> None:
        """Let a job that is being sent wait again or not; what others called off stays so."""
        transaction.execute(
            "UPDATE print_jobs SET called_off = ?"
            " WHERE id = ? AND state = 'sending' AND called_off IN (0, ?)",
            (0 if is_needed else NOBODYS, job.id, NOBODYS),
        )

    def reschedule(
        self, transaction: sqlite3.Connection, job: PrintJob, due_at: datetime, why: str
    ) -> None:
        """Let a job that waits be printed from another moment on."""
        self._queue.reschedule(transaction, lane(job.printer), job.id, due_at)
        transaction.execute(
            "UPDATE print_jobs SET due_at = ? WHERE id = ?", (moment_text(due_at), job.id)
        )
        self._changes.record(transaction, job.id, job.state, job.state, DAEMON, why)

    def begin_at(self, transaction: sqlite3.Connection, job: PrintJob, revision: int) -> None:
        """Have a change that is not started say what is different from another revision."""
        transaction.execute(
            "UPDATE print_jobs SET from_revision = ? WHERE id = ?", (revision, job.id)
        )

    def when_not_printed(self, listener: Callable[[sqlite3.Connection, PrintJob], None]) -> None:
        """Have ``listener`` called when a job comes back or ends without surely being on paper."""
        self._not_printed = listener

    def tell_not_printed(self, transaction: sqlite3.Connection, job_id: int) -> None:
        """Say that a job has come back, or has ended, without surely being on paper."""
        job = get(transaction, job_id)  # its order may have been given another id meanwhile
        with fenced(transaction, "order_change_failed", job.order_id):
            self._not_printed(transaction, job)

    def raise_waiting(self, transaction: sqlite3.Connection, printer: str, served_s: float) -> None:
        """Raise jobs that have waited too long for their turn while the printer was printing."""
        for job_id, priority in self._queue.raise_waiting(transaction, lane(printer), served_s):
            why = f"waited long for its turn: now {priority.name}"
            state = get(transaction, job_id).state
            self._changes.record(transaction, job_id, state, state, DAEMON, why)

    def _aside(self, job: PrintJob, item: QueueItem) -> tuple[JobState, str] | None:
        waited = self._waited(job)
        limit = self._settings.hold_backlog_after_h
        begun_at = max(item.put_at, item.due_at or item.put_at)
        if item.expires_at is not None and waited >= item.expires_at - begun_at:
            return JobState.EXPIRED, "it waited for too long to be of use"
        if limit is not None and not job.released and waited > timedelta(hours=limit):
            return JobState.HELD, f"it waited for more than {limit:g} hours"
        return None

    def _waited(self, job: PrintJob) -> timedelta:
        """Return for how long a job has waited, since it was made or planned for.

        The wall clock may have been set since, for example a Pi's that has just found a time
        server. It cannot make a job older than this process if the job was made in it.
        """
        by_wall = self._clock.now() - max(job.created_at, job.due_at or job.created_at)
        if job.id < self._first_of_this_run:
            return by_wall
        return min(by_wall, timedelta(seconds=self._clock.monotonic() - self._began_s))

    def _settle_claimed(
        self, transaction: sqlite3.Connection, item: QueueItem, to: JobState
    ) -> None:
        expected = ITEM_STATES[JobState.SENDING]
        self._queue.settle(transaction, item.lane, item.subject, expected, ITEM_STATES[to])

    def _keep(self, transaction: sqlite3.Connection, job: PrintJob, sent: Sent) -> None:
        """Keep what was sent, unless the guest asked to be forgotten in the meantime."""
        transaction.execute(
            "INSERT OR REPLACE INTO sent_documents (job_id, revision, document) SELECT ?, ?, ?"
            " WHERE NOT EXISTS (SELECT 1 FROM orders JOIN print_jobs ON order_id = orders.id"
            " WHERE print_jobs.id = ? AND orders.state = 'erased')",
            (job.id, sent.revision, sent.document, job.id),
        )

    def _expiry(self, due_at: datetime | None) -> datetime | None:
        hours = self._settings.expire_after_h
        return None if hours is None else (due_at or self._clock.now()) + timedelta(hours=hours)


def _called_off(transaction: sqlite3.Connection, job: PrintJob) -> int:
    row = transaction.execute(
        "SELECT called_off FROM print_jobs WHERE id = ?", (job.id,)
    ).fetchone()
    return int(row["called_off"])


def _why_called_off(transaction: sqlite3.Connection, job: PrintJob) -> str:
    return NOT_FOR_HIM if _called_off(transaction, job) == NOBODYS else CALLED_OFF


def _nobody_asks(_transaction: sqlite3.Connection, _job: PrintJob) -> None:
    """Do nothing."""
