"""What sets a piece of paper apart from the first one of its order: said above all else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wix_printer_service.models import Receipt
from wix_printer_service.receipts.change import changes
from wix_printer_service.receipts.document import Rule, Text
from wix_printer_service.receipts.styles import BANNER, BOLD_CENTERED, HUGE_BANNER
from wix_printer_service.receipts.times import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.receipts.context import Ticket
    from wix_printer_service.receipts.document import Block


def marks(ticket: Ticket) -> Iterator[Block]:
    """Say what a reader must know before reading on."""
    given, say = ticket.marks, ticket.say
    if given.cancelled and ticket.slip.receipt is not Receipt.CANCELLATION:
        yield Text(say.cancelled, HUGE_BANNER)
    if given.backup_from:
        yield Text(say.backup_from.format(printer=given.backup_from), BANNER)
    if given.copy:
        yield Text(say.copy_mark, BANNER)
    if given.is_reminder:
        yield Text(say.reminder, BANNER)
        yield Text(say.reminder_remark, BOLD_CENTERED)
    yield from _duplicate(ticket)
    yield from _late(ticket)
    if ticket.order.unread:
        yield Text(say.unread_banner, BANNER)
    yield from _changed(ticket)


def banner(ticket: Ticket) -> Iterator[Block]:
    """Say what a change and a cancellation are, so that nobody takes them for a new order."""
    is_change = ticket.slip.receipt is Receipt.CHANGE
    yield Text(ticket.say.change if is_change else ticket.say.cancelled, HUGE_BANNER)


def what_is_new(ticket: Ticket) -> Iterator[Block]:
    """Say what is not as the reader has it on paper."""
    yield from changes(ticket)


def remark(ticket: Ticket) -> Iterator[Block]:
    """Say that all else stands."""
    yield Text(ticket.say.change_remark, BOLD_CENTERED)


def _duplicate(ticket: Ticket) -> Iterator[Block]:
    """Say that a ticket may be there already, since when, and which try this is."""
    duplicate = ticket.marks.duplicate
    if duplicate is None:
        return
    sent = moment(duplicate.first_sent_at, ticket.context)
    tried = ticket.say.attempt.format(moment=sent, attempt=duplicate.attempt)
    yield Text(ticket.say.duplicate, BANNER)
    yield Text(tried, BOLD_CENTERED)


def _late(ticket: Ticket) -> Iterator[Block]:
    """Say that a ticket comes late, and when its order was placed."""
    placed = ticket.marks.late_ordered_at
    if placed is None:
        return
    ordered = ticket.say.late_ordered.format(moment=moment(placed, ticket.context))
    yield Text(ticket.say.late, BANNER)
    yield Text(ordered, BOLD_CENTERED)


def _changed(ticket: Ticket) -> Iterator[Block]:
    """Say what a ticket that may lie there already shows otherwise."""
    before = ticket.marks.changed_from
    if before is None:
        return
    yield Text(ticket.say.change, BANNER)
    yield from changes(replace(ticket, slip=replace(ticket.slip, before=before)))
    yield Rule("=")
