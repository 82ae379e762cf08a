from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest

from tests.storage.writer_desk import Desk, adding
from wix_printer_service.clock import SystemClock
from wix_printer_service.errors import StorageError
from wix_printer_service.storage import writer as writer_module
from wix_printer_service.storage.writer import Writer

PATIENCE_S = 10.0


@pytest.fixture
def desk(tmp_path, fake_clock):
    opened = Desk(tmp_path, fake_clock)
    yield opened
    opened.own.close()
    opened.other.close()


def fill_up(desk):
    """Let the database grow no more; return how to let it grow again."""
    pages = desk.own.execute("PRAGMA page_count").fetchone()[0]
    desk.own.execute(f"PRAGMA max_page_count = {pages}")
    return lambda: desk.own.execute("PRAGMA max_page_count = 1000000")


def test_all_changes_that_wait_share_one_commit(desk):
    futures = [desk.put(number) for number in range(100)]

    desk.writer.turn()

    assert desk.commits == 1
    assert desk.seen() == list(range(100))
    assert [future.result(0) for future in futures] == [n * 10 for n in range(100)]


def test_a_change_alone_is_committed_alone(desk):
    for number in range(3):
        desk.put(number)
        desk.writer.turn()

    assert desk.commits == 3


def test_changes_are_applied_in_the_order_they_were_submitted(desk):
    order = []
    for number in range(50):
        desk.writer.submit(lambda _, number=number: order.append(number))

    desk.writer.turn()

    assert order == list(range(50))


def test_no_more_than_the_largest_batch_shares_a_commit(desk, monkeypatch):
    monkeypatch.setattr(writer_module, "LARGEST_BATCH", 10)
    for number in range(25):
        desk.put(number)

    desk.writer.turn()

    assert desk.seen() == list(range(10))


def test_a_future_ends_only_when_others_can_see_the_change(desk):
    seen = []
    future = desk.put(1)
    future.add_done_callback(lambda _: seen.append(desk.seen()))

    assert not future.done()
    desk.writer.turn()

    assert seen == [[1]]


def test_listeners_hear_of_a_commit_after_it_and_of_a_failed_one_never(desk):
    desk.put(1)
    desk.writer.turn()
    assert desk.heard == [[1]]

    desk.writer.submit(breaking_at_commit)
    desk.writer.turn()
    assert desk.heard == [[1]]


def test_a_listener_that_fails_does_not_leave_anyone_waiting(desk):
    def fail():
        message = "a bug in a listener"
        raise ZeroDivisionError(message)

    writer = Writer(desk.own, SystemClock(), fail, desk.failures.append)
    future = writer.submit(adding(1))

    with pytest.raises(ZeroDivisionError):
        writer.turn()

    assert future.result(0) == 10


def test_a_change_that_raises_undoes_only_itself(desk):
    def half(transaction):
        adding(2)(transaction)
        message = "not like this"
        raise LookupError(message)

    before, failing, after = desk.put(1), desk.writer.submit(half), desk.put(3)
    desk.writer.turn()

    assert desk.seen() == [1, 3]
    assert (before.result(0), after.result(0)) == (10, 30)
    with pytest.raises(LookupError, match="not like this"):
        failing.result(0)
    assert not desk.writer.last_commit_failed


def test_a_statement_that_sqlite_cannot_carry_out_is_a_storage_error(desk):
    future = desk.writer.submit(lambda transaction: transaction.execute("SELECT * FROM missing"))
    desk.writer.turn()

    with pytest.raises(StorageError, match="missing"):
        future.result(0)


def test_a_mistake_in_a_change_is_not_taken_for_a_broken_disk(desk):
    desk.put(1)
    twice = desk.put(1)
    desk.writer.turn()

    with pytest.raises(sqlite3.IntegrityError):
        twice.result(0)


def breaking_at_commit(transaction):
    """Leave something behind that SQLite only objects to at COMMIT."""
    transaction.execute("PRAGMA defer_foreign_keys = ON")
    transaction.execute("INSERT INTO parts VALUES (999)")


def test_when_the_commit_fails_all_in_it_have_failed_and_the_next_works(desk):
    futures = [desk.put(1), desk.writer.submit(breaking_at_commit), desk.put(2)]
    desk.writer.turn()

    for future in futures:
        with pytest.raises(StorageError, match="could not commit"):
            future.result(0)
    assert desk.seen() == []
    assert desk.writer.last_commit_failed

    later = desk.put(3)
    desk.writer.turn()
    assert later.result(0) == 30
    assert desk.seen() == [3]
    assert not desk.writer.last_commit_failed


