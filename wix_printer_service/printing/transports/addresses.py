"""Where a host is in the network, found out in bounded time even if no name server answers."""

from __future__ import annotations

import socket
from concurrent.futures import wait
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from wix_printer_service.errands import in_thread

if TYPE_CHECKING:
    from concurrent.futures import Future

Address: TypeAlias = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]
"""As ``socket.getaddrinfo`` returns them."""

GLANCE_S: Final = 0.5
"""How long to wait for what name servers say if there is a good address already."""


class Addresses:
    """The addresses of one host.

    Looking up a name may take a minute when name servers are away, and cannot be broken off: it
    goes on in a thread of its own, never in two. Meanwhile the host is where it was.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._good: list[Address] = []
        self._asked: Future[list[Address]] | None = None

    def find(self, timeout_s: float) -> list[Address]:
        """Return where the host is; a host that is given by its number costs no time.

        Raises:
            OSError: Nobody knows the name, or nobody said anything in time.
        """
        try:
            return self._look_up(socket.AI_NUMERICHOST)
        except OSError:
            return self._ask(timeout_s)

    def _ask(self, timeout_s: float) -> list[Address]:
        asked = self._asked = self._asked or self._begin()
        wait([asked], min(GLANCE_S, timeout_s) if self._good else timeout_s)
        if asked.done():
            self._asked = None
            self._take(asked)
        if not self._good:
            raise socket.gaierror(socket.EAI_AGAIN, "no name server answers")
        return self._good

    def _take(self, asked: Future[list[Address]]) -> None:
        try:
            self._good = asked.result()
        except socket.gaierror as error:
            if error.errno != socket.EAI_AGAIN or not self._good:
                raise

    def _begin(self) -> Future[list[Address]]:
        return in_thread(f"look-up-{self._host}", self._look_up)

    def _look_up(self, flags: int = 0) -> list[Address]:
        try:
            return list(
                socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM, flags=flags)
            )
        except UnicodeError as error:  # no name may look so
            raise socket.gaierror(socket.EAI_NONAME, str(error)) from error


def connect(addresses: list[Address], timeout_s: float) -> socket.socket:
    """Connect to the first address that takes it; each may take ``timeout_s``.

    Raises:
        OSError: None does; the last one's reason.
    """
    for address in addresses[:-1]:
        try:
            return _connected(address, timeout_s)
        except OSError:
            continue
    return _connected(addresses[-1], timeout_s)


def _connected(address: Address, timeout_s: float) -> socket.socket:
    family, kind, protocol, _, where = address
    connection = socket.socket(family, kind, protocol)
    try:
        connection.settimeout(timeout_s)
        connection.connect(where)
    except OSError:
        connection.close()
        raise
    return connection
