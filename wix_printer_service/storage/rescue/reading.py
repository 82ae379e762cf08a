"""Reading bytes of a damaged file: what the disk does not give is missing, not an error."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def open_to_read(path: Path) -> int | None:
    """Open a file, None if there is none.

    Raises:
        OSError: It is there and cannot be opened.
    """
    with suppress(FileNotFoundError):
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return None


def read_at(descriptor: int, offset: int, size: int) -> bytes:
    """Read ``size`` bytes at ``offset``; fewer at the file's end, none where the disk fails."""
    with suppress(OSError):
        return os.pread(descriptor, size, offset)
    return b""
