"""``jobs list``, ``jobs show``, ``jobs retry``, ``jobs cancel`` and ``jobs reprint``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wix_printer_service import job_records
from wix_printer_service.api.status_reports import job_report, job_with_history
from wix_printer_service.cli.client import DaemonClient, ask_or_read
from wix_printer_service.cli.common import AsJson, ConfigFile, settings_from, show
from wix_printer_service.clock import SystemClock
from wix_printer_service.models import JobState
from wix_printer_service.offline_queue import OfflineQueue

if TYPE_CHECKING:
    import sqlite3

app = typer.Typer(no_args_is_help=True)

COLUMNS = (
    "id",
    "receipt",
    "reader",
    "station",
    "printer",
    "state",
    "priority",
    "confirmation",
    "attempts",
    "copy_of",
    "outage_id",
    "due_at",
    "updated_at",
    "order_id",
)
FACTS = ("tries", "maybe_printed_at", "backup_from", "created_at")
"""What ``show`` tells besides, where there is something to tell."""
HISTORY = ("at", "from_state", "to_state", "who", "why")
JobId = Annotated[int, typer.Argument(help="The job's number.")]
Limit = Annotated[int, typer.Option(min=1, max=500, help="How many at most.")]
State = Annotated[JobState | None, typer.Option(help="Only jobs in this state.")]


@app.command("list")
def list_jobs(
    config_file: ConfigFile = None,
    state: State = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List the newest print jobs, newest first."""

    def ask(daemon: DaemonClient) -> Any:
        query = {"limit": limit} if state is None else {"limit": limit, "state": state}
        return daemon.get("/jobs", **query)

    def read(connection: sqlite3.Connection) -> list[dict[str, Any]]:
        found = job_records.newest(connection, limit, state)
        queue = OfflineQueue(SystemClock())
        return [job_report(connection, queue, job).model_dump(mode="json") for job in found]

    show(ask_or_read(settings_from(config_file), ask, read), COLUMNS, as_json=as_json)


@app.command("show")
def show_job(job_id: JobId, config_file: ConfigFile = None, as_json: AsJson = False) -> None:
    """Show a print job and what happened to it."""

    def read(connection: sqlite3.Connection) -> dict[str, Any]:
        queue = OfflineQueue(SystemClock())
        return job_with_history(connection, queue, job_id).model_dump(mode="json")

    job = ask_or_read(settings_from(config_file), lambda d: d.get(f"/jobs/{job_id}"), read)
    if as_json:
        print(json.dumps(job, ensure_ascii=False, indent=2))
        return
    show([job], COLUMNS, as_json=False)
    print(f"\n{job['reason']}")
    for fact in FACTS:
        if job[fact] not in {None, ""}:
            print(f"{fact.replace('_', ' ')}: {job[fact]}")
    print()
    show(job["history"], HISTORY, as_json=False)


@app.command()
def retry(job_id: JobId, config_file: ConfigFile = None) -> None:
    """Have a job printed that is held, dead or expired; have one that waits tried now."""
    job = DaemonClient(settings_from(config_file)).post(f"/jobs/{job_id}/retry")
    marked = ", headed POSSIBLE DUPLICATE" if job["maybe_printed_at"] else ""
    print(f"Job {job_id} will be printed{marked}.")


@app.command()
def cancel(job_id: JobId, config_file: ConfigFile = None) -> None:
    """Have a job not printed."""
    job = DaemonClient(settings_from(config_file)).post(f"/jobs/{job_id}/cancel")
    if job["state"] == JobState.SENDING:
        print(f"Job {job_id} is being sent and may still come out; it is not tried again.")
    else:
        print(f"Job {job_id} is cancelled.")


@app.command()
def reprint(job_id: JobId, config_file: ConfigFile = None) -> None:
    """Print a receipt once more, marked COPY, or let a held one go."""
    answer = DaemonClient(settings_from(config_file)).post(f"/jobs/{job_id}/reprint")
    released = answer["id"] == job_id
    print(f"Job {answer['id']} {'is released' if released else f'prints job {job_id} again'}.")
