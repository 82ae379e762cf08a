"""If these pass, pages are found by either of their two names, and nonsense on a page ends."""

from __future__ import annotations

import pytest

from tests.storage.damaged import PAGE_BYTES, close, copy, evening, opened, overwrite
from wix_printer_service.storage.rescue.pages import Pages
from wix_printer_service.storage.rescue.records import rows
from wix_printer_service.storage.rescue.tables import roots_of
from wix_printer_service.storage.rescue.trees import Trees

MAP_PAGE = 2
ORDERS = 30


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "wix-printer.db"
    database = opened(path)
    database.write(lambda transaction: evening(transaction, ORDERS))
    close(database)
    return path


@pytest.fixture
def jobs_root(path):
    """Where the tree of the print jobs begins, which has leaves below."""
    database = opened(path)
    with database.reading() as connection:
        root = roots_of(connection)["print_jobs"]
    close(database)
    return root


def pages_of(path, root):
    with Pages(path) as pages:
        return sorted(Trees(pages).pages_of(root))


@pytest.mark.parametrize("bad", ["the map", "the page above"])
def test_leaves_are_found_by_the_page_above_them_or_by_the_map(path, jobs_root, bad):
    before = pages_of(path, jobs_root)
    assert len(before) > 2
    number = MAP_PAGE if bad == "the map" else jobs_root
    overwrite(path, (number - 1) * PAGE_BYTES, bytes(PAGE_BYTES))

    assert pages_of(path, jobs_root) == before


def test_a_lost_counter_jumps_so_that_no_id_is_given_twice(path, tmp_path):
    database = opened(path)
    with database.reading() as connection:
        counters = roots_of(connection)["sqlite_sequence"]
        largest = connection.execute("SELECT max(id) FROM print_jobs").fetchone()[0]
    close(database)
    damaged = copy(path, tmp_path / "damaged" / path.name)
    overwrite(damaged, (counters - 1) * PAGE_BYTES, b"\xff" * PAGE_BYTES)

    database = opened(damaged)
    with database.reading() as connection:
        query = "SELECT seq FROM sqlite_sequence WHERE name = 'print_jobs'"
        assert connection.execute(query).fetchone()[0] > largest
    close(database)


def leaf(cell):
    """Return a leaf of a table with one cell at its end."""
    start = PAGE_BYTES - len(cell)
    head = b"\x0d\0\0\0\x01" + start.to_bytes(2, "big") + b"\0" + start.to_bytes(2, "big")
    return head.ljust(start, b"\0") + cell


def record_of_text(text):
    return bytes([2, 2 * len(text) + 13]) + text


def only_row(cell, read=None):
    page = leaf(cell)
    return list(rows(page, 7, read or (lambda _number: bytes(PAGE_BYTES))))


def test_a_sound_row_is_read():
    record = record_of_text(b"Tisch")
    assert only_row(bytes([len(record), 5]) + record) == [(5, ["Tisch"])]


@pytest.mark.parametrize(
    "record",
    [
        record_of_text(b"Tis\0h"),
        record_of_text(b"Tis\xffh"),
        record_of_text(b"Tisch")[:-1],
        bytes([2, 10, 0, 0]),
        bytes([9, 1]),
    ],
    ids=["text_with_holes", "no_text", "too_short", "no_known_type", "header_beyond_its_end"],
)
def test_a_row_that_cannot_be_is_told_as_lost(record):
    assert only_row(bytes([len(record), 5]) + record.ljust(4, b"\0")) == [None]


def test_a_record_that_goes_on_in_a_circle_ends():
    local = b"\0" * 3000
    size = b"\x84\x80\x80\x00"  # 8 MiB
    here = 489 + (2**23 - 489) % (PAGE_BYTES - 4)
    here = here if here <= PAGE_BYTES - 35 else 489
    cell = size + b"\x05" + local.ljust(here, b"\0")[:here] + (9).to_bytes(4, "big")

    asked = []

    def read(number):
        asked.append(number)
        return (9).to_bytes(4, "big") * (PAGE_BYTES // 4)

    assert only_row(cell, read) == [None]
    assert asked == [9]
