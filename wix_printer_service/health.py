"""How the house is: one snapshot, read by the page, the command line and whoever probes."""

from __future__ import annotations

from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from wix_printer_service import job_records, order_records
from wix_printer_service.backfill_state import BackfillState, Outcome
from wix_printer_service.circuit_breaker import BreakerState
from wix_printer_service.connectivity_component import PRINTER_PREFIX
from wix_printer_service.errors import StorageError
from wix_printer_service.missing_letters import code_points
from wix_printer_service.observations import Cause, ComponentState
from wix_printer_service.printing.fonts import REMEDY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wix_printer_service.clock import Clock
    from wix_printer_service.connectivity_component import ComponentSnapshot
    from wix_printer_service.missing_letters import MissingLetters
    from wix_printer_service.queue_status import QueueWatch
    from wix_printer_service.storage.database import Database

LETTERS_SHOWN = 8
FETCHING = "fetching orders from Wix"
REINSTATED = (
    "order {number} was cancelled and is approved in Wix again: ask the guest, then print it again "
    "(wix-printer jobs reprint) or cancel it in Wix"
)
NO_KEY = "no key for Wix: orders that no webhook brings are not fetched"
REMEDIES = {
    Outcome.UNAVAILABLE: "",  # it goes on by itself
    Outcome.KEY_REFUSED: "; docs/wix.md says more",
    Outcome.FAILED: "; see the journal",
}
"""What to do when Wix cannot be asked; other outcomes are no problem."""


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
    state: ComponentState
    cause: Cause
    problem: str
    problem_since: str | None
    jobs: dict[str, int]


@dataclass(frozen=True, slots=True)
class ComponentHealth:
    """How a printer, the internet or the Wix API is; moments are ISO 8601."""

    name: str
    state: ComponentState
    cause: Cause
    text: str
    since: str | None
    reconnecting: bool
    next_try_at: str | None
    breaker: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How the house is at one moment."""

    status: Status
    taking_orders: bool
    problems: tuple[str, ...]
    printers: tuple[PrinterHealth, ...]
    components: tuple[ComponentHealth, ...]
    alerts: tuple[str, ...]
    """Thresholds of the queue that are passed."""
    backfill: BackfillState
    version: str
    uptime_s: float

    def as_json(self) -> dict[str, Any]:
        """Return the snapshot for ``json.dumps``."""
        return asdict(self, dict_factory=_for_programs)


class Health:
    """Gathers facts from their owners when asked; stays useful when some of them fail.

    Args:
        stale_workers: Names the workers that have not beaten lately.
        failing_workers: Names the workers whose last turn failed.
        components: Says how each watched component is.
        queue: Counts what waits.
        backfill: Says when Wix was last asked for orders, and with what result.
        letters: Those that no font could draw.
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
        components: Callable[[], Sequence[ComponentSnapshot]],
        queue: QueueWatch,
        notes: Sequence[str],
        version: str,
        commit_timeout_s: float,
        backfill: Callable[[], BackfillState],
        letters: MissingLetters,
    ) -> None:
        self._database = database
        self._clock = clock
        self._stale_workers = stale_workers
        self._failing_workers = failing_workers
        self._components = components
        self._queue = queue
        self._backfill = backfill
        self._letters = letters
        self._notes = notes
        self._version = version
        self._commit_timeout_s = commit_timeout_s
        self._started_at = clock.monotonic()

    def is_taking_orders(self) -> bool:
        """Tell whether an order that came now could be written down."""
        return not self.why_not_taking_orders()

    def why_not_taking_orders(self) -> str:
        """Say why no order can be written down now; empty while they can.

        After a failed commit a trial commit tells whether the disk has recovered.
        """
        writer = self._database.writer
        if writer.name in self._stale_workers():
            return "orders cannot be written down: the database hangs"
        if writer.last_commit_failed and not self._trial_commit():
            return "orders cannot be written down"
        if not self._database.has_room():
            return "the disk is nearly full: no orders are taken in"
        try:
            self._queue.require_room()
        except StorageError as error:
            return str(error)
        return ""

    def snapshot(self) -> Snapshot:
        """Look everywhere once."""
        not_taking = self.why_not_taking_orders()
        problems = [not_taking] if not_taking else []
        problems += [f"{name} hangs" for name in self._stale_workers()]
        problems += [f"{name} fails: see the journal" for name in self._failing_workers()]
        components = tuple(self._components())
        problems += [problem for c in components if (problem := _problem_of(c))]
        backfill = self._backfill()
        problems += _backfill_problem(backfill, components)
        (jobs, planned), alerts = self._jobs(problems), self._alerts(problems)
        printers = tuple(
            _printer_health(component, jobs)
            for component in components
            if component.name.startswith(PRINTER_PREFIX)
        )
        for printer in printers:
            problems += _jobs_to_look_at(printer.name, printer.jobs)
        unknown = sorted(jobs.keys() | (planned - {printer.name for printer in printers}))
        problems += [f"jobs wait for printer {name}, which is not configured" for name in unknown]
        problems += self._reinstated()
        problems += _letters_problem(self._letters.letters)
        problems += [*alerts, *self._database.remarks()]
        return Snapshot(
            status=_status(taking_orders=not not_taking, problems=problems),
            taking_orders=not not_taking,
            problems=(*problems, *self._notes, *backfill_notes(backfill)),
            printers=printers,
            components=tuple(map(_component_health, components)),
            alerts=alerts,
            backfill=backfill,
            version=self._version,
            uptime_s=round(self._clock.monotonic() - self._started_at, 1),
        )

    def _trial_commit(self) -> bool:
        trial = self._database.submit(_touch)
        try:
            trial.result(self._commit_timeout_s)
        except (StorageError, FutureTimeoutError):
            trial.cancel()  # else the trials of everyone who asks would pile up
            return False
        return True

    def _jobs(self, problems: list[str]) -> tuple[dict[str, dict[str, int]], set[str]]:
        """Count each printer's jobs; name the printers that have some planned for later."""
        now = self._clock.now()
        try:
            with self._database.reading() as connection:
                planned = job_records.printers_with_plans(connection, now)
                return job_records.counts(connection, now), set(planned)
        except StorageError as error:
            problems.append(str(error))
            return {}, set()

    def _reinstated(self) -> list[str]:
        """Name the orders that the kitchen was told to stop, and that hold again."""
        try:
            with self._database.reading() as connection:
                return [REINSTATED.format(number=n) for n in order_records.reinstated(connection)]
        except StorageError:
            return []  # said with the jobs

    def _alerts(self, problems: list[str]) -> tuple[str, ...]:
        try:
            return self._queue.status().alerts
        except StorageError as error:
            if str(error) not in problems:
                problems.append(str(error))
            return ()


