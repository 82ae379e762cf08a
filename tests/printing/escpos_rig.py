"""A virtual printer on a real socket, to which things happen at the right moment."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, Protocol

from wix_printer_service import settings
from wix_printer_service.printing.printer import build_printer
from wix_printer_service.virtual_printer import PaperState, VirtualPrinter, VirtualPrinterServer
from wix_printer_service.virtual_printer.faults import NO_FAULTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wix_printer_service.printing.escpos_printer import EscposPrinter
    from wix_printer_service.virtual_printer import Faults

CUT = b"\x1dV\x00"
JOB = b"\x1b@Pizza\n" + CUT
QUICK = {
    "answer_timeout_s": 0.3,
    "status_interval_s": 0.03,
    "confirm_timeout_s": 0.5,
    "confirm_s_per_kb": 0.0,
    "stall_timeout_s": 0.6,
    "close_timeout_s": 0.2,
}
NO_PAPER = {"paper": PaperState.OUT}
PAPER = {"paper": PaperState.OK}


class MakeRig(Protocol):
    """Makes a printer with some faults and traits; it is stopped at the end of the test."""

    def __call__(self, faults: Faults = NO_FAULTS, **traits: str) -> EscposRig: ...


class EventfulPrinter(VirtualPrinter):
    """A printer to which something happens just before, or after, it gets certain bytes."""

    def __init__(self, directory: Path, **traits: Any) -> None:
        super().__init__(directory, **traits)
        self.heard = bytearray()
        """All it was sent, in order."""
        self._picks_questions = False
        self._before: list[tuple[bytes, Callable[[], object]]] = []
        self._after: list[tuple[bytes, Callable[[], object]]] = []

    def before(self, mark: bytes, happens: Callable[[], object]) -> None:
        """Have something happen once, before the bytes that hold ``mark`` are looked at."""
        self._before.append((mark, happens))

    def after(self, mark: bytes, happens: Callable[[], object]) -> None:
        """Have something happen once, after the bytes that hold ``mark`` were taken in."""
        self._after.append((mark, happens))

    def answer_within_pictures(self) -> None:
        """Pick ``DLE EOT`` out of pictures, as many printers do."""
        self._picks_questions = True

    def receive(self, data: bytes) -> bytes:
        self.heard += data
        _happen(self._before, data)
        picked = b""
        if self._picks_questions and data.startswith(b"\x10\x04") and self._parser.unfinished:
            picked, data = b"\x12", data[3:]
        answers = picked + super().receive(data)
        _happen(self._after, data)
        return answers


def _happen(events: list[tuple[bytes, Callable[[], object]]], data: bytes) -> None:
    for event in [event for event in events if event[0] in data]:
        events.remove(event)
        event[1]()


class EscposRig:
    """A printer in the network and what talks with it."""

    def __init__(self, directory: Path, faults: Faults = NO_FAULTS, **traits: Any) -> None:
        self.directory = directory
        self.virtual = EventfulPrinter(directory, faults=faults, **traits)
        self.server = VirtualPrinterServer("127.0.0.1", 0, self.virtual)
        self.server.start()

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.server.port}"

    def connect(self, abilities_file: Path | None = None, **printing: float) -> EscposPrinter:
        """Build a printer as the daemon does, with short time-outs."""
        chosen = settings.Printer(connection=self.url, receipts=("kitchen",))
        timing = settings.Printing(**{**QUICK, **printing})
        return build_printer(chosen, timing, abilities_file, name="kitchen")

    def shrink_sockets(self) -> None:
        """Give the next connection as little room as a printer has."""
        listener = self.server._loop._listener.socket
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)

    def say(self, data: bytes) -> None:
        """Have the printer say something; only for use by what happens to it."""
        self.virtual._answers += data

    def hang_up(self) -> None:
        """Have the printer end the connection properly, with its answers left unsaid."""
        self.virtual._answers.clear()
        self.server._loop._hosts[0].socket.shutdown(socket.SHUT_WR)

    def receipts(self) -> list[str]:
        """Return the texts of all that was printed, also what hangs out uncut."""
        self.virtual.flush()
        return [path.read_text() for path in sorted(self.directory.glob("*.txt"))]

    def stop(self) -> None:
        self.server.stop()
