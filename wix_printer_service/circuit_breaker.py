"""A circuit breaker: after failures in a row a pause, then a single trial, and so on."""

from __future__ import annotations

import threading
from enum import StrEnum
from random import SystemRandom
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from wix_printer_service.clock import Clock

LEAST_SHARE = 0.75
"""A pause is shortened by chance to no less than this share, so that not all come back at once."""


class BreakerState(StrEnum):
    """Whether something that failed may be tried again."""

    CLOSED = "closed"
    """All is well: try as you like."""
    OPEN = "open"
    """A pause: do not try."""
    HALF_OPEN = "half_open"
    """The pause is over: a single trial decides."""


class Backoff:
    """Pauses that double from ``initial_s`` to ``max_s``, each a little shorter by chance."""

    def __init__(self, initial_s: float, max_s: float, random: Random | None = None) -> None:
        self._initial_s = initial_s
        self._max_s = max_s
        self._random = random or SystemRandom()
        self._next_s = 0.0
        self.reset()

    def reset(self) -> None:
        """Begin again with the shortest pause."""
        self._next_s = min(self._initial_s, self._max_s)

    def next_s(self) -> float:
        """Return the next pause; it is never longer than ``max_s``."""
        pause_s = self._next_s
        self._next_s = min(pause_s * 2, self._max_s)
        return pause_s * self._random.uniform(LEAST_SHARE, 1.0)


class CircuitBreaker:
    """Keeps a caller from trying again and again what fails; used by many threads.

    Args:
        clock: Pauses are counted on its monotonic time.
        failures: So many failures in a row open it.
        initial_s: The first pause; each failed trial doubles it.
        max_s: The longest pause.
        random: Where chance comes from.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        failures: int,
        initial_s: float,
        max_s: float,
        random: Random | None = None,
    ) -> None:
        self._clock = clock
        self._failures = failures
        self._max_s = max_s
        self._pauses = Backoff(initial_s, max_s, random)
        self._lock = threading.Lock()
        self._failed = 0
        self._is_closed = True
        self._opened_at = 0.0
        self._pause_ends_at = 0.0
        self._trial_ends_at = 0.0

    @property
    def state(self) -> BreakerState:
        """How it is now; an open one whose pause is over is half open."""
        with self._lock:
            return self._state()

    def allows(self) -> bool:
        """Tell whether a try may begin now, without taking it."""
        with self._lock:
            return self._wait_s() <= 0

    def begin(self) -> bool:
        """Begin a try if one is allowed; in HALF_OPEN this takes the only one.

        A trial of which nobody says how it ended lapses after the longest pause: else a caller
        that forgot it would never be let through again.
        """
        with self._lock:
            if self._wait_s() > 0:
                return False
            if not self._is_closed:
                self._trial_ends_at = self._clock.monotonic() + self._max_s
            return True

    def succeeded(self) -> None:
        """Note that a try went well."""
        with self._lock:
            self._is_closed = True
            self._failed = 0
            self._pauses.reset()

    def failed(self) -> None:
        """Note that a try failed; one that ends during a pause changes nothing."""
        with self._lock:
            state = self._state()
            self._failed += 1
            if state is BreakerState.OPEN or (
                state is BreakerState.CLOSED and self._failed < self._failures
            ):
                return
            if self._is_closed:
                self._opened_at = self._clock.monotonic()
            self._is_closed = False
            self._pause_ends_at = self._clock.monotonic() + self._pauses.next_s()
            self._trial_ends_at = 0.0

    def half_open(self) -> None:
        """End a pause now: a single trial is allowed. A closed one needs none and stays closed."""
        with self._lock:
            self._pause_ends_at = 0.0
            self._trial_ends_at = 0.0

    def open_for_s(self) -> float:
        """Return how long ago it opened, 0.0 if it is closed; failed trials do not begin anew."""
        with self._lock:
            return 0.0 if self._is_closed else self._clock.monotonic() - self._opened_at

    def retry_in_s(self) -> float:
        """Return how long it will be before a try is allowed, 0.0 if one is allowed now."""
        with self._lock:
            return self._wait_s()

    def _state(self) -> BreakerState:
        if self._is_closed:
            return BreakerState.CLOSED
        if self._clock.monotonic() < self._pause_ends_at:
            return BreakerState.OPEN
        return BreakerState.HALF_OPEN

    def _wait_s(self) -> float:
        if self._is_closed:
            return 0.0
        return max(0.0, max(self._pause_ends_at, self._trial_ends_at) - self._clock.monotonic())
