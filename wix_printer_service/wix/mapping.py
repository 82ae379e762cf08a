"""From Wix's order on the wire to ``Order``: tolerant, total, and silent about nothing.

Field names and meanings are those of the wire types of ``@wix/auto_sdk_ecom_orders`` 1.0.300. Where
Wix Restaurants puts modifiers and special requests is not documented: ``modifierGroups``,
``descriptionLines`` and ``catalogReference.options`` are read, and nothing is said twice.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from wix_printer_service.models import (
    Address,
    Contact,
    Discount,
    Fee,
    Method,
    Modifier,
    Order,
    OrderLine,
    TaxLine,
    Totals,
    Unread,
)
from wix_printer_service.wix.wire import Wire

if TYPE_CHECKING:
    from datetime import datetime

_WISH_NAMES = re.compile(
    r"sonderw[uü]e?nsch|special (request|instruction)|anmerkung|bemerkung|hinweis|notiz|\bnotes?\b",
    re.IGNORECASE,
)
_MERE_HEADING = re.compile(rf"({_WISH_NAMES.pattern})(e|en|s)?\W*", re.IGNORECASE)
_COUNT = re.compile(r"(\d{1,6})\s*[x×]\s*", re.IGNORECASE)
_UNITS = {"KG": "kg", "G": "g", "L": "l", "ML": "ml", "LB": "lb", "OZ": "oz", "M": "m", "CM": "cm"}


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
    return tuple(_line(item) for item in items)


def _line(item: Wire) -> OrderLine:
    catalog = item.child("catalogReference")
    modifiers = _modifiers(item)
    options, wishes = _descriptions(item, catalog, modifiers)
    if not modifiers and not options and _has_choices(catalog):
        catalog.note("options.modifierGroups", "–")
    quantity, unit = _quantity(item)
    name = item.translated("productName")
    if not name:
        item.note("productName", "–")
    return OrderLine(
        name=name or "?",
        quantity=quantity,
        unit=unit,
        modifiers=modifiers,
        options=options,
        wishes=wishes,
        unit_price=item.money("price"),
        total=_first(item, "totalPriceAfterTax", "lineItemPrice", "totalPriceBeforeTax"),
        app_id=catalog.text("appId"),
        id=item.text("id"),
        item_id=catalog.text("catalogItemId"),
        section_id=catalog.child("options").text("sectionId"),
        menu_id=catalog.child("options").text("menuId"),
    )


def _first(item: Wire, *keys: str) -> Decimal | None:
    return next((amount for key in keys if (amount := item.money(key)) is not None), None)


def _quantity(item: Wire) -> tuple[Decimal | None, str]:
    exact = item.child("decimalQuantity")
    if exact.anything("value") or (not exact and item.anything("decimalQuantity")):
        # then ``quantity`` is 1, even where we cannot read how much it really is
        unit = exact.word("measurementUnit")
        unit = "" if unit == "UNSPECIFIED" else _UNITS.get(unit, unit.lower())
        return exact.number("value"), unit or exact.text("otherUnit")
    if not item.anything("quantity"):
        item.note("quantity", "–")
    return item.number("quantity"), ""


def _modifiers(item: Wire) -> tuple[Modifier, ...]:
    found = []
    for group in item.children("modifierGroups"):
        group_name = group.translated("name")
        chosen = group.children("modifiers")
        if not chosen:
            group.note("name", group_name)
        if not chosen or not group_name:
            group.note_beyond("id", "name", "modifiers")
        found += [_modifier(group_name, modifier) for modifier in chosen]
    return tuple(found)


def _modifier(group_name: str, modifier: Wire) -> Modifier:
    label, details = modifier.translated("label"), modifier.translated("details")
    if details and details != label:
        label = f"{label} ({details})" if label else details
    if not label and not modifier.note_beyond("id", "quantity", "price"):
        modifier.note("label", "–")
    quantity = modifier.number("quantity")
    return Modifier(group_name, label or "?", Decimal(1) if quantity is None else quantity)


def _descriptions(
    item: Wire, catalog: Wire, modifiers: tuple[Modifier, ...]
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Sort what a line says of itself into options and wishes, leaving out what is said already."""
    options: list[tuple[str, str]] = []
    wishes: list[str] = []
    request = catalog.child("options").text("specialRequests")
    is_request_said = not request
    for line in item.children("descriptionLines"):
        name, value = _description(line)
        if not value or _is_said(name, value, modifiers):
            continue
        if _same(value, request) or _WISH_NAMES.search(name):
            wishes.append(_wish(name, value))
            is_request_said = is_request_said or _same(value, request)
        else:
            options.append((name, value))
    if not is_request_said:
        wishes.append(request)
    return tuple(options), tuple(dict.fromkeys(wishes))


def _has_choices(catalog: Wire) -> bool:
    """Tell whether the guest chose something; the catalogue's ids do not say what."""
    groups = catalog.child("options").children("modifierGroups")
    return any(group.children("modifiers") for group in groups)


def _description(line: Wire) -> tuple[str, str]:
    name = line.translated("name")
    value = (
        line.translated("plainText")
        or line.translated("colorInfo")
        or line.translated("plainTextValue")
    )
    if not value and line.note_beyond("id", "name", "lineType"):
        return name, "?"  # "Allergy" alone would read as if that were all
    if value or _MERE_HEADING.fullmatch(name):
        return name, value
    return "", name  # a name alone may be all that is said, such as "No onions"


def _wish(name: str, value: str) -> str:
    # "Special request" says nothing on paper, "Note for the allergic" does
    return f"{name}: {value}" if name and not _MERE_HEADING.fullmatch(name) else value


def _is_said(name: str, value: str, modifiers: tuple[Modifier, ...]) -> bool:
    """Tell whether the modifiers say the same.

    "Topping: sesame" is not said by "Without: sesame", nor "Without: sesame" by a bare "sesame", so
    the group must fit as well.
    """
    fitting = [modifier for modifier in modifiers if not name or _same(name, modifier.group)]
    wholes_and_parts = ([value], value.split(","))
    return any(
        all(any(_says(modifier, part.strip()) for modifier in fitting) for part in parts)
        for parts in wholes_and_parts
    )


def _says(modifier: Modifier, text: str) -> bool:
    label, (bare, *_) = modifier.label, modifier.label.split(" (")
    count = _COUNT.match(text)
    if count and Decimal(count[1]) == modifier.quantity:
        text = text[count.end() :]
    return _same(text, label) or _same(text, bare)


def _same(one: str, other: str) -> bool:
    return bool(one) and " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


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
