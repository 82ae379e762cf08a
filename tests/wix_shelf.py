"""What a Wix site has, behind the client's interface; and a house that asks it."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.intake import PRINTERS, House, house_on
from wix_printer_service.backfill_look import Look
from wix_printer_service.settings import Settings
from wix_printer_service.simulation import samples
from wix_printer_service.wix.client import OrderPage

if TYPE_CHECKING:
    from tests.conftest import FakeClock
    from wix_printer_service.storage.database import Database


def wire(moment: datetime) -> str:
    """Write a moment as Wix does."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def order(
    order_id: str,
    updated: datetime,
    *,
    created: datetime | None = None,
    number: str = "",
    **changes: object,
) -> dict[str, Any]:
    """Make an approved pickup as Wix's search shows it."""
    made = copy.deepcopy(samples.order_of(samples.load("pickup")))
    made |= {"id": order_id, "number": number or order_id, "updatedDate": wire(updated)}
    made |= {"createdDate": wire(created or updated), "purchasedDate": None, **changes}
    del made["shippingInfo"]["logistics"]["deliveryTimeSlot"]
    return made


class Shelf:
    """A client of a Wix whose orders lie here; errors and clocks as a test sets them."""

    def __init__(self, clock: FakeClock) -> None:
        self.orders: list[Any] = []
        self.asked: list[dict[str, Any]] = []
        """The filters of each search."""
        self.pages = 0
        """How many pages were asked for."""
        self.failures: dict[int, Exception] = {}
        """What the n-th page raises."""
        self.clock_is_ahead_s = 0.0
        """How far Wix's clock is ahead of ours."""
        self.tells_time = True
        self.is_sorted = True
        self.closed = False
        self._clock = clock

    def now(self) -> datetime:
        """Return the time at Wix."""
        return self._clock.now() + timedelta(seconds=self.clock_is_ahead_s)

    def search_orders(self, filters: dict[str, Any], limit: int) -> OrderPage:
        self.asked.append(filters)
        since = filters.get("updatedDate", {}).get("$gte", "")
        fitting = [o for o in self.orders if _updated(o) >= since]
        if self.is_sorted:
            fitting.sort(key=_updated)
        return self._page(fitting, limit)

    def more_orders(self, cursor: str) -> OrderPage:
        return self._page(*self._cursors[cursor])

    def close(self) -> None:
        self.closed = True

    def _page(self, fitting: list[Any], limit: int) -> OrderPage:
        self.pages += 1
        if self.pages in self.failures:
            raise self.failures[self.pages]
        rest, cursor = fitting[limit:], f"after page {self.pages}"
        self._cursors = {cursor: (rest, limit)}
        answered_at = self.now().replace(microsecond=0) if self.tells_time else None
        return OrderPage(tuple(fitting[:limit]), cursor if rest else None, answered_at)


def _updated(one: Any) -> str:
    return one.get("updatedDate", "~") if isinstance(one, dict) else "~"


class Patience:
    """Somebody who waits for answers and counts the beats."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.beats = 0

    def beat(self) -> None:
        self.beats += 1


@dataclass(slots=True)
class AskingHouse:
    """A house that asks the shelf for orders."""

    database: Database
    clock: FakeClock
    shelf: Shelf
    patience: Patience
    house: House
    settings: Settings

    def look(self) -> Look:
        """Begin anew, as after a restart."""
        return Look(
            self.database, self.house.service, self.settings, self.clock, self.shelf, self.patience
        )


def asking_house(database: Database, clock: FakeClock, **settings: Any) -> AskingHouse:
    """Build a house with a kitchen and a counter, and an empty shelf at Wix."""
    whole = Settings(**{"printers": PRINTERS, **settings})
    return AskingHouse(
        database, clock, Shelf(clock), Patience(), house_on(database, clock, **settings), whole
    )


def put(asking: AskingHouse, order_id: str, **changes: object) -> None:
    """Have a guest order now; the clock goes on a little."""
    asking.clock.advance(1)
    asking.shelf.orders.append(order(order_id, asking.shelf.now(), **changes))
    asking.clock.advance(1)


def since_of(filters: dict[str, Any]) -> datetime:
    """Return from when on a search asks for orders."""
    return datetime.fromisoformat(filters["updatedDate"]["$gte"])
