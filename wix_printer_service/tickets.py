"""Makes the bytes of a print job's ticket from the revision of its order that it is to show."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from wix_printer_service import job_records, order_records
from wix_printer_service.errors import NotFoundError
from wix_printer_service.missing_letters import MissingLetters, code_points
from wix_printer_service.models import JobState, Order, OrderState, Receipt, Road
from wix_printer_service.order_targets import Comparison
from wix_printer_service.print_jobs import Sent
from wix_printer_service.printing.fonts import REMEDY
from wix_printer_service.printing.rendering import Paper, Printed, press
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.context import (
    UNMARKED,
    Duplicate,
    Marks,
    ReceiptContext,
    Slip,
)
from wix_printer_service.receipts.layout import read_layouts
from wix_printer_service.receipts.plain import plain_document

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from wix_printer_service.clock import Clock
    from wix_printer_service.models import OrderRecord, PrintJob
    from wix_printer_service.receipts.document import Document
    from wix_printer_service.settings import Printer, Settings
    from wix_printer_service.storage.database import Database

log = structlog.get_logger(__name__)

CAME_OUT = frozenset({JobState.PRINTED, JobState.PRINTED_UNCONFIRMED})
ORDER_RECEIPTS = frozenset({Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER})


@dataclass(frozen=True, slots=True)
class TicketMaker:
    """Knows what a restaurant's tickets say, on which paper, and how often they come out.

    ``copies`` are those of each printer that are not one; ``missing`` learns what no font can draw.
    """

    database: Database
    context: ReceiptContext
    papers: Mapping[str, Paper]
    clock: Clock
    late_after_s: float
    copies: Mapping[str, Mapping[Receipt, int]] = field(default_factory=dict)
    missing: MissingLetters = field(default_factory=MissingLetters)

    def make(self, job: PrintJob) -> Sent:
        """Return the bytes of a job's ticket and the revision that they show.

        A job in hand shows the revision that was the newest when it was claimed; any other, for a
        picture, the newest of all. An order that our receipts cannot cope with comes out as a plain
        ticket: it must reach the kitchen all the same.

        Raises:
            NotFoundError: The order's data is gone.
            StorageError: The database cannot be read now.
        """
        with self.database.reading() as connection:
            # by its id now: the order may have been learnt without Wix's id and got it since
            order_id = job_records.get(connection, job.id).order_id
            up_to = job.revision if job.state is JobState.SENDING else None
            order, revision = order_records.newest_revision(connection, order_id, up_to)
            record = order_records.find(connection, order_id)
            relatives = job_records.relatives(connection, job)
            before = _at(connection, order_id, job.from_revision)
            tried = _at(connection, order_id, job.maybe_printed_revision)
        if record is not None:
            order = replace(order, local_number=record.local_number)
        slip = Slip(job.receipt, job.station, job.reader, before)
        marks = self._marks(job, order, record, relatives)
        if job.receipt is Receipt.CHANGE and before is None:
            # what its reader has is not known: all of it as new would be cooked once more
            slip, marks = _whole(slip), replace(marks, changed_from=Order(id=order.id))
        if tried is not None and self.comparison.differs(tried, order, slip.read_by, slip.station):
            slip, marks = _whole(slip), replace(marks, changed_from=tried)
        paper = self.papers.get(job.printer, Paper.of(80))
        printed = draw(order, slip, self.context, paper, marks, self._copies(job, slip))
        if new := self.missing.note(printed.missing):
            log.warning("letters_without_font", letters=code_points(new), remedy=REMEDY)
        return Sent(revision, printed.data)

    @property
    def comparison(self) -> Comparison:
        """Return how revisions are compared."""
        return Comparison(self.context.kitchen, with_payment=self.context.payment_changes)

    def _copies(self, job: PrintJob, slip: Slip) -> int:
        """Return how often a ticket comes out; what a person asks for again comes once."""
        if job.copy_of is not None:
            return 1
        return self.copies.get(job.printer, {}).get(slip.read_by, 1)

    def _marks(
        self,
        job: PrintJob,
        order: Order,
        record: OrderRecord | None,
        relatives: Sequence[PrintJob],
    ) -> Marks:
        """Say what sets a ticket apart; a copy of what never came out is no copy to the kitchen."""
        return Marks(
            copy=any(other.state in CAME_OUT for other in relatives),
            duplicate=_possible_duplicate(job, relatives),
            late_ordered_at=self._late_ordered_at(job, order, record),
            backup_from=job.backup_from or "",
            cancelled=job.receipt is not Receipt.CANCELLATION
            and record is not None
            and record.state is OrderState.CANCELLED,
            is_reminder=job.is_reminder,
        )

    def _late_ordered_at(
        self, job: PrintJob, order: Order, record: OrderRecord | None
    ) -> datetime | None:
        """Return when the order of a late ticket was placed, None if it is in time.

        A ticket's age begins when the order became what it is: the guest may have waited for the
        restaurant's own approval before that. An order that Wix was asked for may have changed
        since without us; its age begins when it was placed. A copy, and news about an order, are
        as old as the job. No ticket is older than the moment that it was planned for.
        """
        since = job.created_at
        if job.copy_of is None and job.receipt in ORDER_RECEIPTS:
            is_fetched = record is not None and record.road is Road.BACKFILL
            became = order.created_at if is_fetched else order.updated_at
            since = min(since, became or since)
        since = max(since, job.due_at or since)
        age_s = (self.clock.now() - since).total_seconds()
        return (order.created_at or since) if age_s > self.late_after_s else None


def draw(
    order: Order,
    slip: Slip,
    context: ReceiptContext,
    paper: Paper,
    marks: Marks = UNMARKED,
    copies: int = 1,
) -> Printed:
    """Return the bytes of a ticket; one that our receipts cannot cope with is a plain ticket."""
    try:
        return _copied(compose(order, slip, context, marks), paper, copies)
    except Exception:  # whatever we do not understand still reaches the kitchen
        log.exception("receipt_failed", order_id=order.id, receipt=slip.receipt)
        return _copied(plain_document(order, slip, context, marks), paper, copies)


def _copied(document: Document, paper: Paper, copies: int) -> Printed:
    """Return a document so many times; only the first opens the drawer and makes a sound."""
    first = press(document, paper)
    if copies == 1:
        return first
    quiet = press(replace(document, beeps=0, opens_drawer=False), paper)
    return replace(first, data=first.data + quiet.data * (copies - 1))


def _at(connection: sqlite3.Connection, order_id: str, revision: int | None) -> Order | None:
    """Return an order as it was at a revision, None for none and if that is lost."""
    if revision is None:
        return None
    with suppress(NotFoundError):
        return order_records.newest_revision(connection, order_id, revision)[0]
    return None


def _whole(slip: Slip) -> Slip:
    """Return the whole ticket in place of a change that may lie there and is out of date already.

    Nobody could tell which of several changes to go by: the whole ticket stands for itself. So it
    does where nobody knows any more what there was before the change.
    """
    return Slip(slip.read_by, slip.station) if slip.receipt is Receipt.CHANGE else slip


def _possible_duplicate(job: PrintJob, relatives: Sequence[PrintJob]) -> Duplicate | None:
    """Say since when a ticket may be there already; one that surely came out makes a copy."""
    unknown = [
        tried
        for tried in (job, *relatives)
        if tried.maybe_printed_at is not None and tried.state not in CAME_OUT
    ]
    if not unknown:
        return None
    first = min(tried.maybe_printed_at for tried in unknown if tried.maybe_printed_at)
    return Duplicate(first, 1 + sum(tried.attempts for tried in unknown))


def receipt_context(settings: Settings) -> ReceiptContext:
    """Return what every receipt of this restaurant has in common.

    Raises:
        ConfigurationError: One of the restaurant's own layouts has mistakes.
    """
    restaurant, receipts = settings.restaurant, settings.receipts
    return ReceiptContext(
        restaurant_name=restaurant.name,
        address=restaurant.address,
        timezone=ZoneInfo(restaurant.timezone),
        language=restaurant.language,
        restaurant_app_ids=frozenset(settings.intake.restaurant_app_ids),
        country=restaurant.country,
        tax_number=restaurant.tax_number,
        languages={Receipt(reader): word for reader, word in receipts.languages.items()},
        stations=settings.stations,
        layouts=read_layouts({Receipt(name): file for name, file in receipts.layouts.items()}),
        allergy_words=receipts.allergy_words,
        payment_changes=receipts.payment_changes,
    )


def copies_of(printer: Printer) -> dict[Receipt, int]:
    """Return how often a printer prints its receipts, where that is not once."""
    return {Receipt(receipt): number for receipt, number in printer.copies.items()}


def paper_of(printer: Printer) -> Paper:
    """Return the paper that a printer is loaded with."""
    return Paper.of(printer.paper_width_mm, printer.columns, printer.profile)
