"""Plays Wix: places orders, delivers again what was not answered with 200, many at a time."""

from __future__ import annotations

import itertools
import json
import threading
import uuid
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import requests
from joserfc import jws
from joserfc.jwk import RSAKey

from tests.chaos.ledger import Debt, Ledger
from wix_printer_service.clock import SystemClock
from wix_printer_service.models import Receipt
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.signing import Style, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

CLOCK = SystemClock()
WIX_PATIENCE_S = 1.25
"""After that Wix counts a delivery as failed and sends it again (facts: Wix, delivery contract)."""
PAUSE_AFTER_FAILURE_S = 0.05
FIRST_NUMBER = 20_001
INSTRUCTIONS = "Bitte am Tresen abholen."
RECEIPTS = (Receipt.KITCHEN, Receipt.CUSTOMER)


class Wix:
    """One site's deliveries. Safe to use from several threads.

    Args:
        random: Where the orders' ids come from.
        private_key: What the deliveries are signed with.
        address: Tells where the daemon listens now, None while it does not.
        receipts: What an order must put on paper.
    """

    def __init__(
        self,
        random: Random,
        private_key: str,
        address: Callable[[], str | None],
        receipts: tuple[Receipt, ...] = RECEIPTS,
    ) -> None:
        self.ledger = Ledger()
        self.answers: Counter[str] = Counter()
        self.latencies_s: list[float] = []
        """How long those deliveries took that were answered with 200."""
        self.patience_s = 5.0
        self._random = random
        self._key = RSAKey.import_key(private_key)  # reading it takes longer than signing with it
        self._address = address
        self._receipts = receipts
        self._numbers = itertools.count(FIRST_NUMBER)
        self._unanswered: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def place(self, **changes: object) -> str:
        """Have a guest order, deliver that once, and return the order's number."""
        with self._lock:
            number = str(next(self._numbers))
            order_id = str(uuid.UUID(int=self._random.getrandbits(128)))
        self.ledger.note(Debt(number, self._receipts))
        self._hand_over(number, self._envelope(order_id, number, changes))
        return number

    def deliver_again(self) -> None:
        """Deliver everything once more that was not answered with 200."""
        with self._lock:
            again, self._unanswered = self._unanswered, {}
        for number, body in again.items():
            self._deliver(number, body)

    @property
    def has_unanswered(self) -> bool:
        """Tell whether Wix would deliver something again."""
        return bool(self._unanswered)

    @contextmanager
    def busy(self, guests: int = 2, pause_s: float = 0.05) -> Iterator[None]:
        """Have several guests order all the time."""
        over = threading.Event()
        threads = [
            threading.Thread(target=self._order_until, args=(over, pause_s)) for _ in range(guests)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join()

    def _order_until(self, over: threading.Event, pause_s: float) -> None:
        while not over.is_set():
            self.place()
            CLOCK.wait(over, PAUSE_AFTER_FAILURE_S if self.has_unanswered else pause_s)
            self.deliver_again()

    def _envelope(self, order_id: str, number: str, changes: dict[str, object]) -> dict[str, Any]:
        envelope = samples.shift(samples.load("pickup"), CLOCK.now())
        envelope = samples.rename(envelope, order_id, number)
        samples.order_of(envelope).update(changes)
        finished: dict[str, Any] = json.loads(
            json.dumps(envelope).replace(INSTRUCTIONS, f"Ende von {number}")
        )
        return finished

    def _hand_over(self, number: str, envelope: dict[str, Any]) -> None:
        """Bring an order on its way."""
        self._deliver(number, self._signed(envelope))

    def _signed(self, envelope: dict[str, Any]) -> bytes:
        outer = json.dumps(wrap(envelope, Style.STRINGS))
        claims = json.dumps({"data": outer, "iat": 0})
        return jws.serialize_compact({"alg": "RS256"}, claims, self._key).encode("ascii")

    def _deliver(self, number: str, body: bytes) -> None:
        began_s = CLOCK.monotonic()
        answer = self._post(body)
        self.answers[answer] += 1
        if answer == "200":
            self.latencies_s.append(CLOCK.monotonic() - began_s)
            self.ledger.acknowledge(number, CLOCK.now().timestamp())
        else:
            with self._lock:
                self._unanswered[number] = body

    def _post(self, body: bytes) -> str:
        address = self._address()
        if address is None:
            return "nobody there"
        url = f"http://{address}/webhooks/wix"
        try:
            return str(requests.post(url, data=body, timeout=self.patience_s).status_code)
        except requests.RequestException as error:
            return type(error).__name__
