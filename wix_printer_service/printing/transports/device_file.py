"""A device that the kernel's own driver feeds, such as /dev/usb/lp0."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from wix_printer_service.printing.transports import descriptor
from wix_printer_service.printing.transports.progress import opened

if TYPE_CHECKING:
    from wix_printer_service.connection_url import DeviceFile
    from wix_printer_service.printing.transports.progress import Progress


class DeviceFileLink:
    """Writes to a device file, and reads from it what the printer says.

    The file is never made: when a printer is unplugged its node vanishes, and a regular file of
    that name would swallow every ticket. From a regular file or a pipe nothing is read: that would
    be our own words.
    """

    def __init__(self, connection: DeviceFile) -> None:
        self.name = str(connection.path)
        self.can_answer = True
        self._path = connection.path
        self._descriptor: int | None = None

    def open(self, timeout_s: float) -> None:
        """Open the device; see ``Link``."""
        del timeout_s
        self.close()
        self.can_answer = stat.S_ISCHR(self._path.stat().st_mode)
        way = os.O_RDWR if self.can_answer else os.O_WRONLY
        flags = way | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags)

    def send(self, data: bytes, progress: Progress) -> None:
        """Write a whole job; see ``Link``."""
        device = opened(self._descriptor)
        descriptor.write_all(device, data, progress, listens=self.can_answer)
        descriptor.wait_until_taken(device, progress)

    def ask(self, question: bytes) -> None:
        """Write a few bytes; see ``Link``."""
        descriptor.write_at_once(opened(self._descriptor), question)

    def receive(self, timeout_s: float) -> bytes:
        """Read; see ``Link``."""
        return descriptor.receive(opened(self._descriptor), timeout_s)

    def finish(self, progress: Progress) -> None:
        """Do nothing: what the device took is not to be asked back."""

    def close(self) -> None:
        """Close the device."""
        if self._descriptor is not None:
            device, self._descriptor = self._descriptor, None
            with suppress(OSError):
                os.close(device)
