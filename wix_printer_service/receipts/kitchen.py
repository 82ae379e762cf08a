"""The kitchen's own blocks: large, without prices, allergies impossible to overlook."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from wix_printer_service.models import DEFAULT_STATION, EXPO_STATION, Receipt
from wix_printer_service.receipts import heading, lines, notes
from wix_printer_service.receipts.allergy import mentions_allergy
from wix_printer_service.receipts.document import Rule, Text
from wix_printer_service.receipts.styles import ALLERGY_ABOVE, BANNER, BOLD, TALL_BOLD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from wix_printer_service.models import OrderLine
    from wix_printer_service.receipts.context import Ticket
    from wix_printer_service.receipts.document import Block, Style

    _Said = tuple[Decimal | None, str, str]


def allergies(ticket: Ticket) -> Iterator[Block]:
    """Repeat at the top what guests say of allergies, each with the name of its item.

    Of a change only what is new, and only to the kitchen.
    """
    more = ticket.context.allergy_words
    said = dict.fromkeys(
        lines.labelled(item, text, ticket.context)
        for _count, item, text in _new_to_kitchen(ticket)
        if mentions_allergy(text, more)
    )
    if said:
        yield Text(ticket.say.allergies, BANNER)
    yield from (Text(text, ALLERGY_ABOVE) for text in said)


def _new_to_kitchen(ticket: Ticket) -> Iterable[_Said]:
    slip = ticket.slip
    if slip.read_by is not Receipt.KITCHEN:
        return ()
    if slip.receipt is not Receipt.CHANGE or slip.before is None:
        return _said(ticket)
    return Counter(_said(ticket)) - Counter(_said(replace(ticket, order=slip.before)))


def _said(ticket: Ticket) -> Iterator[_Said]:
    """Return all words of guests, each with its item and how many of it."""
    for line in ticket.share.lines:
        for text in lines.choices(line, ticket.context):
            yield line.quantity, lines.name(line), text
    for text in notes.guest_texts(ticket):
        yield None, "", text


def payment(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Say that an order is not paid."""
    if ticket.asks_for_money:
        yield Text(notes.payment(ticket.order, ticket.context), style)


def guest(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Name the guest in one row."""
    contact = ticket.order.contact
    person = " · ".join(part for part in (contact.name, contact.company) if part)
    if person:
        yield Text(person, style)


def station_lines(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Show what the station makes, and count what it does not."""
    yield from lines.missing(ticket.order, ticket.context)
    for line in ticket.share.lines:
        yield Rule()
        yield from _maker(line, ticket)
        yield from lines.in_full(line, ticket.context, style)
    yield from _elsewhere(ticket)


def _maker(line: OrderLine, ticket: Ticket) -> Iterator[Block]:
    """Tell the expo from which station a line comes."""
    if ticket.slip.station == EXPO_STATION:
        maker = ticket.context.kitchen.station_of(line, ticket.order)
        if maker not in {None, DEFAULT_STATION}:
            yield Text(heading.station_name(str(maker), ticket.say), TALL_BOLD)


def _elsewhere(ticket: Ticket) -> Iterator[Block]:
    share, say = ticket.share, ticket.say
    if share.others or share.not_for_kitchen:
        yield Rule()
    if share.others:
        many = say.other_station_items.format(count=share.others)
        yield Text(say.other_station_item if share.others == 1 else many, TALL_BOLD)
    if share.not_for_kitchen:
        many = say.other_items.format(count=share.not_for_kitchen)
        yield Text(say.other_item if share.not_for_kitchen == 1 else many, BOLD)
