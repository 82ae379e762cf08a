"""The guest's own words, the payment, and what could not be read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wix_printer_service.models import Receipt
from wix_printer_service.receipts import lines
from wix_printer_service.receipts.allergy import guest_text, quiet_text
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.document import NORMAL, Feed, Rule, Text
from wix_printer_service.receipts.styles import ALLERGY, ALLERGY_AGAIN, BOLD, TALL_BOLD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Order
    from wix_printer_service.receipts.context import ReceiptContext, Ticket
    from wix_printer_service.receipts.document import Block, Style

PLAINLY_NOT_PAID: Final = frozenset({"NOT_PAID", "PARTIALLY_PAID"})
"""Words of Wix that need not be added to ours."""


def guest_notes(ticket: Ticket) -> Iterator[Block]:
    """Frame all that the guest or the restaurant wrote about the order as a whole."""
    said = tuple(_said(ticket))
    if said:
        yield from (Rule("="), *said, Rule("="))


def _said(ticket: Ticket) -> Iterator[Block]:
    order, say = ticket.order, ticket.say
    is_box_above = False
    for heading, text in ((say.note, order.buyer_note), (say.instructions, order.instructions)):
        if text:
            yield from (Feed(1),) if is_box_above else ()
            yield _heading(heading, ticket)
            note = _guest(text, TALL_BOLD, ticket)
            is_box_above = note.style.inverse
            yield note
    for text in _fields(ticket):
        yield _guest(text, TALL_BOLD, ticket)


def _fields(ticket: Ticket) -> Iterator[str]:
    """Return the custom fields, title and value together: so "Allergies: peanuts" is seen."""
    for title, value in ticket.order.custom_fields:
        yield lines.labelled(title, value, ticket.context)


def unread(ticket: Ticket) -> Iterator[Block]:
    """Print in full what our parser could not read."""
    if ticket.order.unread:
        yield Feed(1)
        yield _heading(ticket.say.unread_heading, ticket)
    yield from (_guest(text, NORMAL, ticket) for text in _pieces(ticket.order))


def _heading(title: str, ticket: Ticket) -> Text:
    """Name what stands below; on a cancellation no louder than the news itself."""
    is_quiet = ticket.slip.receipt is Receipt.CANCELLATION
    return Text(ticket.say.titled.format(title=title), BOLD if is_quiet else TALL_BOLD)


def _guest(text: str, style: Style, ticket: Ticket) -> Text:
    """Lay out a guest's words; on a cancellation nothing is louder than the news itself."""
    more = ticket.context.allergy_words
    if ticket.slip.receipt is Receipt.CANCELLATION:
        return quiet_text(text, more)
    shown = guest_text(text, style, more=more)
    if ticket.has_allergies_above and shown.style == ALLERGY:
        return replace(shown, style=ALLERGY_AGAIN)
    return shown


def _pieces(order: Order) -> Iterator[str]:
    yield from (f"{piece.path}: {piece.text}" for piece in order.unread)


def guest_texts(ticket: Ticket) -> Iterator[str]:
    """Return all that is said of the order as a whole and not of one line."""
    yield from (ticket.order.buyer_note, ticket.order.instructions)
    yield from _fields(ticket)
    yield from _pieces(ticket.order)


def payment(order: Order, context: ReceiptContext) -> str:
    """Say whether the order is paid; where Wix does not say it plainly, in its word as well."""
    say = words(context.language)
    if order.is_paid:
        return say.paid
    flat = say.not_paid if order.is_to_be_collected else say.not_paid_unsure
    if order.payment_status in PLAINLY_NOT_PAID or not order.payment_status:
        return flat
    return f"{flat}\n{say.wix_says.format(word=order.payment_status)}"
