"""Moments in the restaurant's zone and words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.dates import format_date, format_time

from wix_printer_service.receipts.catalogue import words

if TYPE_CHECKING:
    from datetime import datetime

    from wix_printer_service.models import Order
    from wix_printer_service.receipts.context import ReceiptContext


def due_time(order: Order, context: ReceiptContext, *, briefly: bool = False) -> str:
    """Return when the food is wanted: "20:00–20:15", or Wix's words, or "as soon as possible".

    Args:
        order: Which.
        context: The restaurant.
        briefly: Say the last in a word that fits huge letters, such as "ASAP".
    """
    say = words(context.language)
    start, end = order.due_from, order.due_to
    if start and end and start != end:
        span = f"{clock(start, context)}–{clock(end, context)}"
        days = (end - start).days
        return f"{span} (+{days})" if days > 0 else span
    if start:
        return clock(start, context)
    if end:
        return say.until.format(time=clock(end, context))
    return order.due_text or (say.soonest if briefly else say.as_soon_as_possible)


def due_day(order: Order, context: ReceiptContext) -> str:
    """Return the day on which the food is wanted, empty if Wix gave no moment."""
    when = order.due_from or order.due_to
    return day(when, context) if when else ""


def is_for_another_day(order: Order, context: ReceiptContext) -> bool:
    """Tell whether the food is wanted on another day than that of the order."""
    when = order.due_from or order.due_to
    if when is None:
        return False
    return not order.created_at or day(when, context) != day(order.created_at, context)


def day(when: datetime, context: ReceiptContext) -> str:
    """Return a date with its day of the week."""
    pattern = words(context.language).date_pattern
    return format_date(local(when, context), pattern, locale=context.locale)


def clock(when: datetime, context: ReceiptContext) -> str:
    """Return a time of day."""
    pattern = words(context.language).time_pattern
    return format_time(local(when, context).time(), pattern, locale=context.locale)


def moment(when: datetime, context: ReceiptContext) -> str:
    """Return a date and time of day."""
    return f"{day(when, context)} {clock(when, context)}"


def local(when: datetime, context: ReceiptContext) -> datetime:
    """Return a moment in the restaurant's zone."""
    try:
        return when.astimezone(context.timezone)
    except (OverflowError, ValueError):  # in the first or last hours of the calendar
        return when
