"""Verifying and unwrapping Wix's deliveries.

The whole body of a delivery is one JWT, signed RS256 with the app's key. Its ``data`` is a JSON
string with the envelope; the envelope's ``data`` is a JSON string with the event (Wix: "About the
Structure of Webhooks"; names as in ``@wix/sdk`` 1.21.16). ``exp``, ``iat`` and ``aud`` are not
looked at: a Pi's clock may be wrong and a retry may come two days late, while a copy is recognised
by the event's id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from wix_printer_service.errors import ConfigurationError, MalformedError, UnauthenticError
from wix_printer_service.models import Road
from wix_printer_service.wix.wire import Wire, clean, load

if TYPE_CHECKING:
    from datetime import datetime

ALGORITHM = "RS256"
ORDER_ENTITY = "wix.ecom.v1.order"
TOKEN_PARTS = 3
LOCAL_ID = "event "
"""An order of which Wix did not say the id goes by this and its event's id."""
LONGEST_SEQUENCE = 40
"""Digits of a sequence number that is still taken for one."""


class EventKind(StrEnum):
    """Events about orders, by the last part of Wix's event type."""

    CREATED = "created"
    APPROVED = "approved"
    UPDATED = "updated"
    CANCELED = "canceled"
    PAYMENT_STATUS_UPDATED = "payment_status_updated"
    COMMITTED = "committed"
    FULFILLED = "fulfilled"
    IMPORTED = "imported"
    IMPORTED_ORDER_DELETED = "imported_order_deleted"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """What Wix says happened.

    ``order`` is the order as it came (a decoded JSON object), None when the event is not about one.
    ``sequence`` grows with every event of one order.
    """

    id: str
    type: str
    kind: EventKind
    order_id: str
    sequence: int | None
    anonymise: bool
    order: dict[str, Any] | None
    road: Road = Road.WEBHOOK
    is_past: bool = False
    """It shows an order of before the first start, which is not to be printed any more."""
    told_at: datetime | None = None
    """When Wix told it, by Wix's clock; None if that is not known."""


class Verifier:
    """Tells Wix's deliveries from others.

    Args:
        public_key: The app's public key, PEM, or PEM in base64 as Wix's SDK also takes it.

    Raises:
        ConfigurationError: The key is no RSA public key.
    """

    def __init__(self, public_key: str) -> None:
        try:
            pem = public_key.strip()
            if "-----BEGIN" not in pem:
                pem = base64.b64decode("".join(pem.split()), validate=True).decode("ascii")
            if "PRIVATE" in pem:
                raise ConfigurationError(
                    ["the webhook key file holds a private key; Wix's is public"]
                )
            self._key = RSAKey.import_key(pem)
        except (ValueError, binascii.Error, JoseError) as error:
            message = "the webhook key is not an RSA public key (-----BEGIN PUBLIC KEY----- …)"
            raise ConfigurationError([message]) from error

    def verify(self, body: bytes, most_bytes: int) -> bytes:
        """Return the signed payload of a delivery.

        Args:
            body: The request's body; white space around the token does not matter.
            most_bytes: The largest token to look at.

        Raises:
            MalformedError: The body is no token at all.
            UnauthenticError: It is not signed by Wix for this app with RS256.
        """
        token = body.strip()
        _check_form(token)
        registry = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)
        registry.max_header_length = registry.max_payload_length = most_bytes
        try:
            return jws.deserialize_compact(token, self._key, registry=registry).payload
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise UnauthenticError("not signed by Wix with this app's key (RS256)") from error


def _check_form(token: bytes) -> None:
    if not token:
        raise MalformedError("body: empty; expected one JWT")
    parts = token.split(b".")
    if token[:1] in b"{[" or len(parts) == TOKEN_PARTS - 1 or parts[-1] == b"":
        raise UnauthenticError("not signed")
    if len(parts) != TOKEN_PARTS:
        raise MalformedError("body: not a JWT of three parts")


