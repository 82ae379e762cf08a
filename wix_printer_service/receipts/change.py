"""What a reader must know of a change: added, removed, from what to what; never the whole order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wix_printer_service.models import Order, Receipt
from wix_printer_service.receipts import lines
from wix_printer_service.receipts.change_facts import fact_blocks
from wix_printer_service.receipts.change_lines import line_blocks
from wix_printer_service.receipts.difference import Kind, difference
from wix_printer_service.receipts.document import Feed, Rule, Text
from wix_printer_service.receipts.styles import BANNER, TALL_CENTERED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wix_printer_service.receipts.context import ReceiptContext, Slip, Ticket
    from wix_printer_service.receipts.document import Block


def changes(whole: Ticket) -> Iterator[Block]:
    """Lay out what is new since a reader's paper was printed, or say that nothing is.

    Args:
        whole: The order as it is now; its slip says whose paper it changes, and how the order
            stands there; if that is not known, all is new.
    """
    order, slip, context = whole.order, whole.slip, whole.context
    before = _as_seen(slip.before or Order(id=order.id), slip, context)
    ticket = replace(whole, order=_as_seen(order, slip, context))
    say, with_payment = ticket.say, context.payment_changes
    found = difference(before, ticket.order, slip.read_by, with_payment=with_payment)
    if not found:
        yield Text(say.unchanged, TALL_CENTERED)
        return
    entries: dict[Kind, list[Iterable[Block]]] = {kind: [] for kind in Kind}
    for line in found.lines:
        entries[line.kind].append(line_blocks(line, ticket))
    for fact in found.facts:
        entries[Kind.CHANGED].append(fact_blocks(fact, before, ticket))
    if not order.lines:
        # that nothing is to be cooked is less likely than that Wix sent what we cannot read
        yield from lines.missing(order, context)
        entries[Kind.REMOVED] = []
    headings = {Kind.ADDED: say.added, Kind.REMOVED: say.removed, Kind.CHANGED: say.changed}
    for kind, heading in headings.items():
        yield from _section(heading, entries[kind])


def _as_seen(order: Order, slip: Slip, context: ReceiptContext) -> Order:
    if slip.read_by is not Receipt.KITCHEN:
        return order
    return replace(order, lines=context.kitchen.share(order, slip.station).lines)


def _section(heading: str, entries: list[Iterable[Block]]) -> Iterator[Block]:
    for position, entry in enumerate(entries):
        # a blank row keeps the banner apart from an allergy above it
        yield from (Rule(),) if position else (Feed(1), Text(heading, BANNER))
        yield from entry
