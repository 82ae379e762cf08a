"""Everything that happens on the printer's sockets, in one thread that never blocks."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections import deque
from typing import TYPE_CHECKING, Final

from wix_printer_service.virtual_printer import control

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.virtual_printer.connections import Connection, Listener
    from wix_printer_service.virtual_printer.printer import VirtualPrinter

READ_BYTES: Final = 512
"""Little at a time, so that stopping never waits for many receipts to be written."""
LONGEST_LINE: Final = 1024
"""Bytes of a command after which whoever sent it is cut off."""
BUSY_PAUSE_MS: Final = 20
"""How often a slow printer looks whether it is time to print on."""
HEED_TIMEOUT_S: Final = 1.0
"""How long a change waits for the loop, which may be writing a receipt."""
GONE: Final = select.POLLERR | select.POLLHUP


class EventLoop:
    """Serves the first of the hosts that are connected, and everybody at the control port."""

    def __init__(
        self,
        printer: VirtualPrinter,
        listener: Listener,
        control_listener: Listener | None,
        stopping: threading.Event,
    ) -> None:
        self._printer = printer
        self._listener = listener
        self._control_listener = control_listener
        self._stopping = stopping
        self._hosts: deque[Connection] = deque()
        self._controls: list[tuple[Connection, bytearray]] = []
        self._power_cycles = printer.power_cycles
        self._woken, self._waker = socket.socketpair()
        self._woken.settimeout(0.0)
        self._waker.settimeout(0.0)
        self._actions: dict[int, Callable[[int], None]] = {}
        self._poll = select.poll()
        self._turn = threading.Condition()
        self._turns_begun = 0
        self._turns_done = 0
        self._thread_id: int | None = None

    def wake(self) -> None:
        """Make the loop look at once at what has changed; callable from any thread."""
        with contextlib.suppress(OSError):
            self._waker.send(b"\0")

    def heed(self) -> None:
        """Return when the loop has done what a change of the printer asks for."""
        with self._turn:
            wanted = self._turns_begun + 1
            self.wake()
            if threading.get_ident() != self._thread_id:
                self._turn.wait_for(lambda: self._turns_done >= wanted, HEED_TIMEOUT_S)

    def run(self) -> None:
        """Serve until told to stop, then close everything."""
        self._thread_id = threading.get_ident()
        try:
            while not self._stopping.is_set():
                self._take_turn()
        finally:
            self._printer.on_change = lambda: None
            with self._turn:
                self._turns_done = self._turns_begun + 1
                self._turn.notify_all()
            self._close()

    def _take_turn(self) -> None:
        with self._turn:
            self._turns_begun += 1
        self._follow_printer()
        with self._turn:
            self._turns_done = self._turns_begun
            self._turn.notify_all()
        self._watch_all()
        for descriptor, events in self._poll.poll(self._pause_ms()):
            self._actions[descriptor](events)

    def _pause_ms(self) -> int | None:
        return BUSY_PAUSE_MS if self._printer.is_busy else None

    def _close(self) -> None:
        for connection in (*self._hosts, *(connection for connection, _ in self._controls)):
            connection.close()
        self._listener.close()
        if self._control_listener is not None:
            self._control_listener.close()
        self._woken.close()
        self._waker.close()

    # --- each turn ------------------------------------------------------------------------------

    def _follow_printer(self) -> None:
        """Do what the printer's faults ask for, and let it print and answer."""
        if self._power_cycles != self._printer.power_cycles:
            self._power_cycles = self._printer.power_cycles
            while self._hosts:
                self._hosts.popleft().reset()
            self._listener.set_accepting(accepts=False)  # drops those not yet accepted, too
        self._listener.set_accepting(accepts=not self._printer.faults.refuse)
        answers = self._printer.receive(b"")
        if self._hosts and answers:
            self._hosts[0].send(answers)

    def _watch_all(self) -> None:
        self._poll = select.poll()
        self._actions = {}
        self._watch(self._woken, select.POLLIN, lambda _: self._drain())
        if self._listener.accepts:
            self._watch(self._listener.socket, select.POLLIN, lambda _: self._accept_host())
        if self._control_listener is not None:
            self._watch(
                self._control_listener.socket, select.POLLIN, lambda _: self._accept_control()
            )
        for connection, line in self._controls:
            self._watch_control(connection, line)
        if self._hosts and not self._printer.faults.stall:
            self._watch_host(self._hosts[0])

    def _watch(self, watched: socket.socket, events: int, action: Callable[[int], None]) -> None:
        self._poll.register(watched, events)
        self._actions[watched.fileno()] = action

    def _watch_host(self, host: Connection) -> None:
        reads = select.POLLIN if self._printer.room else 0
        events = reads | (select.POLLOUT if host.outgoing else 0)
        self._watch(host.socket, events, lambda happened: self._serve(host, happened))

    def _watch_control(self, connection: Connection, line: bytearray) -> None:
        events = select.POLLIN | (select.POLLOUT if connection.outgoing else 0)
        self._watch(connection.socket, events, lambda _: self._serve_control(connection, line))

    def _drain(self) -> None:
        with contextlib.suppress(OSError):
            self._woken.recv(READ_BYTES)

    # --- hosts ----------------------------------------------------------------------------------

    def _accept_host(self) -> None:
        connection = self._listener.accept()
        if connection is not None:
            self._hosts.append(connection)

    def _serve(self, host: Connection, events: int) -> None:
        """Read from the host as far as the printer has room, and send it the answers."""
        if host not in self._hosts:
            return
        host.send()
        until_death = self._printer.faults.die_after
        size = min(READ_BYTES, self._printer.room, until_death or READ_BYTES)
        data = host.read(size) if size else None
        if data == b"" or (data is None and events & GONE):
            self._hosts.popleft().close()
        elif data:
            answers = self._printer.receive(data)
            if until_death is not None:
                self._printer.set_faults(die_after=until_death - len(data) or None)
            host.send(answers)
            if until_death == len(data):
                self._hosts.popleft().reset()

    # --- control --------------------------------------------------------------------------------

    def _accept_control(self) -> None:
        if self._control_listener is not None:
            connection = self._control_listener.accept()
            if connection is not None:
                self._controls.append((connection, bytearray()))

    def _serve_control(self, connection: Connection, line: bytearray) -> None:
        connection.send()
        data = connection.read(READ_BYTES)
        line += data or b""
        while b"\n" in line:
            command, _, rest = line.partition(b"\n")
            line[:] = rest
            text = command.decode("utf-8", errors="replace")
            answer = control.answer(self._printer, text)
            self._follow_printer()
            connection.send(f"{answer}\n".encode())
        if data == b"" or len(line) > LONGEST_LINE:
            connection.close()
            self._controls = [pair for pair in self._controls if pair[0] is not connection]
