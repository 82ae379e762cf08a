"""How much waits, for how long, and what of that a person should know."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from wix_printer_service.errors import StorageError
from wix_printer_service.lifecycle import Worker
from wix_printer_service.models import ItemState

if TYPE_CHECKING:
    from datetime import datetime

    from wix_printer_service.clock import Clock
    from wix_printer_service.offline_queue import Count, OfflineQueue
    from wix_printer_service.settings import OfflineQueue as Limits
    from wix_printer_service.storage.database import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LaneStatus:
    """What is unfinished in a lane, or in all of them together.

    ``oldest_age_s`` is that of the oldest item that waits, None if none does.
    """

    by_state: dict[str, int]
    by_priority: dict[str, int]
    oldest_age_s: float | None

    @property
    def depth(self) -> int:
        """How many items wait."""
        return self.by_state.get(ItemState.WAITING, 0)


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """What is unfinished in the whole queue, and lane by lane."""

    total: LaneStatus
    lanes: dict[str, LaneStatus]
    alerts: tuple[str, ...]


class QueueWatch(Worker):
    """Looks at the queue again and again, and says so when a threshold is passed."""

    def __init__(
        self, database: Database, queue: OfflineQueue, limits: Limits, clock: Clock
    ) -> None:
        super().__init__("queue-watch", clock)
        self._database = database
        self._queue = queue
        self._limits = limits
        self._told: tuple[str, ...] = ()

    def turn(self) -> None:
        """Look once, then rest."""
        try:
            self._tell(self.status().alerts)
        except StorageError as error:
            log.warning("queue_not_looked_at", reason=str(error))
        self.rest(self._limits.check_interval_s)

    def status(self) -> QueueStatus:
        """Count everything that is unfinished.

        Raises:
            StorageError: The database cannot be read now.
        """
        with self._database.reading() as connection:
            counts = self._queue.counts(connection)
        now = self.clock.now()
        total = _lane_status(counts, now)
        lanes = {
            name: _lane_status([count for count in counts if count.lane == name], now)
            for name in sorted({count.lane for count in counts})
        }
        return QueueStatus(total, lanes, tuple(_alerts(total, self._limits)))

    def require_room(self) -> None:
        """Make sure that there is room for more work.

        Raises:
            QueueFullError: Too much is unfinished.
            StorageError: The database cannot be read now.
        """
        with self._database.reading() as connection:
            self._queue.require_room(connection)

    def _tell(self, alerts: tuple[str, ...]) -> None:
        kinds = tuple(alert.partition(":")[0] for alert in alerts)
        if kinds == self._told:
            return
        self._told = kinds
        if alerts:
            log.warning("queue_alert", alerts=alerts)
        else:
            log.info("queue_alert_over")


def _lane_status(counts: list[Count], now: datetime) -> LaneStatus:
    by_state: Counter[str] = Counter()
    by_priority: Counter[str] = Counter()
    for count in counts:
        by_state[count.state] += count.number
        if count.state is ItemState.WAITING:
            by_priority[count.priority.name] += count.number
    waiting = [count.oldest_at for count in counts if count.state is ItemState.WAITING]
    # the wall clock may have been set back since
    age_s = max(0.0, (now - min(waiting)).total_seconds()) if waiting else None
    return LaneStatus(dict(by_state), dict(by_priority), age_s)


def _alerts(total: LaneStatus, limits: Limits) -> list[str]:
    """Say which thresholds are passed; what stands before the colon names the threshold."""
    alerts = []
    if total.depth >= limits.alert_depth:
        alerts.append(f"many jobs wait: {total.depth}")
    if total.oldest_age_s is not None and total.oldest_age_s >= limits.alert_age_s:
        alerts.append(f"the oldest job has waited for long: {total.oldest_age_s / 60:.0f} minutes")
    dead = total.by_state.get(ItemState.DEAD, 0)
    if dead >= limits.alert_dead:
        alerts.append(f"jobs are dead and need a person: {dead}")
    return alerts
