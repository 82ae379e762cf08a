"""How far Wix was asked for orders, as the one row of its table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


LATELY = timedelta(hours=1)
"""What happened no longer ago is believed of an earlier run, whatever its clock was worth."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far Wix was asked; ``began_at`` is by our clock, the others are by Wix's."""

    began_at: datetime
    print_since: datetime | None
    """Orders of before are past; None until Wix has answered."""
    position: datetime | None
    """All that was updated before is known; None until the first look is over."""


def begin(transaction: sqlite3.Connection, now: datetime) -> Progress:
    """Return how far Wix was asked; the very first time note that it begins now.

    A house that lived by webhooks until now begins where its last order came, if that was lately:
    what was approved while the service was started anew is not of the past.
    """
    newest = transaction.execute("SELECT max(received_at) AS at FROM orders").fetchone()["at"]
    began_at = max(newest or "", (now - LATELY).isoformat()) if newest else now.isoformat()
    transaction.execute(
        "INSERT INTO backfill (id, began_at) VALUES (1, ?) ON CONFLICT DO NOTHING", (began_at,)
    )
    row = transaction.execute("SELECT began_at, print_since, position FROM backfill").fetchone()
    return Progress(
        _moment(row["began_at"]) or now - LATELY,
        _moment(row["print_since"]),
        _moment(row["position"]),
    )


def set_print_since(transaction: sqlite3.Connection, moment: datetime) -> None:
    """Note from when on orders are printed."""
    transaction.execute("UPDATE backfill SET print_since = ?", (moment.isoformat(),))


def set_position(transaction: sqlite3.Connection, moment: datetime) -> None:
    """Note that all is known that was updated before."""
    transaction.execute("UPDATE backfill SET position = ?", (moment.isoformat(),))


def past_due(connection: sqlite3.Connection, now: datetime) -> int:
    """Count the orders of the past that are due later than ``now``."""
    row = connection.execute(
        "SELECT count(*) FROM orders WHERE state = 'past' AND due_at > ?", (now.isoformat(),)
    ).fetchone()
    return int(row[0])


def _moment(text: str | None) -> datetime | None:
    """Read a moment, None if it cannot be read: then it is found out again."""
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None
