"""From Wix's order on the wire to ``Order``: tolerant, total, and silent about nothing.

Field names and meanings are those of the wire types of ``@wix/auto_sdk_ecom_orders`` 1.0.300.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from wix_printer_service.models import (
    Address,
    Contact,
    Discount,
    Fee,
    Method,
    Order,
    TaxLine,
    Totals,
    Unread,
)
from wix_printer_service.wix.mapping_lines import read_line
from wix_printer_service.wix.wire import Wire

if TYPE_CHECKING:
    from datetime import datetime

    from wix_printer_service.models import OrderLine


def read_order(raw: object, *, order_id: str = "", implied_status: str = "") -> Order:
    """Read an order; what could not be read stands in ``Order.unread``. Never raises.

    Args:
        raw: The order as it came, a decoded JSON object.
        order_id: Its id, if the object does not say.
        implied_status: What the event itself says of the order's status, such as ``APPROVED``.
    """
    unread: list[Unread] = []
    wire = Wire(raw, "", unread)
    if not wire:
        wire.note("order", raw)
        wire.note("order", "–")
    if "unreadable" in wire:
        wire.note("unreadable", wire.anything("unreadable"))
    order = Order(
        id=wire.text("id") or order_id,
        number=wire.text("number"),
        status=_status(wire.word("status"), implied_status),
        payment_status=wire.word("paymentStatus"),
        fulfillment_status=wire.word("fulfillmentStatus"),
        imported=wire.flag("imported"),
        created_at=wire.moment("purchasedDate") or wire.moment("createdDate"),
        updated_at=wire.moment("updatedDate"),
        lines=_lines(wire),
        buyer_note=wire.text("buyerNote"),
        custom_fields=_custom_fields(wire),
        location_name=wire.child("businessLocation").translated("name"),
        location_id=wire.child("businessLocation").text("id"),
        language=wire.text("buyerLanguage"),
    )
    order = _with_handover(order, wire)
    order = _with_sums(order, wire)
    return replace(order, unread=tuple(dict.fromkeys(unread)))


def shows_empty_list(raw: object) -> bool:
    """Tell whether an order as it came says that it has no lines, not just nothing about them."""
    return isinstance(raw, Mapping) and raw.get("lineItems") == []


def _with_handover(order: Order, wire: Wire) -> Order:
    """Add how, when, where and to whom the food goes."""
    shipping = wire.child("shippingInfo")
    logistics = shipping.child("logistics")
    method = _method(logistics)
    due_from, due_to = _due(logistics)
    return replace(
        order,
        method=method,
        method_title=shipping.text("title"),
        due_from=due_from,
        due_to=due_to,
        due_text=logistics.text("deliveryTime"),
        instructions=logistics.text("instructions"),
        contact=_contact(wire, logistics, method),
        address=Address() if method is Method.PICKUP else _address(wire, logistics),
    )


def _with_sums(order: Order, wire: Wire) -> Order:
    """Add all that is about money."""
    return replace(
        order,
        currency=wire.word("currency"),
        tax_included=wire.answer("taxIncludedInPrices"),
        totals=_totals(wire),
        fees=tuple(
            Fee(fee.translated("name"), fee.money("price"))
            for fee in wire.children("additionalFees")
        ),
        discounts=tuple(_discount(d) for d in wire.children("appliedDiscounts")),
        taxes=_taxes(wire),
    )


def _status(said: str, implied: str) -> str:
    """Settle the status: an event that says "approved" or "canceled" means it.

    An order with a status that we do not know goes by its event.
    """
    if implied == "CANCELED":
        return implied
    if implied == "APPROVED" and said not in {"CANCELED", "REJECTED"}:
        return implied
    return said


def _method(logistics: Wire) -> Method:
    # for a pickup, shippingDestination (if present) is the shop's own address
    if "pickupDetails" in logistics:
        return Method.PICKUP
    if "shippingDestination" in logistics:
        return Method.DELIVERY
    return Method.UNKNOWN


def _due(logistics: Wire) -> tuple[datetime | None, datetime | None]:
    slot = logistics.child("deliveryTimeSlot")
    start, end = slot.moment("from"), slot.moment("to")
    if start is None and end is None:
        end = logistics.moment("deliverByDate")
    return start or end, end or start


def _lines(wire: Wire) -> tuple[OrderLine, ...]:
    items = wire.children("lineItems")
    if wire and not items:
        wire.note("lineItems", "–")
    return tuple(read_line(item) for item in items)


def _custom_fields(wire: Wire) -> tuple[tuple[str, str], ...]:
    fields = (
        (field.translated("title") or field.translated("translatedTitle"), field.anything("value"))
        for field in wire.children("customFields")
    )
    return tuple((title, value) for title, value in fields if value)


def _contact(wire: Wire, logistics: Wire, method: Method) -> Contact:
    candidates = [
        _person(wire.child("recipientInfo").child("contactDetails")),
        _person(wire.child("billingInfo").child("contactDetails")),
    ]
    if method is Method.DELIVERY:
        destination = logistics.child("shippingDestination").child("contactDetails")
        candidates.insert(0, _person(destination))
    best = next((contact for contact in candidates if contact.name or contact.company), Contact())
    phone = next((contact.phone for contact in candidates if contact.phone), "")
    return Contact(best.name, best.company, best.phone or phone)


def _person(details: Wire) -> Contact:
    name = f"{details.text('firstName')} {details.text('lastName')}".strip()
    return Contact(name, details.text("company"), details.text("phone"))


def _address(wire: Wire, logistics: Wire) -> Address:
    destination = _place(logistics.child("shippingDestination").child("address"))
    return destination or _place(wire.child("recipientInfo").child("address"))


def _place(address: Wire) -> Address:
    street, geocode = address.child("streetAddress"), address.child("geocode")
    named = f"{street.text('name')} {street.text('number')}".strip()
    additions = dict.fromkeys((address.text("addressLine2"), street.text("apt")))
    return Address(
        street=address.text("addressLine") or address.text("addressLine1") or named,
        addition=", ".join(part for part in additions if part),
        postal_code=address.text("postalCode"),
        city=address.text("city"),
        country=address.word("country"),
        latitude=geocode.number("latitude"),
        longitude=geocode.number("longitude"),
    )


def _totals(wire: Wire) -> Totals:
    summary, balance = wire.child("priceSummary"), wire.child("balanceSummary")
    return Totals(
        subtotal=summary.money("subtotal"),
        shipping=summary.money("shipping"),
        discount=summary.money("discount"),
        fees=summary.money("totalAdditionalFees"),
        tax=summary.money("tax"),
        total=summary.money("total"),
        paid=balance.money("paid"),
        balance=balance.money("balance"),
    )


def _discount(wire: Wire) -> Discount:
    for kind in ("coupon", "merchantDiscount", "discountRule"):
        if kind in wire:
            detail = wire.child(kind)
            names = (detail.translated(key) for key in ("name", "description", "code"))
            name = next((n for n in names if n), "") or detail.text("discountReason")
            return Discount(name, detail.money("amount"))
    return Discount("", wire.money("amount"))


def _taxes(wire: Wire) -> tuple[TaxLine, ...]:
    return tuple(
        TaxLine(tax.text("taxName"), tax.number("rate"), tax.money("aggregatedTaxAmount"))
        for tax in wire.child("taxInfo").children("taxBreakdown")
    )
