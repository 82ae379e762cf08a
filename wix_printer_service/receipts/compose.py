"""From an order to a receipt for one reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wix_printer_service.models import Receipt
from wix_printer_service.receipts.cancellation import cancellation
from wix_printer_service.receipts.context import UNMARKED
from wix_printer_service.receipts.customer import customer
from wix_printer_service.receipts.driver import driver
from wix_printer_service.receipts.kitchen import kitchen
from wix_printer_service.receipts.test_ticket import test_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.models import Order
    from wix_printer_service.receipts.context import Marks, ReceiptContext
    from wix_printer_service.receipts.document import Document

_COMPOSERS: Final[dict[Receipt, Callable[[Order, ReceiptContext, Marks], Document]]] = {
    Receipt.KITCHEN: kitchen,
    Receipt.DRIVER: driver,
    Receipt.CUSTOMER: customer,
    Receipt.CANCELLATION: cancellation,
    Receipt.TEST: lambda _order, context, _marks: test_document("", context),
}


def compose(
    order: Order, receipt: Receipt, context: ReceiptContext, marks: Marks = UNMARKED
) -> Document:
    """Compose a receipt; whatever the order lacks is left out or said to be missing."""
    return _COMPOSERS[receipt](order, context, marks)
