"""Waiting in bounded time, also for what cannot be broken off: it is asked in a thread of its own.

Looking up a name may take half a minute when name servers are away; a server may send one byte a
minute. Whoever waits goes on beating, and stops waiting when it is told to stop.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from wix_printer_service.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from wix_printer_service.clock import Clock

T = TypeVar("T")

GLANCE_S = 0.1
"""Whoever waits for an answer looks so often whether it is told to stop."""
LONGEST_REST_S = 5.0
"""Whoever rests beats at least this often."""


class Waiter(Protocol):
    """Whoever waits: a ``lifecycle.Worker``, for example."""

    stopping: threading.Event
    """Set when it is told to stop."""

    def beat(self) -> None:
        """Say that it is alive."""
        ...


def rest(clock: Clock, waiter: Waiter, seconds: float) -> bool:
    """Let ``seconds`` pass, beating; return at once when told to stop, and whether that is so."""
    end = clock.monotonic() + seconds
    while (left_s := end - clock.monotonic()) > 0:
        waiter.beat()
        if clock.wait(waiter.stopping, min(left_s, LONGEST_REST_S)):
            break
    return waiter.stopping.is_set()


def in_thread(name: str, question: Callable[[], T]) -> Future[T]:
    """Ask in a thread that nobody waits for at the end; what the question raises is its result."""
    answer: Future[T] = Future()

    def ask() -> None:
        with _Failing(answer):
            answer.set_result(question())

    threading.Thread(target=ask, name=name, daemon=True).start()
    return answer


class _Failing:
    """Hands over what is raised within to whoever waits for the answer."""

    def __init__(self, answer: Future[Any]) -> None:
        self._answer = answer

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is not None:
            self._answer.set_exception(error)
        return True


def is_answered(answer: Future[Any], timeout_s: float, waiter: Waiter) -> bool:
    """Wait for an answer, beating, until it is there, time is up or ``waiter`` is told to stop."""
    clock = SystemClock()  # sockets and threads go by no other
    end = clock.monotonic() + timeout_s
    while not waiter.stopping.is_set() and (left_s := end - clock.monotonic()) > 0:
        waiter.beat()
        wait([answer], min(GLANCE_S, left_s))
        if answer.done():
            break
    return answer.done()


class Errands:
    """Asks several questions at once and waits only so long.

    While a question hangs it is not asked again, so that threads do not pile up.
    """

    def __init__(self) -> None:
        self._asked: dict[str, Future[Any]] = {}

    def answers(self, questions: Mapping[str, Callable[[], T]], timeout_s: float) -> list[T | None]:
        """Ask all questions; return the answers, None where none came in time."""
        futures: dict[str, Future[T]] = {}
        for name, question in questions.items():
            hanging = self._asked.get(name)
            if hanging is None or hanging.done():
                futures[name] = self._asked[name] = in_thread(f"ask-{name}", question)
        wait(futures.values(), timeout_s)
        return [
            futures[name].result() if name in futures and futures[name].done() else None
            for name in questions
        ]
