"""What the status listener's JSON looks like, for programs and for the interface's description."""

# no postponed annotations here: pydantic reads them when the classes are made
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from wix_printer_service.backfill_state import Outcome
from wix_printer_service.circuit_breaker import BreakerState
from wix_printer_service.health import Status
from wix_printer_service.models import Confirmation, JobState, Method, OrderState, Receipt, Road
from wix_printer_service.observations import Cause, ComponentState

OUR_COMMAND = "wix-printer/"
"""So the command line names itself in ``User-Agent``; a job's history tells it from programs."""


class Report(BaseModel):
    """Something that is made of one of our records."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class OutageReport(Report):
    """A span in which a component was not ONLINE; ``ended_at`` is null while it lasts."""

    id: int
    component: str
    cause: Cause
    started_at: datetime
    ended_at: datetime | None
    duration_s: float | None


class OrderReport(Report):
    """An order, without anything of its guest. ``status`` and the like are Wix's own words.

    ``name`` is what the receipts call it; ``local_number`` is our own number where Wix gave none.
    ``road`` is how it came: by a webhook, or because Wix was asked (backfill). ``outages`` are
    those that its jobs waited through.
    """

    id: str
    name: str
    number: str
    local_number: str
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
    road: Road
    outages: list[OutageReport]


class JobReport(Report):
    """A print job: one receipt for one printer. ``copy_of`` is the job that it is a reprint of.

    ``tries`` counts how often it was taken in hand since a person last let it go, ``attempts`` how
    often bytes of it went out and nobody knows what became of them, ``maybe_printed_at`` since
    when. ``backup_from`` is the printer that this one stands in for, ``outage_id`` the outage that
    it waited through. ``station`` says whose share of the kitchen's work it shows, empty for the
    default one; ``reader`` whose paper a change changes. One with a ``due_at`` is not printed
    before; ``is_reminder`` says that it is a pre-order's second print.
    """

    id: int
    order_id: str
    receipt: Receipt
    station: str
    reader: Receipt | None
    printer: str
    state: JobState
    copy_of: int | None
    confirmation: Confirmation | None
    reason: str
    priority: str | None
    tries: int | None
    maybe_printed_at: datetime | None
    attempts: int
    backup_from: str | None
    outage_id: int | None
    due_at: datetime | None
    is_reminder: bool
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
    state: ComponentState
    cause: Cause
    problem: str
    problem_since: datetime | None
    jobs: dict[JobState, int]


class ComponentHealthReport(Report):
    """A printer, the internet or Wix; ``/connectivity/status`` says more."""

    name: str
    state: ComponentState
    cause: Cause
    text: str
    since: datetime | None
    reconnecting: bool
    next_try_at: datetime | None
    breaker: BreakerState


class BackfillReport(Report):
    """When Wix was last asked for orders that no webhook brought, and with what result.

    ``text`` is what a person should know. ``answered_at`` is when Wix last told everything that it
    was asked for; ``found`` counts what it brought since the start. Orders of before
    ``print_since`` are recorded, not printed; ``past_due`` counts those of them that are due later.
    """

    outcome: Outcome
    text: str
    asked_at: datetime | None
    answered_at: datetime | None
    found: int
    past_due: int
    next_look_in_s: float | None
    print_since: datetime | None


class HealthReport(Report):
    """How the house is; ``alerts`` are thresholds of the queue that are passed."""

    status: Status
    taking_orders: bool
    problems: list[str]
    printers: list[PrinterReport]
    components: list[ComponentHealthReport]
    alerts: list[str]
    backfill: BackfillReport
    version: str
    uptime_s: float


class StatusOnly(Report):
    """How the house is, for those who have not logged in."""

    status: Status
