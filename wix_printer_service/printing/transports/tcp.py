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

from wix_printer_service.printing.transports.addresses import Addresses, connect
from wix_printer_service.printing.transports.progress import (
    TICK_S,
    Progress,
    StalledError,
    opened,
)

if TYPE_CHECKING:
    from wix_printer_service.connection_url import Tcp

ANSWER_BYTES = 65_536
KEEP_ALIVE_PROBES = 3


class TcpLink:
    """Sends over TCP and counts a byte as sent when the printer's own system acknowledged it.

    What ``send`` of the socket took only lies in a buffer of this computer. Linux tells how much
    of it is not acknowledged yet (``SIOCOUTQ``, the same number as ``TIOCOUTQ``; tcp(7)).
    """

    def __init__(self, connection: Tcp, *, stall_timeout_s: float, close_timeout_s: float) -> None:
        self.name = f"the printer at {connection.host} port {connection.port}"
        self.can_answer = True
        self._addresses = Addresses(connection.host, connection.port)
        self._stall_timeout_s = stall_timeout_s
        self._close_timeout_s = close_timeout_s
        self._socket: socket.socket | None = None

    def open(self, timeout_s: float) -> None:
        """Connect; see ``Link``."""
        self.close()
        self._socket = connect(self._addresses.find(timeout_s), timeout_s)
        self._socket.settimeout(0)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _notice_a_dead_host(self._socket, self._stall_timeout_s)

    def send(self, data: bytes, progress: Progress) -> None:
        """Send a whole job and wait until the printer's own system has all of it."""
        connection = opened(self._socket)
        # If this fails, close() must not go on sending what still lies in our buffers.
        _forget_rest_on_close(connection, forget=True)
        _deliver(connection, data, progress)
        _forget_rest_on_close(connection, forget=False)

    def ask(self, question: bytes) -> None:
        """Send a few bytes; see ``Link``."""
        _send_some(opened(self._socket), memoryview(question))

    def receive(self, timeout_s: float) -> bytes:
        """Read; see ``Link``."""
        connection = opened(self._socket)
        _wait(connection, select.POLLIN, timeout_s)
        data = _received(connection)
        if data is None:
            raise _ended()
        return data

    def finish(self, progress: Progress) -> None:
        """Hang up and listen how the printer does, for ``close_timeout_s`` at most.

        The printer's system acknowledges what it has buffered, whether or not the printer ever
        reads it; only the way in which the connection ends tells the two apart.
        """
        _wait_for_end(opened(self._socket), Progress(self._close_timeout_s), progress)

    def close(self) -> None:
        """Close the connection without costing the printer a byte of a delivered job."""
        if self._socket is None:
            return
        connection, self._socket = self._socket, None
        with connection, suppress(OSError):
            connection.recv(ANSWER_BYTES)  # see _received


def _notice_a_dead_host(connection: socket.socket, timeout_s: float) -> None:
    """Have the connection break when the other side has said nothing at all for a time."""
    tcp = socket.IPPROTO_TCP
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(tcp, socket.TCP_KEEPIDLE, _whole_seconds(timeout_s / 2))
    pause_s = _whole_seconds(timeout_s / 2 / KEEP_ALIVE_PROBES)
    connection.setsockopt(tcp, socket.TCP_KEEPINTVL, pause_s)
    connection.setsockopt(tcp, socket.TCP_KEEPCNT, KEEP_ALIVE_PROBES)
    # No TCP_USER_TIMEOUT: to Linux a slow printer without room is as silent as a dead one, even
    # if it takes something now and then. While bytes are on their way, Progress decides.


def _whole_seconds(seconds: float) -> int:
    return min(max(round(seconds), 1), 32_767)  # the range that tcp(7) allows


def _deliver(connection: socket.socket, data: bytes, progress: Progress) -> None:
    """Send ``data``, hear answers, and return when all of it is acknowledged."""
    rest = memoryview(data)
    acknowledged, begin, listening = 0, progress.sent, True
    while acknowledged < len(data):
        listening = listening and _hear(connection, progress)
        if not listening and not progress.started:
            raise _ended()
        if rest:
            rest = rest[_send_some(connection, rest) :]
        progress.started = progress.started or len(rest) < len(data)
        acknowledged = len(data) - len(rest) - _unacknowledged(connection)
        progress.add(begin + acknowledged - progress.sent)
        if acknowledged < len(data):
            _raise_pending_error(connection)  # of a whole job, what was said comes first
            events = (select.POLLIN if listening else 0) | (select.POLLOUT if rest else 0)
            _wait(connection, events, min(progress.wait_s(), TICK_S))


def _send_some(connection: socket.socket, data: memoryview) -> int:
    try:
        return connection.send(data)
    except BlockingIOError:
        return 0


def _hear(connection: socket.socket, progress: Progress) -> bool:
    """Pass on what the printer said; tell whether it can say more."""
    data = _received(connection)
    progress.heard(data or b"")
    return data is not None


def _received(connection: socket.socket) -> bytes | None:
    """Return what the printer said, None if it can say no more.

    A printer may stop reading while nobody takes its answers, and a socket that is closed with
    unread answers resets the connection, which can cost the printer what it has not read yet.
    """
    try:
        return connection.recv(ANSWER_BYTES) or None
    except BlockingIOError:
        return b""


def _ended() -> BrokenPipeError:
    return BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


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


def _wait_for_end(connection: socket.socket, patience: Progress, progress: Progress) -> None:
    """Hang up our side and listen until the printer hangs up too, or patience is at its end.

    An answer that arrives after the socket is gone would be met with a reset as well.

    Raises:
        OSError: If the connection broke instead of ending.
    """
    # A system that throws away bytes its printer has not read says so with a reset (RFC 1122,
    # 4.2.2.13). Some printer may answer every hang-up with one, though it has read all; the two
    # look alike, and a job too many to look after is better than an order that is silently lost.
    _hang_up(connection)
    with suppress(StalledError):  # many printers keep the connection: silence is no bad sign
        while _hear(connection, progress):
            progress.moved()
            _wait(connection, select.POLLIN, patience.wait_s())
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
    poller.poll(timeout_s * 1000)
