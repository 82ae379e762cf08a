"""How the status page says things: in the restaurant's language, at its time, in a colour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from wix_printer_service.api.texts import spoken, texts

if TYPE_CHECKING:
    from datetime import datetime

    from wix_printer_service.settings import Restaurant


class Tone(StrEnum):
    """The colour in which something is said; the words say the same."""

    GOOD = "good"
    WAIT = "wait"
    LOOK = "look"
    STOP = "stop"
    OFF = "off"


FOR_A_PERSON = frozenset({Tone.LOOK, Tone.STOP})


@dataclass(frozen=True, slots=True)
class Said:
    """Something in words, and its tone."""

    words: str
    tone: Tone


class Speaker:
    """Speaks a restaurant's language at one moment.

    Args:
        now: Times of the same day are shown without the date.
    """

    def __init__(self, restaurant: Restaurant, now: datetime) -> None:
        self.say = texts(restaurant.language)
        self.now = now
        self._language = spoken(restaurant.language)
        self._zone = ZoneInfo(restaurant.timezone)

    def moment(self, when: datetime) -> str:
        """Return a time of day, with the day if it is not today."""
        try:
            local = when.astimezone(self._zone)
        except OverflowError:  # in the first or last hours of the calendar
            return when.isoformat()
        is_today = local.date() == self.now.astimezone(self._zone).date()
        day = "" if is_today else f"{self.say.day_pattern} "
        return format_datetime(local, day + self.say.time_pattern, locale=self._language)
