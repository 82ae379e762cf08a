"""A house with its status listener: the real database and real orders; a browser to look at it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from wix_printer_service import job_records
from wix_printer_service.api.access import access_from
from wix_printer_service.api.status_app import create_status_app
from wix_printer_service.health import Health, PrinterProblem
from wix_printer_service.models import Confirmation, JobState
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.order_service import OrderService
from wix_printer_service.print_jobs import PrintJobs, Sent
from wix_printer_service.simulation import samples
from wix_printer_service.tickets import TicketMaker, paper_of, receipt_context
from wix_printer_service.wix.webhook import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from tests.conftest import FakeClock
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
    printers: list[PrinterProblem] = field(
        default_factory=lambda: [PrinterProblem("kitchen"), PrinterProblem("counter")]
    )
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.jobs = PrintJobs(OfflineQueue(self.clock), self.clock)
        self.orders = OrderService(self.database, self.jobs, self.settings, self.clock)
        papers = {name: paper_of(printer) for name, printer in self.settings.printers.items()}
        self.tickets = TicketMaker(self.database, receipt_context(self.settings), papers)

    def health(self) -> Health:
        return Health(
            self.database,
            self.clock,
            stale_workers=lambda: self.stale_workers,
            failing_workers=list,
            printers=lambda: self.printers,
            notes=self.notes,
            version="1.2.3",
            commit_timeout_s=1.0,
        )

    def app(self) -> FastAPI:
        access = access_from(self.settings, self.clock)
        return create_status_app(
            self.database, self.jobs, self.tickets, self.health(), access, self.settings, self.clock
        )

    def browser(self, base: str = "http://127.0.0.1:8000", *, raises: bool = True) -> Browser:
        return Browser(self.app(), base, raises=raises)

    def take_in(self, sample: str, change: Callable[[dict[str, Any]], object] | None = None) -> str:
        """Accept a sample as if it came just now, changed if so wanted; return the order's id."""
        envelope = samples.shift(samples.load(sample), self.clock.now())
        order = samples.order_of(envelope)
        if change is not None:
            change(order)
        self.orders.accept(parse(json.dumps(envelope).encode())).result()
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
