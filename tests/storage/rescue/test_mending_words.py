"""If these pass, one damaged word or number of a rescued row does no harm beyond itself."""

from __future__ import annotations

from contextlib import closing

import pytest

from tests.memory_database import add_order, memory_database
from wix_printer_service import job_records, order_records
from wix_printer_service.models import (
    Confirmation,
    ItemState,
    JobState,
    Method,
    OrderState,
    Receipt,
    Road,
)
from wix_printer_service.storage.rescue import mending

NOW = "2026-11-22T08:30:00.000+00:00"
AT = "2026-11-20T18:00:00.000+00:00"


@pytest.fixture
def rows():
    """A database in which anything may be written."""
    with closing(memory_database()) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        yield connection


def add_job(rows, number, state, order="order-1", item=ItemState.DONE):
    rows.execute(
        "INSERT INTO print_jobs (id, order_id, receipt, printer, state, reason, created_at,"
        " updated_at) VALUES (?, ?, 'kitchen', 'kitchen', ?, 'before', ?, ?)",
        (number, order, state, AT, AT),
    )
    rows.execute(
        "INSERT INTO offline_queue (lane, subject, priority, state, put_at)"
        " VALUES ('print:kitchen', ?, 2, ?, ?)",
        (number, item, AT),
    )


def test_a_number_that_some_paper_shows_is_not_given_again_though_its_revision_is_lost(rows):
    for number, column in enumerate(("revision", "from_revision", "maybe_printed_revision"), 1):
        add_order(rows, f"order-{number}")
        add_job(rows, number, JobState.PRINTED, f"order-{number}")
        rows.execute(f"UPDATE print_jobs SET {column} = 7 WHERE id = ?", (number,))
    add_order(rows, "order-4")
    add_job(rows, 4, JobState.PRINTED, "order-4")
    rows.execute("INSERT INTO sent_documents VALUES (4, 7, x'')")
    add_job(rows, 5, JobState.PRINTED, "lost")
    mending.mend(rows, NOW)
    found = rows.execute("SELECT id, revision FROM orders ORDER BY id").fetchall()
    assert [tuple(row) for row in found] == [
        ("lost", 0),
        *((f"order-{number}", 7) for number in (1, 2, 3, 4)),
    ]


def test_one_damaged_word_stops_neither_its_order_nor_its_lane(rows):
    add_order(rows, "order-1")
    add_job(rows, 7, JobState.QUEUED, item=ItemState.WAITING)
    rows.execute(
        "UPDATE print_jobs SET receipt = 'kitchfn', confirmation = 'prin', reader = 'drjver'"
    )
    rows.execute("UPDATE orders SET state = 'akzepted', method = 'dElivery', road = 'rail'")
    mending.mend(rows, NOW)
    job, order = job_records.get(rows, 7), order_records.find(rows, "order-1")
    assert (job.receipt, job.confirmation, job.reader) == (Receipt.KITCHEN, None, Receipt.KITCHEN)
    assert (order.state, order.method) == (OrderState.ACCEPTED, Method.UNKNOWN)
    assert order.road is Road.WEBHOOK


def test_an_erased_order_whose_state_is_damaged_stays_erased(rows):
    add_order(rows, "order-1")
    add_job(rows, 7, JobState.PRINTED)
    rows.execute("UPDATE orders SET state = 'eraszd'")
    rows.execute("INSERT INTO inbox VALUES ('e', 't', 'order-1', 'erased', ?)", (AT,))
    mending.mend(rows, NOW)
    assert order_records.find(rows, "order-1").state is OrderState.ERASED


def test_words_that_are_right_stay(rows):
    add_order(rows, "order-1")
    add_job(rows, 7, JobState.PRINTED)
    rows.execute("UPDATE print_jobs SET receipt = 'change', reader = 'driver'")
    rows.execute("UPDATE print_jobs SET confirmation = 'processed'")
    rows.execute("UPDATE orders SET state = 'held', method = 'pickup', road = 'backfill'")
    mending.mend(rows, NOW)
    job, order = job_records.get(rows, 7), order_records.find(rows, "order-1")
    assert (job.receipt, job.reader) == (Receipt.CHANGE, Receipt.DRIVER)
    assert job.confirmation is Confirmation.PROCESSED
    assert (order.state, order.method) == (OrderState.HELD, Method.PICKUP)
    assert order.road is Road.BACKFILL
