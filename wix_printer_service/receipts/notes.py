"""The guest's own words, the payment, and what could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wix_printer_service.receipts.allergy import guest_text, quiet_text
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.document import NORMAL, Feed, Rule, Text
from wix_printer_service.receipts.styles import BOLD, TALL_BOLD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Order
    from wix_printer_service.receipts.context import ReceiptContext
    from wix_printer_service.receipts.document import Block, Style

PLAINLY_NOT_PAID: Final = frozenset({"NOT_PAID", "PARTIALLY_PAID"})
"""Words of Wix that need not be added to ours."""


def guest_notes(order: Order, context: ReceiptContext, *, quiet: bool = False) -> tuple[Block, ...]:
    """Frame all that the guest or the restaurant wrote about the order as a whole.

    Args:
        order: Whose notes.
        context: The restaurant.
        quiet: Whether nobody cooks or drives by them any more.
    """
    said = tuple(_said(order, context, quiet=quiet))
    return (Rule("="), *said, Rule("=")) if said else ()


def _said(order: Order, context: ReceiptContext, *, quiet: bool) -> Iterator[Block]:
    say = words(context.language)
    for heading, text in ((say.note, order.buyer_note), (say.instructions, order.instructions)):
        if text:
            yield Text(f"{heading}:", BOLD)
            yield _guest(text, TALL_BOLD, quiet=quiet)
    for title, value in order.custom_fields:
        # together, so that "Allergies: peanuts" is seen as one
        together = ": ".join(part for part in (title, value) if part)
        yield _guest(together, TALL_BOLD, quiet=quiet)


def _guest(text: str, style: Style, *, quiet: bool) -> Text:
    return quiet_text(text) if quiet else guest_text(text, style)


def unread(order: Order, context: ReceiptContext, *, quiet: bool = False) -> tuple[Block, ...]:
    """Print in full what our parser could not read; ``quiet`` as for the notes."""
    if not order.unread:
        return ()
    heading = Text(words(context.language).unread_heading, BOLD)
    texts = (f"{piece.path}: {piece.text}" for piece in order.unread)
    return (Feed(1), heading, *(_guest(text, NORMAL, quiet=quiet) for text in texts))


def payment(order: Order, context: ReceiptContext) -> str:
    """Say whether the order is paid; where Wix does not say it plainly, in its word as well."""
    say = words(context.language)
    if order.is_paid:
        return say.paid
    flat = say.not_paid if order.is_to_be_collected else say.not_paid_unsure
    if order.payment_status in PLAINLY_NOT_PAID or not order.payment_status:
        return flat
    return f"{flat}\n{say.wix_says.format(word=order.payment_status)}"
