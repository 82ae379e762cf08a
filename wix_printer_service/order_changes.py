"""What a change of an order puts on paper and what it calls off, reader by reader.

A ticket that is not started shows the newest revision anyway. Who has the order on paper is told
what is different for him by a change ticket, and nothing if nothing is. Who is new gets a whole
ticket. Who is none any more gets nothing, or is told if he has paper.

Only what this change does counts: what the configuration has made of printers and stations since
the order came puts nothing of an old order on paper, and calls nothing off.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from wix_printer_service import order_records as records
from wix_printer_service.errors import NotFoundError
from wix_printer_service.job_changes import share_doubt
from wix_printer_service.job_records import BEFORE_SENDING, is_unstarted, may_lie_at, of_order
from wix_printer_service.models import (
    ON_PAPER_STATES,
    JobState,
    Method,
    OrderState,
    PrintJob,
    Priority,
    Receipt,
)
from wix_printer_service.order_rules import NOT_YET_APPROVED, SET_MADE
from wix_printer_service.order_sets import OrderSets
from wix_printer_service.order_targets import Comparison, Target, shown_to, target_of
from wix_printer_service.print_jobs import NOT_FOR_HIM

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from wix_printer_service.clock import Clock
    from wix_printer_service.models import Order, OrderRecord
    from wix_printer_service.print_jobs import PrintJobs
    from wix_printer_service.settings import Settings

CHANGED = "the order changed"
CHANGED_BACK = "the order was changed back"
ORDER_CANCELLED = "the order was cancelled"
TOLD_ANYWAY = "there is no paper to change, or what is still to be printed says it"
OVER = frozenset({JobState.CANCELLED, JobState.DEAD, JobState.EXPIRED})
OURS = frozenset({NOT_FOR_HIM, ORDER_CANCELLED})
"""Why jobs are cancelled that no person cancelled: who is needed again gets a new one."""


@dataclass(frozen=True, slots=True)
class _Change:
    """An order before and after an event, and who read and reads it."""

    record: OrderRecord
    before: Order
    after: Order
    readers_before: tuple[Target, ...]
    readers: tuple[Target, ...]
    known_revision: int
    """The newest one before."""


class OrderChanges:
    """Follows changes of orders. Runs in the caller's transaction."""

    def __init__(self, jobs: PrintJobs, settings: Settings, clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock
        self._sets = OrderSets(jobs, settings, clock)
        self._comparison = Comparison(
            self._sets.kitchen, with_payment=settings.receipts.payment_changes
        )
        jobs.when_not_printed(self.after_try)

    def follow(self, transaction: sqlite3.Connection, known: OrderRecord) -> list[str]:
        """Do what follows from an order's newest revision; return what was done, for the journal.

        Args:
            transaction: The one in which the revision was written down.
            known: The order as it was known before.
        """
        change = self._read(transaction, known)
        return [
            *self._call_off(transaction, change),
            *self._add(transaction, change),
            *self._move_plans(transaction, change),
            *self._tell_all(transaction, change),
        ]

    def after_try(self, transaction: sqlite3.Connection, job: PrintJob) -> None:
        """Ask again what a reader must be told: a job of his did not surely come out.

        Changes may wait that were made while it was being sent, on the strength of its ticket. If
        it is over, what may lie there counts: nothing that comes later says what has changed since.

        Args:
            transaction: The caller's.
            job: As it is now.
        """
        jobs = of_order(transaction, job.order_id)
        target = target_of(job, jobs)
        mine = [other for other in jobs if target_of(other, jobs) == target]
        self._revise(transaction, job, mine)
        is_over = job.state in OVER and job.maybe_printed_at is not None
        if not is_over and not any(_is_change_to_come(other) for other in mine):
            return  # the order is not looked at without need: it may not be readable now
        record = records.find(transaction, job.order_id)
        if target is None or record is None or record.state not in SET_MADE:
            return
        with suppress(NotFoundError):
            order, _ = records.newest_revision(transaction, job.order_id)
            self._drop_what_is_no_news(transaction, target, order, record.revision)
            if is_over:
                self._tell_after(transaction, target, job, order, record.revision)

    def after_release(self, transaction: sqlite3.Connection, job: PrintJob) -> None:
        """Call changes off where a whole ticket that is printed again says them itself.

        Args:
            transaction: The caller's.
            job: One that a person let go, as it is now.
        """
        jobs = of_order(transaction, job.order_id)
        mine = _of(target, jobs) if (target := target_of(job, jobs)) is not None else []
        if job.receipt is Receipt.CHANGE or shown_to(mine, job.revision or 0) is not None:
            return
        for other in mine:
            if _is_change_to_come(other) and is_unstarted(other) and other.printer == job.printer:
                self._jobs.cancel(transaction, other, TOLD_ANYWAY)

    def _revise(
        self, transaction: sqlite3.Connection, job: PrintJob, mine: Sequence[PrintJob]
    ) -> None:
        """Have the changes that wait begin with what their reader has for certain.

        If the job is printed again it says itself what has changed.
        """
        comes_again = job.receipt is Receipt.CHANGE and job.state in BEFORE_SENDING
        shown = shown_to(mine, job.revision or 0)
        for other in mine:
            if other.id == job.id or other.receipt is not Receipt.CHANGE or not is_unstarted(other):
                continue
            if shown is None or (comes_again and other.printer == job.printer):
                self._jobs.cancel(transaction, other, TOLD_ANYWAY)
            elif (other.from_revision or 0) > shown:
                self._jobs.begin_at(transaction, other, shown)

    def _drop_what_is_no_news(
        self, transaction: sqlite3.Connection, target: Target, order: Order, known_revision: int
    ) -> None:
        """Cancel the changes of which nothing is left for their reader."""
        mine = _of(target, of_order(transaction, order.id))
        shown = shown_to(mine, known_revision)
        if shown is None or self._is_news(transaction, target, order, order, shown):
            return
        for job in mine:
            is_waiting = _is_change_to_come(job) and is_unstarted(job)
            since = job.from_revision
            if is_waiting and not self._is_news(transaction, target, order, order, since):
                self._jobs.cancel(transaction, job, CHANGED_BACK)

    def _tell_after(
        self,
        transaction: sqlite3.Connection,
        target: Target,
        job: PrintJob,
        order: Order,
        known_revision: int,
    ) -> None:
        """Tell a reader what has changed since the last ticket that may lie there."""
        if job.receipt is not Receipt.CHANGE:
            list(self._tell(transaction, target, order, order, known_revision))
            return
        # who cancelled it, or sees it among the dead, knows what it said when it was first sent
        since = job.maybe_printed_revision or known_revision
        mine = _of(target, of_order(transaction, order.id))
        if self._is_news(transaction, target, order, order, since):
            for printer in _untold(mine, [other for other in mine if _is_change_to_come(other)]):
                self._make_change(transaction, target, printer, since, order)

    def _read(self, transaction: sqlite3.Connection, known: OrderRecord) -> _Change:
        record = records.find(transaction, known.id) or known
        after, _ = records.newest_revision(transaction, known.id)
        before = _last_followed(transaction, known) or after
        method = known.method if before.method is Method.UNKNOWN else before.method
        return _Change(
            record,
            before,
            after,
            tuple(self._sets.readers(before, method)),
            tuple(self._sets.readers(after, record.method)),
            known.revision,
        )

    def _call_off(self, transaction: sqlite3.Connection, change: _Change) -> Iterator[str]:
        """Cancel the tickets that are not started and that nobody needs any more."""
        gone = set(change.readers_before) - set(change.readers)
        jobs = of_order(transaction, change.after.id)
        for job in jobs:
            is_whole = job.receipt is not Receipt.CHANGE
            if is_whole and is_unstarted(job) and (target := target_of(job, jobs)) in gone:
                self._jobs.cancel(transaction, job, NOT_FOR_HIM)
                yield f"cancelled {_name(target)}"
            elif is_whole and job.state is JobState.SENDING and target_of(job, jobs) in gone:
                self._jobs.need(transaction, job, is_needed=False)

    def _add(self, transaction: sqlite3.Connection, change: _Change) -> Iterator[str]:
        """Make a ticket for everybody who needs one now; not against what a person has decided."""
        known = change.after.id
        jobs = of_order(transaction, known)
        is_on_paper = any(may_lie_at(job) for job in jobs)
        is_held = change.record.state is OrderState.HELD and not is_on_paper
        for target in change.readers:
            if target in change.readers_before:
                continue
            mine = _of(target, jobs)
            for job in mine:
                self._jobs.need(transaction, job, is_needed=True)
            if not _is_missing(mine):
                continue
            state = JobState.HELD if is_held else JobState.QUEUED
            self._sets.make(transaction, change.after, [target], CHANGED, state)
            _mark_what_may_lie_there(transaction, mine, _of(target, of_order(transaction, known)))
            yield f"new {_name(target)}"

    def _move_plans(self, transaction: sqlite3.Connection, change: _Change) -> Iterator[str]:
        """Move what is planned for later to the order's new time; plan what is to come again."""
        begins_at = self._sets.begins_at(change.after)
        if begins_at == self._sets.begins_at(change.before):
            return
        now = self._clock.now()
        moment = max(begins_at or now, now)
        jobs = of_order(transaction, change.after.id)
        for job in jobs:
            if job.due_at is None or job.released or not is_unstarted(job):
                continue
            if job.state is JobState.QUEUED and max(job.due_at, now) != moment:
                self._jobs.reschedule(transaction, job, moment, "the order's time changed")
                yield f"moved {_name(target_of(job, jobs))}"
        if self._sets.reminds and moment > now and change.record.state is not OrderState.HELD:
            for target in change.readers:
                if not any(job.is_reminder and is_unstarted(job) for job in _of(target, jobs)):
                    self._sets.remind(transaction, change.after, target, moment)
                    yield f"again {_name(target)}"

    def _tell_all(self, transaction: sqlite3.Connection, change: _Change) -> Iterator[str]:
        jobs = of_order(transaction, change.after.id)
        for target in dict.fromkeys(target_of(job, jobs) for job in jobs):
            if target is not None:
                yield from self._tell(
                    transaction, target, change.before, change.after, change.known_revision
                )

    def _tell(
        self,
        transaction: sqlite3.Connection,
        target: Target,
        before: Order,
        after: Order,
        known_revision: int,
    ) -> Iterator[str]:
        """See to it that a reader who has paper learns of what is different from it."""
        jobs = of_order(transaction, after.id)
        mine = _of(target, jobs)
        shown = shown_to(mine, known_revision)
        if shown is None:
            return
        waiting = [job for job in mine if _is_change_to_come(job)]
        is_news = partial(self._is_news, transaction, target, before, after)
        if not is_news(shown):
            for job in filter(is_unstarted, waiting):
                # what is just being sent counts as shown, though it may not come out
                if not is_news(job.from_revision):
                    self._jobs.cancel(transaction, job, CHANGED_BACK)
                    yield f"cancelled change for {_name(target)}"
            return
        for job in filter(is_unstarted, waiting):
            begin = _lies_where_it_goes(job, mine, known_revision) or shown
            self._jobs.begin_at(transaction, job, begin)
        for printer in _untold(mine, waiting):
            self._make_change(transaction, target, printer, shown, after)
            yield f"change for {_name(target)} on {printer}"

    def _is_news(
        self,
        transaction: sqlite3.Connection,
        target: Target,
        before: Order,
        after: Order,
        since: int | None,
    ) -> bool:
        """Tell whether an order is another one to a reader than it was at a revision."""
        seen = before if since is None else _as_shown(transaction, before, since)
        return self._comparison.differs(seen, after, target.receipt, target.station)

    def _make_change(
        self,
        transaction: sqlite3.Connection,
        target: Target,
        printer: str,
        shown: int,
        order: Order,
    ) -> None:
        self._jobs.create(
            transaction,
            order.id,
            Receipt.CHANGE,
            printer,
            why=CHANGED,
            priority=max(Priority.HIGH, self._sets.priority(order)),
            station=target.station,
            reader=target.receipt,
            from_revision=shown,
            backup_from=None if printer == target.printer else target.printer,
        )


def _of(target: Target, jobs: Sequence[PrintJob]) -> list[PrintJob]:
    return [job for job in jobs if target_of(job, jobs) == target]


def _untold(jobs: Sequence[PrintJob], waiting: Sequence[PrintJob]) -> list[str]:
    """List the printers where a reader's paper may lie and no change of it waits."""
    told = {name for job in waiting for name in (job.printer, job.backup_from)}
    places = dict.fromkeys(printer for job in jobs for printer in may_lie_at(job))
    return [printer for printer in places if printer not in told]


def _lies_where_it_goes(
    change: PrintJob, jobs: Sequence[PrintJob], known_revision: int
) -> int | None:
    """Return the revision of the oldest paper of a reader where his change may come out."""
    found = []
    for place in {change.printer, change.backup_from or change.printer}:
        there = [job for job in jobs if place in may_lie_at(job)]
        sure = [job for job in there if job.printer == place and job.state in ON_PAPER_STATES]
        if sure:
            found.append(max(job.revision or known_revision for job in sure))
        elif there:
            found.append(min(job.maybe_printed_revision or known_revision for job in there))
    return min(found, default=None)


def _mark_what_may_lie_there(
    transaction: sqlite3.Connection, before: Sequence[PrintJob], now: Sequence[PrintJob]
) -> None:
    """Have a new ticket say that one may lie there that was called off while it was sent."""
    for job in before:
        if job.receipt is not Receipt.CHANGE and job.maybe_printed_at is not None:
            share_doubt(transaction, job.id, now[-1].id)


def _is_missing(jobs: Sequence[PrintJob]) -> bool:
    """Tell whether a reader never had a ticket, or only one that was called off with the reason."""
    whole = [
        job
        for job in jobs
        if job.receipt is not Receipt.CHANGE and job.copy_of is None and not job.is_reminder
    ]
    return not whole or (whole[-1].state is JobState.CANCELLED and whole[-1].reason in OURS)


def _is_change_to_come(job: PrintJob) -> bool:
    """Tell whether a job is going to say what changed; a copy is for who lost his paper."""
    is_change = job.receipt is Receipt.CHANGE and job.copy_of is None
    return is_change and job.state in BEFORE_SENDING


def _as_shown(connection: sqlite3.Connection, known: Order, revision: int) -> Order:
    """Return an order as a revision shows it; as it was known last if that revision is lost."""
    with suppress(NotFoundError):
        return records.newest_revision(connection, known.id, revision)[0]
    return known


def _last_followed(connection: sqlite3.Connection, known: OrderRecord) -> Order | None:
    """Return an order as it was when its readers were last looked at.

    News of an order that is not approved, or that is imported, change nothing for them.
    """
    newest = None
    for revision in range(known.revision, 0, -1):
        with suppress(NotFoundError):
            order, _ = records.newest_revision(connection, known.id, revision)
            if order.status not in NOT_YET_APPROVED and not order.imported:
                return order
            newest = newest or order
    return newest


def _name(target: Target | None) -> str:
    if target is None:
        return ""
    station = f" {target.station}" if target.station else ""
    return f"{target.receipt}{station} at {target.printer}"