def _problem_of(component: ComponentSnapshot) -> str:
    """Say what is wrong with a component, if anything is."""
    words = component.text or component.cause.value.replace("_", " ")
    name = component.name.replace(":", " ")
    if component.state in {ComponentState.OFFLINE, ComponentState.DEGRADED}:
        return f"{name}: {words}"
    if component.breaker is not BreakerState.CLOSED:
        return f"{name}: its jobs break off, so it gets a pause"
    return ""


def _backfill_problem(state: BackfillState, components: Sequence[ComponentSnapshot]) -> list[str]:
    """Say why Wix cannot be asked, unless the component ``wix`` says so already."""
    if state.outcome not in REMEDIES:
        return []
    is_away = any(component.name == "wix" and _problem_of(component) for component in components)
    if is_away and state.outcome is Outcome.UNAVAILABLE:
        return []
    why = state.text or state.outcome.replace("_", " ")
    return [f"{FETCHING}: {why}{REMEDIES[state.outcome]}"]


def backfill_notes(state: BackfillState) -> list[str]:
    """Return what a person should know of asking Wix though nothing is wrong."""
    notes = [NO_KEY] if state.outcome is Outcome.NOT_CONFIGURED else []
    if state.outcome is Outcome.FINE and state.text:
        notes.append(state.text)
    if state.past_due:
        orders = "1 order" if state.past_due == 1 else f"{state.past_due} orders"
        are = "is" if state.past_due == 1 else "are"
        when = f"of before the first start {are} due later and {are} not printed"
        notes.append(f"{orders} {when}: see wix-printer orders")
    return notes


def _printer_health(component: ComponentSnapshot, jobs: dict[str, dict[str, int]]) -> PrinterHealth:
    name = component.name.removeprefix(PRINTER_PREFIX)
    problem = _problem_of(component)
    return PrinterHealth(
        name,
        component.state,
        component.cause,
        problem.partition(": ")[2],
        _text(component.since) if problem else None,
        jobs.pop(name, {}),
    )


def _component_health(component: ComponentSnapshot) -> ComponentHealth:
    return ComponentHealth(
        component.name,
        component.state,
        component.cause,
        component.text,
        _text(component.since),
        component.reconnecting,
        _text(component.next_try_at),
        component.breaker,
    )


def _jobs_to_look_at(printer: str, jobs: dict[str, int]) -> list[str]:
    return [
        f"printer {printer}: {state} jobs: {jobs[state]}"
        for state in ("held", "dead", "expired")
        if jobs.get(state)
    ]


def _letters_problem(letters: Sequence[str]) -> list[str]:
    """Name the letters that nobody can read on paper, and say what helps."""
    if not letters:
        return []
    shown = ", ".join(code_points(letters[:LETTERS_SHOWN]))
    more = " and more" if len(letters) > LETTERS_SHOWN else ""
    return [f"Some letters could not be drawn: {shown}{more}; {REMEDY}"]


def _for_programs(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in fields}


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 1)
    return _text(value) if isinstance(value, datetime) else value


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _status(*, taking_orders: bool, problems: Sequence[str]) -> Status:
    if not taking_orders:
        return Status.OFFLINE
    return Status.DEGRADED if problems else Status.ONLINE


def _touch(connection: Any) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.execute(f"PRAGMA user_version = {version}")
