"""Wix's REST interface, as far as we use it: orders, their payments and activities.

Source of paths and shapes: @wix/auto_sdk_ecom_orders@1.0.300 and
@wix/auto_sdk_ecom_order-transactions@1.0.108 (build/es/meta.d.mts).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from wix_printer_service.errands import Waiter
from wix_printer_service.errors import WixRefusedError
from wix_printer_service.wix.answers import Told, unusable
from wix_printer_service.wix.asking import Asking
from wix_printer_service.wix.exchange import Request
from wix_printer_service.wix.payments import Payment, read_payments
from wix_printer_service.wix.rate import RateBudget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from random import Random

    from wix_printer_service.clock import Clock
    from wix_printer_service.settings import Wix

__all__ = ["OrderPage", "Payment", "RateBudget", "Waiter", "WixClient"]

SEARCH = "/ecom/v1/orders/search"
LONGEST_ID = 100


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Some of the orders that a search found."""

    orders: tuple[Any, ...]
    """As Wix sent them, fractions as ``Decimal``; an entry may be anything."""
    next_cursor: str | None
    """Leads to the next page, if Wix named one; there may be one on the last page, too."""
    answered_at: datetime | None
    """When Wix answered, by its own clock, in UTC; None if it did not say."""
    has_next: bool | None = None
    """Whether there is a next page, as Wix says; None if it did not say."""


class WixClient:
    """Asks Wix on behalf of one worker; every call takes bounded time and beats.

    All calls raise ``WixUnavailableError`` (later, perhaps), ``WixKeyError`` (a person has to look
    at the key) and ``WixRefusedError`` (never again), and nothing else.

    Args:
        settings: Where Wix is, the keys and the limits.
        clock: Pauses go by it.
        budget: How often all clients together may ask.
        waiter: Beats while a call takes time; told to stop, calls end at once.
        random: Where chance comes from; pauses are of uneven length.
    """

    def __init__(
        self,
        settings: Wix,
        clock: Clock,
        budget: RateBudget,
        waiter: Waiter,
        random: Random | None = None,
    ) -> None:
        self._asking = Asking(settings, clock, budget, waiter, random)

    def search_orders(self, filters: Mapping[str, Any], limit: int) -> OrderPage:
        """Return the first page of the orders that fit, those changed longest ago first.

        Args:
            filters: Wix's filter object; see OrderSearchSpec for its fields.
            limit: How many orders on a page, 100 at most.
        """
        search = {
            "filter": dict(filters),
            "sort": [{"fieldName": "updatedDate", "order": "ASC"}],
            "cursorPaging": {"limit": limit},
        }
        return self._page(search)

    def more_orders(self, cursor: str) -> OrderPage:
        """Return a further page; the cursor holds filter, sort order and size."""
        return self._page({"cursorPaging": {"cursor": cursor}})

    def get_order(self, order_id: str) -> dict[str, Any]:
        """Return an order as it is now, without the lag of the search."""
        request = Request("GET", f"/ecom/v1/orders/{_in_path(order_id)}")
        return self._asking.ask(request, _order)

    def payments_of(self, order_id: str) -> tuple[Payment, ...]:
        """Return the payments of an order."""
        request = Request("GET", f"/ecom/v1/payments/orders/{_in_path(order_id)}")
        return self._asking.ask(request, lambda told: read_payments(told.content))

    def add_activity(self, order_id: str, activity: Mapping[str, Any]) -> str:
        """Write an activity to the order's timeline and return its id, empty if Wix told none.

        Args:
            order_id: The order's id.
            activity: A PublicActivity, such as ``{"merchantComment": {"message": "…"}}``.
        """
        path = f"/ecom/v1/orders/{_in_path(order_id)}/activities"
        request = Request("POST", path, {"activity": dict(activity)}, is_repeatable=False)
        return self._asking.ask(request, lambda told: _text(told.content.get("activityId")))

    def add_activities(
        self, order_id: str, activities: Sequence[Mapping[str, Any]]
    ) -> tuple[str, ...]:
        """Write several comments to the order's timeline and return their ids.

        Args:
            order_id: The order's id.
            activities: Up to 300, each as for ``add_activity``; Wix takes only comments here.
        """
        path = f"/ecom/v1/orders/{_in_path(order_id)}/activities/add"
        comments = [{"activityType": "MERCHANT_COMMENT", **each} for each in activities]
        request = Request("POST", path, {"orderActivities": comments}, is_repeatable=False)
        return self._asking.ask(request, _activity_ids)

    def close(self) -> None:
        """Break off what is on its way; nothing else is kept open."""
        self._asking.close()

    def _page(self, search: Mapping[str, Any]) -> OrderPage:
        return self._asking.ask(Request("POST", SEARCH, {"search": search}), _read_page)


def _read_page(told: Told) -> OrderPage:
    """Read SearchOrdersResponse and its CursorPagingMetadata."""
    orders = told.content.get("orders")
    if not isinstance(orders, list):
        raise unusable("a search's answer holds no list of orders")
    metadata = _object(told.content, "metadata")
    cursor = _object(metadata, "cursors").get("next")
    if not isinstance(cursor, str | None):
        raise unusable("a search's answer does not tell where it goes on")
    has_next = metadata.get("hasNext")
    return OrderPage(
        tuple(orders),
        cursor or None,
        told.answered_at,
        has_next if isinstance(has_next, bool) else None,
    )


def _object(content: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = content.get(key)
    if not isinstance(value, dict | None):
        raise unusable(f"{key} of a search's answer is no object")
    return value or {}


def _order(told: Told) -> dict[str, Any]:
    order = told.content.get("order")
    if not isinstance(order, dict):
        raise unusable("the answer holds no order")
    return order


def _activity_ids(told: Told) -> tuple[str, ...]:
    ids = told.content.get("activityIds")
    return tuple(_text(each) for each in ids) if isinstance(ids, list) else ()


def _text(value: object) -> str:
    """Return a text, empty if it is none: what was carried out must not look like a failure."""
    return value if isinstance(value, str) else ""


def _in_path(order_id: str) -> str:
    if not 1 <= len(order_id) <= LONGEST_ID or order_id in {".", ".."}:
        raise WixRefusedError("no order of Wix's has such an id", 404, "ORDER_NOT_FOUND")
    return quote(order_id, safe="", errors="replace")
