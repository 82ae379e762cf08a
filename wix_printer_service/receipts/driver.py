"""The driver's receipt: where to, whom to ring, how much to collect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
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

NARROWEST: Final = 32
"""Normal characters in a row of paper of 58 mm."""
_BEFORE_NUMBER: Final = re.compile(r" (?=\d)")


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
    if address:
        yield _in_few_rows(address)
    if contact.phone:
        yield Text(words(context.language).phone)
        yield Text(in_one_row(contact.phone), LARGE)


def _in_few_rows(address: Address) -> Text:
    """Lay out an address: a row for each part if the paper allows, letters of one size for all.

    A part that fits the narrowest paper is not broken, so that large letters become narrower where
    they must; of a longer one no number is left alone at the start of a row.
    """
    city = f"{address.postal_code} {address.city}".strip()
    parts = [part for part in (address.street, address.addition, city) if part]
    if max(map(len, parts)) <= NARROWEST:
        return Text("\n".join(map(in_one_row, parts)), LARGE)
    return Text(_BEFORE_NUMBER.sub("\u00a0", "\n".join(parts)), TALL_BOLD)


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
        what = say.collect if order.is_to_be_collected else say.open_amount
        yield Text(what.format(amount=amount), HUGE)


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
