from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing

import pytest

from wix_printer_service.clock import SystemClock
from wix_printer_service.errors import DatabaseRefusedError, StorageError
from wix_printer_service.settings import Storage
from wix_printer_service.storage import database as database_module
from wix_printer_service.storage.database import Database

PATIENCE_S = 30.0
LOG_BYTES = 400_000


def note(name):
    """Return a change that writes one row down."""

    def change(transaction):
        transaction.execute("INSERT INTO inbox VALUES (?, 'type', 'order', 'done', 'now')", (name,))

    return change


def names(connection):
    return [row[0] for row in connection.execute("SELECT event_id FROM inbox ORDER BY 1")]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "wix-printer.db"


@pytest.fixture
def make(path):
    """Return a way to open the database as a daemon does; all are closed in the end."""
    with ExitStack() as stack:

        def make_one(**more):
            settings = Storage(path=path, **{"wal_size_bytes": LOG_BYTES, **more})
            opened = Database(settings, SystemClock())
            stack.callback(close, opened)
            opened.open()
            opened.writer.start()
            return opened

        yield make_one


def close(database):
    if database._connection is not None:
        database.writer.stop()
        assert database.writer.join(PATIENCE_S)
    database.close()


def as_another_program(script, path):
    """Run Python in another process; POSIX locks are between processes."""
    return subprocess.run(
        [sys.executable, "-c", script, str(path)],
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    ).stdout.split()


LOOK_AND_CLOSE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(*[row[0] for row in connection.execute("SELECT event_id FROM inbox ORDER BY 1")])
connection.close()
"""


def test_what_was_written_can_be_read_and_survives_closing(make):
    first = make()
    first.write(note("one"))
    with first.reading() as connection:
        assert names(connection) == ["one"]
    close(first)

    with make().reading() as connection:
        assert names(connection) == ["one"]


def test_every_commit_is_flushed_and_goes_to_the_log(make):
    names = ("journal_mode", "synchronous")
    values = make().write(lambda t: [t.execute(f"PRAGMA {n}").fetchone()[0] for n in names])

    assert values == ["wal", 2]


def test_a_file_that_cannot_have_a_log_is_refused():
    with (
        closing(sqlite3.connect(":memory:")) as connection,
        pytest.raises(StorageError, match="journal mode memory"),
    ):
        database_module._make_safe(connection)


class Deaf(sqlite3.Connection):
    """SQLite built so that it does not listen when asked to flush."""

    def execute(self, sql, *arguments):
        if sql == "PRAGMA synchronous = FULL":
            sql = "PRAGMA synchronous = NORMAL"
        return super().execute(sql, *arguments)


def test_a_database_that_does_not_flush_is_refused(tmp_path):
    with (
        closing(sqlite3.connect(tmp_path / "some.db", factory=Deaf)) as connection,
        pytest.raises(StorageError, match="synchronous=1"),
    ):
        database_module._make_safe(connection)


def test_only_the_owner_can_read_what_guests_ordered(make, path):
    path.parent.parent.chmod(0o755)
    umask = os.umask(0)
    try:
        opened = make()
        opened.write(note("one"))
        with opened.reading() as connection:
            names(connection)
    finally:
        os.umask(umask)

    assert path.parent.stat().st_mode & 0o777 == 0o700
    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert modes == dict.fromkeys(
        [path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}.lock"], 0o600
    )


def test_two_daemons_cannot_work_on_one_database(make):
    first = make()

    with pytest.raises(DatabaseRefusedError, match="already running"):
        make()

    first.write(note("still working"))
    close(first)
    make().write(note("next"))


def test_the_database_of_another_program_is_refused_and_not_changed(make, path):
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE contacts (name)")
    before = path.read_bytes()

    with pytest.raises(DatabaseRefusedError, match="another program"):
        make()

    assert path.read_bytes() == before


def test_a_database_of_a_newer_version_is_refused(make, path):
    close(make())
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9999")

    with pytest.raises(DatabaseRefusedError, match="newer version"):
        make()


def test_a_database_that_cannot_be_made_safe_can_be_opened_again_later(make, path):
    close(make())
    with closing(sqlite3.connect(path)) as holder:
        holder.execute("PRAGMA journal_mode = DELETE")
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked"):
            make(busy_timeout_s=0.01)

    make().write(note("later"))


def test_a_setting_that_does_not_take_leaves_no_lock_behind(make, monkeypatch):
    def refuse(_connection):
        message = "the database has synchronous=1, not FULL"
        raise StorageError(message)

    with monkeypatch.context() as patch:
        patch.setattr(database_module, "_make_safe", refuse)
        with pytest.raises(StorageError, match="synchronous"):
            make()

    make()


def test_a_folder_that_cannot_be_made_is_a_storage_error(make, path):
    path.parent.write_text("a file where the folder should be")

    with pytest.raises(StorageError, match="cannot open the database"):
        make()


def test_the_log_has_its_full_size_before_the_first_commit(make, path):
    log = path.with_name(path.name + "-wal")
    opened = make()

    size = log.stat().st_size
    assert size >= LOG_BYTES

    for number in range(5):
        opened.write(note(str(number)))
    assert log.stat().st_size == size


def test_a_large_log_is_used_almost_to_its_end_before_it_is_moved_into_the_database(make):
    pages = make(wal_size_bytes=6_000_000).write(
        lambda t: t.execute("PRAGMA wal_autocheckpoint").fetchone()[0]
    )

    assert 5_000_000 < pages * 4096 < 6_000_000


def test_growing_the_log_leaves_nothing_in_the_database(make, path):
    with make().reading() as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        pages = connection.execute("PRAGMA page_count").fetchone()[0]

    assert not any("growth" in table for table in tables)
    assert pages * 4096 < LOG_BYTES
    assert path.stat().st_size < LOG_BYTES


WRITE_UNTIL_KILLED = """
import itertools, sys
from pathlib import Path
from wix_printer_service.clock import SystemClock
from wix_printer_service.settings import Storage
from wix_printer_service.storage.database import Database

