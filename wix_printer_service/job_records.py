"""Reading print jobs: one, an order's, the newest, and what happened to each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wix_printer_service.errors import NotFoundError
from wix_printer_service.models import ON_PAPER_STATES, Confirmation, JobState, PrintJob, Receipt

if TYPE_CHECKING:
    import sqlite3

BEFORE_SENDING = frozenset({JobState.QUEUED, JobState.UNCERTAIN, JobState.HELD})
HAS_UNTOLD = """
SELECT 1 FROM print_jobs
WHERE printer = :printer AND state IN ('queued', 'uncertain') AND (due_at IS NULL OR due_at <= :now)
  AND (id > :after OR due_at IS NOT NULL AND outage_id IS NOT :outage) LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of a job's state: who, when, why."""

    from_state: str
    to_state: str
    who: str
    why: str
    at: datetime


def get(connection: sqlite3.Connection, job_id: int) -> PrintJob:
    """Return one job.

    Raises:
        NotFoundError: There is no such job.
    """
    row = connection.execute(
        "SELECT * FROM print_jobs WHERE id = ?",
        (job_id,),
    ).fetchone()
    if row is None:
        raise NotFoundError(f"there is no job {job_id}")
    return _job(row)


def of_order(connection: sqlite3.Connection, order_id: str) -> list[PrintJob]:
    """List an order's jobs, oldest first."""
    rows = connection.execute(
        "SELECT * FROM print_jobs WHERE order_id = ? ORDER BY id",
        (order_id,),
    )
    return [_job(row) for row in rows]


def newest(
    connection: sqlite3.Connection, limit: int, state: JobState | None = None
) -> list[PrintJob]:
    """List the newest jobs, newest first, of one state or of all."""
    if state is None:
        rows = connection.execute("SELECT * FROM print_jobs ORDER BY id DESC LIMIT ?", (limit,))
    else:
        rows = connection.execute(
            "SELECT * FROM print_jobs WHERE state = ? ORDER BY id DESC LIMIT ?", (state, limit)
        )
    return [_job(row) for row in rows]


def counts(connection: sqlite3.Connection, now: datetime) -> dict[str, dict[str, int]]:
    """Count jobs that are not over, by printer and state.

    What somebody printed again is over: a warning that never ends is soon overlooked. What is
    planned for later does not wait yet.
    """
    rows = connection.execute(
        "SELECT printer, state, count(*) AS number FROM print_jobs AS job"
        " WHERE state IN ('queued', 'sending', 'uncertain', 'held', 'dead', 'expired')"
        " AND NOT (state = 'queued' AND due_at IS NOT NULL AND due_at > ?)"
        " AND NOT EXISTS (SELECT 1 FROM print_jobs WHERE copy_of = job.id)"
        " GROUP BY printer, state",
        (moment_text(now),),
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["printer"], {})[row["state"]] = row["number"]
    return found


def printers_with_plans(connection: sqlite3.Connection, now: datetime) -> list[str]:
    """List the printers that have jobs which are planned for later."""
    rows = connection.execute(
        "SELECT DISTINCT printer FROM print_jobs WHERE state IN ('queued', 'uncertain')"
        " AND due_at IS NOT NULL AND due_at > ? ORDER BY printer",
        (moment_text(now),),
    )
    return [row["printer"] for row in rows]


def has_untold(
    connection: sqlite3.Connection, printer: str, outage_id: int, after_job: int, now: datetime
) -> bool:
    """Tell whether jobs wait through an outage that it is not yet noted on.

    Jobs up to ``after_job`` have been told before, unless they were planned for later then.
    """
    row = connection.execute(
        HAS_UNTOLD,
        {"printer": printer, "outage": outage_id, "after": after_job, "now": moment_text(now)},
    ).fetchone()
    return row is not None


def is_stood_in_for(connection: sqlite3.Connection, printer: str, backup: str) -> bool:
    """Tell whether jobs of a printer wait for its backup."""
    row = connection.execute(
        "SELECT 1 FROM print_jobs WHERE printer = ? AND state IN ('queued', 'uncertain')"
        " AND backup_from = ? LIMIT 1",
        (backup, printer),
    ).fetchone()
    return row is not None


