"""The stand-in on the network: which path asks what, and what goes wrong with which request."""

from __future__ import annotations

import json
import uuid
from collections import deque
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from wix_printer_service.simulation.stand_in.refusals import (
    NOT_FOUND,
    RefusedError,
    validation_error,
)
from wix_printer_service.simulation.stand_in.server import Outage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from random import Random

    from starlette.requests import Request

    from wix_printer_service.clock import Clock
    from wix_printer_service.simulation.stand_in.access import Access
    from wix_printer_service.simulation.stand_in.activities_api import ActivitiesApi
    from wix_printer_service.simulation.stand_in.faults import Faults
    from wix_printer_service.simulation.stand_in.fulfillments_api import FulfillmentsApi
    from wix_printer_service.simulation.stand_in.orders_api import OrdersApi
    from wix_printer_service.simulation.stand_in.server import Server

    Endpoint = Callable[[Mapping[str, str], Any], dict[str, Any]]

MOST_REMEMBERED = 1000
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
TOO_MANY, UNAVAILABLE, BAD_GATEWAY = 429, 503, 502
ERRORS = (500, BAD_GATEWAY, UNAVAILABLE, 504)
HTML = (
    "<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>"
)
OAUTH_PATH = "/oauth2/token"
PROBED = "/"
"""Who only wants to know whether Wix is there asks this; nobody wants to read it all the time."""


class Asked(NamedTuple):
    """One request, as it came; the names of the headers in small letters."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]


class Rest:
    """Answers requests as Wix does, or as the faults say.

    Args:
        server: Knows whether the stand-in is away.
        clock: Tells the time that answers carry.
        random: Decides what goes wrong.
        faults: How often.
        access: Looks at keys.
        orders: The interface to orders.
        activities: The interface to their timelines.
        fulfillments: The interface to fulfilments.
        say: Is told every request in one line.
    """

    def __init__(
        self,
        server: Server,
        clock: Clock,
        random: Random,
        *,
        faults: Callable[[], Faults],
        access: Access,
        orders: OrdersApi,
        activities: ActivitiesApi,
        fulfillments: FulfillmentsApi,
        say: Callable[[str], None],
    ) -> None:
        self.requests: deque[Asked] = deque(maxlen=MOST_REMEMBERED)
        """What was asked last, oldest first."""
        self._server = server
        self._clock = clock
        self._random = random
        self._faults = faults
        self._access = access
        self._orders = orders
        self._activities = activities
        self._fulfillments = fulfillments
        self._say = say

    def routes(self) -> list[Route]:
        """Return every path that Wix's interface has here, and at last all others."""
        orders, activities = self._orders, self._activities
        fulfillments = self._fulfillments
        of_order = "/ecom/v1/orders/{id}"
        of_fulfillments = "/ecom/v1/fulfillments"
        table: list[tuple[str, str, Endpoint]] = [
            ("POST", OAUTH_PATH, self._access.token),
            ("POST", "/ecom/v1/orders/search", orders.search),
            ("GET", of_order, orders.get),
            ("PATCH", of_order, orders.update),
            ("POST", f"{of_order}/cancel", orders.cancel),
            ("POST", f"{of_order}/update-status", orders.update_status),
            ("POST", f"{of_order}/activities", activities.add),
            ("POST", f"{of_order}/activities/add", activities.add_many),
            ("PATCH", f"{of_order}/activities/{{activity_id}}", activities.update),
            ("DELETE", f"{of_order}/activities/{{activity_id}}", activities.delete),
            ("GET", "/ecom/v1/payments/orders/{id}", orders.payments),
            ("POST", "/ecom/v1/payments-collector/orders/{id}/mark-as-paid", orders.mark_as_paid),
            ("GET", f"{of_fulfillments}/orders/{{id}}", fulfillments.list_all),
            ("POST", f"{of_fulfillments}/orders/{{id}}/create-fulfillment", fulfillments.create),
            ("PATCH", f"{of_fulfillments}/{{fulfillment_id}}/orders/{{id}}", fulfillments.update),
            ("DELETE", f"{of_fulfillments}/{{fulfillment_id}}/orders/{{id}}", fulfillments.delete),
        ]
        known = [
            Route(path, self._guarded(endpoint), methods=[method])
            for method, path, endpoint in table
        ]
        return [*known, Route("/{path:path}", self._guarded(_nothing_there), methods=METHODS)]

    def _guarded(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            try:
                body = await request.body()
            except ClientDisconnect:
                return Response()
            asked = Asked(request.method, request.url.path, body, dict(request.headers))
            self.requests.append(asked)
            await self._server.pause(self._faults().slow_s)
            if self._server.outage is Outage.HANG:
                return self._server.whole(Response())
            response = self._fault() or self._answer(asked, request.path_params, endpoint)
            response.headers["X-Wix-Request-Id"] = str(uuid.uuid4())
            response.headers["Date"] = format_datetime(self._clock.now(), usegmt=True)
            return self._server.whole(response)

        return respond

    def _fault(self) -> Response | None:
        faults = self._faults()
        drawn = [self._random.random() for _ in range(3)]
        if drawn[0] < faults.too_many_share:
            return self._wrong(TOO_MANY, "RESOURCE_EXHAUSTED")
        if drawn[1] < faults.html_share:
            self._say("answered with an HTML page")
            return HTMLResponse(HTML, BAD_GATEWAY)
        if drawn[2] < faults.error_share:
            return self._wrong(self._random.choice(ERRORS), "INTERNAL")
        return None

    def _wrong(self, status: int, message: str) -> Response:
        self._say(f"answered with {status}")
        response = json_response({"message": message, "details": {}}, status)
        if self._faults().retry_after and status in {TOO_MANY, UNAVAILABLE}:
            response.headers["Retry-After"] = self._faults().retry_after
        return response

    def _answer(self, asked: Asked, ids: Mapping[str, str], endpoint: Endpoint) -> Response:
        try:
            if asked.path != OAUTH_PATH:
                self._access.check(asked.headers)
            content = endpoint(ids, parsed(asked.body))
        except RefusedError as refused:
            if asked.path != PROBED:
                self._say(f"{asked.method} {asked.path}: {refused.status} {refused}")
            return json_response(refused.body, refused.status)
        found = f" {len(content['orders'])} orders" if "orders" in content else ""
        self._say(f"{asked.method} {asked.path}: 200{found}")
        return json_response(content)


def json_response(content: Any, status: int = 200) -> Response:
    """Return an answer in JSON, halves of characters as they are."""
    text = json.dumps(content, ensure_ascii=False)
    body = text.encode("utf-8", "surrogatepass")
    return Response(body, status, media_type="application/json")


def parsed(body: bytes) -> Any:
    """Return a request's JSON; no body at all reads as an empty object.

    Raises:
        RefusedError: It is no JSON.
    """
    try:
        return json.loads(body) if body else {}
    except ValueError as error:
        raise validation_error(("", "the body is no JSON", "INVALID_JSON")) from error


def _nothing_there(_ids: Mapping[str, str], _body: Any) -> dict[str, Any]:
    raise RefusedError(NOT_FOUND, "no such path")
