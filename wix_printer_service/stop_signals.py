"""Waiting for the signals that end the service."""

from __future__ import annotations

import select
import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})


class StopSignals:
    """Remembers that the service was told to stop; made and waited on in the main thread.

    A handler that set an event could find its lock held by the very wait that it interrupted, and
    CPython's ``sigtimedwait`` takes an interruption after its time for a signal. So the handler
    only notes, and a byte through a pair of sockets ends the wait (``signal.set_wakeup_fd``).
    """

    def __init__(self) -> None:
        self.came = False
        """Whether the service was told to stop."""
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.settimeout(0)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            signal.signal(number, self._note)

    def hold_back(self) -> None:
        """Let signals wait; threads that are started now will never be interrupted by them."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)

    def let_through(self) -> None:
        """Let signals come, those that waited first."""
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    def wait(self, timeout_s: float) -> bool:
        """Wait for a signal for so long, and tell whether the service was told to stop."""
        if not self.came:
            select.select([self._woken], [], [], timeout_s)
            with suppress(BlockingIOError):
                self._woken.recv(4096)
        return self.came

    def close(self) -> None:
        """Listen no more."""
        signal.set_wakeup_fd(-1)
        self._woken.close()
        self._waker.close()

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.came = True
