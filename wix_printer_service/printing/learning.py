"""Finds out what a printer can do, by trying it around a test ticket that somebody wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wix_printer_service.printing import requests
from wix_printer_service.printing.abilities import Abilities, Ability
from wix_printer_service.printing.answers import Kind

if TYPE_CHECKING:
    from wix_printer_service.printing.conversation import Conversation

TRIAL_ID: Final = b"TEST"
"""What a printer that does not know process ids may print, after two noughts."""
PATIENCE: Final = 3
"""How many times as long as usual an answer may take: what is learnt here is kept."""


def learn(conversation: Conversation, answer_timeout_s: float) -> Abilities:
    """Try everything once. What this may leave in the printer, the next ``ESC @`` throws away.

    Raises:
        OSError: The connection is lost.
    """

    def tried(question: bytes, kind: Kind, expected: bytes = b"") -> Ability:
        answer = conversation.answer_to(question, kind, answer_timeout_s * PATIENCE)
        did_it = answer is not None and answer.startswith(expected)
        return Ability.SEEN if did_it else Ability.ABSENT

    return Abilities(
        answers=Ability.SEEN,
        ordered_status=tried(requests.TELL_PAPER, Kind.IN_ORDER),
        automatic_status=tried(requests.REPORT_CHANGES, Kind.AUTOMATIC),
        process_id=tried(requests.tell_when_printed(TRIAL_ID), Kind.PROCESS_ID, TRIAL_ID),
        clear_buffers=tried(requests.CLEAR_BUFFERS, Kind.CLEARED),
    )
