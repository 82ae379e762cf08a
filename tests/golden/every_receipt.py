"""Which receipts have a golden one: those of every sample, in every language, on both papers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from wix_printer_service.models import EXPO_STATION, Method, Receipt
from wix_printer_service.previews import Previews
from wix_printer_service.printing.rendering import COLUMNS, Paper
from wix_printer_service.receipts.context import ReceiptContext, Slip
from wix_printer_service.receipts.difference import difference
from wix_printer_service.settings import Station
from wix_printer_service.settings.intake import RESTAURANT_APP_IDS
from wix_printer_service.simulation import samples
from wix_printer_service.virtual_printer import render
from wix_printer_service.wix.mapping import read_order
from wix_printer_service.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Order
    from wix_printer_service.virtual_printer import PrintedReceipt

RESTAURANT = ReceiptContext(
    restaurant_name="Ristorante Müller",
    timezone=ZoneInfo("Europe/Berlin"),
    address=("Oranienstraße 12, 10999 Berlin", "Tel. 030 5550199"),
    tax_number="DE123456789",
    restaurant_app_ids=frozenset(RESTAURANT_APP_IDS),
    payment_changes=True,
)
WITH_A_BAR = replace(RESTAURANT, stations={"bar": Station(names=("Cola*",))})
SPLIT = {"delivery_cash": ("bar", EXPO_STATION)}
"""The samples that are shown to stations of the restaurant with a bar, too."""
EARLIER = {
    "delivery_paid": "delivery_cash",
    "delivery_updated": "delivery_cash",
    "modifiers_edited": "modifiers",
}
"""The samples that show an order as it was before."""


@dataclass(frozen=True, slots=True)
class Golden:
    """A receipt of a sample."""

    sample: str
    slip: Slip
    width_mm: int
    language: str

    @property
    def name(self) -> str:
        """Return where it lies, without the ending; receipts beside it differ in language."""
        return f"{self.sheet}-{self.language}"

    @property
    def sheet(self) -> str:
        """Return what it has in common with those in other languages."""
        parts = (self.slip.receipt, self.slip.reader, self.slip.station, self.width_mm)
        return f"{self.sample}/{'-'.join(str(part) for part in parts if part)}"

    def print(self) -> PrintedReceipt:
        """Have it come out of the virtual printer."""
        restaurant = WITH_A_BAR if self.slip.station else RESTAURANT
        previews = Previews(replace(restaurant, language=self.language), {})
        shown = previews.show(order_of(self.sample), self.slip, Paper.of(self.width_mm))
        (receipt,) = render(shown.document, self.width_mm)
        return receipt


@cache
def order_of(sample: str) -> Order:
    """Return the order that a sample's event shows."""
    return read_order(samples.order_of(samples.load(sample)))


def every_receipt() -> Iterator[Golden]:
    """List them, those of a sample one after the other."""
    for sample in samples.names():
        for slip, width_mm, language in product(slips(sample), COLUMNS, LANGUAGES):
            yield Golden(sample, slip, width_mm, language)


def slips(sample: str) -> Iterator[Slip]:
    """List the receipts that a sample's order may have; a change for whom something is new."""
    order = order_of(sample)
    readers = [Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER]
    if order.method is not Method.DELIVERY:
        readers.remove(Receipt.DRIVER)
    yield from map(Slip, readers)
    for station in SPLIT.get(sample, ()):
        yield Slip(Receipt.KITCHEN, station)
    yield Slip(Receipt.CANCELLATION, reader=Receipt.KITCHEN)
    if sample in EARLIER:
        before = order_of(EARLIER[sample])
        for reader in readers:
            if difference(before, order, reader, with_payment=True):
                yield Slip(Receipt.CHANGE, reader=reader, before=before)
