"""Which page belongs to which table, though pages between are damaged.

A page is named twice: by the page above it, and, as the file can be vacuumed in steps, in the map
of pointers (https://www.sqlite.org/fileformat2.html#pointer_map_or_ptrmap_pages). One of the two
survives when any one page does not.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from wix_printer_service.storage.rescue.log_file import PAGE_BYTES
from wix_printer_service.storage.rescue.records import children

if TYPE_CHECKING:
    from collections.abc import Collection

    from wix_printer_service.storage.rescue.pages import Pages

ENTRY_BYTES = 5
MAPPED_BY_ONE = PAGE_BYTES // ENTRY_BYTES
TREE_ENTRY = 5


class Trees:
    """The trees of a database file. Reads every page once."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._below: dict[int, list[int]] = defaultdict(list)
        listed = self._listed()
        for number in range(2, pages.count + 1):
            if (above := self._parent(number, listed[number])) is not None:
                self._below[above].append(number)

    def pages_of(self, root: int, other_roots: Collection[int] = ()) -> list[int]:
        """List the pages of the tree with this root, the root first."""
        found, seen = [root], {root, *other_roots}
        for number in found:
            new = [child for child in self._below[number] if child not in seen]
            found += new
            seen.update(new)
        return found

    def strays(self, roots: Collection[int]) -> list[int]:
        """List the pages that no tree leads to: free ones, later parts of records, and the lost."""
        claimed = {number for root in roots for number in self.pages_of(root, roots)}
        numbers = range(2, self._pages.count + 1)
        return [n for n in numbers if n not in claimed and not _is_map(n)]

    def _listed(self) -> dict[int, list[int]]:
        """Return for every page those that name it as below them."""
        listed = defaultdict(list)
        for number in range(1, self._pages.count + 1):
            if not _is_map(number):
                for child in children(self._pages.read(number), number):
                    listed[child].append(number)
        return listed

    def _parent(self, number: int, listed: list[int]) -> int | None:
        if _is_map(number):
            return None
        code, mapped = self._entry(number)
        if code == TREE_ENTRY and (mapped in listed or not listed):
            return mapped
        return listed[0] if listed else None

    def _entry(self, number: int) -> tuple[int, int]:
        """Return what the map says of a page: a code, and the page above it."""
        page = self._pages.read(_map_of(number))
        at = ENTRY_BYTES * (number - _map_of(number) - 1)
        return page[at], int.from_bytes(page[at + 1 : at + ENTRY_BYTES], "big")


def _map_of(number: int) -> int:
    return (number - 2) // (MAPPED_BY_ONE + 1) * (MAPPED_BY_ONE + 1) + 2


def _is_map(number: int) -> bool:
    return number > 1 and number == _map_of(number)
