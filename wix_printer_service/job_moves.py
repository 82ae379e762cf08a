"""What happens to jobs while their printer is away: another one takes them, an outage is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.job_changes import DAEMON, JobChanges, lane
from wix_printer_service.job_records import moment_text

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
