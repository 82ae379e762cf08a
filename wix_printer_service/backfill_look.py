"""One look at Wix: every order that was updated since the last look is taken in, page by page.

Where the last look ended is kept by Wix's clock: ours may be wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog

from wix_printer_service import backfill_records, order_records
from wix_printer_service.errands import is_answered
from wix_printer_service.errors import StorageError, WixUnavailableError
from wix_printer_service.order_rules import Verdict, due_at
from wix_printer_service.wix.mapping import read_order
from wix_printer_service.wix.webhook import event_of_search
from wix_printer_service.wix.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

    from wix_printer_service.backfill_records import Progress
    from wix_printer_service.clock import Clock
    from wix_printer_service.order_service import OrderService
    from wix_printer_service.settings import Settings
    from wix_printer_service.storage.database import Database
    from wix_printer_service.wix.client import OrderPage, Waiter, WixClient
    from wix_printer_service.wix.webhook import OrderEvent

log = structlog.get_logger(__name__)

STATUSES = ("APPROVED", "CANCELED", "REJECTED")
"""Orders that are neither to be printed nor to be called off are not asked for."""
BROUGHT = frozenset({Verdict.PRINT, Verdict.HOLD, Verdict.CANCEL, Verdict.REINSTATE})
"""What a webhook should have brought."""
PORTION = 10
"""So many orders are written down at once: a webhook that comes meanwhile must not wait long."""
PLAUSIBLE = timedelta(minutes=1)
"""So far our clock may be from Wix's and still be taken for right."""


