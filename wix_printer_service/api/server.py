"""Runs a web application in a worker: bound before it starts, beating while its loop turns."""

from __future__ import annotations

import asyncio
import errno
import math
import socket
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn

from wix_printer_service.api.connections import guarded
from wix_printer_service.connection_url import split_host_port
from wix_printer_service.errors import PersonNeededError
from wix_printer_service.lifecycle import Worker
from wix_printer_service.settings import Intake

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.clock import Clock

log = structlog.get_logger(__name__)

BEAT_S = 1.0
BACKLOG = 2048
"""Connections that the kernel keeps until we accept them. One that finds no room tries again only
after a second, which is too late for Wix.
"""
NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""What accept(2) says when the computer has no room for one more connection."""


class AddressTakenError(PersonNeededError):
    """Another program listens there."""


class _Server(uvicorn.Server):
    """uvicorn's server, with few accepts per turn and yet a long queue in the kernel."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in sockets or ():
            listening.listen(BACKLOG)


class WebServer(Worker):
    """Serves one application on one address.

    Args:
        build: Builds the ASGI application; called in the server's own thread, so that listening
            does not wait for it.
        address: HOST:PORT; port 0 takes a free one.
        stop_timeout_s: How long open requests may take to end at the stop.
        limits: What strangers may do; of the settings for the intake those about connections.
    """

    def __init__(
        self,
        name: str,
        build: Callable[[], Any],
        address: str,
        clock: Clock,
        stop_timeout_s: float,
        limits: Intake | None = None,
    ) -> None:
        super().__init__(name, clock)
        self._host, self._port = split_host_port(address)
        limits = limits or Intake()
        connection, self._crowd = guarded(limits)
        self._server = _Server(
            uvicorn.Config(
                build,
                factory=True,
                http=connection,
                ws="none",
                h11_max_incomplete_event_size=limits.max_header_bytes,
                timeout_keep_alive=math.ceil(limits.header_timeout_s),
                backlog=self._crowd.accepts_per_turn,
                log_level="error",  # its warnings are about strangers' requests: they would flood
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                lifespan="off",
                timeout_graceful_shutdown=max(1, int(stop_timeout_s)),
            )
        )
        self._socket: socket.socket | None = None

    @property
    def address(self) -> str:
        """HOST:PORT as bound."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._port}"

    def bind(self) -> None:
        """Listen: from here on connections are accepted and wait to be served.

        Raises:
            AddressTakenError: The address cannot be listened on.
        """
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            self._socket = socket.create_server(
                (self._host, self._port), family=family, backlog=BACKLOG
            )
        except OSError as error:
            message = f"cannot listen on {self._host}:{self._port}: {error.strerror or error}"
            raise AddressTakenError(message) from error
        self._port = self._socket.getsockname()[1]

    def start(self) -> None:
        """Listen, then serve."""
        if self._socket is None:
            self.bind()
        super().start()
        log.info("listening", server=self.name, address=self.address)

    def stop(self) -> None:
        """Ask the server to end; open requests may finish."""
        super().stop()
        self._server.should_exit = True

    def turn(self) -> None:
        """Serve until the stop."""
        asyncio.run(self._serve())
        self.stopping.set()

    def finish(self) -> None:
        """Stop listening."""
        if self._socket is not None:
            self._socket.close()

    async def _serve(self) -> None:
        asyncio.get_running_loop().set_exception_handler(self._on_loop_error)
        beating = asyncio.create_task(self._beat_on())
        try:
            await self._server.serve(sockets=[self._socket] if self._socket else None)
        finally:
            beating.cancel()

    def _on_loop_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not isinstance(error, OSError) or error.errno not in NO_ROOM:
            loop.default_exception_handler(context)
            return
        # asyncio tries again after a second, and says so at every try
        self._crowd.cut_longest("no descriptor left")

    async def _beat_on(self) -> None:
        # a loop that hangs does not get here, and the watchdog notices
        while True:
            self.beat()
            await asyncio.sleep(BEAT_S)
