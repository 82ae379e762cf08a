"""Runs a web application in a worker: bound before it starts, beating while its loop turns."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn

from wix_printer_service.connection_url import split_host_port
from wix_printer_service.errors import PersonNeededError
from wix_printer_service.lifecycle import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.clock import Clock

log = structlog.get_logger(__name__)

BEAT_S = 1.0
BACKLOG = 128


class AddressTakenError(PersonNeededError):
    """Another program listens there."""


class WebServer(Worker):
    """Serves one application on one address.

    Args:
        build: Builds the ASGI application; called in the server's own thread, so that listening
            does not wait for it.
        address: HOST:PORT; port 0 takes a free one.
        stop_timeout_s: How long open requests may take to end at the stop.
    """

    def __init__(
        self,
        name: str,
        build: Callable[[], Any],
        address: str,
        clock: Clock,
        stop_timeout_s: float,
    ) -> None:
        super().__init__(name, clock)
        self._host, self._port = split_host_port(address)
        self._server = uvicorn.Server(
            uvicorn.Config(
                build,
                factory=True,
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
        beating = asyncio.create_task(self._beat_on())
        try:
            await self._server.serve(sockets=[self._socket] if self._socket else None)
        finally:
            beating.cancel()

    async def _beat_on(self) -> None:
        # a loop that hangs does not get here, and the watchdog notices
        while True:
            self.beat()
            await asyncio.sleep(BEAT_S)
