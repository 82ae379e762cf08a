"""The ticket that stops the kitchen: an order is off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wix_printer_service.receipts import heading, lines, notes
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.document import Document, Feed, Rule, Text
from wix_printer_service.receipts.styles import HUGE_BANNER

if TYPE_CHECKING:
    from wix_printer_service.models import Order
    from wix_printer_service.receipts.context import Marks, ReceiptContext


def cancellation(order: Order, context: ReceiptContext, marks: Marks) -> Document:
    """Compose the news that nobody is to cook or drive any more; nothing on it is louder."""
    return Document(
        (
            Feed(1),
            *heading.banners(order, context, replace(marks, cancelled=True)),
            *heading.number(order, context),
            *heading.method(order, context),
            *heading.due(order, context),
            Rule(),
            *(block for line in order.lines for block in lines.in_short(line, context)),
            *notes.guest_notes(order, context, quiet=True),
            *notes.unread(order, context, quiet=True),
            Text(words(context.language).cancelled, HUGE_BANNER),
        )
    )
