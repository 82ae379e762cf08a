"""The virtual printer on the network."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Self

from wix_printer_service.errors import PersonNeededError
from wix_printer_service.virtual_printer.connections import Listener
from wix_printer_service.virtual_printer.event_loop import EventLoop

if TYPE_CHECKING:
    from wix_printer_service.virtual_printer.printer import VirtualPrinter

STOP_TIMEOUT_S: Final = 0.9
"""How long ``stop`` waits; a receipt that takes longer to write is finished after it."""


class VirtualPrinterServer:
    """Serves a virtual printer like the network board Epson UB-E02.

    Several hosts may connect; the data of all but the first are blocked until the first closes.
    Answers that come up while nobody is connected are lost. After ``stop`` it can be started
    again on the same ports.

    Args:
        host: Name or address to listen on.
        port: Port, 0 for any free one; after ``start`` the one it got.
        printer: The printer; one server serves it.
        control_port: Port that takes faults by hand (see ``control``), likewise; None for none.
    """

    def __init__(
        self, host: str, port: int, printer: VirtualPrinter, control_port: int | None = None
    ) -> None:
        self.port = port
        self.control_port = control_port
        self._host = host
        self._printer = printer
        self._stopping = threading.Event()
        self._loop: EventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen.

        Raises:
            PersonNeededError: A port cannot be had.
        """
        listener = Listener(self._host, self.port)
        control_listener = self._control_listener(listener)
        listener.set_accepting(accepts=not self._printer.faults.refuse)
        self.port = listener.port
        self._stopping.clear()
        self._loop = EventLoop(self._printer, listener, control_listener, self._stopping)
        self._printer.on_change = self._loop.heed
        self._thread = threading.Thread(target=self._loop.run, name="virtual-printer", daemon=True)
        self._thread.start()

    def _control_listener(self, listener: Listener) -> Listener | None:
        if self.control_port is None:
            return None
        try:
            control_listener = Listener(self._host, self.control_port)
        except PersonNeededError:
            listener.close()
            raise
        control_listener.set_accepting(accepts=True)
        self.control_port = control_listener.port
        return control_listener

    def stop(self) -> None:
        """Close every connection; what hangs out of the printer stays there (see ``flush``)."""
        if self._loop is None or self._thread is None:
            return
        self._stopping.set()
        self._loop.wake()
        self._thread.join(STOP_TIMEOUT_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_unused: object) -> None:
        self.stop()
