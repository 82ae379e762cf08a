"""The virtual printer: takes bytes, answers, writes receipts into a folder, has troubles."""

from __future__ import annotations

import threading
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from wix_printer_service.clock import SystemClock
from wix_printer_service.errors import StorageError
from wix_printer_service.virtual_printer import status
from wix_printer_service.virtual_printer.commands import CommandParser
from wix_printer_service.virtual_printer.faults import NO_FAULTS, Breakdown
from wix_printer_service.virtual_printer.folder import ReceiptFolder
from wix_printer_service.virtual_printer.interpreter import Interpreter
from wix_printer_service.virtual_printer.paper import DOTS
from wix_printer_service.virtual_printer.receive_buffer import ReceiveBuffer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wix_printer_service.clock import Clock
    from wix_printer_service.virtual_printer.commands import Command
    from wix_printer_service.virtual_printer.faults import Faults
    from wix_printer_service.virtual_printer.paper import PrintedReceipt

BUFFER_BYTES: Final = 64 * 1024
"""What the printer takes in over the network while it cannot print."""
GROUP_HEADER: Final = 3
"""Letter and length, before the parameters of ``GS (``."""
WARNINGS_KEPT: Final = 50
CLEAR_BUFFERS: Final = b"\x08\x01\x03\x14\x01\x06\x02\x08"
"""Arguments of ``DLE DC4`` function 8, with the sequence that guards against accidents."""


