"""Orders, print jobs, queue items and their states: frozen data, no input or output."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from decimal import Decimal


class Receipt(StrEnum):
    """A document for one reader."""

    KITCHEN = "kitchen"
    DRIVER = "driver"
    CUSTOMER = "customer"
    CHANGE = "change"
    """What is new about an order that its reader has on paper already."""
    CANCELLATION = "cancellation"
    TEST = "test"


DEFAULT_STATION = ""
"""The station that makes what no other makes; without stations the whole kitchen."""
EXPO_STATION = "expo"
"""Where an order is put together: its ticket shows the shares of all stations."""


class Method(StrEnum):
    """How the food reaches the guest, as far as Wix says."""

    PICKUP = "pickup"
    DELIVERY = "delivery"
    UNKNOWN = "unknown"


class Priority(IntEnum):
    """How urgent a queue item is; the higher goes first."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    CRITICAL = 3


class Road(StrEnum):
    """How an event reached this house."""

    WEBHOOK = "webhook"
    BACKFILL = "backfill"
    """Wix was asked for it."""


class OrderState(StrEnum):
    """What became of an order here."""

    REMEMBERED = "remembered"
    """Known; nothing was to be printed so far."""
    ACCEPTED = "accepted"
    """Its receipts were made."""
    HELD = "held"
    """Its receipts were made, but wait for a person."""
    CANCELLED = "cancelled"
    """Its receipts were made, then the order was cancelled."""
    IGNORED = "ignored"
    """Not for this kitchen: imported, or without a restaurant line."""
    PAST = "past"
    """Of before the first start: recorded, never printed by itself."""
    ERASED = "erased"
    """A person asked to be forgotten; only the id is left."""


class ItemState(StrEnum):
    """States of a queue item, whatever its lane."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    HELD = "held"
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DEAD = "dead"


class JobState(StrEnum):
    """States of a print job that a person can see."""

    QUEUED = "queued"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    """It may be on paper, and will be printed again, marked."""
    HELD = "held"
    PRINTED = "printed"
    PRINTED_UNCONFIRMED = "printed_unconfirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DEAD = "dead"


ON_PAPER_STATES = frozenset({JobState.SENDING, JobState.PRINTED, JobState.PRINTED_UNCONFIRMED})


class Confirmation(StrEnum):
    """What stands behind the word "printed" (DESIGN: confirmation)."""

    PRINTED = "printed"
    """The printer itself said that the job is on paper."""
    PROCESSED = "processed"
    """The printer answered in order after the job's last byte."""
    NONE = "none"
    """All bytes were taken by a printer that cannot confirm."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A piece of an order that our parser could not read, kept as text for the paper."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Modifier:
    """A choice made for a line, such as "Extra cheese"; ``group`` may be empty."""

    group: str
    label: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order. Texts are normalised (NFC, no control characters).

    ``options`` are name and value pairs such as ("Size", "Large"); ``wishes`` the guest's free
    words for this line. ``unit`` is empty for pieces. ``unit_price`` and ``total`` are as Wix
    gave them, None where it gave none.
    """

    name: str
    quantity: Decimal | None
    """How many or how much, None if Wix did not say or it could not be read."""
    unit: str
    modifiers: tuple[Modifier, ...]
    options: tuple[tuple[str, str], ...]
    wishes: tuple[str, ...]
    unit_price: Decimal | None
    total: Decimal | None
    app_id: str
    """Which Wix app's catalogue the line comes from; empty for a custom line."""
    id: str = ""
    """Wix's id of the line, unique only inside its order; may be empty."""
    item_id: str = ""
    """Which item of the catalogue it is; like the next two a key for stations, never printed."""
    section_id: str = ""
    menu_id: str = ""

    def is_of(self, app_ids: Iterable[str]) -> bool:
        """Tell whether the line comes from one of these apps; an id has no case."""
        return self.app_id.casefold() in {app_id.casefold() for app_id in app_ids}


@dataclass(frozen=True, slots=True)
class Contact:
    """A person to hand the food to; every field may be empty."""

    name: str = ""
    company: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A place; every text may be empty."""

    street: str = ""
    addition: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None

    def __bool__(self) -> bool:
        """Tell whether there is anything to find the place by."""
        return bool(self.street or self.addition or self.city or self.postal_code)


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee or tip on top of the lines."""

    name: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount on the order; ``amount`` is positive."""

    name: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class TaxLine:
    """Tax of one rate; ``rate`` is a fraction such as 0.07."""

    name: str
    rate: Decimal | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Totals:
    """An order's sums as Wix gave them, None where it gave none."""

    subtotal: Decimal | None = None
    shipping: Decimal | None = None
    discount: Decimal | None = None
    fees: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None
    paid: Decimal | None = None
    balance: Decimal | None = None
    """What is still to be paid, by Wix's balance summary."""


