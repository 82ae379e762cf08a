"""A printer that does what a script says, job by job; and a house of orders to print on it."""

from __future__ import annotations

import itertools
import json
import queue
import sqlite3
import threading
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from wix_printer_service import job_records
from wix_printer_service.connectivity_component import PRINTER_PREFIX, Component
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError
from wix_printer_service.job_requests import JobRequests
from wix_printer_service.models import Confirmation
from wix_printer_service.observations import Cause, ComponentState, Observation
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.order_changes import OrderChanges
from wix_printer_service.order_service import OrderService
from wix_printer_service.print_jobs import PrintJobs
from wix_printer_service.print_manager import PrintWorker, Standby, Station
from wix_printer_service.settings import Settings
from wix_printer_service.simulation import samples
from wix_printer_service.tickets import TicketMaker, paper_of, receipt_context
from wix_printer_service.wix.webhook import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import FakeClock
    from wix_printer_service.clock import Clock
    from wix_printer_service.connectivity_component import Change
    from wix_printer_service.models import PrintJob
    from wix_printer_service.printing.printer import Watch
    from wix_printer_service.storage.database import Database

PATIENCE_S = 10.0
"""How long a test waits for what must come."""


class Act(StrEnum):
    """What a printer does with one attempt."""

    AWAY = "cannot be reached"
    NOT_READY = "the cover is open"
    BREAKS = "connection lost"
    BUG = "a driver's own mistake"
    CONFIRMS = "says that the job is on paper"
    ANSWERS = "answers after the last byte"
    SILENT = "takes all bytes and says nothing"


CONFIRMATIONS = {
    Act.CONFIRMS: Confirmation.PRINTED,
    Act.ANSWERS: Confirmation.PROCESSED,
    Act.SILENT: Confirmation.NONE,
}


