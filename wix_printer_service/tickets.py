"""Makes the bytes of a print job's ticket from the newest revision of its order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from wix_printer_service import job_records, order_records
from wix_printer_service.models import JobState, OrderState, Receipt, Road
from wix_printer_service.print_jobs import Sent
from wix_printer_service.printing.rendering import Paper, render
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.context import Duplicate, Marks, ReceiptContext
from wix_printer_service.receipts.plain import plain_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from wix_printer_service.clock import Clock
    from wix_printer_service.models import Order, OrderRecord, PrintJob
    from wix_printer_service.settings import Printer, Settings
    from wix_printer_service.storage.database import Database

log = structlog.get_logger(__name__)

CAME_OUT = frozenset({JobState.PRINTED, JobState.PRINTED_UNCONFIRMED})
ORDER_RECEIPTS = frozenset({Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER})


@dataclass(frozen=True, slots=True)
class TicketMaker:
    """Knows what a restaurant's tickets say and how wide each printer's paper is."""

    database: Database
    context: ReceiptContext
    papers: Mapping[str, Paper]
    clock: Clock
    late_after_s: float

    def make(self, job: PrintJob) -> Sent:
        """Return the bytes of a job's ticket and the revision that they show.

        An order that our receipts cannot cope with comes out as a plain ticket: it must reach the
        kitchen all the same.

        Raises:
            NotFoundError: The order's data is gone.
            StorageError: The database cannot be read now.
        """
        with self.database.reading() as connection:
            # by its id now: the order may have been learnt without Wix's id and got it since
            order_id = job_records.get(connection, job.id).order_id
            order, revision = order_records.newest_revision(connection, order_id)
            record = order_records.find(connection, order_id)
            relatives = job_records.relatives(connection, job)
        if record is not None:
            order = replace(order, local_number=record.local_number)
        marks = self._marks(job, order, record, relatives)
        paper = self.papers.get(job.printer, Paper.of(80))
        return Sent(revision, self._render(order, job, paper, marks))

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
        )

    def _late_ordered_at(
        self, job: PrintJob, order: Order, record: OrderRecord | None
    ) -> datetime | None:
        """Return when the order of a late ticket was placed, None if it is in time.

        A ticket's age begins when the order became what it is: the guest may have waited for the
        restaurant's own approval before that. An order that Wix was asked for may have changed
        since without us; its age begins when it was placed. A copy, and news about an order, are
        as old as the job.
        """
        since = job.created_at
        if job.copy_of is None and job.receipt in ORDER_RECEIPTS:
            is_fetched = record is not None and record.road is Road.BACKFILL
            became = order.created_at if is_fetched else order.updated_at
            since = min(since, became or since)
        age_s = (self.clock.now() - since).total_seconds()
        return (order.created_at or since) if age_s > self.late_after_s else None

    def _render(self, order: Order, job: PrintJob, paper: Paper, marks: Marks) -> bytes:
        try:
            return render(compose(order, job.receipt, self.context, marks), paper)
        except Exception:  # whatever we do not understand still reaches the kitchen
            log.exception("receipt_failed", order_id=order.id, receipt=job.receipt)
            return render(plain_document(order, job.receipt, self.context, marks), paper)


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
    """Return what every receipt of this restaurant has in common."""
    restaurant = settings.restaurant
    return ReceiptContext(
        restaurant_name=restaurant.name,
        address=restaurant.address,
        timezone=ZoneInfo(restaurant.timezone),
        language=restaurant.language,
        restaurant_app_ids=frozenset(settings.intake.restaurant_app_ids),
    )


def paper_of(printer: Printer) -> Paper:
    """Return the paper that a printer is loaded with."""
    return Paper.of(printer.paper_width_mm, printer.columns, printer.profile)
