"""How often Wix may be asked: one budget for all who ask it."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from wix_printer_service.errands import rest

if TYPE_CHECKING:
    from wix_printer_service.clock import Clock
    from wix_printer_service.errands import Waiter

WINDOW_S = 60.0


class RateBudget:
    """Gives leave for requests, never more than ``per_minute`` in any 60 seconds.

    It counts when leave is given, by our monotonic clock, across all threads that share it. The way
    to Wix may still press requests together, so Wix may see one more at the edge of a minute.

    Source: 200 requests a minute, dev.wix.com/docs/rest/articles/get-started/rate-limits.

    Args:
        clock: Its monotonic time counts.
        per_minute: How many requests; one at least.
    """

    def __init__(self, clock: Clock, per_minute: int) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._given_at: deque[float] = deque(maxlen=per_minute)

    def take(self, waiter: Waiter) -> bool:
        """Wait, beating, until one more request may go out; False if told to stop before."""
        while (wait_s := self._take_or_wait()) > 0:
            if rest(self._clock, waiter, wait_s):
                return False
        return True

    def _take_or_wait(self) -> float:
        """Take leave and return 0.0, or return for how long there is none."""
        with self._lock:
            now_s = self._clock.monotonic()
            if len(self._given_at) == self._given_at.maxlen:
                wait_s = self._given_at[0] + WINDOW_S - now_s
                if wait_s > 0:
                    return wait_s
            self._given_at.append(now_s)
            return 0.0
