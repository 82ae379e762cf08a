"""Makes the bytes of a print job's ticket from the newest revision of its order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from wix_printer_service import job_records, order_records
from wix_printer_service.models import JobState, OrderState, Receipt
from wix_printer_service.print_jobs import Sent
from wix_printer_service.printing.rendering import Paper, render
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.context import Marks, ReceiptContext
from wix_printer_service.receipts.plain import plain_document

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from wix_printer_service.models import Order, PrintJob
    from wix_printer_service.settings import Printer, Settings
    from wix_printer_service.storage.database import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TicketMaker:
    """Knows what a restaurant's tickets say and how wide each printer's paper is."""

    database: Database
    context: ReceiptContext
    papers: Mapping[str, Paper]

    def make(self, job: PrintJob) -> Sent:
        """Return the bytes of a job's ticket and the revision that they show.

        An order that our receipts cannot cope with comes out as a plain ticket: it must reach the
        kitchen all the same.

        Raises:
            NotFoundError: The order's data is gone.
            StorageError: The database cannot be read now.
        """
        with self.database.reading() as connection:
            order, revision = order_records.newest_revision(connection, job.order_id)
            marks = _marks(connection, job)
        paper = self.papers.get(job.printer, Paper.of(80))
        return Sent(revision, self._render(order, job, paper, marks))

    def _render(self, order: Order, job: PrintJob, paper: Paper, marks: Marks) -> bytes:
        try:
            return render(compose(order, job.receipt, self.context, marks), paper)
        except Exception:  # whatever we do not understand still reaches the kitchen
            log.exception("receipt_failed", order_id=order.id, receipt=job.receipt)
            return render(plain_document(order, job.receipt, self.context, marks), paper)


def _marks(connection: sqlite3.Connection, job: PrintJob) -> Marks:
    """Say what sets a ticket apart; a copy of what never came out is no copy to the kitchen."""
    before = {original.state for original in job_records.originals(connection, job)}
    record = order_records.find(connection, job.order_id)
    return Marks(
        copy=bool(before & {JobState.PRINTED, JobState.PRINTED_UNCONFIRMED}),
        duplicate=JobState.UNCERTAIN in before,
        cancelled=job.receipt is not Receipt.CANCELLATION
        and record is not None
        and record.state is OrderState.CANCELLED,
    )


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
