"""What the status page shows: our records in the words and the time zone of the restaurant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from wix_printer_service.api.status_component_views import (
    JOB_TONES,
    ComponentViewer,
    PrinterView,
)
from wix_printer_service.api.status_reports import order_name
from wix_printer_service.api.status_words import FOR_A_PERSON, Said, Tone
from wix_printer_service.health import FETCHING, Status, backfill_notes
from wix_printer_service.job_requests import CAN_BE_CANCELLED
from wix_printer_service.models import JobState, OrderState, Receipt, Road
from wix_printer_service.order_rules import CALLED_OFF

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wix_printer_service.api.status_words import Speaker
    from wix_printer_service.health import Snapshot
    from wix_printer_service.models import OrderRecord, PrintJob
    from wix_printer_service.queue_status import LaneStatus

ORDER_TONES = {
    OrderState.REMEMBERED: Tone.WAIT,
    OrderState.ACCEPTED: Tone.GOOD,
    OrderState.HELD: Tone.LOOK,
    OrderState.CANCELLED: Tone.OFF,
    OrderState.IGNORED: Tone.OFF,
    OrderState.PAST: Tone.OFF,
    OrderState.ERASED: Tone.OFF,
}
HOUSE_TONES = {Status.ONLINE: Tone.GOOD, Status.DEGRADED: Tone.LOOK, Status.OFFLINE: Tone.STOP}
TO_BE_DECIDED = (JobState.DEAD, JobState.EXPIRED, JobState.HELD)
"""A person must say whether these are printed."""
STILL_TO_COME = frozenset({JobState.QUEUED, JobState.SENDING, JobState.UNCERTAIN})
NOTHING_LEFT_TO_PAY = frozenset({"PAID", "PARTIALLY_REFUNDED", "FULLY_REFUNDED"})


@dataclass(frozen=True, slots=True)
class Button:
    """Asks something of a job; ``action`` is the last part of its path."""

    action: str
    words: str
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class JobView:
    """A print job on the page; ``remarks`` are about other printers and other paper."""

    id: int
    receipt: str
    printer: str
    state: Said
    remarks: tuple[str, ...]
    duplicate: str
    reason: str
    at: str
    buttons: tuple[Button, ...]
    has_picture: bool


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order on the page, without anything of its guest.

    ``preview`` is the path of the page with its receipts, empty once the order is erased. ``road``
    is empty for a webhook; ``no_jobs`` is said if there are none.
    """

    number: str
    preview: str
    ordered: str
    due: str
    method: str
    payment: Said
    state: Said
    road: str
    no_jobs: str
    readable: bool
    jobs: tuple[JobView, ...]
    needs_look: bool


@dataclass(frozen=True, slots=True)
class PageView:
    """The whole page; ``undecided`` are the orders of which a person must decide something."""

    headline: Said
    consequences: tuple[str, ...]
    remarks: tuple[str, ...]
    printers: tuple[PrinterView, ...]
    surroundings: tuple[Said, ...]
    undecided: tuple[OrderView, ...]
    orders: tuple[OrderView, ...]
    at: str


def undecided(jobs: Sequence[PrintJob]) -> list[PrintJob]:
    """Return those of an order's jobs of which a person must decide something.

    What was printed again is decided.
    """
    copied = {job.copy_of for job in jobs}
    return [job for job in jobs if job.state in TO_BE_DECIDED and job.id not in copied]


