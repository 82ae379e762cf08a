"""Whether the database file is ours, and sound: asked before anything in it is changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from wix_printer_service.storage.failures import is_damage
from wix_printer_service.storage.files import beside
from wix_printer_service.storage.migrations import (
    APPLICATION_ID,
    known_version,
    migrate,
    refuse_foreign,
    version_of,
)
from wix_printer_service.storage.rescue.log_file import read_log
from wix_printer_service.storage.rescue.pages import Pages

if TYPE_CHECKING:
    from pathlib import Path

OUR_TABLES = frozenset({"orders", "print_jobs", "offline_queue"})
"""A database that has these is ours, whatever its header says."""
READS_THAT_FAIL = frozenset({sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_CORRUPTFS})
UNKNOWN_FORMATS = frozenset({sqlite3.SQLITE_ERROR})
"""How SQLite answers to a schema format that it does not know."""
TRIES = 2
"""A place that cannot be read twice in a row is a bad spot on the disk."""
VERSION_AT = slice(60, 64)
FIXED_FIELDS = (
    (slice(16, 18), (b"\x10\x00",)),  # bytes in a page
    (slice(18, 20), (b"\x01\x01", b"\x02\x02")),  # without a log, with one
    (slice(20, 24), (b"\x00\x40\x20\x20",)),
    (slice(44, 48), (b"\x00\x00\x00\x04",)),  # schema format
    (slice(56, 60), (b"\x00\x00\x00\x01",)),  # UTF-8
    (slice(68, 72), (APPLICATION_ID.to_bytes(4, "big"),)),
)
"""What the header of every database of ours holds, and SQLite believes without a check:
https://www.sqlite.org/fileformat2.html#the_database_header."""


def damage_of(path: Path, busy_timeout_s: float, *, used_before: bool) -> str:
    """Say what is wrong with the database at ``path``; empty if it is sound or new.

    Args:
        path: The database file.
        busy_timeout_s: How long to wait for a lock that another program holds.
        used_before: Whether a daemon has worked on it.

    Raises:
        DatabaseRefusedError: It is that of another program or of a newer version.
        sqlite3.Error: It cannot be looked at now.
    """
    if not path.exists() or not path.stat().st_size:
        if read_log(beside(path, "-wal")).page_count:
            return "the file is gone or empty, and the log beside it is not"
        return "the file is empty" if used_before and path.exists() else ""
    for _ in range(TRIES):
        try:
            return _damage(path, busy_timeout_s)
        except sqlite3.DatabaseError as error:
            if is_damage(error) or error.sqlite_errorcode in UNKNOWN_FORMATS:
                return str(error)
            if error.sqlite_errorcode not in READS_THAT_FAIL:
                raise
    return "a part of the file cannot be read"


def written_version(pages: Pages) -> int:
    """Return the schema's version as the header has it, the newest where that cannot be."""
    version = int.from_bytes(pages.read(1)[VERSION_AT], "big")
    return version if 0 < version <= known_version() else known_version()


def _damage(path: Path, busy_timeout_s: float) -> str:
    # read-only, so that closing neither empties nor deletes the log; but what a crash left half
    # done before there was a log can be undone by writing only
    mode = "rw" if beside(path, "-journal").exists() else "ro"
    address = f"{path.absolute().as_uri()}?mode={mode}"
    with closing(
        sqlite3.connect(address, timeout=busy_timeout_s, isolation_level=None, uri=True)
    ) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        is_ours = tables >= OUR_TABLES
        if not is_ours:
            refuse_foreign(connection)
        found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
        if found == "ok":
            found = _damage_of_schema(connection) if is_ours else ""
    with Pages(path) as pages:  # once no connection is open, see there
        return found or _damage_of_pages(pages, is_ours=is_ours)


def _damage_of_schema(connection: sqlite3.Connection) -> str:
    version = version_of(connection)
    if not version:
        return "the schema has no version"
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        migrate(model, up_to=version)
        expected, found = _columns(model), _columns(connection)
    wrong = [table for table in expected if found.get(table) != expected[table]]
    return f"the schema is damaged: {', '.join(wrong)}" if wrong else ""


def _columns(connection: sqlite3.Connection) -> dict[str, list[str]]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        table: [row[1] for row in connection.execute(f"PRAGMA table_info('{table}')")]
        for (table,) in tables
    }


def _damage_of_pages(pages: Pages, *, is_ours: bool) -> str:
    if pages.log_is_damaged:
        return "the log is damaged before its last commit"
    header = pages.read(1)
    if is_ours and any(header[place] not in known for place, known in FIXED_FIELDS):
        return "the header is damaged"
    return ""
