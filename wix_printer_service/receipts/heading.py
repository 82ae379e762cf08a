"""The top of every receipt: marks, number, method, time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wix_printer_service.models import Method
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.document import Text
from wix_printer_service.receipts.styles import (
    BANNER,
    BOLD_CENTERED,
    CENTERED,
    HUGE,
    HUGE_BANNER,
    LARGE_CENTERED,
)
from wix_printer_service.receipts.times import due_day, due_time, is_for_another_day, moment
from wix_printer_service.words import LANGUAGES

if TYPE_CHECKING:
    from wix_printer_service.models import Order
    from wix_printer_service.receipts.context import Marks, ReceiptContext
    from wix_printer_service.receipts.document import Block

_ID_END: Final = 6
"""How much of Wix's order id stands in for a missing number."""


def banners(order: Order, context: ReceiptContext, marks: Marks) -> tuple[Block, ...]:
    """Say what a reader must know before reading on."""
    say = words(context.language)
    late = marks.late_since
    cancelled = (Text(say.cancelled, HUGE_BANNER),) if marks.cancelled else ()
    texts = (
        say.copy_mark if marks.copy else "",
        say.duplicate if marks.duplicate else "",
        f"{say.late} {say.late_since.format(moment=moment(late, context))}" if late else "",
        say.unread_banner if order.unread else "",
    )
    return (*cancelled, *(Text(text, BANNER) for text in texts if text))


def number(order: Order, context: ReceiptContext) -> tuple[Block, ...]:
    """Name the order, as text: by its number, else by the end of its id."""
    if order.number:
        return (Text(name(order), HUGE),)
    say = words(context.language)
    remark = say.number_from_id if order.id else say.no_number
    return (Text(name(order), HUGE), Text(remark, CENTERED))


def name(order: Order) -> str:
    """Return what people call the order: "#10042", or "ID 4E0C41" if Wix gave no number."""
    if order.number:
        return order.number if order.number.startswith("#") else f"#{order.number}"
    return f"ID {order.id[-_ID_END:].upper()}" if order.id else "ID ?"


def method_name(order: Order, context: ReceiptContext) -> str:
    """Return how the food reaches the guest, in the restaurant's language."""
    say = words(context.language)
    known = {Method.PICKUP: say.pickup, Method.DELIVERY: say.delivery}
    return known.get(order.method) or order.method_title.upper() or say.order


def method(order: Order, context: ReceiptContext) -> tuple[Block, ...]:
    """Say how the food reaches the guest, and the owner's own words if they say more."""
    banner, title = Text(method_name(order, context), BANNER), order.method_title
    said = {
        method_name(order, replace(context, language=language)).casefold() for language in LANGUAGES
    }
    if not title or title.casefold() in said:
        return (banner,)
    return (banner, Text(title, LARGE_CENTERED))


def due(order: Order, context: ReceiptContext) -> tuple[Block, ...]:
    """Say when the food is wanted; the day stands out if it is not that of the order."""
    time = Text(due_time(order, context), HUGE)
    on = due_day(order, context)
    if not on:
        return (time,)
    if is_for_another_day(order, context):
        return (Text(on, BANNER), time)
    return (time, Text(on, BOLD_CENTERED))
