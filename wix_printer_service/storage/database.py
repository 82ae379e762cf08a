"""The database file: pragmas that are read back, the writer, and connections to read with."""

from __future__ import annotations

import fcntl
import os
import queue
import sqlite3
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

import structlog

from wix_printer_service.errors import DatabaseRefusedError, StorageError
from wix_printer_service.storage.failures import is_damage, storage_error
from wix_printer_service.storage.files import beside
from wix_printer_service.storage.migrations import migrate, refuse_foreign
from wix_printer_service.storage.rescue.salvage import make_sound
from wix_printer_service.storage.rescue.set_aside import names_aside
from wix_printer_service.storage.room import Room
from wix_printer_service.storage.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from wix_printer_service.clock import Clock
    from wix_printer_service.settings import Storage

T = TypeVar("T")
log = structlog.get_logger(__name__)

SYNCHRONOUS_FULL = 2
PAGE_BYTES = 4096
FRAME_BYTES = PAGE_BYTES + 24
"""A page in the log with its header, https://www.sqlite.org/fileformat2.html#walformat."""
SQLITES_OWN_FRAMES = 1000
"""When SQLite moves the log into the database by itself (wal_autocheckpoint)."""
GROWTH_CACHE_PAGES = 20
LEAST_TO_START_BYTES = 65_536
"""SQLite's index of the log takes 32 KiB, https://www.sqlite.org/walformat.html#shm."""


