from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.scripted_printer import OtherProgram
from wix_printer_service import connectivity_notebook
from wix_printer_service.connectivity_notebook import Note, Notebook
from wix_printer_service.settings import Storage
from wix_printer_service.storage.database import Database


@pytest.fixture
def notebook(database):
    database.write(lambda t: t.execute("CREATE TABLE noted (word TEXT NOT NULL)"))
    return Notebook(database)


@pytest.fixture
def other_program(database):
    other = OtherProgram(database)
    yield other
    other.let_go()
    other.close()


def noting(word, written=None):
    def write(transaction):
        return transaction.execute("INSERT INTO noted VALUES (?)", (word,)).lastrowid

    return Note(write, written)


def wait_for(database, notes=6):
    """Wait until the database has had its chance with so many notes."""
    for _ in range(notes):
        database.submit(lambda _: None).exception()


def words(database):
    wait_for(database)
    with database.reading() as connection:
        return [row["word"] for row in connection.execute("SELECT word FROM noted ORDER BY rowid")]


def test_notes_are_written_in_order_and_their_numbers_come_back(notebook, database):
    numbers = []

    for word in ("a", "b", "c"):
        notebook.add(noting(word, numbers.append))

    assert words(database) == ["a", "b", "c"]
    assert numbers == [1, 2, 3]


def test_what_the_database_cannot_take_now_is_written_when_it_can_in_order(
    notebook, database, other_program
):
    other_program.hold()
    with capture_logs() as logs:
        for word in ("a", "b", "c"):
            notebook.add(noting(word))
            wait_for(database)  # the failure has been noticed
    other_program.let_go()

    notebook.write()
    notebook.add(noting("d"))

    assert words(database) == ["a", "b", "c", "d"]
    told = [entry["event"] for entry in logs]
    assert told == ["connectivity_not_recorded"]  # once, not for every note


def test_a_database_that_is_not_open_yet_gets_its_notes_later(tmp_path, fake_clock):
    closed = Database(Storage(path=tmp_path / "later.db", wal_size_bytes=0), fake_clock)
    notebook = Notebook(closed)
    notebook.add(noting("early"))
    closed.open()
    closed.writer.start()
    closed.write(lambda t: t.execute("CREATE TABLE noted (word TEXT NOT NULL)"))

    notebook.write()

    assert words(closed) == ["early"]
    closed.writer.stop()
    closed.writer.join(10.0)
    closed.close()


def test_so_many_notes_wait_and_no_more_the_oldest_are_forgotten(
    notebook, database, other_program, monkeypatch
):
    monkeypatch.setattr(connectivity_notebook, "MOST_NOTES", 3)
    other_program.hold()
    for word in "abcdef":
        notebook.add(noting(word))
        wait_for(database)
    other_program.let_go()

    notebook.write()

    assert words(database) == ["d", "e", "f"]


def test_a_note_that_can_never_be_written_does_not_hold_up_the_next(notebook, database):
    with capture_logs() as logs:
        notebook.add(noting(None))
        notebook.add(noting("good"))

        assert words(database) == ["good"]

    assert "connectivity_note_lost" in [entry["event"] for entry in logs]
