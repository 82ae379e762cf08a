"""The status listener's route about the queue: what waits, for how long, what was given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from wix_printer_service import job_records
from wix_printer_service.api.status_connectivity_models import (
    DeadLetterReport,
    LaneReport,
    QueueReport,
)
from wix_printer_service.models import JobState

if TYPE_CHECKING:
    from wix_printer_service.models import PrintJob
    from wix_printer_service.queue_status import QueueWatch
    from wix_printer_service.storage.database import Database

DEAD_LETTERS = 100
"""Shown at most; ``by_state`` counts them all, ``/jobs?state=dead`` lists more."""


class QueueApi:
    """Answers programs that ask about the queue."""

    def __init__(self, database: Database, queue_watch: QueueWatch, max_items: int) -> None:
        self._database = database
        self._queue_watch = queue_watch
        self._max_items = max_items

    def routes(self) -> APIRouter:
        """Return the route; summary and description are those of the method."""
        router = APIRouter()
        router.add_api_route("/offline/queue/status", self.status, response_model=QueueReport)
        return router

    def status(self) -> QueueReport:
        """Count what is unfinished, by state, lane and priority; list the newest dead letters."""
        status = self._queue_watch.status()
        with self._database.reading() as connection:
            dead = job_records.newest(connection, DEAD_LETTERS, JobState.DEAD)
        return QueueReport(
            **LaneReport.model_validate(status.total).model_dump(),
            max_items=self._max_items,
            alerts=list(status.alerts),
            lanes={name: LaneReport.model_validate(lane) for name, lane in status.lanes.items()},
            dead_letters=[_dead_letter(job) for job in dead],
        )


def _dead_letter(job: PrintJob) -> DeadLetterReport:
    return DeadLetterReport(
        job_id=job.id,
        order_id=job.order_id,
        printer=job.printer,
        receipt=job.receipt,
        reason=job.reason,
        since=job.updated_at,
    )
