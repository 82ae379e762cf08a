"""The printer in software, for trying things out and for a service without configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError
from wix_printer_service.models import Confirmation
from wix_printer_service.printing.transports.progress import reaching, unheard
from wix_printer_service.virtual_printer import VirtualPrinter

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.connection_url import Virtual


class SoftwarePrinter:
    """Feeds a virtual printer that writes each receipt into a folder as a picture and as text.

    Each job gets a new virtual printer, so that a failed one leaves nothing for the next.
    """

    def __init__(self, connection: Virtual, paper_width_mm: int) -> None:
        self._directory = connection.directory
        self._name = f"the virtual printer in {connection.directory}"
        self._paper_width_mm = paper_width_mm
        self._printer: VirtualPrinter | None = None

    def open(self) -> None:
        """Make the folder; see ``printing.printer.Printer``."""
        with reaching(self._name):
            self._directory.mkdir(parents=True, exist_ok=True)
        self._printer = VirtualPrinter(self._directory, self._paper_width_mm)

    def send(self, data: bytes, _tell: Callable[[], None] = unheard) -> Confirmation:
        """Print a whole job; when this returns, the receipt is on disk."""
        if self._printer is None:
            raise PrinterUnavailableError(f"{self._name} was not opened")
        self._printer.receive(data)
        self._printer.flush()
        if not self._printer.faults.stop_printing:
            return Confirmation.PRINTED
        reason = f"{self._name} cannot write: is the disk full, or the folder closed to this user?"
        if self._printer.receipts_printed:
            raise SendInterruptedError(reason, 0)
        raise PrinterUnavailableError(reason)

    def close(self) -> None:
        """Let the virtual printer go, and with it what a failed job left in it."""
        self._printer = None
