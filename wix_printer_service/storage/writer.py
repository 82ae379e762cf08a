"""The only thread that writes: all changes that wait share one transaction and one flush.

Why: one flush per order alone, far fewer under load, and no change ever waits for a lock. Measured
against a connection per thread, the longest wait on a slow card falls from seconds to the time of a
few flushes.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from wix_printer_service.errors import StorageError
from wix_printer_service.fault_points import reach
from wix_printer_service.lifecycle import Worker
from wix_printer_service.storage.failures import storage_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.clock import Clock

    Change = Callable[[sqlite3.Connection], Any]

T = TypeVar("T")

IDLE_S = 1.0
"""How long a turn waits for a first change."""
LARGEST_BATCH = 256
"""More changes than this do not share a transaction, so that none waits too long."""
GATHER_FROM_S = 0.001
GATHER_SHARE = 0.1
GATHER_MOST_S = 0.002


class Writer(Worker):
    """Applies changes in the order they were submitted, many to a transaction.

    Args:
        connection: The write connection, in autocommit mode; used by this thread only.
        on_commit: Called after each commit, before anyone learns of it.
        on_failure: Called with every error of the database.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        clock: Clock,
        on_commit: Callable[[], None],
        on_failure: Callable[[Exception], None],
    ) -> None:
        super().__init__("database-writer", clock)
        self._connection = connection
        self._on_commit = on_commit
        self._on_failure = on_failure
        self._changes: queue.SimpleQueue[tuple[Change, Future[Any]]] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._commit_s = 0.0
        self._had_company = False
        self.last_commit_failed = False

    def submit(self, change: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue a change; the future ends after COMMIT, or with the error that undid the change.

        A change may raise to undo itself; others in the same transaction are not touched.
        """
        future: Future[T] = Future()
        with self._door:  # nothing may slip in behind the last change that is looked for
            closing = self.stopping.is_set()
            if not closing:
                self._changes.put((change, future))
        if closing:
            future.set_exception(StorageError("the database is closing"))
        return future

    def stop(self) -> None:
        """Take no more changes, and end once those that wait are committed."""
        with self._door:
            super().stop()
        self._changes.put((_nothing, Future()))  # ends the wait for a change

    def turn(self) -> None:
        """Wait for a change and commit it with all that wait by then."""
        try:
            first = self._changes.get(timeout=IDLE_S)
        except queue.Empty:
            return
        self._gather()
        batch = [first, *self._waiting(LARGEST_BATCH - 1)]
        started = self.clock.monotonic()
        self._commit(batch)
        self._commit_s = self.clock.monotonic() - started
        self._had_company = len(batch) > 1

    def finish(self) -> None:
        """Commit what was submitted before the stop."""
        while batch := self._waiting(LARGEST_BATCH):
            self._commit(batch)

    def _gather(self) -> None:
        # under load a tenth of a commit brings more company than it costs
        if self._had_company and self._commit_s > GATHER_FROM_S:
            pause_s = min(self._commit_s * GATHER_SHARE, GATHER_MOST_S)
            self.clock.wait(self.stopping, pause_s)

    def _waiting(self, most: int) -> list[tuple[Change, Future[Any]]]:
        batch: list[tuple[Change, Future[Any]]] = []
        while len(batch) < most:
            try:
                batch.append(self._changes.get_nowait())
            except queue.Empty:
                break
        return batch

    def _commit(self, batch: list[tuple[Change, Future[Any]]]) -> None:
        wanted = [(c, f) for c, f in batch if f.set_running_or_notify_cancel()]
        if not wanted:
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._apply(change) for change, _ in wanted]
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            self.last_commit_failed = True
            self._on_failure(error)
            _fail(wanted, error)
            return
        self.last_commit_failed = False
        reach("change_committed")
        try:
            self._on_commit()
        finally:
            _tell([future for _, future in wanted], outcomes)

    def _apply(self, change: Change) -> tuple[Any, Exception | None]:
        self._connection.execute("SAVEPOINT change")
        try:
            result = change(self._connection)
        except Exception as error:  # it belongs to whoever submitted the change
            self._on_failure(error)
            if not self._connection.in_transaction:
                # SQLite has undone the whole transaction (disk full, I/O error): so all have failed
                message = f"the transaction was undone: {error}"
                raise sqlite3.OperationalError(message) from error
            self._connection.execute("ROLLBACK TO change")
            self._connection.execute("RELEASE change")
            return None, _as_storage_error(error)
        self._connection.execute("RELEASE change")
        return result, None

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):  # whoever waits must hear of the failure in any case
                self._connection.execute("ROLLBACK")


def _tell(futures: list[Future[Any]], outcomes: list[tuple[Any, Exception | None]]) -> None:
    for future, (result, failure) in zip(futures, outcomes, strict=True):
        if failure is None:
            future.set_result(result)
        else:
            future.set_exception(failure)


def _nothing(_connection: sqlite3.Connection) -> None:
    """Change nothing."""


def _as_storage_error(error: Exception) -> Exception:
    # DatabaseError itself is a damaged file; its other children are mistakes of the caller
    if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
        return storage_error("the database could not take the change", error)
    return error


def _fail(batch: list[tuple[Change, Future[Any]]], error: sqlite3.Error) -> None:
    for _, future in batch:
        future.set_exception(storage_error("the database could not commit", error))
