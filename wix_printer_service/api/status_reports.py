"""Orders and print jobs as programs and the command line get them, put together from records."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from wix_printer_service import connectivity_records, job_records
from wix_printer_service.api.status_models import (
    ChangeReport,
    JobReport,
    JobWithHistory,
    OrderReport,
    OrderWithJobs,
    OutageReport,
)
from wix_printer_service.errors import NotFoundError
from wix_printer_service.job_changes import lane
from wix_printer_service.models import Order
from wix_printer_service.receipts import heading

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from wix_printer_service.models import OrderRecord, PrintJob
    from wix_printer_service.offline_queue import OfflineQueue


def order_name(record: OrderRecord) -> str:
    """Return what the receipts call an order, such as ``#10042 (L7)``."""
    number, local_number = record.number, record.local_number
    return heading.name(Order(record.id, number=number, local_number=local_number))


def job_report(connection: sqlite3.Connection, queue: OfflineQueue, job: PrintJob) -> JobReport:
    """Return a job with what its queue item knows of it."""
    item = queue.find(connection, lane(job.printer), job.id)
    return JobReport(
        **asdict(job),
        priority=None if item is None else item.priority.name,
        tries=None if item is None else item.tries,
    )


def job_with_history(
    connection: sqlite3.Connection, queue: OfflineQueue, job_id: int
) -> JobWithHistory:
    """Return a job with what happened to it.

    Raises:
        NotFoundError: There is no such job.
    """
    report = job_report(connection, queue, job_records.get(connection, job_id))
    history = [
        ChangeReport.model_validate(change) for change in job_records.history(connection, job_id)
    ]
    return JobWithHistory(**report.model_dump(), history=history)


def order_report(connection: sqlite3.Connection, record: OrderRecord) -> OrderReport:
    """Return an order with the outages that its jobs waited through."""
    jobs = job_records.of_order(connection, record.id)
    outages = _outages(connection, jobs)
    return OrderReport(**asdict(record), name=order_name(record), outages=outages)


def order_with_jobs(
    connection: sqlite3.Connection, queue: OfflineQueue, record: OrderRecord
) -> OrderWithJobs:
    """Return an order with its jobs and the outages that they waited through."""
    jobs = job_records.of_order(connection, record.id)
    return OrderWithJobs(
        **asdict(record),
        name=order_name(record),
        outages=_outages(connection, jobs),
        jobs=[job_report(connection, queue, job) for job in jobs],
    )


def _outages(connection: sqlite3.Connection, jobs: Sequence[PrintJob]) -> list[OutageReport]:
    found = []
    for outage_id in sorted({job.outage_id for job in jobs if job.outage_id is not None}):
        with suppress(NotFoundError):  # old outages may be forgotten before the jobs are
            outage = connectivity_records.outage(connection, outage_id)
            found.append(OutageReport.model_validate(outage))
    return found
