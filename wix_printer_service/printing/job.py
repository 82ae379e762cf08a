"""One job on its way: how the printer is meanwhile, by what it takes and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wix_printer_service.observations import Cause, ComponentState
from wix_printer_service.printing import printer_status
from wix_printer_service.printing.answers import Kind
from wix_printer_service.printing.transports.progress import GivenUpError

if TYPE_CHECKING:
    from wix_printer_service.observations import Observation
    from wix_printer_service.printing.answers import Answer
    from wix_printer_service.printing.conversation import Conversation
    from wix_printer_service.printing.watch import Watch

STALL_NOTICED_S: Final = 0.9
"""A printer that takes nothing for so long is worth a word, if it did not say why."""


class Job:
    """What is known of the printer and of the job while it is sent and printed.

    Args:
        conversation: With the printer; None if nobody answers.
        watch: Hears how it goes.
        label: What people call the printer.
        observation: How the printer was before.
    """

    def __init__(
        self,
        conversation: Conversation | None,
        watch: Watch,
        label: str,
        observation: Observation,
    ) -> None:
        self._conversation = conversation
        self._watch = watch
        self._label = label
        self._healthy = self.observation = observation
        self._answers: list[Answer] = []

    # --- while its bytes go out (see ``transports.progress.Ear``) -------------------------------

    def moved(self) -> None:
        """Hear that the printer took something."""
        self._watch.beat()
        if self.observation.cause is Cause.NO_ANSWER:
            self.went_on()

    def heard(self, data: bytes) -> None:
        """Hear what the printer said."""
        if self._conversation is not None:
            self.take_note(self._conversation.understand(data))

    def excuses(self, idle_s: float) -> bool:
        """Tell whether the printer has said why it takes nothing; see ``Ear``."""
        self._watch.beat()
        if idle_s > STALL_NOTICED_S and not self.is_stopped:
            self.notice_silence("takes no more bytes")
        self.give_up_if_wanted()
        return self.is_excused

    def beat(self) -> None:
        """Say that the wait goes on."""
        self._watch.beat()

    # --- how the printer is ---------------------------------------------------------------------

    @property
    def is_stopped(self) -> bool:
        """Tell whether the printer cannot print, as far as is known."""
        return self.observation.state is ComponentState.OFFLINE

    @property
    def is_excused(self) -> bool:
        """Tell whether the printer itself said that it cannot print."""
        return self.is_stopped and self.observation.cause is not Cause.NO_ANSWER

    def take_note(self, answers: list[Answer]) -> None:
        """Notice how the printer is by what it said unasked; keep the rest for who asked."""
        for answer in answers:
            if answer.kind is Kind.AUTOMATIC:
                self.notice(printer_status.from_automatic(self._label, answer.data))
            else:
                self._answers.append(answer)

    def take_answers(self) -> list[Answer]:
        """Return what was said and not looked at yet."""
        answers, self._answers = self._answers, []
        return answers

    def notice_status(self, answers: dict[int, int] | None) -> None:
        """Notice how the printer is by a round of its answers, if there is one."""
        if answers is not None:
            self.notice(printer_status.from_real_time(self._label, answers))

    def notice_silence(self, text: str = "") -> None:
        """Notice that nothing comes from the printer, or that it takes nothing."""
        self.notice(printer_status.offline(self._label, Cause.NO_ANSWER, text))

    def went_on(self) -> None:
        """Notice that the printer works, whatever was said of it before."""
        if self.is_stopped:
            self.notice(self._healthy)

    def notice(self, observation: Observation) -> None:
        """Tell the watch if the printer is no longer as it was."""
        before, self.observation = self.observation, observation
        if not self.is_stopped:
            self._healthy = observation
        if (before.state, before.cause) != (observation.state, observation.cause):
            self._watch.observe(observation)

    def give_up_if_wanted(self) -> None:
        """End the wait for a printer that cannot print, if nobody wants it any longer.

        Raises:
            GivenUpError: So it is.
        """
        if self.is_stopped and self._watch.gives_up():
            raise GivenUpError(f"was given up: {self.observation.text}")
