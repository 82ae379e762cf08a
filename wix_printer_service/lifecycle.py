"""Workers that take turns, and the supervisor that starts, watches and stops them."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import structlog

from wix_printer_service import errands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wix_printer_service.clock import Clock

log = structlog.get_logger(__name__)

AFTER_FAILURE_S = 1.0
"""Pause after a turn that failed unexpectedly, so that a bug cannot spin."""
LEAST_JOIN_S = 0.2
"""A worker gets this long to end even after a slow one has used up the time of all."""
LAST_SHARE = 0.2
"""The part of the time to stop that is kept for the worker that is stopped last."""


class Worker(ABC):
    """A thread that takes turns until told to stop, and beats at every turn.

    Alive means "took a turn lately", not "the thread exists": whoever watches reads ``beat_age_s``.
    """

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self.clock = clock
        self.is_failing = False
        """Whether the last turn failed."""
        self.stopping = threading.Event()
        self._beat_at = clock.monotonic()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def turn(self) -> None:
        """Do one piece of work, or wait briefly for one."""

    def start(self) -> None:
        """Start taking turns; returns when the worker is ready for work."""
        self.beat()
        self._thread.start()

    def stop(self) -> None:
        """Ask the worker to stop; returns at once."""
        self.stopping.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the worker's end and tell whether it came."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def beat(self) -> None:
        """Say that the worker is alive."""
        self._beat_at = self.clock.monotonic()

    @property
    def beat_age_s(self) -> float:
        """Seconds since the last beat."""
        return self.clock.monotonic() - self._beat_at

    def rest(self, seconds: float) -> None:
        """Wait, beating, until ``seconds`` have passed or the worker is told to stop."""
        errands.rest(self.clock, self, seconds)

    def _run(self) -> None:
        while not self.stopping.is_set():
            self.beat()
            try:
                self.turn()
                self.is_failing = False
            except Exception:  # the outermost loop: a bug in one turn must not end the worker
                self.is_failing = True
                log.exception("worker_failed", worker=self.name)
                self.rest(AFTER_FAILURE_S)
        self.finish()

    def finish(self) -> None:
        """Do what is left to do after the last turn; nothing, unless a worker says otherwise."""
        log.debug("worker_ended", worker=self.name)


class Supervisor:
    """Starts workers in order, stops them in reverse, and knows which are fresh."""

    def __init__(
        self,
        clock: Clock,
        *,
        beat_timeout_s: float,
        stop_timeout_s: float,
    ) -> None:
        self._clock = clock
        self._beat_timeout_s = beat_timeout_s
        self._stop_timeout_s = stop_timeout_s
        self._started: list[Worker] = []

    def start(self, workers: Sequence[Worker]) -> None:
        """Start every worker in order; if one fails, stop the others and raise its error."""
        try:
            for worker in workers:
                worker.start()
                self._started.append(worker)
        except BaseException:
            self.stop()
            raise

    def stale(self) -> list[str]:
        """Return the names of workers whose last beat is too old."""
        return [w.name for w in self._started if w.beat_age_s > self._beat_timeout_s]

    def failing(self) -> list[str]:
        """Return the names of workers whose last turn failed."""
        return [w.name for w in self._started if w.is_failing]

    def stop(self) -> None:
        """Stop in reverse order; one deadline for all, so that stopping is always bounded.

        All are told at once, so that none begins anything new while another ends; only the first,
        on which the others rest, is told when they have ended.
        """
        deadline = self._clock.monotonic() + self._stop_timeout_s
        for worker in reversed(self._started[1:]):
            worker.stop()
        while self._started:
            worker = self._started.pop()
            worker.stop()
            left_s = deadline - self._clock.monotonic()
            share_s = left_s if not self._started else left_s - self._stop_timeout_s * LAST_SHARE
            if not worker.join(max(LEAST_JOIN_S, share_s)):
                log.error("worker_did_not_stop", worker=worker.name)
            else:
                log.debug("worker_stopped", worker=worker.name)
