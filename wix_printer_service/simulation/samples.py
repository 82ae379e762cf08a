"""Sample deliveries of a small trattoria, and making them look as if they came now.

Field names, enum values and structure are those of Wix's own types; ids, people, prices and texts
are invented. Where Wix Restaurants puts modifiers and special requests on a finished order is not
documented, so ``modifiers`` carries the possible forms side by side.
"""

from __future__ import annotations

import copy
import json
import re
import uuid
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

QUARTER = timedelta(minutes=15)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")
_LIFE = (
    "created",
    "approved",
    "payment_status_updated",
    "updated",
    "committed",
    "fulfilled",
    "canceled",
)
_FOLDER = resources.files("wix_printer_service.simulation") / "samples"


def names() -> list[str]:
    """List the samples."""
    return sorted(f.name.removesuffix(".json") for f in _FOLDER.iterdir())


def load(name: str) -> dict[str, Any]:
    """Return a sample's envelope, decoded.

    Raises:
        KeyError: There is no such sample.
    """
    if name not in names():
        raise KeyError(name)
    envelope: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return envelope


def order_of(envelope: dict[str, Any]) -> dict[str, Any]:
    """Return the order inside an envelope, empty if it shows none."""
    event = envelope.get("data", {})
    body = event.get("actionEvent", {}).get("body", {})
    entity = event.get("createdEvent", {}).get("entity")
    current = event.get("updatedEvent", {}).get("currentEntity")
    order: dict[str, Any] = body.get("order") or entity or current or {}
    return order


def shift(envelope: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return the envelope moved in time so that its order was placed just now.

    Every moment moves by the same span, whole quarters of an hour, so that the events of an order
    keep their order and slots stay on the quarter.
    """
    created = order_of(envelope).get("createdDate")
    if created is None:
        return envelope
    span = (now - datetime.fromisoformat(created)) // QUARTER * QUARTER
    text = json.dumps(envelope, ensure_ascii=False)
    shifted: dict[str, Any] = json.loads(_MOMENT.sub(lambda m: _moved(m.group(), span), text))
    return shifted


def rename(envelope: dict[str, Any], order_id: str, number: str) -> dict[str, Any]:
    """Return the envelope as an event of its own about another order."""
    renamed = copy.deepcopy(envelope)
    order = order_of(renamed)
    order["id"], order["number"] = order_id, number
    renamed["data"]["entityId"] = order_id
    renamed["data"]["id"] = str(uuid.uuid4())
    return renamed


def as_event(envelope: dict[str, Any], slug: str) -> dict[str, Any]:
    """Return the order of an envelope as another kind of event shows it, later than this one."""
    order = order_of(envelope)
    event = {
        key: value
        for key, value in envelope["data"].items()
        if key not in {"createdEvent", "updatedEvent", "actionEvent"}
    }
    step = _LIFE.index(slug) if slug in _LIFE else len(_LIFE)
    sequence = int(event.get("entityEventSequence", 0)) + 1 + step
    event |= {"id": str(uuid.uuid4()), "slug": slug, **_holder(slug, order)}
    event["entityEventSequence"] = str(sequence)
    return {**envelope, "eventType": f"wix.ecom.v1.order_{slug}", "data": event}


def _holder(slug: str, order: dict[str, Any]) -> dict[str, Any]:
    if slug == "created":
        return {"createdEvent": {"entity": order}}
    if slug == "updated":
        return {"updatedEvent": {"currentEntity": order}}
    if slug == "canceled":
        order = {**order, "status": "CANCELED"}
    if slug == "fulfilled":
        order = {**order, "fulfillmentStatus": "FULFILLED"}
    return {"actionEvent": {"body": {"order": order}}}


def _moved(text: str, span: timedelta) -> str:
    digits = len(text.split(".")[1]) - 1
    moved = datetime.fromisoformat(text) + span
    return moved.strftime("%Y-%m-%dT%H:%M:%S.%f")[: 20 + digits] + "Z"
