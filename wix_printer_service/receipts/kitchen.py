"""The kitchen's receipt: large, without prices, allergies impossible to overlook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.receipts import heading, lines, notes
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.document import Document, Feed, Rule, Text
from wix_printer_service.receipts.styles import BOLD, CENTERED, TALL_CENTERED
from wix_printer_service.receipts.times import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Order
    from wix_printer_service.receipts.context import Marks, ReceiptContext
    from wix_printer_service.receipts.document import Block


def kitchen(order: Order, context: ReceiptContext, marks: Marks) -> Document:
    """Compose what the cooks read, from two metres away."""
    return Document(
        (
            Feed(1),  # the rail that holds the ticket covers the first row
            *heading.banners(order, context, marks),
            Text(words(context.language).kitchen, CENTERED),
            *heading.number(order, context),
            *heading.method(order, context),
            *heading.due(order, context),
            *_facts(order, context),
            *_lines(order, context),
            *notes.guest_notes(order, context),
            *notes.unread(order, context),
        )
    )


def _facts(order: Order, context: ReceiptContext) -> Iterator[Block]:
    if not order.is_paid:
        yield Text(notes.payment(order, context), TALL_CENTERED)
    yield Rule()
    if order.created_at:
        ordered = words(context.language).ordered
        yield Text(ordered.format(moment=moment(order.created_at, context)))
    person = " · ".join(part for part in (order.contact.name, order.contact.company) if part)
    for fact in (person, order.location_name):
        if fact:
            yield Text(fact)


def _lines(order: Order, context: ReceiptContext) -> Iterator[Block]:
    yield from lines.missing(order, context)
    shown = lines.for_kitchen(order, context)
    for line in shown:
        yield Rule()
        yield from lines.in_full(line, context)
    others = len(order.lines) - len(shown)
    if others:
        say = words(context.language)
        text = say.other_item if others == 1 else say.other_items.format(count=others)
        yield Rule()
        yield Text(text, BOLD)
