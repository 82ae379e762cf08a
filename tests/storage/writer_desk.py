"""A writer on a real file, and what others see of its work."""

from __future__ import annotations

import sqlite3

from wix_printer_service.storage.writer import Writer


class Desk:
    """A writer on a real file, with a second connection to see what others see."""

    def __init__(self, folder, clock):
        self.path = folder / "some.db"
        self.own = self.connect()
        self.own.execute("PRAGMA journal_mode = WAL")
        self.own.execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY, filler BLOB)")
        self.own.execute("CREATE TABLE parts (number INTEGER REFERENCES numbers)")
        self.own.execute("PRAGMA foreign_keys = ON")
        self.other = self.connect()
        self.statements = []
        self.own.set_trace_callback(self.statements.append)
        self.heard = []
        self.failures = []
        self.writer = Writer(
            self.own, clock, lambda: self.heard.append(self.seen()), self.failures.append
        )

    def connect(self):
        return sqlite3.connect(
            self.path, timeout=0.0, isolation_level=None, check_same_thread=False
        )

    def put(self, number):
        return self.writer.submit(adding(number))

    def seen(self):
        """What another connection sees: what is committed."""
        return [row[0] for row in self.other.execute("SELECT number FROM numbers ORDER BY 1")]

    @property
    def commits(self):
        return self.statements.count("COMMIT")


def adding(number, filler_bytes=0):
    def change(transaction):
        transaction.execute("INSERT INTO numbers VALUES (?, zeroblob(?))", (number, filler_bytes))
        return number * 10

    return change
