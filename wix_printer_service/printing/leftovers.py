"""What a job that was broken off may have left half in the printer, and getting rid of it.

A printer that got half a picture takes whatever comes next for the rest of it, be it a question or
the next ticket. Bytes that mean nothing, as many as could be missing, end that without a trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wix_printer_service.clock import SystemClock

if TYPE_CHECKING:
    from wix_printer_service.printing.answers import Kind
    from wix_printer_service.printing.conversation import Conversation

_CLOCK = SystemClock()
LONGEST_COMMAND: Final = 70_000
"""Bytes of the largest picture that python-escpos sends in one piece (960 rows of 72 bytes)."""
FIRST_PIECE: Final = 2048
GLANCE_S: Final = 0.2
"""How long to wait for an answer as long as more can be sent."""
LONGEST_FLUSH_S: Final = 5.0
"""A slow line gets no more pieces after that."""
SLOW_PIECE_S: Final = 0.25
"""A line on which the first piece takes longer is slow."""
SLOW_LINE_BYTES: Final = 4096
"""What a slow line gets if nothing says that anything is missing."""
STALL_S: Final = 1.0
"""A printer that takes not even these bytes for so long is not to be talked with now."""


class Leftovers:
    """How many bytes the printer may be waiting for; an earlier run may have left some, too."""

    def __init__(self) -> None:
        self.size = LONGEST_COMMAND
        self.are_certain = False
        """Whether a job of this run was broken off."""

    @property
    def are_in_the_way(self) -> bool:
        """Tell whether a job that is sent now may be taken for the rest of another."""
        return self.are_certain and self.size > 0

    def note(self, job_size: int) -> None:
        """Note that a job was broken off: no command of it can miss more than its length."""
        self.size = min(job_size, LONGEST_COMMAND)
        self.are_certain = True

    def flush(
        self, conversation: Conversation, question: bytes, kind: Kind, answer_timeout_s: float
    ) -> bytes | None:
        """Send bytes that mean nothing until the question is answered, or none can be missing.

        Raises:
            OSError: The connection is lost, or the printer takes nothing.
        """
        piece, end = FIRST_PIECE, _CLOCK.monotonic() + LONGEST_FLUSH_S
        while self.size > 0 and _CLOCK.monotonic() < end:
            self._send(conversation, min(piece, self.size))
            piece *= 2
            wait_s = GLANCE_S if self.size else answer_timeout_s
            answer = conversation.answer_to(question, kind, min(wait_s, answer_timeout_s))
            if answer is not None:
                self.size = 0
                return answer
        return None

    def _send(self, conversation: Conversation, count: int) -> None:
        began = _CLOCK.monotonic()
        conversation.send_nothing(count, STALL_S)
        self.size -= count
        is_slow = _CLOCK.monotonic() - began > SLOW_PIECE_S
        if is_slow and count == FIRST_PIECE and not self.are_certain:
            self.size = min(self.size, SLOW_LINE_BYTES - FIRST_PIECE)
