"""The ticket of last resort: every text of an order, one under the other."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from wix_printer_service.models import Receipt
from wix_printer_service.receipts.context import UNMARKED
from wix_printer_service.receipts.document import Align, Document, Rule, Style, Text
from wix_printer_service.receipts.times import local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Order
    from wix_printer_service.receipts.context import Marks, ReceiptContext

# In every language and not from the catalogue: this ticket must not fail with it.
UNREADABLE: Final = "NICHT VOLLSTÄNDIG LESBAR\nNOT FULLY READABLE\nIN WIX PRÜFEN – CHECK IN WIX"
CANCELLED: Final = "STORNIERT – CANCELLED"
COPY: Final = "KOPIE – COPY"
DUPLICATE: Final = "MÖGLICHES DUPLIKAT\nPOSSIBLE DUPLICATE"

_LARGE: Final = Style(width=2, height=2, bold=True, align=Align.CENTER)
_BANNER: Final = Style(height=2, bold=True, inverse=True, align=Align.CENTER)
_TALL: Final = Style(height=2)
_SHOWN_ABOVE: Final = "number"


def plain_document(
    order: Order, receipt: Receipt, context: ReceiptContext, marks: Marks = UNMARKED
) -> Document:
    """Compose a ticket so simple that it works when ``compose`` does not.

    Texts are labelled with the names of our own fields; nothing is chosen, formatted or left out.
    """
    banners = (
        CANCELLED if receipt is Receipt.CANCELLATION or marks.cancelled else "",
        COPY if marks.copy else "",
        DUPLICATE if marks.duplicate else "",
        UNREADABLE,
    )
    return Document(
        (
            *(Text(banner, _BANNER) for banner in banners if banner),
            Text(receipt.value.upper(), Style(align=Align.CENTER)),
            Text(f"#{order.number}" if order.number else f"ID {order.id}", _LARGE),
            Rule(),
            *(
                Text(f"{path}: {text}", _TALL)
                for path, text in _texts(order, "", context)
                if path != _SHOWN_ABOVE
            ),
        )
    )


def _texts(value: Any, path: str, context: ReceiptContext) -> Iterator[tuple[str, str]]:
    if is_dataclass(value):
        for field in fields(value):
            inner = f"{path}.{field.name}" if path else field.name
            yield from _texts(getattr(value, field.name), inner, context)
    elif isinstance(value, tuple | list):
        for position, item in enumerate(value, start=1):
            yield from _texts(item, f"{path} {position}", context)
    elif isinstance(value, datetime):
        yield path, f"{local(value, context):%d.%m.%Y %H:%M}"
    elif value is not None and not isinstance(value, bool) and value != "":
        yield path, str(value)
