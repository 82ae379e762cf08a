"""If these pass, a database of an earlier version opens, and nothing of it is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.storage.damaged import AT, PAGE_BYTES, all_rows, close, evening, opened, overwrite
from wix_printer_service import job_records, order_records
from wix_printer_service.models import Road
from wix_printer_service.storage.migrations import known_version, migrate, version_of

ORDERS = 60
"""So many that every large table has a page above its leaves."""


NEW_OF_JOBS = {
    "station": "",
    "reader": "",
    "from_revision": None,
    "maybe_printed_revision": None,
    "due_at": None,
    "reminder": 0,
}


@pytest.fixture
def first_version(tmp_path):
    """A database of the first version with an evening's orders and jobs, closed."""
    path = tmp_path / "wix-printer.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection, up_to=1)
        connection.execute("BEGIN")
        evening(connection, ORDERS)
        connection.execute("COMMIT")
    return path


def rows_of(path):
    with closing(sqlite3.connect(path)) as connection:
        return all_rows(connection)


def test_every_row_is_as_it_was_and_every_order_came_by_webhook(first_version):
    before = rows_of(first_version)
    database = opened(first_version)
    assert database.remarks() == []
    with database.reading() as connection:
        assert version_of(connection) == known_version() > 1
        after = all_rows(connection)
        assert {order.road for order in order_records.newest(connection, 2 * ORDERS)} == {
            Road.WEBHOOK
        }
    close(database)
    assert after.pop("backfill") == {}
    assert [row.pop("road") for row in after["orders"].values()] == ["webhook"] * ORDERS
    for row in after["print_jobs"].values():
        assert row.pop("revision") == 1
        assert {column: row.pop(column) for column in NEW_OF_JOBS} == NEW_OF_JOBS
    assert after == before


def test_it_is_sound_when_it_is_opened_again(first_version):
    close(opened(first_version))
    database = opened(first_version)
    assert database.remarks() == []
    close(database)


@pytest.mark.parametrize("page", [1, 3])
def test_one_that_is_damaged_is_saved_first(first_version, page):
    """Neither the first page, where the version stands, nor a table's beginning is needed."""
    overwrite(first_version, (page - 1) * PAGE_BYTES, b"\xa5" * PAGE_BYTES)
    database = opened(first_version)
    assert len(database.remarks()) == 1
    with database.reading() as connection:
        orders = order_records.newest(connection, 2 * ORDERS)
        assert {order.road for order in orders} == {Road.WEBHOOK}
        assert len(orders) == ORDERS
        assert connection.execute("SELECT count(*) FROM print_jobs").fetchone()[0] == 2 * ORDERS
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT count(*) FROM backfill").fetchone()[0] == 0
    close(database)


def test_rows_of_before_the_upgrade_are_carried_over_with_their_new_column(first_version):
    database = opened(first_version)
    with database.reading() as connection:
        root = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'orders'"
        ).fetchone()[0]
    close(database)
    overwrite(first_version, (root - 1) * PAGE_BYTES, bytes(PAGE_BYTES))
    database = opened(first_version)
    with database.reading() as connection:
        orders = order_records.newest(connection, 2 * ORDERS)
    close(database)
    assert len([order for order in orders if order.number]) >= ORDERS - 1  # it lay on that page
    assert {order.road for order in orders} == {Road.WEBHOOK}


class TestJobsOfTheSecondVersion:
    """Jobs of before there were changes, and what is known of their tickets."""

    @pytest.fixture
    def path(self, tmp_path):
        return tmp_path / "wix-printer.db"

    @pytest.fixture
    def second_version(self, path):
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            migrate(connection, up_to=2)
            connection.execute("BEGIN")
            evening(connection, ORDERS)
            connection.execute("UPDATE orders SET revision = 3")
            connection.execute("UPDATE sent_documents SET revision = 2")
            connection.execute(
                "UPDATE print_jobs SET maybe_printed_at = updated_at WHERE state = 'uncertain'"
            )
            connection.execute("COMMIT")
            return {row[0] for row in connection.execute("SELECT job_id FROM sent_documents")}

    def test_a_ticket_shows_what_was_sent_else_what_was_the_newest(self, path, second_version):
        database = opened(path)
        with database.reading() as connection:
            jobs = job_records.newest(connection, 2 * ORDERS)
        close(database)
        assert {job.revision for job in jobs if job.id in second_version} == {2}
        assert {job.revision for job in jobs if job.id not in second_version} == {3}
        doubtful = {job.maybe_printed_revision for job in jobs if job.maybe_printed_at}
        assert doubtful == {3}
        assert {job.maybe_printed_revision for job in jobs if not job.maybe_printed_at} == {None}

    def test_each_row_alone_tells_what_it_is_when_the_pages_above_are_lost(
        self, path, second_version
    ):
        database = opened(path)
        with database.reading() as connection:
            root = connection.execute(
                "SELECT rootpage FROM sqlite_master WHERE name = 'print_jobs'"
            ).fetchone()[0]
            before = {job.id: job for job in job_records.newest(connection, 2 * ORDERS)}
        close(database)
        overwrite(path, (root - 1) * PAGE_BYTES, bytes(PAGE_BYTES))
        database = opened(path)
        with database.reading() as connection:
            after = {job.id: job for job in job_records.newest(connection, 2 * ORDERS)}
        close(database)
        assert after == before
        assert second_version


def test_a_rescue_keeps_stations_changes_and_plans(tmp_path):
    path = tmp_path / "wix-printer.db"
    database = opened(path)
    database.write(lambda t: evening(t, ORDERS))
    database.write(
        lambda t: (
            t.execute(
                "UPDATE print_jobs SET station = 'bar', reader = 'kitchen', from_revision = 1,"
                " revision = 2, maybe_printed_revision = 1, due_at = created_at, reminder = 1"
            ).rowcount
        )
    )
    with database.reading() as connection:
        root = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'print_jobs'"
        ).fetchone()[0]
        before = {job.id: job for job in job_records.newest(connection, 2 * ORDERS)}
    close(database)
    overwrite(path, (root - 1) * PAGE_BYTES, bytes(PAGE_BYTES))
    database = opened(path)
    with database.reading() as connection:
        after = {job.id: job for job in job_records.newest(connection, 2 * ORDERS)}
        planned = connection.execute("SELECT DISTINCT due_at FROM offline_queue").fetchall()
    close(database)
    assert after == before
    assert len(after) == 2 * ORDERS
    assert [row[0] for row in planned] == [AT]