def test_when_the_database_is_full_all_have_failed_and_with_room_again_the_next_works(desk):
    make_room = fill_up(desk)
    futures = [
        desk.put(1),
        desk.writer.submit(adding(2, filler_bytes=100_000)),
        desk.put(3),
    ]
    desk.writer.turn()

    for future in futures:
        with pytest.raises(StorageError, match="full"):
            future.result(0)
    assert desk.seen() == []
    assert desk.writer.last_commit_failed

    make_room()
    later = desk.writer.submit(adding(4, filler_bytes=100_000))
    desk.writer.turn()
    assert later.result(0) == 40
    assert desk.seen() == [4]


def test_when_another_program_holds_the_database_the_change_fails_and_the_next_works(desk):
    desk.other.execute("BEGIN IMMEDIATE")
    kept_out = desk.put(1)
    desk.writer.turn()
    desk.other.execute("ROLLBACK")

    with pytest.raises(StorageError, match="locked"):
        kept_out.result(0)

    later = desk.put(2)
    desk.writer.turn()
    assert later.result(0) == 20
    assert desk.seen() == [2]


def test_a_damaged_file_is_a_storage_error(desk):
    def read_damaged(_transaction):
        damaged = desk.path.with_name("damaged.db")
        damaged.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
        with closing(sqlite3.connect(damaged)) as connection:
            connection.execute("SELECT * FROM sqlite_master").fetchall()

    future = desk.writer.submit(read_damaged)
    desk.writer.turn()

    with pytest.raises(StorageError, match="not a database"):
        future.result(0)


def test_a_cancelled_change_is_skipped(desk):
    cancelled, kept = desk.put(1), desk.put(2)

    assert cancelled.cancel()
    desk.writer.turn()

    assert desk.seen() == [2]
    assert kept.result(0) == 20


def test_when_all_are_cancelled_nothing_is_committed(desk):
    desk.writer.submit(breaking_at_commit)
    desk.writer.turn()
    desk.put(1).cancel()

    desk.writer.turn()

    assert desk.commits == 1
    assert desk.writer.last_commit_failed


def test_a_change_that_is_being_applied_cannot_be_cancelled(desk):
    cancelled = []
    future = desk.writer.submit(lambda _: cancelled.append(future.cancel()))
    desk.writer.turn()

    assert cancelled == [False]


def test_what_was_submitted_before_the_stop_is_committed(desk, monkeypatch):
    monkeypatch.setattr(writer_module, "LARGEST_BATCH", 10)
    futures = [desk.put(number) for number in range(25)]

    desk.writer.stop()
    desk.writer.start()
    assert desk.writer.join(PATIENCE_S)

    assert desk.seen() == list(range(25))
    assert all(future.done() for future in futures)


def test_a_change_submitted_after_the_stop_fails_at_once(desk):
    desk.writer.stop()

    with pytest.raises(StorageError, match="closing"):
        desk.put(1).result(0)


def test_nobody_waits_for_ever_when_the_stop_comes_between_their_changes(desk):
    """Threads submit as fast as they can while the writer stops: every future must end."""
    ended = []

    def keep_submitting():
        while True:
            future = desk.writer.submit(lambda _: None)
            try:
                future.result(PATIENCE_S)
            except StorageError:
                ended.append("closing")
                return

    threads = [threading.Thread(target=keep_submitting) for _ in range(8)]
    desk.writer.start()
    for thread in threads:
        thread.start()
    desk.writer.stop()
    for thread in threads:
        thread.join(PATIENCE_S)

    assert ended == ["closing"] * 8
    assert desk.writer.join(PATIENCE_S)


def test_a_change_on_its_way_in_when_the_stop_comes_is_committed(desk):
    """The stop waits until the change is in the queue; else nobody would look for it again."""
    slow_queue = desk.writer._changes
    stopping = threading.Thread(target=desk.writer.stop)

    class Slow:
        get, get_nowait = slow_queue.get, slow_queue.get_nowait

        def put(self, entry):
            desk.writer._changes = slow_queue
            stopping.start()
            stopping.join(0.05)
            desk.writer.join(0.0 if stopping.is_alive() else PATIENCE_S)
            slow_queue.put(entry)

    desk.writer.start()
    desk.writer._changes = Slow()
    future = desk.put(1)
    stopping.join(PATIENCE_S)

    assert future.result(PATIENCE_S) == 10
    assert desk.writer.join(PATIENCE_S)
    assert desk.seen() == [1]


def test_an_idle_writer_ends_as_soon_as_it_is_told_to(desk, monkeypatch):
    monkeypatch.setattr(writer_module, "IDLE_S", 3600.0)
    desk.writer.start()

    desk.writer.stop()

    assert desk.writer.join(PATIENCE_S)


def test_a_turn_without_a_change_commits_nothing(desk, monkeypatch):
    monkeypatch.setattr(writer_module, "IDLE_S", 0.001)

    desk.writer.turn()

    assert desk.commits == 0
