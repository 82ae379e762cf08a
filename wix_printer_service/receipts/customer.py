"""The customer's own blocks: what was ordered and what it costs, as Wix gave it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wix_printer_service.models import Method
from wix_printer_service.receipts import heading, lines, notes
from wix_printer_service.receipts.document import Feed, Pair, Text
from wix_printer_service.receipts.driver import address_rows
from wix_printer_service.receipts.money import money, times
from wix_printer_service.receipts.sums import sums
from wix_printer_service.receipts.times import due_day, due_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import OrderLine
    from wix_printer_service.receipts.context import ReceiptContext, Ticket
    from wix_printer_service.receipts.document import Block, Style


def number(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Name the order in a guest's words."""
    yield Text(ticket.say.order_number.format(number=heading.name(ticket.order)), style)


def due(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Say how and when the guest gets the food, in one row."""
    order, context = ticket.order, ticket.context
    wanted = " ".join(part for part in (due_day(order, context), due_time(order, context)) if part)
    yield Text(lines.labelled(heading.method_name(order, context), wanted, context), style)


def guest(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Say whom the food is brought to, and where."""
    order = ticket.order
    if order.method is not Method.DELIVERY:
        return
    yield Feed(1)
    for text in (order.contact.name, order.contact.company, *address_rows(order.address)):
        if text:
            yield Text(text, style)


def priced_lines(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Show every line with its choices and its price."""
    yield from lines.missing(ticket.order, ticket.context)
    for line in ticket.order.lines:
        yield from _line(line, ticket.order.currency, ticket.context, style)


def _line(line: OrderLine, currency: str, context: ReceiptContext, style: Style) -> Iterator[Block]:
    locale = context.locale
    count = times(line.quantity, line.unit, locale)
    style = replace(style, bold=style.bold or line.quantity is None)
    yield Pair(lines.name(line), money(line.total, currency, locale), style, f"{count} ")
    yield from lines.quantity_check(line, context)
    if line.quantity != 1 and line.unit_price is not None:
        yield Text(f"{count} {money(line.unit_price, currency, locale)}", indent=lines.INDENT)
    for option in line.options:
        yield Text(lines.option_text(option, context), indent=lines.INDENT)
    for modifier in line.modifiers:
        text = lines.modifier_text(modifier, context)
        yield Text(text, prefix=lines.BULLET, indent=lines.INDENT)


def costs(ticket: Ticket) -> Iterator[Block]:
    """Show the sums."""
    yield from sums(ticket.order, ticket.context)


def payment(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Say whether it is paid, and what is not."""
    order, context, say = ticket.order, ticket.context, ticket.say
    if order.is_paid or ticket.asks_for_money:
        yield Text(notes.payment(order, context), style)
    if not ticket.asks_for_money:
        return
    currency, locale = order.currency, context.locale
    if order.payment_status == "PARTIALLY_PAID" and order.totals.paid is not None:
        yield Pair(say.paid_so_far, money(order.totals.paid, currency, locale))
    if order.amount_due is not None:
        yield Pair(say.amount_due, money(order.amount_due, currency, locale))


def thanks(ticket: Ticket, style: Style) -> Iterator[Block]:
    """Thank the guest for an order that stands."""
    if not ticket.marks.cancelled:
        yield Text(ticket.say.thanks, style)
