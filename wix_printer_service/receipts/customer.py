"""The customer's receipt: what was ordered and what it costs, as Wix gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.models import Method
from wix_printer_service.receipts import heading, lines, notes
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.document import NORMAL, Document, Feed, Pair, Rule, Text
from wix_printer_service.receipts.money import money, times
from wix_printer_service.receipts.styles import (
    BOLD,
    BOLD_CENTERED,
    CENTERED,
    LARGE_CENTERED,
    TALL_CENTERED,
)
from wix_printer_service.receipts.sums import sums
from wix_printer_service.receipts.times import due_day, due_time, moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Order, OrderLine
    from wix_printer_service.receipts.context import Marks, ReceiptContext
    from wix_printer_service.receipts.document import Block


def customer(order: Order, context: ReceiptContext, marks: Marks) -> Document:
    """Compose what goes into the guest's bag."""
    return Document(
        (
            *heading.banners(order, context, marks),
            Text(context.restaurant_name, LARGE_CENTERED),
            *(Text(row, CENTERED) for row in context.address),
            Feed(1),
            *_order(order, context),
            *_recipient(order),
            Rule(),
            *_lines(order, context),
            Rule(),
            *sums(order, context),
            Feed(1),
            *_payment(order, context),
            *notes.unread(order, context),
            Feed(1),
            Text(words(context.language).thanks, BOLD_CENTERED),
        )
    )


def _order(order: Order, context: ReceiptContext) -> Iterator[Block]:
    say = words(context.language)
    yield Text(say.order_number.format(number=heading.name(order)), TALL_CENTERED)
    if order.created_at:
        yield Text(say.ordered.format(moment=moment(order.created_at, context)), CENTERED)
    wanted = " ".join(part for part in (due_day(order, context), due_time(order, context)) if part)
    yield Text(f"{heading.method_name(order, context)}: {wanted}", BOLD_CENTERED)


def _recipient(order: Order) -> Iterator[Block]:
    if order.method is not Method.DELIVERY:
        return
    contact, address = order.contact, order.address
    yield Feed(1)
    city = f"{address.postal_code} {address.city}".strip()
    for text in (contact.name, contact.company, address.street, address.addition, city):
        if text:
            yield Text(text)


def _lines(order: Order, context: ReceiptContext) -> Iterator[Block]:
    yield from lines.missing(order, context)
    for line in order.lines:
        yield from _line(line, order.currency, context)


def _line(line: OrderLine, currency: str, context: ReceiptContext) -> Iterator[Block]:
    language = context.language
    count = times(line.quantity, line.unit, language)
    style = BOLD if line.quantity is None else NORMAL
    yield Pair(lines.name(line), money(line.total, currency, language), style, f"{count} ")
    yield from lines.quantity_check(line, context)
    if line.quantity != 1 and line.unit_price is not None:
        yield Text(f"{count} {money(line.unit_price, currency, language)}", indent=lines.INDENT)
    for option in line.options:
        yield Text(lines.option_text(option), indent=lines.INDENT)
    for modifier in line.modifiers:
        text = lines.modifier_text(modifier, context)
        yield Text(text, prefix=lines.BULLET, indent=lines.INDENT)


def _payment(order: Order, context: ReceiptContext) -> Iterator[Block]:
    say = words(context.language)
    yield Text(notes.payment(order, context), LARGE_CENTERED)
    if order.is_paid:
        return
    currency, language = order.currency, context.language
    if order.payment_status == "PARTIALLY_PAID" and order.totals.paid is not None:
        yield Pair(say.paid_so_far, money(order.totals.paid, currency, language))
    if order.amount_due is not None:
        yield Pair(say.amount_due, money(order.amount_due, currency, language))
