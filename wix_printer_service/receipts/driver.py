"""The driver's own blocks: where to, whom to ring, how much to collect; read at night."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from wix_printer_service.receipts import lines, notes
from wix_printer_service.receipts.document import QrCode, Rule, Text, in_one_row
from wix_printer_service.receipts.money import money
from wix_printer_service.receipts.styles import (
    BANNER,
    CENTERED,
    HUGE,
    LARGE_CENTERED,
    TALL_CENTERED,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Address
    from wix_printer_service.receipts.context import Ticket
    from wix_printer_service.receipts.document import Block, Style

NARROWEST: Final = 32
"""Normal characters in a row of paper of 58 mm."""
_BEFORE_NUMBER: Final = re.compile(r" (?=\d)")


def guest(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Name the guest and the company, a row for each."""
    contact = ticket.order.contact
    yield from (Text(text, style) for text in (contact.name, contact.company) if text)


def address(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Say where to: street and city as large as their words allow, the rest in one row."""
    place = ticket.order.address
    for part in address_rows(place):
        is_short = part == place.addition and len(part) <= NARROWEST
        yield Text(in_one_row(part) if is_short else numbers_kept(part), style)


def numbers_kept(text: str) -> str:
    """Return a text of which no number begins a row: it stays with the word before it."""
    return _BEFORE_NUMBER.sub("\u00a0", text)


def address_rows(place: Address) -> list[str]:
    """Return an address as it stands on an envelope."""
    city = f"{place.postal_code} {place.city}".strip()
    return [part for part in (place.street, place.addition, city) if part]


def phone(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Say whom to ring, the number never broken."""
    number = ticket.order.contact.phone
    if number:
        yield Text(ticket.say.phone)
        yield Text(in_one_row(number), style)


def payment(ticket: Ticket) -> Iterator[Block]:
    """Say what is to be collected."""
    order, say = ticket.order, ticket.say
    state = notes.payment(order, ticket.context)
    if not ticket.asks_for_money:
        if order.is_paid:
            yield Text(state, LARGE_CENTERED)
        return
    yield Text(state, BANNER)
    if order.payment_status == "PARTIALLY_PAID":
        yield Text(say.partly_paid, TALL_CENTERED)
    due = order.amount_due
    if due is None:
        yield Text(say.collect_unknown, LARGE_CENTERED)
    else:
        amount = in_one_row(money(due, order.currency, ticket.context.locale))
        what = say.collect if order.is_to_be_collected else say.open_amount
        yield Text(what.format(amount=amount), HUGE)


def all_lines(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Show what to count into the bag."""
    yield from lines.missing(ticket.order, ticket.context)
    yield from lines.counted(ticket, style)


def route(ticket: Ticket) -> Iterator[Block]:
    """Show a code that opens a map at the guest's door."""
    place = _place(ticket.order.address)
    if place:
        yield Rule()
        yield QrCode(f"https://maps.google.com/?q={place}")
        yield Text(ticket.say.route, CENTERED)


def _place(address: Address) -> str:
    """Return what a map looks for, encoded for a URL; empty if there is nothing."""
    if address.latitude is not None and address.longitude is not None:
        return f"{address.latitude},{address.longitude}"
    if not address:
        return ""
    city = f"{address.postal_code} {address.city}".strip()
    parts = (address.street, city, address.country)
    return quote(", ".join(part for part in parts if part), errors="replace")
