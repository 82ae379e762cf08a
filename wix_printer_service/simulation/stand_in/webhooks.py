"""Delivers events as Wix does: signed, with little patience, and again after growing pauses.

Source: Wix's "About Webhooks" (an answer other than 200, or later than after 1250 ms, counts as
failed) and "Webhook Resend Policy" (twelve more tries, always with the old data).
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from wix_printer_service.simulation import samples
from wix_printer_service.simulation.signing import sign

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from wix_printer_service.clock import Clock
    from wix_printer_service.simulation.stand_in.faults import Faults

PATIENCE_S = 1.25
MINUTE_S, HOUR_S = 60.0, 3600.0
RETRY_PAUSES_S = (MINUTE_S, 10 * MINUTE_S, *(h * HOUR_S for h in (1, 2, 2, 2, 4, 4, 4, 8, 8, 12)))
MOST_AT_ONCE = 8
OK = "200"


class Webhooks:
    """All deliveries that are still to be made; ``send`` may be called from any thread.

    Args:
        private_key: What they are signed with, PEM.
        clock: Tells the time at which they are signed.
        random: Decides which are lost, doubled and late.
        faults: How often that happens.
        url: Where to, None if nobody wants any; while it says None, nobody is reached.
        retry_pauses_s: Pauses after a failure; after the last one the event is given up.
        is_away: Tells whether Wix cannot reach anybody now.
        say: Is told in one line what became of a delivery.
    """

    def __init__(
        self,
        private_key: str,
        clock: Clock,
        random: Random,
        *,
        faults: Callable[[], Faults],
        url: Callable[[], str | None] | None,
        retry_pauses_s: Sequence[float],
        is_away: Callable[[], bool],
        say: Callable[[str], None],
    ) -> None:
        self._private_key = private_key
        self._clock = clock
        self._random = random
        self._faults = faults
        self._url = url
        self._pauses_s = tuple(retry_pauses_s)
        self._is_away = is_away
        self._say = say
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._early: list[tuple[dict[str, Any], float]] = []
        """What was to be sent before the start."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many are still to be delivered, for the first time or again."""
        return self._waiting

    def send(self, envelope: dict[str, Any]) -> None:
        """Deliver an event, once, twice or not at all; returns at once."""
        faults, random = self._faults(), self._random
        if self._url is None:
            return
        if random.random() < faults.lose_webhooks_share:
            self._say(f"webhook {name_of(envelope)}: lost")
            return
        for _ in range(2 if random.random() < faults.double_webhooks_share else 1):
            is_late = random.random() < faults.late_webhooks_share
            self._begin(envelope, random.uniform(0, faults.late_webhooks_s) if is_late else 0.0)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Deliver from now on, in that loop."""
        with self._lock:
            self._loop = loop
            for envelope, delay_s in self._early:
                loop.call_soon_threadsafe(self._spawn, envelope, delay_s)
            self._early.clear()

    async def stop(self) -> None:
        """Give up everything that still waits; called in the loop."""
        with self._lock:
            self._loop = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, envelope: dict[str, Any], delay_s: float) -> None:
        with self._lock:
            self._waiting += 1
            if self._loop is None:
                self._early.append((envelope, delay_s))
            else:
                self._loop.call_soon_threadsafe(self._spawn, envelope, delay_s)

    def _spawn(self, envelope: dict[str, Any], delay_s: float) -> None:
        task = asyncio.ensure_future(self._deliver(envelope, delay_s))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        with self._lock:
            self._waiting -= 1

    async def _deliver(self, envelope: dict[str, Any], delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        body = sign(envelope, self._private_key, self._clock.now().timestamp())
        for pause_s in (*self._pauses_s, None):
            answer = await self._try(body)
            self._say(_line(envelope, answer, pause_s))
            if answer == OK or pause_s is None:
                return
            await asyncio.sleep(pause_s)

    async def _try(self, body: bytes) -> str:
        """Make one try and tell how it was answered."""
        url = self._url() if self._url is not None else None
        if url is None or self._is_away():
            return "nobody reached"
        async with self._room:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    return await _post(url, body)
            except TimeoutError:
                return "no answer in time"
            except OSError as error:
                return os.strerror(error.errno) if error.errno else type(error).__name__


async def _post(url: str, body: bytes) -> str:
    parts = urlsplit(url)
    is_secure = parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    head = (
        f"POST {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection(
        parts.hostname, port, ssl=True if is_secure else None
    )
    try:
        writer.write(head.encode("ascii") + body)
        _, _, rest = (await reader.readline()).decode("latin-1").partition(" ")
        return rest[:3] or "no answer"
    finally:
        writer.close()


def name_of(envelope: dict[str, Any]) -> str:
    """Return an event in few words, without anything about a guest."""
    number = samples.order_of(envelope).get("number", "?")
    return f"{envelope.get('eventType', '?').rpartition('.')[2]} of order {number}"


def _line(envelope: dict[str, Any], answer: str, pause_s: float | None) -> str:
    if answer == OK:
        return f"webhook {name_of(envelope)}: taken"
    onward = "given up" if pause_s is None else f"again in {pause_s:g} s"
    return f"webhook {name_of(envelope)}: {answer}, {onward}"
