"""What the database says of the house while no daemon runs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from wix_printer_service import connectivity_records, job_records
from wix_printer_service.api.status_reports import job_report
from wix_printer_service.api.texts import texts
from wix_printer_service.clock import SystemClock
from wix_printer_service.connectivity_component import PRINTER_PREFIX
from wix_printer_service.models import ItemState, JobState
from wix_printer_service.offline_queue import OfflineQueue

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from wix_printer_service.settings import Settings

UNKNOWN = "unknown"
MOST_PLANNED = 500
"""The service lists no more at once."""


def read(
    connection: sqlite3.Connection, settings: Settings, states: Sequence[JobState], most_jobs: int
) -> dict[str, Any]:
    """Return what ``status`` shows, as far as it is written down.

    Args:
        connection: To the database.
        settings: Which printers there are.
        states: Those of jobs for a person.
        most_jobs: So many of each state.
    """
    queue = OfflineQueue(SystemClock())
    names = [*(PRINTER_PREFIX + name for name in settings.printers), "internet", "wix"]
    return {
        "status": UNKNOWN,
        "problems": [],
        "backfill": None,
        "components": [c for name in names if (c := _last_known(connection, name))],
        "queue": _waiting(connection, queue),
        "planned": planned(_reports(connection, queue, JobState.QUEUED, MOST_PLANNED)),
        "jobs_for_a_person": [
            job for state in states for job in _reports(connection, queue, state, most_jobs)
        ],
    }


def planned(queued: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how many of some queued jobs wait for a time still to come, and the first of these."""
    now = SystemClock().now()
    moments = [datetime.fromisoformat(job["due_at"]) for job in queued if job["due_at"]]
    later = [moment for moment in moments if moment > now]
    first_at = min(later, default=None)
    return {"number": len(later), "first_at": first_at and first_at.isoformat()}


def _reports(
    connection: sqlite3.Connection, queue: OfflineQueue, state: JobState, most: int
) -> list[dict[str, Any]]:
    jobs = job_records.newest(connection, most, state)
    return [job_report(connection, queue, job).model_dump(mode="json") for job in jobs]


def _last_known(connection: sqlite3.Connection, name: str) -> dict[str, Any] | None:
    changes = connectivity_records.events(connection, limit=1, component=name)
    if not changes:
        return None
    last = changes[0]
    return {
        "name": name,
        "state": last.to_state,
        "cause": last.cause,
        "text": last.text or texts("en").causes[last.cause],
        "since": last.at.isoformat(),
    }


def _waiting(connection: sqlite3.Connection, queue: OfflineQueue) -> dict[str, Any]:
    waiting = [c for c in queue.counts(connection) if c.state is ItemState.WAITING]
    oldest_at = min((count.oldest_at for count in waiting), default=None)
    age = None if oldest_at is None else SystemClock().now() - oldest_at
    return {
        "depth": sum(count.number for count in waiting),
        "oldest_age_s": None if age is None else max(0.0, age.total_seconds()),
    }
