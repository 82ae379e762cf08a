"""A printer in the network that takes raw bytes, usually on port 9100."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import socket
import struct
import termios
from contextlib import suppress
from typing import TYPE_CHECKING

from wix_printer_service.models import Confirmation
from wix_printer_service.printing.transports.progress import (
    LONGEST_POLL_S,
    TICK_S,
    Progress,
    StalledError,
    opened,
    reaching,
    sending,
    unheard,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.connection_url import Tcp

ANSWER_BYTES = 65_536
BEAT_S = 1.0
"""Who waits for a printer to hang up hears that often that it goes on."""


class TcpPrinter:
    """Sends over TCP and counts a byte as sent when the printer's own system acknowledged it.

    What ``send`` of the socket took only lies in a buffer of this computer. Linux tells how much
    of it is not acknowledged yet (``SIOCOUTQ``, the same number as ``TIOCOUTQ``; tcp(7)).
    """

    def __init__(
        self,
        connection: Tcp,
        *,
        connect_timeout_s: float,
        stall_timeout_s: float,
        close_timeout_s: float,
    ) -> None:
        self._address = (connection.host, connection.port)
        self._name = f"the printer at {connection.host} port {connection.port}"
        self._connect_timeout_s = connect_timeout_s
        self._stall_timeout_s = stall_timeout_s
        self._close_timeout_s = close_timeout_s
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Connect; see ``printing.printer.Printer``."""
        self.close()
        with reaching(self._name):
            self._socket = socket.create_connection(self._address, self._connect_timeout_s)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.settimeout(0)

    def send(self, data: bytes, tell: Callable[[], None] = unheard) -> Confirmation:
        """Send a whole job and wait until the printer has hung up, for ``close_timeout_s`` at most.

        The printer's system acknowledges what it has buffered, whether or not the printer ever
        reads it; only the way in which the connection ends tells the two apart.
        """
        with sending(self._name, self._stall_timeout_s, tell) as progress:
            connection = opened(self._socket)
            # If this fails, close() must not go on sending what still lies in our buffers.
            _forget_rest_on_close(connection, forget=True)
            _deliver(connection, data, progress)
            _forget_rest_on_close(connection, forget=False)
            _wait_for_end(connection, self._close_timeout_s, tell)
        return Confirmation.NONE

    def close(self) -> None:
        """Close the connection without costing the printer a byte of a delivered job."""
        if self._socket is None:
            return
        connection, self._socket = self._socket, None
        with connection, suppress(OSError):
            connection.recv(ANSWER_BYTES)  # see _discard_answer


def _deliver(connection: socket.socket, data: bytes, progress: Progress) -> None:
    """Send ``data``, throw answers away, and return when all of it is acknowledged."""
    rest = memoryview(data)
    listening = True
    while progress.sent < len(data):
        listening = listening and _discard_answer(connection)
        if not listening and not progress.started:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
        if rest:
            rest = rest[_send_some(connection, rest) :]
        progress.started = progress.started or len(rest) < len(data)
        acknowledged = len(data) - len(rest) - _unacknowledged(connection)
        _raise_pending_error(connection)
        progress.add(acknowledged - progress.sent)
        if progress.sent < len(data):
            events = (select.POLLIN if listening else 0) | (select.POLLOUT if rest else 0)
            _wait(connection, events, min(progress.remaining_s(), TICK_S))


def _send_some(connection: socket.socket, data: memoryview) -> int:
    try:
        return connection.send(data)
    except BlockingIOError:
        return 0


def _discard_answer(connection: socket.socket) -> bool:
    """Throw away what the printer said; tell whether it can say more.

    A printer may stop reading while nobody takes its answers, and a socket that is closed with
    unread answers resets the connection, which can cost the printer what it has not read yet.
    """
    try:
        return bool(connection.recv(ANSWER_BYTES))
    except BlockingIOError:
        return True


def _unacknowledged(connection: socket.socket) -> int:
    """Return how many bytes lie in our buffers or are on their way."""
    (count,) = struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)))
    return int(count)


def _raise_pending_error(connection: socket.socket) -> None:
    number = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if number:
        raise OSError(number, os.strerror(number))


def _forget_rest_on_close(connection: socket.socket, *, forget: bool) -> None:
    option = struct.pack("ii", int(forget), 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)


def _wait_for_end(connection: socket.socket, timeout_s: float, tell: Callable[[], None]) -> None:
    """Hang up our side and listen until the printer hangs up too, or for ``timeout_s``.

    An answer that arrives after the socket is gone would be met with a reset as well.

    Raises:
        OSError: If the connection broke instead of ending.
    """
    # A system that throws away bytes its printer has not read says so with a reset (RFC 1122,
    # 4.2.2.13). Some printer may answer every hang-up with one, though it has read all; the two
    # look alike, and a job too many to look after is better than an order that is silently lost.
    _hang_up(connection)
    patience = Progress(timeout_s)
    with suppress(StalledError):  # many printers keep the connection: silence is no bad sign
        while _discard_answer(connection):
            tell()
            _wait(connection, select.POLLIN, min(patience.remaining_s(), BEAT_S))
    # a reset behind the printer's own hang-up is not seen by reading
    _raise_pending_error(connection)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        _raise_pending_error(connection)  # why there is nothing left to shut down
        raise


def _wait(connection: socket.socket, events: int, timeout_s: float) -> None:
    poller = select.poll()
    poller.register(connection, events)
    poller.poll(min(timeout_s, LONGEST_POLL_S) * 1000 + 1)
