"""One request to a web server on a connection of its own, which another thread may cut.

A connection that was kept would go on working behind a captive portal that stops newcomers only,
may have been closed by the server while nobody looked, and could mix up the answer of a request
that was given up with the next. This goes past every proxy, follows no redirect, takes no cookie
and no password from anywhere, and checks certificates.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from wix_printer_service.observations import Cause

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST_NAME = 253
PIECE_BYTES = 16_384

FAILURES = (requests.RequestException, HTTPError, OSError, ValueError)
"""What ``ask`` raises when there is no answer."""
WORDS = {
    Cause.UNKNOWN_NAME: "is a name that cannot be looked up now",
    Cause.REFUSED: "refuses connections",
    Cause.NO_ANSWER: "does not answer",
    Cause.UNREACHABLE: "cannot be reached",
    Cause.CAPTIVE_PORTAL: (
        "cannot prove that it is itself: a log-in page of this network may be in between, or this "
        "computer's clock is wrong"
    ),
}
"""What a cause says of a host, to a person."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a web server said."""

    status: int
    headers: Mapping[str, str]
    """Their names have no case."""
    body: bytes
    is_whole: bool = True
    """False if the body is longer than was allowed; then it is empty here."""


class Line:
    """The connection of one request. Once cut it is never made, or carries nothing any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._is_cut = False
        self.is_made = False
        """Whether there was a connection, so that the server may have got the request."""

    def take(self, connection: socket.socket) -> None:
        """Note that the connection is made, before anything is sent.

        Raises:
            ConnectionAbortedError: It was cut before.
        """
        with self._lock:
            if self._is_cut:
                raise ConnectionAbortedError("given up")
            # a descriptor of our own, else cut might hit one that was closed and given away again
            self._handle = socket.fromfd(connection.fileno(), connection.family, connection.type)
            self.is_made = True

    def cut(self) -> None:
        """End it from another thread, which ends whatever waits on it."""
        with self._lock:
            self._is_cut = True
            if self._handle is not None:
                with contextlib.suppress(OSError):  # the server was faster
                    self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None


class _Here(threading.local):
    """The line of the request that this thread makes: its connection is told of no other way."""

    line: Line | None = None


_here = _Here()


def _tell_line(connection: HTTPConnection) -> None:
    if _here.line is not None and connection.sock is not None:
        _here.line.take(connection.sock)


class _PlainConnection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _tell_line(self)


class _ProtectedConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _tell_line(self)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _ProtectedPool(HTTPSConnectionPool):
    ConnectionCls = _ProtectedConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _ProtectedPool}


def ask(
    request: requests.Request, line: Line, timeouts_s: tuple[float, float], max_bytes: int
) -> Answer:
    """Send a request and return the whole answer.

    Args:
        request: What to ask.
        line: Takes the connection, so that another thread can cut it.
        timeouts_s: How long connecting may take, and how long the server may be silent.
        max_bytes: A longer body is not read to its end.

    Raises:
        OSError, ValueError, RequestException, HTTPError: There is no whole answer (``FAILURES``).
    """
    _here.line = line
    with contextlib.closing(line), contextlib.closing(_Adapter()) as adapter:
        page = adapter.send(request.prepare(), stream=True, timeout=timeouts_s)
        with contextlib.closing(page):
            body = _body(page, max_bytes)
        return Answer(page.status_code, page.headers, body or b"", is_whole=body is not None)


def _body(page: requests.Response, max_bytes: int) -> bytes | None:
    body = bytearray()
    for piece in page.iter_content(PIECE_BYTES):
        body += piece
        if len(body) > max_bytes:
            return None
    return bytes(body)


def cause_of(error: BaseException) -> Cause:
    """Return why there is no answer."""
    for inner in _chain(error):
        for kind, cause in (
            (requests.exceptions.SSLError, Cause.CAPTIVE_PORTAL),
            (requests.exceptions.ContentDecodingError, Cause.SERVER_ERROR),
            (requests.Timeout, Cause.NO_ANSWER),
            (socket.gaierror, Cause.UNKNOWN_NAME),
            (ConnectionRefusedError, Cause.REFUSED),
        ):
            if isinstance(inner, kind):
                return cause
    return Cause.UNREACHABLE


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def host_of(url: str) -> str | None:
    """Return the host's name, None if there is none; what a portal sends may be anything."""
    try:
        name = urlsplit(url).hostname
    except ValueError:
        return None
    return name and name[:LONGEST_NAME]
