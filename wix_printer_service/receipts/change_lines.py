"""One added, removed or changed line, as its reader is told of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from wix_printer_service.models import Receipt
from wix_printer_service.receipts import lines
from wix_printer_service.receipts.allergy import guest_text
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.document import NORMAL, Pair, Text
from wix_printer_service.receipts.money import money, quantity, times
from wix_printer_service.receipts.styles import BOLD, LARGE, TALL_BOLD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import OrderLine
    from wix_printer_service.receipts.context import ReceiptContext, Ticket
    from wix_printer_service.receipts.difference import LineChange
    from wix_printer_service.receipts.document import Block, Style

_ARROW: Final = " -> "
"""From what to what, in signs that every printer has."""
_ON_PAPER: Final = {
    Receipt.KITCHEN: (lines.in_full, LARGE),
    Receipt.DRIVER: (lines.in_short, TALL_BOLD),
}


def line_blocks(change: LineChange, ticket: Ticket) -> Iterator[Block]:
    """Lay out a line that is not as it was.

    What is new stands as on the reader's paper; what is gone with its choices, so that it is not
    taken for another; of what has changed only that, and what it was.

    Args:
        change: The line.
        ticket: The order as it is now, and its reader.
    """
    reader, context = ticket.slip.read_by, ticket.context
    if reader is Receipt.CUSTOMER:
        yield from _priced_head(change, ticket.order.currency, context)
    elif change.before is None and change.after:
        lay_out, style = _ON_PAPER[reader]
        yield from lay_out(change.after, context, style)
        return
    else:
        yield _head(change, _ON_PAPER[reader][1], context)
    if change.after:
        yield from lines.quantity_check(change.after, context)
    yield from _choices(change, reader, context)


def _head(change: LineChange, style: Style, context: ReceiptContext) -> Block:
    counts = [quantity(line.quantity, line.unit, context.locale) for line in _sides(change)]
    name = lines.name(_sides(change)[-1])
    return Text(name, style, prefix=f"{_ARROW.join(dict.fromkeys(counts))} ")


def _sides(change: LineChange) -> tuple[OrderLine, ...]:
    return tuple(line for line in (change.before, change.after) if line)


def _priced_head(change: LineChange, currency: str, context: ReceiptContext) -> Iterator[Block]:
    sides = _sides(change)
    counts = [times(line.quantity, line.unit, context.locale) for line in sides]
    prices = [_prices(line, currency, context) for line in sides]
    total = money(sides[-1].total, currency, context.locale)
    head = _ARROW.join(dict.fromkeys(counts))
    yield Pair(lines.name(sides[-1]), total, BOLD, f"{head} ")
    if len(prices[-1]) > 1:
        yield Text(prices[-1][0], indent=lines.INDENT)
    if prices[0] != prices[-1]:
        was = words(context.language).was.format(text=" · ".join(prices[0]))
        yield Text(was, indent=lines.INDENT)


def _prices(line: OrderLine, currency: str, context: ReceiptContext) -> tuple[str, ...]:
    total = money(line.total, currency, context.locale)
    if line.quantity == 1 or line.unit_price is None:
        return (total,)
    count = times(line.quantity, line.unit, context.locale)
    return (f"{count} {money(line.unit_price, currency, context.locale)}", total)


class _Choice(NamedTuple):
    bullet: str
    text: str


def _choices(change: LineChange, reader: Receipt, context: ReceiptContext) -> Iterator[Block]:
    """Lay out the choices of a new or gone line, or how those of another have changed."""
    say, is_new = words(context.language), change.before is None
    usual, loud = (TALL_BOLD, TALL_BOLD) if reader is Receipt.KITCHEN else (NORMAL, BOLD)
    now = say.titled.format(title=say.added)
    old = Counter(_chosen(change.before, reader, context))
    new = Counter(_chosen(change.after, reader, context))
    for bullet, text in (new - old).elements():
        mark, style = (bullet, usual) if is_new else (f"{now} {bullet}", loud)
        yield guest_text(text, style, mark, lines.INDENT, context.allergy_words)
    for bullet, text in (old - new).elements():
        if change.after:
            was = replace(usual, bold=False)
            yield Text(say.was.format(text=text), was, indent=lines.INDENT)
        else:
            yield Text(text, usual, bullet, lines.INDENT)


def _chosen(line: OrderLine | None, reader: Receipt, context: ReceiptContext) -> Iterator[_Choice]:
    if line is None or reader is Receipt.DRIVER:
        return
    yield from (_Choice("", lines.option_text(option, context)) for option in line.options)
    for modifier in line.modifiers:
        yield _Choice(lines.BULLET, lines.modifier_text(modifier, context))
    if reader is Receipt.KITCHEN:
        yield from (_Choice(">> ", wish) for wish in line.wishes)
