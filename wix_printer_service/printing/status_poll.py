"""Asks a printer how it is, again and again, without ever waiting for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.clock import SystemClock
from wix_printer_service.printing import requests

if TYPE_CHECKING:
    from collections.abc import Callable

_CLOCK = SystemClock()


class StatusPoll:
    """Rounds of ``DLE EOT`` 1 to 4, one question at a time.

    Args:
        ask: Where the questions go; what is answered is handed in by ``take``.
        interval_s: Pause between two rounds.
        answer_timeout_s: A printer that says nothing for so long is silent.
    """

    def __init__(
        self, ask: Callable[[bytes], None], interval_s: float, answer_timeout_s: float
    ) -> None:
        self._ask = ask
        self._interval_s = interval_s
        self._answer_timeout_s = answer_timeout_s
        self._answers: dict[int, int] = {}
        self._asked: int | None = None
        """The question that is to be answered next, if any is."""
        self._surplus = 0
        """How many more answers that question may get, because it was asked again."""
        self._asked_at = self._heard_at = _CLOCK.monotonic()
        self._next_at = self._heard_at + interval_s

    @property
    def is_silent(self) -> bool:
        """Tell whether the printer does not answer at all, and has not for too long."""
        too_long = _CLOCK.monotonic() - self._heard_at > self._answer_timeout_s
        return self._asked is not None and not self._answers and too_long

    def hurry(self) -> None:
        """Begin the next round at once."""
        self._next_at = _CLOCK.monotonic()

    def heard(self) -> None:
        """Note that the printer said something, whatever it was."""
        self._heard_at = _CLOCK.monotonic()

    def take(self, byte: int) -> dict[int, int] | None:
        """Take an answer; return the whole round's, by number, if it was the last."""
        if self._asked is None:
            return None  # too late: its round is over
        self._answers[self._asked] = byte
        if self._surplus:  # the next answer would be taken for that to the next question
            self._surplus -= 1
            self._asked_at = _CLOCK.monotonic()
            return None
        return self._go_on(self._asked)

    def turn(self) -> dict[int, int] | None:
        """Ask what is due; return a round's answers if the printer leaves the rest of it out."""
        now = _CLOCK.monotonic()
        if self._asked is None:
            if now >= self._next_at:
                self._ask_for(requests.STATUS_NUMBERS[0])
        elif now - self._asked_at >= self._answer_timeout_s:
            return self._miss_answer(self._asked)
        return None

    def _miss_answer(self, asked: int) -> dict[int, int] | None:
        if asked in self._answers:  # no more answers come to it: it was not heard each time
            self._surplus = 0
            return self._go_on(asked)
        if self._answers:
            return self._end_round()
        self._surplus += 1
        self._ask_for(asked)
        return None

    def _go_on(self, answered: int) -> dict[int, int] | None:
        if answered == requests.STATUS_NUMBERS[-1]:
            return self._end_round()
        self._ask_for(answered + 1)
        return None

    def _ask_for(self, number: int) -> None:
        self._asked = number
        self._asked_at = _CLOCK.monotonic()
        self._ask(requests.tell_status(number))

    def _end_round(self) -> dict[int, int]:
        answers, self._answers, self._asked = self._answers, {}, None
        self._next_at = _CLOCK.monotonic() + self._interval_s
        return answers
