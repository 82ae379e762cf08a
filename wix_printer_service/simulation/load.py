"""Load: signed deliveries sent on time, whatever the answers do, and what became of their orders.

The sending is an open loop: a slow answer does not slow it down, and a latency counts from the
moment at which the delivery was to be sent, not from the one at which it went out.
"""

from __future__ import annotations

import asyncio
import json
import math
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joserfc import jws
from joserfc.jwk import RSAKey

from wix_printer_service.models import JobState
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.signing import LIFETIME_S, Style, wrap
from wix_printer_service.storage.read_only import read_only

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

SAMPLES = ("pickup", "delivery_paid", "delivery_cash", "modifiers", "every_script")
"""Orders that print at once, in turn."""
NO_ANSWER = 0
OK = 200
START_S = 0.1
"""From the call to the first delivery."""
FIRST_NUMBER = 10_000
PRINTED = frozenset({JobState.PRINTED, JobState.PRINTED_UNCONFIRMED})
TO_COME = frozenset({JobState.QUEUED, JobState.SENDING, JobState.UNCERTAIN, JobState.HELD})
PER_QUERY = 500


@dataclass(frozen=True, slots=True)
class Delivery:
    """One order on its way: its id and the signed body."""

    order_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """How a delivery was answered: the HTTP status or ``NO_ANSWER``, and after how long."""

    order_id: str
    code: int
    latency_s: float


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the orders that were answered 200."""

    printed: int
    waiting: int
    """Some of their jobs are still to be printed."""
    lost: int
    """They are neither on paper nor on their way there."""


def deliveries(count: int, private_key: str, now: datetime) -> list[Delivery]:
    """Make deliveries of orders of their own, signed as Wix does; takes about 1 ms for each."""
    key = RSAKey.import_key(private_key)
    shifted = [samples.shift(samples.load(name), now) for name in SAMPLES]
    made = []
    for place in range(count):
        order_id = str(uuid.uuid4())
        number = str(FIRST_NUMBER + place)
        envelope = samples.rename(shifted[place % len(shifted)], order_id, number)
        claims = {
            "data": json.dumps(wrap(envelope, Style.STRINGS), ensure_ascii=False),
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + LIFETIME_S,
        }
        payload = json.dumps(claims, ensure_ascii=False)
        token = jws.serialize_compact({"alg": "RS256", "typ": "JWT"}, payload, key)
        made.append(Delivery(order_id, token.encode("ascii")))
    return made


async def send(
    host: str, port: int, orders: Sequence[Delivery], rate: float, timeout_s: float
) -> list[Answer]:
    """Send deliveries, ``rate`` of them a second, and wait for every answer or its time-out."""
    loop = asyncio.get_running_loop()
    start = loop.time() + START_S
    under_way = []
    for place, delivery in enumerate(orders):
        planned = start + place / rate
        await asyncio.sleep(planned - loop.time())
        answering = _deliver(host, port, delivery, planned, timeout_s)
        under_way.append(asyncio.create_task(answering))
    return await asyncio.gather(*under_way)


async def _deliver(
    host: str, port: int, delivery: Delivery, planned: float, timeout_s: float
) -> Answer:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout_at(planned + timeout_s):
            code = await _post(host, port, delivery.body)
    except (OSError, ValueError, IndexError):  # a time-out is an OSError, too
        code = NO_ANSWER
    return Answer(delivery.order_id, code, loop.time() - planned)


async def _post(host: str, port: int, body: bytes) -> int:
    head = (
        f"POST /webhooks/wix HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(head.encode("ascii") + body)
        status = (await reader.readline()).split()
        return int(status[1])
    finally:
        writer.close()


def codes(answers: Iterable[Answer]) -> dict[str, int]:
    """Count the answers by code, "none" where there was none."""
    found = Counter("none" if a.code == NO_ANSWER else str(a.code) for a in answers)
    return dict(sorted(found.items()))


def percentile_ms(answers: Sequence[Answer], share: float) -> float:
    """Return the latency that so large a share of all deliveries did not exceed, in ms."""
    ordered = sorted(answer.latency_s for answer in answers)
    place = max(0, math.ceil(share * len(ordered)) - 1)
    return round(ordered[place] * 1000, 1)


def fate(database: Path, order_ids: Sequence[str]) -> Fate:
    """Look up what became of orders.

    Raises:
        StorageError: The database cannot be read now.
        NotFoundError: There is no database.
    """
    states: dict[str, set[str]] = {order_id: set() for order_id in order_ids}
    with read_only(database) as connection:
        for start in range(0, len(order_ids), PER_QUERY):
            some = json.dumps(order_ids[start : start + PER_QUERY])
            for order_id, state in connection.execute(
                "SELECT order_id, state FROM print_jobs"
                " WHERE order_id IN (SELECT value FROM json_each(?))",
                (some,),
            ):
                states[order_id].add(state)
    printed = sum(bool(found) and found <= PRINTED for found in states.values())
    waiting = sum(found <= PRINTED | TO_COME and bool(found & TO_COME) for found in states.values())
    return Fate(printed, waiting, len(states) - printed - waiting)
