"""The ticket of last resort: every text of an order, one under the other."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from wix_printer_service.models import Receipt
from wix_printer_service.receipts.context import UNMARKED, Slip
from wix_printer_service.receipts.document import Align, Document, Rule, Style, Text
from wix_printer_service.receipts.times import local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Order
    from wix_printer_service.receipts.context import Marks, ReceiptContext
    from wix_printer_service.receipts.document import Block

# In every language and not from the catalogues: this ticket must not fail with them.
UNREADABLE: Final = (
    "NICHT VOLLSTÄNDIG LESBAR\nNOT FULLY READABLE\nEN PARTIE ILLISIBLE\nNON TUTTO LEGGIBILE\n"
    "NO TODO ES LEGIBLE\nTAMAMI OKUNAMADI\n! WIX !"
)
CANCELLED: Final = "STORNIERT – CANCELLED\nANNULÉ – ANNULLATO\nANULADO – İPTAL"
CHANGE: Final = "ÄNDERUNG – CHANGE\nMODIFICATION – MODIFICA\nCAMBIO – DEĞİŞİKLİK"
COPY: Final = "KOPIE – COPY – COPIE\nCOPIA – KOPYA"
DUPLICATE: Final = (
    "MÖGLICHES DUPLIKAT\nPOSSIBLE DUPLICATE\nDOUBLON POSSIBLE\nPOSSIBILE DOPPIONE\n"
    "POSIBLE DUPLICADO\nTEKRAR OLABİLİR"
)
LATE: Final = "VERSPÄTET – LATE\nEN RETARD – IN RITARDO\nRETRASADO – GECİKTİ"
REMINDER: Final = "JETZT BEGINNEN – BEGIN NOW\nÀ LANCER – INIZIARE ORA\nEMPEZAR YA – ŞİMDİ BAŞLA"

_LARGE: Final = Style(width=2, height=2, bold=True, align=Align.CENTER)
_BANNER: Final = Style(height=2, bold=True, inverse=True, align=Align.CENTER)
_TALL: Final = Style(height=2)
_SHOWN_ABOVE: Final = "number"
_KEYS: Final = frozenset({"app_id", "item_id", "section_id", "menu_id", "location_id"})
"""What says nothing to people: only stations are found by it."""


def plain_document(
    order: Order, slip: Slip | Receipt, context: ReceiptContext, marks: Marks = UNMARKED
) -> Document:
    """Compose a ticket so simple that it works when ``compose`` does not.

    Texts are labelled with the names of our own fields; nothing is chosen or formatted. A change
    shows the order as it is now, a station's ticket the whole order.
    """
    slip = slip if isinstance(slip, Slip) else Slip(slip)
    return Document(tuple(_blocks(order, slip, context, marks)))


def _blocks(order: Order, slip: Slip, context: ReceiptContext, marks: Marks) -> Iterator[Block]:
    for banner in _banners(slip, context, marks):
        yield from (Text(banner, _BANNER), Rule())
    yield Text(_title(slip), Style(align=Align.CENTER))
    yield Text(_name(order), _LARGE)
    yield Rule()
    for path, text in _texts(order, "", context):
        if path != _SHOWN_ABOVE:
            yield Text(f"{path}: {text}", _TALL)


def _banners(slip: Slip, context: ReceiptContext, marks: Marks) -> Iterator[str]:
    if slip.receipt is Receipt.CANCELLATION or marks.cancelled:
        yield CANCELLED
    if slip.receipt is Receipt.CHANGE or marks.changed_from is not None:
        yield CHANGE
    if marks.backup_from:
        yield f"BACKUP FROM {marks.backup_from}"
    if marks.copy:
        yield COPY
    if marks.is_reminder:
        yield REMINDER
    yield from _duplicate(marks, context)
    yield from _late(marks, context)
    yield UNREADABLE


def _title(slip: Slip) -> str:
    """Return which piece of paper it is, in the words of the configuration."""
    parts = (slip.receipt, slip.reader, slip.station)
    return " – ".join(part.upper() for part in parts if part)


def _duplicate(marks: Marks, context: ReceiptContext) -> Iterator[str]:
    if marks.duplicate is not None:
        sent = _moment(marks.duplicate.first_sent_at, context)
        yield f"{DUPLICATE}\n{sent}, #{marks.duplicate.attempt}"


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
        for field in (field for field in fields(value) if field.name not in _KEYS):
            inner = f"{path}.{field.name}" if path else field.name
            yield from _texts(getattr(value, field.name), inner, context)
    elif isinstance(value, tuple | list):
        for position, item in enumerate(value, start=1):
            yield from _texts(item, f"{path} {position}", context)
    elif isinstance(value, datetime):
        yield path, _moment(value, context)
    elif value is not None and not isinstance(value, bool) and value != "":
        yield path, str(value)
