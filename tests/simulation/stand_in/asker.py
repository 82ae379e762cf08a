"""Asks a stand-in as the service asks Wix, and listens for its webhooks."""

from __future__ import annotations

import json
import threading
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import requests

from wix_printer_service.clock import SystemClock
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.keys import public_part
from wix_printer_service.wix.webhook import Verifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wix_printer_service.simulation.stand_in import StandIn

CLOCK = SystemClock()
DEADLINE_S = 10.0
RESTAURANTS = "9a5d83fd-8570-482e-81ab-cfa88942ee60"
WITH_KEY = {"Authorization": "any key", "wix-site-id": "a893f2e7-30eb-45d5-a0fb-0845e525651d"}
NOBODY = str(uuid.UUID(int=0))
ANOTHER = "5ba7f0a4-9a1f-4c28-8f41-4d1c4f0f7a12"


@dataclass(frozen=True)
class Asker:
    """Whoever has a key."""

    stand_in: StandIn

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        url = f"{self.stand_in.url}{path}"
        with requests.Session() as session:
            return session.request(
                method, url, json=body, headers=WITH_KEY | headers, timeout=DEADLINE_S
            )

    def orders(self, path: str, body: Any = None, method: str = "POST") -> requests.Response:
        return self.ask(method, f"/ecom/v1/orders/{path}", body)

    def search(self, **search: Any) -> dict[str, Any]:
        answer = self.orders("search", {"search": search})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def numbers(self, **search: Any) -> list[str]:
        return [order["number"] for order in self.search(**search)["orders"]]

    def pages(self, **search: Any) -> Iterator[list[dict[str, Any]]]:
        """Return page after page, as a follow-up asks: with the cursor alone."""
        page = self.search(**search)
        yield page["orders"]
        while page["metadata"]["hasNext"]:
            page = self.search(cursorPaging={"cursor": page["metadata"]["cursors"]["next"]})
            yield page["orders"]


def placed(stand_in: StandIn, number: int, sample: str = "pickup", **changes: Any) -> str:
    """Let a guest order, and return the order's id."""
    order_id = str(uuid.UUID(int=number))
    envelope = samples.rename(samples.load(sample), order_id, str(number))
    samples.order_of(envelope).update(changes)
    stand_in.site.put(envelope)
    return order_id


def wait_until(holds: Callable[[], bool]) -> None:
    end = CLOCK.monotonic() + DEADLINE_S
    while not holds():
        assert CLOCK.monotonic() < end, "it never came to hold"
        CLOCK.wait(threading.Event(), 0.005)


class Listener:
    """A webhook listener whose answers follow a script, the last one for ever."""

    def __init__(self, private_key: str, *answers: int) -> None:
        self._verifier = Verifier(public_part(private_key))
        self._answers = list(answers) or [200]
        self._lock = threading.Lock()
        self.bodies: list[bytes] = []
        self.moments: list[float] = []
        self.types: list[str | None] = []
        self.url = ""

    def take(self, body: bytes, content_type: str | None) -> int:
        with self._lock:
            self.bodies.append(body)
            self.moments.append(CLOCK.monotonic())
            self.types.append(content_type)
            return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def envelopes(self) -> list[dict[str, Any]]:
        """Return what came, verified and unwrapped down to the event."""
        with self._lock:
            claims = [json.loads(self._verifier.verify(body, 10**7)) for body in self.bodies]
        unwrapped = [json.loads(claim["data"]) for claim in claims]
        return [
            {**e, "data": json.loads(e["data"]), "identity": json.loads(e["identity"])}
            for e in unwrapped
        ]

    def types_of_events(self) -> list[str]:
        return [envelope["eventType"].rpartition(".")[2] for envelope in self.envelopes()]


@contextmanager
def listening(private_key: str, *answers: int) -> Iterator[Listener]:
    listener = Listener(private_key, *answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(listener.take(body, self.headers["Content-Type"]))
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    listener.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks/wix"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