class Database:
    """One SQLite file that one daemon works on.

    Every change goes through ``submit`` or ``write`` and is on disk when they end; readers never
    wait for the writer (WAL).
    """

    def __init__(self, settings: Storage, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._commit_listeners: list[Callable[[], None]] = []
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._lock_file: int | None = None
        self._connection: sqlite3.Connection | None = None
        self._writer: Writer | None = None
        self._opened: tuple[int, int] | None = None
        self._room = Room(settings.path.parent, settings.min_free_bytes, clock)
        self.damaged = threading.Event()
        """Set once the file must be closed and opened again: it turned out to be damaged, or the
        disk was away and is back, with another file of the same name.
        """

    @property
    def path(self) -> Path:
        """The database file."""
        return self._settings.path

    @property
    def writer(self) -> Writer:
        """The writer, once open.

        Raises:
            StorageError: The database is not open.
        """
        if self._writer is None:
            raise StorageError("the database is not open")
        return self._writer

    def open(self) -> None:
        """Open or make the file, bring its schema up to date and start the log at full size.

        Raises:
            DatabaseRefusedError: Another daemon works on it, or it is not ours.
            StorageError: It cannot be opened or made safe.
        """
        self.damaged.clear()
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock_file = self._take_lock()
            used_before = os.fstat(lock_file).st_size > 0
            timeout_s = self._settings.busy_timeout_s
            make_sound(self.path, self._clock, timeout_s, used_before=used_before)
            _make_file(self.path)
            self._opened = _identity(self.path)
            self._connection = self._connect()
            version = self._prepare(self._connection)
        except (OSError, sqlite3.Error) as error:
            self.close()
            message = f"cannot open the database {self.path}: {error}{self._if_full()}"
            raise StorageError(message) from error
        except (DatabaseRefusedError, StorageError):
            self.close()
            raise
        if not used_before:
            _mark_as_used(lock_file)
        self._writer = Writer(self._connection, self._clock, self._committed, self._failed)
        log.info("database_opened", path=str(self.path), schema=version)

    def _prepare(self, connection: sqlite3.Connection) -> int:
        refuse_foreign(connection)  # before a setting is changed in it
        _make_safe(connection)
        self._use_whole_log(connection)
        version = migrate(connection)
        self._grow_log(connection)
        return version

    def close(self) -> None:
        """Close every connection; the writer must have stopped."""
        while not self._readers.empty():
            self._readers.get_nowait().close()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    def submit(self, change: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue a change; see ``Writer.submit``."""
        return self.writer.submit(change)

    def write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Apply a change and wait until it is on disk.

        Raises:
            StorageError: It could not be committed; nothing of it remains.
        """
        return self.submit(change).result()

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called in the writer's thread after every commit."""
        self._commit_listeners.append(listener)

    def remarks(self) -> list[str]:
        """Say what a person must know of the database, as long as it is so."""
        try:
            names = names_aside(self.path)
        except OSError as error:
            return [f"the database's folder cannot be read: {error}"]
        return [
            f"a damaged database was set aside as {name}: check today's orders in Wix,"
            " then delete it"
            for name in names
        ]

    def free_bytes(self) -> int:
        """Return how much room is left on the disk.

        Raises:
            StorageError: The disk does not say.
        """
        return self._room.free_bytes()

    def has_room(self) -> bool:
        """Tell whether the disk has room for new orders; what is stored prints without."""
        return self._room.is_enough()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a read-only connection.

        Raises:
            StorageError: The database cannot be read now.
        """
        try:
            connection = self._reader()
            try:
                yield connection
            finally:
                self._take_back(connection)
        except sqlite3.DatabaseError as error:
            self._failed(error)
            raise storage_error("cannot read the database", error) from error

    def _reader(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StorageError("the database is not open")
        with suppress(queue.Empty):
            return self._readers.get_nowait()
        connection = self._connect()
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _take_back(self, connection: sqlite3.Connection) -> None:
        if self._connection is None:
            connection.close()
        else:
            self._readers.put(connection)

    def _if_full(self) -> str:
        """Say that the disk is full if it is: SQLite has many names for that."""
        with suppress(StorageError):
            return " (the disk is full)" if self.free_bytes() < LEAST_TO_START_BYTES else ""
        return ""

    def _failed(self, error: Exception) -> None:
        if is_damage(error) or self._is_replaced():
            self.damaged.set()

    def _is_replaced(self) -> bool:
        with suppress(OSError):  # away is not replaced
            return _identity(self.path) != self._opened
        return False

    def _committed(self) -> None:
        for listener in self._commit_listeners:
            listener()

    def _take_lock(self) -> int:
        # two daemons on one file would print everything twice
        lock_path = beside(self.path, ".lock")
        self._lock_file = os.open(lock_path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another wix-printer is already running on {self.path}"
            raise DatabaseRefusedError(message) from error
        return self._lock_file

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path,
            timeout=self._settings.busy_timeout_s,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.row_factory = sqlite3.Row
        connection.text_factory = _text
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA journal_size_limit = {self._settings.wal_size_bytes * 2}")
        return connection

    def _use_whole_log(self, connection: sqlite3.Connection) -> None:
        """Move the log into the database when it is nearly full: each time costs two flushes."""
        frames = self._settings.wal_size_bytes * 9 // 10 // FRAME_BYTES
        if frames > SQLITES_OWN_FRAMES:
            connection.execute(f"PRAGMA wal_autocheckpoint = {frames}").fetchone()

    def _grow_log(self, connection: sqlite3.Connection) -> None:
        """Write the log to its full size once: later commits overwrite blocks that exist.

        On ext4 that is one flush per commit instead of two. What is undone again reaches the log,
        because it does not fit the cache, and never the database.
        """
        log_file, size = beside(self.path, "-wal"), self._settings.wal_size_bytes
        if log_file.exists() and log_file.stat().st_size >= size:
            return
        if self.free_bytes() < size + self._settings.min_free_bytes:
            log.warning("log_not_grown", reason="the disk is nearly full")
            return
        try:
            _write_and_undo(connection, size + GROWTH_CACHE_PAGES * PAGE_BYTES)
        except sqlite3.OperationalError as error:  # it only makes commits faster
            log.warning("log_not_grown", reason=str(error))
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def _write_and_undo(connection: sqlite3.Connection, size: int) -> None:
    usual = connection.execute("PRAGMA cache_size").fetchone()[0]
    connection.execute(f"PRAGMA cache_size = {GROWTH_CACHE_PAGES}")
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE log_growth (filler BLOB)")
        connection.execute("INSERT INTO log_growth VALUES (zeroblob(?))", (size,))
        connection.execute("ROLLBACK")
    finally:
        connection.execute(f"PRAGMA cache_size = {usual}")


def _mark_as_used(lock_file: int) -> None:
    """Remember that there is a database, so that an empty file is never taken for a new one."""
    with suppress(OSError):  # a full disk: at the next start, then
        os.write(lock_file, b"used\n")


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _text(stored: bytes) -> str:
    """Return a text although a bad spot on the disk may have put anything into it."""
    return stored.decode("utf-8", "replace")


def _make_file(path: Path) -> None:
    """Make the file, for its owner only, before SQLite opens it.

    Never again after that: closing any descriptor of the file takes all of the process's locks on
    it away (POSIX), and the next program that closes the database would delete our log
    (https://www.sqlite.org/howtocorrupt.html#posix_close_bug).
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def _make_safe(connection: sqlite3.Connection) -> None:
    """Set what durability rests on, and read it back: SQLite ignores what it cannot do.

    Raises:
        StorageError: A setting did not take.
    """
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA secure_delete = ON")  # what a guest had erased is overwritten
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StorageError(f"the database is in journal mode {mode}, not WAL")
    connection.execute("PRAGMA synchronous = FULL")
    synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
    if synchronous != SYNCHRONOUS_FULL:
        raise StorageError(f"the database has synchronous={synchronous}, not FULL")
