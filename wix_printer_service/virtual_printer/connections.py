"""Sockets that never block: a listener that can refuse, and a connection with its unsent bytes."""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import Final

from wix_printer_service.errors import PersonNeededError

BACKLOG: Final = 8
RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
"""``SO_LINGER`` on, with no time: closing sends RST instead of FIN."""


KEEP_ALIVE_S: Final = 5
"""How long a host may be silent before it is asked whether it is still there."""


class Connection:
    """A connected socket and what is still to be sent over it."""

    def __init__(self, connected: socket.socket) -> None:
        connected.settimeout(0.0)
        # a printer's answers are short, and each is waited for
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # a host that vanished must not be the first one for ever; Epson's UB-E02 hangs up after
        # five idle minutes, which is long to wait for
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEP_ALIVE_S)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEP_ALIVE_S)
        self.socket = connected
        self.outgoing = bytearray()

    def read(self, size: int) -> bytes | None:
        """Return what came, at most ``size`` bytes; None if nothing did, empty at the end."""
        try:
            return self.socket.recv(size)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def send(self, data: bytes = b"") -> None:
        """Send as much as the other side takes now; keep the rest for the next call."""
        self.outgoing += data
        try:
            del self.outgoing[: self.socket.send(self.outgoing)]
        except BlockingIOError:
            return
        except OSError:
            self.outgoing.clear()

    def close(self) -> None:
        """Close in the ordinary way."""
        self.socket.close()

    def reset(self) -> None:
        """Close so that the other side gets an error."""
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.socket.close()


class Listener:
    """A port that accepts or refuses, but stays ours.

    Args:
        host: Name or address to listen on.
        port: Port, 0 for any free one.

    Raises:
        PersonNeededError: The port cannot be had.
    """

    def __init__(self, host: str, port: int) -> None:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            self._family, self._kind, self._protocol = family, kind, protocol
            self.socket = self._bound(address)
        except OSError as error:
            message = f"cannot listen on {host}:{port}: {error.strerror or error}"
            raise PersonNeededError(message) from error
        self.address = self.socket.getsockname()
        self.accepts = False

    @property
    def port(self) -> int:
        """Return the port, also if any was asked for."""
        return int(self.address[1])

    def set_accepting(self, *, accepts: bool) -> None:
        """Accept connections from now on, or refuse them."""
        if accepts and not self.accepts:
            self.socket.listen(BACKLOG)
        elif self.accepts and not accepts:
            # A bound socket that does not listen refuses, and nobody else can take the port.
            self.socket.close()
            self.socket = self._bound(self.address)
        self.accepts = accepts

    def accept(self) -> Connection | None:
        """Return a connection that waits, if any still does."""
        try:
            connected, _ = self.socket.accept()
        except OSError:
            return None
        return Connection(connected)

    def close(self) -> None:
        """Give the port back."""
        self.socket.close()

    def _bound(self, address: tuple[str | int, ...] | tuple[int, bytes]) -> socket.socket:
        bound = socket.socket(self._family, self._kind, self._protocol)
        try:
            bound.settimeout(0.0)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
        except OSError:
            bound.close()
            raise
        return bound
