"""A database of our schema in memory, for what needs rows and no durability."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

from wix_printer_service import order_records
from wix_printer_service.models import OrderState
from wix_printer_service.storage.migrations import migrate

RECEIVED_AT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def memory_database() -> sqlite3.Connection:
    """Return a connection in the mode that the writer uses; threads may share it."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    migrate(connection)
    return connection


def add_order(connection: sqlite3.Connection, order_id: str) -> str:
    """Write down that there is an order, for jobs to belong to."""
    order_records.add_order(connection, order_id, OrderState.ACCEPTED, RECEIVED_AT)
    return order_id
