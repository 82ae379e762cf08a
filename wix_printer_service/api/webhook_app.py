"""The webhook listener: the only part of the house that the internet reaches.

Plain Starlette, since its memory and start count on a Pi. A delivery gets exactly 200 once its
event is on disk; Wix counts anything else, and anything later than 1.25 s, as a failure and comes
again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from wix_printer_service.api.bodies import Bodies, CutOffError
from wix_printer_service.api.refusals import HANG_UP, Refusals
from wix_printer_service.clock import SystemClock
from wix_printer_service.errors import (
    MalformedError,
    QueueFullError,
    StorageError,
    UnauthenticError,
)
from wix_printer_service.fault_points import reach
from wix_printer_service.wix.webhook import parse

if TYPE_CHECKING:
    from concurrent.futures import Future

    from starlette.requests import Request

    from wix_printer_service.api.bodies import Body
    from wix_printer_service.clock import Clock
    from wix_printer_service.health import Health
    from wix_printer_service.order_service import OrderService
    from wix_printer_service.settings import Intake
    from wix_printer_service.wix.webhook import OrderEvent, Verifier

log = structlog.get_logger(__name__)

SMALL_BYTES = 65_536
"""Bodies up to this size, and so nearly all orders, are looked at without a thread's detour."""


class TooLargeError(Exception):
    """The body is larger than the cap."""


class OddEventError(Exception):
    """Wix signed it, but it is not of the agreed form."""


REFUSED: dict[type[Exception], tuple[int, str]] = {
    ClientDisconnect: (400, "body: did not arrive whole"),
    MalformedError: (400, ""),
    UnauthenticError: (401, ""),
    TimeoutError: (408, "body: did not arrive in time"),
    TooLargeError: (413, ""),
    CutOffError: (503, "body: too many at once; send it again"),
}
"""The answers to what Wix did not sign, with the error's own text where none stands here."""


class WebhookRoutes:
    """Answers Wix."""

    def __init__(
        self,
        verifier: Verifier,
        orders: OrderService,
        health: Health,
        settings: Intake,
        clock: Clock,
    ) -> None:
        self._verifier = verifier
        self._orders = orders
        self._health = health
        self._settings = settings
        self._bodies = Bodies(settings.max_waiting_bytes)
        self._refusals = Refusals(settings.refused_per_minute, clock)
        self._turn_of_large = asyncio.Lock()
        self._asked_health: asyncio.Task[bool] | None = None

    async def receive(self, request: Request) -> Response:
        """Take a delivery in."""
        try:
            async with self._bodies.arriving(self._settings.body_timeout_s) as body:
                await self._read(request, body)
                event, written = await self._take_in(body)
        except tuple(REFUSED) as error:
            code, said = REFUSED[type(error)]
            return self._refusals.answer(code, said or str(error))
        except OddEventError as error:
            # signed by Wix: never limited, and always worth a line
            log.warning("delivery_refused", code=400, reason=str(error))
            return PlainTextResponse(str(error), 400, HANG_UP)
        return await self._answer(event, written)

    async def healthz(self, _request: Request) -> Response:
        """Say whether orders can be taken in, whatever the printers do."""
        if self._asked_health is None or self._asked_health.done():
            asking = run_in_threadpool(self._health.is_taking_orders)
            self._asked_health = asyncio.create_task(asking)
        # all who ask at once share one look, so that asking cannot use up the threads
        taking = await asyncio.shield(self._asked_health)
        if not taking:
            return PlainTextResponse("cannot write orders down", 503)
        return PlainTextResponse("ok", 200)

    async def refuse(self, _request: Request, error: Exception) -> Response:
        """Answer a request for what is not here, or is not done like this."""
        if not isinstance(error, HTTPException):
            raise error
        return self._refusals.answer(error.status_code, error.detail, error.headers)

    async def _read(self, request: Request, body: Body) -> None:
        most = self._settings.max_body_bytes
        if int(request.headers.get("content-length", "0")) > most:
            raise TooLargeError(f"body: larger than {most} bytes")
        async for piece in request.stream():
            if len(body.data) + len(piece) > most:
                raise TooLargeError(f"body: larger than {most} bytes")
            self._bodies.add(body, piece)

    async def _take_in(self, body: Body) -> tuple[OrderEvent, Future[str]]:
        if len(body.data) <= SMALL_BYTES:
            body.keep()
            return self._accept(body.data)
        # one by one in a thread: small orders do not wait for large bodies of strangers
        async with self._turn_of_large:
            body.keep()
            taken = await run_in_threadpool(self._accept_apart, body.data)
        if isinstance(taken, Exception):
            raise taken
        return taken

    def _accept_apart(
        self, body: bytearray
    ) -> tuple[OrderEvent, Future[str]] | UnauthenticError | MalformedError | OddEventError:
        try:
            return self._accept(body)
        except (UnauthenticError, MalformedError, OddEventError) as error:
            # made anew: one that comes out of a thread is part of a circle, and its traceback
            # would hold copies of the body until the next garbage collection
            return type(error)(str(error))

    def _accept(self, received: bytearray) -> tuple[OrderEvent, Future[str]]:
        body = bytes(received)
        payload = self._verifier.verify(body, self._settings.max_body_bytes)
        try:
            event = parse(payload)
        except MalformedError as error:
            raise OddEventError(str(error)) from error
        return event, self._orders.accept(event)

    async def _answer(self, event: OrderEvent, written: Future[str]) -> Response:
        try:
            async with asyncio.timeout(self._settings.commit_timeout_s):
                await asyncio.wrap_future(written)
        except (StorageError, TimeoutError) as error:
            full = isinstance(error, QueueFullError)
            reason = str(error) or "timed out"
            log.warning("event_not_written", event_id=event.id, reason=reason)
            why = "too much waits here" if full else "cannot write it down now"
            return PlainTextResponse(f"{why}; send it again", 503)
        return PlainTextResponse("ok", 200, background=BackgroundTask(reach, "order_answered"))


def create_webhook_app(
    verifier: Verifier,
    orders: OrderService,
    health: Health,
    settings: Intake,
    clock: Clock | None = None,
) -> Starlette:
    """Build the webhook application: ``POST /webhooks/wix`` and ``GET /healthz``."""
    routes = WebhookRoutes(verifier, orders, health, settings, clock or SystemClock())
    app = Starlette(
        routes=[
            Route("/webhooks/wix", routes.receive, methods=["POST"]),
            Route("/healthz", routes.healthz, methods=["GET"]),
        ],
        exception_handlers={HTTPException: routes.refuse},
    )
    app.router.redirect_slashes = False  # Wix takes a redirection for a failure
    return app
