"""Accepts an event once: ONE transaction writes the order, its jobs, their items and the event.

Every road into the house ends here, so that an order has one set of receipts by whichever road, and
however often, it comes.
"""

from __future__ import annotations

import math
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from wix_printer_service import order_records as records
from wix_printer_service.errors import NotFoundError, QueueFullError
from wix_printer_service.fault_points import reach
from wix_printer_service.job_changes import fenced
from wix_printer_service.job_records import of_order, printers_with_paper
from wix_printer_service.models import (
    DEFAULT_STATION,
    JobState,
    Method,
    OrderState,
    Priority,
    Receipt,
    Road,
)
from wix_printer_service.order_changes import ORDER_CANCELLED, OrderChanges
from wix_printer_service.order_rules import IMPLIED_STATUS, Verdict, is_newer, judge
from wix_printer_service.order_sets import OrderSets
from wix_printer_service.order_targets import papers
from wix_printer_service.wix.mapping import read_order
from wix_printer_service.wix.webhook import LOCAL_ID
from wix_printer_service.wix.wire import dump_ascii

if TYPE_CHECKING:
    import sqlite3

    from wix_printer_service.clock import Clock
    from wix_printer_service.models import Order, OrderRecord
    from wix_printer_service.offline_queue import OfflineQueue
    from wix_printer_service.print_jobs import PrintJobs
    from wix_printer_service.settings import Settings
    from wix_printer_service.storage.database import Database
    from wix_printer_service.wix.webhook import OrderEvent

log = structlog.get_logger(__name__)

DUPLICATE = "duplicate"
NO_ORDER = "no_order"
LATER_STATES = {
    Verdict.PRINT: OrderState.ACCEPTED,
    Verdict.HOLD: OrderState.HELD,
    Verdict.PAST: OrderState.PAST,
    Verdict.CANCEL: OrderState.CANCELLED,
}


