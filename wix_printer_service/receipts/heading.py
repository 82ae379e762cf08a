"""The top of every receipt: whose it is, which order, how and when."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wix_printer_service.models import DEFAULT_STATION, EXPO_STATION, Method, Receipt
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.document import Text
from wix_printer_service.receipts.styles import (
    BANNER,
    BOLD_CENTERED,
    CENTERED,
    LARGE_CENTERED,
)
from wix_printer_service.receipts.times import due_day, due_time, is_for_another_day, moment
from wix_printer_service.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Order
    from wix_printer_service.receipts.catalogue import Words
    from wix_printer_service.receipts.context import ReceiptContext, Ticket
    from wix_printer_service.receipts.document import Block, Style

_ID_END: Final = 6
"""How much of Wix's order id stands in for a missing number."""


def title(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Say whose paper it is; a guest knows that."""
    slip, say = ticket.slip, ticket.say
    reader = slip.reader if slip.receipt in {Receipt.CHANGE, Receipt.CANCELLATION} else slip.receipt
    if reader is Receipt.KITCHEN:
        yield Text(station_name(slip.station, say), style)
    elif reader is Receipt.DRIVER:
        yield Text(say.driver, style)


def station_name(station: str, say: Words) -> str:
    """Return what a station of the kitchen is called."""
    known = {DEFAULT_STATION: say.kitchen, EXPO_STATION: say.expo}
    return known.get(station) or say.station.format(name=station.upper())


def number(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Name the order, as text: by its number, else by the end of its id."""
    order, say = ticket.order, ticket.say
    yield Text(name(order), style)
    if order.number:
        return
    remark = say.no_number
    if order.local_number:
        remark = say.local_number
    elif order.id:
        remark = say.number_from_id
    yield Text(remark, CENTERED)


def name(order: Order) -> str:
    """Return what people call the order.

    "#10042"; "L7" if Wix gave no number and we did; "#10042 (L7)" if Wix gave one later; else the
    end of Wix's id.
    """
    if order.number:
        wix = order.number if order.number.startswith("#") else f"#{order.number}"
        return f"{wix} ({order.local_number})" if order.local_number else wix
    if order.local_number:
        return order.local_number
    return f"ID {order.id[-_ID_END:].upper()}" if order.id else "ID ?"


def method(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Say how the food reaches the guest, and the owner's own words if they say more."""
    order, context = ticket.order, ticket.context
    yield Text(method_name(order, context), style)
    own = order.method_title
    said = {
        method_name(order, replace(context, language=language)).casefold() for language in LANGUAGES
    }
    if own and own.casefold() not in said:
        yield Text(own, LARGE_CENTERED)


def method_name(order: Order, context: ReceiptContext) -> str:
    """Return how the food reaches the guest, in the reader's language."""
    say = words(context.language)
    known = {Method.PICKUP: say.pickup, Method.DELIVERY: say.delivery}
    return known.get(order.method) or order.method_title.upper() or say.order


def due(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Say when the food is wanted; the day stands out if it is not that of the order."""
    order, context = ticket.order, ticket.context
    on = due_day(order, context)
    is_another = is_for_another_day(order, context)
    if on and is_another:
        yield Text(on, BANNER)
    yield Text(due_time(order, context, briefly=True), style)
    if on and not is_another:
        yield Text(on, BOLD_CENTERED)


def ordered(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Say when the order was placed."""
    placed = ticket.order.created_at
    if placed:
        yield Text(ticket.say.ordered.format(moment=moment(placed, ticket.context)), style)


def location(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Say which of the restaurant's places the order is for."""
    if ticket.order.location_name:
        yield Text(ticket.order.location_name, style)


def restaurant(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Name the restaurant."""
    yield Text(ticket.context.restaurant_name, style)


def restaurant_address(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Give the restaurant's address, a row for each of its lines."""
    yield from (Text(row, style) for row in ticket.context.address)


def tax_number(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Give the restaurant's tax number."""
    number = ticket.context.tax_number
    if number:
        yield Text(ticket.say.tax_number.format(number=number), style)
