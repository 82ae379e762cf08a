"""Waiting until a printer says that a job is on paper, for as long as it makes sense."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wix_printer_service.clock import SystemClock
from wix_printer_service.models import Confirmation
from wix_printer_service.printing import requests
from wix_printer_service.printing.abilities import Abilities, Ability
from wix_printer_service.printing.answers import Kind
from wix_printer_service.printing.status_poll import StatusPoll
from wix_printer_service.printing.transports.progress import UnconfirmedError

if TYPE_CHECKING:
    from wix_printer_service.printing.answers import Answer
    from wix_printer_service.printing.conversation import Conversation
    from wix_printer_service.printing.job import Job
    from wix_printer_service.settings import Printing

_CLOCK = SystemClock()
LISTEN_S: Final = 0.1
"""How long to listen at a time."""
MEMORY_BYTES: Final = 4096
"""So much of a job may lie unprinted in a printer that has taken its last byte."""
SLOWEST_BYTES_PER_S: Final = 400
"""At 50 mm/s, as old printers do, twelve rows of 4.2 mm with about 33 bytes each."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What is asked behind a job's last byte."""

    process_id: bytes | None
    """The id that comes back when the job is on paper, if the printer can do that."""
    in_order: bool
    """Whether something is asked that is answered when all before it is processed."""
    must_come: bool
    """Whether the printer is known to answer, so that silence means trouble."""
    owed: int = 1
    """The answer to how many questions that are answered in order confirms the job: the last."""

    @classmethod
    def of(cls, abilities: Abilities, process_id: bytes) -> Closing:
        """Ask a printer what it can answer.

        Of a printer that is only said to know process ids the other answer is wanted as well: it
        shows that the job arrived, should the id never come.
        """
        with_id = abilities.process_id.may_be_asked
        in_order = (
            abilities.process_id is not Ability.SEEN and abilities.ordered_status.may_be_asked
        )
        known = (with_id and abilities.process_id.is_known) or (
            in_order and abilities.ordered_status.is_known
        )
        return cls(process_id if with_id else None, in_order, known)

    @property
    def data(self) -> bytes:
        """Return the bytes to send behind the job."""
        asked = requests.tell_when_printed(self.process_id) if self.process_id else b""
        return asked + (requests.TELL_PAPER if self.in_order else b"")


class Confirming:
    """The wait for one job's confirmation.

    The time in which the printer says that it cannot print does not count: it goes on by itself,
    from its own memory, when somebody has put in paper or closed the cover.

    Args:
        conversation: With the printer.
        job: Hears how the printer is.
        closing: What was asked behind the job.
        printing: How long to wait for what.
        size: The job's bytes. Many printers answer nothing while they print, so that silence is
            no news before these could be on paper.
    """

    def __init__(
        self,
        conversation: Conversation,
        job: Job,
        closing: Closing,
        printing: Printing,
        size: int = 0,
    ) -> None:
        self._conversation = conversation
        self._job = job
        self._closing = closing
        self._listen_s = min(LISTEN_S, printing.status_interval_s)
        self._poll = StatusPoll(
            conversation.ask, printing.status_interval_s, printing.answer_timeout_s
        )
        if not closing.data:
            self._poll.hurry()
        self._is_processed = False
        self._owed = closing.owed
        busy_s = min(size, MEMORY_BYTES) / SLOWEST_BYTES_PER_S
        # and the time to start, to cut and to answer then
        self._busy_until = _CLOCK.monotonic() + busy_s + 2 * printing.answer_timeout_s

    def wait(self, timeout_s: float) -> Confirmation:
        """Wait for at most ``timeout_s`` in which the printer could print.

        Raises:
            UnconfirmedError: A printer that can confirm did not, or it cannot print.
            GivenUpError: It cannot print, and nobody wants to wait any longer.
            OSError: The connection is lost.
        """
        left_s, before = timeout_s, _CLOCK.monotonic()
        while left_s > 0:
            confirmation = self._listen_to_the_end()
            if confirmation is not None:
                self._job.went_on()
                return confirmation
            self._job.give_up_if_wanted()
            now = _CLOCK.monotonic()
            left_s -= 0 if self._job.is_excused else now - before
            before = now
        return self._verdict(timeout_s)

    def _listen_to_the_end(self) -> Confirmation | None:
        """Listen once; of a lost connection, also to what came before its end.

        Raises:
            OSError: The connection is lost, and nothing that came confirms the job.
        """
        try:
            return self._listen()
        except OSError:
            confirmation = self._last_words()
            if confirmation is None:
                raise
            return confirmation

    def _last_words(self) -> Confirmation | None:
        answers = self._job.take_answers()
        with suppress(OSError):
            answers += self._conversation.listen(0)
        taken = [self._take_confirmation(answer) for answer in answers]
        processed = Confirmation.PROCESSED if self._is_processed else None
        return next((confirmation for confirmation in taken if confirmation), processed)

    def _listen(self) -> Confirmation | None:
        """Ask and listen once; return the confirmation if it came."""
        self._job.beat()
        confirmation = self._take_round(self._poll.turn())
        answers = self._job.take_answers() or self._hear()
        for answer in answers:  # before the others, to which the next question is asked
            confirmation = confirmation or self._take_confirmation(answer)
        for answer in answers:
            confirmation = confirmation or self._take_status(answer)
        if self._poll.is_silent and _CLOCK.monotonic() >= self._busy_until:
            self._job.notice_silence()
        return confirmation

    def _hear(self) -> list[Answer]:
        answers = self._conversation.listen(self._listen_s)
        if answers:
            self._poll.heard()
        self._job.take_note(answers)
        return self._job.take_answers()

    def _take_status(self, answer: Answer) -> Confirmation | None:
        if answer.kind is Kind.REAL_TIME:
            return self._take_round(self._poll.take(answer.data[0]))
        return None

    def _take_confirmation(self, answer: Answer) -> Confirmation | None:
        if answer.kind is Kind.PROCESS_ID and answer.data == self._closing.process_id:
            return Confirmation.PRINTED
        if answer.kind is Kind.IN_ORDER and self._closing.in_order:
            self._owed -= 1
            if self._owed > 0:  # the answer to an earlier question
                return None
            self._is_processed = True
            return None if self._closing.process_id else Confirmation.PROCESSED
        return None

    def _take_round(self, answers: dict[int, int] | None) -> Confirmation | None:
        """Notice how the printer is; that it can print is all that some have to say."""
        self._job.notice_status(answers)
        is_ready = answers is not None and not self._job.is_stopped
        return Confirmation.NONE if is_ready and not self._closing.data else None

    def _verdict(self, timeout_s: float) -> Confirmation:
        if self._is_processed:
            return Confirmation.PROCESSED
        if self._closing.must_come or self._job.is_stopped or self._poll.is_silent:
            raise UnconfirmedError(f"did not confirm the job within {timeout_s:g} s")
        return Confirmation.NONE
