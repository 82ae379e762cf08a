"""The events that the stand-in's own changes make, as decoded envelopes.

Source: ``MessageEnvelope`` and the events of ``@wix/auto_sdk_ecom_orders`` 1.0.300,
``@wix/auto_sdk_ecom_order-fulfillments`` 1.0.65 and
``@wix/auto_sdk_ecom_order-transactions`` 1.0.108.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from wix_printer_service.simulation import samples

ORDER, FULFILLMENTS, TRANSACTIONS = (
    "wix.ecom.v1.order",
    "wix.ecom.v1.fulfillments",
    "wix.ecom.v1.order_transactions",
)
INSTANCE_ID = "06793346-63ff-43f6-adeb-55b989267711"
SITE_ID = "a893f2e7-30eb-45d5-a0fb-0845e525651d"
APP_ID = "5ba7f0a4-9a1f-4c28-8f41-4d1c4f0f7a11"
"""The app in whose name the interface is used; all three ids are invented."""


def wire_moment(moment: datetime, digits: int = 3) -> str:
    """Return a moment as Wix writes it, with so many digits behind the second."""
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return f"{text[: len(text) - 6 + digits]}Z"


def order_event(order: dict[str, Any], slug: str, moment: datetime, **more: Any) -> dict[str, Any]:
    """Return an event about an order; ``more`` stands beside the order in its body."""
    entity = {"data": {"entityEventSequence": 0, "updatedEvent": {"currentEntity": order}}}
    event: dict[str, Any] = samples.as_event(entity, slug)["data"]
    if more:
        event["actionEvent"]["body"] |= more
    return _envelope(ORDER, slug, order["id"], moment, event)


def fulfillments_event(
    order_id: str, fulfillments: list[dict[str, Any]], moment: datetime
) -> dict[str, Any]:
    """Return the event that an order's fulfilments changed."""
    entity = {"orderId": order_id, "fulfillments": fulfillments}
    event = {"updatedEvent": {"currentEntity": entity}}
    return _envelope(FULFILLMENTS, "updated", order_id, moment, event)


def transactions_event(
    order_id: str, payments: list[dict[str, Any]], moment: datetime
) -> dict[str, Any]:
    """Return the event that an order's payments changed."""
    body = {
        "orderTransactions": {"orderId": order_id, "payments": payments, "refunds": []},
        "paymentIds": [payment["id"] for payment in payments],
        "refundIds": [],
    }
    event = {"actionEvent": {"body": body}}
    return _envelope(TRANSACTIONS, "updated", order_id, moment, event)


def _envelope(
    entity: str, slug: str, order_id: str, moment: datetime, event: dict[str, Any]
) -> dict[str, Any]:
    return {
        "eventType": f"{entity}_{slug}",
        "instanceId": INSTANCE_ID,
        "identity": {"identityType": "APP", "appId": APP_ID},
        "accountInfo": {"siteId": SITE_ID},
        "data": {
            **event,
            "id": str(uuid.uuid4()),
            "entityFqdn": entity,
            "slug": slug,
            "entityId": order_id,
            "eventTime": wire_moment(moment, 6),
            "triggeredByAnonymizeRequest": False,
        },
    }
