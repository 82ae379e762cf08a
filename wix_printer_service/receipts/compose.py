"""From an order to a receipt for one reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.models import Receipt
from wix_printer_service.receipts.context import UNMARKED, Slip, Ticket
from wix_printer_service.receipts.document import NORMAL, Align, Cut, Document, Feed, Rule, Text
from wix_printer_service.receipts.layout import default_layout
from wix_printer_service.receipts.test_ticket import test_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Order
    from wix_printer_service.receipts.context import Marks, ReceiptContext
    from wix_printer_service.receipts.document import Block
    from wix_printer_service.receipts.layout import Layout


def compose(
    order: Order, slip: Slip | Receipt, context: ReceiptContext, marks: Marks = UNMARKED
) -> Document:
    """Compose a receipt; whatever the order lacks is left out or said to be missing.

    Args:
        order: As it is now.
        slip: Which piece of its paper; a mere receipt is that of the default station.
        context: The restaurant.
        marks: What sets this piece apart.
    """
    slip = slip if isinstance(slip, Slip) else Slip(slip)
    speaking = context.speaking_to(slip.read_by)
    if slip.receipt is Receipt.TEST:
        return test_document("", speaking)
    layout = context.layouts.get(slip.receipt) or default_layout(slip.receipt)
    has_allergies_above = any(placed.name == "allergies" for placed in layout.blocks)
    ticket = Ticket(order, slip, speaking, marks, has_allergies_above)
    return Document(
        tuple(_apart(_without_double_rules(_blocks(ticket, layout)))),
        cut=Cut(layout.sheet.cut),
        beeps=layout.sheet.beep,
        opens_drawer=layout.sheet.drawer,
    )


def _blocks(ticket: Ticket, layout: Layout) -> Iterator[Block]:
    if layout.sheet.rail_rows:
        yield Feed(layout.sheet.rail_rows)
    for placed in layout.blocks:
        yield from placed.show(ticket)


def _without_double_rules(blocks: Iterator[Block]) -> Iterator[Block]:
    """Draw one line where an order has nothing to say between two."""
    above: Block | None = None
    for block in blocks:
        if not isinstance(block, Rule) or block != above:
            yield block
        above = block


def _apart(blocks: Iterator[Block]) -> Iterator[Block]:
    """Keep a banner from the black above it, with which it would be one."""
    is_black_above = False
    for block in blocks:
        style = block.style if isinstance(block, Text) else NORMAL
        if is_black_above and style.inverse and style.align is Align.CENTER:
            yield Feed(1)
        yield block
        is_black_above = style.inverse
