"""Wix's interface to fulfilments, and what they make of an order's own state.

Source: paths, requests and answers of ``@wix/auto_sdk_ecom_order-fulfillments`` 1.0.65; the
order's ``fulfillmentStatus`` follows from the quantities, not from a fulfilment's ``status``.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from wix_printer_service.simulation.stand_in import shapes
from wix_printer_service.simulation.stand_in.refusals import (
    NOT_FOUND,
    application_error,
    order_not_found,
    validation_error,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wix_printer_service.simulation.stand_in.site import Site

NONE, SOME, ALL = "NOT_FULFILLED", "PARTIALLY_FULFILLED", "FULFILLED"


class FulfillmentsApi:
    """What can be asked about fulfilments; every method takes the path's ids and the body.

    Raises, all of them:
        RefusedError: The request is not right, or the order does not allow it.
    """

    def __init__(self, site: Site) -> None:
        self._site = site

    def list_all(self, ids: Mapping[str, str], _body: Any) -> dict[str, Any]:
        """Answer ``GET /ecom/v1/fulfillments/orders/{orderId}``."""
        order = self._order(ids)
        return self._shown(order["id"])

    def create(self, ids: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Answer ``POST /ecom/v1/fulfillments/orders/{orderId}/create-fulfillment``."""
        order = self._order(ids)
        asked = shapes.read(shapes.CreateFulfillment, body).fulfillment
        present = self._site.fulfillments(order["id"])
        left = _quantities(order.get("lineItems", [])) - _fulfilled(present)
        lines = [
            {"id": line.id, "quantity": _taken(line, left, place)}
            for place, line in enumerate(asked.line_items)
        ]
        new_id = self._site.new_id()
        made = {"id": new_id, "createdDate": self._site.now(), "completed": False}
        made |= asked.given() | {"lineItems": lines}
        self._set(order, [*present, made])
        return {**self._shown(order["id"]), "fulfillmentId": new_id}

    def update(self, ids: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Answer ``PATCH /ecom/v1/fulfillments/{fulfillment.id}/orders/{orderId}``."""
        order = self._order(ids)
        changes = shapes.read(shapes.UpdateFulfillment, body).fulfillment.given()
        wanted = shapes.guid("fulfillment.id", ids["fulfillment_id"])
        if changes.pop("id", wanted) != wanted:
            raise validation_error(("fulfillment.id", "is not that of the path", "MISMATCH"))
        present, place = self._found(order["id"], wanted)
        merged = present[place] | changes
        present[place] = {name: value for name, value in merged.items() if value is not None}
        self._set(order, present)
        return self._shown(order["id"])

    def delete(self, ids: Mapping[str, str], _body: Any) -> dict[str, Any]:
        """Answer ``DELETE /ecom/v1/fulfillments/{fulfillmentId}/orders/{orderId}``."""
        order = self._order(ids)
        wanted = shapes.guid("fulfillmentId", ids["fulfillment_id"])
        present, place = self._found(order["id"], wanted)
        del present[place]
        self._set(order, present)
        return self._shown(order["id"])

    def _order(self, ids: Mapping[str, str]) -> dict[str, Any]:
        order_id = shapes.short_id("orderId", ids["id"])
        order = self._site.order(order_id)
        if order is None:
            raise order_not_found(order_id)
        return order

    def _found(self, order_id: str, wanted: str) -> tuple[list[dict[str, Any]], int]:
        present = self._site.fulfillments(order_id)
        for place, fulfillment in enumerate(present):
            if fulfillment["id"] == wanted:
                return present, place
        raise application_error("FULFILLMENT_NOT_FOUND", f"No fulfillment {wanted}", NOT_FOUND)

    def _shown(self, order_id: str) -> dict[str, Any]:
        listed = self._site.fulfillments(order_id)
        return {"orderWithFulfillments": {"orderId": order_id, "fulfillments": listed}}

    def _set(self, order: dict[str, Any], fulfillments: list[dict[str, Any]]) -> None:
        self._site.set_fulfillments(order["id"], fulfillments)
        before = order.get("fulfillmentStatus", NONE)
        after = _status(order, fulfillments)
        if after == before:
            return
        self._site.change(
            order["id"],
            lambda changed: changed.update(fulfillmentStatus=after),
            "fulfilled",
            previousFulfillmentStatus=before,
            newFulfillmentStatus=after,
        )


def _quantities(lines: list[dict[str, Any]]) -> Counter[str]:
    return Counter({line["id"]: int(line.get("quantity") or 1) for line in lines if "id" in line})


def _fulfilled(fulfillments: list[dict[str, Any]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for fulfillment in fulfillments:
        total.update(_quantities(fulfillment["lineItems"]))
    return total


def _taken(line: shapes.FulfillmentLine, left: Counter[str], place: int) -> int:
    """Return the quantity of one line, which is all that is left if the request names none."""
    quantity = line.quantity or left[line.id]
    if not 0 < quantity <= left[line.id]:
        where = f"fulfillment.lineItems[{place}].quantity"
        text = f"is more than the {left[line.id]} that are left to fulfill"
        raise validation_error((where, text, "QUANTITY_NOT_AVAILABLE"))
    left[line.id] -= quantity
    return quantity


def _status(order: dict[str, Any], fulfillments: list[dict[str, Any]]) -> str:
    done = _fulfilled(fulfillments)
    if not done:
        return NONE
    return SOME if _quantities(order.get("lineItems", [])) - done else ALL
