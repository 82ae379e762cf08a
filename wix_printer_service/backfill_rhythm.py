"""When to ask Wix next: quickly while webhooks seem silent, slowly while they bring every order."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from wix_printer_service.circuit_breaker import Backoff

if TYPE_CHECKING:
    from random import Random

    from wix_printer_service.clock import Clock
    from wix_printer_service.settings import Backfill


MOST_WHILE_SILENT = 2
"""So many quick intervals is the longest pause after failures while webhooks are silent."""


class Rhythm:
    """Counts down to the next look on the monotonic clock; used by several threads.

    After a look that had nothing to bring while webhooks flow, the pause doubles up to the slow
    interval; silence, or anything that webhooks should have brought, makes it the quick one again.
    After failures it doubles too, a little shorter by chance.
    """

    def __init__(self, settings: Backfill, clock: Clock, random: Random | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._slowest_s = max(settings.slow_interval_s, settings.quick_interval_s)
        self._after_failures = Backoff(settings.quick_interval_s, self._slowest_s, random)
        self._interval_s = settings.quick_interval_s
        self._next_s = self._not_before_s = clock.monotonic()

    def due_in_s(self) -> float:
        """Return how long it is to the next look, 0.0 if that is due."""
        with self._lock:
            return max(0.0, self._next_s - self._clock.monotonic())

    def went_well(self, *, brought: int, silent_for_s: float) -> None:
        """Set the next look after one that went well.

        Args:
            brought: What it brought that webhooks should have brought.
            silent_for_s: How long ago the last webhook came.
        """
        with self._lock:
            self._after_failures.reset()
            if brought or silent_for_s > self._settings.silent_after_s:
                self._interval_s = self._settings.quick_interval_s
            else:
                self._interval_s = min(self._interval_s * 2, self._slowest_s)
            self._next_s = self._clock.monotonic() + self._interval_s

    def failed(self, *, silent_for_s: float, retry_after_s: float | None = None) -> None:
        """Set the next look after one that failed; what Wix asks for is obeyed within reason.

        While webhooks are silent all depends on us: no pause is much longer than the quick one.

        Args:
            silent_for_s: How long ago the last webhook came.
            retry_after_s: How long Wix asks us to wait, None if it did not say.
        """
        with self._lock:
            now_s = self._clock.monotonic()
            asked_s = min(retry_after_s or 0.0, self._settings.wide_interval_s)
            self._not_before_s = now_s + asked_s
            pause_s = self._after_failures.next_s()
            if silent_for_s > self._settings.silent_after_s:
                pause_s = min(pause_s, self._settings.quick_interval_s * MOST_WHILE_SILENT)
            self._next_s = max(self._not_before_s, now_s + pause_s)

    def hurry(self) -> None:
        """Have the next look now, or as soon as Wix allows."""
        with self._lock:
            self._next_s = min(self._next_s, max(self._clock.monotonic(), self._not_before_s))
