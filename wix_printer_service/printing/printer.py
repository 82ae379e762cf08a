"""A printer as the rest of the daemon sees it, and the choice of the road to it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from wix_printer_service import connection_url
from wix_printer_service.connection_url import (
    CupsQueue,
    DeviceFile,
    SerialPort,
    Tcp,
    Usb,
)
from wix_printer_service.errors import ConfigurationError, PrinterUnavailableError
from wix_printer_service.observations import ComponentState, Observation
from wix_printer_service.printing import learnt
from wix_printer_service.printing.escpos_printer import EscposPrinter
from wix_printer_service.printing.transports.cups_queue import CupsLink
from wix_printer_service.printing.transports.device_file import DeviceFileLink
from wix_printer_service.printing.transports.serial_line import SerialLink
from wix_printer_service.printing.transports.tcp import TcpLink
from wix_printer_service.printing.transports.usb_device import UsbLink
from wix_printer_service.printing.transports.virtual import VirtualLink
from wix_printer_service.printing.watch import UNWATCHED, Watch

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from wix_printer_service import settings
    from wix_printer_service.connection_url import Connection
    from wix_printer_service.models import Confirmation
    from wix_printer_service.printing.transports import Link

__all__ = ["UNWATCHED", "Printer", "Watch", "build_printer", "probe"]


class Printer(Protocol):
    """One open, send and close per job, by whoever holds ``in_use``."""

    in_use: threading.Lock
    """Held by whoever talks with the printer, from open to close."""

    def open(self, timeout_s: float | None = None) -> Observation:
        """Reach the printer and ask how it is.

        Args:
            timeout_s: How long to wait for it, if not ``printing.connect_timeout_s``.

        Returns:
            ONLINE, DEGRADED (paper near its end), or UNKNOWN: reached, but it never answers.

        Raises:
            PrinterUnavailableError: It is away or not ready; the error has the cause.
        """
        ...

    def send(self, data: bytes, watch: Watch = UNWATCHED) -> Confirmation:
        """Send a whole job and wait for its confirmation.

        Returns:
            What stands behind the word "printed".

        Raises:
            PrinterUnavailableError: Not one byte of it went out.
            SendInterruptedError: Some may have.
        """
        ...

    def close(self) -> None:
        """Let the printer go. Never raises, may be called twice; ``open`` works again after it."""
        ...


def probe(printer: Printer, timeout_s: float) -> Observation | None:
    """Look how a printer is; return None if somebody is using it now."""
    if not printer.in_use.acquire(blocking=False):
        return None
    try:
        return printer.open(timeout_s)
    except PrinterUnavailableError as error:
        return Observation(ComponentState.OFFLINE, error.cause, str(error))
    finally:
        printer.close()
        printer.in_use.release()


def build_printer(
    printer: settings.Printer,
    printing: settings.Printing,
    abilities_file: Path | None = None,
    name: str = "",
) -> EscposPrinter:
    """Choose the road to a printer by its connection; nothing is opened yet.

    Args:
        printer: Its settings.
        printing: How jobs are sent.
        abilities_file: Where is written what printers were found to be able to do.
        name: What people call the printer.

    Raises:
        ConfigurationError: If the connection cannot be read.
    """
    try:
        connection = connection_url.parse(printer.connection)
    except ValueError as error:
        raise ConfigurationError([f"connection {printer.connection!r}: {error}"]) from error
    return EscposPrinter(
        _link(connection, printer, printing),
        printing,
        label=f"the printer {name}" if name else "",
        learnt=learnt.look_up(abilities_file, printer.connection),
        note_answer=partial(learnt.note_answer, abilities_file, printer.connection),
    )


def _link(connection: Connection, printer: settings.Printer, printing: settings.Printing) -> Link:
    match connection:
        case Tcp():
            return TcpLink(
                connection,
                stall_timeout_s=printing.stall_timeout_s,
                close_timeout_s=printing.close_timeout_s,
            )
        case DeviceFile():
            return DeviceFileLink(connection)
        case SerialPort():
            return SerialLink(connection)
        case Usb():
            return UsbLink(connection)
        case CupsQueue():
            return CupsLink(connection)
        case _:
            return VirtualLink(connection, printer.paper_width_mm)
