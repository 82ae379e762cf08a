"""If these pass, a bad spot in the log costs the page at that spot, and is never taken for the end.

A log that a power cut tore at its end is sound.
"""

from __future__ import annotations

import struct

import pytest

from tests.storage.damaged import Truth, close, contradictions, copy, evening, opened, overwrite
from wix_printer_service.storage.rescue.log_file import FRAME_BYTES, HEADER_BYTES, read_log

ORDERS = 12
LATER = 6
LOG_BYTES = 400_000


def late(number):
    def change(transaction):
        row = (f"late-{number}",)
        transaction.execute("INSERT INTO inbox VALUES (?, 'type', '', 'no_order', 'now')", row)

    return change


@pytest.fixture(scope="module", params=[0, LOG_BYTES], ids=["short_log", "log_grown_in_advance"])
def killed(request, tmp_path_factory):
    """A database as a crash leaves it, all of it in its log, and what it held."""
    folder = tmp_path_factory.mktemp("killed")
    path = folder / "running" / "wix-printer.db"
    database = opened(path, wal_size_bytes=request.param)
    database.write(lambda transaction: evening(transaction, ORDERS))
    for number in range(LATER):
        database.write(late(number))
    left = copy(path, folder / "left" / path.name)
    close(database)
    return left, Truth.of(path)


def log_of(path):
    return path.with_name(path.name + "-wal")


def frames_of(path):
    """Return where the frames of the log begin, up to the last commit, and the page of each."""
    content = log_of(path).read_bytes()
    starts = range(HEADER_BYTES, len(content) - FRAME_BYTES + 1, FRAME_BYTES)
    heads = [struct.unpack_from(">4I", content, start) for start in starts]
    salts = struct.unpack_from(">2I", content, 16)
    last = max(n for n, head in enumerate(heads) if head[1] and head[2:] == salts)
    return list(zip(starts, (head[0] for head in heads), strict=True))[: last + 1]


def after_opening(path, truth, bad_pages):
    database = opened(path)
    with database.reading() as connection:
        problems = [*truth.missing(connection, bad_pages), *contradictions(connection)]
    close(database)
    return problems, bool(database.remarks())


def test_a_log_as_a_crash_leaves_it_is_sound(killed, tmp_path):
    path = copy(killed[0], tmp_path / "wix-printer.db")

    assert not read_log(log_of(path)).is_damaged
    assert after_opening(path, killed[1], set()) == ([], False)


def test_any_bad_spot_before_the_last_commit_costs_one_page(killed, tmp_path):
    frames = frames_of(killed[0])
    for number, (start, page) in list(enumerate(frames[:-2]))[::3]:
        path = copy(killed[0], tmp_path / str(number) / "wix-printer.db")
        content = bytes(FRAME_BYTES) if number % 2 else b"\xff" * 100
        overwrite(log_of(path), start + (0 if number % 2 else 500), content)

        assert after_opening(path, killed[1], {page}) == ([], True), f"frame {number}"


def test_a_bad_header_of_the_log_costs_nothing(killed, tmp_path):
    path = copy(killed[0], tmp_path / "wix-printer.db")
    overwrite(log_of(path), 0, bytes(HEADER_BYTES))

    assert after_opening(path, killed[1], set()) == ([], True)


def test_a_commit_torn_by_a_power_cut_is_no_damage(killed, tmp_path):
    path = copy(killed[0], tmp_path / "wix-printer.db")
    overwrite(log_of(path), frames_of(path)[-1][0] + 2000, b"torn")

    database = opened(path)
    with database.reading() as connection:
        found = {row[0] for row in connection.execute("SELECT event_id FROM inbox")}
    close(database)

    assert database.remarks() == []
    assert f"late-{LATER - 2}" in found
    assert f"late-{LATER - 1}" not in found


def test_a_log_whose_database_is_gone_is_carried_over(killed, tmp_path):
    path = copy(killed[0], tmp_path / "wix-printer.db")
    path.unlink()

    assert after_opening(path, killed[1], set()) == ([], True)


def test_a_log_whose_database_was_cut_off_to_nothing_is_carried_over(killed, tmp_path):
    path = copy(killed[0], tmp_path / "wix-printer.db")
    path.write_bytes(b"")

    assert after_opening(path, killed[1], set()) == ([], True)


def test_a_log_that_is_not_there_is_empty(tmp_path):
    log = read_log(tmp_path / "none-wal")

    assert (log.offsets, log.page_count, log.is_damaged) == ({}, 0, False)
