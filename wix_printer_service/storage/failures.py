"""What SQLite's errors mean for whoever waits: try later, or the file is damaged."""

from __future__ import annotations

import sqlite3

from wix_printer_service.errors import DamagedDatabaseError, StorageError

DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
PRIMARY_CODE = 0xFF
"""The part of a result code that names its family, https://www.sqlite.org/rescode.html."""


def is_damage(error: BaseException) -> bool:
    """Tell whether an error says that the database file is damaged."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(code, int) and code & PRIMARY_CODE in DAMAGE


def storage_error(what: str, error: sqlite3.Error) -> StorageError:
    """Return an error that says what could not be done, and why."""
    family = DamagedDatabaseError if is_damage(error) else StorageError
    return family(f"{what}: {error}")
