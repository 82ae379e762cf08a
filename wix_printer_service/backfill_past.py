"""Which orders are of the past: of before the first start, so recorded and never printed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from wix_printer_service.backfill_records import LATELY

if TYPE_CHECKING:
    from wix_printer_service.clock import Clock
    from wix_printer_service.settings import Settings

NOT_YET = (
    "backfill.print_since lies in the future: until then orders that are fetched from Wix are"
    " recorded and not printed"
)
PLAUSIBLE = timedelta(minutes=1)
"""A clock that differs from Wix's by no more goes right."""
STEP = timedelta(seconds=1)
"""Wix tells its time in whole seconds, so it may be so much later than it says."""


class Past:
    """Knows from when on orders are printed.

    Args:
        settings: What the owner chose, and how far the first look reaches back.
        clock: Tells when this run began.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._clock = clock
        self._look_back = timedelta(hours=settings.backfill.look_back_h)
        self._chosen = _moment(settings.backfill.print_since, settings.restaurant.timezone)
        self.began_at, self._began_s = clock.now(), clock.monotonic()
        self.since = self.first_start = self._chosen or self.began_at
        """``since``: orders of before are past; ``first_start``: the same without the owner."""

    def settle(self, first_start: datetime) -> None:
        """Take in when the first start was."""
        self.first_start = first_start
        self.since = self._chosen or first_start

    def first_start_by_wix(self, began_at: datetime, answered_at: datetime) -> datetime:
        """Return by Wix's clock when the first start was.

        A clock that goes right is believed, and still never to be later than Wix's tells. The first
        start of an earlier run may have been noted by a clock that was wrong: a Pi without a
        battery may start years behind. So it is believed only if it was lately.

        Args:
            began_at: What was noted at the first start, perhaps in an earlier run.
            answered_at: What Wix's clock says now.
        """
        this_start = answered_at - timedelta(seconds=self._clock.monotonic() - self._began_s)
        if abs(began_at - this_start) <= PLAUSIBLE:
            return min(began_at, this_start + STEP)
        is_earlier = began_at != self.began_at and began_at < this_start
        return max(began_at, this_start - LATELY) if is_earlier else this_start

    def first_look_from(self) -> datetime:
        """Return how far the very first look reaches back."""
        return min(self.since, self.first_start) - self._look_back

    def remark(self) -> str:
        """Say that nothing is printed yet, if the owner chose a moment that is still to come."""
        return NOT_YET if self._chosen is not None and self._chosen > self._clock.now() else ""

    def covers(self, created: datetime | None, updated: datetime | None) -> bool:
        """Tell whether an order is of the past.

        One that was placed shortly before and is not known by now was approved since: every
        approved one of that time was recorded at the very first look.
        """
        if updated is not None and updated < self.since:
            return True
        return created is not None and created < self.since - self._look_back


def _moment(text: str | None, zone: str) -> datetime | None:
    """Read a moment of the settings; one without a zone is at the restaurant's time."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
