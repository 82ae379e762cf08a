"""The stand-in's own paths, under ``/_stand-in``: what a person changes while it runs.

Only this computer is listened to.
"""

from __future__ import annotations

import ipaddress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError
from starlette.background import BackgroundTask
from starlette.routing import Route

from wix_printer_service.simulation.stand_in.faults import NAMES, Faults
from wix_printer_service.simulation.stand_in.refusals import (
    BAD_REQUEST,
    FORBIDDEN,
    RefusedError,
)
from wix_printer_service.simulation.stand_in.rest import json_response, parsed
from wix_printer_service.simulation.stand_in.server import Outage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from wix_printer_service.simulation.stand_in import StandIn

PREFIX = "/_stand-in"
LONGEST_OUTAGE_S = 86_400.0


class Control:
    """Lets a person change what the stand-in does."""

    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in = stand_in

    def routes(self) -> list[Route]:
        """Return the paths."""
        table: list[tuple[str, str, Callable[[Any], Response]]] = [
            ("GET", "faults", self._show_faults),
            ("PUT", "faults", self._set_faults),
            ("POST", "events", self._put_event),
            ("GET", "orders", self._show_orders),
            ("POST", "down", self._go_down),
            ("POST", "up", self._come_up),
        ]
        return [
            Route(f"{PREFIX}/{name}", _local(answer), methods=[method])
            for method, name, answer in table
        ]

    def _show_faults(self, _body: Any) -> Response:
        return json_response(asdict(self._stand_in.faults))

    def _set_faults(self, body: Any) -> Response:
        """Change the faults that are given; the others stay as they are."""
        changed = asdict(self._stand_in.faults) | body if isinstance(body, dict) else body
        try:
            self._stand_in.faults = TypeAdapter(Faults).validate_python(changed)
        except ValidationError as error:
            raise RefusedError(BAD_REQUEST, _explained(error)) from error
        return self._show_faults(None)

    def _put_event(self, body: Any) -> Response:
        if not isinstance(body, dict) or not isinstance(body.get("data"), dict):
            raise RefusedError(BAD_REQUEST, "expected an envelope with its data, decoded")
        self._stand_in.site.put(body)
        return json_response({})

    def _show_orders(self, _body: Any) -> Response:
        return json_response({"orders": self._stand_in.site.orders()})

    def _go_down(self, body: Any) -> Response:
        asked = body if isinstance(body, dict) else {}
        how, for_s = asked.get("how"), asked.get("for_s")
        if how not in list(Outage):
            raise RefusedError(BAD_REQUEST, f"how must be one of {', '.join(Outage)}")
        if for_s is None and how == Outage.REFUSE:
            text = "refuse needs for_s, how many seconds: nobody could say up while nobody listens"
            raise RefusedError(BAD_REQUEST, text)
        if for_s is not None and not (_is_number(for_s) and 0 < for_s <= LONGEST_OUTAGE_S):
            raise RefusedError(BAD_REQUEST, f"for_s must be 0 to {LONGEST_OUTAGE_S:g} seconds")
        response = json_response({})
        # only when the answer is out: it would be cut off as well
        response.background = BackgroundTask(self._stand_in.switch, Outage(how), for_s)
        return response

    def _come_up(self, _body: Any) -> Response:
        response = json_response({})
        response.background = BackgroundTask(self._stand_in.switch, None)
        return response


def _local(answer: Callable[[Any], Response]) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        if request.client is None or not _is_loopback(request.client.host):
            return json_response({"error": "only this computer may do that"}, FORBIDDEN)
        try:
            return answer(parsed(await request.body()))
        except RefusedError as refused:
            return json_response({"error": str(refused)}, refused.status)

    return respond


def _is_loopback(host: str) -> bool:
    address = ipaddress.ip_address(host)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _explained(error: ValidationError) -> str:
    found = [
        f"{'.'.join(str(part) for part in problem['loc']) or 'faults'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)
    ]
    return f"{'; '.join(found)}. There are: {', '.join(NAMES)}"
