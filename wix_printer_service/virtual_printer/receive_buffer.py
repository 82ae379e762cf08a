"""What the printer has taken in and not yet printed, given out at the speed of printing."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wix_printer_service.clock import Clock
    from wix_printer_service.virtual_printer.commands import Command


class ReceiveBuffer:
    """Commands in the order they came."""

    def __init__(self, clock: Clock) -> None:
        self.size = 0
        self._clock = clock
        self._commands: deque[Command] = deque()
        self._credit = 0.0
        self._credited_at = 0.0

    def put(self, command: Command) -> None:
        """Append a command."""
        if not self._commands:
            self.rest()
        self._commands.append(command)
        self.size += command.size

    def rest(self) -> None:
        """Count the time for slow printing from now on: the printer has stood still."""
        self._credit = 0.0
        self._credited_at = self._clock.monotonic()

    def take(self, bytes_per_second: float | None) -> Command | None:
        """Return the next command, None if there is none or its time has not come."""
        if not self._commands or not self._affords(self._commands[0].size, bytes_per_second):
            return None
        command = self._commands.popleft()
        self.size -= command.size
        return command

    def _affords(self, size: int, bytes_per_second: float | None) -> bool:
        if bytes_per_second is None:
            return True
        now = self._clock.monotonic()
        self._credit += (now - self._credited_at) * bytes_per_second
        self._credited_at = now
        if self._credit < size:
            return False
        self._credit -= size
        return True
