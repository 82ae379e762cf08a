"""Orders, their revisions and the inbox, as rows."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from wix_printer_service.errors import NotFoundError
from wix_printer_service.models import (
    Address,
    Contact,
    Method,
    Order,
    OrderRecord,
    OrderState,
    Road,
    Unread,
)
from wix_printer_service.order_rules import due_at
from wix_printer_service.receipts.difference import EMPTIED
from wix_printer_service.wix.mapping import read_order, shows_empty_list
from wix_printer_service.wix.webhook import LOCAL_ID
from wix_printer_service.wix.wire import load

if TYPE_CHECKING:
    import sqlite3
    from datetime import date

    from wix_printer_service.models import Totals
    from wix_printer_service.wix.webhook import OrderEvent

Described = TypeVar("Described", Address, Contact)

NO_LINES = Unread("lineItems", "–")
"""What the mapping notes of an event without lines."""
LOCAL_NUMBERS = 999
"""So many numbers of our own are given before the count may begin again."""
THE_SAME_OF_OURS = """
SELECT max(id) AS id FROM orders WHERE id >= :first AND id < :behind AND (
  ordered_at = :ordered_at AND (number = :number OR number = '' OR :number = '')
  OR number = :number AND number <> '' AND (ordered_at IS NULL OR :ordered_at IS NULL)
) HAVING count(*) = 1
"""
THE_SAME = """
SELECT max(id) AS id FROM orders
WHERE ordered_at = :ordered_at AND (number = :number OR number = '' OR :number = '')
HAVING count(*) = 1
"""
REINSTATED = """
SELECT coalesce(nullif(number, ''), nullif(local_number, ''), id) AS name FROM orders
WHERE state = 'cancelled' AND status = 'APPROVED' AND NOT EXISTS (
  SELECT 1 FROM print_jobs WHERE order_id = orders.id AND copy_of IS NOT NULL AND created_at >= (
    SELECT min(received_at) FROM inbox
    WHERE order_id = orders.id AND outcome = 'changed_after_cancellation'))
ORDER BY received_at
"""
RENAME = (
    "UPDATE orders SET id = ? WHERE id = ?",
    "UPDATE order_revisions SET order_id = ? WHERE order_id = ?",
    "UPDATE print_jobs SET order_id = ? WHERE order_id = ?",
    "UPDATE inbox SET order_id = ? WHERE order_id = ?",
)
"""Everywhere that an order's id stands."""


def find(connection: sqlite3.Connection, order_id: str) -> OrderRecord | None:
    """Return what is written down of an order, None if it was never heard of."""
    row = connection.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchone()
    return None if row is None else _record(row)


def newest(connection: sqlite3.Connection, limit: int) -> list[OrderRecord]:
    """List the orders that were heard of last, newest first."""
    rows = connection.execute(
        "SELECT * FROM orders ORDER BY received_at DESC, id LIMIT ?", (limit,)
    )
    return [_record(row) for row in rows]


def newest_revision(
    connection: sqlite3.Connection, order_id: str, up_to: int | None = None
) -> tuple[Order, int]:
    """Return an order as its newest revision shows it, with that revision's number.

    With ``up_to`` it is shown as it was when that revision was the newest.

    A revision without a single line, of an event that shows less than the order, hides no earlier
    one: what it does show is taken over, and what could not be read of it is added. Nor does one
    that says that there are no lines: more likely Wix sent what we cannot read. It is pointed out.

    Raises:
        NotFoundError: There is no such order, or its data was erased.
    """
    rows = connection.execute(
        "SELECT revision, payload FROM order_revisions WHERE order_id = ? AND payload IS NOT NULL"
        " AND (? IS NULL OR revision <= ?) ORDER BY revision DESC",
        (order_id, up_to, up_to),
    )
    bare: list[tuple[Order, int, bool]] = []
    for row in rows:
        order, is_emptied = _read(row["payload"], order_id)
        if order.lines:
            return _with_news(order, bare), row["revision"]
        bare.append((order, row["revision"], is_emptied))
    if not bare:
        raise NotFoundError(f"there is no data of order {order_id}")
    return bare[0][:2]


@lru_cache(maxsize=8)
def _read(payload: str, order_id: str) -> tuple[Order, bool]:
    """Read a revision, and whether it says that there are no lines.

    The last ones are kept: whoever compares revisions asks for the same ones station by station.
    """
    raw = load(payload)
    order = read_order(raw, order_id=order_id)
    # it may have been learnt by another id
    return replace(order, id=order_id), shows_empty_list(raw)


