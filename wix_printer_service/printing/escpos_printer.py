"""A printer to talk with: how it is before a job, and whether the job is on paper after it."""

from __future__ import annotations

import itertools
import secrets
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wix_printer_service.clock import SystemClock
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError
from wix_printer_service.fault_points import reach
from wix_printer_service.models import Confirmation
from wix_printer_service.observations import Cause, ComponentState
from wix_printer_service.printing import printer_status, requests
from wix_printer_service.printing.abilities import UNKNOWN_PRINTER, Ability, by_model
from wix_printer_service.printing.answers import Kind
from wix_printer_service.printing.confirming import Closing, Confirming
from wix_printer_service.printing.conversation import Conversation
from wix_printer_service.printing.job import Job
from wix_printer_service.printing.learning import learn
from wix_printer_service.printing.leftovers import Leftovers
from wix_printer_service.printing.transports.progress import Progress, pause, reaching, sending
from wix_printer_service.printing.watch import UNWATCHED

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.observations import Observation
    from wix_printer_service.printing.abilities import Abilities
    from wix_printer_service.printing.transports import Link
    from wix_printer_service.printing.watch import Watch
    from wix_printer_service.settings import Printing

_CLOCK = SystemClock()
BYTES_PER_KB: Final = 1000
RELISTEN_S: Final = 2.0
"""A printer with a single socket may refuse others for so long after we hung up."""
RELISTEN_PAUSE_S: Final = 0.05
GLANCE_S: Final = 0.2
"""How long to wait for an answer that is not really expected any more."""
SILENCES: Final = 3
"""After so many openings without an answer none is really expected any more."""
ID_ALPHABET: Final = bytes(range(0x20, 0x7F))
ID_LENGTH: Final = 4
ID_COUNT: Final = len(ID_ALPHABET) ** ID_LENGTH


