"""``orders``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wix_printer_service import order_records
from wix_printer_service.api.status_reports import order_report
from wix_printer_service.cli.client import ask_or_read
from wix_printer_service.cli.common import AsJson, ConfigFile, moment, settings_from, show

if TYPE_CHECKING:
    import sqlite3

    from wix_printer_service.settings import Settings

COLUMNS = ("number", "state", "status", "payment_status", "method", "due_at", "road", "id")
Limit = Annotated[int, typer.Option(min=1, max=500, help="How many at most.")]


def orders(config_file: ConfigFile = None, limit: Limit = 50, as_json: AsJson = False) -> None:
    """List the orders that came last, newest first."""

    def read(connection: sqlite3.Connection) -> list[dict[str, Any]]:
        found = order_records.newest(connection, limit)
        return [order_report(connection, order).model_dump(mode="json") for order in found]

    settings = settings_from(config_file)
    rows = ask_or_read(settings, lambda daemon: daemon.get("/orders", limit=limit), read)
    show(rows if as_json else [_row(row, settings) for row in rows], COLUMNS, as_json=as_json)


def _row(order: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Put Wix's number and our own in one column, as on paper, and times as clocks show them."""
    due_at = order["due_at"] and moment(order["due_at"], settings)
    return {**order, "number": order["name"], "due_at": due_at}
