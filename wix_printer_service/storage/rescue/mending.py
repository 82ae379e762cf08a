"""Makes what was carried over agree with itself: references, revisions, and jobs with their items.

Where two rows disagree about a ticket and one of them has it unfinished, nobody knows whether it is
on paper: it prints again, marked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.models import (
    Confirmation,
    ItemState,
    JobState,
    Method,
    OrderState,
    Priority,
    Receipt,
    Road,
)
from wix_printer_service.storage.rescue.tables import statement

if TYPE_CHECKING:
    import sqlite3

WHY = "the database was damaged"
WHO = "daemon"
ITEM_STATES = {
    JobState.QUEUED: ItemState.WAITING,
    JobState.SENDING: ItemState.CLAIMED,
    JobState.UNCERTAIN: ItemState.WAITING,
    JobState.HELD: ItemState.HELD,
    JobState.PRINTED: ItemState.DONE,
    JobState.PRINTED_UNCONFIRMED: ItemState.DONE,
    JobState.CANCELLED: ItemState.CANCELLED,
    JobState.EXPIRED: ItemState.EXPIRED,
    JobState.DEAD: ItemState.DEAD,
}
"""The state of a job's queue item; the same as where jobs are changed."""
PRINT_LANES = "print:%"

NO_ORDER = "no_order"
"""The outcome of an event that shows no order; the same as where events are taken in."""

