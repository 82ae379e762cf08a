"""What holds for every answer of the status listener, also for those that no route gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

from wix_printer_service.api.forgery import is_loopback_name

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY_BYTES = 65_536
"""Forms are small; anything larger would only fill the memory."""
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    # with no-referrer browsers would send our own forms with "Origin: null" (Fetch standard)
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Shield:
    """Refuses what no honest client sends, and adds the safety headers.

    Args:
        local_only: Answer to names of this computer only.
    """

    def __init__(self, app: ASGIApp, *, local_only: bool) -> None:
        self._app = app
        self._local_only = local_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refusal = self._refusal(Headers(scope=scope)) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _refusal(self, headers: Headers) -> JSONResponse | None:
        if self._local_only and not is_loopback_name(headers.get("host", "")):
            detail = "without a password only localhost and 127.0.0.1 are answered here"
            return JSONResponse({"detail": detail}, 421)
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdecimal():
            return JSONResponse({"detail": "the body's length is not known"}, 411)
        if int(length) > MOST_BODY_BYTES:
            return JSONResponse({"detail": "the body is too large"}, 413)
        return None
