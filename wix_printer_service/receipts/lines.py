"""An order's lines, as a cook and as everybody else reads them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wix_printer_service.models import Receipt
from wix_printer_service.receipts.allergy import guest_text
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.document import Align, Style, Text
from wix_printer_service.receipts.money import quantity
from wix_printer_service.receipts.styles import BANNER, LARGE, TALL_BOLD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Modifier, Order, OrderLine
    from wix_printer_service.receipts.context import ReceiptContext, Ticket
    from wix_printer_service.receipts.document import Block

INDENT: Final = 3
BULLET: Final = "* "
"""Stands before a choice; a plus would turn "Without: sesame" into an addition."""
CHECK: Final = Style(height=2, bold=True, inverse=True, align=Align.LEFT)


def name(line: OrderLine) -> str:
    """Return a line's name; it has one even if Wix sent none."""
    return line.name or "?"


def modifier_text(modifier: Modifier, context: ReceiptContext) -> str:
    """Return a choice such as "Extra: 2x Jalapeños"."""
    count = ""
    if modifier.quantity != 1:
        count = quantity(modifier.quantity, "", context.locale) + " "
    label = count + modifier.label
    return labelled(modifier.group, label, context)


def option_text(option: tuple[str, str], context: ReceiptContext) -> str:
    """Return an option such as "Size: large"."""
    return labelled(*option, context)


def labelled(title: str, text: str, context: ReceiptContext) -> str:
    """Return a text behind its title; of the two only one may be there."""
    if not (title and text):
        return title or text
    return f"{words(context.language).titled.format(title=title)} {text}"


def in_full(line: OrderLine, context: ReceiptContext, style: Style = LARGE) -> Iterator[Block]:
    """Lay a line out for a cook: count, name, and every choice and wish under it."""
    count = quantity(line.quantity, line.unit, context.locale)
    yield Text(name(line), style, prefix=f"{count} ")
    yield from quantity_check(line, context)
    more = context.allergy_words
    for option in line.options:
        yield guest_text(option_text(option, context), TALL_BOLD, indent=INDENT, more=more)
    for modifier in line.modifiers:
        choice = modifier_text(modifier, context)
        yield guest_text(choice, TALL_BOLD, prefix=BULLET, indent=INDENT, more=more)
    for wish in line.wishes:
        yield guest_text(wish, TALL_BOLD, prefix=">> ", indent=INDENT, more=more)


def choices(line: OrderLine, context: ReceiptContext) -> Iterator[str]:
    """Return all that the guest chose or wished for a line."""
    yield from (option_text(option, context) for option in line.options)
    yield from (modifier_text(modifier, context) for modifier in line.modifiers)
    yield from line.wishes


def in_short(line: OrderLine, context: ReceiptContext, style: Style = TALL_BOLD) -> Iterator[Block]:
    """Lay a line out for somebody who only counts."""
    count = quantity(line.quantity, line.unit, context.locale)
    style = replace(style, bold=style.bold or line.quantity is None)
    yield Text(name(line), style, prefix=f"{count} ")
    yield from quantity_check(line, context)


def quantity_check(line: OrderLine, context: ReceiptContext) -> Iterator[Block]:
    """Mark a quantity that nobody can cook, or that nobody knows."""
    if line.quantity is None or line.quantity <= 0:
        yield Text(words(context.language).check_quantity, CHECK, indent=INDENT)


def missing(order: Order, context: ReceiptContext) -> tuple[Block, ...]:
    """Say that an order shows no lines at all."""
    return () if order.lines else (Text(words(context.language).no_lines, BANNER),)


def counted(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Show lines to somebody who only counts; a cancellation shows a station its share."""
    is_for_station = ticket.slip.reader is Receipt.KITCHEN
    for line in ticket.share.lines if is_for_station else ticket.order.lines:
        yield from in_short(line, ticket.context, style)