def copy_on_its_way(connection: sqlite3.Connection, job_id: int) -> int | None:
    """Return the job that is about to print a copy of this one, None if there is none."""
    row = connection.execute(
        "SELECT id FROM print_jobs WHERE copy_of = ?"
        " AND state IN ('queued', 'sending', 'uncertain')",
        (job_id,),
    ).fetchone()
    return None if row is None else int(row["id"])


def relatives(connection: sqlite3.Connection, job: PrintJob) -> list[PrintJob]:
    """List the other jobs that print the ticket of a copy: what it is a copy of, and its copies.

    For what is no copy there are none: its copies come after it.
    """
    if job.copy_of is None:
        return []
    rows = connection.execute(
        "WITH RECURSIVE related (id) AS (VALUES (?)"
        " UNION SELECT copy_of FROM print_jobs JOIN related USING (id) WHERE copy_of IS NOT NULL"
        " UNION SELECT job.id FROM print_jobs AS job JOIN related ON job.copy_of = related.id)"
        " SELECT * FROM print_jobs WHERE id IN related AND id <> ? ORDER BY id",
        (job.id, job.id),
    )
    return [_job(row) for row in rows]


def history(connection: sqlite3.Connection, job_id: int) -> list[HistoryEntry]:
    """List what happened to a job, oldest first."""
    rows = connection.execute(
        "SELECT from_state, to_state, who, why, at FROM job_history WHERE job_id = ? ORDER BY id",
        (job_id,),
    )
    return [
        HistoryEntry(r["from_state"], r["to_state"], r["who"], r["why"], _moment(r["at"]))
        for r in rows
    ]


def sent_document(connection: sqlite3.Connection, job_id: int) -> bytes | None:
    """Return the bytes that were sent for a job, None if none were kept."""
    row = connection.execute(
        "SELECT document FROM sent_documents WHERE job_id = ?", (job_id,)
    ).fetchone()
    return None if row is None else row["document"]


def printers_with_paper(connection: sqlite3.Connection, order_id: str) -> list[str]:
    """List the printers where a ticket of the order may lie."""
    jobs = of_order(connection, order_id)
    return list(dict.fromkeys(printer for job in jobs for printer in may_lie_at(job)))


def may_lie_at(job: PrintJob) -> list[str]:
    """List the printers where a ticket of this job may lie."""
    found = [job.printer] if job.state in ON_PAPER_STATES else []
    if job.maybe_printed_at and not job.maybe_printed_on:
        found.append(job.printer)  # of a rescued job nobody knows more
    return list(dict.fromkeys([*found, *job.maybe_printed_on]))


def is_unstarted(job: PrintJob) -> bool:
    """Tell whether a job waits and not one byte of it ever went out."""
    return job.state in {JobState.QUEUED, JobState.HELD} and job.maybe_printed_at is None


def moment_text(moment: datetime) -> str:
    """Return a moment as text that can be compared: in UTC, as all of them."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _job(row: sqlite3.Row) -> PrintJob:
    confirmation = row["confirmation"]
    return PrintJob(
        id=row["id"],
        order_id=row["order_id"],
        receipt=Receipt(row["receipt"]),
        printer=row["printer"],
        state=JobState(row["state"]),
        copy_of=row["copy_of"],
        confirmation=None if confirmation is None else Confirmation(confirmation),
        reason=row["reason"],
        created_at=_moment(row["created_at"]),
        updated_at=_moment(row["updated_at"]),
        maybe_printed_at=_moment(row["maybe_printed_at"]) if row["maybe_printed_at"] else None,
        maybe_printed_on=tuple(filter(None, row["maybe_printed_on"].split(","))),
        attempts=row["attempts"],
        backup_from=row["backup_from"],
        outage_id=row["outage_id"],
        released=bool(row["released"]),
        station=row["station"],
        reader=Receipt(row["reader"]) if row["reader"] else None,
        from_revision=row["from_revision"],
        revision=row["revision"],
        maybe_printed_revision=row["maybe_printed_revision"],
        due_at=_moment(row["due_at"]) if row["due_at"] else None,
        is_reminder=bool(row["reminder"]),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
