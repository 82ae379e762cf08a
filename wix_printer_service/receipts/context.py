"""What a receipt needs to know besides the order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wix_printer_service.models import DEFAULT_STATION, Receipt
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.money import locale_of
from wix_printer_service.stations import Kitchen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from wix_printer_service.models import Order
    from wix_printer_service.receipts.catalogue import Words
    from wix_printer_service.receipts.layout import Layout
    from wix_printer_service.settings import Station
    from wix_printer_service.stations import Share


@dataclass(frozen=True, slots=True)
class ReceiptContext:
    """The restaurant: its words, clock and catalogues.

    ``restaurant_app_ids`` are the Wix apps whose lines are for the kitchen.
    """

    restaurant_name: str
    timezone: ZoneInfo
    language: str = "de"
    address: tuple[str, ...] = ()
    restaurant_app_ids: frozenset[str] = frozenset()
    country: str = ""
    """CH, AT and so on, empty if amounts are written as the language usually does."""
    tax_number: str = ""
    languages: Mapping[Receipt, str] = field(default_factory=dict)
    """Languages of single readers (kitchen, driver, customer), where not ``language``."""
    stations: Mapping[str, Station] = field(default_factory=dict)
    layouts: Mapping[Receipt, Layout] = field(default_factory=dict)
    """The restaurant's own layouts; a receipt that is not among them has the default one."""
    allergy_words: tuple[str, ...] = ()
    """Words of the restaurant's own that speak of allergies."""
    payment_changes: bool = False
    """Whether a mere payment is a change that driver and customer are told of."""

    @property
    def locale(self) -> str:
        """Return by which habits amounts are written, such as ``de_CH``."""
        return locale_of(self.language, self.country)

    @property
    def kitchen(self) -> Kitchen:
        """Return who makes what."""
        return Kitchen(self.stations, self.restaurant_app_ids)

    def speaking_to(self, reader: Receipt) -> ReceiptContext:
        """Return the same in the language of a reader (kitchen, driver or customer)."""
        return replace(self, language=self.languages.get(reader, self.language))


@dataclass(frozen=True, slots=True)
class Duplicate:
    """What is known of a ticket that may have come out before."""

    first_sent_at: datetime
    attempt: int
    """Which try this one is; the first was 1."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What sets this piece of paper apart from the first one printed in time."""

    copy: bool = False
    """A person asked for it again."""
    duplicate: Duplicate | None = None
    """It may lie in the kitchen already."""
    late_ordered_at: datetime | None = None
    """It comes late: when the order was placed."""
    backup_from: str = ""
    """The printer that this one stands in for."""
    cancelled: bool = False
    """Its order is off; nobody is to cook or drive by it."""
    changed_from: Order | None = None
    """What a ticket that may lie there already shows, if the order has changed since."""
    is_reminder: bool = False
    """The pre-order was printed when it came in; now it is time to begin."""


@dataclass(frozen=True, slots=True)
class Slip:
    """Which piece of an order's paper it is."""

    receipt: Receipt
    station: str = DEFAULT_STATION
    """Whose share a kitchen ticket shows; so does a change or cancellation for the kitchen."""
    reader: Receipt | None = None
    """Of a change: whose paper it changes (kitchen, driver or customer)."""
    before: Order | None = None
    """Of a change: the order as its reader has it on paper."""

    @property
    def read_by(self) -> Receipt:
        """Return who reads it: kitchen, driver or customer; a cancellation is for the kitchen."""
        if self.receipt in _READERS:
            return self.receipt
        return self.reader or Receipt.KITCHEN


_READERS = frozenset({Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER})


UNMARKED = Marks()


@dataclass(frozen=True, slots=True)
class Ticket:
    """One piece of paper in the making: all that its blocks may speak of."""

    order: Order
    slip: Slip
    context: ReceiptContext
    marks: Marks = UNMARKED
    has_allergies_above: bool = False
    """Whether its layout repeats at the top what guests say of allergies."""

    @property
    def say(self) -> Words:
        """Return the words of its reader's language."""
        return words(self.context.language)

    @property
    def asks_for_money(self) -> bool:
        """Tell whether its reader is to take or pay money; nobody is if the order is off."""
        return not (self.order.is_paid or self.marks.cancelled)

    @property
    def share(self) -> Share:
        """Return what its station makes of the order."""
        return self.context.kitchen.share(self.order, self.slip.station)
