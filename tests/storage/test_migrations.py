from __future__ import annotations

import sqlite3

import pytest

from wix_printer_service.errors import DatabaseRefusedError
from wix_printer_service.storage import migrations
from wix_printer_service.storage.migrations import (
    APPLICATION_ID,
    known_version,
    migrate,
    refuse_foreign,
    version_of,
)

OPEN_TO_OTHERS = {"orders", "print_jobs", "offline_queue"}
"""Tables whose names outside tools may rely on."""


@pytest.fixture
def connection():
    opened = sqlite3.connect(":memory:", isolation_level=None)
    yield opened
    opened.close()


@pytest.fixture
def steps(monkeypatch):
    scripts = ["CREATE TABLE first (x);", "CREATE TABLE second (x);"]
    monkeypatch.setattr(migrations, "_steps", lambda: scripts)
    return scripts


def tables(connection):
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}


def version(connection):
    return connection.execute("PRAGMA user_version").fetchone()[0]


def test_a_new_database_gets_every_table_and_is_marked_as_ours(connection):
    reached = migrate(connection)

    assert reached == version(connection) >= 1
    assert tables(connection) >= OPEN_TO_OTHERS
    assert connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID


def test_a_database_that_is_up_to_date_is_left_alone(connection):
    migrate(connection)
    before = connection.total_changes, connection.execute("PRAGMA schema_version").fetchone()

    migrate(connection)

    after = connection.total_changes, connection.execute("PRAGMA schema_version").fetchone()
    assert before == after


def test_only_the_steps_that_are_missing_are_taken(connection, steps):
    migrate(connection)
    steps.append("CREATE TABLE third (x);")

    assert migrate(connection) == 3
    assert tables(connection) == {"first", "second", "third"}


def test_a_step_that_fails_leaves_schema_and_version_as_they_were(connection, steps):
    steps[1] = "CREATE TABLE half (x);\nINSERT INTO missing VALUES (1);"

    with pytest.raises(sqlite3.OperationalError, match="missing"):
        migrate(connection)

    assert tables(connection) == {"first"}
    assert version(connection) == 1
    assert not connection.in_transaction

    steps[1] = "CREATE TABLE whole (x);"
    assert migrate(connection) == 2
    assert tables(connection) == {"first", "whole"}


def test_a_step_that_sqlite_undoes_by_itself_fails_with_its_own_reason(connection, steps):
    """A full database undoes the transaction; there is nothing left to roll back then."""
    connection.execute("CREATE TABLE filler (x)")
    connection.execute("DROP TABLE filler")
    connection.execute("PRAGMA max_page_count = 4")
    steps[0] = "CREATE TABLE big (x);\nINSERT INTO big VALUES (zeroblob(100000));"

    with pytest.raises(sqlite3.OperationalError, match="full"):
        migrate(connection)

    assert (tables(connection), version(connection)) == (set(), 0)


def test_a_last_statement_without_its_semicolon_counts(connection, steps):
    steps[1] = "CREATE TABLE second (x);\nCREATE TABLE last (x)\n"

    migrate(connection)

    assert "last" in tables(connection)


def test_comments_and_triggers_are_read_as_sqlite_reads_them(connection, steps):
    steps[1] = """
    -- a comment; with a semicolon
    CREATE TABLE second (x);  -- another
    CREATE TRIGGER counting AFTER INSERT ON second BEGIN
      INSERT INTO first VALUES (new.x);
      INSERT INTO first VALUES ('a;b');
    END;
    -- the end
    """
    migrate(connection)

    connection.execute("INSERT INTO second VALUES (1)")

    assert connection.execute("SELECT count(*) FROM first").fetchone()[0] == 2


def test_the_database_of_another_program_is_refused(connection):
    connection.execute("CREATE TABLE contacts (name)")

    with pytest.raises(DatabaseRefusedError, match="another program"):
        migrate(connection)

    assert tables(connection) == {"contacts"}
    assert version(connection) == 0


def test_a_database_of_a_newer_version_is_refused_with_what_to_do(connection):
    known = migrate(connection)
    connection.execute(f"PRAGMA user_version = {known + 1}")

    with pytest.raises(DatabaseRefusedError, match="install the newer version") as caught:
        refuse_foreign(connection)

    assert f"schema {known + 1}" in str(caught.value)


@pytest.mark.usefixtures("steps")
def test_a_schema_can_be_brought_to_an_earlier_version_and_on_from_there(connection):
    assert migrate(connection, up_to=1) == 1
    assert tables(connection) == {"first"}
    assert version_of(connection) == 1

    assert migrate(connection) == known_version() == 2
    assert tables(connection) == {"first", "second"}


def test_a_database_that_cannot_be_read_now_is_not_taken_for_a_foreign_one(tmp_path):
    path = tmp_path / "some.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("CREATE TABLE t (x)")
    holder.execute("BEGIN EXCLUSIVE")
    connection = sqlite3.connect(path, timeout=0.0)

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        refuse_foreign(connection)
    connection.close()
    holder.close()


def test_an_empty_file_is_a_new_database(tmp_path):
    path = tmp_path / "empty.db"
    path.touch()
    connection = sqlite3.connect(path, isolation_level=None)

    assert migrate(connection) >= 1
    connection.close()
