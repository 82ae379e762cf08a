"""How far a job has gone, how long the printer may take for its next byte, and what went wrong."""

from __future__ import annotations

import errno
import os
import select
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from wix_printer_service.clock import SystemClock
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError
from wix_printer_service.fault_points import reach
from wix_printer_service.observations import Cause

if TYPE_CHECKING:
    from collections.abc import Iterator

Resource = TypeVar("Resource")

TICK_S = 0.01
"""Pause between looks at what the kernel has no event for."""
LONGEST_WAIT_S = 0.25
"""Who waits for a printer looks that often whether it may wait on, and says that it does."""

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


_CAUSES = {
    errno.EBADF: Cause.NOT_CHECKED,
    errno.ENOENT: Cause.GONE,
    errno.ENODEV: Cause.GONE,
    errno.EIO: Cause.GONE,
    errno.ENXIO: Cause.GONE,
    errno.EBUSY: Cause.IN_USE,
    errno.EWOULDBLOCK: Cause.IN_USE,
    errno.EACCES: Cause.NO_ACCESS,
    errno.EPERM: Cause.NO_ACCESS,
    errno.ENOSPC: Cause.PAPER_OUT,
    errno.ECONNREFUSED: Cause.REFUSED,
    socket.EAI_NONAME: Cause.UNKNOWN_NAME,
    socket.EAI_AGAIN: Cause.UNKNOWN_NAME,
}


class PrinterError(OSError):
    """What a printer did or did not do, in words that follow its name."""


class StalledError(PrinterError):
    """The printer took no byte for as long as it may take."""


class GivenUpError(PrinterError):
    """Who waits for a printer that cannot print does not want to wait any longer."""


class UnconfirmedError(PrinterError):
    """A printer that can confirm jobs did not confirm this one."""


class Ear(Protocol):
    """Hears how the sending goes and says whether to wait for a printer that takes nothing."""

    def moved(self) -> None:
        """Hear that the printer took something."""
        ...

    def heard(self, data: bytes) -> None:
        """Hear what the printer said."""
        ...

    def excuses(self, idle_s: float) -> bool:
        """Tell whether the printer has said why it takes nothing: then the wait has no end.

        Args:
            idle_s: How long nothing has been taken.

        Raises:
            GivenUpError: Nobody wants to wait any longer.
        """
        ...


class _Deaf:
    """Hears nothing and excuses nothing."""

    def moved(self) -> None:
        """Do nothing."""

    def heard(self, data: bytes) -> None:
        """Do nothing."""

    def excuses(self, idle_s: float) -> bool:
        """Excuse nothing."""
        del idle_s
        return False


DEAF: Final[Ear] = _Deaf()


class Progress:
    """How far one job has gone. ``sent`` counts the bytes that were surely handed over.

    The deadline is one of progress, not of the whole job: a slow printer may take its time as
    long as it takes something.
    """

    def __init__(self, stall_timeout_s: float, ear: Ear = DEAF) -> None:
        self.sent = 0
        self.started = False
        """Whether a byte may have gone out."""
        self.is_excused = False
        """Whether the printer has said why it takes nothing."""
        self._ear = ear
        self.stall_timeout_s = stall_timeout_s
        self.moved()

    def add(self, count: int) -> None:
        """Note that the printer took ``count`` more bytes."""
        if count > 0:
            if not self.sent:
                reach("job_first_bytes")
            self.sent += count
            self.started = True
            self.moved()

    def moved(self) -> None:
        """Note that the printer lives: it gets the whole time again."""
        self._moved_at = _CLOCK.monotonic()
        self._deadline = self._moved_at + self.stall_timeout_s
        self._ear.moved()

    def heard(self, data: bytes) -> None:
        """Pass on what the printer said."""
        if data:
            self._ear.heard(data)

    def wait_s(self) -> float:
        """Return how long to wait for the printer's next byte before asking here again.

        Raises:
            StalledError: If its time is over.
            GivenUpError: If nobody wants to wait any longer.
        """
        now = _CLOCK.monotonic()
        self.is_excused = self._ear.excuses(now - self._moved_at)
        if self.is_excused:
            self._deadline = now + self.stall_timeout_s
        if now > self._deadline:
            raise self.stalled()
        return min(self._deadline - now, LONGEST_WAIT_S)

    def stalled(self) -> StalledError:
        """Return the error that says so."""
        return StalledError(f"took no byte for {self.stall_timeout_s:g} s")


def pause(pause_s: float = TICK_S) -> None:
    """Wait one tick, or as long as is said."""
    select.select([], [], [], pause_s)


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
    if isinstance(error, PrinterError):
        return f"{name} {error}"
    if isinstance(error, TimeoutError):
        return f"{name} {_WORDS[errno.ETIMEDOUT]}"
    number = error.errno if isinstance(error, OSError) else None
    return f"{name} {_WORDS.get(number or 0) or f'cannot be used: {error}'}"


def unavailable(name: str, error: Exception) -> PrinterUnavailableError:
    """Wrap an error of the system that cost no byte of a job."""
    if isinstance(error, StalledError):
        cause = Cause.NO_ANSWER
    else:
        number = error.errno if isinstance(error, OSError) else None
        cause = _CAUSES.get(number or 0, Cause.UNREACHABLE)
    return PrinterUnavailableError(in_words(name, error), cause)


@contextmanager
def reaching(name: str) -> Iterator[None]:
    """Wrap talking with a printer while no job is on its way.

    Raises:
        PrinterUnavailableError: In place of any error of the system.
    """
    try:
        yield
    except OSError as error:
        raise unavailable(name, error) from error


@contextmanager
def sending(name: str, progress: Progress) -> Iterator[None]:
    """Wrap the sending of one job; the block notes its progress.

    Raises:
        PrinterUnavailableError: If the system failed before the first byte.
        SendInterruptedError: If it failed later.
    """
    try:
        yield
    except OSError as error:
        if progress.started:
            raise SendInterruptedError(in_words(name, error), progress.sent) from error
        raise unavailable(name, error) from error
