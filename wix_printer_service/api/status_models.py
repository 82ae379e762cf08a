"""What the status listener's JSON looks like, for programs and for the interface's description."""

# no postponed annotations here: pydantic reads them when the classes are made
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from wix_printer_service.health import Status
from wix_printer_service.models import Confirmation, JobState, Method, OrderState, Receipt


class Report(BaseModel):
    """Something that is made of one of our records."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class OrderReport(Report):
    """An order, without anything of its guest. ``status`` and the like are Wix's own words."""

    id: str
    number: str
    state: OrderState
    status: str
    payment_status: str
    method: Method
    ordered_at: datetime | None
    due_at: datetime | None
    updated_at: datetime | None
    received_at: datetime
    revision: int
    readable: bool


class JobReport(Report):
    """A print job: one receipt for one printer. ``copy_of`` is the job that it is a reprint of."""

    id: int
    order_id: str
    receipt: Receipt
    printer: str
    state: JobState
    copy_of: int | None
    confirmation: Confirmation | None
    reason: str
    created_at: datetime
    updated_at: datetime


class ChangeReport(Report):
    """One change of a job's state; ``from_state`` is empty for the first."""

    from_state: str
    to_state: str
    who: str
    why: str
    at: datetime


class OrderWithJobs(OrderReport):
    """An order with its print jobs, oldest first."""

    jobs: list[JobReport]


class JobWithHistory(JobReport):
    """A print job with what happened to it, oldest first."""

    history: list[ChangeReport]


class Reprint(BaseModel):
    """The job that was made."""

    id: int


class Problem(BaseModel):
    """Why a request was not served."""

    detail: str


class PrinterReport(Report):
    """A printer: ``problem`` is empty while it can be used; ``jobs`` counts those not over."""

    name: str
    problem: str
    problem_since: datetime | None
    jobs: dict[JobState, int]


class HealthReport(Report):
    """How the house is."""

    status: Status
    taking_orders: bool
    problems: list[str]
    printers: list[PrinterReport]
    version: str
    uptime_s: float


class StatusOnly(Report):
    """How the house is, for those who have not logged in."""

    status: Status