class EscposPrinter:
    """A printer behind a link of whatever kind; see ``printing.printer.Printer``.

    Args:
        link: The road to it.
        printing: How long to wait for what.
        label: What people call it.
        learnt: What it was found to be able to do; if nothing, its maker and model decide.
        note_answer: Called when it answers and was not known to, to remember that.
    """

    def __init__(
        self,
        link: Link,
        printing: Printing,
        label: str = "",
        learnt: Abilities | None = None,
        note_answer: Callable[[], None] = lambda: None,
    ) -> None:
        self.in_use = threading.Lock()
        self.label = label or link.name
        self.abilities = learnt or UNKNOWN_PRINTER
        self.maker = self.model = ""
        """What the printer calls itself; empty until it was asked."""
        self._link = link
        self._printing = printing
        self._note_answer = note_answer
        self._is_learnt = learnt is not None and replace(learnt, answers=Ability.UNTRIED) != (
            UNKNOWN_PRINTER
        )
        self._was_asked_for_name = False
        self._silences = 0
        self._leftovers = Leftovers()
        # an id is never used twice, and starts anywhere: an answer to somebody else is none to us
        self._ids = itertools.count(secrets.randbelow(ID_COUNT))
        self._conversation: Conversation | None = None
        self._is_open = False
        self._let_go_at = -RELISTEN_S
        """When we hung up last."""
        self._observation = printer_status.cannot_tell(self.label)

    # --- before a job ---------------------------------------------------------------------------

    def open(self, timeout_s: float | None = None) -> Observation:
        """Reach the printer and ask how it is; see ``Printer``."""
        self.close()
        try:
            with reaching(self._link.name):
                self._reach(timeout_s)
        except PrinterUnavailableError:
            self.close()
            raise
        return self._observation

    def _reach(self, timeout_s: float | None) -> None:
        """Connect and greet, again and again while the printer may not listen again yet."""
        connect_timeout_s = timeout_s or self._printing.connect_timeout_s
        end = min(self._let_go_at + RELISTEN_S, _CLOCK.monotonic() + connect_timeout_s)
        while True:
            try:
                self._link.open(connect_timeout_s)
                self._is_open = True
                if self._link.can_answer and self.abilities.answers.may_be_asked:
                    self._greet(Conversation(self._link), timeout_s)
            except (ConnectionRefusedError, ConnectionResetError):
                if _CLOCK.monotonic() >= end:
                    raise
            else:
                return
            self.close()
            pause(RELISTEN_PAUSE_S)

    def _greet(self, conversation: Conversation, most_s: float | None) -> None:
        """Ask how the printer is, and get it ready for a job.

        Raises:
            PrinterUnavailableError: It cannot print now.
            OSError: The connection is lost.
        """
        timeout_s, is_probe = self._printing.answer_timeout_s, most_s is not None
        if most_s is not None:
            timeout_s = min(timeout_s, most_s)
        conversation.drain()
        answers = self._status(conversation, timeout_s, is_probe=is_probe)
        if not answers:
            self._silences += 1
            if self.abilities.answers.is_known:
                silent = printer_status.offline(self.label, Cause.NO_ANSWER)
                raise PrinterUnavailableError(silent.text, silent.cause)
            self._stop_at_leftovers(is_probe=is_probe)
            return
        if self.abilities.answers is not Ability.SEEN:
            self.abilities = replace(self.abilities, answers=Ability.SEEN)
            self._note_answer()
        observation = printer_status.from_real_time(self.label, answers)
        if observation.state is ComponentState.OFFLINE:
            raise PrinterUnavailableError(observation.text, observation.cause)
        if not is_probe:
            self._meet(conversation, timeout_s)
            self._forget_leftovers(conversation, timeout_s)
            self._stop_at_leftovers(is_probe=is_probe)
        self._conversation, self._observation = conversation, observation

    def _stop_at_leftovers(self, *, is_probe: bool) -> None:
        """Let no job out as long as the printer would take it for the rest of another.

        Raises:
            PrinterUnavailableError: So it is; the next opening goes on with getting rid of it.
        """
        if self._leftovers.are_in_the_way and not is_probe:
            text = f"{self.label} still takes in the rest of a job that was broken off"
            raise PrinterUnavailableError(text, Cause.NO_ANSWER)

    def _status(
        self, conversation: Conversation, timeout_s: float, *, is_probe: bool
    ) -> dict[int, int]:
        expected = self.abilities.answers.is_known or self._silences < SILENCES
        answers = conversation.status(timeout_s if expected else min(GLANCE_S, timeout_s))
        # a look keeps slow lines free; but a printer that does answer would stay away for ever
        if answers or (is_probe and not self.abilities.answers.is_known):
            return answers
        question = requests.tell_status(requests.STATUS_NUMBERS[0])
        if not self._leftovers.flush(conversation, question, Kind.REAL_TIME, timeout_s):
            return {}
        conversation.drain(GLANCE_S)  # it may answer each time that it was asked
        return conversation.status(timeout_s)

    def _meet(self, conversation: Conversation, timeout_s: float) -> None:
        """Ask once in this run who the printer is, and with that what it can do."""
        if self._was_asked_for_name:
            return
        self._was_asked_for_name = True
        maker = conversation.answer_to(requests.TELL_MAKER, Kind.TEXT, timeout_s)
        if maker is None:  # half a picture may have swallowed the question
            maker = self._leftovers.flush(conversation, requests.TELL_MAKER, Kind.TEXT, timeout_s)
        if maker is None:
            return
        self._leftovers.size = 0
        model = conversation.answer_to(requests.TELL_MODEL, Kind.TEXT, timeout_s) or b""
        self.maker, self.model = (name.decode("ascii", "replace") for name in (maker, model))
        if not self._is_learnt:
            known = by_model(self.maker, self.model)
            self.abilities = replace(known, answers=self.abilities.answers)

    def _forget_leftovers(self, conversation: Conversation, timeout_s: float) -> None:
        """Have the printer forget what a job of this run left in it."""
        if not self._leftovers.size:
            return
        if (
            self.abilities.clear_buffers.may_be_asked
            and conversation.answer_to(requests.CLEAR_BUFFERS, Kind.CLEARED, timeout_s) is not None
        ):
            self._leftovers.size = 0
            return
        # what is answered in order shows that the printer listens again
        if self.maker:
            question, kind = requests.TELL_MAKER, Kind.TEXT
        else:
            question, kind = requests.TELL_PAPER, Kind.IN_ORDER
        answer = conversation.answer_to(question, kind, timeout_s)
        if answer is not None:
            self._leftovers.size = 0
        else:
            answer = self._leftovers.flush(conversation, question, kind, timeout_s)
        # answers that the broken job asked for, and those to each time that it was asked
        conversation.drain(timeout_s if conversation.owed else GLANCE_S)
        if answer is not None:
            conversation.owed = 0  # the others were swallowed

    def learn(self) -> None:
        """Find out what the open printer can do; a few characters may come out with the next job.

        Raises:
            PrinterUnavailableError: The connection is lost.
        """
        if self._conversation is not None:
            with reaching(self._link.name):
                self.abilities = learn(self._conversation, self._printing.answer_timeout_s)

    # --- a job ----------------------------------------------------------------------------------

    def send(self, data: bytes, watch: Watch = UNWATCHED) -> Confirmation:
        """Send a whole job and wait for its confirmation; see ``Printer``."""
        job = Job(self._conversation, watch, self.label, self._observation)
        progress = Progress(self._printing.stall_timeout_s, job)
        try:
            with sending(self._link.name, progress):
                return self._print(data, job, progress)
        except SendInterruptedError:
            self._leftovers.note(len(data))
            raise

    def _print(self, data: bytes, job: Job, progress: Progress) -> Confirmation:
        confirmation = Confirmation.NONE
        if self._conversation is None:
            self._link.send(data, progress)
            reach("job_sent")
        else:
            self._link.send(self._with_reports(data), progress)
            confirmation = self._confirmation(self._conversation, job, len(data), progress)
        if confirmation is Confirmation.NONE:
            self._link.finish(progress)
        return confirmation

    def _confirmation(
        self, conversation: Conversation, job: Job, size: int, progress: Progress
    ) -> Confirmation:
        """Ask for the confirmation and wait for it.

        Raises:
            OSError: It did not come, or the connection is lost.
        """
        printing = self._printing
        timeout_s = printing.confirm_timeout_s + printing.confirm_s_per_kb * size / BYTES_PER_KB
        closing = Closing.of(self.abilities, self._next_id())
        try:
            closing = self._ask(conversation, job, closing, progress)
            confirming = Confirming(conversation, job, closing, printing, size)
            confirmation = confirming.wait(timeout_s)
        except BrokenPipeError:  # it hung up properly, which is all that some have to say
            if closing.data or job.is_stopped:
                raise
            confirmation = Confirmation.NONE
        self._learn_from(closing, confirmation)
        return confirmation

    def _ask(
        self, conversation: Conversation, job: Job, closing: Closing, progress: Progress
    ) -> Closing:
        """Ask only when all else is handed over: what was said until then confirms nothing."""
        job.take_note(conversation.listen(0))
        job.take_answers()
        owed = conversation.owed + 1
        if closing.data:
            self._link.send(closing.data, progress)
        reach("job_sent")
        return replace(closing, owed=owed)

    def _with_reports(self, data: bytes) -> bytes:
        """Have the printer say what happens to it during the job, where it is known to do so.

        It must be told behind the job's own ``ESC @``, which would switch that off again.
        """
        if not self.abilities.automatic_status.is_known:
            return data
        start = requests.INITIALIZE if data.startswith(requests.INITIALIZE) else b""
        return start + requests.REPORT_CHANGES + data.removeprefix(start)

    def _next_id(self) -> bytes:
        number, characters = next(self._ids) % ID_COUNT, bytearray()
        for _ in range(ID_LENGTH):
            number, index = divmod(number, len(ID_ALPHABET))
            characters.append(ID_ALPHABET[index])
        return bytes(reversed(characters))

    def _learn_from(self, closing: Closing, confirmation: Confirmation) -> None:
        """Remember for this run what the printer has shown that it can do, or cannot."""
        if confirmation is Confirmation.PRINTED:
            self.abilities = replace(self.abilities, process_id=Ability.SEEN)
        elif confirmation is Confirmation.PROCESSED:
            self.abilities = replace(
                self.abilities, process_id=Ability.ABSENT, ordered_status=Ability.SEEN
            )
        elif closing.in_order:
            self.abilities = replace(self.abilities, ordered_status=Ability.ABSENT)

    # --- after it -------------------------------------------------------------------------------

    def close(self) -> None:
        """Let the printer go; see ``Printer``."""
        self._link.close()
        if self._is_open:
            self._is_open, self._let_go_at = False, _CLOCK.monotonic()
        self._conversation = None
        self._observation = printer_status.cannot_tell(self.label)
