"""Questions to a printer and its answers, over whatever link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wix_printer_service.clock import SystemClock
from wix_printer_service.printing import requests
from wix_printer_service.printing.answers import AnswerParser, Kind
from wix_printer_service.printing.transports.progress import Progress

if TYPE_CHECKING:
    from wix_printer_service.printing.answers import Answer
    from wix_printer_service.printing.transports import Link

_CLOCK = SystemClock()
DRAINS: Final = 20
"""Readings after which a printer that never stops talking is taken as it is."""


class Conversation:
    """What is said between the opening and the closing of a link."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._parser = AnswerParser()
        self.owed = 0
        """How many questions that are answered in order may still be answered."""

    def drain(self, quiet_s: float = 0.0) -> None:
        """Throw away what was said before, until nothing comes for ``quiet_s``."""
        for _ in range(DRAINS):
            if not (data := self._link.receive(quiet_s)):
                break
            self.understand(data)
        self._parser.forget()

    def ask(self, question: bytes) -> None:
        """Send a question and do not wait for its answer."""
        self._link.ask(question)

    def listen(self, timeout_s: float) -> list[Answer]:
        """Return what the printer says next, or nothing if it is silent for a time."""
        return self.understand(self._link.receive(timeout_s))

    def understand(self, data: bytes) -> list[Answer]:
        """Return what bytes mean that somebody else has received."""
        answers = self._parser.feed(data)
        in_order = sum(answer.kind is Kind.IN_ORDER for answer in answers)
        self.owed = max(0, self.owed - in_order)
        return answers

    def answer_to(self, question: bytes, kind: Kind, timeout_s: float) -> bytes | None:
        """Ask and wait for the answer; what else is said meanwhile is thrown away."""
        self.ask(question)
        self.owed += kind is Kind.IN_ORDER
        end = _CLOCK.monotonic() + timeout_s
        while (left_s := end - _CLOCK.monotonic()) > 0:
            for answer in self.listen(left_s):
                if answer.kind is kind:
                    return answer.data
        self._parser.forget()
        return None

    def status(self, timeout_s: float) -> dict[int, int]:
        """Ask how the printer is, one thing after the other; an unanswered one ends it.

        Args:
            timeout_s: How long each answer may take.

        Returns:
            By the number of each question, the byte that came.
        """
        answers: dict[int, int] = {}
        for number in requests.STATUS_NUMBERS:
            answer = self.answer_to(requests.tell_status(number), Kind.REAL_TIME, timeout_s)
            if answer is None:
                break
            answers[number] = answer[0]
        return answers

    def send_nothing(self, count: int, stall_timeout_s: float) -> None:
        """Send bytes that complete half a command and leave no trace else."""
        self._link.send(requests.NOTHING * count, Progress(stall_timeout_s))
