"""Signs envelopes as Wix does: the whole body is one RS256 JWT, its ``data`` a JSON string."""

from __future__ import annotations

import copy
import json
from enum import StrEnum
from functools import lru_cache
from typing import Any

from joserfc import jws
from joserfc.jwk import RSAKey

LIFETIME_S = 3600
JSON_NAMES = {
    "createdEvent": ("entity", "entityAsJson"),
    "updatedEvent": ("currentEntity", "currentEntityAsJson"),
    "deletedEvent": ("deletedEntity", "deletedEntityAsJson"),
    "actionEvent": ("body", "bodyAsJson"),
}


class Style(StrEnum):
    """The forms of envelope that are seen on the wire and in Wix's documentation."""

    STRINGS = "strings"
    """``data`` and ``identity`` are JSON strings, the order is an object (today's form)."""
    AS_JSON = "as_json"
    """As ``strings``, and the order is a JSON string under ``bodyAsJson`` and the like (older)."""
    OBJECTS = "objects"
    """Objects all the way down."""


def sign(
    envelope: dict[str, Any], private_key: str, issued_at: float, style: Style = Style.STRINGS
) -> bytes:
    """Return the body of a delivery.

    Args:
        envelope: ``{eventType, instanceId, identity, data: {...}}``, decoded.
        private_key: PEM.
        issued_at: Seconds since 1970, for ``iat``.
        style: Form of the envelope.
    """
    wrapped = wrap(envelope, style)
    outer: Any = wrapped if style is Style.OBJECTS else json.dumps(wrapped, ensure_ascii=False)
    claims = {"data": outer, "iat": int(issued_at), "exp": int(issued_at) + LIFETIME_S}
    payload = json.dumps(claims, ensure_ascii=False).encode("utf-8", "surrogatepass")
    header = {"alg": "RS256", "typ": "JWT"}
    registry = jws.JWSRegistry(algorithms=["RS256"])
    registry.max_payload_length = len(payload) * 2
    key = _key(private_key)
    return jws.serialize_compact(header, payload, key, registry=registry).encode("ascii")


@lru_cache(maxsize=2)
def _key(private_key: str) -> RSAKey:
    """Return the key; reading it takes longer than signing with it."""
    return RSAKey.import_key(private_key)


def wrap(envelope: dict[str, Any], style: Style) -> dict[str, Any]:
    """Return the envelope with its inner parts in the form of ``style``."""
    wrapped = copy.deepcopy(envelope)
    if style is Style.OBJECTS:
        return wrapped
    if style is Style.AS_JSON:
        _put_into_json(wrapped["data"])
    for part in ("data", "identity"):
        if part in wrapped:
            wrapped[part] = json.dumps(wrapped[part], ensure_ascii=False)
    return wrapped


def _put_into_json(event: dict[str, Any]) -> None:
    for holder, (name, json_name) in JSON_NAMES.items():
        if name in event.get(holder, {}):
            event[holder][json_name] = json.dumps(event[holder].pop(name), ensure_ascii=False)
