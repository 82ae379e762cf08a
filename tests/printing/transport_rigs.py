"""Printers to test the transports against: real sockets, pipes and terminals, faked edges."""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from wix_printer_service import settings
from wix_printer_service.printing.abilities import Ability
from wix_printer_service.printing.printer import build_printer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wix_printer_service.printing.escpos_printer import EscposPrinter

PATIENCE_S = 10.0
CUT = b"\x1dV\x00"


ROWS_PER_RECEIPT = 500


def job(size: int) -> bytes:
    """A job of about ``size`` bytes of which every row is different, with a cut at its end."""
    rows = [f"{number:07d} {'receipt ' * 4}row\n".encode() for number in range(size // 44)]
    starts = range(0, len(rows), ROWS_PER_RECEIPT)
    return b"".join(b"".join(rows[at : at + ROWS_PER_RECEIPT]) + CUT for at in starts)


@dataclass(frozen=True)
class Behaviour:
    """What a printer in the tests does with the bytes it gets."""

    reads: bool = True
    dies_after: int | None = None
    bytes_per_step: int = 65_536
    pause_s: float = 0.0


WELL = Behaviour()
BLOCKED = Behaviour(reads=False)


class Rig(Protocol):
    """A printer in the tests and its connection."""

    url: str

    def start(self, behaviour: Behaviour = WELL) -> None:
        """Switch the printer on."""

    def stop(self) -> None:
        """Switch it off: it is absent then. May be called twice."""

    def received(self, size: int) -> bytes:
        """Wait until the printer has got ``size`` bytes; return all it has got."""


def connect(rig: Rig, stall_timeout_s: float = PATIENCE_S) -> EscposPrinter:
    """Build the printer that is tested, as the daemon does."""
    return connect_to(rig.url, stall_timeout_s=stall_timeout_s)


def connect_to(url: str, **timeouts: float) -> EscposPrinter:
    """Build a printer of which is known that it never answers; what is not given is long.

    So nothing but the jobs goes over the road. The virtual printer always answers.
    """
    patient = {"stall_timeout_s": PATIENCE_S, "close_timeout_s": PATIENCE_S}
    chosen = settings.Printer(connection=url, receipts=("kitchen",))
    printer = build_printer(chosen, settings.Printing(**{**patient, **timeouts}))
    if not url.startswith("virtual:"):
        printer.abilities = replace(printer.abilities, answers=Ability.ABSENT)
    return printer


class Collector:
    """Reads a descriptor in a thread, as a printer with some behaviour would."""

    def __init__(self, descriptor: int, behaviour: Behaviour, die: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._behaviour = behaviour
        self._die = die
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._bytes = bytearray()
        os.set_blocking(descriptor, False)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait_for(self, size: int) -> bytes:
        with self._changed:
            self._changed.wait_for(lambda: len(self._bytes) >= size, PATIENCE_S)
            return bytes(self._bytes)

    def stop(self) -> bytes:
        self._stopping.set()
        self._thread.join(PATIENCE_S)
        return bytes(self._bytes)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self._behaviour.reads:
                self._stopping.wait(PATIENCE_S)
            elif not self._step():
                break

    def _step(self) -> bool:
        """Read once; tell whether the printer lives on."""
        wanted = self._behaviour.bytes_per_step
        if self._behaviour.dies_after is not None:
            wanted = min(wanted, self._behaviour.dies_after - len(self._bytes))
        poller = select.poll()
        poller.register(self._descriptor, select.POLLIN)
        if poller.poll(20):
            try:
                data = os.read(self._descriptor, wanted)
            except BlockingIOError:
                data = b""
            with self._changed:
                self._bytes += data
                self._changed.notify_all()
            # a pipe without a writer is readable all the time
            self._stopping.wait(self._behaviour.pause_s if data else 0.005)
        if self._behaviour.dies_after == len(self._bytes):
            self._die()
            return False
        return True


class PipeRig:
    """A device file: a named pipe, which like usblp cannot be opened with nobody at its end."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "lp0"
        os.mkfifo(self._path)
        self.url = f"file://{self._path}"
        self._descriptor: int | None = None
        self._collector: Collector | None = None
        self._before = b""

    def start(self, behaviour: Behaviour = WELL) -> None:
        self._descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
        self._collector = Collector(self._descriptor, behaviour, self._close)

    def stop(self) -> None:
        if self._collector:
            self._before += self._collector.stop()
            self._collector = None
        self._close()

    def received(self, size: int) -> bytes:
        return self._before + (self._collector.wait_for(size) if self._collector else b"")

    def _close(self) -> None:
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)


class RegularFileRig:
    """A regular file in place of a device: it is written to, but never made."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "printed.bin"
        self._put_away = directory / "put-away.bin"
        self._put_away.touch()
        self.url = f"file://{self.path}"

    def start(self, behaviour: Behaviour = WELL) -> None:
        assert behaviour == WELL
        self._put_away.rename(self.path)

    def stop(self) -> None:
        if self.path.exists():
            self.path.rename(self._put_away)

    def received(self, size: int) -> bytes:
        del size
        return self.path.read_bytes() if self.path.exists() else b""


class SerialRig:
    """A serial line: a pseudo terminal under a name that vanishes like that of a USB adapter."""

    def __init__(self, directory: Path, options: str = "") -> None:
        self._path = directory / "ttyUSB0"
        self.url = f"serial://{self._path}{options}"
        self._ends: list[int] = []
        self._collector: Collector | None = None
        self._before = b""

    def start(self, behaviour: Behaviour = WELL) -> None:
        self._ends = list(os.openpty())
        self._path.symlink_to(os.ttyname(self._ends[1]))
        self._collector = Collector(self._ends[0], behaviour, self._close)

    def stop(self) -> None:
        if self._collector:
            self._before += self._collector.stop()
            self._collector = None
        self._close()

    def received(self, size: int) -> bytes:
        return self._before + (self._collector.wait_for(size) if self._collector else b"")

    def say(self, data: bytes) -> None:
        """Send something from the printer to us."""
        os.write(self._ends[0], data)

    def _close(self) -> None:
        ends, self._ends = self._ends, []
        for end in ends:
            os.close(end)
        self._path.unlink(missing_ok=True)


class TcpRig:
    """A network printer on a real socket of this computer."""

    def __init__(self, family: socket.AddressFamily = socket.AF_INET) -> None:
        self._family = family
        self._host = "127.0.0.1" if family == socket.AF_INET else "::1"
        with self._listener(0) as listener:
            self._port = listener.getsockname()[1]
        host = f"[{self._host}]" if family == socket.AF_INET6 else self._host
        self.url = f"tcp://{host}:{self._port}"
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._changed = threading.Condition()
        self._bytes = bytearray()
        self.resets = 0
        """How often a connection ended without the proper end."""
        self.chatter = b""
        """What the printer says whenever it has read something, and at the start."""

    def start(self, behaviour: Behaviour = WELL) -> None:
        listener = self._listener(self._port)
        listener.listen()
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, args=(listener, behaviour), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join(PATIENCE_S)

    def received(self, size: int) -> bytes:
        with self._changed:
            self._changed.wait_for(lambda: len(self._bytes) >= size, PATIENCE_S)
            return bytes(self._bytes)

    def _listener(self, port: int) -> socket.socket:
        listener = socket.socket(self._family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)  # as small as in a printer
        listener.bind((self._host, port))
        return listener

    def _run(self, listener: socket.socket, behaviour: Behaviour) -> None:
        with listener:
            while not self._stopping.is_set():
                if _readable(listener):
                    connection, _ = listener.accept()
                    with connection:
                        if not self._serve(connection, behaviour):
                            return

    def _serve(self, connection: socket.socket, behaviour: Behaviour) -> bool:
        """Take one connection's bytes; tell whether the printer lives on."""
        connection.sendall(self.chatter)
        taken = 0
        while not self._stopping.is_set():
            if behaviour.dies_after == taken:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            if not behaviour.reads:
                self._stopping.wait(PATIENCE_S)
            elif _readable(connection):
                wanted = min(
                    behaviour.bytes_per_step, (behaviour.dies_after or taken + 65_536) - taken
                )
                try:
                    data = connection.recv(wanted)
                except ConnectionResetError:
                    self.resets += 1
                    return True
                if not data:
                    return True
                taken += len(data)
                with self._changed:
                    self._bytes += data
                    self._changed.notify_all()
                connection.sendall(self.chatter)
                self._stopping.wait(behaviour.pause_s)
        return True


def _readable(connection: socket.socket) -> bool:
    poller = select.poll()
    poller.register(connection, select.POLLIN)
    return bool(poller.poll(20))
