"""The durable queue: lanes of items, worked off by priority, then age.

It knows nothing of receipts or of Wix: an item has a lane and a subject in its owner's numbering.
Taking is not deleting: an item is claimed first and settled later, and what was left behind can be
seen. Every change is one guarded UPDATE that names the state it expects. All changes run inside the
caller's transaction, so that an item and what it stands for change together. Nobody else touches
the table.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from wix_printer_service.errors import QueueFullError, WrongStateError
from wix_printer_service.models import ItemState, Priority, QueueItem
from wix_printer_service.queue_ageing import LaneAgeing

if TYPE_CHECKING:
    import sqlite3

    from wix_printer_service.clock import Clock
    from wix_printer_service.queue_ageing import Span


@dataclass(frozen=True, slots=True)
class Count:
    """How many items of a lane are in a state, and since when the oldest of them is there."""

    lane: str
    state: ItemState
    priority: Priority
    number: int
    oldest_at: datetime


class OfflineQueue:
    """Puts, claims and settles items; wakes the worker of a lane.

    A pause before the next try lives in memory and on the monotonic clock: after a restart every
    waiting item may be tried at once, and no clock jump can prolong a pause.

    Args:
        max_items: How many items may be unfinished (dead ones do not count).
        raise_after_s: How long an item waits for its turn before it rises by a priority.
    """

    def __init__(
        self, clock: Clock, *, max_items: int = 50_000, raise_after_s: float = 600.0
    ) -> None:
        self._clock = clock
        self._max_items = max_items
        self._raise_after = timedelta(seconds=raise_after_s)
        self._wakers: dict[str, threading.Event] = {}
        self._touched: set[str] = set()
        self._resting: dict[int, float] = {}
        self._resting_lock = threading.Lock()  # workers look while the writer adds
        self._ageing: dict[str, LaneAgeing] = {}

    def put(
        self,
        transaction: sqlite3.Connection,
        lane: str,
        subject: int,
        priority: Priority,
        *,
        state: ItemState = ItemState.WAITING,
        rank: int = 0,
        due_at: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> int:
        """Add an item and return its id, which is its age."""
        cursor = transaction.execute(
            "INSERT INTO offline_queue"
            " (lane, subject, priority, rank, state, put_at, due_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (lane, subject, priority, rank, state, self._now(), _text(due_at), _text(expires_at)),
        )
        self._touched.add(lane)
        return cursor.lastrowid or 0

    def require_room(self, connection: sqlite3.Connection) -> None:
        """Make sure that there is room for more work.

        Raises:
            QueueFullError: Too much is unfinished.
        """
        count = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM offline_queue"
            " WHERE state IN ('waiting', 'claimed', 'held', 'dead') AND state != 'dead' LIMIT ?)",
            (self._max_items,),
        ).fetchone()[0]
        if count >= self._max_items:
            raise QueueFullError(f"the queue is full: {count} jobs are unfinished")

    def has_work(self, connection: sqlite3.Connection, lane: str) -> bool:
        """Tell whether an item of the lane may be claimed now."""
        row = connection.execute(
            # unordered, SQLite would rather read all that the lane ever held
            "SELECT 1 FROM offline_queue WHERE lane = ? AND state = 'waiting'"
            " AND (due_at IS NULL OR due_at <= ?)"
            " AND id NOT IN (SELECT value FROM json_each(?))"
            " ORDER BY priority DESC, rank, id LIMIT 1",
            (lane, self._now(), self._resting_ids()),
        ).fetchone()
        return row is not None

    def claim(self, transaction: sqlite3.Connection, lane: str) -> QueueItem | None:
        """Take the most urgent, then oldest item of a lane; it counts as one try."""
        row = transaction.execute(
            "UPDATE offline_queue SET state = 'claimed', tries = tries + 1 WHERE id = ("
            " SELECT id FROM offline_queue WHERE lane = ? AND state = 'waiting'"
            " AND (due_at IS NULL OR due_at <= ?)"
            " AND id NOT IN (SELECT value FROM json_each(?))"
            " ORDER BY priority DESC, rank, id LIMIT 1) RETURNING *",
            (lane, self._now(), self._resting_ids()),
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
            "UPDATE offline_queue SET state = ? WHERE lane = ? AND subject = ? AND state = ?"
            " RETURNING id",
            (to, lane, subject, expected),
        ).fetchone()
        if changed is None:
            raise WrongStateError(f"item {subject} of {lane} is not {expected}")
        if to is ItemState.WAITING:
            self._touched.add(lane)
            self._ageing_of(lane).join(changed["id"], changed["id"])

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

    def renew(self, transaction: sqlite3.Connection, lane: str, subject: int) -> None:
        """Give a waiting item all its tries again, and the next one at once."""
        row = transaction.execute(
            "UPDATE offline_queue SET tries = 0, expires_at = NULL, due_at = min(due_at, ?)"
            " WHERE lane = ? AND subject = ? RETURNING id",
            (self._now(), lane, subject),
        ).fetchone()
        with self._resting_lock:
            self._resting.pop(row["id"], None)
        self._touched.add(lane)

    def reschedule(
        self, transaction: sqlite3.Connection, lane: str, subject: int, due_at: datetime
    ) -> None:
        """Let a waiting item be claimed from another moment on; it expires as much later.

        Raises:
            WrongStateError: It is not waiting.
        """
        item = self.find(transaction, lane, subject)
        if item is None or item.state is not ItemState.WAITING:
            raise WrongStateError(f"item {subject} of {lane} is not waiting")
        expires_at = item.expires_at
        if expires_at is not None:
            expires_at += due_at - (item.due_at or item.put_at)
        transaction.execute(
            "UPDATE offline_queue SET due_at = ?, expires_at = ? WHERE id = ?",
            (_text(due_at), _text(expires_at), item.id),
        )
        self._touched.add(lane)

    def move(self, transaction: sqlite3.Connection, lane: str, to: str, at_most: int) -> list[int]:
        """Move what waits in a lane to another, the first first; return the subjects.

        Age and rank stay. What is due later stays where it is until then.
        """
        rows = transaction.execute(
            "SELECT subject FROM offline_queue INDEXED BY offline_queue_waiting"
            " WHERE lane = ? AND state = 'waiting' AND (due_at IS NULL OR due_at <= ?)"
            " ORDER BY priority DESC, rank, id LIMIT ?",
            (lane, self._now(), at_most),
        ).fetchall()
        subjects = sorted(int(row["subject"]) for row in rows)
        for subject in subjects:
            self.move_one(transaction, lane, to, subject)
        return subjects

    def move_one(self, transaction: sqlite3.Connection, lane: str, to: str, subject: int) -> None:
        """Move a waiting item to another lane.

        Raises:
            WrongStateError: It is not waiting.
        """
        row = transaction.execute(
            "UPDATE offline_queue SET lane = ? WHERE lane = ? AND subject = ?"
            " AND state = 'waiting' RETURNING id",
            (to, lane, subject),
        ).fetchone()
        if row is None:
            raise WrongStateError(f"item {subject} of {lane} is not waiting")
        self._touched.add(to)
        self._ageing_of(to).join(row["id"], row["id"])

    def raise_waiting(
        self, transaction: sqlite3.Connection, lane: str, served_s: float
    ) -> list[tuple[int, Priority]]:
        """Note that a lane was served for a while; raise what has waited too long for its turn.

        It rises by a priority, at most to HIGH, and goes by age alone there, so nothing starves.
        Only time in which the lane's worker worked counts, so that after an outage the backlog is
        in the order that the rules gave it. What was planned for later waits from then on.

        Returns:
            Subjects and their new priorities.
        """
        ageing = self._ageing_of(lane)
        newest = transaction.execute("SELECT max(id) FROM offline_queue").fetchone()[0] or 0
        raised = []
        for span in ageing.served(served_s, newest):
            rows = transaction.execute(
                # with a rank of its own it would wait for ever behind a stream of lower ones
                "UPDATE offline_queue SET priority = min(priority + 1, :highest), rank = 0"
                " WHERE lane = :lane AND state = 'waiting' AND priority <= :highest"
                " AND (priority < :highest OR rank > 0) AND id > :after AND id <= :last"
                " AND (due_at IS NULL OR due_at <= :due_before) RETURNING subject, priority",
                {
                    "lane": lane,
                    "highest": Priority.HIGH,
                    "after": span.after_id,
                    "last": span.last_id,
                    "due_before": _text(self._clock.now() - self._raise_after),
                },
            ).fetchall()
            raised += [(row["subject"], Priority(row["priority"])) for row in rows]
            if rows or _has_plans(transaction, lane, span):
                ageing.wait_again(span)
        return raised

    def find(self, connection: sqlite3.Connection, lane: str, subject: int) -> QueueItem | None:
        """Return the item of a subject, None if there is none."""
        row = connection.execute(
            "SELECT * FROM offline_queue WHERE lane = ? AND subject = ?", (lane, subject)
        ).fetchone()
        return None if row is None else _item(row)

    def left_behind(self, connection: sqlite3.Connection, lane: str) -> list[QueueItem]:
        """List what was claimed and never settled: at start, what a crash interrupted."""
        rows = connection.execute(
            "SELECT * FROM offline_queue WHERE lane = ? AND state = 'claimed' ORDER BY id",
            (lane,),
        )
        return [_item(row) for row in rows]

    def counts(self, connection: sqlite3.Connection) -> list[Count]:
        """Count what is not over, by lane, state and priority; what is due later does not wait."""
        rows = connection.execute(
            "SELECT lane, state, priority, count(*) AS number,"
            " min(max(put_at, coalesce(due_at, put_at))) AS oldest"
            " FROM offline_queue WHERE state IN ('waiting', 'claimed', 'held', 'dead')"
            " AND (state <> 'waiting' OR due_at IS NULL OR due_at <= ?)"
            " GROUP BY lane, state, priority",
            (self._now(),),
        )
        return [
            Count(
                row["lane"],
                ItemState(row["state"]),
                Priority(row["priority"]),
                row["number"],
                datetime.fromisoformat(row["oldest"]),
            )
            for row in rows
        ]

    def waker(self, lane: str) -> threading.Event:
        """Return the event that is set when the lane may have new work."""
        return self._wakers.setdefault(lane, threading.Event())

    def wake_touched(self) -> None:
        """Wake the workers of the lanes that the last transaction touched."""
        while self._touched:
            self.waker(self._touched.pop()).set()

    def _ageing_of(self, lane: str) -> LaneAgeing:
        return self._ageing.setdefault(lane, LaneAgeing(self._raise_after.total_seconds()))

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="milliseconds")

    def _resting_ids(self) -> str:
        now = self._clock.monotonic()
        with self._resting_lock:
            self._resting = {item: until for item, until in self._resting.items() if until > now}
            return json.dumps(list(self._resting))


def _has_plans(connection: sqlite3.Connection, lane: str, span: Span) -> bool:
    """Tell whether items of a span have a moment before which they are not to be claimed."""
    row = connection.execute(
        "SELECT 1 FROM offline_queue INDEXED BY offline_queue_waiting WHERE lane = ?"
        " AND state = 'waiting' AND due_at IS NOT NULL AND id > ? AND id <= ? LIMIT 1",
        (lane, span.after_id, span.last_id),
    ).fetchone()
    return row is not None


def _item(row: sqlite3.Row) -> QueueItem:
    return QueueItem(
        id=row["id"],
        lane=row["lane"],
        subject=row["subject"],
        priority=Priority(row["priority"]),
        state=ItemState(row["state"]),
        tries=row["tries"],
        rank=row["rank"],
        put_at=datetime.fromisoformat(row["put_at"]),
        due_at=_moment(row["due_at"]),
        expires_at=_moment(row["expires_at"]),
    )


def _text(moment: datetime | None) -> str | None:
    """Return a moment as text that can be compared: in UTC, as all of them."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
