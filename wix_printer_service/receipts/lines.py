"""An order's lines, as a cook and as everybody else reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wix_printer_service.receipts.allergy import guest_text
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.document import Align, Style, Text
from wix_printer_service.receipts.money import quantity
from wix_printer_service.receipts.styles import BANNER, LARGE, TALL, TALL_BOLD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Modifier, Order, OrderLine
    from wix_printer_service.receipts.context import ReceiptContext
    from wix_printer_service.receipts.document import Block

INDENT: Final = 3
BULLET: Final = "* "
"""Stands before a choice; a plus would turn "Without: sesame" into an addition."""
CHECK: Final = Style(bold=True, inverse=True, align=Align.LEFT)


def for_kitchen(order: Order, context: ReceiptContext) -> tuple[OrderLine, ...]:
    """Return the lines that somebody must cook: all of them if none is marked so."""
    ours = tuple(
        line for line in order.lines if not line.app_id or line.is_of(context.restaurant_app_ids)
    )
    return ours or order.lines


def name(line: OrderLine) -> str:
    """Return a line's name; it has one even if Wix sent none."""
    return line.name or "?"


def modifier_text(modifier: Modifier, context: ReceiptContext) -> str:
    """Return a choice such as "Extra: 2x Jalapeños"."""
    count = ""
    if modifier.quantity != 1:
        count = quantity(modifier.quantity, "", context.language) + " "
    label = count + modifier.label
    return f"{modifier.group}: {label}" if modifier.group else label


def option_text(option: tuple[str, str]) -> str:
    """Return an option such as "Size: large"."""
    return ": ".join(part for part in option if part)


def in_full(line: OrderLine, context: ReceiptContext) -> Iterator[Block]:
    """Lay a line out for a cook: count, name, and every choice and wish under it."""
    count = quantity(line.quantity, line.unit, context.language)
    yield Text(name(line), LARGE, prefix=f"{count} ")
    yield from quantity_check(line, context)
    for option in line.options:
        yield guest_text(option_text(option), TALL, indent=INDENT)
    for modifier in line.modifiers:
        yield guest_text(modifier_text(modifier, context), TALL, prefix=BULLET, indent=INDENT)
    for wish in line.wishes:
        yield guest_text(wish, TALL_BOLD, prefix=">> ", indent=INDENT)


def in_short(line: OrderLine, context: ReceiptContext) -> Iterator[Block]:
    """Lay a line out for somebody who only counts."""
    count = quantity(line.quantity, line.unit, context.language)
    style = TALL_BOLD if line.quantity is None else TALL
    yield Text(name(line), style, prefix=f"{count} ")
    yield from quantity_check(line, context)


def quantity_check(line: OrderLine, context: ReceiptContext) -> Iterator[Block]:
    """Mark a quantity that nobody can cook, or that nobody knows."""
    if line.quantity is None or line.quantity <= 0:
        yield Text(words(context.language).check_quantity, CHECK, indent=INDENT)


def missing(order: Order, context: ReceiptContext) -> tuple[Block, ...]:
    """Say that an order shows no lines at all."""
    return () if order.lines else (Text(words(context.language).no_lines, BANNER),)