database = Database(Storage(path=Path(sys.argv[1]), wal_size_bytes=400_000), SystemClock())
database.open()
database.writer.start()
for number in itertools.count():
    row = (f"{number:06}",)
    database.write(lambda t: t.execute(
        "INSERT INTO inbox VALUES (?, 'type', 'order', 'done', 'now')", row) and None)
    print(*row, end="!\\n", flush=True)  # a line that ends was not cut off by the kill
"""


def acknowledged_before_kill(path, count):
    """Return the rows that a daemon said it had written before it was killed."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITE_UNTIL_KILLED, str(path)], stdout=subprocess.PIPE, text=True
    ) as daemon:
        lines = [daemon.stdout.readline() for _ in range(count)]
        daemon.kill()
        lines += daemon.stdout.readlines()
    return [line.removesuffix("!\n") for line in lines if line.endswith("!\n")]


def test_after_a_kill_everything_acknowledged_is_there_and_the_log_is_not_grown_again(make, path):
    acknowledged = acknowledged_before_kill(path, 50)
    log = path.with_name(path.name + "-wal")
    size = log.stat().st_size

    opened = make()

    assert log.stat().st_size == size
    with opened.reading() as connection:
        assert set(names(connection)) >= set(acknowledged)
    assert len(acknowledged) >= 49  # the first line is the daemon's log


def test_another_program_that_looks_and_closes_does_not_take_the_log_away(make, path):
    """Closing any descriptor of the file would drop our locks on it, and SQLite would then let

    the other program, as if it were the last one, delete the log with what is in it.
    """
    opened = make()
    with opened.reading() as connection:
        names(connection)
    opened.write(note("one"))

    assert as_another_program(LOOK_AND_CLOSE, path) == ["one"]
    opened.write(note("two"))

    assert as_another_program(LOOK_AND_CLOSE, path) == ["one", "two"]


def test_readers_cannot_write(make):
    with (
        pytest.raises(StorageError, match="readonly"),
        make().reading() as connection,
    ):
        connection.execute("DELETE FROM inbox")


def test_readers_see_what_is_committed_while_a_change_is_under_way(make):
    opened = make()
    seen = []

    def change(transaction):
        note("one")(transaction)
        with opened.reading() as connection:
            seen.append(names(connection))

    opened.write(change)

    assert seen == [[]]


def test_reading_connections_are_used_again(make):
    opened = make()
    with opened.reading() as first, opened.reading() as second:
        assert first is not second
        lent = {id(first), id(second)}

    for _ in range(3):
        with opened.reading() as again:
            assert id(again) in lent


def test_an_error_of_whoever_reads_is_passed_on_as_it_is(make):
    opened = make()

    with pytest.raises(ZeroDivisionError), opened.reading():
        _ = 1 / 0

    with opened.reading() as connection:
        assert names(connection) == []


def test_what_sqlite_cannot_read_is_a_storage_error(make):
    with (
        pytest.raises(StorageError, match="cannot read the database: no such table"),
        make().reading() as connection,
    ):
        connection.execute("SELECT * FROM missing")


def test_a_database_that_has_gone_is_a_storage_error(make, path):
    opened = make()
    path.rename(path.with_name("gone.db"))
    path.mkdir()

    with pytest.raises(StorageError, match="unable to open"), opened.reading():
        pass


def test_before_opening_and_after_closing_nothing_can_be_written_or_read(make, path):
    never = Database(Storage(path=path), SystemClock())
    with pytest.raises(StorageError, match="not open"):
        never.write(note("one"))
    with pytest.raises(StorageError, match="not open"), never.reading():
        pass

    closed = make()
    close(closed)
    with pytest.raises(StorageError, match="closing"):
        closed.write(note("one"))
    with pytest.raises(StorageError, match="not open"), closed.reading():
        pass


def test_a_reader_that_comes_back_after_closing_is_closed_too(make):
    opened = make()
    with opened.reading() as connection:
        close(opened)

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_listeners_are_called_after_every_commit(make):
    opened, heard = make(), []

    def listen():
        with opened.reading() as connection:
            heard.append(names(connection))

    opened.on_commit(listen)
    opened.write(note("one"))
    opened.write(note("two"))

    assert heard == [["one"], ["one", "two"]]
