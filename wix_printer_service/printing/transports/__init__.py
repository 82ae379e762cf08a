"""The roads on which bytes reach a printer, and what every one of them can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wix_printer_service.printing.transports.progress import Progress


class Link(Protocol):
    """A road to a printer. What goes wrong is an ``OSError``, or said in words by an own error.

    Not for use by several threads at once.
    """

    name: str
    """What people call the printer as long as nobody gave it a name."""
    can_answer: bool
    """Whether the road leads back as well; certain once it is open."""

    def open(self, timeout_s: float) -> None:
        """Reach the printer."""
        ...

    def send(self, data: bytes, progress: Progress) -> None:
        """Hand over all of ``data``; ``progress`` hears what is taken and said meanwhile.

        Raises:
            StalledError: By ``progress``, when the printer takes nothing any more.
        """
        ...

    def ask(self, question: bytes) -> None:
        """Send a few bytes without waiting; they are lost if the printer takes nothing now."""
        ...

    def receive(self, timeout_s: float) -> bytes:
        """Return what the printer said; nothing if it says nothing for ``timeout_s``.

        Raises:
            BrokenPipeError: The printer ended the connection in the proper way.
        """
        ...

    def finish(self, progress: Progress) -> None:
        """Do what is left to learn whether the printer has taken a job that it cannot confirm."""
        ...

    def close(self) -> None:
        """Let the printer go. Never raises, may be called twice."""
        ...