def _with_news(order: Order, bare: list[tuple[Order, int, bool]]) -> Order:
    """Return an order with what later events without lines, the newest first, say of it."""
    if not bare:
        return order
    unread = list(order.unread)
    for newer, _, is_emptied in reversed(bare):
        order = _updated(order, newer)
        unread += [piece for piece in newer.unread if not (is_emptied and piece == NO_LINES)]
        unread += [EMPTIED] if is_emptied else []
    return replace(order, unread=tuple(dict.fromkeys(unread)))


def _updated(order: Order, newer: Order) -> Order:
    """Return an order with all that a newer event shows of it."""
    shown = _shown(newer)
    for name in ("lines", "unread"):
        shown.pop(name, None)
    known = order.totals
    if newer.payment_status not in {"", order.payment_status}:
        known = replace(known, paid=None, balance=None)  # they belong to the earlier status
    shown |= {
        "totals": replace(known, **_shown(newer.totals)),
        "contact": _completed(order.contact, newer.contact),
        "address": _completed(order.address, newer.address),
    }
    if newer.address or newer.method is Method.PICKUP:
        shown["address"] = newer.address
    if newer.due_from or newer.due_to or newer.due_text:  # no time beside an older one
        shown |= {name: getattr(newer, name) for name in ("due_from", "due_to", "due_text")}
    return replace(order, **shown)


def _completed(known: Described, newer: Described) -> Described:
    return replace(known, **_shown(newer))


def _shown(newer: Order | Totals | Address | Contact) -> dict[str, Any]:
    """Return what is said at all, by name."""
    values = {field.name: (getattr(newer, field.name), field.default) for field in fields(newer)}
    return {name: value for name, (value, nothing) in values.items() if value != nothing}


def reinstated(connection: sqlite3.Connection) -> list[str]:
    """Name the orders that are cancelled here and hold in Wix again, unless printed again since."""
    return [row["name"] for row in connection.execute(REINSTATED)]


def is_in_inbox(connection: sqlite3.Connection, event_id: str) -> bool:
    """Tell whether an event was taken in before."""
    row = connection.execute("SELECT 1 FROM inbox WHERE event_id = ?", (event_id,)).fetchone()
    return row is not None


def add_to_inbox(
    transaction: sqlite3.Connection, event: OrderEvent, outcome: str, now: datetime
) -> None:
    """Remember an event and what it did."""
    transaction.execute(
        "INSERT INTO inbox (event_id, event_type, order_id, outcome, received_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (event.id, event.type, event.order_id, outcome, now.isoformat()),
    )


def add_order(
    transaction: sqlite3.Connection,
    order_id: str,
    state: OrderState,
    now: datetime,
    road: Road = Road.WEBHOOK,
) -> None:
    """Write down that there is such an order; its revisions say the rest."""
    transaction.execute(
        "INSERT INTO orders (id, number, state, status, payment_status, method, revision,"
        " readable, received_at, road) VALUES (?, '', ?, '', '', ?, 0, 1, ?, ?)",
        (order_id, state, Method.UNKNOWN, now.isoformat(), road),
    )


def give_local_number(transaction: sqlite3.Connection, order_id: str, day: date) -> None:
    """Give an order a number of our own; the caller knows that it has none.

    The count goes on over days and restarts, and begins again on a new day once it has become
    long: so no clock that jumps can give a number twice on one day. ``day`` is today, where the
    restaurant is.
    """
    row = transaction.execute("SELECT last, day FROM local_numbers").fetchone()
    if row is None:
        transaction.execute("INSERT INTO local_numbers VALUES (0, ?)", (day.isoformat(),))
    elif row["last"] >= LOCAL_NUMBERS and row["day"] != day.isoformat():
        transaction.execute("UPDATE local_numbers SET last = 0, day = ?", (day.isoformat(),))
    last = transaction.execute(
        "UPDATE local_numbers SET last = last + 1 RETURNING last"
    ).fetchone()["last"]
    transaction.execute("UPDATE orders SET local_number = ? WHERE id = ?", (f"L{last}", order_id))


def set_state(transaction: sqlite3.Connection, order_id: str, state: OrderState) -> None:
    """Write down what became of an order."""
    transaction.execute("UPDATE orders SET state = ? WHERE id = ?", (state, order_id))


