"""Whose paper an order needs, and where: by its lines, its method and the restaurant's printers.

Pure: everything that matters comes in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import structlog

from wix_printer_service.job_records import BEFORE_SENDING, may_lie_at
from wix_printer_service.models import (
    DEFAULT_STATION,
    ON_PAPER_STATES,
    Method,
    PrintJob,
    Receipt,
)
from wix_printer_service.receipts.difference import difference
from wix_printer_service.settings.receipts import stations_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from wix_printer_service.models import Order
    from wix_printer_service.settings import Printer
    from wix_printer_service.stations import Kitchen

log = structlog.get_logger(__name__)

NOTHING = "–"
"""The text of an unread piece that only says what is missing; the same as in the mapping."""
READERS = frozenset({Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER})


@dataclass(frozen=True, slots=True)
class Target:
    """A reader of an order: where his ticket comes out."""

    receipt: Receipt
    """``KITCHEN``, ``DRIVER`` or ``CUSTOMER``."""
    station: str
    """Of a kitchen ticket: whose share it shows."""
    printer: str
    """By the configuration; another one may stand in for it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Tells whether two revisions of an order are different for a reader."""

    kitchen: Kitchen
    with_payment: bool
    """Whether it counts that money came in and nothing else happened."""

    def differs(self, before: Order, after: Order, reader: Receipt, station: str) -> bool:
        """Compare what a reader's paper shows; a station's paper only shows its share.

        That an event showed no lines or no order at all is nothing to go to anybody with. What
        cannot be compared is different.
        """
        try:
            old, new = (self._as_read(order, reader, station) for order in (before, after))
            return bool(difference(old, new, reader, with_payment=self.with_payment))
        except Exception:  # whatever we do not understand still reaches the kitchen
            log.exception("revisions_not_comparable", order_id=after.id, reader=reader)
            return True

    def _as_read(self, order: Order, reader: Receipt, station: str) -> Order:
        known = tuple(piece for piece in order.unread if piece.text != NOTHING)
        is_share = reader is Receipt.KITCHEN
        lines = self.kitchen.share(order, station).lines if is_share else order.lines
        return replace(order, lines=lines, unread=known)


def targets(
    order: Order, method: Method, printers: Mapping[str, Printer], kitchen: Kitchen
) -> list[Target]:
    """List who reads an order, the kitchen first; a driver reads deliveries only."""
    found = list(_kitchen(order, printers, kitchen))
    others = [Receipt.DRIVER] if method is Method.DELIVERY else []
    for receipt in (*others, Receipt.CUSTOMER):
        found += [
            Target(receipt, DEFAULT_STATION, name)
            for name, printer in printers.items()
            if receipt in printer.receipts
        ]
    return found


def target_of(job: PrintJob, jobs: Sequence[PrintJob]) -> Target | None:
    """Return whose paper a job prints or changes, None if it is no single reader's.

    Args:
        job: One of them.
        jobs: All of its order: a copy is for whom its original was.
    """
    originals = {other.id: other for other in jobs}
    while job.copy_of in originals:
        job = originals[job.copy_of]
    reader = job.reader if job.receipt is Receipt.CHANGE else job.receipt
    if reader not in READERS:
        return None
    return Target(reader, job.station, job.backup_from or job.printer)


def papers(jobs: Sequence[PrintJob]) -> dict[str, set[Target]]:
    """Return whose paper may lie at which printer.

    Args:
        jobs: All of one order.
    """
    found: dict[str, set[Target]] = {}
    for job in jobs:
        if (target := target_of(job, jobs)) is not None:
            for printer in may_lie_at(job):
                found.setdefault(printer, set()).add(target)
    return found


def shown_to(jobs: Sequence[PrintJob], known_revision: int) -> int | None:
    """Return the newest revision that a reader has on paper, None if that need not be changed.

    What surely lies there counts. If nobody knows, a whole ticket that is to be printed again will
    say what has changed; if none is, what may lie there counts, as it was at first.

    Args:
        jobs: All that print his paper.
        known_revision: Where nobody knows any more what a ticket shows.
    """
    sure = [job.revision or known_revision for job in jobs if job.state in ON_PAPER_STATES]
    if sure:
        return max(sure)
    if any(_is_whole_to_come(job) for job in jobs):
        return None
    unsure = [
        job.maybe_printed_revision or job.revision or known_revision
        for job in jobs
        if may_lie_at(job)
    ]
    return min(unsure, default=None)


def _is_whole_to_come(job: PrintJob) -> bool:
    is_whole = job.receipt is not Receipt.CHANGE and not job.is_reminder
    return is_whole and job.state in BEFORE_SENDING


def time_to_begin(order: Order, minutes_before: float) -> datetime | None:
    """Return when the kitchen is to begin with an order, None if the guest named no time."""
    due = order.due_from or order.due_to
    if due is None:
        return None
    return due.astimezone(UTC) - timedelta(minutes=minutes_before)


def _kitchen(order: Order, printers: Mapping[str, Printer], kitchen: Kitchen) -> Iterator[Target]:
    for name, printer in printers.items():
        for station in stations_of(printer):
            if kitchen.has_work(order, station):
                yield Target(Receipt.KITCHEN, station, name)
