"""What happens to jobs while their printer is away: another one takes them, an outage is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.job_changes import DAEMON, JobChanges, lane
from wix_printer_service.job_records import get, moment_text
from wix_printer_service.models import JobState

if TYPE_CHECKING:
    import sqlite3

    from wix_printer_service.clock import Clock
    from wix_printer_service.offline_queue import OfflineQueue

MOST_AT_ONCE = 100
"""Jobs that are moved in one transaction, so that no order waits for it."""
NAME_OUTAGE = """
UPDATE print_jobs SET outage_id = :outage
WHERE printer = :printer AND state IN ('queued', 'uncertain') AND (due_at IS NULL OR due_at <= :now)
  AND (id > :after OR due_at IS NOT NULL AND outage_id IS NOT :outage) RETURNING id
"""
TWIN = """
SELECT other.id FROM print_jobs AS job
JOIN print_jobs AS other ON other.order_id = job.order_id AND other.printer = job.printer
  AND other.receipt = job.receipt AND other.id <> job.id AND other.copy_of IS NULL
WHERE job.id = :job AND job.copy_of IS NULL AND job.state = 'queued' AND (
  job.receipt = 'change' AND other.reader = job.reader AND other.station = job.station
  AND coalesce(other.backup_from, other.printer) = coalesce(job.backup_from, job.printer)
  AND (other.state IN ('queued', 'uncertain')
    OR other.state IN ('sending', 'printed', 'printed_unconfirmed')
    AND other.revision = (SELECT revision FROM orders WHERE orders.id = job.order_id))
  OR job.receipt = 'cancellation'
  AND (other.reader = '' OR other.reader = job.reader AND other.station = job.station)
  AND other.state IN ('queued', 'uncertain', 'sending', 'printed', 'printed_unconfirmed'))
"""
"""The job that says the same news of an order to the same reader where this one comes out now."""
BEGIN_WITH_THE_OLDER = """
UPDATE print_jobs SET from_revision = (
  SELECT min(from_revision) FROM print_jobs WHERE id IN (:twin, :job)
) WHERE id = :twin AND state IN ('queued', 'uncertain')
"""
SAID_HERE = "printer {printer} tells its reader already"


class JobMoves:
    """Moves jobs between printers. Changes run in the caller's transaction."""

    def __init__(self, queue: OfflineQueue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock
        self._changes = JobChanges(queue, clock)

    def hand_over(
        self, transaction: sqlite3.Connection, printer: str, backup: str, why: str
    ) -> list[int]:
        """Let another printer print what waits for this one, a part at a time; return the jobs."""
        moved = self._queue.move(transaction, lane(printer), lane(backup), MOST_AT_ONCE)
        self._note_move(transaction, moved, backup, why)
        return moved

    def fetch_home(
        self, transaction: sqlite3.Connection, printer: str, backup: str, why: str
    ) -> list[int]:
        """Take back what a backup took over and cannot print, a part at a time; return the jobs."""
        rows = transaction.execute(
            "SELECT id FROM print_jobs WHERE printer = ? AND state IN ('queued', 'uncertain')"
            " AND backup_from = ? ORDER BY id LIMIT ?",
            (backup, printer, MOST_AT_ONCE),
        ).fetchall()
        moved = [int(row["id"]) for row in rows]
        for job_id in moved:
            self._queue.move_one(transaction, lane(backup), lane(printer), job_id)
        self._note_move(transaction, moved, printer, why)
        return moved

    def name_outage(
        self, transaction: sqlite3.Connection, printer: str, outage_id: int, after_job: int
    ) -> int:
        """Note on the jobs that wait which outage it is, and return the newest of them.

        Jobs up to ``after_job`` have been told before, unless they were planned for later then.
        """
        in_hand = [item.subject for item in self._queue.left_behind(transaction, lane(printer))]
        for job_id in in_hand:  # it waits in the middle of its ticket
            transaction.execute(
                "UPDATE print_jobs SET outage_id = ? WHERE id = ?", (outage_id, job_id)
            )
        rows = transaction.execute(
            NAME_OUTAGE,
            {
                "printer": printer,
                "outage": outage_id,
                "after": after_job,
                "now": moment_text(self._clock.now()),
            },
        ).fetchall()
        return max((after_job, *(int(row["id"]) for row in rows)))

    def _note_move(
        self, transaction: sqlite3.Connection, jobs: list[int], to: str, why: str
    ) -> None:
        for job_id in jobs:
            row = transaction.execute(
                # a job that comes home again is nobody's stand-in
                "UPDATE print_jobs SET backup_from ="
                " nullif(coalesce(backup_from, printer), ?), printer = ? WHERE id = ?"
                " RETURNING state",
                (to, to, job_id),
            ).fetchone()
            self._changes.record(transaction, job_id, row["state"], row["state"], DAEMON, why)
        for job_id in jobs:
            self._say_it_once(transaction, job_id)

    def _say_it_once(self, transaction: sqlite3.Connection, job_id: int) -> None:
        """Cancel news that the printer to which it was moved says to the same reader anyway."""
        twin = transaction.execute(TWIN, {"job": job_id}).fetchone()
        if twin is None:
            return
        transaction.execute(BEGIN_WITH_THE_OLDER, {"twin": twin["id"], "job": job_id})
        job = get(transaction, job_id)
        why = SAID_HERE.format(printer=job.printer)
        self._changes.move(transaction, job, job.state, JobState.CANCELLED, DAEMON, why)
