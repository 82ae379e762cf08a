"""The printer in software, for trying things out and for a service without configuration."""

from __future__ import annotations

import errno
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

from wix_printer_service.clock import SystemClock
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError
from wix_printer_service.observations import Cause
from wix_printer_service.printing.transports.progress import opened, pause
from wix_printer_service.virtual_printer import VirtualPrinter
from wix_printer_service.virtual_printer.faults_file import read_faults

if TYPE_CHECKING:
    from wix_printer_service.connection_url import Virtual
    from wix_printer_service.printing.transports.progress import Progress

_CLOCK = SystemClock()


class VirtualLink:
    """Feeds a virtual printer that writes each receipt into a folder as a picture and as text.

    Each opening gets a new virtual printer, so that a failed job leaves nothing for the next. A
    file in the folder says what is wrong with it (``virtual_printer.faults_file``), looked at
    whenever the printer is talked with.
    """

    def __init__(self, connection: Virtual, paper_width_mm: int) -> None:
        self.name = f"the virtual printer in {connection.directory}"
        self.can_answer = True
        self._directory = connection.directory
        self._paper_width_mm = paper_width_mm
        self._printer: VirtualPrinter | None = None
        self._answers = b""

    def open(self, timeout_s: float) -> None:
        """Make the folder; see ``Link``."""
        del timeout_s
        self.close()
        self._directory.mkdir(parents=True, exist_ok=True)
        if read_faults(self._directory).refuse:
            raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
        self._printer = VirtualPrinter(self._directory, self._paper_width_mm)

    def send(self, data: bytes, progress: Progress) -> None:
        """Print a whole job; a receipt that was printed is on disk."""
        printer = opened(self._printer)
        while read_faults(self._directory).stall:
            progress.wait_s()
            pause()
        self._give(printer, data)
        if printer.cannot_save:
            reason = f"{self.name} cannot write: is the disk full, or the folder closed to us?"
            if printer.receipts_printed:
                raise SendInterruptedError(reason, 0)
            raise PrinterUnavailableError(reason, Cause.NO_ACCESS)
        progress.add(len(data))

    def ask(self, question: bytes) -> None:
        """Ask the virtual printer; see ``Link``."""
        self._give(opened(self._printer), question)

    def receive(self, timeout_s: float) -> bytes:
        """Let the printer go on, and return what it said; see ``Link``."""
        printer = opened(self._printer)
        end = _CLOCK.monotonic() + timeout_s
        self._give(printer, b"")
        while not self._answers and _CLOCK.monotonic() < end:
            pause()
            self._give(printer, b"")
        answers, self._answers = self._answers, b""
        return answers

    def finish(self, progress: Progress) -> None:
        """Do nothing: it has printed what it could."""

    def close(self) -> None:
        """Let the virtual printer go, and with it what a failed job left in it."""
        self._printer = None
        self._answers = b""

    def _give(self, printer: VirtualPrinter, data: bytes) -> None:
        printer.set_faults(**asdict(read_faults(self._directory)))
        self._answers += printer.receive(data)
        if not (printer.faults.stop_printing or printer.is_busy):
            printer.flush()
