"""The guest's own words, the payment, and what could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.receipts.allergy import guest_text
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.document import NORMAL, Feed, Rule, Text
from wix_printer_service.receipts.styles import BOLD, TALL_BOLD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Order
    from wix_printer_service.receipts.context import ReceiptContext
    from wix_printer_service.receipts.document import Block


def guest_notes(order: Order, context: ReceiptContext) -> tuple[Block, ...]:
    """Frame all that the guest or the restaurant wrote about the order as a whole."""
    said = tuple(_said(order, context))
    return (Rule("="), *said, Rule("=")) if said else ()


def _said(order: Order, context: ReceiptContext) -> Iterator[Block]:
    say = words(context.language)
    for heading, text in ((say.note, order.buyer_note), (say.instructions, order.instructions)):
        if text:
            yield Text(f"{heading}:", BOLD)
            yield guest_text(text, TALL_BOLD)
    for title, value in order.custom_fields:
        # together, so that "Allergies: peanuts" is seen as one
        yield guest_text(": ".join(part for part in (title, value) if part), TALL_BOLD)


def unread(order: Order, context: ReceiptContext) -> tuple[Block, ...]:
    """Print in full what our parser could not read."""
    if not order.unread:
        return ()
    heading = Text(words(context.language).unread_heading, BOLD)
    pieces = (guest_text(f"{piece.path}: {piece.text}", NORMAL) for piece in order.unread)
    return (Feed(1), heading, *pieces)


def payment(order: Order, context: ReceiptContext) -> str:
    """Say whether the order is paid; an order that does not say so counts as not paid."""
    say = words(context.language)
    if order.is_paid:
        return say.paid
    return say.not_paid if order.payment_status else say.not_paid_unsure