class VirtualPrinter:
    """An ESC/POS printer whose paper is a folder of pictures and texts.

    Safe to use from several threads. Answers that come up between two calls of ``receive`` (a
    status change, the end of a job that waited for paper) wait for the next one, which may be of
    no bytes.

    Args:
        directory: Where receipts are written; made when needed.
        paper_width_mm: 58 or 80.
        maker: What the printer says its maker is.
        model: What the printer says its model is.
        faults: What is wrong with it from the start.
        clock: Where time comes from, for slow printing.
    """

    def __init__(
        self,
        directory: Path,
        paper_width_mm: int = 80,
        maker: str = "EPSON",
        model: str = "TM-T88V",
        faults: Faults = NO_FAULTS,
        clock: Clock | None = None,
    ) -> None:
        self.on_change: Callable[[], None] = lambda: None
        """Called after each change from outside: of the faults, of the power."""
        self.receipts_printed = 0
        self.bytes_received = 0
        self.power_cycles = 0
        self._lock = threading.RLock()
        self._clock = clock or SystemClock()
        self._identity = status.Identity(maker, model)
        self._folder = ReceiptFolder(directory)
        self._faults = faults
        self._interpreter = Interpreter(DOTS[paper_width_mm])
        self._unsaved: list[PrintedReceipt] = []
        self._warnings: dict[str, None] = {}
        self._real_time: dict[bytes, Callable[[bytes], None]] = {
            b"\x10\x04": self._tell_status,
            b"\x10\x05": self._recover,
            b"\x10\x14": self._real_time_request,
        }
        self._in_order: dict[bytes, Callable[[bytes], None]] = {
            b"\x1b@": lambda _: self._stop_reporting(),
            b"\x1d(": self._tell_process_id,
            b"\x1dI": self._tell_identity,
            b"\x1da": self._report_status,
            b"\x1dr": self._tell_sensor,
        }
        self._switch_on()

    def _switch_on(self) -> None:
        self._parser = CommandParser()
        self._buffer = ReceiveBuffer(self._clock)
        self._answers = bytearray()
        self._reported_kinds = 0

    # --- the outside ----------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host, print what can be printed, and return the answers."""
        with self._lock:
            self.bytes_received += len(data)
            self._work()
            for command in self._parser.feed(data):
                real_time = self._real_time.get(command.prefix)
                if real_time is None:
                    self._buffer.put(command)
                else:
                    real_time(command.arguments)
                self._work()
            answers = bytes(self._answers)
            self._answers.clear()
            return answers

    def flush(self) -> None:
        """Tear off what was printed since the last cut and write it too."""
        with self._lock:
            self._interpreter.mechanism.tear_off()
            self._save_receipts()

    @property
    def faults(self) -> Faults:
        """Return what is wrong with the printer; a folder that takes no files breaks it."""
        if self._unsaved:
            return replace(self._faults, error=Breakdown.UNRECOVERABLE)
        return self._faults

    def set_faults(self, **changes: Any) -> None:
        """Change some fields of the faults; a printer that is mended goes on printing."""
        with self._lock:
            self._change_faults(changes)
            self._work()
        self.on_change()

    def power_cycle(self) -> None:
        """Switch off and on: everything unprinted is lost, paper and cover stay as they are."""
        with self._lock:
            self._interpreter.reset()
            self._switch_on()
            self._faults = replace(self._faults, error=Breakdown.NONE)
            self.power_cycles += 1
        self.on_change()

    @property
    def cannot_save(self) -> bool:
        """Tell whether a receipt is printed that the folder does not take."""
        return bool(self._unsaved)

    @property
    def room(self) -> int:
        """Return how many more bytes the printer would take in over the network."""
        return max(0, BUFFER_BYTES - self._buffer.size)

    @property
    def is_busy(self) -> bool:
        """Tell whether time alone brings the printing on."""
        return self._buffer.size > 0 and not self.faults.stop_printing

    def describe(self) -> dict[str, object]:
        """Return the printer's state in words and numbers."""
        with self._lock:
            return {
                "online": not self.faults.stop_printing,
                **asdict(self.faults),
                "receipts_printed": self.receipts_printed,
                "bytes_received": self.bytes_received,
                "bytes_waiting": self._buffer.size,
                "bytes_of_unfinished_command": self._parser.unfinished,
                "drawer_pulses": self._interpreter.mechanism.drawer_pulses,
                "buzzes": self._interpreter.mechanism.buzzes,
                "power_cycles": self.power_cycles,
                "warnings": list(self._warnings),
            }

    # --- printing -------------------------------------------------------------------------------

    def _work(self) -> None:
        """Print from the buffer as far as paper, faults and speed allow."""
        self._save_receipts()
        while not self.faults.stop_printing:
            command = self._buffer.take(self._faults.bytes_per_second)
            if command is None:
                return
            self._carry_out(command)

    def _carry_out(self, command: Command) -> None:
        self._interpreter.execute(command)
        self._save_receipts()
        handler = self._in_order.get(command.prefix)
        if handler is not None:
            handler(command.arguments)

    def _save_receipts(self) -> None:
        """Write finished receipts; those that cannot be written yet stop the printer."""
        self._unsaved += self._interpreter.mechanism.take_receipts()
        while self._unsaved:
            receipt = self._unsaved[0]
            try:
                self._folder.save(receipt)
            except StorageError:
                return
            self._unsaved.pop(0)
            self.receipts_printed += 1
            self._warnings |= dict.fromkeys(receipt.warnings[: WARNINGS_KEPT - len(self._warnings)])

    def _change_faults(self, changes: dict[str, Any]) -> None:
        before = status.automatic_status(self.faults, self._reported_kinds)
        if self.faults.stop_printing:
            self._buffer.rest()
        self._faults = replace(self._faults, **changes)
        if status.automatic_status(self.faults, self._reported_kinds) != before:
            self._answer(status.automatic_status(self.faults))

    # --- answers --------------------------------------------------------------------------------

    def _answer(self, answer: bytes) -> None:
        faults = self.faults
        if not answer or faults.silent or (faults.silent_offline and faults.stop_printing):
            return
        if faults.chatter:
            self._answers += status.automatic_status(faults)
        self._answers += answer

    def _tell_status(self, arguments: bytes) -> None:
        self._answer(status.real_time_status(self.faults, arguments[0]))

    def _tell_sensor(self, arguments: bytes) -> None:
        if not self._faults.no_sensor_status:
            self._answer(status.sensor_status(self.faults, arguments[0]))

    def _tell_identity(self, arguments: bytes) -> None:
        if not self._faults.no_identity:
            self._answer(status.identification(self._identity, arguments[0]))

    def _tell_process_id(self, arguments: bytes) -> None:
        if self._faults.prints_unknown and arguments.startswith(b"H"):
            self._interpreter.mechanism.type_text(arguments[GROUP_HEADER:])
        elif not self._faults.no_process_id:
            self._answer(status.process_id(arguments))

    def _report_status(self, arguments: bytes) -> None:
        """Do ``GS a n``: tell the status now and after every change of the chosen kinds."""
        self._reported_kinds = 0 if self._faults.no_automatic_status else arguments[0]
        if self._reported_kinds:
            self._answer(status.automatic_status(self.faults))

    def _stop_reporting(self) -> None:
        self._reported_kinds = 0

    # --- real-time commands ---------------------------------------------------------------------

    def _real_time_request(self, arguments: bytes) -> None:
        """Do ``DLE DC4``: function 1 opens the drawer, function 8 clears the buffers."""
        if arguments[0] == 1:
            self._interpreter.open_drawer()
        elif arguments == CLEAR_BUFFERS and not self._faults.no_clearing:
            self._clear_buffers()
            self._answer(status.BUFFERS_CLEARED)

    def _recover(self, arguments: bytes) -> None:
        """Do ``DLE ENQ``: 1 goes on after an error that can be mended, 2 starts afresh."""
        afresh = {1: False, 2: True}.get(arguments[0])
        if self._faults.error is not Breakdown.CUTTER or afresh is None:
            return
        if afresh:
            self._clear_buffers()
        self._change_faults({"error": Breakdown.NONE})

    def _clear_buffers(self) -> None:
        self._buffer = ReceiveBuffer(self._clock)
        self._interpreter.mechanism.clear_line()
