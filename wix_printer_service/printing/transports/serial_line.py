"""A printer on a serial line, or on a USB adapter that looks like one."""

from __future__ import annotations

import termios
from contextlib import suppress
from typing import TYPE_CHECKING

from serial import Serial

from wix_printer_service.errors import PrinterUnavailableError
from wix_printer_service.printing.transports import descriptor
from wix_printer_service.printing.transports.progress import in_words, opened, pause

if TYPE_CHECKING:
    from wix_printer_service.connection_url import SerialPort
    from wix_printer_service.printing.transports.progress import Progress

PARITIES = {"none": "N", "even": "E", "odd": "O"}
INPUT_FLAGS = 0
"""Where ``tcgetattr`` has them."""
DSR_STEP_BYTES = 32
"""How much goes out between two looks at the line that says "busy"."""


class SerialLink:
    """Writes to a serial line, opened and set up by pyserial.

    The bytes are not written by pyserial: its time-outs are either for the whole job or none,
    and Linux itself knows no flow control over DSR and DTR.
    """

    def __init__(self, connection: SerialPort) -> None:
        self.name = str(connection.device)
        self.can_answer = True
        self._connection = connection
        self._port: Serial | None = None

    def open(self, timeout_s: float) -> None:
        """Open and set up the line; see ``Link``."""
        del timeout_s
        self.close()
        wanted = self._connection
        try:
            self._port = Serial(
                port=self.name,
                baudrate=wanted.baudrate,
                bytesize=wanted.bytesize,
                parity=PARITIES[wanted.parity],
                stopbits=wanted.stopbits,
                rtscts=wanted.flow == "rtscts",
                xonxoff=wanted.flow == "xonxoff",
                exclusive=True,
            )
            _ignore_noise(self._port)
        except (termios.error, ValueError) as error:
            raise PrinterUnavailableError(in_words(self.name, error)) from error

    def send(self, data: bytes, progress: Progress) -> None:
        """Write a whole job and wait until it has left this computer."""
        step = DSR_STEP_BYTES if self._connection.flow == "dsrdtr" else max(len(data), 1)
        port = opened(self._port)
        for start in range(0, len(data), step):
            self._wait_until_ready(port, progress)
            descriptor.write_all(port.fileno(), data[start : start + step], progress, listens=True)
            _drain(port, progress)

    def ask(self, question: bytes) -> None:
        """Write a few bytes, even to a printer that says "busy": it answers these all the same."""
        descriptor.write_at_once(opened(self._port).fileno(), question)

    def receive(self, timeout_s: float) -> bytes:
        """Read; see ``Link``."""
        return descriptor.receive(opened(self._port).fileno(), timeout_s)

    def finish(self, progress: Progress) -> None:
        """Do nothing: a line has no end that would tell more."""

    def close(self) -> None:
        """Close the line; what a failed job or an unheard question left there is thrown away.

        Otherwise Linux would hold ``close`` for up to 30 s to write it after all.
        """
        if self._port is None:
            return
        port, self._port = self._port, None
        with suppress(OSError, termios.error):
            if port.out_waiting:
                port.reset_output_buffer()
        with suppress(OSError):
            port.close()

    def _wait_until_ready(self, port: Serial, progress: Progress) -> None:
        """Wait while the printer says over DSR that it is busy."""
        while self._connection.flow == "dsrdtr" and not port.dsr:
            progress.wait_s()
            progress.heard(descriptor.read_some(port.fileno()))
            pause()


def _ignore_noise(port: Serial) -> None:
    """Have a printer that is switched off say nothing.

    Its end of the line then looks like a break, which Linux hands over as a NUL (termios(3)), and
    that looks like an answer.
    """
    attributes = termios.tcgetattr(port.fileno())
    attributes[INPUT_FLAGS] |= termios.IGNBRK | termios.IGNPAR
    if port.parity != PARITIES["none"]:
        attributes[INPUT_FLAGS] |= termios.INPCK
    termios.tcsetattr(port.fileno(), termios.TCSANOW, attributes)


def _drain(port: Serial, progress: Progress) -> None:
    """Wait until the kernel has put every byte on the line.

    tcdrain would do, but waits for ever on a printer that says "busy".
    """
    waiting = port.out_waiting
    while waiting:
        progress.wait_s()
        progress.heard(descriptor.read_some(port.fileno()))
        pause()
        before, waiting = waiting, port.out_waiting
        if waiting < before:
            progress.moved()
