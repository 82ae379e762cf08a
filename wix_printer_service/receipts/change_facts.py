"""One changed fact of an order, as its reader is told of it: what is, large, and what was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wix_printer_service.models import Address, Receipt
from wix_printer_service.receipts import customer, driver, heading, lines, notes
from wix_printer_service.receipts.allergy import guest_text
from wix_printer_service.receipts.difference import CustomField, Fact
from wix_printer_service.receipts.document import Pair, Text, in_one_row
from wix_printer_service.receipts.money import money
from wix_printer_service.receipts.styles import LARGE, TALL, TALL_BOLD, TALL_CENTERED
from wix_printer_service.receipts.sums import TOTAL
from wix_printer_service.receipts.times import due_day, due_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Order
    from wix_printer_service.receipts.catalogue import Words
    from wix_printer_service.receipts.context import Ticket
    from wix_printer_service.receipts.difference import FactChange
    from wix_printer_service.receipts.document import Block

_LONG: Final = frozenset({Fact.NOTE, Fact.INSTRUCTIONS, Fact.FIELD, Fact.UNREAD})
"""Sentences, which are not as large as the rest."""
_MONEY: Final = frozenset({Fact.TOTAL, Fact.PAYMENT})


def fact_blocks(change: FactChange, before: Order, ticket: Ticket) -> Iterator[Block]:
    """Lay out a fact that is not as it was.

    Args:
        change: The fact.
        before: The order as it stands on the reader's paper.
        ticket: The order as it is now, and its reader.
    """
    if change.which is Fact.TOTAL and ticket.slip.read_by is Receipt.CUSTOMER:
        yield from _costs(before, ticket)
        yield from customer.payment(ticket, TALL_CENTERED)
    elif change.which in _MONEY:
        yield from _owed(ticket)
        if ticket.order.is_paid or ticket.asks_for_money:
            yield from _was(_old_debt(before, ticket), ticket)
    else:
        yield from _title(change.which, ticket.say)
        yield _now(change, before, ticket)
        old = _told(change.which, change.before, before, ticket.order, ticket)
        yield from _was(old, ticket)
        if change.which is Fact.ADDRESS and ticket.slip.read_by is Receipt.DRIVER:
            yield from driver.route(ticket)


def _costs(before: Order, ticket: Ticket) -> Iterator[Block]:
    """Lay out the sums, with the total that was right below the one that is."""
    for block in customer.costs(ticket):
        yield block
        if isinstance(block, Pair) and block.style == TOTAL:
            yield from _was(_old_total(before, ticket), ticket)


def _was(text: str, ticket: Ticket) -> Iterator[Block]:
    if text:
        yield Text(ticket.say.was.format(text=text.replace("\n", ", ")), TALL)


def _title(which: Fact, say: Words) -> Iterator[Block]:
    """Name the fact; a custom field's value comes with its own title."""
    titles = {
        Fact.METHOD: say.method_field,
        Fact.TIME: say.time_field,
        Fact.NOTE: say.note,
        Fact.INSTRUCTIONS: say.instructions,
        Fact.NAME: say.name_field,
        Fact.PHONE: say.phone,
        Fact.ADDRESS: say.address_field,
        Fact.LOCATION: say.location_field,
        Fact.UNREAD: say.unread_heading,
    }
    if which in titles:
        yield Text(say.titled.format(title=titles[which]), TALL_BOLD)


def _now(change: FactChange, before: Order, ticket: Ticket) -> Block:
    text = _told(change.which, change.after, ticket.order, before, ticket) or ticket.say.nothing
    if change.which in _LONG:
        return guest_text(text, TALL_BOLD, more=ticket.context.allergy_words)
    whole = {Fact.PHONE: in_one_row, Fact.ADDRESS: driver.numbers_kept}.get(change.which, str)
    return Text(whole(text), LARGE)


def _told(which: Fact, value: object, order: Order, other: Order, ticket: Ticket) -> str:
    """Return a fact of an order in words; ``other`` is the revision it is read beside."""
    context = ticket.context
    if which is Fact.METHOD:
        name = heading.method_name(order, context)
        is_said = order.method_title.casefold() in name.casefold()
        return name if is_said else f"{name}\n{order.method_title}"
    if which is Fact.TIME:
        day = due_day(order, context)
        days = "" if day == due_day(other, context) else day
        return " ".join(part for part in (days, due_time(order, context)) if part)
    if isinstance(value, Address):
        return _address(value, other.address)
    if isinstance(value, CustomField):
        return lines.labelled(*value, context)
    return value if isinstance(value, str) else ""


def _address(place: Address, other: Address) -> str:
    """Return an address; with its country where that is another one."""
    country = [place.country] if place.country != other.country and place.country else []
    return "\n".join([*driver.address_rows(place), *country])


def _owed(ticket: Ticket) -> Iterator[Block]:
    if ticket.slip.read_by is Receipt.DRIVER:
        return driver.payment(ticket)
    return customer.payment(ticket, TALL_CENTERED)


def _old_total(before: Order, ticket: Ticket) -> str:
    """Return the total on the reader's paper; empty if that still holds."""
    was, now = (
        money(order.totals.total, order.currency, ticket.context.locale)
        for order in (before, ticket.order)
    )
    return "" if was == now else was


def _old_debt(before: Order, ticket: Ticket) -> str:
    """Return how much was to be paid by the reader's paper."""
    state = notes.payment(before, ticket.context)
    if before.is_paid or before.amount_due is None:
        return state
    return f"{state}\n{money(before.amount_due, before.currency, ticket.context.locale)}"
