"""The driver's receipt: where to, whom to ring, how much to collect."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from wix_printer_service.receipts import heading, lines, notes
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.document import Document, QrCode, Rule, Text, in_one_row
from wix_printer_service.receipts.money import money
from wix_printer_service.receipts.styles import (
    BANNER,
    CENTERED,
    HUGE,
    LARGE,
    LARGE_CENTERED,
    TALL_BOLD,
    TALL_CENTERED,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Address, Order
    from wix_printer_service.receipts.context import Marks, ReceiptContext
    from wix_printer_service.receipts.document import Block


def driver(order: Order, context: ReceiptContext, marks: Marks) -> Document:
    """Compose what the driver reads, at night, at the door."""
    return Document(
        (
            *heading.banners(order, context, marks),
            Text(words(context.language).driver, CENTERED),
            *heading.number(order, context),
            *heading.method(order, context),
            *heading.due(order, context),
            *_destination(order, context),
            Rule(),
            *_payment(order, context),
            *notes.guest_notes(order, context),
            *_lines(order, context),
            *_route(order, context),
            *notes.unread(order, context),
        )
    )


def _destination(order: Order, context: ReceiptContext) -> Iterator[Block]:
    contact, address = order.contact, order.address
    if contact.name or contact.company or contact.phone or address:
        yield Rule()
    for text in (contact.name, contact.company):
        if text:
            yield Text(text, TALL_BOLD)
    city = f"{address.postal_code} {address.city}".strip()
    for text in (address.street, address.addition, city):
        if text:
            yield Text(text, LARGE)
    if contact.phone:
        yield Text(words(context.language).phone)
        yield Text(in_one_row(contact.phone), LARGE)


def _payment(order: Order, context: ReceiptContext) -> Iterator[Block]:
    state = notes.payment(order, context)
    if order.is_paid:
        yield Text(state, LARGE_CENTERED)
        return
    say = words(context.language)
    yield Text(state, BANNER)
    if order.payment_status == "PARTIALLY_PAID":
        yield Text(say.partly_paid, TALL_CENTERED)
    due = order.amount_due
    if due is None:
        yield Text(say.collect_unknown, LARGE_CENTERED)
    else:
        amount = in_one_row(money(due, order.currency, context.language))
        yield Text(say.collect.format(amount=amount), HUGE)


def _lines(order: Order, context: ReceiptContext) -> Iterator[Block]:
    yield from lines.missing(order, context)
    for line in order.lines:
        yield from lines.in_short(line, context)


def _route(order: Order, context: ReceiptContext) -> Iterator[Block]:
    place = _place(order.address)
    if place:
        yield Rule()
        yield QrCode(f"https://maps.google.com/?q={place}")
        yield Text(words(context.language).route, CENTERED)


def _place(address: Address) -> str:
    """Return what a map looks for, encoded for a URL; empty if there is nothing."""
    if address.latitude is not None and address.longitude is not None:
        return f"{address.latitude},{address.longitude}"
    if not address:
        return ""
    city = f"{address.postal_code} {address.city}".strip()
    parts = (address.street, city, address.country)
    return quote(", ".join(part for part in parts if part), errors="replace")
