"""From the bytes of one page to rows: the leaves of SQLite's trees, read without SQLite.

Written after https://www.sqlite.org/fileformat2.html, sections 1.6 (b-tree pages) and 2.1 (record
format). Everything is checked, for the bytes may be anything: what does not fit costs one row and
never hides the next.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import TYPE_CHECKING

from wix_printer_service.storage.rescue.log_file import PAGE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Value = int | float | str | bytes | None
Row = tuple[int, list[Value]]
"""A row's rowid (0 in a table without) and its values as they are stored."""

FILE_HEADER_BYTES = 100
LEAF_HEADER_BYTES = 8
INTERIOR_HEADER_BYTES = 12
LEAST_IN_PAGE = (PAGE_BYTES - 12) * 32 // 255 - 23
MOST_IN_TABLE_LEAF = PAGE_BYTES - 35
MOST_IN_INDEX = (PAGE_BYTES - 12) * 64 // 255 - 23
OVERFLOW_BYTES = PAGE_BYTES - 4
INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
FLOAT_TYPE = 7
CONSTANTS = {0: None, 8: 0, 9: 1}
FIRST_BLOB_TYPE = 12
SIGN = 1 << 63
VARINT_BYTES = 9


class Kind(IntEnum):
    """What a page of a tree is."""

    INDEX_INTERIOR = 2
    TABLE_INTERIOR = 5
    INDEX_LEAF = 10
    TABLE_LEAF = 13


KINDS = {kind.value: kind for kind in Kind}
INTERIOR = (Kind.INDEX_INTERIOR, Kind.TABLE_INTERIOR)


def kind_of(page: bytes, number: int) -> Kind | None:
    """Tell what a page is, None if it is none of a tree or too damaged to tell."""
    return KINDS.get(page[_start(number)])


def children(page: bytes, number: int) -> list[int]:
    """List the pages below an interior page; none for any other."""
    if kind_of(page, number) not in INTERIOR:
        return []
    below = [int.from_bytes(page[at : at + 4], "big") for at in _cells(page, number)]
    last = _start(number) + LEAF_HEADER_BYTES
    return [*below, int.from_bytes(page[last : last + 4], "big")]


def rows(page: bytes, number: int, read: Callable[[int], bytes]) -> Iterator[Row | None]:
    """Read the rows that lie on a page, None for each that cannot be read.

    Args:
        page: Its bytes.
        number: Which page it is.
        read: Returns a page by its number, for what does not fit on this one.
    """
    kind = kind_of(page, number)
    if kind is None or kind is Kind.TABLE_INTERIOR:
        return
    for at in _cells(page, number):
        try:
            yield _row(page, at, kind, read)
        except (ValueError, IndexError, struct.error):
            yield None


def _start(number: int) -> int:
    return FILE_HEADER_BYTES if number == 1 else 0


def _cells(page: bytes, number: int) -> list[int]:
    """Return where the page's cells begin; only such that can be."""
    start = _start(number)
    interior = kind_of(page, number) in INTERIOR
    first = start + (INTERIOR_HEADER_BYTES if interior else LEAF_HEADER_BYTES)
    count = min(int.from_bytes(page[start + 3 : start + 5], "big"), (PAGE_BYTES - first) // 2)
    found = struct.unpack_from(f">{count}H", page, first)
    return [at for at in found if first <= at < PAGE_BYTES - 4]


def _row(page: bytes, at: int, kind: Kind, read: Callable[[int], bytes]) -> Row:
    if kind is Kind.INDEX_INTERIOR:
        at += 4  # the page below
    size, at = _varint(page, at)
    rowid = 0
    if kind is Kind.TABLE_LEAF:
        rowid, at = _varint(page, at)
        rowid -= (rowid & SIGN) << 1
    most = MOST_IN_TABLE_LEAF if kind is Kind.TABLE_LEAF else MOST_IN_INDEX
    return rowid, _values(_whole(page, at, size, most, read))


def _whole(page: bytes, at: int, size: int, most: int, read: Callable[[int], bytes]) -> bytes:
    """Put a record together from its page and those on which it goes on."""
    here = size
    if size > most:
        fitting = LEAST_IN_PAGE + (size - LEAST_IN_PAGE) % OVERFLOW_BYTES
        here = fitting if fitting <= most else LEAST_IN_PAGE
    if at + here > PAGE_BYTES:
        raise ValueError("a record reaches beyond its page")
    pieces, left = [page[at : at + here]], size - here
    following, seen = page[at + here : at + here + 4], {0, 1}
    while left > 0:
        number = int.from_bytes(following, "big")
        if number in seen:
            raise ValueError("a record ends before its time")
        seen.add(number)
        more = read(number)
        following, piece = more[:4], more[4 : 4 + left]
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _values(record: bytes) -> list[Value]:
    end, at = _varint(record, 0)
    body, found = end, []
    while at < end:
        code, at = _varint(record, at)
        size = _size(code)
        found.append(_value(code, record[body : body + size]))
        body += size
    if at != end or body != len(record):
        raise ValueError("a record is not as long as it says")
    return found


def _size(code: int) -> int:
    if code >= FIRST_BLOB_TYPE:
        return (code - FIRST_BLOB_TYPE) // 2
    return 8 if code == FLOAT_TYPE else INTEGER_BYTES.get(code, 0)


def _value(code: int, content: bytes) -> Value:
    if code in INTEGER_BYTES:
        return int.from_bytes(content, "big", signed=True)
    if code in CONSTANTS:
        return CONSTANTS[code]
    if code == FLOAT_TYPE:
        return float(struct.unpack(">d", content)[0])
    if code < FIRST_BLOB_TYPE:
        raise ValueError("a value is of no known type")
    if code % 2 == 0:
        return content
    if b"\0" in content:  # never ours: a page of zeros
        raise ValueError("a text has holes")
    return content.decode("utf-8")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of one to nine bytes; return it and where the next thing begins."""
    value = 0
    for byte in data[at : at + VARINT_BYTES - 1]:
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < SIGN >> 56:
            return value, at
    return value << 8 | data[at], at + 1
