"""How the house is: one snapshot, read by the page, the command line and whoever probes."""

from __future__ import annotations

from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from wix_printer_service import job_records
from wix_printer_service.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from wix_printer_service.clock import Clock
    from wix_printer_service.storage.database import Database


class Status(StrEnum):
    """The whole house in one word."""

    ONLINE = "online"
    DEGRADED = "degraded"
    """Orders are taken in, but something needs a look."""
    OFFLINE = "offline"
    """Orders cannot be taken in."""


@dataclass(frozen=True, slots=True)
class PrinterHealth:
    """What is known of a printer: ``problem`` is empty while it can be used."""

    name: str
    problem: str
    problem_since: str | None
    jobs: dict[str, int]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How the house is at one moment."""

    status: Status
    taking_orders: bool
    problems: tuple[str, ...]
    printers: tuple[PrinterHealth, ...]
    version: str
    uptime_s: float

    def as_json(self) -> dict[str, Any]:
        """Return the snapshot for ``json.dumps``."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PrinterProblem:
    """Why a printer cannot be used now; empty while it can."""

    printer: str
    problem: str = ""
    since: datetime | None = None


class Health:
    """Gathers facts from their owners when asked.

    Args:
        stale_workers: Names the workers that have not beaten lately.
        failing_workers: Names the workers whose last turn failed.
        printers: Says how each configured printer is.
        notes: Standing remarks, such as a development key in use.
        commit_timeout_s: How long a trial commit may take.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        stale_workers: Callable[[], list[str]],
        failing_workers: Callable[[], list[str]],
        printers: Callable[[], Sequence[PrinterProblem]],
        notes: Sequence[str],
        version: str,
        commit_timeout_s: float,
    ) -> None:
        self._database = database
        self._clock = clock
        self._stale_workers = stale_workers
        self._failing_workers = failing_workers
        self._printers = printers
        self._notes = tuple(notes)
        self._version = version
        self._commit_timeout_s = commit_timeout_s
        self._started_at = clock.monotonic()

    def is_taking_orders(self) -> bool:
        """Tell whether an order that came now could be written down.

        After a failed commit a trial commit tells whether the disk has recovered.
        """
        writer = self._database.writer
        if not writer.last_commit_failed:
            return writer.name not in self._stale_workers()
        trial = self._database.submit(_touch)
        try:
            trial.result(self._commit_timeout_s)
        except (StorageError, FutureTimeoutError):
            trial.cancel()  # else the trials of everyone who asks would pile up
            return False
        return True

    def snapshot(self) -> Snapshot:
        """Look everywhere once."""
        taking_orders = self.is_taking_orders()
        problems = [f"{name} hangs" for name in self._stale_workers()]
        problems += [f"{name} fails: see the journal" for name in self._failing_workers()]
        if not taking_orders:
            problems.append("orders cannot be written down")
        jobs = self._jobs(problems)
        printers = tuple(
            PrinterHealth(p.printer, p.problem, _text(p.since), jobs.pop(p.printer, {}))
            for p in self._printers()
        )
        problems += [f"printer {p.name}: {p.problem}" for p in printers if p.problem]
        for printer in printers:
            problems += _jobs_to_look_at(printer.name, printer.jobs)
        problems += [f"jobs wait for printer {name}, which is not configured" for name in jobs]
        return Snapshot(
            status=_status(taking_orders=taking_orders, problems=problems),
            taking_orders=taking_orders,
            problems=(*problems, *self._notes),
            printers=printers,
            version=self._version,
            uptime_s=round(self._clock.monotonic() - self._started_at, 1),
        )

    def _jobs(self, problems: list[str]) -> dict[str, dict[str, int]]:
        try:
            with self._database.reading() as connection:
                return job_records.counts(connection)
        except StorageError as error:
            problems.append(str(error))
            return {}


def _jobs_to_look_at(printer: str, jobs: dict[str, int]) -> list[str]:
    return [
        f"printer {printer}: {state} jobs: {jobs[state]}"
        for state in ("uncertain", "held", "dead")
        if jobs.get(state)
    ]


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _status(*, taking_orders: bool, problems: Sequence[str]) -> Status:
    if not taking_orders:
        return Status.OFFLINE
    return Status.DEGRADED if problems else Status.ONLINE


def _touch(connection: Any) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.execute(f"PRAGMA user_version = {version}")
