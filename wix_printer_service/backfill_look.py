"""One look at Wix: every order that was updated since the last looks is taken in, page by page.

Where a look ended is kept by Wix's clock: ours may be wrong.
"""

from __future__ import annotations

import math
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from wix_printer_service import backfill_records, order_records
from wix_printer_service.backfill_past import Past
from wix_printer_service.errands import is_answered
from wix_printer_service.errors import (
    QueueFullError,
    StorageError,
    WixRefusedError,
    WixUnavailableError,
)
from wix_printer_service.models import OrderState
from wix_printer_service.order_rules import Verdict
from wix_printer_service.wix.webhook import event_of_search
from wix_printer_service.wix.wire import Wire

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence

    from wix_printer_service.backfill_records import Progress
    from wix_printer_service.clock import Clock
    from wix_printer_service.order_service import OrderService
    from wix_printer_service.settings import Settings
    from wix_printer_service.storage.database import Database
    from wix_printer_service.wix.client import OrderPage, Waiter, WixClient
    from wix_printer_service.wix.webhook import OrderEvent

T = TypeVar("T")

log = structlog.get_logger(__name__)

STATUSES = ("APPROVED", "CANCELED", "REJECTED")
"""Orders that are neither to be printed nor to be called off are not asked for."""
BY_APP = "lineItems.catalogReference.appId"
BROUGHT = frozenset(
    {Verdict.PRINT, Verdict.HOLD, Verdict.CHANGE, Verdict.CANCEL, Verdict.REINSTATE}
)
"""What a webhook should have brought."""
PORTION = 10
"""So many orders are written down at once: a webhook that comes meanwhile must not wait long."""


@dataclass(slots=True)
class Tally:
    """What a look has seen so far."""

    brought: int = 0
    recorded: int = 0
    """Orders of the past."""
    newest: datetime | None = None
    """The last update of any order, by Wix's clock."""
    is_sorted: bool = True
    """Whether every order so far came after the one before, by its last update."""
    answered_at: datetime | None = None
    """What Wix's clock said on the last page."""
    unwritten: StorageError | None = None
    """Why an order could not be taken in, though others could."""


