"""A database with an evening's orders, ways to damage it, and what must be left of it."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wix_printer_service.clock import SystemClock
from wix_printer_service.settings import Storage
from wix_printer_service.storage.database import Database
from wix_printer_service.storage.rescue.mending import ITEM_STATES
from wix_printer_service.storage.rescue.pages import Pages
from wix_printer_service.storage.rescue.records import rows
from wix_printer_service.storage.rescue.tables import roots_of, tables_of
from wix_printer_service.storage.rescue.trees import Trees

if TYPE_CHECKING:
    from pathlib import Path

PAGE_BYTES = 4096
PATIENCE_S = 30.0
AT = "2026-11-20T18:00:00.000+00:00"
STATES = ("printed", "printed", "printed", "queued", "uncertain", "held", "dead", "sending")
MAY_CHANGE = {
    "orders": {"revision"},
    "print_jobs": {"copy_of"},
    "connectivity_events": {"outage_id"},
}
"""Columns that point to what may be lost."""
NOTHING_WITHOUT_THEIR_JOB = {
    "job_history": "job_id",
    "sent_documents": "job_id",
    "offline_queue": "subject",
}
"""Where rows of these tables name their job."""


def opened(path: Path, clock=None, **more) -> Database:
    database = Database(Storage(path=path, **{"wal_size_bytes": 0, **more}), clock or SystemClock())
    database.open()
    database.writer.start()
    return database


def close(database: Database) -> None:
    database.writer.stop()
    assert database.writer.join(PATIENCE_S)
    database.close()


def evening(transaction: sqlite3.Connection, orders: int, seed: int = 1) -> None:
    """Write down orders with all that belongs to them; a few texts are long."""
    chance = random.Random(seed)
    for number in range(orders):
        order_id = f"{chance.getrandbits(128):032x}"
        transaction.execute(
            "INSERT INTO orders (id, number, state, status, payment_status, method, revision,"
            " readable, received_at)"
            " VALUES (?, ?, 'accepted', 'APPROVED', 'PAID', 'pickup', 1, 1, ?)",
            (order_id, str(10_000 + number), AT),
        )
        payload = "Käse" * chance.choice((20, 100, 300, 2500))
        transaction.execute(
            "INSERT INTO order_revisions VALUES (?, 1, ?, ?, ?)",
            (order_id, f"event-{order_id}", payload, AT),
        )
        transaction.execute(
            "INSERT INTO inbox VALUES (?, 'created', ?, 'print', ?)",
            (f"event-{order_id}", order_id, AT),
        )
        for receipt in ("kitchen", "driver"):
            add_job(transaction, order_id, receipt, chance)
    transaction.execute("INSERT INTO local_numbers VALUES (7, '2026-11-20')")
    outage = transaction.execute(
        "INSERT INTO outages (component, cause, started_at) VALUES ('internet', 'refused', ?)",
        (AT,),
    ).lastrowid
    for number in range(100):
        transaction.execute(
            "INSERT INTO connectivity_events (component, from_state, to_state, cause, text, at,"
            " monotonic_s, outage_id)"
            " VALUES ('internet', 'ONLINE', 'OFFLINE', 'refused', '', ?, ?, ?)",
            (AT, number / 2, outage),
        )


def ask_wix(transaction: sqlite3.Connection) -> None:
    """Write down that some of the orders came because Wix was asked for them."""
    transaction.execute("UPDATE orders SET road = 'backfill' WHERE id < '8'")
    transaction.execute("INSERT INTO backfill VALUES (1, ?, ?, ?)", (AT, AT, AT))


def add_job(transaction, order_id, receipt, chance) -> None:
    state = chance.choice(STATES)
    job = transaction.execute(
        "INSERT INTO print_jobs (order_id, receipt, printer, state, reason, created_at, updated_at)"
        " VALUES (?, ?, 'kitchen', ?, 'so it is', ?, ?)",
        (order_id, receipt, state, AT, AT),
    ).lastrowid
    transaction.execute(
        "INSERT INTO offline_queue (lane, subject, priority, state, put_at)"
        " VALUES ('print:kitchen', ?, 1, ?, ?)",
        (job, ITEM_STATES[state], AT),
    )
    for before, after in (("", "queued"), ("queued", state)):
        transaction.execute(
            "INSERT INTO job_history (job_id, from_state, to_state, who, why, at)"
            " VALUES (?, ?, ?, 'daemon', 'so it is', ?)",
            (job, before, after, AT),
        )
    if state == "printed":
        transaction.execute(
            "INSERT INTO sent_documents VALUES (?, 1, ?)",
            (job, chance.randbytes(chance.choice((300, 900, 6000)))),
        )


def copy(source: Path, target: Path) -> Path:
    """Copy a database with its log."""
    target.parent.mkdir(exist_ok=True)
    for ending in ("", "-wal"):
        if (file := source.with_name(source.name + ending)).exists():
            shutil.copy(file, target.with_name(target.name + ending))
    return target


def overwrite(path: Path, offset: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


def all_rows(connection: sqlite3.Connection) -> dict[str, dict]:
    """Return every row of every table by its key."""
    found = {}
    for table in tables_of(connection):
        if table.name == "sqlite_sequence":
            continue
        cursor = connection.execute(
            f"SELECT {'rowid,' if table.has_rowid else ''} * FROM {table.name}"
        )
        names = [column[0] for column in cursor.description]
        keys = 1 if table.has_rowid else key_length(connection, table.name)
        found[table.name] = {
            tuple(row)[:keys]: dict(zip(names, tuple(row), strict=True)) for row in cursor
        }
    return found


def key_length(connection, table) -> int:
    return sum(bool(row[5]) for row in connection.execute(f"PRAGMA table_info({table})"))


@dataclass
class Truth:
    """What a sound database holds, and on which pages."""

    rows: dict[str, dict]
    counters: dict[str, int]
    pages_of: dict[tuple, set[int]]
    """On which pages a row lies, by table and key."""

    @classmethod
    def of(cls, path: Path) -> Truth:
        with closing(sqlite3.connect(path)) as connection:
            content = all_rows(connection)
            counters = dict(connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
            tables, roots = tables_of(connection), roots_of(connection)
            keys = {t.name: 1 if t.has_rowid else key_length(connection, t.name) for t in tables}
            where = {}
            with Pages(path) as pages:
                trees = Trees(pages)
                for table in tables:
                    for number in trees.pages_of(roots[table.name]):
                        touched = {number}

                        def read(other, touched=touched):
                            touched.add(other)
                            return pages.read(other)

                        for rowid, values in rows(pages.read(number), number, read):
                            key = (rowid,) if table.has_rowid else tuple(values[: keys[table.name]])
                            where[table.name, key] = set(touched)
                            touched.clear()
                            touched.add(number)
        return cls(content, counters, where)

    def missing(self, connection: sqlite3.Connection, bad_pages: set[int]) -> list[tuple]:
        """List the rows that are not there, or not as they were, though their pages are sound."""
        found = all_rows(connection)
        with_a_job = self.orders_with_a_job(bad_pages)
        lost = []
        for table, content in self.rows.items():
            for key, row in content.items():
                if self.pages_of[table, key] & bad_pages:
                    continue
                if table in NOTHING_WITHOUT_THEIR_JOB:
                    job = row[NOTHING_WITHOUT_THEIR_JOB[table]]
                    if self.pages_of["print_jobs", (job,)] & bad_pages:
                        continue
                if table == "inbox" and row["order_id"] not in with_a_job | {""}:
                    continue  # what Wix says again of such an order is to be heard
                now = found[table].get(key)
                if now is None or changed(row, now) - self.may_change(table, key, bad_pages):
                    lost.append((table, key))
        return lost

    def orders_with_a_job(self, bad_pages: set[int]) -> set[str]:
        """List the orders of which a job lies on a sound page."""
        jobs = self.rows["print_jobs"].items()
        kept = (job for key, job in jobs if not self.pages_of["print_jobs", key] & bad_pages)
        return {job["order_id"] for job in kept}

    def may_change(self, table, key, bad_pages) -> set[str]:
        if table == "print_jobs" and self.pages_of["offline_queue", key] & bad_pages:
            return {"copy_of", "state", "reason", "updated_at", "maybe_printed_at"}
        may_change = MAY_CHANGE.get(table, set())
        if table == "orders" and key[0] not in self.orders_with_a_job(bad_pages):
            return may_change | {"state"}
        return may_change


def changed(row, now) -> set[str]:
    return {name for name in row if row[name] != now[name]}


def contradictions(connection: sqlite3.Connection) -> list[str]:
    """Say where a database disagrees with itself."""
    found = [str(tuple(row)) for row in connection.execute("PRAGMA foreign_key_check")]
    found += [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    items = {}
    for item in connection.execute("SELECT subject, lane, state FROM offline_queue"):
        if item[0] in items:
            found.append(f"two items of job {item[0]}")
        items[item[0]] = (item[1], item[2])
    jobs = {
        row[0]: (f"print:{row[1]}", ITEM_STATES[row[2]])
        for row in connection.execute("SELECT id, printer, state FROM print_jobs")
    }
    found += [
        f"order {row[0]} has no receipts"
        for row in connection.execute(
            "SELECT id FROM orders WHERE state IN ('accepted', 'held')"
            " AND id NOT IN (SELECT order_id FROM print_jobs)"
        )
    ]
    found += [f"job {job}" for job in items.keys() | jobs.keys() if items.get(job) != jobs.get(job)]
    return found