class OrderService:
    """Takes events in."""

    def __init__(
        self,
        database: Database,
        queue: OfflineQueue,
        jobs: PrintJobs,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._queue = queue
        self._jobs = jobs
        self._settings = settings
        self._clock = clock
        self._sets = OrderSets(jobs, settings, clock)
        self._changes = OrderChanges(jobs, settings, clock)
        self._zone = ZoneInfo(settings.restaurant.timezone)
        self._webhook_at_s: float | None = None

    def accept(self, event: OrderEvent) -> Future[str]:
        """Write an event down with all that follows from it.

        Returns:
            A future that ends after the commit with what the event did (a ``Verdict``, "duplicate"
            or "no_order"), or with ``StorageError`` if nothing of it could be written, for example
            because too much waits already (``QueueFullError``).
        """
        if event.road is Road.WEBHOOK:
            self._webhook_at_s = self._clock.monotonic()
        if not self._database.has_room():
            return _failed(QueueFullError("the disk is nearly full"))
        if event.order is None and not event.anonymise:
            return self._database.submit(lambda transaction: self._note(transaction, event))
        order = read_order(
            event.order or {},
            order_id=event.order_id,
            implied_status=IMPLIED_STATUS.get(event.kind, ""),
        )
        order = replace(order, id=event.order_id)  # both read it, perhaps not alike
        payload = dump_ascii(event.order or {})
        done: list[str] = []
        future = self._database.submit(lambda t: self._apply(t, event, order, payload, done))
        future.add_done_callback(partial(_tell, event, order, done))
        return future

    def webhooks_silent_for_s(self) -> float:
        """Return for how long no webhook has come, infinity if none came since the start."""
        if self._webhook_at_s is None:
            return math.inf
        return self._clock.monotonic() - self._webhook_at_s

    def _note(self, transaction: sqlite3.Connection, event: OrderEvent) -> str:
        """Remember an event that shows no order."""
        if records.is_in_inbox(transaction, event.id):
            return DUPLICATE
        records.add_to_inbox(transaction, event, NO_ORDER, self._clock.now())
        return NO_ORDER

    def _apply(
        self,
        transaction: sqlite3.Connection,
        event: OrderEvent,
        order: Order,
        payload: str,
        done: list[str],
    ) -> str:
        """Write an event down; ``done`` takes what a change of its order led to."""
        if records.is_in_inbox(transaction, event.id):
            return DUPLICATE
        now = self._clock.now()
        event, order = _as_one_order(transaction, event, order)
        known = records.find(transaction, event.order_id)
        on_paper = bool(printers_with_paper(transaction, event.order_id))
        intake = self._settings.intake
        verdict = judge(event, order, known, event.told_at or now, intake, on_paper=on_paper)
        if known is None:
            state = OrderState.REMEMBERED
            records.add_order(transaction, event.order_id, state, now, event.road)
        if verdict is Verdict.ERASE:
            self._erase(transaction, event.order_id)
        elif not _is_erased(known):
            if is_newer(event, order, known):
                records.add_revision(transaction, event, order, payload, now)
            with fenced(transaction, "order_change_failed", event.order_id) as fence:
                verdict = self._carry_out(transaction, verdict, order, event.road, known, done)
            if fence.failed:
                self._tell_anyhow(transaction, verdict, order)
            self._set_state(transaction, verdict, event.order_id, known)
        records.add_to_inbox(transaction, event, verdict, now)
        reach("order_before_commit")
        return verdict

    def _carry_out(
        self,
        transaction: sqlite3.Connection,
        verdict: Verdict,
        order: Order,
        road: Road,
        known: OrderRecord | None,
        done: list[str],
    ) -> Verdict:
        """Do what follows from an event; return what that came to."""
        if verdict is Verdict.CANCEL:  # however much waits: it calls more off than it makes
            self._cancel(transaction, order.id)
        elif verdict in {Verdict.PRINT, Verdict.HOLD}:
            self._queue.require_room(transaction)
            self._make_set(transaction, verdict, order)
            records.set_road(transaction, order.id, road)
        elif verdict is Verdict.CHANGE and known is not None:
            done += self._changes.follow(transaction, known)
            return Verdict.CHANGE if done else Verdict.RECORD
        return verdict

    def _tell_anyhow(self, transaction: sqlite3.Connection, verdict: Verdict, order: Order) -> None:
        """Let everybody know of an order with which we cannot cope, so that a person looks."""
        news = {
            Verdict.PRINT: None,
            Verdict.HOLD: None,
            Verdict.CHANGE: Receipt.CHANGE,
            Verdict.CANCEL: Receipt.CANCELLATION,
        }
        if verdict in news:
            state = JobState.HELD if verdict is Verdict.HOLD else JobState.QUEUED
            self._sets.tell_everybody(transaction, order.id, news[verdict], state)

    def _make_set(self, transaction: sqlite3.Connection, verdict: Verdict, event: Order) -> None:
        # by what is known of the order: the event that approves it may show less
        order, record = event, records.find(transaction, event.id)
        with suppress(NotFoundError):
            order, _ = records.newest_revision(transaction, event.id)
        method = Method.UNKNOWN if record is None else record.method
        if record is not None and not (record.number or record.local_number):
            day = self._clock.now().astimezone(self._zone).date()
            records.give_local_number(transaction, event.id, day)
        held = verdict is Verdict.HOLD
        state = JobState.HELD if held else JobState.QUEUED
        why = "the order was due long ago" if held else "the order was approved"
        readers = self._sets.readers(order, method)
        self._sets.make(transaction, order, readers, why, state)
        if not readers:
            log.warning("order_without_receipt", order_id=event.id, method=method)

    def _cancel(self, transaction: sqlite3.Connection, order_id: str) -> None:
        """Call off what is not started, and tell every printer where something was printed.

        Where only one station of the kitchen has paper, it is told of its own share.
        """
        reader: Receipt | None
        self._jobs.cancel_waiting(transaction, order_id, why=ORDER_CANCELLED)
        for printer, readers in papers(of_order(transaction, order_id)).items():
            stations = {(reader.receipt, reader.station) for reader in readers}
            if len(stations) == 1:
                ((reader, station),) = stations
            else:
                is_kitchens = any(receipt is Receipt.KITCHEN for receipt, _ in stations)
                # a paper that several share is the kitchen's, of all its stations, or the driver's
                reader, station = None if is_kitchens else Receipt.DRIVER, DEFAULT_STATION
            self._jobs.create(
                transaction,
                order_id,
                Receipt.CANCELLATION,
                printer,
                why=ORDER_CANCELLED,
                priority=Priority.HIGH,
                station=station,
                reader=reader,
            )

    def _erase(self, transaction: sqlite3.Connection, order_id: str) -> None:
        self._jobs.cancel_waiting(transaction, order_id, why="the guest asked to be forgotten")
        records.erase(transaction, order_id)

    def _set_state(
        self,
        transaction: sqlite3.Connection,
        verdict: Verdict,
        order_id: str,
        known: OrderRecord | None,
    ) -> None:
        if verdict in LATER_STATES:
            records.set_state(transaction, order_id, LATER_STATES[verdict])
        elif verdict is Verdict.IGNORE and _is_remembered(known):
            records.set_state(transaction, order_id, OrderState.IGNORED)


def _as_one_order(
    transaction: sqlite3.Connection, event: OrderEvent, order: Order
) -> tuple[OrderEvent, Order]:
    """Make sure that an order learnt once with Wix's id and once without is one order.

    An event whose id could not be read then goes to the order it is about; an order that was
    learnt without one gets its id.
    """
    if not event.order_id.startswith(LOCAL_ID):
        if records.find(transaction, event.order_id) is None:
            records.adopt(transaction, order)
        return event, order
    known_id = records.same_as(transaction, order)
    if known_id is None:
        return event, order
    return replace(event, order_id=known_id), replace(order, id=known_id)


def _failed(error: Exception) -> Future[str]:
    future: Future[str] = Future()
    future.set_exception(error)
    return future


def _is_erased(known: OrderRecord | None) -> bool:
    return known is not None and known.state is OrderState.ERASED


def _is_remembered(known: OrderRecord | None) -> bool:
    return known is None or known.state is OrderState.REMEMBERED


def _tell(event: OrderEvent, order: Order, done: list[str], future: Future[str]) -> None:
    """Log what an event did, once that is on disk."""
    if future.cancelled() or future.exception() is not None:
        return
    reach("order_committed")
    facts = {"order_id": event.order_id, "number": order.number, "event_id": event.id}
    verdict = future.result()
    log.info("order_event", event_type=event.type, verdict=verdict, **facts)
    if verdict == Verdict.CHANGE:
        log.info("order_changed", done=done, **facts)
    if verdict == Verdict.HOLD:
        log.warning("order_held", reason="due long ago", **facts)
    if verdict == Verdict.REINSTATE:
        log.warning("cancelled_order_changed_again", status=order.status, **facts)
    if order.unread and verdict in {Verdict.PRINT, Verdict.HOLD}:
        log.warning("order_not_fully_readable", places=[u.path for u in order.unread], **facts)
