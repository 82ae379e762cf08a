"""The sums under a customer's lines: every one as Wix gave it, none computed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wix_printer_service.models import TaxLine
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.document import Pair, Style
from wix_printer_service.receipts.money import money, percent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from wix_printer_service.models import Order
    from wix_printer_service.receipts.context import ReceiptContext
    from wix_printer_service.receipts.document import Block

TOTAL: Final = Style(width=2, height=2, bold=True)


def sums(order: Order, context: ReceiptContext) -> Iterator[Block]:
    """Lay out subtotal, discounts, costs, taxes and total."""
    say, totals = words(context.language), order.totals
    taxes = tuple(_taxes(order, context))
    if totals.subtotal is not None:
        yield _row(say.subtotal, totals.subtotal, order, context)
    yield from _discounts(order, context)
    if totals.shipping:
        yield _row(say.delivery_cost, totals.shipping, order, context)
    yield from _fees(order, context)
    if order.tax_included is False:
        yield from taxes
    yield Pair(say.total, money(totals.total, order.currency, context.locale), TOTAL)
    if order.tax_included is not False:
        yield from taxes


def _discounts(order: Order, context: ReceiptContext) -> Iterator[Block]:
    say = words(context.language)
    for discount in order.discounts:
        yield _discount(discount.name or say.discount, discount.amount, order, context)
    if not order.discounts and order.totals.discount:
        yield _discount(say.discount, order.totals.discount, order, context)


def _discount(name: str, amount: Decimal | None, order: Order, context: ReceiptContext) -> Block:
    return _row(name, None if amount is None else -amount, order, context)


def _fees(order: Order, context: ReceiptContext) -> Iterator[Block]:
    say = words(context.language)
    for fee in order.fees:
        yield _row(fee.name or say.fee, fee.amount, order, context)
    if not order.fees and order.totals.fees:
        yield _row(say.fee, order.totals.fees, order, context)


def _taxes(order: Order, context: ReceiptContext) -> Iterator[Block]:
    for tax in order.taxes:
        yield _row(_tax_name(tax, order, context), tax.amount, order, context)
    if not order.taxes and order.totals.tax:
        unnamed = TaxLine(name="", rate=None, amount=order.totals.tax)
        yield _row(_tax_name(unnamed, order, context), unnamed.amount, order, context)


def _tax_name(tax: TaxLine, order: Order, context: ReceiptContext) -> str:
    say = words(context.language)
    name = tax.name or say.tax
    if tax.rate is not None:
        name = say.tax_rate.format(name=name, rate=percent(tax.rate, context.locale))
    how = {True: say.tax_included, False: say.tax_added, None: "{tax}"}[order.tax_included]
    return how.format(tax=name)


def _row(name: str, amount: Decimal | None, order: Order, context: ReceiptContext) -> Block:
    return Pair(name, money(amount, order.currency, context.locale))
