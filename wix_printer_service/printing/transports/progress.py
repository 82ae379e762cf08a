"""How far a job has gone, how long the printer may take for its next byte, and what went wrong."""

from __future__ import annotations

import errno
import os
import select
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from wix_printer_service.clock import SystemClock
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Resource = TypeVar("Resource")

TICK_S = 0.01
"""Pause between looks at what the kernel has no event for."""
LONGEST_POLL_S = 60.0
"""The kernel counts milliseconds in 31 bits; a stall may be set to be longer."""

_CLOCK = SystemClock()
_NO_ACCESS = "may not be used by this user (printers belong to the groups lp and dialout)"
_GONE = "is not there: switched off or unplugged?"
_IN_USE = "is in use by another program"
_WORDS = {
    errno.EBADF: "was not opened",
    errno.ENOENT: _GONE,
    errno.ENODEV: _GONE,
    errno.EIO: "does not answer any more: switched off or unplugged?",
    errno.ENXIO: "is there, but nothing is connected to it",
    errno.EBUSY: _IN_USE,
    errno.EWOULDBLOCK: _IN_USE,
    errno.EACCES: _NO_ACCESS,
    errno.EPERM: _NO_ACCESS,
    errno.EISDIR: "is a folder, not a printer",
    errno.ENOSPC: "has no paper, or the disk is full",
    errno.EPIPE: "closed the connection",
    errno.ECONNRESET: "broke off the connection",
    errno.ECONNREFUSED: "refuses connections: wrong port, or still starting?",
    errno.EHOSTUNREACH: "cannot be reached: switched off, or the wrong address?",
    errno.ENETUNREACH: "cannot be reached: this computer has no network",
    socket.EAI_NONAME: "has a name that nobody knows",
    socket.EAI_AGAIN: "has a name, and nobody can be asked now whose it is",
    errno.ETIMEDOUT: "does not answer: switched off, or the wrong address?",
}


def unheard() -> None:
    """Hear of progress and do nothing about it."""


class StalledError(OSError):
    """The printer took no byte for as long as it may take."""


class Progress:
    """How far one job has gone. ``sent`` counts the bytes that were surely handed over.

    The deadline is one of progress, not of the whole job: a slow printer may take its time as
    long as it takes something.
    """

    def __init__(self, stall_timeout_s: float, tell: Callable[[], None] = unheard) -> None:
        self._tell = tell
        self.sent = 0
        self.started = False
        """Whether a byte may have gone out."""
        self._stall_timeout_s = stall_timeout_s
        self.moved()

    def add(self, count: int) -> None:
        """Note that the printer took ``count`` more bytes."""
        if count > 0:
            self.sent += count
            self.started = True
            self.moved()

    def moved(self) -> None:
        """Note that the printer lives: it gets the whole time again."""
        self._deadline = _CLOCK.monotonic() + self._stall_timeout_s
        self._tell()

    def remaining_s(self) -> float:
        """Return how long the printer may still take for its next byte.

        Raises:
            StalledError: If that time is over.
        """
        remaining_s = self._deadline - _CLOCK.monotonic()
        if remaining_s < 0:
            raise self.stalled()
        return remaining_s

    def stalled(self) -> StalledError:
        """Return the error that says so."""
        return StalledError(f"took no byte for {self._stall_timeout_s:g} s")


def pause() -> None:
    """Wait one tick."""
    select.select([], [], [], TICK_S)


def opened(resource: Resource | None) -> Resource:
    """Return what ``open`` acquired.

    Raises:
        OSError: If ``open`` was not called, or failed.
    """
    if resource is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return resource


def in_words(name: str, error: Exception) -> str:
    """Say what happened to the printer called ``name``."""
    if isinstance(error, StalledError):
        return f"{name} {error}"
    if isinstance(error, TimeoutError):
        return f"{name} {_WORDS[errno.ETIMEDOUT]}"
    number = error.errno if isinstance(error, OSError) else None
    return f"{name} {_WORDS.get(number or 0) or f'cannot be used: {error}'}"


@contextmanager
def reaching(name: str) -> Iterator[None]:
    """Wrap opening a printer.

    Raises:
        PrinterUnavailableError: In place of any error of the system.
    """
    try:
        yield
    except OSError as error:
        raise PrinterUnavailableError(in_words(name, error)) from error


@contextmanager
def sending(
    name: str, stall_timeout_s: float, tell: Callable[[], None] = unheard
) -> Iterator[Progress]:
    """Wrap the sending of one job; the block notes its progress, and ``tell`` hears of it.

    Raises:
        PrinterUnavailableError: If the system failed before the first byte.
        SendInterruptedError: If it failed later.
    """
    progress = Progress(stall_timeout_s, tell)
    try:
        yield progress
    except OSError as error:
        reason = in_words(name, error)
        if progress.started:
            raise SendInterruptedError(reason, progress.sent) from error
        raise PrinterUnavailableError(reason) from error
