"""If these pass, what is not ours or only busy is left alone, and ours is known in any case."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.storage.damaged import close, copy, evening, opened, overwrite
from wix_printer_service.errors import DatabaseRefusedError, StorageError
from wix_printer_service.storage.rescue import inspection

PAGE_BYTES = 4096
TEXT = "Mozzarella, basil, tomatoes. " * 100


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return folder / "wix-printer.db"


def remarks_after_opening(path):
    database = opened(path)
    close(database)
    return database.remarks()


def names_in(folder):
    return sorted(file.name for file in folder.iterdir())


def another_programs(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE contacts (name)")


def test_the_database_of_another_program_is_refused_and_never_set_aside(path):
    another_programs(path)

    with pytest.raises(DatabaseRefusedError, match="another program"):
        opened(path)

    assert names_in(path.parent) == [path.name, f"{path.name}.lock"]


def test_the_damaged_database_of_another_program_is_refused_too(path):
    another_programs(path)
    overwrite(path, PAGE_BYTES, b"\xff" * 100)

    with pytest.raises(DatabaseRefusedError, match="another program"):
        opened(path)


def test_a_file_that_is_no_database_is_set_aside_unchanged(path):
    path.write_text(TEXT)

    [remark] = remarks_after_opening(path)

    [aside] = [path.with_name(n) for n in names_in(path.parent) if n.endswith("Z")]
    assert aside.name in remark
    assert aside.read_text() == TEXT


def test_a_new_file_is_no_damage(path):
    assert remarks_after_opening(path) == []


def test_an_empty_file_that_no_daemon_has_worked_on_is_a_new_one(path):
    path.touch()

    assert remarks_after_opening(path) == []


def test_a_sound_database_is_no_damage_with_or_without_a_log(path):
    database = opened(path)
    database.write(lambda transaction: evening(transaction, 3))
    killed = copy(path, path.parent / "killed" / path.name)
    close(database)

    assert remarks_after_opening(path) == []
    assert remarks_after_opening(killed) == []


def test_a_start_cut_off_before_there_was_a_log_is_undone_and_no_damage(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE orders (x)")
        connection.execute("INSERT INTO orders VALUES (zeroblob(100000))")
        cut_off = copy(path, path.parent / "cut" / path.name)
        cut_off.with_name(f"{path.name}-journal").write_bytes(
            path.with_name(f"{path.name}-journal").read_bytes()
        )

    assert remarks_after_opening(cut_off) == []


def test_a_schema_that_is_not_as_it_was_made_is_damage(path):
    database = opened(path)
    database.write(lambda transaction: evening(transaction, 3))
    close(database)
    place = path.read_bytes().index(b"received_at TEXT NOT NULL           -- when it was first")
    overwrite(path, place, b"receives_at")
    assert len(remarks_after_opening(path)) == 1


@pytest.mark.parametrize("failures", [1, 2])
def test_a_place_that_cannot_be_read_twice_is_damage(path, monkeypatch, failures):
    close(opened(path))
    left = [failures]

    def look(*_arguments):
        if left[0]:
            left[0] -= 1
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
            raise error
        return ""

    monkeypatch.setattr(inspection, "_damage", look)
    found = inspection.damage_of(path, 1.0, used_before=True)
    assert bool(found) == (failures == 2)


def test_a_database_that_another_program_locks_is_not_taken_for_a_damaged_one(path):
    close(opened(path))
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("PRAGMA journal_mode = DELETE")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageError, match="locked"):
            opened(path, busy_timeout_s=0.01)

    assert remarks_after_opening(path) == []
