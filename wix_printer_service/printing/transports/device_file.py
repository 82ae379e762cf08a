"""A device that the kernel's own driver feeds, such as /dev/usb/lp0."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from wix_printer_service.models import Confirmation
from wix_printer_service.printing.transports.descriptor import wait_until_taken, write_all
from wix_printer_service.printing.transports.progress import opened, reaching, sending, unheard

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.connection_url import DeviceFile


class DeviceFilePrinter:
    """Writes to a device file.

    The file is never made: when a printer is unplugged its node vanishes, and a regular file of
    that name would swallow every ticket.
    """

    def __init__(self, connection: DeviceFile, stall_timeout_s: float) -> None:
        self._path = connection.path
        self._stall_timeout_s = stall_timeout_s
        self._descriptor: int | None = None

    def open(self) -> None:
        """Open the device; see ``printing.printer.Printer``."""
        self.close()
        flags = os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        with reaching(str(self._path)):
            self._descriptor = os.open(self._path, flags)

    def send(self, data: bytes, tell: Callable[[], None] = unheard) -> Confirmation:
        """Write a whole job; see ``printing.printer.Printer``."""
        with sending(str(self._path), self._stall_timeout_s, tell) as progress:
            descriptor = opened(self._descriptor)
            write_all(descriptor, data, progress)
            wait_until_taken(descriptor, progress)
        return Confirmation.NONE

    def close(self) -> None:
        """Close the device."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            with suppress(OSError):
                os.close(descriptor)