class ScriptedPrinter:
    """Plays its script, one act per attempt; after its end every job is confirmed.

    ``papers`` holds what came out, in order; ``sending`` is called while a job is under way.
    """

    def __init__(self, *script: Act, sending: Callable[[], object] = lambda: None) -> None:
        self.papers: list[bytes] = []
        self.attempts = 0
        self.is_open = False
        self.in_use = threading.Lock()
        self.printed: queue.Queue[bytes] = queue.Queue()
        self._script = iter(script)
        self._act = Act.CONFIRMS
        self._sending = sending

    def open(self, _timeout_s: float | None = None) -> Observation:
        self.attempts += 1
        self._act = next(self._script, Act.CONFIRMS)
        if self._act is Act.AWAY:
            raise PrinterUnavailableError(self._act.value)
        self.is_open = True
        return Observation(ComponentState.ONLINE, Cause.FINE)

    def tell(self, watch: Watch) -> None:
        """Say that the printer takes something; a test may let time pass before it."""
        watch.beat()

    def send(self, data: bytes, watch: Watch) -> Confirmation:
        self.tell(watch)
        assert self.is_open
        if self._act is Act.NOT_READY:
            raise PrinterUnavailableError(self._act.value)
        if self._act is Act.BUG:
            message = "unexpected"
            raise ZeroDivisionError(message)
        self.papers.append(data)
        self._sending()
        if self._act is Act.BREAKS:
            raise SendInterruptedError(self._act.value, sent=len(data) // 2)
        self.printed.put(data)
        return CONFIRMATIONS[self._act]

    def close(self) -> None:
        self.is_open = False


class OtherProgram:
    """Another program that can keep the daemon's writer out of the database."""

    def __init__(self, database: Database) -> None:
        database.write(lambda t: t.execute("PRAGMA busy_timeout = 0").fetchone())
        self._connection = sqlite3.connect(
            database.path, isolation_level=None, check_same_thread=False
        )

    def hold(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def let_go(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        self._connection.close()


class Waits:
    """Notes how long a worker waits, and lets a test do something meanwhile."""

    def __init__(self, clock: FakeClock) -> None:
        self.noted: list[float] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self._advance = clock.advance
        clock.wait = self.wait

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        self.noted.append(timeout_s)
        self.meanwhile()
        self._advance(timeout_s)
        return event.is_set()


@dataclass
class Kitchen:
    """Everything between an accepted order and a printer, over a real database."""

    database: Database
    clock: Clock
    printing: dict[str, Any] = field(default_factory=dict)
    offline_queue: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        given = {
            "storage": {"path": str(self.database.path)},
            "printing": {"poll_s": 3600.0, **self.printing},
            "offline_queue": self.offline_queue,
            "printers": {
                "kitchen": {"connection": "tcp://192.0.2.10:9100", "receipts": ["kitchen"]},
                "counter": {"connection": "tcp://192.0.2.11:9100", "receipts": ["customer"]},
            },
        }
        self.settings = Settings.model_validate(given)
        self._sequence = itertools.count(10**9)
        self.queue = OfflineQueue(
            self.clock,
            max_items=self.settings.offline_queue.max_items,
            raise_after_s=self.settings.priorities.raise_after_s,
        )
        self.database.on_commit(self.queue.wake_touched)
        self.jobs = PrintJobs(self.queue, self.clock, self.settings.printing)
        changes = OrderChanges(self.jobs, self.settings, self.clock)
        self.requests = JobRequests(self.queue, self.jobs, changes, self.clock)
        self.orders = OrderService(self.database, self.queue, self.jobs, self.settings, self.clock)
        papers = {name: paper_of(printer) for name, printer in self.settings.printers.items()}
        self.tickets = TicketMaker(
            self.database,
            receipt_context(self.settings),
            papers,
            self.clock,
            self.settings.printing.late_after_s,
        )
        self.components = {name: self.component(name) for name in self.settings.printers}

    def component(self, name: str) -> Component:
        """Return what is known of a printer, as its monitor would keep it."""
        connectivity = self.settings.connectivity
        return Component(
            PRINTER_PREFIX + name, connectivity, self.clock, self.changes.append, is_probed=True
        )

    def worker(
        self,
        printer: ScriptedPrinter,
        name: str = "kitchen",
        *,
        backup: str = "",
        holds_uncertain: bool = False,
    ) -> PrintWorker:
        standby = Standby(backup, self.components[backup]) if backup else None
        return PrintWorker(
            Station(name, printer, self.components[name], holds_uncertain, standby),
            self.database,
            self.queue,
            self.jobs,
            self.tickets,
            self.settings.printing,
            self.clock,
        )

    def accept(self, number: str, sample: str = "pickup", **changes: Any) -> str:
        """Take an order in, or a newer revision of it, and return its id."""
        order_id = f"order-{number}"
        envelope = samples.rename(samples.load(sample), order_id, number)
        samples.order_of(envelope).update(changes)
        event = parse(json.dumps(envelope).encode())
        newest = replace(event, sequence=next(self._sequence))
        self.orders.accept(newest).result(PATIENCE_S)
        return order_id

    def jobs_of(self, order_id: str) -> list[PrintJob]:
        """Return an order's jobs."""
        with self.database.reading() as connection:
            return job_records.of_order(connection, order_id)

    def job_of(self, order_id: str, printer: str = "kitchen") -> PrintJob:
        """Return an order's newest job for a printer."""
        return [job for job in self.jobs_of(order_id) if job.printer == printer][-1]

    def story(self, job: PrintJob) -> list[str]:
        """Return the states that a job went through."""
        with self.database.reading() as connection:
            return [entry.to_state for entry in job_records.history(connection, job.id)]

    def tries(self, job: PrintJob) -> int:
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT tries FROM offline_queue WHERE subject = ?", (job.id,)
            ).fetchone()
        return row["tries"]


def numbers_on(papers: list[bytes], *numbers: str) -> list[str]:
    """Tell which of the order numbers stands on each paper."""
    return [next(number for number in numbers if number.encode() in paper) for paper in papers]
