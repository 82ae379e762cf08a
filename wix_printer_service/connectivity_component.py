"""What is known of one component: its state, since when, why, and when it is looked at next."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wix_printer_service.circuit_breaker import Backoff, BreakerState, CircuitBreaker
from wix_printer_service.observations import Cause, ComponentState, Observation

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from wix_printer_service.clock import Clock
    from wix_printer_service.settings import Connectivity

PRINTER_PREFIX = "printer:"
BADNESS = {
    ComponentState.ONLINE: 0,
    ComponentState.UNKNOWN: 1,
    ComponentState.DEGRADED: 2,
    ComponentState.OFFLINE: 3,
}
"""UNKNOWN is better than DEGRADED: a printer that cannot tell how it is may well print."""
OUT = frozenset({ComponentState.DEGRADED, ComponentState.OFFLINE})
"""A component is in an outage while it is in one of these."""
OWN_WORDS = frozenset(
    {
        Cause.PRINTER_OFFLINE,
        Cause.PAPER_OUT,
        Cause.PAPER_NEAR_END,
        Cause.COVER_OPEN,
        Cause.CUTTER_ERROR,
        Cause.RECOVERABLE_ERROR,
        Cause.UNRECOVERABLE_ERROR,
    }
)
"""What a printer says of itself needs no confirmation."""


MUTE_FACTOR = 6
"""So much longer is the fast rhythm for a printer that takes connections and does not answer.

A printer that serves one connection at a time may need seconds to notice that the last one is over;
looks in quick succession would be all that it ever serves.
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A component's state has changed."""

    component: str
    from_state: ComponentState
    to_state: ComponentState
    observation: Observation
    at: datetime
    monotonic_s: float
    outage_began_at: datetime | None
    """When the outage began that this change begins, goes on in or ends; as this run saw it."""
    outage_duration_s: float | None
    """Length of the outage that this change ended, None if it ended none of this run."""

    @property
    def is_worse(self) -> bool:
        """Tell whether things are worse than before."""
        return BADNESS[self.to_state] > BADNESS[self.from_state]

    @property
    def is_first_look(self) -> bool:
        """Tell whether it was looked at for the first time and still cannot be told how it is."""
        return self.from_state is self.to_state is not ComponentState.OFFLINE


@dataclass(frozen=True, slots=True)
class ComponentSnapshot:
    """How a component is at one moment."""

    name: str
    state: ComponentState
    cause: Cause
    text: str
    since: datetime | None
    """When it came into this state, None if it was never looked at."""
    for_s: float
    reconnecting: bool
    """It is OFFLINE and is being looked for."""
    next_try_in_s: float | None
    """None while nothing keeps it from being used."""
    next_try_at: datetime | None
    outage_id: int | None
    breaker: BreakerState
    last_checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Moment:
    """A point in time on both clocks."""

    at: datetime
    monotonic_s: float


