"""How much room the disk has left, asked at most once a second."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wix_printer_service.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from wix_printer_service.clock import Clock

KNOWN_FOR_S = 1.0
"""So long an answer holds; an order takes a few kilobytes."""


class Room:
    """Watches the disk that a folder lies on.

    Args:
        least_bytes: With less than this there is no room.
    """

    def __init__(self, folder: Path, least_bytes: int, clock: Clock) -> None:
        self._folder = folder
        self._least_bytes = least_bytes
        self._clock = clock
        self._known = (float("-inf"), False)

    def free_bytes(self) -> int:
        """Return how many bytes a program without privileges may still write.

        Raises:
            StorageError: The disk does not say.
        """
        try:
            disk = os.statvfs(self._folder)
        except OSError as error:
            raise StorageError(f"cannot tell how full the disk is: {error}") from error
        return disk.f_bavail * disk.f_frsize

    def is_enough(self) -> bool:
        """Tell whether there is room; a disk that does not say counts as full."""
        asked_at, enough = self._known
        now = self._clock.monotonic()
        if now - asked_at >= KNOWN_FOR_S:
            try:
                enough = self.free_bytes() >= self._least_bytes
            except StorageError:
                enough = False
            self._known = (now, enough)
        return enough