MISSING_ORDERS = """
INSERT INTO orders
  (id, number, state, status, payment_status, method, revision, readable, received_at)
SELECT order_id, '', CASE WHEN max(outcome = :erased) OR NOT max(has_data) THEN :erased
                          WHEN max(has_job) THEN :accepted
                          WHEN max(outcome = :past) THEN :past ELSE :remembered END,
  '', '', :method, 0, 0, min(at)
FROM (SELECT order_id, 1 AS has_job, NULL AS has_data, '' AS outcome, created_at AS at
      FROM print_jobs
      UNION ALL SELECT order_id, 0, payload IS NOT NULL, '', received_at FROM order_revisions
      UNION ALL SELECT order_id, 0, NULL, outcome, received_at FROM inbox
      WHERE outcome = :erased OR outcome = :past AND order_id NOT IN (
        SELECT order_id FROM inbox WHERE outcome IN (:accepted, :held)))
WHERE order_id NOT IN (SELECT id FROM orders) GROUP BY order_id
"""
"""An order whose row is lost is known all the same: its jobs print, and it comes only once.

One that is erased, or taken for past and never accepted since, prints nothing: so much the inbox
tells alone.
"""
ERASED = """
UPDATE orders SET state = :erased
WHERE id IN (SELECT order_id FROM inbox WHERE outcome = :erased)
"""
LOST_SETS = """
UPDATE orders SET state = :remembered
WHERE state IN (:accepted, :held) AND id NOT IN (SELECT order_id FROM print_jobs)
"""
"""An order of which not one job is left has its receipts made again when it comes again."""
LOST_EVENTS = """
DELETE FROM inbox WHERE outcome <> :no_order AND order_id NOT IN (
  SELECT id FROM orders WHERE state <> :remembered UNION ALL SELECT order_id FROM print_jobs)
"""
"""What Wix says again of an order that is lost, or of one without receipts, is no duplicate."""
REVISION_NUMBERS = """
UPDATE orders SET revision = (SELECT max(revision) FROM order_revisions WHERE order_id = id)
WHERE revision < (SELECT max(revision) FROM order_revisions WHERE order_id = id)
"""
SHOWN_REVISIONS = """
UPDATE orders SET revision = max(revision, coalesce((
  SELECT max(max(coalesce(job.revision, 0), coalesce(from_revision, 0),
                 coalesce(maybe_printed_revision, 0), coalesce(sent.revision, 0)))
  FROM print_jobs AS job LEFT JOIN sent_documents AS sent ON sent.job_id = job.id
  WHERE order_id = orders.id), 0))
"""
"""A revision that is lost but that some paper shows: its number is not given again, else a reader
would be taken to know what he does not."""
WORDS = (
    ("orders", "state", frozenset(OrderState), OrderState.ACCEPTED),
    ("orders", "method", frozenset(Method), Method.UNKNOWN),
    ("orders", "road", frozenset(Road), Road.WEBHOOK),
    ("print_jobs", "receipt", frozenset(Receipt), Receipt.KITCHEN),
    ("print_jobs", "confirmation", frozenset(Confirmation), None),
    ("print_jobs", "reader", frozenset(Receipt) | {""}, Receipt.KITCHEN),
)
"""Where only certain words may stand, and which one does no harm in place of any other."""
LOCAL_NUMBERS = """
INSERT INTO local_numbers (last, day)
SELECT max(CAST(substr(local_number, 2) AS INTEGER)), date(:now) FROM orders
WHERE local_number <> '' AND NOT EXISTS (SELECT 1 FROM local_numbers) HAVING count(*) > 0
"""
"""The count goes on behind the largest number given, such as L7."""
BACKFILL = """
INSERT INTO backfill (id, began_at)
SELECT 1, strftime('%Y-%m-%dT%H:%M:%f+00:00', last - :days)
FROM (SELECT coalesce(
  (SELECT max(julianday(received_at)) FROM orders WHERE state NOT IN (:erased, :past)),
  (SELECT max(julianday(received_at)) FROM inbox)) AS last)
WHERE last IS NOT NULL AND NOT EXISTS (SELECT 1 FROM backfill)
  AND (EXISTS (SELECT 1 FROM inbox WHERE event_type = 'search')
    OR EXISTS (SELECT 1 FROM orders WHERE road = 'backfill'))
"""
"""A house that has asked Wix before does not begin anew: it would take orders that were lost with
the damage for those of before its first start, and print none of them."""
LOOK_BACK_DAYS = 2
"""So far before the last order that is left, orders may have been lost; before the last event,
where no order is left. Orders that print nothing may be all that is left of long ago."""
LOST_TICKETS = """
SELECT count(*) FROM offline_queue WHERE lane LIKE :lanes
AND state IN ('waiting', 'claimed', 'held') AND subject NOT IN (SELECT id FROM print_jobs)
"""
ITEMS_TOO_MANY = """
DELETE FROM offline_queue WHERE lane LIKE :lanes
AND (subject NOT IN (SELECT id FROM print_jobs)
  OR id NOT IN (SELECT min(id) FROM offline_queue WHERE lane LIKE :lanes GROUP BY subject))
"""
MISSING_ITEMS = """
INSERT INTO offline_queue (lane, subject, priority, state, put_at)
SELECT 'print:' || printer, job.id, :priority, '', created_at FROM print_jobs AS job
WHERE job.id NOT IN (SELECT subject FROM offline_queue WHERE lane LIKE :lanes)
ORDER BY job.id
"""
"""Their state follows from that of their job."""
LANES = """
UPDATE offline_queue SET lane = (SELECT 'print:' || printer FROM print_jobs WHERE id = subject)
WHERE lane LIKE :lanes
  AND lane <> (SELECT 'print:' || printer FROM print_jobs WHERE id = subject)
"""
PLANS = (
    "UPDATE print_jobs SET due_at = NULL WHERE julianday(due_at) IS NULL",
    """
UPDATE offline_queue SET due_at = (SELECT due_at FROM print_jobs WHERE id = subject)
WHERE lane LIKE :lanes
""",
)
"""What is planned for later is so in both tables; one whose moment is unreadable prints at once."""
MAYBE_SHOWN = """
UPDATE print_jobs SET maybe_printed_revision = coalesce(maybe_printed_revision, revision)
WHERE maybe_printed_at IS NOT NULL
"""
"""What a ticket of which nobody knows any more was to show is the least that is known of it."""
STATES = """
SELECT item.id, job.id, job.state, item.state
FROM offline_queue AS item JOIN print_jobs AS job ON job.id = subject WHERE lane LIKE :lanes
"""
NEW_STATE = """
UPDATE print_jobs SET state = :state, reason = :why, updated_at = :now,
  maybe_printed_at = CASE :state WHEN 'uncertain' THEN coalesce(maybe_printed_at, :now)
                     ELSE maybe_printed_at END
WHERE id = :id
"""
HISTORY = """
INSERT INTO job_history (job_id, from_state, to_state, who, why, at)
VALUES (:id, :was, :state, :who, :why, :now)
"""
ITEM_STATE = "UPDATE offline_queue SET state = ? WHERE id = ?"