class Viewer:
    """Puts records into words at one moment."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._say = speaker.say

    def page(
        self,
        snapshot: Snapshot,
        lanes: Mapping[str, LaneStatus],
        orders: Sequence[tuple[OrderRecord, Sequence[PrintJob]]],
    ) -> PageView:
        """Return the page for some orders, each with its jobs."""
        components = ComponentViewer(self._speaker)
        views = [self._order(order, jobs) for order, jobs in orders]
        return PageView(
            headline=self._headline(snapshot.status),
            consequences=components.consequences(snapshot),
            remarks=tuple(_said_nowhere_else(snapshot)),
            printers=components.printers(snapshot, lanes),
            surroundings=(
                *components.surroundings(snapshot),
                components.backfill(snapshot.backfill),
                *components.past_due(snapshot.backfill),
            ),
            undecided=tuple(view for view in views if view.needs_look),
            orders=tuple(view for view in views if not view.needs_look),
            at=self._speaker.moment(self._speaker.now),
        )

    def _headline(self, status: Status) -> Said:
        words = {
            Status.ONLINE: self._say.all_well,
            Status.DEGRADED: self._say.needs_a_look,
            Status.OFFLINE: self._say.not_taking_orders,
        }
        return Said(words[status], HOUSE_TONES[status])

    def _order(self, order: OrderRecord, jobs: Sequence[PrintJob]) -> OrderView:
        moment, state = self._speaker.moment, _shown_state(order)
        return OrderView(
            number=order_name(order),
            preview="" if state is OrderState.ERASED else _preview(order.id),
            ordered=moment(order.ordered_at) if order.ordered_at else "",
            due=self._due(order),
            method=self._say.methods[order.method],
            payment=self._payment(order),
            state=Said(self._say.order_states[state], ORDER_TONES[state]),
            road=self._say.fetched if order.road is Road.BACKFILL else "",
            no_jobs=self._say.only_in_wix if order.state is OrderState.PAST else self._say.no_jobs,
            readable=order.readable,
            jobs=tuple(self._job(job, order) for job in jobs),
            needs_look=bool(undecided(jobs)),
        )

    def _due(self, order: OrderRecord) -> str:
        # where Wix gave no slot, an order is due since it was placed (order_rules.due_at)
        if order.due_at is None or order.due_at == order.ordered_at:
            return self._say.as_soon_as_possible
        return self._speaker.moment(order.due_at)

    def _payment(self, order: OrderRecord) -> Said:
        if order.payment_status in NOTHING_LEFT_TO_PAY:
            return Said(self._say.paid, Tone.GOOD)
        tone = Tone.OFF if ORDER_TONES[_shown_state(order)] is Tone.OFF else Tone.STOP
        if order.payment_status == "PARTIALLY_PAID":
            return Said(self._say.partly_paid, tone)
        words = self._say.not_paid if order.payment_status else self._say.not_paid_unsure
        return Said(words, tone)

    def _job(self, job: PrintJob, order: OrderRecord) -> JobView:
        is_erased = order.state is OrderState.ERASED
        return JobView(
            id=job.id,
            receipt=self._receipt(job),
            printer=job.printer,
            state=Said(self._say.job_states[job.state], JOB_TONES[job.state]),
            remarks=tuple(self._job_remarks(job)),
            duplicate=self._duplicate(job),
            reason=job.reason if JOB_TONES[job.state] in FOR_A_PERSON else "",
            at=self._at(job),
            buttons=tuple(self._buttons(job, is_erased=is_erased)),
            has_picture=not is_erased,
        )

    def _receipt(self, job: PrintJob) -> str:
        """Say what is printed, for whom if it is a change, and for which station."""
        words = [self._say.receipts[job.receipt]]
        if job.receipt is Receipt.CHANGE and job.reader is not None:
            words.append(self._say.receipts[job.reader])
        return " · ".join(filter(None, [*words, job.station]))

    def _at(self, job: PrintJob) -> str:
        if job.due_at is not None and self._is_planned(job):
            return f"{self._say.due} {self._speaker.moment(job.due_at)}"
        return self._speaker.moment(job.updated_at)

    def _is_planned(self, job: PrintJob) -> bool:
        """Tell whether a job waits for a moment that is still to come."""
        is_later = job.due_at is not None and job.due_at > self._speaker.now
        return is_later and job.state is JobState.QUEUED

    def _job_remarks(self, job: PrintJob) -> list[str]:
        remarks = [self._say.copy_mark] if job.copy_of is not None else []
        if job.backup_from is not None:
            remarks.append(self._say.instead_of.format(name=job.backup_from))
        return remarks

    def _duplicate(self, job: PrintJob) -> str:
        if job.maybe_printed_at is None:
            return ""
        when = self._speaker.moment(job.maybe_printed_at)
        return self._say.possible_duplicate.format(time=when)

    def _buttons(self, job: PrintJob, *, is_erased: bool) -> list[Button]:
        buttons = []
        is_planned = self._is_planned(job)
        if (job.state in TO_BE_DECIDED or is_planned) and not is_erased:
            buttons.append(Button("retry", self._say.print))
        elif job.state not in STILL_TO_COME and not is_erased:
            words = self._say.print_again if job.may_be_on_paper else self._say.print
            buttons.append(Button("reprint", words, is_quiet=JOB_TONES[job.state] is Tone.OFF))
        if job.state in CAN_BE_CANCELLED and (job.state is not JobState.QUEUED or is_planned):
            buttons.append(Button("cancel", self._say.do_not_print, is_quiet=True))
        return buttons


def _preview(order_id: str) -> str:
    return f"/orders/{quote(order_id, safe='')}/preview"


def _shown_state(order: OrderRecord) -> OrderState:
    """Return the state that says most to a person: cancelled, also before it was ever approved."""
    is_called_off = order.state is OrderState.REMEMBERED and order.status in CALLED_OFF
    return OrderState.CANCELLED if is_called_off else order.state


def _said_nowhere_else(snapshot: Snapshot) -> list[str]:
    """Return the problems, in English, that the page does not show in its own words."""
    names = (component.name.replace(":", " ") for component in snapshot.components)
    said = (*(f"{name}: " for name in names), f"{FETCHING}: ")
    own_words = {*snapshot.alerts, *backfill_notes(snapshot.backfill)}
    return [
        problem
        for problem in snapshot.problems
        if not problem.startswith(said) and problem not in own_words
    ]