class Look:
    """Looks at Wix; one that was broken off goes on where it ended.

    Args:
        client: Asks Wix.
        waiter: Is told while we wait, and tells when to stop.
    """

    def __init__(
        self,
        database: Database,
        orders: OrderService,
        settings: Settings,
        clock: Clock,
        client: WixClient,
        waiter: Waiter,
    ) -> None:
        self._database = database
        self._orders = orders
        self._settings = settings.backfill
        self._clock = clock
        self._client = client
        self._waiter = waiter
        self._filters = _filters(settings)
        self._resume_at: datetime | None = None
        self._reached: datetime | None = None
        self._failed: set[str] = set()
        self.past = Past(settings, clock)
        self.brought = 0
        """How much all looks together brought."""
        self.asking_since_s: float | None = None
        """Since when Wix owes an answer, on the monotonic clock."""

    @property
    def is_broken_off(self) -> bool:
        """Whether the next look goes on where the last one ended before its time."""
        return self._resume_at is not None

    def take(self, *, wide: bool) -> Tally:
        """Take in all that was updated since the last looks.

        Args:
            wide: Whether to reach back further than usual.

        Raises:
            WixUnavailableError: Wix cannot be asked now.
            WixKeyError: Wix does not take the key.
            WixRefusedError: Wix does not take the question.
            StorageError: Not all that Wix told could be written down.
        """
        progress = self._progress()
        is_whole = not self.is_broken_off
        tally = Tally()
        for page in self._pages(self._resume_at or self._start(progress, wide=wide)):
            self._take_page(page, tally)
        self._resume_at = None
        if tally.unwritten is not None:
            raise tally.unwritten
        if is_whole:
            self._advance(progress, tally)
        if tally.recorded:
            log.warning(
                "past_orders_recorded_not_printed",
                orders=tally.recorded,
                print_since=_text(self.past.since),
                setting="backfill.print_since",
            )
        return tally

    def _progress(self) -> Progress:
        """Return where to begin; the very first time settle from when on orders are printed."""
        progress = self._write(lambda t: backfill_records.begin(t, self.past.began_at))
        if progress.print_since is None:
            progress = replace(progress, print_since=self._first_start(progress))
        self.past.settle(progress.print_since or progress.began_at)
        return progress

    def _first_start(self, progress: Progress) -> datetime:
        """Note when the first start was; while Wix tells no time, this is not settled for good."""
        answered_at = self._search({}, 1).answered_at
        if answered_at is None:
            return progress.began_at
        since = self.past.first_start_by_wix(progress.began_at, answered_at)
        self._write(lambda t: backfill_records.set_print_since(t, since))
        self.past.settle(since)
        moment = _text(self.past.since)
        log.info("printing_since", moment=moment, setting="backfill.print_since")
        return since

    def _start(self, progress: Progress, *, wide: bool) -> datetime:
        if progress.position is None:
            return self.past.first_look_from()
        overlap_s = self._settings.wide_overlap_s if wide else self._settings.overlap_s
        return progress.position - timedelta(seconds=overlap_s)

    def _advance(self, progress: Progress, tally: Tally) -> None:
        """Let the next look begin where the one before this ended.

        So all that is new is looked for by two whole looks: pages may shift while they are turned.
        """
        known = filter(None, (tally.newest, progress.position, self.past.first_start))
        before, self._reached = self._reached, max(known)
        if tally.answered_at is not None:  # nothing is known of what is still to come
            self._reached = min(self._reached, tally.answered_at)
        if before is not None:
            position = min(before, self._reached)
            if position != progress.position:
                self._write(lambda t: backfill_records.set_position(t, position))

    def _pages(self, start: datetime) -> Iterator[OrderPage]:
        page = self._search({"updatedDate": {"$gte": _text(start)}}, self._settings.page_size)
        cursors: set[str | None] = {None}
        yield page
        while self._goes_on(page):
            if page.next_cursor in cursors or len(cursors) >= self._settings.max_pages:
                raise WixUnavailableError("Wix has more orders but does not say where they begin")
            cursors.add(page.next_cursor)
            page = self._ask(self._client.more_orders, page.next_cursor or "")
            yield page

    def _search(self, filters: dict[str, Any], limit: int) -> OrderPage:
        """Ask for the first page; without the filter by app, should Wix not take that one.

        It saves asking for what the house would ignore by its own rules; nothing depends on it.
        """
        try:
            return self._ask(self._client.search_orders, {**self._filters, **filters}, limit)
        except WixRefusedError as error:
            if error.status != HTTPStatus.BAD_REQUEST or BY_APP not in self._filters:
                raise
            log.warning("wix_refuses_filter", filter=BY_APP, reason=str(error))
            del self._filters[BY_APP]
            return self._search(filters, limit)

    def _ask(self, question: Callable[..., OrderPage], *arguments: Any) -> OrderPage:
        self.asking_since_s = self._clock.monotonic()
        try:
            return question(*arguments)
        finally:
            self.asking_since_s = None

    def _goes_on(self, page: OrderPage) -> bool:
        """Tell whether there are more pages; a full one with a cursor is not the last."""
        if page.next_cursor is None:
            return page.has_next is True
        return page.has_next is not False or len(page.orders) >= self._settings.page_size

    def _take_page(self, page: OrderPage, tally: Tally) -> None:
        """Take a page in, then note how far that leads: a look may be broken off at any page."""
        shown = [order for order in page.orders if isinstance(order, dict) and order]
        events = [self._event(order, page, tally) for order in shown]
        with self._database.reading() as connection:
            news = [event for event in events if _is_news(connection, event)]
        self._accept(news, tally)
        tally.answered_at = page.answered_at or tally.answered_at
        if tally.newest is not None:  # a date of the future would hide all that comes until then
            tally.newest = min(tally.newest, page.answered_at or self._clock.now())
            if tally.is_sorted:
                self._resume_at = tally.newest

    def _event(self, order: object, page: OrderPage, tally: Tally) -> OrderEvent:
        wire = Wire(order, "", [])
        updated = wire.moment("updatedDate")
        if updated is not None:
            tally.is_sorted = tally.is_sorted and (tally.newest is None or updated >= tally.newest)
            tally.newest = max(updated, tally.newest or updated)
        created = wire.moment("createdDate") or wire.moment("purchasedDate")
        is_past = self.past.covers(created, updated)
        return event_of_search(order, is_past=is_past, told_at=page.answered_at)

    def _accept(self, events: Sequence[OrderEvent], tally: Tally) -> None:
        for first in range(0, len(events), PORTION):
            some = events[first : first + PORTION]
            for event, future in [(event, self._take_in(event)) for event in some]:
                self._count(event, future, tally)

    def _take_in(self, event: OrderEvent) -> Future[str]:
        try:
            return self._orders.accept(event)
        except Exception as error:  # noqa: BLE001 - one odd order must not keep back all others
            failed: Future[str] = Future()
            failed.set_exception(error)
            return failed

    def _count(self, event: OrderEvent, future: Future[str], tally: Tally) -> None:
        """Note what became of an order, after its commit; one that cannot be taken in stops none.

        A full queue is no reason to stop either: a cancellation further on may make room.
        """
        self._wait_for(future)
        error = future.exception()
        if error is None:
            is_brought = future.result() in BROUGHT
            tally.brought += is_brought
            self.brought += is_brought
            tally.recorded += future.result() == Verdict.PAST
        elif isinstance(error, QueueFullError):
            tally.unwritten = error
        elif isinstance(error, StorageError):
            raise error
        else:
            tally.unwritten = StorageError("an order cannot be taken in: see the journal")
            self._tell_once(event, error)

    def _tell_once(self, event: OrderEvent, error: BaseException) -> None:
        if event.id not in self._failed:
            self._failed.add(event.id)
            log.error("order_not_taken_in", order_id=event.order_id, exc_info=error)

    def _write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        future = self._database.submit(change)
        self._wait_for(future)
        return future.result()

    def _wait_for(self, future: Future[Any]) -> None:
        if not is_answered(future, math.inf, self._waiter):
            raise StorageError("the service stops")


def _is_news(connection: sqlite3.Connection, event: OrderEvent) -> bool:
    """Tell whether a search shows something of an order that is not written down yet."""
    if order_records.is_in_inbox(connection, event.id):
        return False
    try:
        record = order_records.find(connection, event.order_id)
    except ValueError:  # its row is damaged
        return True
    shown = Wire(event.order, "", [])
    return (
        record is None
        or record.state is OrderState.REMEMBERED
        or record.updated_at is None
        or record.updated_at != shown.moment("updatedDate")
        or record.status != shown.word("status")
    )


def _filters(settings: Settings) -> dict[str, Any]:
    """Return what orders Wix is asked for (facts: Wix's search, its filters)."""
    filters: dict[str, Any] = {"status": {"$in": list(STATUSES)}}
    if settings.intake.other_orders == "ignore":
        app_ids = list(settings.intake.restaurant_app_ids)
        filters[BY_APP] = {"$hasSome": app_ids}
    return filters


def _text(moment: datetime) -> str:
    """Write a moment as Wix does, in milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
