"""Carries over what can be read of a damaged database into a new one, table by table."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wix_printer_service.storage.rescue.records import Kind, kind_of, rows
from wix_printer_service.storage.rescue.tables import (
    COUNTERS,
    roots_of,
    statement,
    surviving_roots,
    tables_of,
)
from wix_printer_service.storage.rescue.trees import Trees

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from wix_printer_service.storage.rescue.pages import Pages
    from wix_printer_service.storage.rescue.records import Row
    from wix_printer_service.storage.rescue.tables import Table

LOST_COUNTER_STEP = 1000
"""How far a counter jumps that cannot be read: the last rows may be lost too."""
ROW_KINDS = {
    True: {Kind.TABLE_LEAF, Kind.TABLE_INTERIOR},
    False: {Kind.INDEX_LEAF, Kind.INDEX_INTERIOR},
}
"""What the pages of a table are, with rowid or without."""


@dataclass(slots=True)
class Tally:
    """What was carried over and what was not, by table; counts only."""

    saved: Counter[str] = field(default_factory=Counter)
    lost_rows: Counter[str] = field(default_factory=Counter)
    """Rows that were seen and could not be read, or fitted in nowhere."""
    lost_pages: Counter[str] = field(default_factory=Counter)
    """Pages of which nothing could be read: nobody knows how many rows they had."""


def carry_over(pages: Pages, new: sqlite3.Connection) -> Tally:
    """Fill a new database, of the same schema, with every row that can be read.

    Runs in the caller's transaction, with foreign keys off.
    """
    tally, trees = Tally(), Trees(pages)
    counters: dict[str, object] = {}
    tables = tables_of(new)
    roots = surviving_roots(pages, trees, roots_of(new))
    strays = _by_table(pages, trees.strays(set(roots.values())), tables)
    for table in tables:
        numbers = trees.pages_of(roots[table.name], set(roots.values()))
        found = _rows(pages, table, [*numbers, *strays[table.name]], tally)
        if table.name == COUNTERS:
            counters = {str(values[0]): values[1] for _, values in found}
        else:
            _insert(new, table, found, tally)
    step = LOST_COUNTER_STEP if tally.lost_pages[COUNTERS] or tally.lost_rows[COUNTERS] else 0
    for table in tables:
        if table.has_counter:
            _set_counter(new, table, counters.get(table.name), step)
    return tally


def _by_table(pages: Pages, strays: list[int], tables: list[Table]) -> dict[str, list[int]]:
    """Tell from their rows to which tables pages belong that no other page names any more."""
    found: dict[str, list[int]] = defaultdict(list)
    for number in strays:
        page = pages.read(number)
        content = list(rows(page, number, pages.read))
        for table in tables:
            is_kind = content and kind_of(page, number) in ROW_KINDS[table.has_rowid]
            if is_kind and all(row is not None and table.is_like(row[1]) for row in content):
                found[table.name].append(number)
                break
    return found


def _rows(pages: Pages, table: Table, numbers: list[int], tally: Tally) -> Iterator[Row]:
    for number in numbers:
        page = pages.read(number)
        if kind_of(page, number) not in ROW_KINDS[table.has_rowid]:
            tally.lost_pages[table.name] += 1
            continue
        for row in rows(page, number, pages.read):
            if row is None or not table.fits(row[1]):
                tally.lost_rows[table.name] += 1
            else:
                yield row


def _insert(new: sqlite3.Connection, table: Table, found: Iterator[Row], tally: Tally) -> None:
    for rowid, values in found:
        row = dict(zip(table.columns, values, strict=False))
        if table.rowid_column is not None:
            row[table.rowid_column] = rowid
        elif table.has_rowid:
            row["rowid"] = rowid
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        insert = statement("INSERT OR IGNORE INTO", table.name, f"({names}) VALUES ({marks})")
        cursor = new.execute(insert, tuple(row.values()))
        kept = tally.saved if cursor.rowcount else tally.lost_rows
        kept[table.name] += 1


def _set_counter(new: sqlite3.Connection, table: Table, read: object, step: int) -> None:
    """See to it that no id is given twice."""
    largest = new.execute(statement("SELECT max(rowid) FROM", table.name)).fetchone()[0] or 0
    last = max(largest, read) if isinstance(read, int) else largest + step
    new.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
    if last:
        new.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, last))