class Component:
    """One printer, the internet or the Wix API; used by many threads, does no input or output.

    Args:
        name: ``printer:NAME``, ``internet`` or ``wix``.
        announce: Called with every change, in order, never by two threads at once.
        is_probed: Whether somebody looks at it regularly. One that nobody looks at may be tried
            even while it is OFFLINE, else nobody would ever learn that it came back.
    """

    def __init__(
        self,
        name: str,
        settings: Connectivity,
        clock: Clock,
        announce: Callable[[Change], None],
        *,
        is_probed: bool,
        random: Random | None = None,
    ) -> None:
        self.name = name
        self.breaker = CircuitBreaker(
            clock,
            failures=settings.breaker_failures,
            initial_s=settings.breaker_initial_s,
            max_s=settings.breaker_max_s,
            random=random,
        )
        self.wake = threading.Event()
        """Set when the next check may be due earlier than it was."""
        self._settings = settings
        self._clock = clock
        self._announce = announce
        self._is_probed = is_probed
        self._lock = threading.Lock()
        cause = Cause.NOT_CHECKED if is_probed else Cause.NOT_CONFIGURED
        self._seen = Observation(ComponentState.UNKNOWN, cause)
        self._since: _Moment | None = None
        self._last_checked_at: datetime | None = None
        self._unconfirmed: list[Observation] = []
        self._a_check_failed = False
        self._outage: _Moment | None = None
        self._outage_id: int | None = None
        self._pauses = Backoff(settings.fast_interval_s, settings.retry_max_s, random)
        self._checked_s = self._next_check_s = clock.monotonic()
        self._is_wanted_soon = False
        self._unannounced: deque[Change] = deque()
        self._announcing = threading.Lock()

    @property
    def state(self) -> ComponentState:
        """How it is."""
        return self._seen.state

    @property
    def outage_id(self) -> int | None:
        """The outage that it is in, once that is written down."""
        return self._outage_id

    def observe(self, observation: Observation, *, certain: bool = False) -> None:
        """Take note of what was seen.

        Args:
            observation: What a look at the component showed.
            certain: First-hand evidence, such as a worker's at the printer: it counts at once. A
                check's bad news counts when it is confirmed, and so does its good news except of
                a printer and at the start; what a printer says of itself counts at once.
        """
        with self._lock:
            self._last_checked_at = self._clock.now()
            believed = observation if certain else self._confirmed(observation)
            if believed is not None:
                self._unconfirmed.clear()
                self._believe(believed)
            if self.state is ComponentState.OFFLINE is observation.state and not certain:
                self._a_check_failed = True
        self._announce_changes()

    def may_try(self) -> bool:
        """Tell whether it may be used now."""
        is_away = self._is_probed and self.state is ComponentState.OFFLINE
        return not is_away and self.breaker.allows()

    def next_try_in_s(self) -> float:
        """Return how long it will be before it may be used or, if it is OFFLINE, is looked for."""
        if self._is_probed and self.state is ComponentState.OFFLINE:
            return self.next_check_in_s()
        return self.breaker.retry_in_s()

    def offline_for_s(self) -> float:
        """Return for how long it has been OFFLINE, 0.0 if it is not."""
        with self._lock:
            return self._for_s() if self.state is ComponentState.OFFLINE else 0.0

    def unusable_for_s(self) -> float:
        """Return for how long it has been OFFLINE or failed at all that was asked of it."""
        return max(self.offline_for_s(), self.breaker.open_for_s())

    def check_soon(self) -> None:
        """Have it looked at now."""
        with self._lock:
            self._is_wanted_soon = True
        self.wake.set()

    def snapshot(self) -> ComponentSnapshot:
        """Return how it is, of one piece."""
        with self._lock:
            is_looked_for = self._is_probed and self.state is ComponentState.OFFLINE
            next_try_in_s = self._check_in_s() if is_looked_for else self.breaker.retry_in_s()
            has_to_wait = is_looked_for or next_try_in_s > 0
            return ComponentSnapshot(
                name=self.name,
                state=self._seen.state,
                cause=self._seen.cause,
                text=self._seen.text,
                since=self._since.at if self._since else None,
                for_s=self._for_s(),
                reconnecting=is_looked_for,
                next_try_in_s=next_try_in_s if has_to_wait else None,
                next_try_at=self._wall_time_in(next_try_in_s) if has_to_wait else None,
                outage_id=self._outage_id,
                breaker=self.breaker.state,
                last_checked_at=self._last_checked_at,
            )

    def next_check_in_s(self) -> float:
        """Return how long it will be before it is looked at, 0.0 if that is due."""
        with self._lock:
            return self._check_in_s()

    def was_checked_since(self, moment_s: float) -> bool:
        """Tell whether it was looked at after a moment of the monotonic clock."""
        with self._lock:
            return not self._is_probed or self._checked_s > moment_s

    def check_begins(self) -> None:
        """Note that it is being looked at: a wish for a check from now on needs another one."""
        with self._lock:
            self._is_wanted_soon = False

    def check_ended(self) -> None:
        """Set when it is looked at next: soon to confirm, else by its state."""
        with self._lock:
            self._checked_s = self._clock.monotonic()
            self._next_check_s = self._checked_s + self._pause_s()

    def hurry(self) -> None:
        """Have it looked at in the fast rhythm this time, because work waits for it."""
        with self._lock:
            # who takes connections and does not answer may be busy with our last one
            is_mute = self._seen.cause is Cause.NO_ANSWER
            pause_s = self._settings.fast_interval_s * (MUTE_FACTOR if is_mute else 1)
            soon_s = self._checked_s + pause_s
            self._next_check_s = min(self._next_check_s, soon_s)
            self._pauses.reset()  # they grow only while nobody needs it

    def outage_is_written(self, began_at: datetime | None, outage_id: int | None) -> None:
        """Learn under which number an outage was written down, if it is still going on."""
        with self._lock:
            if self._outage is not None and self._outage.at == began_at:
                self._outage_id = outage_id

    def _confirmed(self, observation: Observation) -> Observation | None:
        """Return what may be believed after this check, None while it must be seen again.

        Where the checks in a row differ, the one nearest to the present state is believed.
        """
        present = BADNESS[self.state]
        if observation.cause in OWN_WORDS or observation.state is self.state:
            return observation
        is_worse = BADNESS[observation.state] > present
        if self._unconfirmed and (BADNESS[self._unconfirmed[0].state] > present) != is_worse:
            self._unconfirmed.clear()
        self._unconfirmed.append(observation)
        if len(self._unconfirmed) < self._needed(is_worse=is_worse):
            return None
        newest_first = reversed(self._unconfirmed)
        return min(newest_first, key=lambda seen: abs(BADNESS[seen.state] - present))

    def _needed(self, *, is_worse: bool) -> int:
        if is_worse:
            return self._settings.failures_to_offline
        at_once = self.name.startswith(PRINTER_PREFIX) or self.state is ComponentState.UNKNOWN
        return 1 if at_once else self._settings.successes_to_online

    def _believe(self, observation: Observation) -> None:
        before, self._seen = self._seen, observation
        is_first = before.cause is Cause.NOT_CHECKED
        is_other_state = observation.state is not before.state
        if not (is_other_state or is_first or _says_more(before, observation)):
            return
        now = _Moment(self._clock.now(), self._clock.monotonic())
        if is_other_state or is_first:
            self._since = now
        outage = self._outage
        if observation.state in OUT:
            self._outage = outage = outage or now
        else:
            self._outage = self._outage_id = None
        ended_after_s = now.monotonic_s - outage.monotonic_s if outage else None
        self._unannounced.append(
            Change(
                component=self.name,
                from_state=before.state,
                to_state=observation.state,
                observation=observation,
                at=now.at,
                monotonic_s=now.monotonic_s,
                outage_began_at=outage.at if outage else None,
                outage_duration_s=None if self._outage else ended_after_s,
            )
        )
        if is_other_state or is_first:
            self._change_rhythm(was_away=before.state is ComponentState.OFFLINE)

    def _change_rhythm(self, *, was_away: bool) -> None:
        if self.state is ComponentState.OFFLINE:
            self._pauses.reset()
            soon_s = self._clock.monotonic() + self._pauses.next_s()
            self._next_check_s = min(self._next_check_s, soon_s)
            self.wake.set()
        elif was_away:
            if self._a_check_failed:
                # only a return that was seen from outside ends the breaker's pause: a printer that
                # breaks off every job and answers every check would else be sent job after job
                self.breaker.half_open()
            self._a_check_failed = False

    def _check_in_s(self) -> float:
        if self._is_wanted_soon:
            return 0.0
        return max(0.0, self._next_check_s - self._clock.monotonic())

    def _pause_s(self) -> float:
        if self._unconfirmed:
            return self._settings.fast_interval_s
        if self.state is ComponentState.OFFLINE:
            return self._pauses.next_s()
        return self._settings.check_interval_s

    def _for_s(self) -> float:
        return self._clock.monotonic() - self._since.monotonic_s if self._since else 0.0

    def _wall_time_in(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)

    def _announce_changes(self) -> None:
        """Pass changes on in order; whoever is at it also takes what others add meanwhile."""
        while self._unannounced and self._announcing.acquire(blocking=False):
            try:
                while self._unannounced:
                    self._announce(self._unannounced.popleft())
            finally:
                self._announcing.release()


def _says_more(before: Observation, now: Observation) -> bool:
    """Tell whether a printer that is still away says something else of itself than before.

    Only its own words count: how a dead one fails to answer may differ from look to look.
    """
    is_away = now.state is before.state is ComponentState.OFFLINE
    return is_away and now.cause is not before.cause and now.cause in OWN_WORDS
