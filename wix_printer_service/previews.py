"""Receipts before they are printed: which ones an order would have now, and their bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wix_printer_service import order_records
from wix_printer_service.errors import NotFoundError
from wix_printer_service.models import Receipt
from wix_printer_service.order_rules import CALLED_OFF
from wix_printer_service.order_targets import targets
from wix_printer_service.printing.rendering import Paper
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.context import Marks, Slip
from wix_printer_service.settings.receipts import stations_of
from wix_printer_service.tickets import draw, paper_of
from wix_printer_service.virtual_printer import render as read

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from wix_printer_service.models import Order
    from wix_printer_service.receipts.context import ReceiptContext
    from wix_printer_service.settings import Printer

USUAL_WIDTH_MM = 80


@dataclass(frozen=True, slots=True)
class Preview:
    """A receipt as it would be sent to a printer."""

    document: bytes
    paper: Paper

    @property
    def text(self) -> str:
        """Return what comes out, as text; of a drawn row only the size."""
        receipts = read(self.document, self.paper.width_mm)
        return "\n".join(receipt.text for receipt in receipts)


@dataclass(frozen=True, slots=True)
class Previews:
    """Knows what would come out of a restaurant's printers."""

    context: ReceiptContext
    printers: Mapping[str, Printer]

    def slips(self, order: Order) -> list[Slip]:
        """List the receipts that an order would have now, kitchen first; none twice."""
        found = targets(order, order.method, self.printers, self.context.kitchen)
        return list(dict.fromkeys(Slip(target.receipt, target.station) for target in found))

    def paper(self, slip: Slip) -> Paper:
        """Return the paper of the first printer that prints a receipt, else the usual one."""
        fitting = (printer for printer in self.printers.values() if _prints(printer, slip))
        printer = next(fitting, None)
        return Paper.of(USUAL_WIDTH_MM) if printer is None else paper_of(printer)

    def show(self, order: Order, slip: Slip, paper: Paper) -> Preview:
        """Return a receipt as it would come out in time and for the first time.

        Raises:
            ConfigurationError: The catalogue of its language has mistakes; on paper a plain ticket
                would cover that up.
        """
        words(self.context.speaking_to(slip.read_by).language)
        is_off = order.status in CALLED_OFF and slip.receipt is not Receipt.CANCELLATION
        printed = draw(order, slip, self.context, paper, Marks(cancelled=is_off))
        return Preview(printed.data, paper)


def current_order(connection: sqlite3.Connection, order_id: str) -> Order:
    """Return an order as it is now, with our own number if it has one.

    Raises:
        NotFoundError: There is no such order, or its data was erased.
    """
    record = order_records.find(connection, order_id)
    if record is None:
        raise NotFoundError(f"there is no order {order_id}")
    order, _ = order_records.newest_revision(connection, order_id)
    return replace(order, local_number=record.local_number)


def _prints(printer: Printer, slip: Slip) -> bool:
    if slip.read_by is Receipt.KITCHEN:
        return slip.station in stations_of(printer)
    return slip.read_by in printer.receipts
