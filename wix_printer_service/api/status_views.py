"""What the status page shows: our records in the words and the time zone of the restaurant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from wix_printer_service.api.texts import texts
from wix_printer_service.health import Status
from wix_printer_service.models import JobState, OrderState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wix_printer_service.health import PrinterHealth, Snapshot
    from wix_printer_service.models import OrderRecord, PrintJob
    from wix_printer_service.settings import Restaurant


class Tone(StrEnum):
    """The colour in which something is said; the words say the same."""

    GOOD = "good"
    WAIT = "wait"
    LOOK = "look"
    STOP = "stop"
    OFF = "off"


JOB_TONES = {
    JobState.QUEUED: Tone.WAIT,
    JobState.SENDING: Tone.WAIT,
    JobState.UNCERTAIN: Tone.LOOK,
    JobState.HELD: Tone.LOOK,
    JobState.PRINTED: Tone.GOOD,
    JobState.PRINTED_UNCONFIRMED: Tone.GOOD,
    JobState.CANCELLED: Tone.OFF,
    JobState.DEAD: Tone.STOP,
}
ORDER_TONES = {
    OrderState.REMEMBERED: Tone.WAIT,
    OrderState.ACCEPTED: Tone.GOOD,
    OrderState.HELD: Tone.LOOK,
    OrderState.CANCELLED: Tone.OFF,
    OrderState.IGNORED: Tone.OFF,
    OrderState.ERASED: Tone.OFF,
}
HOUSE_TONES = {Status.ONLINE: Tone.GOOD, Status.DEGRADED: Tone.LOOK, Status.OFFLINE: Tone.STOP}
FOR_A_PERSON = frozenset({Tone.LOOK, Tone.STOP})
STILL_TO_COME = frozenset({JobState.QUEUED, JobState.SENDING})
NOTHING_LEFT_TO_PAY = frozenset({"PAID", "PARTIALLY_REFUNDED", "FULLY_REFUNDED"})


@dataclass(frozen=True, slots=True)
class Said:
    """Something in words, and its tone."""

    words: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class JobView:
    """A print job on the page; ``button`` is empty where there is nothing to print."""

    id: int
    receipt: str
    printer: str
    is_copy: bool
    state: Said
    reason: str
    at: str
    button: str
    has_picture: bool


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order on the page, without anything of its guest."""

    number: str
    ordered: str
    due: str
    method: str
    payment: Said
    state: Said
    readable: bool
    jobs: tuple[JobView, ...]

    @property
    def needs_look(self) -> bool:
        """Tell whether a person must do something."""
        return any(s.tone in FOR_A_PERSON for s in (self.state, *(job.state for job in self.jobs)))


@dataclass(frozen=True, slots=True)
class PrinterView:
    """A printer on the page: its state, why, and how many of its jobs are not over."""

    name: str
    state: Said
    reason: str
    jobs: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """The whole page."""

    headline: Said
    remarks: tuple[str, ...]
    printers: tuple[PrinterView, ...]
    orders: tuple[OrderView, ...]
    at: str


class Viewer:
    """Puts records into words at one moment.

    Args:
        now: Times of the same day are shown without the date.
    """

    def __init__(self, restaurant: Restaurant, now: datetime) -> None:
        self._say = texts(restaurant.language)
        self._language = restaurant.language
        self._zone = ZoneInfo(restaurant.timezone)
        self._now = now

    def page(
        self,
        snapshot: Snapshot,
        orders: Sequence[OrderRecord],
        jobs: Mapping[str, Sequence[PrintJob]],
    ) -> PageView:
        """Return the page for some orders and their jobs by order id."""
        said_below = tuple(f"printer {printer.name}: " for printer in snapshot.printers)
        return PageView(
            headline=self._headline(snapshot.status),
            remarks=tuple(p for p in snapshot.problems if not p.startswith(said_below)),
            printers=tuple(self._printer(printer) for printer in snapshot.printers),
            orders=tuple(self._order(order, jobs.get(order.id, ())) for order in orders),
            at=self.moment(self._now),
        )

    def moment(self, when: datetime) -> str:
        """Return a time of day, with the day if it is not today."""
        try:
            local = when.astimezone(self._zone)
        except OverflowError:  # in the first or last hours of the calendar
            return when.isoformat()
        is_today = local.date() == self._now.astimezone(self._zone).date()
        day = "" if is_today else f"{self._say.day_pattern} "
        return format_datetime(local, day + self._say.time_pattern, locale=self._language)

    def _headline(self, status: Status) -> Said:
        words = {
            Status.ONLINE: self._say.all_well,
            Status.DEGRADED: self._say.needs_a_look,
            Status.OFFLINE: self._say.not_taking_orders,
        }
        return Said(words[status], HOUSE_TONES[status])

    def _printer(self, printer: PrinterHealth) -> PrinterView:
        jobs = (
            Said(f"{count} × {self._say.job_states[JobState(state)]}", JOB_TONES[JobState(state)])
            for state, count in printer.jobs.items()
        )
        return PrinterView(printer.name, self._printer_state(printer), printer.problem, tuple(jobs))

    def _printer_state(self, printer: PrinterHealth) -> Said:
        if not printer.problem:
            return Said(self._say.ready, Tone.GOOD)
        if printer.problem_since is None:
            return Said(self._say.not_ready, Tone.STOP)
        since = self.moment(datetime.fromisoformat(printer.problem_since))
        return Said(self._say.not_ready_since.format(time=since), Tone.STOP)

    def _order(self, order: OrderRecord, jobs: Sequence[PrintJob]) -> OrderView:
        return OrderView(
            number=order.number or self._say.no_number,
            ordered=self.moment(order.ordered_at) if order.ordered_at else "",
            due=self._due(order),
            method=self._say.methods[order.method],
            payment=self._payment(order),
            state=Said(self._say.order_states[order.state], ORDER_TONES[order.state]),
            readable=order.readable,
            jobs=tuple(self._job(job, order) for job in jobs),
        )

    def _due(self, order: OrderRecord) -> str:
        # where Wix gave no slot, an order is due since it was placed (order_rules.due_at)
        if order.due_at is None or order.due_at == order.ordered_at:
            return self._say.as_soon_as_possible
        return self.moment(order.due_at)

    def _payment(self, order: OrderRecord) -> Said:
        if order.payment_status in NOTHING_LEFT_TO_PAY:
            return Said(self._say.paid, Tone.GOOD)
        tone = Tone.OFF if ORDER_TONES[order.state] is Tone.OFF else Tone.STOP
        if order.payment_status == "PARTIALLY_PAID":
            return Said(self._say.partly_paid, tone)
        words = self._say.not_paid if order.payment_status else self._say.not_paid_unsure
        return Said(words, tone)

    def _job(self, job: PrintJob, order: OrderRecord) -> JobView:
        tone = JOB_TONES[job.state]
        is_erased = order.state is OrderState.ERASED
        button = self._say.print_again if job.state.may_be_on_paper else self._say.print
        return JobView(
            id=job.id,
            receipt=self._say.receipts[job.receipt],
            printer=job.printer,
            is_copy=job.copy_of is not None,
            state=Said(self._say.job_states[job.state], tone),
            reason=job.reason if tone in FOR_A_PERSON else "",
            at=self.moment(job.updated_at),
            button="" if is_erased or job.state in STILL_TO_COME else button,
            has_picture=not is_erased,
        )
