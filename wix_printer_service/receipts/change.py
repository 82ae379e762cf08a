"""What a reader must know of a change: added, removed, from what to what; never the whole order."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from wix_printer_service.models import DEFAULT_STATION, EXPO_STATION, Order, Receipt
from wix_printer_service.receipts import heading, lines
from wix_printer_service.receipts.change_facts import fact_blocks
from wix_printer_service.receipts.change_lines import line_blocks
from wix_printer_service.receipts.difference import EMPTIED, Kind, difference
from wix_printer_service.receipts.document import Feed, Rule, Text
from wix_printer_service.receipts.styles import BANNER, TALL_BOLD, TALL_CENTERED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wix_printer_service.receipts.context import ReceiptContext, Slip, Ticket
    from wix_printer_service.receipts.difference import LineChange
    from wix_printer_service.receipts.document import Block


def changes(whole: Ticket) -> Iterator[Block]:
    """Lay out what is new since a reader's paper was printed, or say that nothing is.

    Args:
        whole: The order as it is now; its slip says whose paper it changes, and how the order
            stands there; if that is not known, all is new.
    """
    order, slip, context = whole.order, whole.slip, whole.context
    if slip.receipt is not Receipt.CHANGE and slip.before == Order(id=order.id):
        return  # what was before is lost: the whole ticket itself says how it is now
    before = _as_seen(slip.before or Order(id=order.id), slip, context)
    ticket = replace(whole, order=_as_seen(order, slip, context))
    say, with_payment = ticket.say, context.payment_changes
    found = difference(before, ticket.order, slip.read_by, with_payment=with_payment)
    if not found:
        yield Text(say.unchanged, TALL_CENTERED)
        return
    entries: dict[Kind, list[Iterable[Block]]] = {kind: [] for kind in Kind}
    for line in found.lines:
        side = order if line.after else slip.before or order
        entries[line.kind].append(chain(_maker(line, side, ticket), line_blocks(line, ticket)))
    for fact in found.facts:
        entries[Kind.CHANGED].append(fact_blocks(fact, before, ticket))
    if not order.lines or EMPTIED in order.unread:
        # that nothing is to be cooked is less likely than that Wix sent what we cannot read
        yield from lines.missing(replace(order, lines=()), context)
    if not order.lines:
        entries[Kind.REMOVED] = []
    headings = {Kind.ADDED: say.added, Kind.REMOVED: say.removed, Kind.CHANGED: say.changed}
    for kind, title in headings.items():
        yield from _section(title, entries[kind])


def _as_seen(order: Order, slip: Slip, context: ReceiptContext) -> Order:
    if slip.read_by is not Receipt.KITCHEN:
        return order
    return replace(order, lines=context.kitchen.share(order, slip.station).lines)


def _maker(line: LineChange, side: Order, ticket: Ticket) -> Iterator[Block]:
    """Tell the expo from which station a line comes, or came."""
    made = line.after or line.before
    if made is None or ticket.slip.station != EXPO_STATION:
        return
    station = ticket.context.kitchen.station_of(made, side)
    if station not in {None, DEFAULT_STATION}:
        yield Text(heading.station_name(str(station), ticket.say), TALL_BOLD)


def _section(heading: str, entries: list[Iterable[Block]]) -> Iterator[Block]:
    for position, entry in enumerate(entries):
        # a blank row keeps the banner apart from an allergy above it
        yield from (Rule(),) if position else (Feed(1), Text(heading, BANNER))
        yield from entry
