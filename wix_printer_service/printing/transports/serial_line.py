"""A printer on a serial line, or on a USB adapter that looks like one."""

from __future__ import annotations

import termios
from contextlib import suppress
from typing import TYPE_CHECKING

from serial import Serial

from wix_printer_service.errors import PrinterUnavailableError
from wix_printer_service.models import Confirmation
from wix_printer_service.printing.transports.descriptor import write_all
from wix_printer_service.printing.transports.progress import (
    in_words,
    opened,
    pause,
    reaching,
    sending,
    unheard,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.connection_url import SerialPort
    from wix_printer_service.printing.transports.progress import Progress

PARITIES = {"none": "N", "even": "E", "odd": "O"}
DSR_STEP_BYTES = 32
"""How much goes out between two looks at the line that says "busy"."""


class SerialPrinter:
    """Writes to a serial line, opened and set up by pyserial.

    The bytes are not written by pyserial: its time-outs are either for the whole job or none,
    and Linux itself knows no flow control over DSR and DTR.
    """

    def __init__(self, connection: SerialPort, stall_timeout_s: float) -> None:
        self._connection = connection
        self._name = str(connection.device)
        self._stall_timeout_s = stall_timeout_s
        self._port: Serial | None = None
        self._unfinished = False

    def open(self) -> None:
        """Open and set up the line; see ``printing.printer.Printer``."""
        self.close()
        wanted = self._connection
        with reaching(self._name):
            try:
                self._port = Serial(
                    port=self._name,
                    baudrate=wanted.baudrate,
                    bytesize=wanted.bytesize,
                    parity=PARITIES[wanted.parity],
                    stopbits=wanted.stopbits,
                    rtscts=wanted.flow == "rtscts",
                    xonxoff=wanted.flow == "xonxoff",
                    exclusive=True,
                )
            except (termios.error, ValueError) as error:
                raise PrinterUnavailableError(in_words(self._name, error)) from error

    def send(self, data: bytes, tell: Callable[[], None] = unheard) -> Confirmation:
        """Write a whole job and wait until it has left this computer."""
        step = DSR_STEP_BYTES if self._connection.flow == "dsrdtr" else max(len(data), 1)
        with sending(self._name, self._stall_timeout_s, tell) as progress:
            port = opened(self._port)
            self._unfinished = True
            for start in range(0, len(data), step):
                self._wait_until_ready(port, progress)
                write_all(port.fileno(), data[start : start + step], progress)
                _drain(port, progress)
            self._unfinished = False
        return Confirmation.NONE

    def close(self) -> None:
        """Close the line; what a failed job left in the buffers is thrown away.

        Otherwise Linux would hold ``close`` for up to 30 s to write it after all.
        """
        if self._port is None:
            return
        port, self._port = self._port, None
        if self._unfinished:
            self._unfinished = False
            with suppress(OSError, termios.error):
                port.reset_output_buffer()
        with suppress(OSError):
            port.close()

    def _wait_until_ready(self, port: Serial, progress: Progress) -> None:
        """Wait while the printer says over DSR that it is busy."""
        while self._connection.flow == "dsrdtr" and not port.dsr:
            progress.remaining_s()
            pause()


def _drain(port: Serial, progress: Progress) -> None:
    """Wait until the kernel has put every byte on the line.

    tcdrain would do, but waits for ever on a printer that says "busy".
    """
    waiting = port.out_waiting
    while waiting:
        progress.remaining_s()
        pause()
        before, waiting = waiting, port.out_waiting
        if waiting < before:
            progress.moved()
