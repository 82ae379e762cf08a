"""Wix's interface to orders: search, get, update, cancel, payments.

Source: paths, requests and answers of ``@wix/auto_sdk_ecom_orders`` 1.0.300 and
``@wix/auto_sdk_ecom_order-transactions`` 1.0.108.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wix_printer_service.simulation.stand_in import query, shapes
from wix_printer_service.simulation.stand_in.refusals import (
    application_error,
    order_not_found,
    validation_error,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from wix_printer_service.simulation.stand_in.faults import Faults
    from wix_printer_service.simulation.stand_in.site import Site

NEVER_FOUND = "INITIALIZED"
UNPAID = {"NOT_PAID", "PARTIALLY_PAID", "PENDING", "PENDING_MERCHANT", "UNSPECIFIED"}
TRANSITIONS = {
    "INITIALIZED": {"APPROVED", "PENDING", "REJECTED", "CANCELED"},
    "PENDING": {"APPROVED", "REJECTED"},
    "APPROVED": {"CANCELED"},
}
"""Which states the stand-in lets follow which; Wix's own table is not published."""


class OrdersApi:
    """What can be asked about orders; every method takes the path's ids and the body.

    Raises, all of them:
        RefusedError: The request is not right, or the order does not allow it.
    """

    def __init__(self, site: Site, faults: Callable[[], Faults], random: Random) -> None:
        self._site = site
        self._faults = faults
        self._random = random

    def search(self, _ids: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Answer ``POST /ecom/v1/orders/search``."""
        asked = shapes.read(shapes.SearchOrders, body).search
        paging = asked.cursor_paging
        if paging.cursor is None:
            sort = tuple((by.field_name, by.order) for by in asked.sort)
            query.check_sort(sort)
            looked_for = query.Query(asked.filter or {}, sort or query.DEFAULT_SORT)
        elif asked.filter or asked.sort:
            text = "holds filter and sort; they cannot be given besides"
            raise validation_error(("search.cursorPaging.cursor", text, "CURSOR_AND_FILTER"))
        else:
            looked_for = query.read_cursor(paging.cursor)
        if paging.limit is not None:
            looked_for = replace(looked_for, limit=paging.limit)
        known = [o for o in self._site.searchable() if o.get("status") != NEVER_FOUND]
        page = query.page(known, looked_for)
        orders = self._disturbed(page.orders)
        return {
            "orders": orders,
            "metadata": {
                "count": len(orders),
                "cursors": {"next": page.next, "prev": page.previous},
                "hasNext": page.next is not None,
            },
        }

    def get(self, ids: Mapping[str, str], _body: Any) -> dict[str, Any]:
        """Answer ``GET /ecom/v1/orders/{id}``."""
        return {"order": self._order(shapes.short_id("id", ids["id"]))}

    def update(self, ids: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Answer ``PATCH /ecom/v1/orders/{order.id}``."""
        order_id = shapes.guid("order.id", ids["id"])
        changes = shapes.read(shapes.UpdateOrder, body).order.given()
        if changes.pop("id", order_id) != order_id:
            raise validation_error(("order.id", "is not the order of the path", "MISMATCH"))

        def change(order: dict[str, Any]) -> None:
            if order.get("status") in {"PENDING", "REJECTED"}:
                _refuse_state(order)
            _merge(order, changes)

        return {"order": self._site.change(order_id, change, "updated")}

    def cancel(self, ids: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Answer ``POST /ecom/v1/orders/{id}/cancel``."""
        order_id = shapes.short_id("id", ids["id"])
        more = shapes.read(shapes.CancelOrder, body).given()

        def change(order: dict[str, Any]) -> None:
            if order.get("status") in {"PENDING", "REJECTED"}:
                _refuse_state(order)
            order["status"] = "CANCELED"

        return {"order": self._site.change(order_id, change, "canceled", **more)}

    def update_status(self, ids: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Answer ``POST /ecom/v1/orders/{orderId}/update-status``."""
        order_id = shapes.guid("orderId", ids["id"])
        wanted = shapes.read(shapes.UpdateStatus, body).status

        def change(order: dict[str, Any]) -> None:
            now = order.get("status", "")
            if now == wanted:
                raise application_error("STATUS_ALREADY_SET", f"Order is already {wanted}")
            if wanted not in TRANSITIONS.get(now, set()):
                raise application_error("UNSUPPORTED_TRANSITION", f"{now} to {wanted}")
            order["status"] = wanted

        slug = {"APPROVED": "approved", "CANCELED": "canceled"}.get(wanted, "updated")
        return {"order": self._site.change(order_id, change, slug)}

    def payments(self, ids: Mapping[str, str], _body: Any) -> dict[str, Any]:
        """Answer ``GET /ecom/v1/payments/orders/{orderId}``."""
        order = self._order(shapes.short_id("orderId", ids["id"]))
        payments = self._payments(order)
        listed = {"orderId": order["id"], "payments": payments, "refunds": []}
        return {"orderTransactions": listed}

    def mark_as_paid(self, ids: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Answer ``POST /ecom/v1/payments-collector/orders/{ecomOrderId}/mark-as-paid``."""
        order_id = shapes.short_id("ecomOrderId", ids["id"])
        shapes.read(shapes.MarkAsPaid, body)
        before = self._order(order_id)

        def change(order: dict[str, Any]) -> None:
            if order.get("paymentStatus", "NOT_PAID") not in UNPAID:
                raise application_error("ORDER_ALREADY_PAID", "Order is already paid")
            order["paymentStatus"] = "PAID"

        previous = before.get("paymentStatus", "NOT_PAID")
        order = self._site.change(
            order_id, change, "payment_status_updated", previousPaymentStatus=previous
        )
        by_hand = _payment(self._site.new_id(), self._site.now(), order, is_offline=True)
        self._site.set_payments(order_id, [by_hand])
        return {"order": order}

    def _order(self, order_id: str) -> dict[str, Any]:
        order = self._site.order(order_id)
        if order is None:
            raise order_not_found(order_id)
        return order

    def _payments(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the payments; those of an order that came without are made up from the order."""
        known = self._site.payments(order["id"])
        if known is not None:
            return known
        is_offline = order.get("paymentStatus", "NOT_PAID") in UNPAID
        return [_payment(order["id"], order.get("createdDate"), order, is_offline=is_offline)]

    def _disturbed(self, orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
        faults, random = self._faults(), self._random
        shown = []
        for order in orders:
            shown += [order] * (2 if random.random() < faults.double_share else 1)
        if faults.disorder:
            random.shuffle(shown)
        return shown


def _refuse_state(order: dict[str, Any]) -> None:
    state = order["status"]
    raise application_error(f"ORDER_IS_{state}", f"Order is {state.lower()}")


def _merge(order: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if value is None:
            order.pop(name, None)
        elif isinstance(value, dict) and isinstance(order.get(name), dict) and name != "address":
            _merge(order[name], value)
        else:
            order[name] = value


def _payment(
    payment_id: str, created: Any, order: Mapping[str, Any], *, is_offline: bool
) -> dict[str, Any]:
    method = "Offline" if is_offline else "CreditCard"
    return {
        "id": payment_id,
        "createdDate": created,
        "updatedDate": created,
        "amount": order.get("priceSummary", {}).get("total", {"amount": "0"}),
        "refundDisabled": False,
        "status": "APPROVED" if order.get("paymentStatus") not in UNPAID else "PENDING_MERCHANT",
        "regularPaymentDetails": {
            "offlinePayment": is_offline,
            "paymentMethod": method,
            "paymentMethodName": {"buyerLanguageName": method, "siteLanguageName": method},
            "savedPaymentMethod": False,
        },
    }
