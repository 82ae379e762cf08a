"""Writing to a file descriptor that does not block, as long as something is taken."""

from __future__ import annotations

import errno
import os
import select
from typing import TYPE_CHECKING

from wix_printer_service.printing.transports.progress import LONGEST_POLL_S, pause

if TYPE_CHECKING:
    from wix_printer_service.printing.transports.progress import Progress


def write_all(descriptor: int, data: bytes, progress: Progress) -> None:
    """Write ``data`` to the last byte.

    Raises:
        OSError: As the system says, or ``StalledError``.
    """
    rest = memoryview(data)
    while rest:
        wait_for_room(descriptor, progress)
        try:
            count = os.write(descriptor, rest)
        except BlockingIOError:
            pause()  # usblp without paper calls itself writable and takes nothing
            continue
        progress.add(count)
        rest = rest[count:]


def wait_for_room(descriptor: int, progress: Progress) -> int:
    """Wait until the descriptor would take bytes, or broke; return poll's events."""
    poller = select.poll()
    poller.register(descriptor, select.POLLOUT)
    while True:
        found = poller.poll(min(progress.remaining_s(), LONGEST_POLL_S) * 1000 + 1)
        if found:
            return found[0][1]


def wait_until_taken(descriptor: int, progress: Progress) -> None:
    """Wait until the device has room again, which for usblp means: the last transfer is done.

    Closing earlier cancels that transfer although ``write`` had returned (seen with Linux 6.1).

    Raises:
        OSError: If the device went away meanwhile, or ``StalledError``.
    """
    if wait_for_room(descriptor, progress) & (select.POLLERR | select.POLLHUP | select.POLLNVAL):
        raise OSError(errno.EIO, os.strerror(errno.EIO))
