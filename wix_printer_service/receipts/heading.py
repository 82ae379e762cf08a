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
    return (
        *((Text(say.cancelled, HUGE_BANNER),) if marks.cancelled else ()),
        *_banner(say.backup_from.format(printer=marks.backup_from) if marks.backup_from else ""),
        *_banner(say.copy_mark if marks.copy else ""),
        *_duplicate(marks, context),
        *_late(marks, context),
        *_banner(say.unread_banner if order.unread else ""),
    )


def _banner(text: str) -> tuple[Block, ...]:
    return (Text(text, BANNER),) if text else ()


def _duplicate(marks: Marks, context: ReceiptContext) -> tuple[Block, ...]:
    """Say that a ticket may be there already, since when, and which try this is."""
    if marks.duplicate is None:
        return ()
    say = words(context.language)
    sent = moment(marks.duplicate.first_sent_at, context)
    tried = say.attempt.format(moment=sent, attempt=marks.duplicate.attempt)
    return (Text(say.duplicate, BANNER), Text(tried, BOLD_CENTERED))


def _late(marks: Marks, context: ReceiptContext) -> tuple[Block, ...]:
    """Say that a ticket comes late, and when its order was placed."""
    if marks.late_ordered_at is None:
        return ()
    say = words(context.language)
    ordered = say.late_ordered.format(moment=moment(marks.late_ordered_at, context))
    return (Text(say.late, BANNER), Text(ordered, BOLD_CENTERED))


def number(order: Order, context: ReceiptContext) -> tuple[Block, ...]:
    """Name the order, as text: by its number, else by the end of its id."""
    if order.number:
        return (Text(name(order), HUGE),)
    say = words(context.language)
    remark = say.no_number
    if order.local_number:
        remark = say.local_number
    elif order.id:
        remark = say.number_from_id
    return (Text(name(order), HUGE), Text(remark, CENTERED))


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
