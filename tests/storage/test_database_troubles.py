"""If these pass, a disk that fails is an error in our words, and the database recovers with it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest

from tests.storage.damaged import PAGE_BYTES, close, copy, evening, opened, overwrite
from wix_printer_service.errors import DamagedDatabaseError, StorageError
from wix_printer_service.storage import database as database_module
from wix_printer_service.storage.database import Database

LOG_BYTES = 400_000


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "wix-printer.db"


@pytest.fixture
def make(path):
    """Return a way to open the database; the last one is closed in the end."""
    made = []

    def make_one(**more):
        made.append(opened(path, **more))
        return made[-1]

    yield make_one
    for database in made:
        if database._connection is not None:
            close(database)


def note(name):
    def change(transaction):
        transaction.execute("INSERT INTO inbox VALUES (?, 'type', 'order', 'done', 'now')", (name,))

    return change


def names(database):
    with database.reading() as connection:
        return [row[0] for row in connection.execute("SELECT event_id FROM inbox ORDER BY 1")]


def damage(path):
    """Spoil every page but the first of a database that has been moved out of its log."""
    size = path.stat().st_size
    overwrite(path, PAGE_BYTES, b"\xff" * (size - PAGE_BYTES))


@pytest.fixture
def damaged(path, make):
    """A database that became damaged while it was open."""
    close(make_filled(make))
    database = make()
    damage(path)
    return database


def make_filled(make):
    database = make()
    database.write(lambda transaction: evening(transaction, 5))
    return database


def test_damage_found_while_writing_is_told_to_whoever_waits_and_to_the_house(damaged):
    assert not damaged.damaged.is_set()

    with pytest.raises(DamagedDatabaseError):
        damaged.write(note("one"))

    assert damaged.damaged.is_set()


def test_damage_found_while_reading_is_told_to_whoever_reads_and_to_the_house(damaged):
    with pytest.raises(DamagedDatabaseError):
        names(damaged)

    assert damaged.damaged.is_set()


def test_a_damaged_database_works_again_once_it_is_closed_and_opened(damaged):
    with pytest.raises(DamagedDatabaseError):
        damaged.write(note("one"))
    close(damaged)

    damaged.open()
    damaged.writer.start()
    damaged.write(note("two"))

    assert not damaged.damaged.is_set()
    assert names(damaged) == ["two"]
    assert len(damaged.remarks()) == 1


def test_a_mistake_in_a_statement_is_no_damage(make):
    database = make()

    with pytest.raises(StorageError), database.reading() as connection:
        connection.execute("SELECT * FROM missing")
    with pytest.raises(StorageError):
        database.write(lambda t: t.execute("INSERT INTO missing VALUES (1)"))

    assert not database.damaged.is_set()


def test_a_lock_that_another_program_holds_too_long_is_an_error_that_passes(make, path):
    database = make(busy_timeout_s=0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked"):
            database.write(note("one"))

    database.write(note("two"))

    assert names(database) == ["two"]
    assert not database.damaged.is_set()


def test_a_lock_that_another_program_holds_briefly_is_waited_for(make, path):
    database = make(busy_timeout_s=30.0)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        written = database.submit(note("one"))
        holder.execute("COMMIT")

    written.result(30.0)


def test_a_database_with_no_room_to_grow_takes_orders_again_once_there_is_some(make):
    database = make()
    pages = database.write(lambda t: t.execute("PRAGMA page_count").fetchone()[0])
    database._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError, match="full"):
        database.write(lambda transaction: evening(transaction, 20))

    database._connection.execute("PRAGMA max_page_count = 1000000")
    database.write(note("one"))

    assert names(database) == ["one"]


def test_a_disk_that_was_away_and_is_back_is_opened_again(make, path):
    """Descriptors of a disk that went away fail for ever, though it is mounted again."""
    database = make()
    database.write(note("one"))
    later = copy(path, path.parent / "later" / path.name)
    for ending in ("", "-wal"):
        later.with_name(later.name + ending).rename(path.with_name(path.name + ending))
    assert not database.damaged.is_set()

    with pytest.raises(StorageError):
        database.write(lambda t: t.execute("INSERT INTO missing VALUES (1)"))
    assert database.damaged.is_set()


def test_a_disk_that_is_away_is_waited_for(make, path):
    database = make()
    path.rename(path.with_name("away"))

    with pytest.raises(StorageError):
        database.write(lambda t: t.execute("INSERT INTO missing VALUES (1)"))

    assert not database.damaged.is_set()


def test_bytes_that_are_no_text_can_be_read_all_the_same(make, path):
    database = make()
    database.write(note("Käse"))
    close(database)
    content = path.read_bytes()
    overwrite(path, content.index("Käse".encode()) + 2, b"(")

    assert names(make()) == ["K\ufffd(se"]


def test_a_log_that_does_not_fit_on_the_disk_is_not_grown_and_the_start_goes_on(
    make, path, monkeypatch
):
    monkeypatch.setattr(Database, "free_bytes", lambda _self: LOG_BYTES)

    database = make(wal_size_bytes=LOG_BYTES)
    database.write(note("one"))

    assert path.with_name(path.name + "-wal").stat().st_size < LOG_BYTES
    assert names(database) == ["one"]


def test_a_disk_that_fills_up_while_the_log_grows_does_not_stop_the_start(make, monkeypatch):
    grow = database_module._write_and_undo

    def fill_up(connection, size):
        connection.execute("PRAGMA max_page_count = 1")  # sets it to what there is
        grow(connection, size)

    monkeypatch.setattr(database_module, "_write_and_undo", fill_up)
    database = make(wal_size_bytes=LOG_BYTES)
    database._connection.execute("PRAGMA max_page_count = 1000000")

    database.write(note("one"))
    assert names(database) == ["one"]


def test_room_on_the_disk_is_held_against_the_setting(make):
    database = make()
    assert database.has_room()
    close(database)

    assert not make(min_free_bytes=database.free_bytes() * 100).has_room()


def test_a_start_that_fails_does_not_leave_a_file_that_looks_like_lost_orders(make, monkeypatch):
    def fail(*_arguments):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(database_module, "migrate", fail)
        patch.setattr(database_module, "_make_safe", fail)
        with pytest.raises(StorageError, match="full"):
            make()

    database = make()
    database.write(note("one"))
    assert database.remarks() == []


def test_a_disk_that_cannot_be_written_to_says_so_at_the_start(make, monkeypatch):
    real = os.open

    def read_only(file, flags, *more, **others):
        if flags & os.O_RDWR:
            raise OSError(30, "Read-only file system", str(file))
        return real(file, flags, *more, **others)

    monkeypatch.setattr(os, "open", read_only)
    with pytest.raises(StorageError, match="Read-only file system"):
        make()
