"""A printer as the rest of the daemon sees it, and the choice of the road to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from wix_printer_service import connection_url
from wix_printer_service.connection_url import (
    CupsQueue,
    DeviceFile,
    SerialPort,
    Tcp,
    Usb,
)
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.printing.transports.cups_queue import CupsPrinter
from wix_printer_service.printing.transports.device_file import DeviceFilePrinter
from wix_printer_service.printing.transports.progress import unheard
from wix_printer_service.printing.transports.serial_line import SerialPrinter
from wix_printer_service.printing.transports.tcp import TcpPrinter
from wix_printer_service.printing.transports.usb_device import UsbPrinter
from wix_printer_service.printing.transports.virtual import SoftwarePrinter

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service import settings
    from wix_printer_service.models import Confirmation


class Printer(Protocol):
    """One open, send and close per job. Not for use by several threads at once."""

    def open(self) -> None:
        """Reach the printer.

        Raises:
            PrinterUnavailableError: If it cannot be reached.
        """
        ...

    def send(self, data: bytes, tell: Callable[[], None] = unheard, /) -> Confirmation:
        """Send a whole job; ``tell`` hears whenever the printer has taken something more.

        Returns:
            What stands behind the word "printed".

        Raises:
            PrinterUnavailableError: If not one byte went out.
            SendInterruptedError: If some may have.
        """
        ...

    def close(self) -> None:
        """Let the printer go. Never raises, may be called twice; ``open`` works again after it."""
        ...


def build_printer(printer: settings.Printer, printing: settings.Printing) -> Printer:
    """Choose the road to a printer by its connection; nothing is opened yet.

    Raises:
        ConfigurationError: If the connection cannot be read.
    """
    try:
        connection = connection_url.parse(printer.connection)
    except ValueError as error:
        raise ConfigurationError([f"connection {printer.connection!r}: {error}"]) from error
    stall_timeout_s = printing.stall_timeout_s
    match connection:
        case Tcp():
            return TcpPrinter(
                connection,
                connect_timeout_s=printing.connect_timeout_s,
                stall_timeout_s=stall_timeout_s,
                close_timeout_s=printing.close_timeout_s,
            )
        case DeviceFile():
            return DeviceFilePrinter(connection, stall_timeout_s)
        case SerialPort():
            return SerialPrinter(connection, stall_timeout_s)
        case Usb():
            return UsbPrinter(connection, stall_timeout_s)
        case CupsQueue():
            return CupsPrinter(connection, stall_timeout_s)
        case _:
            return SoftwarePrinter(connection, printer.paper_width_mm)
