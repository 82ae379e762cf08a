"""The thread that looks at one component again and again."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from wix_printer_service.errands import LONGEST_REST_S
from wix_printer_service.errors import StorageError
from wix_printer_service.lifecycle import Worker
from wix_printer_service.observations import ComponentState

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.clock import Clock
    from wix_printer_service.connectivity_component import Component
    from wix_printer_service.observations import Observation


class Watcher(Worker):
    """Looks at a component when that is due; a turn is one look or a short wait for it.

    Args:
        component: What is looked at; it says when.
        probe: Looks, in bounded time; None when there is no news.
        has_work: Whether work waits for the component.
        poll_s: How often that is asked while the component is OFFLINE.
        on_turn: Called in every turn.
    """

    def __init__(
        self,
        component: Component,
        probe: Callable[[], Observation | None],
        has_work: Callable[[], bool],
        clock: Clock,
        *,
        poll_s: float,
        on_turn: Callable[[], None],
    ) -> None:
        super().__init__(f"connectivity-{component.name}", clock)
        self._component = component
        self._probe = probe
        self._has_work = has_work
        self._poll_s = poll_s
        self._on_turn = on_turn
        self._asking = threading.Lock()
        self._answered: threading.Event | None = None

    def stop(self) -> None:
        """Ask the worker to stop, also out of a wait for its next look."""
        super().stop()
        self._component.wake.set()

    def ask(self) -> threading.Event:
        """Have the component looked at now, or share the look under way.

        Returns:
            What is set when that look has ended.
        """
        with self._asking:
            if self._answered is None:
                self._answered = threading.Event()
                self._component.check_soon()
            return self._answered

    def turn(self) -> None:
        """Look if that is due, else wait a little."""
        self._on_turn()
        is_offline = self._component.state is ComponentState.OFFLINE
        if is_offline and self._work_waits():
            self._component.hurry()
        left_s = self._component.next_check_in_s()
        if left_s <= 0:
            self._look()
            return
        self.clock.wait(
            self._component.wake, min(left_s, self._poll_s if is_offline else LONGEST_REST_S)
        )
        self._component.wake.clear()

    def _look(self) -> None:
        with self._asking:
            answered = self._answered = self._answered or threading.Event()
        self._component.check_begins()
        try:
            observation = self._probe()
            if observation is not None:
                self._component.observe(observation)
            self._component.check_ended()
        finally:
            with self._asking:
                self._answered = None
            answered.set()

    def _work_waits(self) -> bool:
        try:
            return self._has_work()
        except StorageError:
            return True  # nobody can know: better look too often
