"""From an order to a receipt for one reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wix_printer_service.models import Receipt
from wix_printer_service.receipts.cancellation import cancellation
from wix_printer_service.receipts.context import UNMARKED, Slip
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
    order: Order, slip: Slip | Receipt, context: ReceiptContext, marks: Marks = UNMARKED
) -> Document:
    """Compose a receipt; whatever the order lacks is left out or said to be missing.

    Args:
        order: As it is now.
        slip: Which piece of its paper; a mere receipt is that of the default station.
        context: The restaurant.
        marks: What sets this piece apart.
    """
    slip = slip if isinstance(slip, Slip) else Slip(slip)
    return _COMPOSERS[slip.receipt](order, context.speaking_to(slip.read_by), marks)
