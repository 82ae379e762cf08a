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
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from wix_printer_service.errors import MalformedError, StorageError, UnauthenticError
from wix_printer_service.wix.webhook import parse

if TYPE_CHECKING:
    from starlette.requests import Request

    from wix_printer_service.health import Health
    from wix_printer_service.order_service import OrderService
    from wix_printer_service.settings import Intake
    from wix_printer_service.wix.webhook import Verifier

log = structlog.get_logger(__name__)


class TooLargeError(Exception):
    """The body is larger than the cap."""


class WebhookRoutes:
    """Answers Wix."""

    def __init__(
        self, verifier: Verifier, orders: OrderService, health: Health, settings: Intake
    ) -> None:
        self._verifier = verifier
        self._orders = orders
        self._health = health
        self._settings = settings

    async def receive(self, request: Request) -> Response:
        """Take a delivery in."""
        try:
            async with asyncio.timeout(self._settings.body_timeout_s):
                body = await self._read(request)
            payload = self._verifier.verify(body, self._settings.max_body_bytes)
            return await self._take_in(payload)
        except TooLargeError:
            return _refuse(413, f"body: larger than {self._settings.max_body_bytes} bytes")
        except TimeoutError:
            return _refuse(408, "body: did not arrive in time")
        except ClientDisconnect:
            return _refuse(400, "body: did not arrive whole")
        except UnauthenticError as error:
            return _refuse(401, str(error))
        except MalformedError as error:
            return _refuse(400, str(error))

    async def healthz(self, _request: Request) -> Response:
        """Say whether orders can be taken in, whatever the printers do."""
        taking = await run_in_threadpool(self._health.is_taking_orders)
        if not taking:
            return PlainTextResponse("cannot write orders down", 503)
        return PlainTextResponse("ok", 200)

    async def _read(self, request: Request) -> bytes:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self._settings.max_body_bytes:
                raise TooLargeError
        return bytes(body)

    async def _take_in(self, payload: bytes) -> Response:
        event = parse(payload)
        future = asyncio.wrap_future(self._orders.accept(event))
        try:
            async with asyncio.timeout(self._settings.commit_timeout_s):
                await future
        except (StorageError, TimeoutError) as error:
            reason = str(error) or "timed out"
            log.warning("event_not_written", event_id=event.id, reason=reason)
            return PlainTextResponse("cannot write it down now; send it again", 503)
        return PlainTextResponse("ok", 200)


def _refuse(code: int, reason: str) -> Response:
    log.warning("delivery_refused", code=code, reason=reason)
    # hanging up also cuts off what is still being sent: it would be read for ever
    return PlainTextResponse(reason, code, headers={"Connection": "close"})


def create_webhook_app(
    verifier: Verifier, orders: OrderService, health: Health, settings: Intake
) -> Starlette:
    """Build the webhook application: ``POST /webhooks/wix`` and ``GET /healthz``."""
    routes = WebhookRoutes(verifier, orders, health, settings)
    app = Starlette(
        routes=[
            Route("/webhooks/wix", routes.receive, methods=["POST"]),
            Route("/healthz", routes.healthz, methods=["GET"]),
        ]
    )
    app.router.redirect_slashes = False  # Wix takes a redirection for a failure
    return app
