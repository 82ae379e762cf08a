"""The pages of a database file, each in its newest version, whether or not SQLite can open it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from wix_printer_service.storage.rescue.log_file import PAGE_BYTES, read_log
from wix_printer_service.storage.rescue.reading import open_to_read, read_at

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType


class Pages:
    """Reads pages of the database, or of its log where that has a newer version.

    No connection to the same file may be open in this process: closing a descriptor would take
    its locks away (https://www.sqlite.org/howtocorrupt.html#posix_close_bug).
    """

    def __init__(self, path: Path) -> None:
        log_path = path.with_name(path.name + "-wal")
        self._log = read_log(log_path)
        self._descriptors = [open_to_read(file) for file in (path, log_path)]
        database = self._descriptors[0]
        size = 0 if database is None else os.fstat(database).st_size
        self.count = self._log.page_count or size // PAGE_BYTES
        self.log_is_damaged = self._log.is_damaged

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        for descriptor in self._descriptors:
            if descriptor is not None:
                os.close(descriptor)

    def read(self, number: int) -> bytes:
        """Return a page, the first being number 1; zeros where it cannot be read."""
        offset = self._log.offsets.get(number)
        if offset is None:
            descriptor, offset = self._descriptors[0], (number - 1) * PAGE_BYTES
        else:
            descriptor = self._descriptors[1]
        page = b"" if descriptor is None else read_at(descriptor, offset, PAGE_BYTES)
        return page if len(page) == PAGE_BYTES else bytes(PAGE_BYTES)
