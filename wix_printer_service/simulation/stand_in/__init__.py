"""A stand-in for Wix: its orders, its interface, its webhooks, and trouble on request."""

from __future__ import annotations

import asyncio
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette

from wix_printer_service.clock import Clock, SystemClock
from wix_printer_service.simulation.stand_in.access import Access
from wix_printer_service.simulation.stand_in.activities_api import ActivitiesApi
from wix_printer_service.simulation.stand_in.control import Control
from wix_printer_service.simulation.stand_in.faults import Faults
from wix_printer_service.simulation.stand_in.fulfillments_api import FulfillmentsApi
from wix_printer_service.simulation.stand_in.orders_api import OrdersApi
from wix_printer_service.simulation.stand_in.rest import Asked, Rest
from wix_printer_service.simulation.stand_in.server import Outage, Server
from wix_printer_service.simulation.stand_in.site import Site
from wix_printer_service.simulation.stand_in.webhooks import RETRY_PAUSES_S, Webhooks, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from types import TracebackType
    from typing import Self

    from starlette.types import Receive, Scope, Send

__all__ = ["Asked", "Faults", "Outage", "Site", "StandIn", "Webhooks"]


def _nothing(_line: str) -> None:
    pass


class StandIn:
    """One Wix with one site; a context manager that serves while it is entered.

    Args:
        private_key: What webhooks are signed with, PEM.
        clock: The site's clock; pauses of webhooks and slow answers take real time.
        random: Decides what the faults hit; seeded, a run can be repeated.
        address: HOST:PORT; port 0 takes a free one.
        webhook_url: Where webhooks go, None if nobody wants any; while it says None, nobody can
            be reached.
        api_keys: Keys (or secrets of an app) that are taken; None takes any.
        retry_pauses_s: Pauses before a webhook that failed is sent again.
        say: Is told everything that happens, in one line each.
    """

    def __init__(
        self,
        private_key: str,
        *,
        clock: Clock | None = None,
        random: Random | None = None,
        address: str = "127.0.0.1:0",
        webhook_url: Callable[[], str | None] | None = None,
        api_keys: Collection[str] | None = None,
        retry_pauses_s: Sequence[float] = RETRY_PAUSES_S,
        say: Callable[[str], None] = _nothing,
    ) -> None:
        clock, seeds = clock or SystemClock(), random or SystemRandom()
        of_webhooks, of_requests = (Random(seeds.random()) for _ in range(2))  # noqa: S311
        self.faults = Faults()
        """What goes wrong; assign another at any time."""
        self.webhooks = Webhooks(
            private_key,
            clock,
            of_webhooks,
            faults=self._current_faults,
            url=webhook_url,
            retry_pauses_s=retry_pauses_s,
            is_away=lambda: self._server.outage is not None,
            say=say,
        )
        self._server = Server(self._serve, address, self.webhooks.start, self.webhooks.stop)
        self.site = Site(clock, lambda: self.faults.index_lag_s, self._happened)
        self._say = say
        self._rest = Rest(
            self._server,
            clock,
            of_requests,
            faults=self._current_faults,
            access=Access(clock, self._current_faults, api_keys),
            orders=OrdersApi(self.site, self._current_faults, of_requests),
            activities=ActivitiesApi(self.site),
            fulfillments=FulfillmentsApi(self.site),
            say=say,
        )
        self._app = Starlette(routes=[*Control(self).routes(), *self._rest.routes()])
        self._return: asyncio.TimerHandle | None = None
        self._returning: asyncio.Future[None] | None = None

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        """Where it is, for the setting ``wix.api_base``."""
        return f"http://{self._server.address}"

    @property
    def requests(self) -> list[Asked]:
        """What it was asked last, oldest first; not its own paths."""
        return list(self._rest.requests)

    def down(self, how: str) -> None:
        """Be away: ``refuse``, ``hang`` or ``cut``; webhooks do not come through either."""
        self._server.call(self.switch(Outage(how)))

    def up(self) -> None:
        """Be there again."""
        self._server.call(self.switch(None))

    async def switch(self, outage: Outage | None, for_s: float | None = None) -> None:
        """Be away (or there), for so long if given; called in the server's own thread."""
        if self._return is not None:
            self._return.cancel()
            self._return = None
        await self._server.switch(outage)
        self._say("up" if outage is None else f"down: {outage}")
        if for_s is not None:
            loop = asyncio.get_running_loop()
            self._return = loop.call_later(for_s, self._come_back)

    def _come_back(self) -> None:
        self._returning = asyncio.ensure_future(self.switch(None))

    def _happened(self, envelope: dict[str, Any]) -> None:
        self._say(f"event {name_of(envelope)}")
        self.webhooks.send(envelope)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def _current_faults(self) -> Faults:
        return self.faults
