"""Notes on their way to the database: in order, and again and again until it takes them."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from wix_printer_service.errors import StorageError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from concurrent.futures import Future

    from wix_printer_service.storage.database import Database

log = structlog.get_logger(__name__)

MOST_NOTES = 1000
"""More than this do not wait for a database that takes nothing: the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something to write down.

    ``write`` does it inside a transaction; ``written`` is called with its result after the commit.
    """

    write: Callable[[sqlite3.Connection], int | None]
    written: Callable[[int | None], None] | None = None


class Notebook:
    """Writes notes down without ever making anybody wait."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: deque[Note] = deque()
        self._is_writing = False
        self._is_failing = False

    def add(self, note: Note) -> None:
        """Add a note behind all others, and offer the database what waits."""
        with self._lock:
            self._waiting.append(note)
            self._forget_too_many()
        self.write()

    def write(self) -> None:
        """Offer the database the first that waits, unless it has one already; returns at once.

        One at a time: else a later note could be written though an earlier one was not.
        """
        with self._lock:
            if self._is_writing or not self._waiting:
                return
            self._is_writing = True
            note = self._waiting.popleft()
        try:
            future = self._database.submit(note.write)
        except StorageError as error:  # it is not open
            self._put_back(note, error)
        else:
            future.add_done_callback(lambda done: self._ended(note, done))

    def _ended(self, note: Note, future: Future[int | None]) -> None:
        error = future.exception()
        if isinstance(error, StorageError):
            self._put_back(note, error)
            return
        self._is_failing = False
        if error is not None:  # a mistake of ours: it would fail for ever and hold up all others
            log.error("connectivity_note_lost", reason=repr(error))
        elif note.written is not None:
            note.written(future.result())
        with self._lock:
            self._is_writing = False
        self.write()

    def _put_back(self, note: Note, error: StorageError) -> None:
        if not self._is_failing:
            log.warning("connectivity_not_recorded", reason=str(error))
        self._is_failing = True
        with self._lock:
            self._waiting.appendleft(note)
            self._forget_too_many()
            self._is_writing = False

    def _forget_too_many(self) -> None:
        while len(self._waiting) > MOST_NOTES:
            self._waiting.popleft()
