"""The check that every route of the status listener passes first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import structlog
from fastapi import Depends, Request

from wix_printer_service.api.access import Caller, Visitor
from wix_printer_service.api.forgery import READING, is_from_browser, is_from_elsewhere
from wix_printer_service.api.sessions import is_same
from wix_printer_service.errors import NeverAgainError

if TYPE_CHECKING:
    from wix_printer_service.api.access import Access

log = structlog.get_logger(__name__)

COOKIE = "wix_printer_session"
FORM = "application/x-www-form-urlencoded"
OPEN_PATHS = frozenset({"/login", "/health", "/static/style.css"})
"""What strangers get, too; of ``/health`` only the status."""
PAGES = frozenset({"/", "/login", "/logout", "/docs"})
ORDER_PAGE = "/preview"
"""What people look at, the last one as the end of its path; everything else is for programs."""


class NotLoggedInError(NeverAgainError):
    """This is only for those who have logged in."""


class ForgedError(NeverAgainError):
    """A request may come from another site than our own page."""


class Guard:
    """Lets requests through, and writes down in ``request.state`` who sent them."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def check(self, request: Request) -> None:
        """Let a request through.

        Raises:
            NotLoggedInError: Its sender must log in first.
            ForgedError: Another site's page may have sent it.
        """
        headers = request.headers
        visitor = self._access.visitor(
            headers.get("authorization", ""), request.cookies.get(COOKIE, "")
        )
        request.state.visitor = visitor
        changes = request.method not in READING
        if changes and is_from_elsewhere(headers):
            raise _forged(request, "the request comes from another site")
        # not request.url: that is put together from what the Host header says
        if request.scope["path"] in OPEN_PATHS:
            return
        if not visitor.is_allowed:
            raise NotLoggedInError("log in, or send the token as 'Authorization: Bearer'")
        if changes and _needs_token(request, visitor) and not await _has_token(request, visitor):
            raise _forged(request, "the form's token is missing or out of date: load the page anew")


def visitor_of(request: Request) -> Visitor:
    """Return who sent a request that was let through."""
    visitor: Visitor = request.state.visitor
    return visitor


CurrentVisitor = Annotated[Visitor, Depends(visitor_of)]


def is_form(request: Request) -> bool:
    """Tell whether a form on a page was sent."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM


def is_for_person(request: Request) -> bool:
    """Tell whether a person will read the answer."""
    path: str = request.scope["path"]
    return path in PAGES or path.endswith(ORDER_PAGE) or is_form(request)


def _needs_token(request: Request, visitor: Visitor) -> bool:
    if visitor.caller is Caller.LOCAL:
        return is_from_browser(request.headers)
    return visitor.caller is Caller.SESSION


async def _has_token(request: Request, visitor: Visitor) -> bool:
    given: Any = request.headers.get("x-csrf-token")
    if given is None and is_form(request):
        given = (await request.form()).get("csrf")
    return isinstance(given, str) and is_same(given, visitor.form_token)


def _forged(request: Request, reason: str) -> ForgedError:
    log.warning("request_refused", path=request.scope["path"], reason=reason)
    return ForgedError(reason)
