"""The tables that a database of ours has, with what is needed to find and read their rows."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wix_printer_service.storage.rescue.records import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from wix_printer_service.storage.rescue.pages import Pages
    from wix_printer_service.storage.rescue.records import Value
    from wix_printer_service.storage.rescue.trees import Trees

SCHEMA_ROOT = 1
SCHEMA_COLUMNS = 5
"""type, name, tbl_name, rootpage, sql"""
COUNTERS = "sqlite_sequence"
"""Where SQLite keeps the last ids of AUTOINCREMENT tables."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns as they are stored."""

    name: str
    columns: tuple[str, ...]
    required: frozenset[str]
    """Columns that are text and never empty of it: anything else there is damage."""
    numbers: frozenset[str]
    rowid_column: str | None
    """The column that the rowid is the value of, if any."""
    has_rowid: bool
    has_counter: bool

    def fits(self, values: list[Value]) -> bool:
        """Tell whether values can be a row of this table."""
        if not 0 < len(values) <= len(self.columns):
            return False
        return all(
            self._may_be(column, value) for column, value in zip(self.columns, values, strict=False)
        )

    def is_like(self, values: list[Value]) -> bool:
        """Tell whether values are a row of this table, so far as that can be told."""
        return len(values) == len(self.columns) and self.fits(values)

    def _may_be(self, column: str, value: Value) -> bool:
        if column in self.numbers:
            return value is None or isinstance(value, int)
        return column not in self.required or isinstance(value, str)


def tables_of(connection: sqlite3.Connection) -> list[Table]:
    """List the tables of a sound database, those that others refer to first."""
    with closing(connection.execute("PRAGMA table_list")) as cursor:
        without_rowid = {row[1]: bool(row[4]) for row in cursor}
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY rowid"
    ).fetchall()
    return [_table(connection, name, sql, without_rowid=without_rowid[name]) for name, sql in found]


def roots_of(connection: sqlite3.Connection) -> dict[str, int]:
    """Return where the tables and indexes of a sound database begin."""
    found = connection.execute("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0")
    return dict(found.fetchall())


def surviving_roots(pages: Pages, trees: Trees, usual: Mapping[str, int]) -> dict[str, int]:
    """Return where tables and indexes begin, by what is left of the schema, else as usual.

    SQLite keeps the first pages of a file that can be vacuumed in steps for roots, in the order in
    which tables and indexes were made: so all our databases have the same ones.
    """
    roots = dict(usual)
    for number in trees.pages_of(SCHEMA_ROOT):
        for row in rows(pages.read(number), number, pages.read):
            if row is not None and len(row[1]) == SCHEMA_COLUMNS:
                _, name, _, root, _ = row[1]
                if isinstance(name, str) and isinstance(root, int) and name in roots:
                    roots[name] = root
    return roots


def statement(*words: str) -> str:
    """Put a statement together of fixed words and of names in our own schema."""
    return " ".join(words)


def _table(connection: sqlite3.Connection, name: str, sql: str, *, without_rowid: bool) -> Table:
    columns = connection.execute(f"PRAGMA table_info({name})").fetchall()
    keys = sorted((row for row in columns if row[5]), key=lambda row: row[5])
    if without_rowid:  # the key comes first there
        columns = [*keys, *(row for row in columns if not row[5])]
    rowid_column = None
    if not without_rowid and [row[2].upper() for row in keys] == ["INTEGER"]:
        rowid_column = keys[0][1]
    return Table(
        name=name,
        columns=tuple(row[1] for row in columns),
        required=frozenset(row[1] for row in columns if row[2] == "TEXT" and (row[3] or row[5])),
        numbers=frozenset(row[1] for row in columns if row[2] == "INTEGER"),
        rowid_column=rowid_column,
        has_rowid=not without_rowid,
        has_counter="AUTOINCREMENT" in sql.upper(),
    )
