"""The durable queue: lanes of items, worked off by priority, then age.

It knows nothing of receipts or of Wix: an item has a lane and a subject in its owner's numbering.
Taking is not deleting: an item is claimed first and settled later, and what was left behind can be
seen. Every change is one guarded UPDATE that names the state it expects. All changes run inside the
caller's transaction, so that an item and what it stands for change together.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

from wix_printer_service.errors import WrongStateError
from wix_printer_service.models import ItemState, Priority, QueueItem

if TYPE_CHECKING:
    import sqlite3

    from wix_printer_service.clock import Clock


class OfflineQueue:
    """Puts, claims and settles items; wakes the worker of a lane.

    A pause before the next try lives in memory and on the monotonic clock: after a restart every
    waiting item may be tried at once, and no clock jump can prolong a pause.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wakers: dict[str, threading.Event] = {}
        self._touched: set[str] = set()
        self._resting: dict[int, float] = {}
        self._resting_lock = threading.Lock()  # workers look while the writer adds

    def put(
        self,
        transaction: sqlite3.Connection,
        lane: str,
        subject: int,
        priority: Priority,
        state: ItemState = ItemState.WAITING,
    ) -> int:
        """Add an item and return its id, which is its age."""
        cursor = transaction.execute(
            "INSERT INTO offline_queue (lane, subject, priority, state) VALUES (?, ?, ?, ?)",
            (lane, subject, priority, state),
        )
        self._touched.add(lane)
        return cursor.lastrowid or 0

    def has_work(self, connection: sqlite3.Connection, lane: str) -> bool:
        """Tell whether an item of the lane may be claimed now."""
        row = connection.execute(
            "SELECT 1 FROM offline_queue WHERE lane = ? AND state = 'waiting'"
            " AND id NOT IN (SELECT value FROM json_each(?)) LIMIT 1",
            (lane, self._resting_ids()),
        ).fetchone()
        return row is not None

    def claim(self, transaction: sqlite3.Connection, lane: str) -> QueueItem | None:
        """Take the most urgent, then oldest item of a lane; it counts as one try."""
        row = transaction.execute(
            "UPDATE offline_queue SET state = 'claimed', tries = tries + 1 WHERE id = ("
            " SELECT id FROM offline_queue WHERE lane = ? AND state = 'waiting'"
            " AND id NOT IN (SELECT value FROM json_each(?))"
            " ORDER BY priority DESC, id LIMIT 1) RETURNING *",
            (lane, self._resting_ids()),
        ).fetchone()
        return None if row is None else _item(row)

    def settle(
        self,
        transaction: sqlite3.Connection,
        lane: str,
        subject: int,
        expected: ItemState,
        to: ItemState,
    ) -> None:
        """Move an item from the state it must be in to another.

        Raises:
            WrongStateError: It is not in that state; nothing has changed.
        """
        changed = transaction.execute(
            "UPDATE offline_queue SET state = ? WHERE lane = ? AND subject = ? AND state = ?",
            (to, lane, subject, expected),
        ).rowcount
        if not changed:
            raise WrongStateError(f"item {subject} of {lane} is not {expected}")
        if to is ItemState.WAITING:
            self._touched.add(lane)

    def put_back(
        self,
        transaction: sqlite3.Connection,
        item: QueueItem,
        *,
        costs_try: bool,
        pause_s: float = 0.0,
    ) -> None:
        """Let a claimed item wait again, where it stood, for at least ``pause_s`` seconds.

        Raises:
            WrongStateError: It is not claimed.
        """
        self.settle(transaction, item.lane, item.subject, ItemState.CLAIMED, ItemState.WAITING)
        if not costs_try:
            transaction.execute(
                "UPDATE offline_queue SET tries = tries - 1 WHERE id = ?", (item.id,)
            )
        if pause_s > 0:
            with self._resting_lock:
                self._resting[item.id] = self._clock.monotonic() + pause_s

    def left_behind(self, connection: sqlite3.Connection, lane: str) -> list[QueueItem]:
        """List what was claimed and never settled: at start, what a crash interrupted."""
        rows = connection.execute(
            # unordered, SQLite would rather read all that the lane ever held
            "SELECT * FROM offline_queue WHERE lane = ? AND state = 'claimed' ORDER BY id",
            (lane,),
        )
        return [_item(row) for row in rows]

    def waker(self, lane: str) -> threading.Event:
        """Return the event that is set when the lane may have new work."""
        return self._wakers.setdefault(lane, threading.Event())

    def wake_touched(self) -> None:
        """Wake the workers of the lanes that the last transaction touched."""
        while self._touched:
            self.waker(self._touched.pop()).set()

    def _resting_ids(self) -> str:
        now = self._clock.monotonic()
        with self._resting_lock:
            self._resting = {item: until for item, until in self._resting.items() if until > now}
            return json.dumps(list(self._resting))


def _item(row: sqlite3.Row) -> QueueItem:
    return QueueItem(
        id=row["id"],
        lane=row["lane"],
        subject=row["subject"],
        priority=Priority(row["priority"]),
        state=ItemState(row["state"]),
        tries=row["tries"],
    )
