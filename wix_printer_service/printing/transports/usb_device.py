"""A USB printer reached through libusb, without the kernel's printer driver."""

from __future__ import annotations

import errno
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import usb.core
import usb.util

from wix_printer_service.errors import PrinterUnavailableError
from wix_printer_service.observations import Cause
from wix_printer_service.printing.transports.progress import opened, pause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.connection_url import Usb
    from wix_printer_service.printing.transports.progress import Progress

PRINTER_CLASS = 7
CHUNK_BYTES = 4096
ANSWER_BYTES = 512
"""A whole packet of the fastest USB 2: less would overflow."""
GLANCE_S = 0.01
"""How long to listen between two chunks of a job."""
QUESTION_S = 0.1
"""How long a question may take to go out."""
NO_LIBUSB = "libusb is missing on this computer: sudo apt install libusb-1.0-0"


class UsbLink:
    """Writes to the bulk endpoint of a USB printer, and reads from the other if there is one.

    The device is neither reset nor configured anew: both make some printers vanish for seconds or
    answer "busy".
    """

    def __init__(self, connection: Usb) -> None:
        self.name = f"the USB printer {connection.vendor:04x}:{connection.product:04x}"
        self.can_answer = True
        self._connection = connection
        self._device: Any = None
        self._interface: int | None = None
        self._endpoint: Any = None
        self._answers: Any = None
        self._driver_detached = False

    def open(self, timeout_s: float) -> None:
        """Find the printer and take it from the kernel's driver."""
        del timeout_s
        self.close()
        try:
            self._device = self._find()
            self._take(self._device)
        except usb.core.NoBackendError as error:
            raise PrinterUnavailableError(NO_LIBUSB, Cause.NO_ACCESS) from error
        except (OSError, PrinterUnavailableError):
            self.close()
            raise

    def send(self, data: bytes, progress: Progress) -> None:
        """Write a whole job; see ``Link``."""
        opened(self._endpoint)
        begin, taken = progress.sent, 0
        while taken < len(data):
            self._write(data[taken : taken + CHUNK_BYTES], progress)
            taken = progress.sent - begin
            progress.heard(self.receive(GLANCE_S))

    def ask(self, question: bytes) -> None:
        """Write a few bytes; see ``Link``."""
        with suppress(usb.core.USBTimeoutError):
            opened(self._endpoint).write(question, _milliseconds(QUESTION_S))

    def receive(self, timeout_s: float) -> bytes:
        """Read; see ``Link``."""
        if self._answers is None:
            return b""
        try:
            return bytes(self._answers.read(ANSWER_BYTES, _milliseconds(timeout_s)))
        except usb.core.USBTimeoutError:
            return b""

    def finish(self, progress: Progress) -> None:
        """Do nothing: what went over the bus was taken by the printer itself."""

    def close(self) -> None:
        """Give the printer back to the kernel's driver if it had it."""
        device, self._device, self._endpoint, self._answers = self._device, None, None, None
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
        message = f"{self.name}{serial} is not there: switched off or unplugged?"
        raise PrinterUnavailableError(message, Cause.GONE)

    def _take(self, device: Any) -> None:
        interface, endpoint = _printer_endpoint(_configuration(device))
        if endpoint is None:
            message = f"{self.name} takes no data: it is not a printer"
            raise PrinterUnavailableError(message, Cause.GONE)
        self._interface = interface.bInterfaceNumber
        with suppress(NotImplementedError):  # not every libusb knows of kernel drivers
            if device.is_kernel_driver_active(self._interface):
                device.detach_kernel_driver(self._interface)
                self._driver_detached = True
        usb.util.claim_interface(device, self._interface)
        self._endpoint = endpoint
        self._answers = next(_bulk_endpoints(interface, usb.util.ENDPOINT_IN), None)
        self.can_answer = self._answers is not None

    def _write(self, chunk: bytes, progress: Progress) -> None:
        """Write some of ``chunk``: a time-out with part of it taken is no error, but a count."""
        timeout_ms = _milliseconds(progress.wait_s())
        try:
            count = self._endpoint.write(chunk, timeout_ms)
        except usb.core.USBTimeoutError:
            count = 0
        except usb.core.USBError as error:
            progress.started = True  # part of the chunk may be gone; libusb does not say
            if error.errno == errno.EPIPE:
                with suppress(usb.core.USBError):
                    self._device.clear_halt(self._endpoint)
            raise
        if count == 0:
            pause()
        progress.add(count)


def _milliseconds(seconds: float) -> int:
    """Return a time for libusb, to which 0 would mean: for ever."""
    return max(int(seconds * 1000), 1)


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
        for endpoint in _bulk_endpoints(interface, usb.util.ENDPOINT_OUT)
    ]
    found.sort(key=lambda pair: pair[0].bInterfaceClass != PRINTER_CLASS)
    return found[0] if found else (None, None)


def _bulk_endpoints(interface: Any, direction: int) -> Iterator[Any]:
    for endpoint in interface:
        address, attributes = endpoint.bEndpointAddress, endpoint.bmAttributes
        is_bulk = usb.util.endpoint_type(attributes) == usb.util.ENDPOINT_TYPE_BULK
        if is_bulk and usb.util.endpoint_direction(address) == direction:
            yield endpoint
