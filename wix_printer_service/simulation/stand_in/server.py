"""Listens in a thread of its own, and can stop listening, hang, or break off its answers."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import uvicorn
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from wix_printer_service.connection_url import split_host_port
from wix_printer_service.errors import PersonNeededError, WrongStateError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from starlette.types import ASGIApp, Receive, Scope, Send

T = TypeVar("T")

BACKLOG = 2048
KEEP_ALIVE_S = 75
STOP_S = 1.5
"""How long requests under way may take to notice the end."""


class Outage(StrEnum):
    """How the stand-in can be away."""

    REFUSE = "refuse"
    """Nobody listens."""
    HANG = "hang"
    """Connections are taken, nothing is answered."""
    CUT = "cut"
    """Requests are carried out, but their answers break off in the middle."""


class Server:
    """Serves an application on an address that stays reserved while nobody listens.

    Args:
        app: The application.
        address: HOST:PORT; port 0 takes a free one.
        at_start: Is called in the thread before the first request.
        at_end: Is awaited there after the last one.
    """

    def __init__(
        self,
        app: ASGIApp,
        address: str,
        at_start: Callable[[asyncio.AbstractEventLoop], None],
        at_end: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        self._address = split_host_port(address)
        self._at_start = at_start
        self._at_end = at_end
        self._config = uvicorn.Config(
            app,
            interface="asgi3",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        self._state = ServerState()
        self._keeper: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending = asyncio.Event()
        self._listening: asyncio.Server | None = None
        self._thread: threading.Thread | None = None
        self.outage: Outage | None = None
        """How it is away now; changed by ``switch`` only."""

    @property
    def address(self) -> str:
        """HOST:PORT as bound."""
        host, port = self._address
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def start(self) -> None:
        """Listen, and serve in a thread.

        Raises:
            PersonNeededError: The address is taken.
        """
        try:
            self._keeper = self._bound()
            self._address = (self._address[0], self._keeper.getsockname()[1])
            listening = self._listen()
        except OSError as error:
            self._release()
            raise PersonNeededError(f"cannot listen on {self.address}: {error.strerror}") from error
        ready = threading.Event()
        serving = self._serve(listening, ready)
        self._thread = threading.Thread(
            target=asyncio.run, args=(serving,), name="stand-in", daemon=True
        )
        self._thread.start()
        ready.wait()

    def stop(self) -> None:
        """End, within two seconds."""
        if self._thread is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._ending.set)
            self._thread.join()
            self._thread = None
        self._release()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something done in the running server's thread, and wait for it."""
        if self._loop is None:
            work.close()
            raise WrongStateError("the stand-in is not running")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def switch(self, outage: Outage | None) -> None:
        """Be away like that, or be there again; what hung until then breaks off."""
        was, self.outage = self.outage, outage
        if outage is Outage.REFUSE:
            self._shut()
        elif self._listening is None:
            await self._open(self._listen())
        if was is Outage.HANG:
            self._break_connections()

    async def pause(self, seconds: float) -> None:
        """Wait; the end of the server ends that, too."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), seconds)

    def whole(self, response: Response) -> Response:
        """Return the response as it goes out: whole, cut, or not at all."""
        if self.outage is Outage.HANG:
            return _Silence()
        return _Cut(response, self._state) if self.outage is Outage.CUT else response

    async def _serve(self, listening: socket.socket, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        await self._open(listening)
        self._at_start(self._loop)
        ready.set()
        await self._ending.wait()
        await self._at_end()
        self._shut()
        if self._state.tasks:
            await asyncio.wait(self._state.tasks, timeout=STOP_S)
        self._loop = None

    async def _open(self, listening: socket.socket) -> None:
        self._listening = await asyncio.get_running_loop().create_server(
            lambda: H11Protocol(self._config, self._state, {}), sock=listening, backlog=BACKLOG
        )

    def _shut(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        self._break_connections()

    def _break_connections(self) -> None:
        for connection in list(self._state.connections):
            connection.transport.abort()

    def _bound(self) -> socket.socket:
        host, _ = self._address
        bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(self._address)
        except OSError:
            bound.close()
            raise
        return bound

    def _listen(self) -> socket.socket:
        listening = self._bound()
        try:
            listening.listen(BACKLOG)
        except OSError:
            listening.close()
            raise
        return listening

    def _release(self) -> None:
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None


class _Silence(Response):
    """No answer, until the other side or the server gives up."""

    async def __call__(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass


class _Cut(Response):
    """The head of an answer and half of its body; then the connection ends."""

    def __init__(self, response: Response, state: ServerState) -> None:
        super().__init__(response.body, response.status_code, dict(response.headers))
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        half = bytes(self.body[: len(self.body) // 2])
        headers = self.raw_headers
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": half, "more_body": True})
        for connection in list(self._state.connections):
            if isinstance(connection, H11Protocol) and connection.scope is scope:
                connection.transport.close()
        while (await receive())["type"] != "http.disconnect":
            pass
