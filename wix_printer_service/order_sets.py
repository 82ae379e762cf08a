"""Makes the receipts of an order: for whom, how urgent, and when if the guest wants it later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.models import DEFAULT_STATION, JobState, Priority, Receipt
from wix_printer_service.order_priority import priority_of
from wix_printer_service.order_targets import targets, time_to_begin
from wix_printer_service.settings.receipts import stations_of
from wix_printer_service.stations import Kitchen

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from wix_printer_service.clock import Clock
    from wix_printer_service.models import Method, Order
    from wix_printer_service.order_targets import Target
    from wix_printer_service.print_jobs import PrintJobs
    from wix_printer_service.settings import Settings

REMINDER = "it will be time to begin"
FAILED = "what follows from an event could not be worked out: see the journal"
OTHER_READERS = frozenset({Receipt.DRIVER, Receipt.CUSTOMER})


class OrderSets:
    """Knows who reads an order. Changes run in the caller's transaction."""

    def __init__(self, jobs: PrintJobs, settings: Settings, clock: Clock) -> None:
        self._jobs = jobs
        self._settings = settings
        self._clock = clock
        self.kitchen = Kitchen(settings.stations, settings.intake.restaurant_app_ids)
        self.reminds = settings.preorders.print == "both"

    def readers(self, order: Order, method: Method) -> list[Target]:
        """List who is to have a ticket of an order, the kitchen first."""
        return targets(order, method, self._settings.printers, self.kitchen)

    def make(
        self,
        transaction: sqlite3.Connection,
        order: Order,
        readers: Sequence[Target],
        why: str,
        state: JobState = JobState.QUEUED,
    ) -> None:
        """Make the ticket of each reader; one for later waits, or comes again, as is set."""
        later = None if state is JobState.HELD else self.later(order)
        for reader in readers:
            self._jobs.create(
                transaction,
                order.id,
                reader.receipt,
                reader.printer,
                why=why,
                state=state,
                priority=self.priority(order),
                station=reader.station,
                due_at=later if self._settings.preorders.print == "before_due" else None,
            )
        if later is not None and self.reminds:
            for reader in readers:
                self.remind(transaction, order, reader, later)

    def remind(
        self, transaction: sqlite3.Connection, order: Order, reader: Target, at: datetime
    ) -> None:
        """Have the kitchen told again when it is time to begin; others need no second ticket."""
        if reader.receipt is not Receipt.KITCHEN:
            return
        self._jobs.create(
            transaction,
            order.id,
            reader.receipt,
            reader.printer,
            why=REMINDER,
            priority=self.priority(order),
            station=reader.station,
            due_at=at,
            is_reminder=True,
        )

    def tell_everybody(
        self,
        transaction: sqlite3.Connection,
        order_id: str,
        news: Receipt | None,
        state: JobState,
    ) -> None:
        """Make a ticket for every reader that there may be, whatever the order holds.

        Args:
            transaction: The caller's.
            order_id: Of an order of which nobody can tell who reads it.
            news: What it is: a change or a cancellation; None for the ticket itself.
            state: Of the new jobs.
        """
        for name, printer in self._settings.printers.items():
            kitchens = [(Receipt.KITCHEN, station) for station in stations_of(printer)]
            others = [(Receipt(word), DEFAULT_STATION) for word in printer.receipts]
            for reader, station in kitchens + [who for who in others if who[0] in OTHER_READERS]:
                self._jobs.create(
                    transaction,
                    order_id,
                    news or reader,
                    name,
                    why=FAILED,
                    state=state,
                    priority=Priority.HIGH,
                    station=station,
                    reader=reader if news else None,
                )

    def begins_at(self, order: Order) -> datetime | None:
        """Return when the kitchen is to begin, None if the guest named no time."""
        return time_to_begin(order, self._settings.preorders.minutes_before)

    def later(self, order: Order) -> datetime | None:
        """Return when the kitchen is to begin if that is not now yet, by the wall clock."""
        at = self.begins_at(order)
        return at if at is not None and at > self._clock.now() else None

    def priority(self, order: Order) -> Priority:
        """Return how urgent an order is."""
        more = self._settings.receipts.allergy_words
        return priority_of(order, self._settings.priorities, more)
