"""Talking over a file descriptor that does not block, as long as something is taken."""

from __future__ import annotations

import errno
import os
import select
from contextlib import suppress
from typing import TYPE_CHECKING

from wix_printer_service.printing.transports.progress import pause

if TYPE_CHECKING:
    from wix_printer_service.printing.transports.progress import Progress

ANSWER_BYTES = 4096
BROKEN = select.POLLERR | select.POLLHUP | select.POLLNVAL


def write_all(descriptor: int, data: bytes, progress: Progress, *, listens: bool = False) -> None:
    """Write ``data`` to the last byte.

    Args:
        descriptor: Where to.
        data: What.
        progress: Hears what was taken, and what was said meanwhile.
        listens: Whether there is something to hear.

    Raises:
        OSError: As the system says, or ``StalledError``.
    """
    rest = memoryview(data)
    events = select.POLLOUT | (select.POLLIN if listens else 0)
    while rest:
        happened = _wait(descriptor, events, progress)
        if happened & select.POLLIN:
            progress.heard(read_some(descriptor))
        if happened & (select.POLLOUT | BROKEN):
            rest = rest[_write_some(descriptor, rest, progress) :]


def write_at_once(descriptor: int, data: bytes) -> None:
    """Write what goes now."""
    with suppress(BlockingIOError):
        os.write(descriptor, data)


def receive(descriptor: int, timeout_s: float) -> bytes:
    """Return what comes within a time, as soon as something does.

    Raises:
        OSError: If the device went away.
    """
    happened = _poll(descriptor, select.POLLIN, timeout_s)
    data = read_some(descriptor) if happened & select.POLLIN else b""
    if not data and happened & BROKEN:
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    if not data and happened:
        pause()  # it calls itself readable and has nothing
    return data


def read_some(descriptor: int) -> bytes:
    """Return what has come."""
    try:
        return os.read(descriptor, ANSWER_BYTES)
    except BlockingIOError:
        return b""


def wait_until_taken(descriptor: int, progress: Progress) -> None:
    """Wait until the device has room again, which for usblp means: the last transfer is done.

    Closing earlier cancels that transfer although ``write`` had returned (seen with Linux 6.1).

    Raises:
        OSError: If the device went away meanwhile, or ``StalledError``.
    """
    if _wait(descriptor, select.POLLOUT, progress) & BROKEN:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def _write_some(descriptor: int, data: memoryview, progress: Progress) -> int:
    try:
        count = os.write(descriptor, data)
    except BlockingIOError:
        pause()  # usblp without paper calls itself writable and takes nothing
        return 0
    progress.add(count)
    return count


def _wait(descriptor: int, events: int, progress: Progress) -> int:
    """Wait for one of the events, or for the device to break; return what happened."""
    while not (happened := _poll(descriptor, events, progress.wait_s())):
        pass
    return happened


def _poll(descriptor: int, events: int, timeout_s: float) -> int:
    poller = select.poll()
    poller.register(descriptor, events)
    found = poller.poll(timeout_s * 1000)
    return found[0][1] if found else 0
