"""A USB printer reached through libusb, without the kernel's printer driver."""

from __future__ import annotations

import errno
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import usb.core
import usb.util

from wix_printer_service.errors import PrinterUnavailableError
from wix_printer_service.models import Confirmation
from wix_printer_service.printing.transports.progress import opened, reaching, sending, unheard

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.connection_url import Usb
    from wix_printer_service.printing.transports.progress import Progress

PRINTER_CLASS = 7
CHUNK_BYTES = 4096
LONGEST_TIMEOUT_MS = 2**31 - 1
NO_LIBUSB = "libusb is missing on this computer: sudo apt install libusb-1.0-0"


class UsbPrinter:
    """Writes to the bulk endpoint of a USB printer.

    The device is neither reset nor configured anew: both make some printers vanish for seconds or
    answer "busy".
    """

    def __init__(self, connection: Usb, stall_timeout_s: float) -> None:
        self._connection = connection
        self._name = f"the USB printer {connection.vendor:04x}:{connection.product:04x}"
        self._stall_timeout_s = stall_timeout_s
        self._device: Any = None
        self._interface: int | None = None
        self._endpoint: Any = None
        self._driver_detached = False

    def open(self) -> None:
        """Find the printer and take it from the kernel's driver."""
        self.close()
        with reaching(self._name):
            try:
                self._device = self._find()
                self._take(self._device)
            except usb.core.NoBackendError as error:
                raise PrinterUnavailableError(NO_LIBUSB) from error
            except (OSError, PrinterUnavailableError):
                self.close()
                raise

    def send(self, data: bytes, tell: Callable[[], None] = unheard) -> Confirmation:
        """Write a whole job; see ``printing.printer.Printer``."""
        with sending(self._name, self._stall_timeout_s, tell) as progress:
            opened(self._endpoint)
            while progress.sent < len(data):
                self._write(data[progress.sent : progress.sent + CHUNK_BYTES], progress)
        return Confirmation.NONE

    def close(self) -> None:
        """Give the printer back to the kernel's driver if it had it."""
        device, self._device, self._endpoint = self._device, None, None
        if device is None:
            return
        if self._interface is not None:
            with suppress(usb.core.USBError):
                usb.util.release_interface(device, self._interface)
        if self._driver_detached:
            with suppress(usb.core.USBError):
                device.attach_kernel_driver(self._interface)
        usb.util.dispose_resources(device)
        self._interface, self._driver_detached = None, False

    def _find(self) -> Any:
        wanted = self._connection
        found = usb.core.find(find_all=True, idVendor=wanted.vendor, idProduct=wanted.product)
        for device in found:
            if wanted.serial in {None, _serial_number(device)}:
                return device
        serial = f" with the serial number {wanted.serial}" if wanted.serial else ""
        raise PrinterUnavailableError(
            f"{self._name}{serial} is not there: switched off or unplugged?"
        )

    def _take(self, device: Any) -> None:
        interface, endpoint = _printer_endpoint(_configuration(device))
        if endpoint is None:
            raise PrinterUnavailableError(f"{self._name} takes no data: it is not a printer")
        self._interface = interface.bInterfaceNumber
        with suppress(NotImplementedError):  # not every libusb knows of kernel drivers
            if device.is_kernel_driver_active(self._interface):
                device.detach_kernel_driver(self._interface)
                self._driver_detached = True
        usb.util.claim_interface(device, self._interface)
        self._endpoint = endpoint

    def _write(self, chunk: bytes, progress: Progress) -> None:
        """Write some of ``chunk``: a time-out with part of it taken is no error, but a count."""
        timeout_ms = min(max(int(self._stall_timeout_s * 1000), 1), LONGEST_TIMEOUT_MS)
        try:
            count = self._endpoint.write(chunk, timeout_ms)
        except usb.core.USBTimeoutError as error:
            raise progress.stalled() from error
        except usb.core.USBError as error:
            progress.started = True  # part of the chunk may be gone; libusb does not say
            if error.errno == errno.EPIPE:
                with suppress(usb.core.USBError):
                    self._device.clear_halt(self._endpoint)
            raise
        if count == 0:
            raise progress.stalled()
        progress.add(count)


def _serial_number(device: Any) -> str | None:
    try:
        return str(device.serial_number)
    except (usb.core.USBError, ValueError):  # not readable by this user, or the device has none
        return None


def _configuration(device: Any) -> Any:
    """Return the configuration that is active; choose one only if none is."""
    try:
        return device.get_active_configuration()
    except usb.core.USBError:
        device.set_configuration()
        return device.get_active_configuration()


def _printer_endpoint(configuration: Any) -> tuple[Any, Any]:
    """Find the bulk endpoint for data: of a printer interface, else the first one there is."""
    found = [
        (interface, endpoint)
        for interface in configuration
        if interface.bAlternateSetting == 0
        for endpoint in interface
        if usb.util.endpoint_direction(endpoint.bEndpointAddress) == usb.util.ENDPOINT_OUT
        and usb.util.endpoint_type(endpoint.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
    ]
    found.sort(key=lambda pair: pair[0].bInterfaceClass != PRINTER_CLASS)
    return found[0] if found else (None, None)
