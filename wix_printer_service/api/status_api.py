"""The status listener's routes about orders and jobs: JSON, pictures, and what people ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from wix_printer_service import job_records, order_records
from wix_printer_service.api.guard import CurrentVisitor, is_form
from wix_printer_service.api.status_models import (
    OUR_COMMAND,
    HealthReport,
    JobReport,
    JobWithHistory,
    OrderReport,
    OrderWithJobs,
    Problem,
    Reprint,
    StatusOnly,
)
from wix_printer_service.api.status_reports import (
    job_report,
    job_with_history,
    order_report,
    order_with_jobs,
)
from wix_printer_service.errors import NotFoundError
from wix_printer_service.models import JobState

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from wix_printer_service.api.pictures import Pictures
    from wix_printer_service.health import Health
    from wix_printer_service.job_requests import JobRequests
    from wix_printer_service.offline_queue import OfflineQueue
    from wix_printer_service.storage.database import Database

MOST = 500
LARGEST_ID = 2**63 - 1
"""SQLite's integers end here."""
PAGE = "page"

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
JobId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
State = Annotated[JobState | None, Query(description="Only jobs in this state.")]


def who_asks(request: Request) -> str:
    """Say who sent a request, as a job's history keeps it: page, command or program."""
    if is_form(request):
        return PAGE
    is_ours = request.headers.get("user-agent", "").startswith(OUR_COMMAND)
    return "command" if is_ours else "program"


Who = Annotated[str, Depends(who_asks)]

NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such thing, or its data is gone."}
}
HEALTH: dict[int | str, dict[str, Any]] = {
    200: {"model": HealthReport | StatusOnly, "description": "Orders are taken in."},
    503: {"model": HealthReport | StatusOnly, "description": "Orders cannot be taken in."},
}
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}}, "description": "The picture."},
    **NOT_FOUND,
}
CHANGE: dict[int | str, dict[str, Any]] = {
    303: {"description": "Done; the answer to a form of the page."},
    409: {"model": Problem, "description": "Not in the job's present state; the text says why."},
    **NOT_FOUND,
}


class StatusApi:
    """Answers programs, and forms of the page."""

    def __init__(
        self,
        database: Database,
        requests: JobRequests,
        queue: OfflineQueue,
        pictures: Pictures,
        health: Health,
    ) -> None:
        self._database = database
        self._requests = requests
        self._queue = queue
        self._pictures = pictures
        self._health = health

    def routes(self) -> APIRouter:
        """Return the routes; summaries and descriptions are those of the methods."""
        router = APIRouter()
        add = router.add_api_route
        add("/health", self.health, responses=HEALTH, response_model=None)
        add("/orders", self.orders, response_model=list[OrderReport])
        add("/orders/{order_id}", self.order, response_model=OrderWithJobs, responses=NOT_FOUND)
        add("/jobs", self.jobs, response_model=list[JobReport])
        add("/jobs/{job_id}", self.job, response_model=JobWithHistory, responses=NOT_FOUND)
        add("/jobs/{job_id}/receipt.png", self.receipt, responses=PICTURE, response_class=Response)
        add(
            "/jobs/{job_id}/reprint",
            self.reprint,
            methods=["POST"],
            status_code=201,
            response_model=Reprint,
            responses=CHANGE,
        )
        for name, change in (("retry", self.retry), ("cancel", self.cancel)):
            add(
                f"/jobs/{{job_id}}/{name}",
                change,
                methods=["POST"],
                response_model=JobReport,
                responses=CHANGE,
            )
        return router

    def health(self, visitor: CurrentVisitor) -> JSONResponse:
        """Say how the house is; those who have not logged in learn the status only."""
        snapshot = self._health.snapshot()
        code = 200 if snapshot.taking_orders else 503
        if not visitor.is_allowed:
            return JSONResponse({"status": snapshot.status}, code)
        return JSONResponse(snapshot.as_json(), code)

    def orders(self, limit: Limit = 50) -> list[OrderReport]:
        """List the orders that were heard of last, newest first."""
        with self._database.reading() as connection:
            found = order_records.newest(connection, limit)
            return [order_report(connection, record) for record in found]

    def order(self, order_id: str) -> OrderWithJobs:
        """Show an order with its print jobs."""
        with self._database.reading() as connection:
            record = order_records.find(connection, order_id)
            if record is None:
                raise NotFoundError(f"there is no order {order_id}")
            return order_with_jobs(connection, self._queue, record)

    def jobs(self, state: State = None, limit: Limit = 50) -> list[JobReport]:
        """List the newest print jobs, newest first."""
        with self._database.reading() as connection:
            found = job_records.newest(connection, limit, state)
            return [job_report(connection, self._queue, job) for job in found]

    def job(self, job_id: JobId) -> JobWithHistory:
        """Show a print job with what happened to it."""
        with self._database.reading() as connection:
            return job_with_history(connection, self._queue, job_id)

    def receipt(self, job_id: JobId) -> Response:
        """Show a receipt as it was sent, or as it would be sent now."""
        return Response(self._pictures.png(job_id), media_type="image/png")

    def reprint(self, job_id: JobId, who: Who) -> Response:
        """Print a receipt once more, marked; a held one is let go itself."""
        new_id = self._database.write(lambda t: self._requests.reprint(t, job_id, who))
        if who == PAGE:
            return RedirectResponse("/", 303)
        return JSONResponse({"id": new_id}, 201)

    def retry(self, job_id: JobId, who: Who) -> Response:
        """Let a job that is held, dead or expired be printed; have one that waits tried now."""
        return self._change(self._requests.retry, job_id, who)

    def cancel(self, job_id: JobId, who: Who) -> Response:
        """Let a job not be printed; one that is being sent will at least not be sent again."""
        return self._change(self._requests.cancel, job_id, who)

    def _change(
        self, change: Callable[[sqlite3.Connection, int, str], JobState], job_id: int, who: str
    ) -> Response:
        def write(transaction: sqlite3.Connection) -> JobReport:
            change(transaction, job_id, who)
            return job_report(transaction, self._queue, job_records.get(transaction, job_id))

        job = self._database.write(write)
        if who == PAGE:
            return RedirectResponse("/", 303)
        return JSONResponse(job.model_dump(mode="json"))
