"""Numbered schema steps: a step and its record share one transaction."""

from __future__ import annotations

import re
import sqlite3
from importlib import resources
from typing import TYPE_CHECKING

from wix_printer_service.errors import DatabaseRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

APPLICATION_ID = 0x57505253
"""Marks a file as ours ("WPRS"), https://www.sqlite.org/fileformat2.html#application_id."""


def migrate(connection: sqlite3.Connection, up_to: int | None = None) -> int:
    """Bring the schema up to date, or to an earlier version, and return its version.

    Raises:
        DatabaseRefusedError: The file belongs to another program or to a newer version.
    """
    refuse_foreign(connection)
    steps = _steps()[:up_to]
    version = version_of(connection)
    for number, script in enumerate(steps[version:], start=version + 1):
        _apply(connection, number, script)
    return len(steps)


def known_version() -> int:
    """Return the newest version of the schema."""
    return len(_steps())


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version of a database's schema; 0 if it is new."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def refuse_foreign(connection: sqlite3.Connection) -> None:
    """Look, and change nothing.

    Raises:
        DatabaseRefusedError: The file belongs to another program or to a newer version.
    """
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application_id != APPLICATION_ID and tables:
        raise DatabaseRefusedError("the file is the database of another program")
    version, known = version_of(connection), known_version()
    if version > known:
        message = (
            f"the database has schema {version}, this version knows {known}: "
            "install the newer version again, or restore a backup made before the upgrade"
        )
        raise DatabaseRefusedError(message)


def _steps() -> list[str]:
    folder = resources.files("wix_printer_service.storage") / "schema"
    names = sorted(f.name for f in folder.iterdir() if re.fullmatch(r"\d{4}_\w+\.sql", f.name))
    return [(folder / name).read_text(encoding="utf-8") for name in names]


def _apply(connection: sqlite3.Connection, number: int, script: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _statements(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:  # a full disk may have undone it already
            connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    # sqlite3's own executescript() commits first, which would part a step from its record
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():  # a last statement without its semicolon is a statement too
        yield statement
