"""The webhook listener on a real socket, over a real database."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from tests.scripted_printer import PATIENCE_S, Kitchen
from wix_printer_service.api.server import WebServer
from wix_printer_service.api.webhook_app import create_webhook_app
from wix_printer_service.backfill_state import BackfillState
from wix_printer_service.clock import SystemClock
from wix_printer_service.health import Health
from wix_printer_service.missing_letters import MissingLetters
from wix_printer_service.queue_status import QueueWatch
from wix_printer_service.settings import Intake, OfflineQueue
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.keys import public_part
from wix_printer_service.simulation.signing import Style, sign
from wix_printer_service.wix.webhook import Verifier

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Listener:
    """A listener that runs, and ways to talk to it."""

    kitchen: Kitchen
    private_key: str
    server: WebServer

    @property
    def host_and_port(self) -> tuple[str, int]:
        host, _, port = self.server.address.rpartition(":")
        return host, int(port)

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        url = f"http://{self.server.address}{path}"
        return requests.request(method, url, timeout=PATIENCE_S, allow_redirects=False, **options)

    def post(self, body: bytes) -> requests.Response:
        return self.request("POST", "/webhooks/wix", data=body)

    def healthz(self) -> requests.Response:
        return self.request("GET", "/healthz")

    def signed(self, envelope: dict[str, Any], style: Style = Style.STRINGS) -> bytes:
        return sign(envelope, self.private_key, 0, style)

    def deliver(self, sample: str = "pickup") -> requests.Response:
        """Deliver a sample as Wix does."""
        return self.post(self.signed(samples.load(sample)))

    @contextmanager
    def connection(self) -> Iterator[socket.socket]:
        """Open a connection to send whatever a test wants to."""
        with socket.create_connection(self.host_and_port, PATIENCE_S) as opened:
            yield opened

    def orders(self) -> set[str]:
        """Return the numbers of the orders that are on disk."""
        with self.kitchen.database.reading() as connection:
            return {row["number"] for row in connection.execute("SELECT number FROM orders")}

    @contextmanager
    def busy_writer(self) -> Iterator[None]:
        """Keep the writer busy with a change that does not end."""
        begun, goes_on = threading.Event(), threading.Event()
        self.kitchen.database.submit(lambda _: begun.set() or goes_on.wait(PATIENCE_S))
        assert begun.wait(PATIENCE_S)
        try:
            yield
        finally:
            goes_on.set()


@contextmanager
def listening(kitchen: Kitchen, private_key: str, **intake: Any) -> Iterator[Listener]:
    """Run a webhook listener with some settings of one's own."""
    settings = Intake(**intake)
    clock = SystemClock()
    health = Health(
        kitchen.database,
        clock,
        stale_workers=list,
        failing_workers=list,
        components=list,
        queue=QueueWatch(kitchen.database, kitchen.queue, OfflineQueue(), clock),
        backfill=BackfillState,
        letters=MissingLetters(),
        notes=(),
        version="0",
        commit_timeout_s=settings.commit_timeout_s,
    )
    verifier = Verifier(public_part(private_key))
    app = create_webhook_app(verifier, kitchen.orders, health, settings, kitchen.clock)
    server = WebServer("webhook-listener", lambda: app, "127.0.0.1:0", clock, 1.0, settings)
    server.start()
    try:
        yield Listener(kitchen, private_key, server)
    finally:
        server.stop()
        assert server.join(PATIENCE_S)
