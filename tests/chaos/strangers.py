"""Strangers at the exposed port, in a process of their own: ``python -m tests.chaos.strangers``.

They do what scanners and vandals do, as fast as they can, until the process is ended.
"""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Final

from wix_printer_service.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable

CLOCK = SystemClock()
PATIENCE_S: Final = 5.0
IDLE_CONNECTIONS: Final = 300
SLOW_CONNECTIONS: Final = 50
DRIP_S: Final = 0.5
HEAD: Final = "POST /webhooks/wix HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n"
LARGE_BYTES: Final = 2 * 1024 * 1024
READ_BYTES: Final = 4096

Address = tuple[str, int]


def send_forgeries(address: Address) -> None:
    """Send a small unsigned delivery and read the answer."""
    _send(address, b"eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl")


def send_large_bodies(address: Address) -> None:
    """Send as much as is just allowed."""
    _send(address, b"x" * LARGE_BYTES)


def say_nothing(address: Address) -> None:
    """Hold many connections and send nothing, until somebody hangs up."""
    with ExitStack() as stack:
        idle = [stack.enter_context(_connected(address)) for _ in range(IDLE_CONNECTIONS)]
        idle[0].recv(READ_BYTES)


def speak_slowly(address: Address) -> None:
    """Send headers that never end, a letter at a time."""
    with ExitStack() as stack:
        slow = [stack.enter_context(_connected(address)) for _ in range(SLOW_CONNECTIONS)]
        for letter in HEAD.encode():
            for connection in slow:
                connection.send(bytes([letter]))
            CLOCK.wait(threading.Event(), DRIP_S)


def _send(address: Address, body: bytes) -> None:
    with _connected(address) as connection:
        connection.sendall(HEAD.format(size=len(body)).encode() + body)
        while connection.recv(READ_BYTES):
            pass


def _connected(address: Address) -> socket.socket:
    return socket.create_connection(address, PATIENCE_S)


def _for_ever(action: Callable[[Address], None], address: Address) -> None:
    while True:
        with suppress(OSError):  # hanging up is the right answer to most of this
            action(address)


def main() -> None:
    """Molest HOST:PORT, the only argument, until this process is ended."""
    host, _, port = sys.argv[1].rpartition(":")
    actions = (send_forgeries, send_forgeries, send_large_bodies, say_nothing, speak_slowly)
    threads = [
        threading.Thread(target=_for_ever, args=(action, (host, int(port)))) for action in actions
    ]
    for thread in threads:
        thread.start()


if __name__ == "__main__":
    main()
