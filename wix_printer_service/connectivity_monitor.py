"""Owns "is it there?" for printers, the internet and Wix: looks, tells, writes down.

What is known lives in memory; states, listeners and the rhythm of checks never wait for the
database, which learns of every change as soon as it can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from wix_printer_service import connectivity_records
from wix_printer_service.connectivity_component import Component
from wix_printer_service.connectivity_notebook import Note, Notebook
from wix_printer_service.connectivity_watcher import Watcher
from wix_printer_service.errors import NotFoundError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from random import Random

    from wix_printer_service.clock import Clock
    from wix_printer_service.connectivity_component import Change, ComponentSnapshot
    from wix_printer_service.lifecycle import Worker
    from wix_printer_service.observations import Observation
    from wix_printer_service.settings import Connectivity
    from wix_printer_service.storage.database import Database

log = structlog.get_logger(__name__)


def nothing_waits() -> bool:
    """Tell that no work waits for a component."""
    return False


class ConnectivityMonitor:
    """Watches components, each in a thread of its own.

    Args:
        database: Where changes and outages are written down.
        settings: Rhythm and thresholds.
        clock: Intervals are counted on its monotonic time.
        random: Where the chance in pauses comes from.
    """

    def __init__(
        self,
        database: Database,
        settings: Connectivity,
        clock: Clock,
        random: Random | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._random = random
        self._notebook = Notebook(database)
        self._components: dict[str, Component] = {}
        self._watchers: list[Watcher] = []
        self._listeners: list[Callable[[Change], None]] = []
        self._is_tidied = False

    @property
    def workers(self) -> list[Worker]:
        """The threads that look, one for each component that can be looked at."""
        return list(self._watchers)

    def add(
        self,
        name: str,
        probe: Callable[[], Observation | None] | None,
        *,
        has_work: Callable[[], bool] = nothing_waits,
    ) -> Component:
        """Watch a component; all are added before the workers start.

        Args:
            name: ``printer:NAME``, ``internet`` or ``wix``.
            probe: Looks at it, in bounded time; None when somebody is using it, so that there is
                no news. Without a probe it stays UNKNOWN until somebody says how it is.
            has_work: Whether work waits for it: while OFFLINE it is then looked for in the fast
                rhythm.
        """
        component = Component(
            name,
            self._settings,
            self._clock,
            self._tell,
            is_probed=probe is not None,
            random=self._random,
        )
        self._components[name] = component
        if probe is not None:
            self._watchers.append(
                Watcher(
                    component,
                    probe,
                    has_work,
                    self._clock,
                    poll_s=self._settings.fast_interval_s,
                    on_turn=self._write_down,
                )
            )
        return component

    def component(self, name: str) -> Component:
        """Return one component.

        Raises:
            NotFoundError: There is none of that name.
        """
        if name not in self._components:
            raise NotFoundError(f"there is no component {name}")
        return self._components[name]

    def components(self) -> list[Component]:
        """List all components, in the order in which they were added."""
        return list(self._components.values())

    def register_status_listener(self, listener: Callable[[Change], None]) -> None:
        """Have ``listener`` called after every change of a state, in the thread that noticed it.

        It should be quick, since that may be a worker at its printer. If it fails, this is logged.
        """
        self._listeners.append(listener)

    def snapshot(self) -> tuple[ComponentSnapshot, ...]:
        """Return how every component is."""
        return tuple(component.snapshot() for component in self.components())

    def check(self, timeout_s: float) -> tuple[ComponentSnapshot, ...]:
        """Look at everything now and return how it is; who asks meanwhile shares the same look.

        Args:
            timeout_s: Wait no longer than this for the answers.
        """
        deadline = self._clock.monotonic() + timeout_s
        for answered in [watcher.ask() for watcher in self._watchers]:
            self._clock.wait(answered, max(0.0, deadline - self._clock.monotonic()))
        return self.snapshot()

    def _write_down(self) -> None:
        """Write down what the database has not taken yet; at first, tidy up after earlier runs."""
        if not self._is_tidied:
            self._is_tidied = True
            self._notebook.add(self._tidying())
        self._notebook.write()

    def _tidying(self) -> Note:
        """End outages of components that there are no more, such as a printer that was removed."""
        names, now = frozenset(self._components), self._clock.now()

        def write(transaction: sqlite3.Connection) -> None:
            connectivity_records.end_outages_of_others(transaction, names, now)

        return Note(write)

    def _tell(self, change: Change) -> None:
        self._notebook.add(_note(change, self._components[change.component]))
        if change.is_first_look:
            return
        _log(change)
        for listener in self._listeners:
            try:
                listener(change)
            except Exception:  # a listener's bug must not harm whoever noticed the change
                log.exception("status_listener_failed", component=change.component)


def _note(change: Change, component: Component) -> Note:
    def write(transaction: sqlite3.Connection) -> int | None:
        if change.is_first_look:
            connectivity_records.end_outage(transaction, change)
        else:
            connectivity_records.add_change(transaction, change)
        return connectivity_records.open_outage_id(transaction, component.name)

    def written(outage_id: int | None) -> None:
        component.outage_is_written(change.outage_began_at, outage_id)

    return Note(write, written)


def _log(change: Change) -> None:
    tell = log.warning if change.is_worse else log.info
    tell(
        "connectivity_changed",
        component=change.component,
        from_state=change.from_state,
        to_state=change.to_state,
        cause=change.observation.cause,
        text=change.observation.text,
        outage_s=change.outage_duration_s,
    )
