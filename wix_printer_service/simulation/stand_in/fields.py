"""What orders can be searched and sorted by, and how its values compare.

Source: ``OrderSearchSpec`` of ``@wix/auto_sdk_ecom_orders`` 1.0.300, by its names in REST (without
the SDK's leading underscores).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import Enum, auto
from typing import Any

from wix_printer_service.simulation.stand_in.refusals import RefusedError, validation_error

EQUALITY = frozenset({"$eq", "$ne", "$in", "$nin"})
COMPARISONS = EQUALITY | {"$gt", "$gte", "$lt", "$lte"}
OF_LISTS = frozenset({"$hasSome", "$hasAll"})


class Kind(Enum):
    """How the values of a field compare."""

    TEXT = auto()
    MOMENT = auto()
    AMOUNT = auto()
    FLAG = auto()
    NUMBER = auto()
    """A text that is a number, such as the order's."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the index."""

    name: str
    kind: Kind
    operators: frozenset[str]
    is_sortable: bool

    def raw_values(self, order: Any) -> list[Any]:
        """Return what an order has there, as it stands there; a path leads through lists."""
        return [raw for raw in _along(order, self.name.split(".")) if self._fits(raw)]

    def values(self, order: Any) -> list[Any]:
        """Return what an order has there, comparable."""
        return [self.value(raw) for raw in self.raw_values(order)]

    def value(self, raw: Any, where: str = "") -> Any:
        """Return a value so that it compares with others of the field.

        Raises:
            RefusedError: It is of another kind.
        """
        try:
            return _READERS[self.kind](raw)
        except (ValueError, TypeError, InvalidOperation) as error:
            text = f"has a value that does not fit: expected a {self.kind.name.lower()}"
            raise validation_error((where or self.name, text, "INVALID_VALUE")) from error

    def _fits(self, raw: Any) -> bool:
        try:
            self.value(raw)
        except RefusedError:
            return False
        return True


def _along(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for entry in value:
            yield from _along(entry, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _along(value[path[0]], path[1:])


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise TypeError(raw)
    return raw


def _moment(raw: Any) -> datetime:
    moment = datetime.fromisoformat(_text(raw))
    if moment.tzinfo is None:
        raise ValueError(raw)
    return moment


def _amount(raw: Any) -> Decimal:
    if isinstance(raw, bool):
        raise TypeError(raw)
    return Decimal(str(raw))


def _flag(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise TypeError(raw)
    return raw


def _number(raw: Any) -> tuple[int, str]:
    text = str(raw) if isinstance(raw, int) else _text(raw)
    return (int(text), "") if text.isdecimal() else (-1, text)


_READERS: dict[Kind, Any] = {
    Kind.TEXT: _text,
    Kind.MOMENT: _moment,
    Kind.AMOUNT: _amount,
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
}


def _fields(kind: Kind, operators: frozenset[str], names: str, *, is_sortable: bool) -> list[Field]:
    return [Field(name, kind, operators, is_sortable) for name in names.split()]


FIELDS = {
    field.name: field
    for field in (
        *_fields(
            Kind.TEXT,
            EQUALITY,
            "channelInfo.type fulfillmentStatus paymentStatus shippingInfo.region.name"
            " shippingInfo.title status",
            is_sortable=True,
        ),
        *_fields(
            Kind.MOMENT,
            COMPARISONS,
            "createdDate updatedDate purchasedDate shippingInfo.logistics.deliveryTimeSlot.from"
            " shippingInfo.logistics.deliveryTimeSlot.to",
            is_sortable=True,
        ),
        *_fields(
            Kind.AMOUNT,
            COMPARISONS,
            "balanceSummary.authorized.amount balanceSummary.pending.amount"
            " balanceSummary.pendingRefund.amount priceSummary.total.amount"
            " taxInfo.totalExempt.amount taxInfo.totalTax.amount",
            is_sortable=True,
        ),
        *_fields(
            Kind.TEXT,
            COMPARISONS,
            "billingInfo.contactDetails.firstName billingInfo.contactDetails.lastName"
            " businessLocation.id businessLocation.name buyerInfo.email"
            " shippingInfo.logistics.deliveryTime",
            is_sortable=True,
        ),
        *_fields(Kind.NUMBER, COMPARISONS, "number", is_sortable=True),
        *_fields(Kind.FLAG, COMPARISONS, "archived imported seenByAHuman demo", is_sortable=False),
        *_fields(
            Kind.TEXT,
            EQUALITY,
            "id buyerInfo.contactId buyerInfo.memberId channelInfo.externalOrderId checkoutId"
            " createdBy.userId lineItems.subscriptionInfo.id",
            is_sortable=False,
        ),
        *_fields(
            Kind.TEXT,
            OF_LISTS,
            "lineItems.catalogReference.appId lineItems.catalogReference.catalogItemId"
            " lineItems.locations.id appliedDiscounts.coupon.id",
            is_sortable=False,
        ),
        *_fields(
            Kind.TEXT,
            OF_LISTS,
            "fulfillmentStatusesAggregate.statuses lineItems.productName.original",
            is_sortable=True,
        ),
    )
}
