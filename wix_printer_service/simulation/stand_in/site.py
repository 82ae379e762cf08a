"""The site's orders: what they are now, what a search knows of them, and what happens to them."""

from __future__ import annotations

import copy
import threading
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from wix_printer_service.simulation import samples
from wix_printer_service.simulation.stand_in import events
from wix_printer_service.simulation.stand_in.events import wire_moment
from wix_printer_service.simulation.stand_in.refusals import order_not_found

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from wix_printer_service.clock import Clock

LEAST_STEP = timedelta(milliseconds=1)
GONE = frozenset({"deleted", "imported_order_deleted"})


class Site:
    """One site. Safe to use from several threads.

    Args:
        clock: Tells the site's time.
        index_lag_s: How long a change of this moment takes until it can be searched.
        happened: Is given the envelope of every event, in their order.
    """

    def __init__(
        self,
        clock: Clock,
        index_lag_s: Callable[[], float],
        happened: Callable[[dict[str, Any]], None],
    ) -> None:
        self._clock = clock
        self._index_lag_s = index_lag_s
        self._happened = happened
        self._lock = threading.RLock()
        self._orders: dict[str, dict[str, Any]] = {}
        self._index: dict[str, list[tuple[float, dict[str, Any] | None]]] = {}
        """Revisions of each order with the time from which a search finds them, oldest first."""
        self._fulfillments: dict[str, list[dict[str, Any]]] = {}
        self._payments: dict[str, list[dict[str, Any]]] = {}
        self._sequences: dict[str, int] = {}
        self._seen: set[str] = set()
        self._last = clock.now() - timedelta(days=1)

    def put(self, envelope: dict[str, Any], *, stamp: bool = True) -> None:
        """Let an event happen: the site's order is from now on as it shows.

        Activities that were added through the interface stay.

        Args:
            envelope: The event, decoded, as the samples are.
            stamp: Whether it happens now. If not, all its times stay as they are.
        """
        envelope = copy.deepcopy(envelope)
        event, order = envelope.setdefault("data", {}), samples.order_of(envelope)
        with self._lock:
            if stamp:
                self._stamp(event, order)
            if order:
                order.setdefault("id", str(event.get("entityId") or uuid.uuid4()))
                self._keep_activities(order)
                self._store(order["id"], None if event.get("slug") in GONE else order)
            self._tell(envelope)

    def change(
        self, order_id: str, change: Callable[[dict[str, Any]], None], slug: str, **more: Any
    ) -> dict[str, Any]:
        """Change an order through the interface, and let that happen as an event.

        Args:
            order_id: Which order.
            change: Changes a copy of it, or refuses.
            slug: The event that tells of it besides ``updated``.
            more: What the event says besides.

        Raises:
            RefusedError: There is no such order, or as ``change`` says.
        """
        with self._lock:
            order = self.order(order_id)
            if order is None:
                raise order_not_found(order_id)
            change(order)
            moment = self._now()
            order["updatedDate"] = wire_moment(moment)
            self._store(order_id, order)
            for name in (slug, "updated") if slug != "updated" else ("updated",):
                beside = more if name == slug else {}
                self._tell(events.order_event(copy.deepcopy(order), name, moment, **beside))
            return copy.deepcopy(order)

    def set_fulfillments(self, order_id: str, fulfillments: list[dict[str, Any]]) -> None:
        """Replace an order's fulfilments, and let that happen as an event."""
        with self._lock:
            self._fulfillments[order_id] = copy.deepcopy(fulfillments)
            entity = self.fulfillments(order_id)
            self._tell(events.fulfillments_event(order_id, entity, self._now()))

    def set_payments(self, order_id: str, payments: list[dict[str, Any]]) -> None:
        """Replace an order's payments, and let that happen as an event."""
        with self._lock:
            self._payments[order_id] = copy.deepcopy(payments)
            self._tell(events.transactions_event(order_id, copy.deepcopy(payments), self._now()))

    def now(self) -> str:
        """Return the site's time as Wix writes it."""
        with self._lock:
            return wire_moment(self._now())

    def new_id(self) -> str:
        """Return the id of something new."""
        return str(uuid.uuid4())

    def orders(self) -> list[dict[str, Any]]:
        """Return all orders as they are, in the order in which they came."""
        with self._lock:
            return copy.deepcopy(list(self._orders.values()))

    def order(self, order_id: str) -> dict[str, Any] | None:
        """Return an order as it is, None if there is none."""
        with self._lock:
            return copy.deepcopy(self._orders.get(order_id))

    def activities(self, order_id: str) -> list[dict[str, Any]]:
        """Return what is noted on an order's timeline."""
        return list((self.order(order_id) or {}).get("activities", []))

    def fulfillments(self, order_id: str) -> list[dict[str, Any]]:
        """Return an order's fulfilments."""
        with self._lock:
            return copy.deepcopy(self._fulfillments.get(order_id, []))

    def payments(self, order_id: str) -> list[dict[str, Any]] | None:
        """Return the payments that were set for an order, None if none ever were."""
        with self._lock:
            return copy.deepcopy(self._payments.get(order_id))

    def searchable(self) -> list[dict[str, Any]]:
        """Return every order in its newest revision that a search knows; not to be changed."""
        now_s = self._clock.monotonic()
        with self._lock:
            found = []
            for revisions in self._index.values():
                known = [place for place, (from_s, _) in enumerate(revisions) if from_s <= now_s]
                del revisions[: known[-1] if known else 0]
                order = revisions[0][1] if known else None
                if order is not None:
                    found.append(order)
            return found

    def _now(self) -> datetime:
        now = self._clock.now()
        whole = now.replace(microsecond=now.microsecond // 1000 * 1000)
        self._last = max(whole, self._last + LEAST_STEP)
        return self._last

    def _stamp(self, event: dict[str, Any], order: dict[str, Any]) -> None:
        moment = self._now()
        event["eventTime"] = wire_moment(moment, 6)
        if order:
            order["updatedDate"] = wire_moment(moment)
            order.setdefault("createdDate", order["updatedDate"])
        if event.get("id") in self._seen or not event.get("id"):
            event["id"] = self.new_id()

    def _keep_activities(self, order: dict[str, Any]) -> None:
        shown = {activity.get("id") for activity in order.get("activities", [])}
        kept = [a for a in self.activities(order["id"]) if a.get("id") not in shown]
        if kept:
            order["activities"] = [*order.get("activities", []), *kept]

    def _store(self, order_id: str, order: dict[str, Any] | None) -> None:
        if order is None:
            self._orders.pop(order_id, None)
        else:
            self._orders[order_id] = order
        from_s = self._clock.monotonic() + self._index_lag_s()
        self._index.setdefault(order_id, []).append((from_s, order))

    def _tell(self, envelope: dict[str, Any]) -> None:
        """Give the event its number, which grows with every event of one order, and tell it."""
        event = envelope["data"]
        entity = str(event.get("entityId") or samples.order_of(envelope).get("id", ""))
        given = str(event.get("entityEventSequence", ""))
        least = self._sequences.get(entity, 0) + 1
        number = max(least, int(given)) if given.isdecimal() else least
        self._sequences[entity] = number
        event["entityEventSequence"] = str(number)
        self._seen.add(str(event.get("id")))
        self._happened(envelope)