@dataclass(slots=True)
class Tally:
    """What a look has seen so far."""

    brought: int = 0
    recorded: int = 0
    """Orders of before the first start."""
    newest: datetime | None = None
    """The last update of any order, by Wix's clock."""
    is_sorted: bool = True
    """Whether every order so far came after the one before, by its last update."""


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
        self._began_at, self._began_s = clock.now(), clock.monotonic()
        self._chosen_since = _moment(settings.backfill.print_since, settings.restaurant.timezone)
        self._filters = _filters(settings)
        self._resume_at: datetime | None = None
        self.print_since: datetime | None = None
        """Orders of before are past; by Wix's clock, None until it is known."""

    @property
    def is_broken_off(self) -> bool:
        """Whether the next look goes on where the last one ended before its time."""
        return self._resume_at is not None

    def take(self, *, wide: bool) -> Tally:
        """Take in all that was updated since the last look.

        Args:
            wide: Whether to reach back further than usual.

        Raises:
            WixUnavailableError: Wix cannot be asked now.
            WixKeyError: Wix does not take the key.
            WixRefusedError: Wix does not take the question.
            StorageError: What Wix told could not be written down.
        """
        progress = self._progress()
        tally = Tally()
        for page in self._pages(self._resume_at or self._start(progress, wide=wide)):
            self._take_page(page, tally, progress)
        self._resume_at = None
        known = filter(None, (tally.newest, progress.position, self.print_since))
        self._note(max(known), progress)
        if tally.recorded:
            log.warning(
                "past_orders_recorded_not_printed",
                orders=tally.recorded,
                print_since=_text(self.print_since),
                setting="backfill.print_since",
            )
        return tally

    def _progress(self) -> Progress:
        """Return where to begin; the very first time settle from when on orders are printed."""
        progress = self._database.write(lambda t: backfill_records.begin(t, self._began_at))
        if progress.print_since is None:
            since = self._first_start(progress)
            self._database.write(lambda t: backfill_records.set_print_since(t, since))
            log.info(
                "printing_since",
                moment=_text(self._chosen_since or since),
                setting="backfill.print_since",
            )
            progress = replace(progress, print_since=since)
        self.print_since = self._chosen_since or progress.print_since
        return progress

    def _first_start(self, progress: Progress) -> datetime:
        """Return by Wix's clock when the first start was.

        Ours is taken if it goes right, or if the first start was in an earlier life: then it may
        have gone right, unless it was ahead. A Pi without a battery may start years behind, so no
        earlier life is believed to be longer ago than the first look reaches back.
        """
        answered_at = self._client.search_orders(self._filters, 1).answered_at
        if answered_at is None:
            return progress.began_at
        this_start = answered_at - timedelta(seconds=self._clock.monotonic() - self._began_s)
        is_right = abs(progress.began_at - this_start) <= PLAUSIBLE
        if is_right:
            return progress.began_at
        is_earlier = progress.began_at != self._began_at and progress.began_at < this_start
        earliest = this_start - timedelta(hours=self._settings.look_back_h)
        return max(progress.began_at, earliest) if is_earlier else this_start

    def _start(self, progress: Progress, *, wide: bool) -> datetime:
        if progress.position is None:
            since = self.print_since or progress.began_at
            return since - timedelta(hours=self._settings.look_back_h)
        overlap_s = self._settings.wide_overlap_s if wide else self._settings.overlap_s
        return progress.position - timedelta(seconds=overlap_s)

    def _pages(self, start: datetime) -> Iterator[OrderPage]:
        filters = {**self._filters, "updatedDate": {"$gte": _text(start)}}
        page = self._client.search_orders(filters, self._settings.page_size)
        yield page
        while page.next_cursor is not None:
            cursor = page.next_cursor
            page = self._client.more_orders(cursor)
            if page.next_cursor == cursor:
                raise WixUnavailableError("Wix names the same page again and again")
            yield page

    def _take_page(self, page: OrderPage, tally: Tally, progress: Progress) -> None:
        """Take a page in, then note how far that leads: a look may be broken off at any page."""
        events = [self._event(order, tally) for order in page.orders]
        self._accept(self._unheard(events), tally)
        limit = page.answered_at or self._clock.now()
        if tally.newest is not None:  # a date of the future would hide all that comes until then
            tally.newest = min(tally.newest, limit)
        if tally.is_sorted and tally.newest is not None:
            self._resume_at = tally.newest
            if progress.position is not None:
                self._note(max(tally.newest, progress.position), progress)

    def _event(self, order: object, tally: Tally) -> OrderEvent:
        wire = Wire(order, "", [])
        updated = wire.moment("updatedDate")
        if updated is not None:
            tally.is_sorted = tally.is_sorted and (tally.newest is None or updated >= tally.newest)
            tally.newest = max(updated, tally.newest or updated)
        created = wire.moment("createdDate") or wire.moment("purchasedDate")
        return event_of_search(order, is_past=self._is_past(created, updated))

    def _is_past(self, created: datetime | None, updated: datetime | None) -> bool:
        """Tell whether an order is of before the first start.

        One that was placed shortly before and is not known by now was approved since: every
        approved one of that time was recorded at the very first look.
        """
        if self.print_since is None:
            return False
        if updated is not None and updated < self.print_since:
            return True
        look_back = timedelta(hours=self._settings.look_back_h)
        return created is not None and created < self.print_since - look_back

    def _unheard(self, events: Sequence[OrderEvent]) -> list[OrderEvent]:
        with self._database.reading() as connection:
            return [e for e in events if not order_records.is_in_inbox(connection, e.id)]

    def _accept(self, events: Sequence[OrderEvent], tally: Tally) -> None:
        for first in range(0, len(events), PORTION):
            some = events[first : first + PORTION]
            futures = [self._orders.accept(event) for event in some]
            for event, future in zip(some, futures, strict=True):
                self._count(event, self._written(future), tally)

    def _written(self, future: Future[str]) -> str:
        if not is_answered(future, math.inf, self._waiter):
            raise StorageError("the service stops")
        return future.result()

    def _count(self, event: OrderEvent, verdict: str, tally: Tally) -> None:
        tally.brought += verdict in BROUGHT
        if verdict == Verdict.PAST:
            tally.recorded += 1
            due = due_at(read_order(event.order, order_id=event.order_id))
            if due is not None and due > self._clock.now():
                log.warning("past_order_is_due_later", order_id=event.order_id, due_at=_text(due))

    def _note(self, position: datetime, progress: Progress) -> None:
        if position != progress.position:
            self._database.write(lambda t: backfill_records.set_position(t, position))


def _filters(settings: Settings) -> dict[str, Any]:
    """Return what orders Wix is asked for (facts: Wix's search, its filters)."""
    filters: dict[str, Any] = {"status": {"$in": list(STATUSES)}}
    if settings.intake.other_orders == "ignore":
        app_ids = list(settings.intake.restaurant_app_ids)
        filters["lineItems.catalogReference.appId"] = {"$hasSome": app_ids}
    return filters


def _moment(text: str | None, zone: str) -> datetime | None:
    """Read a moment of the settings; one without a zone is at the restaurant's time."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _text(moment: datetime | None) -> str | None:
    """Write a moment as Wix does, in milliseconds."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
