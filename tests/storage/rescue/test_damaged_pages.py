"""If these pass, a bad page costs the rows that lie on it and no others, whichever page it is."""

from __future__ import annotations

import os
import random
from contextlib import closing

import pytest

from tests.storage.damaged import (
    PAGE_BYTES,
    Truth,
    ask_wix,
    close,
    contradictions,
    copy,
    evening,
    opened,
    overwrite,
)
from wix_printer_service.storage.migrations import known_version

ORDERS = 30
"""So many that every large table has a page above its leaves."""
SEED = int(os.environ.get("WIX_PRINTER_TEST_SEED", "1"))


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A database of an evening, closed."""
    path = tmp_path_factory.mktemp("sound") / "wix-printer.db"
    database = opened(path)
    database.write(lambda transaction: evening(transaction, ORDERS))
    database.write(ask_wix)
    close(database)
    return path


@pytest.fixture(scope="module")
def truth(sound):
    return Truth.of(sound)


def zeros(_chance, _page):
    return bytes(PAGE_BYTES)


def garbage(chance, _page):
    return chance.randbytes(PAGE_BYTES)


def half_garbage(chance, page):
    return chance.randbytes(PAGE_BYTES // 2) + page[PAGE_BYTES // 2 :]


def a_flipped_bit(chance, page):
    at = chance.randrange(chance.choice((120, PAGE_BYTES)))  # where a page begins all is told
    return page[:at] + bytes([page[at] ^ 1 << chance.randrange(8)]) + page[at + 1 :]


def after_opening(path, truth, bad_pages):
    """Open a damaged database as the daemon does; return what is wrong then, and if it was seen."""
    database = opened(path)
    with database.reading() as connection:
        problems = [*truth.missing(connection, bad_pages)]
        if database.remarks():  # what nobody can see is carried on as it is
            problems += contradictions(connection)
        counters = dict(connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
    problems += [
        f"{n} goes back" for n, last in truth.counters.items() if counters.get(n, 0) < last
    ]
    database.write(lambda transaction: evening(transaction, 1, seed=99))
    close(database)
    return problems, bool(database.remarks())


def test_any_bad_page_costs_only_its_own_rows(sound, truth, tmp_path):
    chance = random.Random(SEED)
    content = sound.read_bytes()
    for at in range(0, len(content), PAGE_BYTES):
        number = at // PAGE_BYTES + 1
        kind = chance.choice((zeros, garbage, half_garbage, a_flipped_bit))
        path = copy(sound, tmp_path / str(number) / sound.name)
        overwrite(path, at, kind(chance, content[at : at + PAGE_BYTES]))

        problems, noticed = after_opening(path, truth, {number})

        assert problems == [], f"seed {SEED}, page {number}, {kind.__name__}"
        # zeros within a picture, or another letter in a name, only a person can see
        assert noticed or kind in {
            zeros,
            a_flipped_bit,
        }, f"seed {SEED}, page {number}, {kind.__name__}"


@pytest.mark.parametrize("pages", [1, 2, 5, 16])
def test_a_file_whose_beginning_is_lost_keeps_what_lies_behind(sound, truth, tmp_path, pages):
    path = copy(sound, tmp_path / sound.name)
    overwrite(path, 0, bytes(pages * PAGE_BYTES))

    assert after_opening(path, truth, set(range(1, pages + 1))) == ([], True)


@pytest.mark.parametrize("left", [0.9, 0.5, 0.1])
def test_a_file_that_was_cut_off_keeps_what_lies_before(sound, truth, tmp_path, left):
    path = copy(sound, tmp_path / sound.name)
    size = path.stat().st_size
    os.truncate(path, int(size * left))

    bad = set(range(int(size * left) // PAGE_BYTES + 1, size // PAGE_BYTES + 1))
    assert after_opening(path, truth, bad) == ([], True)


def test_a_file_cut_off_to_nothing_is_not_taken_for_a_new_one(sound, tmp_path):
    path = copy(sound, tmp_path / sound.name)
    close(opened(path))
    os.truncate(path, 0)

    with closing(opened_and_stopped(path)) as database:
        assert len(database.remarks()) == 1


def opened_and_stopped(path):
    database = opened(path)
    database.writer.stop()
    database.writer.join(10.0)
    return database


@pytest.mark.parametrize(
    ("at", "bits", "what"),
    [
        (0, 0x01, "the name of the format"),
        (16, 0x01, "bytes in a page"),
        (18, 0x01, "whether it may be written"),
        (47, 0x01, "the schema's format"),
        (59, 0x01, "the encoding of texts"),
        (63, known_version(), "the version of the schema"),
        (68, 0x01, "whose database it is"),
        (100, 0x01, "what the first page is"),
    ],
    ids=lambda value: str(value).replace(" ", "_"),
)
def test_a_wrong_byte_in_the_header_costs_nothing(sound, truth, tmp_path, at, bits, what):
    path = copy(sound, tmp_path / sound.name)
    overwrite(path, at, bytes([path.read_bytes()[at] ^ bits]))

    assert after_opening(path, truth, set()) == ([], True), what


def test_a_damaged_index_hides_no_row(sound, truth, tmp_path):
    path = copy(sound, tmp_path / sound.name)
    index = PAGE_BYTES * 8  # print_jobs_by_order, see sqlite_master
    entry = path.read_bytes().index(AN_INDEXED_KEY, index)
    overwrite(path, entry, b"Z")

    assert after_opening(path, truth, set()) == ([], True)


AN_INDEXED_KEY = b"0206899c65fd2a6231e12de142ce96b2"
