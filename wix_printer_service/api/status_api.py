"""The status listener's routes for programs: JSON, and pictures of receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse, RedirectResponse, Response

from wix_printer_service import job_records, order_records
from wix_printer_service.api.guard import CurrentVisitor, is_form
from wix_printer_service.api.status_models import (
    HealthReport,
    JobReport,
    JobWithHistory,
    OrderReport,
    OrderWithJobs,
    Problem,
    Reprint,
    StatusOnly,
)
from wix_printer_service.errors import NotFoundError, WrongStateError
from wix_printer_service.models import JobState, OrderState

if TYPE_CHECKING:
    import sqlite3

    from wix_printer_service.api.pictures import Pictures
    from wix_printer_service.health import Health
    from wix_printer_service.models import OrderRecord, PrintJob
    from wix_printer_service.print_jobs import PrintJobs
    from wix_printer_service.storage.database import Database

MOST = 500
LARGEST_ID = 2**63 - 1
"""SQLite's integers end here."""

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
JobId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
State = Annotated[JobState | None, Query(description="Only jobs in this state.")]
SentAsForm = Annotated[bool, Depends(is_form)]

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
REPRINT: dict[int | str, dict[str, Any]] = {
    303: {"description": "Done; the answer to a form of the page."},
    409: {"model": Problem, "description": "It will be printed anyway, or cannot be any more."},
    **NOT_FOUND,
}


class StatusApi:
    """Answers programs."""

    def __init__(
        self, database: Database, jobs: PrintJobs, pictures: Pictures, health: Health
    ) -> None:
        self._database = database
        self._jobs = jobs
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
            responses=REPRINT,
        )
        return router

    def health(self, visitor: CurrentVisitor) -> JSONResponse:
        """Say how the house is; those who have not logged in learn the status only."""
        snapshot = self._health.snapshot()
        code = 200 if snapshot.taking_orders else 503
        if not visitor.is_allowed:
            return JSONResponse({"status": snapshot.status}, code)
        return JSONResponse(snapshot.as_json(), code)

    def orders(self, limit: Limit = 50) -> list[OrderRecord]:
        """List the orders that were heard of last, newest first."""
        with self._database.reading() as connection:
            return order_records.newest(connection, limit)

    def order(self, order_id: str) -> OrderWithJobs:
        """Show an order with its print jobs."""
        with self._database.reading() as connection:
            record = order_records.find(connection, order_id)
            jobs = job_records.of_order(connection, order_id)
        if record is None:
            raise NotFoundError(f"there is no order {order_id}")
        order = OrderReport.model_validate(record)
        return OrderWithJobs(**order.model_dump(), jobs=jobs)

    def jobs(self, state: State = None, limit: Limit = 50) -> list[PrintJob]:
        """List the newest print jobs, newest first."""
        with self._database.reading() as connection:
            return job_records.newest(connection, limit, state)

    def job(self, job_id: JobId) -> JobWithHistory:
        """Show a print job with what happened to it."""
        with self._database.reading() as connection:
            job = JobReport.model_validate(job_records.get(connection, job_id))
            history = job_records.history(connection, job_id)
        return JobWithHistory(**job.model_dump(), history=history)

    def receipt(self, job_id: JobId) -> Response:
        """Show a receipt as it was sent, or as it would be sent now."""
        return Response(self._pictures.png(job_id), media_type="image/png")

    def reprint(self, job_id: JobId, as_form: SentAsForm) -> Response:
        """Print a receipt once more, marked; a held one is let go itself."""
        who = "page" if as_form else "program"
        new_id = self._database.write(lambda transaction: self._copy(transaction, job_id, who))
        if as_form:
            return RedirectResponse("/", 303)
        return JSONResponse({"id": new_id}, 201)

    def _copy(self, transaction: sqlite3.Connection, job_id: int, who: str) -> int:
        job = job_records.get(transaction, job_id)
        order = order_records.find(transaction, job.order_id)
        if order is not None and order.state is OrderState.ERASED:
            raise WrongStateError("the order was erased, so there is nothing left to print")
        return self._jobs.reprint(transaction, job_id, who)
