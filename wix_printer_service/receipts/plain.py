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
LATE: Final = "VERSPÄTET – LATE"

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
        f"BACKUP FROM {marks.backup_from}" if marks.backup_from else "",
        COPY if marks.copy else "",
        *_duplicate(marks, context),
        *_late(marks, context),
        UNREADABLE,
    )
    return Document(
        (
            *(Text(banner, _BANNER) for banner in banners if banner),
            Text(receipt.value.upper(), Style(align=Align.CENTER)),
            Text(_name(order), _LARGE),
            Rule(),
            *(
                Text(f"{path}: {text}", _TALL)
                for path, text in _texts(order, "", context)
                if path != _SHOWN_ABOVE
            ),
        )
    )


def _duplicate(marks: Marks, context: ReceiptContext) -> Iterator[str]:
    if marks.duplicate is not None:
        sent = _moment(marks.duplicate.first_sent_at, context)
        yield f"{DUPLICATE}\n{sent}, Versuch/try {marks.duplicate.attempt}"


def _late(marks: Marks, context: ReceiptContext) -> Iterator[str]:
    if marks.late_ordered_at is not None:
        yield f"{LATE}\n{_moment(marks.late_ordered_at, context)}"


def _moment(value: datetime, context: ReceiptContext) -> str:
    return f"{local(value, context):%d.%m.%Y %H:%M}"


def _name(order: Order) -> str:
    if not order.number:
        return order.local_number or f"ID {order.id}"
    return f"#{order.number}" + (f" ({order.local_number})" if order.local_number else "")


def _texts(value: Any, path: str, context: ReceiptContext) -> Iterator[tuple[str, str]]:
    if is_dataclass(value):
        for field in fields(value):
            inner = f"{path}.{field.name}" if path else field.name
            yield from _texts(getattr(value, field.name), inner, context)
    elif isinstance(value, tuple | list):
        for position, item in enumerate(value, start=1):
            yield from _texts(item, f"{path} {position}", context)
    elif isinstance(value, datetime):
        yield path, _moment(value, context)
    elif value is not None and not isinstance(value, bool) and value != "":
        yield path, str(value)
