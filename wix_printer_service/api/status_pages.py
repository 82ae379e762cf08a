"""The status listener's routes for people: the page, logging in and out, the description."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import structlog
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from wix_printer_service import job_records, order_records
from wix_printer_service.api.access import Caller
from wix_printer_service.api.guard import COOKIE, CurrentVisitor
from wix_printer_service.api.status_views import TO_BE_DECIDED, Viewer, undecided
from wix_printer_service.api.status_words import Speaker

if TYPE_CHECKING:
    import sqlite3

    from wix_printer_service.api.access import Access
    from wix_printer_service.api.html import Html
    from wix_printer_service.clock import Clock
    from wix_printer_service.health import Health
    from wix_printer_service.models import OrderRecord, PrintJob
    from wix_printer_service.queue_status import QueueWatch
    from wix_printer_service.settings import Settings
    from wix_printer_service.storage.database import Database

log = structlog.get_logger(__name__)

MOST_LOGINS = 8
"""Logins that may wait for each other; a check of a password takes time and memory on purpose."""

Password = Annotated[str, Form()]


class StatusPages:
    """Answers people."""

    def __init__(
        self,
        database: Database,
        queue_watch: QueueWatch,
        health: Health,
        access: Access,
        html: Html,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._queue_watch = queue_watch
        self._health = health
        self._access = access
        self._html = html
        self._settings = settings
        self._clock = clock
        self._checking = asyncio.Lock()
        self._logins = 0

    def routes(self) -> APIRouter:
        """Return the routes; none of them is part of the described interface."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/", self.page)
        router.add_api_route("/login", self.login_form)
        router.add_api_route("/login", self.log_in, methods=["POST"])
        router.add_api_route("/logout", self.log_out, methods=["POST"])
        router.add_api_route("/static/style.css", self.style)
        router.add_api_route("/openapi.json", self.description)
        router.add_api_route("/docs", self.description_page)
        return router

    def page(self, visitor: CurrentVisitor) -> Response:
        """Show how the house is, and the newest orders with their receipts."""
        snapshot = self._health.snapshot()
        lanes = self._queue_watch.status().lanes
        with self._database.reading() as connection:
            orders = self._orders(connection)
        viewer = Viewer(Speaker(self._settings.restaurant, self._clock.now()))
        return self._html.page(
            "orders",
            page=viewer.page(snapshot, lanes, orders),
            form_token=visitor.form_token,
            can_log_out=visitor.caller is Caller.SESSION,
        )

    def login_form(self, visitor: CurrentVisitor) -> Response:
        """Ask for the password."""
        if visitor.is_allowed:
            return RedirectResponse("/", 303)
        return self._html.page("login", remark="")

    async def log_in(self, request: Request, password: Password = "") -> Response:
        """Start a session, one check of a password at a time."""
        if not self._access.needs_login:
            return RedirectResponse("/", 303)
        if self._logins >= MOST_LOGINS:
            return self._html.page("login", 429, remark="too_many_logins")
        self._logins += 1
        try:
            async with self._checking:
                is_right = await run_in_threadpool(self._access.is_password, password)
        finally:
            self._logins -= 1
        if not is_right:
            log.warning("login_failed", address=request.client.host if request.client else "")
            return self._html.page("login", 401, remark="wrong_password")
        return self._with_session(RedirectResponse("/", 303))

    def log_out(self) -> Response:
        """End the session in this browser."""
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return response

    def style(self) -> Response:
        """Return the one style sheet."""
        return Response(self._html.style, media_type="text/css")

    def description(self, request: Request) -> dict[str, object]:
        """Return the description of the interface for programs (OpenAPI)."""
        described: dict[str, object] = request.app.openapi()
        return described

    def description_page(self, request: Request) -> Response:
        """Show the description of the interface to people; nothing is loaded from elsewhere."""
        return self._html.page("docs", description=request.app.openapi())

    def _orders(self, connection: sqlite3.Connection) -> list[tuple[OrderRecord, list[PrintJob]]]:
        """Return the newest orders with their jobs, then older ones to be decided on."""
        most = self._settings.status.orders_shown
        newest = order_records.newest(connection, most)
        shown = [(order, job_records.of_order(connection, order.id)) for order in newest]
        waiting = {
            job.order_id: None
            for state in TO_BE_DECIDED
            for job in job_records.newest(connection, most, state)
        }
        for order_id in waiting.keys() - {order.id for order in newest}:
            order = order_records.find(connection, order_id)
            jobs = job_records.of_order(connection, order_id)
            if order is not None and undecided(jobs):
                shown.append((order, jobs))
        return sorted(shown, key=lambda pair: pair[0].received_at, reverse=True)

    def _with_session(self, response: Response) -> Response:
        sessions = self._access.sessions
        response.set_cookie(
            COOKIE,
            sessions.start(),
            max_age=int(sessions.session_s),
            path="/",
            httponly=True,
            samesite="strict",
        )
        return response
