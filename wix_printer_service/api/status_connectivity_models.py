"""What the status listener's JSON says of connections and of the queue."""

# no postponed annotations here: pydantic reads them when the classes are made
from datetime import date, datetime

from pydantic import BaseModel, Field

from wix_printer_service.api.status_models import Report
from wix_printer_service.circuit_breaker import BreakerState
from wix_printer_service.models import Receipt
from wix_printer_service.observations import Cause, ComponentState


class ComponentReport(Report):
    """A printer (``printer:NAME``), the ``internet`` or ``wix``.

    ``since`` and ``for_s`` say for how long it has been in its state, ``text`` says why in plain
    words. ``reconnecting`` is true while it is OFFLINE and is being looked for; ``next_try_at`` is
    null while nothing keeps it from being used.
    """

    name: str
    state: ComponentState
    cause: Cause
    text: str
    since: datetime | None
    for_s: float
    reconnecting: bool
    next_try_at: datetime | None
    next_try_in_s: float | None
    outage_id: int | None
    outage_since: datetime | None
    breaker: BreakerState
    last_checked_at: datetime | None


class OfflineDayReport(Report):
    """How a component was OFFLINE on one day of the restaurant."""

    component: str
    day: date
    count: int
    average_s: float
    longest_s: float
    total_minutes: float


class ConnectivityReport(BaseModel):
    """How everything that is watched is.

    ``overall`` is ONLINE while all of which it is known are ONLINE, OFFLINE while all of them are
    OFFLINE, else DEGRADED; what is not configured does not count. ``metrics`` holds the days on
    which a component was OFFLINE; it is null while the database cannot be read.
    """

    overall: ComponentState
    components: list[ComponentReport]
    metrics: list[OfflineDayReport] | None


class EventReport(Report):
    """A component's state changed. ``duration_s`` is that of the outage that this change ended."""

    id: int
    component: str
    from_state: ComponentState = Field(serialization_alias="from")
    to_state: ComponentState = Field(serialization_alias="to")
    cause: Cause
    text: str
    at: datetime
    monotonic_s: float
    outage_id: int | None
    duration_s: float | None


class EventsReport(BaseModel):
    """Changes, newest first; ``next_before`` asks for the next page, null on the last one."""

    events: list[EventReport]
    next_before: int | None


class LaneReport(Report):
    """What is unfinished; ``depth`` counts what waits, ``oldest_age_s`` is the age of its oldest.

    ``by_state`` counts waiting, claimed, held and dead items, ``by_priority`` those that wait.
    """

    depth: int
    oldest_age_s: float | None
    by_state: dict[str, int]
    by_priority: dict[str, int]


class DeadLetterReport(BaseModel):
    """A job that was given up and needs a person: retry it or cancel it."""

    job_id: int
    order_id: str
    printer: str
    receipt: Receipt
    reason: str
    since: datetime


class QueueReport(LaneReport):
    """The whole queue and its lanes.

    While ``max_items`` are unfinished, new deliveries get 503. ``alerts`` are the thresholds that
    are passed.
    """

    max_items: int
    alerts: list[str]
    lanes: dict[str, LaneReport]
    dead_letters: list[DeadLetterReport]