def adopt(transaction: sqlite3.Connection, order: Order) -> None:
    """Give an order that was learnt without Wix's id that id, so that it is the same order.

    It is the same if both have the same number and were not placed at different moments, or if one
    has no number and they were placed at the same moment. Where two could be meant, none is: an
    order that is printed twice is better than one that is not. Orders with an id of Wix are not
    looked at: their numbers prove nothing.
    """
    local_id = _the_only(transaction, THE_SAME_OF_OURS, order)
    if local_id is None:
        return
    transaction.execute("PRAGMA defer_foreign_keys = ON")
    for statement in RENAME:
        transaction.execute(statement, (order.id, local_id))
    transaction.execute("PRAGMA defer_foreign_keys = OFF")  # others share the transaction


def same_as(transaction: sqlite3.Connection, order: Order) -> str | None:
    """Return the id of the known order that one without an id is, None if it is a new one.

    It is the same if both were placed at the same moment and do not have different numbers.
    """
    return _the_only(transaction, THE_SAME, order)


def _the_only(transaction: sqlite3.Connection, query: str, order: Order) -> str | None:
    """Return the id of the one order that a query finds, None if it finds none or several."""
    facts = {
        "first": LOCAL_ID,
        "behind": LOCAL_ID[:-1] + chr(ord(LOCAL_ID[-1]) + 1),
        "number": order.number,
        "ordered_at": _text(order.created_at),
    }
    row = transaction.execute(query, facts).fetchone()
    return None if row is None else str(row["id"])


def set_road(transaction: sqlite3.Connection, order_id: str, road: Road) -> None:
    """Write down by which road the event came that made an order's receipts."""
    transaction.execute("UPDATE orders SET road = ? WHERE id = ?", (road, order_id))


def add_revision(
    transaction: sqlite3.Connection, event: OrderEvent, order: Order, payload: str, now: datetime
) -> None:
    """Make what an event shows the newest revision of its order; what it leaves out stays.

    An event with a date but no sequence (Wix's search gives none) takes the place of the sequence
    too: an older one would win against later events by a number that no longer belongs to them.
    """
    due = due_at(order)
    row = transaction.execute(
        "UPDATE orders SET revision = revision + 1, number = coalesce(?, number),"
        " status = coalesce(?, status), payment_status = coalesce(?, payment_status),"
        " method = coalesce(?, method), due_at = coalesce(?, due_at),"
        " ordered_at = coalesce(?, ordered_at),"
        " sequence = coalesce(?, CASE WHEN ? IS NULL THEN sequence END),"
        " updated_at = coalesce(?, updated_at), readable = ? WHERE id = ? RETURNING revision",
        (
            order.number or None,
            order.status or None,
            order.payment_status or None,
            None if order.method is Method.UNKNOWN else order.method,
            _text(due),
            _text(order.created_at),
            None if event.sequence is None else str(event.sequence),
            _text(order.updated_at),
            _text(order.updated_at),
            not order.unread,
            event.order_id,
        ),
    ).fetchone()
    transaction.execute(
        "INSERT INTO order_revisions (order_id, revision, event_id, payload, received_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (event.order_id, row["revision"], event.id, payload, now.isoformat()),
    )


def erase(transaction: sqlite3.Connection, order_id: str) -> None:
    """Forget everything of an order but its id, so that nothing old prints again."""
    _read.cache_clear()
    transaction.execute(
        "UPDATE orders SET state = ?, number = '', local_number = '', due_at = NULL,"
        " ordered_at = NULL WHERE id = ?",
        (OrderState.ERASED, order_id),
    )
    transaction.execute("UPDATE order_revisions SET payload = NULL WHERE order_id = ?", (order_id,))
    transaction.execute(
        "DELETE FROM sent_documents WHERE job_id IN (SELECT id FROM print_jobs WHERE order_id = ?)",
        (order_id,),
    )


def _record(row: sqlite3.Row) -> OrderRecord:
    return OrderRecord(
        id=row["id"],
        number=row["number"],
        local_number=row["local_number"],
        state=OrderState(row["state"]),
        status=row["status"],
        payment_status=row["payment_status"],
        method=Method(row["method"]),
        due_at=_moment(row["due_at"]),
        ordered_at=_moment(row["ordered_at"]),
        sequence=None if row["sequence"] is None else int(row["sequence"]),
        updated_at=_moment(row["updated_at"]),
        revision=row["revision"],
        readable=bool(row["readable"]),
        received_at=datetime.fromisoformat(row["received_at"]),
        road=Road(row["road"]),
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