def event_of_search(
    found: object, *, is_past: bool = False, told_at: datetime | None = None
) -> OrderEvent:
    """Return an order that Wix's search shows as an event.

    A search tells neither event nor sequence: what it shows is one event for as long as it is the
    same, whatever the order of its keys. Only orders that are approved or called off are searched
    for: one whose status cannot be read counts as approved, so that it reaches the kitchen.

    Args:
        found: The order as it came; one that is no JSON object is kept as ``unreadable``.
        is_past: Whether it is of before the first start.
        told_at: What Wix's clock said, if it did.
    """
    order = _readable(found)
    event_id = f"search {_fingerprint(order)}"
    kind = EventKind.UPDATED if _text(order.get("status")) else EventKind.APPROVED
    return OrderEvent(
        id=event_id,
        type="search",
        kind=kind,
        order_id=_text(order.get("id")) or f"{LOCAL_ID}{event_id}",
        sequence=None,
        anonymise=False,
        order=order,
        road=Road.BACKFILL,
        is_past=is_past,
        told_at=told_at,
    )


def parse(payload: bytes) -> OrderEvent:
    """Unwrap the signed payload, whichever form of envelope Wix chose.

    Raises:
        MalformedError: It is not of the agreed form; the text names the place.
    """
    claims = _object(payload, "payload")
    envelope = claims if "eventType" in claims else _object(claims.get("data"), "data")
    event = _object(envelope["data"], "data.data") if "data" in envelope else envelope
    event_type = _event_type(envelope, event)
    kind = _kind(event_type)
    order = None if kind is EventKind.OTHER else _order(event)
    event_id = _text(event.get("id")) or _fingerprint(event)
    order_id = _text((order or {}).get("id")) or _text(event.get("entityId"))
    return OrderEvent(
        id=event_id,
        type=event_type,
        kind=kind,
        order_id=order_id or f"{LOCAL_ID}{event_id}",
        sequence=_sequence(event.get("entityEventSequence")),
        anonymise=Wire(event, "", []).flag("triggeredByAnonymizeRequest"),
        order=order,
    )


def _object(value: object, place: str) -> dict[str, Any]:
    """Return the JSON object that ``value`` is or holds as text."""
    if isinstance(value, str | bytes):
        try:
            value = load(value)
        except ValueError as error:
            raise MalformedError(f"{place}: not JSON ({error})") from error
    if not isinstance(value, dict):
        found = "missing" if value is None else type(value).__name__
        raise MalformedError(f"{place}: expected a JSON object, found {found}")
    return value


def _event_type(envelope: dict[str, Any], event: dict[str, Any]) -> str:
    said = _text(envelope.get("eventType")) or _text(event.get("eventType"))
    if said:
        return said
    entity, slug = _text(event.get("entityFqdn")), _text(event.get("slug"))
    if not entity or not slug:
        raise MalformedError("data.eventType: missing")
    return f"{entity}_{slug}"


def _kind(event_type: str) -> EventKind:
    prefix, _, slug = event_type.partition(f"{ORDER_ENTITY}_")
    known = {kind.value: kind for kind in EventKind if kind is not EventKind.OTHER}
    return EventKind.OTHER if prefix else known.get(slug, EventKind.OTHER)


def _order(event: dict[str, Any]) -> dict[str, Any]:
    """Find the order in the event; one that cannot be read comes back as ``unreadable`` text."""
    for holder, names in (
        ("createdEvent", ("entity", "entityAsJson")),
        ("updatedEvent", ("currentEntity", "currentEntityAsJson")),
        ("deletedEvent", ("deletedEntity", "deletedEntityAsJson")),
        ("actionEvent", ("body", "bodyAsJson")),
    ):
        if event.get(holder) is not None:
            found = _first(event[holder], names)
            return _inner_order(found) if holder == "actionEvent" else _readable(found)
    return {}


def _first(holder: object, names: tuple[str, ...]) -> object:
    holder = _readable(holder)
    return next((holder[name] for name in names if holder.get(name) is not None), holder)


def _inner_order(body: object) -> dict[str, Any]:
    body = _readable(body)
    return _readable(body["order"]) if body.get("order") is not None else body


def _readable(value: object) -> dict[str, Any]:
    try:
        return _object(value, "")
    except MalformedError:
        return {"unreadable": value}


def _sequence(value: object) -> int | None:
    digits = _text(value)
    usable = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_SEQUENCE
    return int(digits) if usable else None


def _text(value: object) -> str:
    if isinstance(value, str):
        return clean(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _fingerprint(event: dict[str, Any]) -> str:
    # a copy may be signed anew, so the event counts and not the token; keys have no order
    text = json.dumps(event, default=str, sort_keys=True)
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()
