"""Looking into the database while no daemon runs, without being able to change it."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from wix_printer_service.errors import NotFoundError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Lend a connection that can only read.

    Raises:
        NotFoundError: There is no such database.
        StorageError: It cannot be read.
    """
    if not path.exists():
        raise NotFoundError(f"there is no database at {path}")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as found:
            found.row_factory = sqlite3.Row
            yield found
    except sqlite3.Error as error:
        raise StorageError(f"cannot read the database {path}: {error}") from error