UNPAID = frozenset({"NOT_PAID", "PARTIALLY_PAID", "DECLINED", "CANCELED"})
"""Payment statuses of Wix by which money is missing for certain."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order as one event showed it. Texts are empty and sums None where Wix sent nothing.

    ``status``, ``payment_status`` and ``fulfillment_status`` are Wix's own words, upper case; new
    ones may come. ``unread`` holds what our parser could not read; it is printed as it is.
    """

    id: str
    number: str = ""
    local_number: str = ""
    """Our own number where Wix gave none; else empty."""
    status: str = ""
    payment_status: str = ""
    fulfillment_status: str = ""
    imported: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None
    method: Method = Method.UNKNOWN
    method_title: str = ""
    due_from: datetime | None = None
    due_to: datetime | None = None
    due_text: str = ""
    instructions: str = ""
    lines: tuple[OrderLine, ...] = ()
    buyer_note: str = ""
    custom_fields: tuple[tuple[str, str], ...] = ()
    contact: Contact = Contact()
    address: Address = Address()
    """Where a delivery goes."""
    location_name: str = ""
    """Which of the restaurant's places the order is for."""
    location_id: str = ""
    language: str = ""
    """The guest's language, such as ``de``."""
    currency: str = ""
    tax_included: bool | None = None
    """Whether the prices hold the tax, None if Wix did not say."""
    totals: Totals = Totals()
    fees: tuple[Fee, ...] = ()
    discounts: tuple[Discount, ...] = ()
    taxes: tuple[TaxLine, ...] = ()
    unread: tuple[Unread, ...] = ()

    @property
    def is_paid(self) -> bool:
        """Tell whether nothing is left to collect.

        PAID says so; so does a total of zero or less. Refunds happen after payment, so a refunded
        order has nothing left to collect either.
        """
        if self.payment_status in {"PAID", "PARTIALLY_REFUNDED", "FULLY_REFUNDED"}:
            return True
        return self.totals.total is not None and self.totals.total <= 0

    @property
    def is_to_be_collected(self) -> bool:
        """Tell whether Wix says plainly that money is missing.

        A payment that is pending, or in a state with a new name, may have come in by now.
        """
        return not self.is_paid and self.payment_status in UNPAID

    @property
    def amount_due(self) -> Decimal | None:
        """Return what is left to collect, None if Wix did not say."""
        if self.is_paid:
            return None if self.totals.total is None else self.totals.total * 0
        if self.payment_status == "PARTIALLY_PAID":
            return self.totals.balance
        return self.totals.total


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """What is written down of an order without opening its data."""

    id: str
    number: str
    local_number: str
    """Our own number where Wix gave none, such as ``L7``; else empty."""
    state: OrderState
    status: str
    payment_status: str
    method: Method
    due_at: datetime | None
    ordered_at: datetime | None
    sequence: int | None
    updated_at: datetime | None
    revision: int
    readable: bool
    received_at: datetime
    road: Road = Road.WEBHOOK
    """The road by which the event came that made its receipts, else its first one."""


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A durable unit of work. ``id`` is its age: a smaller one came earlier."""

    id: int
    lane: str
    subject: int
    """What the item is about, in its owner's numbering (for a print lane: the job's id)."""
    priority: Priority
    state: ItemState
    tries: int
    rank: int
    """Within a priority the lower goes first."""
    put_at: datetime
    due_at: datetime | None
    """Not to be claimed before."""
    expires_at: datetime | None
    """Worthless after."""


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One receipt for one printer, with its own life."""

    id: int
    order_id: str
    receipt: Receipt
    printer: str
    state: JobState
    copy_of: int | None
    """The job that this one is a reprint of."""
    confirmation: Confirmation | None
    reason: str
    created_at: datetime
    updated_at: datetime
    maybe_printed_at: datetime | None = None
    """When it was first sent without anybody knowing whether it came out."""
    maybe_printed_on: tuple[str, ...] = ()
    """The printers that it was sent to so."""
    attempts: int = 0
    """How often bytes of it have gone out."""
    backup_from: str | None = None
    """The printer that this one stands in for."""
    outage_id: int | None = None
    """The outage that it waited through, or waits in."""
    released: bool = False
    """A person let it go: it is not held again for its age."""
    station: str = DEFAULT_STATION
    """Of a kitchen ticket, or a change or cancellation for the kitchen: whose share it shows."""
    reader: Receipt | None = None
    """Of a change: whose paper it changes (kitchen, driver or customer)."""
    from_revision: int | None = None
    """Of a change: the order's revision that its reader has on paper."""
    revision: int | None = None
    """The order's revision when the job was last claimed, which is what its ticket shows."""
    maybe_printed_revision: int | None = None
    """The revision shown by its first ticket of which nobody knows whether it came out."""
    due_at: datetime | None = None
    """Not to be printed before."""
    is_reminder: bool = False
    """A pre-order's second print, when it is due."""

    @property
    def may_be_on_paper(self) -> bool:
        """Tell whether a ticket of this job may lie somewhere."""
        return self.state in ON_PAPER_STATES or self.maybe_printed_at is not None