def mend(transaction: sqlite3.Connection, now: str) -> int:
    """Make all rows agree, and return how many unfinished tickets are lost.

    Args:
        transaction: Of the new database, with foreign keys off.
        now: The wall time as it is written down.
    """
    _mend_words(transaction)
    _mend_orders(transaction, now)
    _mend_references(transaction)
    lost: int = transaction.execute(LOST_TICKETS, {"lanes": PRINT_LANES}).fetchone()[0]
    transaction.execute(ITEMS_TOO_MANY, {"lanes": PRINT_LANES})
    missing = {"lanes": PRINT_LANES, "priority": Priority.NORMAL}
    transaction.execute(MISSING_ITEMS, missing)
    transaction.execute(LANES, {"lanes": PRINT_LANES})
    for row in transaction.execute(STATES, {"lanes": PRINT_LANES}).fetchall():
        _agree(transaction, now, *row)
    if "due_at" in _columns(transaction, "print_jobs"):  # not in the first versions
        for change in (*PLANS, MAYBE_SHOWN, SHOWN_REVISIONS):
            transaction.execute(change, {"lanes": PRINT_LANES})
    return lost


def _mend_words(transaction: sqlite3.Connection) -> None:
    """Replace damaged words, each of which would stop its order, or the lane of its printer."""
    for table, column, known, safe in WORDS:
        if column in _columns(transaction, table):  # the first versions have fewer
            marks = ", ".join("?" * len(known))
            wrong = ("WHERE", column, "IS NOT NULL AND", column, f"NOT IN ({marks})")
            change = statement("UPDATE", table, "SET", column, "= ?", *wrong)
            transaction.execute(change, (safe, *known))


def _mend_orders(transaction: sqlite3.Connection, now: str) -> None:
    """Know every order that anything is left of, and forget having heard of the others."""
    facts = {
        "erased": OrderState.ERASED,
        "accepted": OrderState.ACCEPTED,
        "held": OrderState.HELD,
        "past": OrderState.PAST,
        "remembered": OrderState.REMEMBERED,
        "method": Method.UNKNOWN,
        "no_order": NO_ORDER,
        "days": LOOK_BACK_DAYS,
    }
    transaction.execute(MISSING_ORDERS, facts)
    transaction.execute(ERASED, facts)
    transaction.execute(REVISION_NUMBERS)
    transaction.execute(LOCAL_NUMBERS, {"now": now})
    if _columns(transaction, "backfill"):  # not in the first version
        transaction.execute(BACKFILL, facts)
    transaction.execute(LOST_SETS, facts)
    transaction.execute(LOST_EVENTS, facts)  # last: they tell when Wix was asked


def _mend_references(transaction: sqlite3.Connection) -> None:
    """Forget references to what is lost, or the rows that are nothing without it."""
    names = transaction.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in names:
        columns = transaction.execute(f"PRAGMA table_info({table})").fetchall()
        required = {row[1] for row in columns if row[3] or row[5]}
        for row in transaction.execute(f"PRAGMA foreign_key_list({table})").fetchall():
            parent, column, key = row[2], row[3], row[4]
            forget = (
                ("DELETE FROM", table)
                if column in required
                else ("UPDATE", table, "SET", column, "= NULL")
            )
            lost = ("WHERE", column, "NOT IN (SELECT", key, "FROM", parent, ")")
            transaction.execute(statement(*forget, *lost))


def _columns(transaction: sqlite3.Connection, table: str) -> set[str]:
    rows = transaction.execute("SELECT name FROM pragma_table_info(?)", (table,))
    return {name for (name,) in rows}


def _agree(
    transaction: sqlite3.Connection, now: str, item_id: int, job_id: int, job: str, item: str
) -> None:
    """Have a job and its item say the same, keeping what is known for certain."""
    state = _state(job, item)
    if state != job:
        change = {"id": job_id, "was": job, "state": state, "now": now, "why": WHY, "who": WHO}
        transaction.execute(NEW_STATE, change)
        transaction.execute(HISTORY, change)
    if ITEM_STATES[state] != item:
        transaction.execute(ITEM_STATE, (ITEM_STATES[state], item_id))


def _state(job: str, item: str) -> JobState:
    known = job in set(JobState)
    if known and (not item or ITEM_STATES[JobState(job)] == item):
        return JobState(job)
    if JobState.HELD in {job, item}:
        return JobState.HELD
    unfinished = {"", ItemState.WAITING, ItemState.CLAIMED}
    if not known or item in unfinished or ITEM_STATES[JobState(job)] in unfinished:
        return JobState.UNCERTAIN
    return JobState(job)
