"""Strangers on the exposed port: each of these keeps at it until it is cancelled."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import threading
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[object]]

POST = b"POST /webhooks/wix HTTP/1.1\r\nHost: example.com\r\n"
DRIP_S = 0.2
NO_ROOM_S = 0.01
ARRIVAL_S = 10.0
MEGABYTE = 1024 * 1024


def post(body: bytes, more: bytes = b"") -> bytes:
    """Return a whole request."""
    return POST + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


def forged(size: int = 4096) -> bytes:
    """Return a token of the right form that Wix did not sign."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": "RS256"}).encode()).rstrip(b"=")
    signature = b"A" * 342
    return b".".join([header, b"A" * (size - size % 4), signature])


@asynccontextmanager
async def connected(
    host: str, port: int
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def _again_and_again(host: str, port: int, talk: Talk) -> None:
    while True:
        try:
            async with connected(host, port) as (reader, writer):
                await talk(reader, writer)
        except OSError:
            await asyncio.sleep(NO_ROOM_S)


async def _say_nothing(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _drip_header(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _drip(writer, POST)


async def _drip_body(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _drip(writer, POST + b"Content-Length: 2000000\r\n\r\n" + b"A" * 1_900_000)


async def _drip(writer: asyncio.StreamWriter, start: bytes) -> None:
    writer.write(start)
    while True:
        await writer.drain()
        await asyncio.sleep(DRIP_S)
        writer.write(b"A")


async def _send_large(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(post(forged(2 * MEGABYTE - 1000)))
    await writer.drain()
    await reader.read()


async def _send_forged(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(post(forged()))
    await reader.read()


async def _never_read(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.pause_reading()
    while True:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 1000)
        await writer.drain()


KINDS: dict[str, tuple[int, Talk]] = {
    "half-open connections": (2000, _say_nothing),
    "slow headers": (300, _drip_header),
    "slow large bodies": (100, _drip_body),
    "large unsigned bodies": (100, _send_large),
    "refused at full speed": (64, _send_forged),
    "answers never read": (100, _never_read),
}
"""How many strangers of a kind come at once, and what each does."""


@contextmanager
def attacking(kind: str, host: str, port: int, count: int = 0) -> Iterator[None]:
    """Let a whole crowd loose from a thread of its own; begins when all have come once."""
    loop = asyncio.new_event_loop()
    arrived, all_arrived = itertools.count(1), threading.Event()
    usual, talk = KINDS[kind]
    count = count or usual

    async def come_and_talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if next(arrived) == count:
            all_arrived.set()
        await talk(reader, writer)

    async def come() -> None:
        crowd = (_again_and_again(host, port, come_and_talk) for _ in range(count))
        await asyncio.gather(*crowd)

    crowd = loop.create_task(come())

    def run() -> None:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(crowd)
        loop.run_until_complete(asyncio.sleep(0))  # lets the transports close
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert all_arrived.wait(ARRIVAL_S)
        yield
    finally:
        loop.call_soon_threadsafe(crowd.cancel)
        thread.join()
