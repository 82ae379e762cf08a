"""A house with its status listener: the real database and real orders; a browser to look at it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import httpx

from wix_printer_service import job_records
from wix_printer_service.api.access import access_from
from wix_printer_service.api.status_app import create_status_app
from wix_printer_service.backfill_state import BackfillState, Outcome
from wix_printer_service.connectivity_component import PRINTER_PREFIX
from wix_printer_service.connectivity_monitor import ConnectivityMonitor
from wix_printer_service.health import Health
from wix_printer_service.job_moves import JobMoves
from wix_printer_service.job_requests import JobRequests
from wix_printer_service.missing_letters import MissingLetters
from wix_printer_service.models import Confirmation, JobState, Road
from wix_printer_service.observations import Cause, ComponentState, Observation
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.order_changes import OrderChanges
from wix_printer_service.order_service import OrderService
from wix_printer_service.print_jobs import AfterUncertainty, PrintJobs, Sent
from wix_printer_service.queue_status import QueueWatch
from wix_printer_service.simulation import samples
from wix_printer_service.tickets import TicketMaker, paper_of, receipt_context
from wix_printer_service.wix.webhook import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from tests.conftest import FakeClock
    from wix_printer_service.api.access import Access
    from wix_printer_service.models import PrintJob
    from wix_printer_service.settings import Settings
    from wix_printer_service.storage.database import Database

PRINTERS = {
    "kitchen": {"connection": "tcp://192.0.2.10:9100", "receipts": ["kitchen"]},
    "counter": {
        "connection": "tcp://192.0.2.11:9100",
        "receipts": ["driver", "customer"],
        "paper_width_mm": 58,
    },
}


class Browser:
    """Sends requests straight to the application and keeps cookies.

    Args:
        base: Scheme, host and port that are typed into the address line.
        raises: Whether an error that the application did not expect ends the test.
    """

    def __init__(
        self, app: FastAPI, base: str = "http://127.0.0.1:8000", *, raises: bool = True
    ) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=raises)
        self._base = base
        self.cookies = httpx.Cookies()

    def get(self, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._send("GET", path, **options))

    def post(self, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._send("POST", path, **options))

    def send_form(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of our own page, as a browser does."""
        origin = {"Origin": self._base, "Sec-Fetch-Site": "same-origin"}
        return self.post(path, data=fields, headers=origin)

    def form_token(self) -> str:
        """Read what the page's forms carry."""
        return self.get("/").text.partition('name="csrf" value="')[2].partition('"')[0]

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=self._transport, base_url=self._base, cookies=self.cookies
        ) as client:
            response = await client.request(method, path, **options)
            self.cookies = client.cookies
            return response


@dataclass
class House:
    """All that the status listener shows."""

    database: Database
    clock: FakeClock
    settings: Settings
    stale_workers: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    backfill: BackfillState = field(default_factory=lambda: BackfillState(Outcome.NOT_YET))

    def __post_init__(self) -> None:
        limits, clock = self.settings.offline_queue, self.clock
        self.queue = OfflineQueue(clock, max_items=limits.max_items)
        self.queue_watch = QueueWatch(self.database, self.queue, limits, clock)
        self.jobs = PrintJobs(self.queue, clock, self.settings.printing)
        self.moves = JobMoves(self.queue, clock)
        self.changes = OrderChanges(self.jobs, self.settings, clock)
        self.orders = OrderService(self.database, self.queue, self.jobs, self.settings, clock)
        papers = {name: paper_of(printer) for name, printer in self.settings.printers.items()}
        self.tickets = TicketMaker(
            self.database,
            receipt_context(self.settings),
            papers,
            clock,
            self.settings.printing.late_after_s,
        )
        self.monitor = ConnectivityMonitor(self.database, self.settings.connectivity, clock)
        for name in self.settings.printers:
            self.monitor.add(PRINTER_PREFIX + name, lambda: None)
            self.sees(PRINTER_PREFIX + name, Cause.FINE, ComponentState.ONLINE)
        self.monitor.add("internet", lambda: None)
        self.monitor.add("wix", None)

    def sees(
        self,
        component: str,
        cause: Cause,
        state: ComponentState = ComponentState.OFFLINE,
        text: str = "",
    ) -> None:
        """Have somebody see how a component is; the database knows it when this returns."""
        observation = Observation(state, cause, text)
        self.monitor.component(component).observe(observation, certain=True)
        self.database.write(lambda _: None)

    def health(self) -> Health:
        return Health(
            self.database,
            self.clock,
            stale_workers=lambda: self.stale_workers,
            failing_workers=list,
            components=self.monitor.snapshot,
            queue=self.queue_watch,
            backfill=lambda: self.backfill,
            letters=MissingLetters(),
            notes=self.notes,
            version="1.2.3",
            commit_timeout_s=1.0,
        )

    def app(self, access: Access | None = None) -> FastAPI:
        return create_status_app(
            database=self.database,
            requests=JobRequests(self.queue, self.jobs, self.changes, self.clock),
            queue=self.queue,
            queue_watch=self.queue_watch,
            monitor=self.monitor,
            tickets=self.tickets,
            health=self.health(),
            access=access or access_from(self.settings, self.clock),
            settings=self.settings,
            clock=self.clock,
        )

    def browser(self, base: str = "http://127.0.0.1:8000", *, raises: bool = True) -> Browser:
        return Browser(self.app(), base, raises=raises)

    def take_in(
        self,
        sample: str,
        change: Callable[[dict[str, Any]], object] | None = None,
        *,
        road: Road = Road.WEBHOOK,
        is_past: bool = False,
    ) -> str:
        """Accept a sample as if it came just now, changed if so wanted; return the order's id."""
        envelope = samples.shift(samples.load(sample), self.clock.now())
        order = samples.order_of(envelope)
        if change is not None:
            change(order)
        event = parse(json.dumps(envelope).encode())
        self.orders.accept(replace(event, road=road, is_past=is_past)).result()
        return str(order["id"])

    def anonymise(self, order_id: str) -> None:
        """Have Wix say that the guest wants to be forgotten."""
        event = {
            "id": "event-forget",
            "entityFqdn": "wix.ecom.v1.order",
            "slug": "updated",
            "entityId": order_id,
            "triggeredByAnonymizeRequest": True,
        }
        envelope = {"eventType": "wix.ecom.v1.order_updated", "data": event}
        self.orders.accept(parse(json.dumps(envelope).encode())).result()

    def jobs_of(self, order_id: str) -> list[PrintJob]:
        with self.database.reading() as connection:
            return job_records.of_order(connection, order_id)

    def work_off(
        self, printer: str, state: JobState, document: bytes | None = b"Pizza\n\x1dV\x00"
    ) -> int:
        """Claim a printer's next job, end it in ``state`` and return its id."""

        def change(transaction: Any) -> int:
            claim = self.jobs.claim(transaction, printer)
            assert claim is not None
            sent = None if document is None else Sent(1, document)
            self.jobs.settle(
                transaction, claim, state, "by a test", confirmation=Confirmation.NONE, sent=sent
            )
            return claim.job.id

        return self.database.write(change)

    def lose(self, printer: str, *, hold: bool = False) -> int:
        """Let the confirmation of a printer's next job get lost, and return the job's id."""

        def change(transaction: Any) -> int:
            claim = self.jobs.claim(transaction, printer)
            assert claim is not None
            after = AfterUncertainty(hold=hold)
            self.jobs.settle_uncertain(transaction, claim, "by a test", after)
            return claim.job.id

        return self.database.write(change)
