"""If these pass, orders lost with the damage print when they come again, and nothing else does."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.intake import PICKUP_SET, event, event_of, house_on
from tests.memory_database import add_order, memory_database
from tests.storage.damaged import PAGE_BYTES, close, opened, overwrite
from tests.storage.rescue.test_mending import add_job
from tests.wix_shelf import asking_house, order, put, wire
from wix_printer_service import order_service
from wix_printer_service.models import JobState, OrderState
from wix_printer_service.order_rules import Verdict
from wix_printer_service.simulation import samples
from wix_printer_service.storage.rescue import mending
from wix_printer_service.storage.rescue.pages import Pages
from wix_printer_service.storage.rescue.tables import roots_of
from wix_printer_service.storage.rescue.trees import Trees

NOW = "2026-11-22T08:30:00.000+00:00"
AT = "2026-11-20T18:00:00.000+00:00"
OF_JOBS = ("job_history", "sent_documents", "offline_queue", "print_jobs")
ALL = (*OF_JOBS, "order_revisions", "orders")
LOST_WITH_THE_SET = [OF_JOBS, (*OF_JOBS, "orders"), (*OF_JOBS, "order_revisions"), ALL]


@pytest.fixture
def asking(database, fake_clock):
    """A house that has asked Wix since its first start, when one order had come before."""
    house = asking_house(database, fake_clock)
    house.shelf.orders.append(order("before", house.shelf.now() - timedelta(hours=3)))
    house.look().take(wide=True)
    house.clock.advance(60)
    return house


@pytest.fixture
def house(asking):
    return asking.house


def lose(asking, *tables):
    """Lose the rows of some tables, and mend what is left."""

    def change(transaction):
        transaction.execute("PRAGMA defer_foreign_keys = ON")
        for table in tables:
            transaction.execute(f"DELETE FROM {table}")
        mending.mend(transaction, asking.clock.now().isoformat())

    asking.database.write(change)


def ask_again(asking):
    """Look at Wix twice, as after a start; the second look must find nothing to print."""
    looks = [asking.look().take(wide=True).brought for _ in range(2)]
    assert looks[1] == 0
    return looks[0]


def test_the_outcomes_are_called_as_they_are_where_events_are_taken_in():
    assert order_service.NO_ORDER == mending.NO_ORDER
    states = (OrderState.ERASED, OrderState.PAST, OrderState.ACCEPTED, OrderState.HELD)
    assert states == (Verdict.ERASE, Verdict.PAST, Verdict.PRINT, Verdict.HOLD)


@pytest.mark.parametrize("lost", LOST_WITH_THE_SET)
def test_an_order_whose_receipts_are_lost_gets_them_when_wix_is_asked(asking, lost):
    put(asking, "a")
    put(asking, "b")
    assert ask_again(asking) == 2

    lose(asking, *lost)

    assert ask_again(asking) == 2
    for order_id in ("a", "b"):
        assert asking.house.receipts(order_id) == PICKUP_SET
        assert asking.house.state(order_id) is OrderState.ACCEPTED


@pytest.mark.parametrize("lost", LOST_WITH_THE_SET)
def test_an_order_whose_receipts_are_lost_gets_them_when_its_webhook_comes_again(
    asking, house, lost
):
    webhook = event("pickup", "a")
    assert house.accept(webhook) == ["accepted"]

    lose(asking, *lost)

    assert house.accept(webhook, webhook) == ["accepted", "duplicate"]
    assert house.receipts("a") == PICKUP_SET


def test_a_lost_order_that_waited_for_a_person_waits_again(asking, house):
    webhook = event("pickup", "a")
    asking.clock.advance(30 * 86_400)
    assert house.accept(webhook) == ["held"]

    lose(asking, *OF_JOBS)

    assert house.state("a") is OrderState.REMEMBERED
    assert house.accept(webhook, webhook) == ["held", "duplicate"]


@pytest.mark.parametrize("lost", [(), ("orders",), ("order_revisions", "orders")])
def test_an_order_of_which_a_job_is_left_does_not_print_again(asking, house, lost):
    webhook = event("pickup", "a")
    house.accept(webhook)
    put(asking, "b")
    ask_again(asking)
    jobs = house.rows("print_jobs")

    lose(asking, *lost)

    assert house.accept(webhook) == ["duplicate"]
    assert ask_again(asking) == 0
    assert house.rows("print_jobs") == jobs


@pytest.mark.parametrize("lost", [("orders",), ("order_revisions", "orders"), ALL])
def test_an_erased_order_does_not_come_back(asking, house, lost):
    put(asking, "a")
    ask_again(asking)
    wish = replace(event("pickup", "a"), id="wish", anonymise=True)
    assert house.accept(wish) == ["erased"]
    jobs = 0 if "print_jobs" in lost else house.rows("print_jobs")

    lose(asking, *lost)
    asking.shelf.orders[-1]["updatedDate"] = wire(asking.shelf.now())

    assert ask_again(asking) == 0
    assert house.accept(wish) == ["duplicate"]
    assert house.accept(event("pickup", "a")) == ["ignored"]
    assert house.state("a") is OrderState.ERASED
    assert house.rows("print_jobs") == jobs


@pytest.mark.parametrize("lost", [("orders",), ALL])
def test_an_order_of_before_the_first_start_stays_of_the_past(asking, house, lost):
    assert house.state("before") is OrderState.PAST

    lose(asking, *lost)
    asking.shelf.orders[0]["updatedDate"] = wire(asking.shelf.now())  # it is touched at Wix

    assert ask_again(asking) == 0
    assert house.state("before") is OrderState.PAST
    assert house.receipts("before") == {}


def test_an_event_without_an_order_stays_a_duplicate(asking, house):
    nothing = replace(event("pickup"), order=None)
    assert house.accept(nothing) == ["no_order"]

    lose(asking, *ALL)

    assert house.accept(nothing) == ["duplicate"]


@pytest.fixture
def rows():
    """A database in which anything may be written."""
    with closing(memory_database()) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        yield connection


def hear(rows, order, outcome):
    number = rows.execute("SELECT count(*) FROM inbox").fetchone()[0]
    rows.execute("INSERT INTO inbox VALUES (?, 'type', ?, ?, ?)", (number, order, outcome, AT))


@pytest.mark.parametrize("outcome", ["recorded", "accepted", "held", "cancelled", "ignored"])
def test_what_is_not_known_any_more_was_never_heard_of(rows, outcome):
    hear(rows, "lost", outcome)

    mending.mend(rows, NOW)

    assert rows.execute("SELECT 1 FROM inbox UNION ALL SELECT 1 FROM orders").fetchall() == []


def test_an_order_with_a_job_was_heard_of_whatever_its_row_says(rows):
    add_order(rows, "order-1")
    rows.execute("UPDATE orders SET state = 'remembered'")
    add_job(rows, 7, JobState.PRINTED)
    hear(rows, "order-1", "accepted")

    mending.mend(rows, NOW)

    assert rows.execute("SELECT count(*) FROM inbox").fetchone()[0] == 1


@pytest.mark.parametrize("outcome", ["accepted", "held"])
def test_a_past_order_that_was_printed_after_all_is_not_of_the_past(rows, outcome):
    hear(rows, "lost", "past")
    hear(rows, "lost", outcome)
    hear(rows, "another", "past")

    mending.mend(rows, NOW)

    assert [tuple(row) for row in rows.execute("SELECT id, state FROM orders")] == [
        ("another", "past")
    ]
    assert [row[0] for row in rows.execute("SELECT order_id FROM inbox")] == ["another"]


def test_all_that_is_left_of_an_erased_order_is_its_id(rows):
    hear(rows, "erased", "accepted")
    hear(rows, "erased", "erased")
    hear(rows, "erased", "ignored")

    mending.mend(rows, NOW)

    found = rows.execute("SELECT id, number, local_number, state, due_at, ordered_at FROM orders")
    assert [tuple(row) for row in found] == [("erased", "", "", "erased", None, None)]
    assert rows.execute("SELECT count(*) FROM inbox").fetchone()[0] == 3


@pytest.mark.parametrize("tables", [("orders",), ("print_jobs",), ("orders", "print_jobs")])
def test_no_order_of_a_damaged_file_is_lost_and_none_prints_twice(tmp_path, fake_clock, tables):
    path = tmp_path / "wix-printer.db"
    webhooks = [event_of(samples.load(name)) for name in ("pickup", "delivery_cash")]
    database = opened(path, fake_clock)
    house_on(database, fake_clock).accept(*webhooks)
    close(database)
    for page in pages_of(path, tables):
        overwrite(path, (page - 1) * PAGE_BYTES, bytes(PAGE_BYTES))

    database = opened(path, fake_clock)
    house = house_on(database, fake_clock)
    house.accept(*webhooks, *webhooks)
    sets = [sum(house.receipts(webhook.order_id).values()) for webhook in webhooks]
    close(database)

    assert len(database.remarks()) == 1
    assert sets == [2, 3]


def pages_of(path, tables):
    """Return on which pages the rows of tables lie."""
    with closing(sqlite3.connect(path)) as connection, Pages(path) as pages:
        roots, trees = roots_of(connection), Trees(pages)
        return [page for table in tables for page in trees.pages_of(roots[table])]
