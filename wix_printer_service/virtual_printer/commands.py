"""Bytes to commands: finds where each ESC/POS command ends, however the bytes arrive split.

Lengths are from Epson's ESC/POS command reference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

DLE: Final = b"\x10"
PREFIX_SIZE: Final = 2
"""A lead (DLE, ESC, FS, GS) and the letter after it."""
LONGEST_LIST: Final = 255
"""Bytes after which a list that should end with NUL is taken to have ended."""
COUNTED_BARCODES: Final = 65
"""First ``m`` of the form ``GS k m n d1 … dn``; those below end with NUL."""
_NOTHING: Final = re.compile(rb"\x00+")
"""What hosts send to fill up half a picture; one by one they would take long."""
_CHARACTERS: Final = re.compile(rb"[\x20-\xff]+")


@dataclass(frozen=True, slots=True)
class Command:
    """A whole command.

    ``prefix`` is empty for a run of printable characters, one byte for a control character (or a
    run of NUL), else two bytes such as ``ESC @``; ``arguments`` is all that follows (or the
    characters).
    """

    prefix: bytes
    arguments: bytes

    @property
    def size(self) -> int:
        """Return how many bytes the command took."""
        return len(self.prefix) + len(self.arguments)


def _fixed(count: int) -> Callable[[bytes], int]:
    return lambda _arguments: count


def _counted(header: int, payload: Callable[[bytes], int]) -> Callable[[bytes], int]:
    """Size commands whose first ``header`` arguments say how long the rest is."""
    return lambda arguments: (
        header if len(arguments) < header else header + payload(arguments[:header])
    )


def _number(arguments: bytes, start: int, end: int) -> int:
    return int.from_bytes(arguments[start:end], "little")


def _up_to_nul(arguments: bytes, start: int = 0) -> int:
    end = arguments.find(0, start)
    return end + 1 if end >= 0 else min(len(arguments) + 1, LONGEST_LIST)


_counted_barcode = _counted(2, lambda header: header[1])


def _barcode(arguments: bytes) -> int:
    if arguments and arguments[0] >= COUNTED_BARCODES:
        return _counted_barcode(arguments)
    return _up_to_nul(arguments, start=1)


_WITHOUT_DATA: Final = {
    b"\x10": {0: b"", 1: b"\x05"},
    b"\x1b": {0: b"@2LS\x0cimv<", 1: b" !%-3=?EGJKMRTUVadert{u", 2: b"$\\cB", 3: b"p", 8: b"W"},
    b"\x1c": {0: b"&.", 1: b"!-CW", 2: b"Sp"},
    b"\x1d": {0: b":c", 1: b"!/BHITabfhjrw", 2: b"$LPW\\", 3: b"^"},
}
"""By lead and number of arguments: the letters of the commands that always have so many."""

_LENGTHS: Final[dict[bytes, Callable[[bytes], int]]] = {
    **{
        lead + bytes([letter]): _fixed(count)
        for lead, letters_by_count in _WITHOUT_DATA.items()
        for count, letters in letters_by_count.items()
        for letter in letters
    },
    # DLE EOT n, with a second byte for ink, sensors and display
    b"\x10\x04": _counted(1, lambda header: int(header[0] in {7, 8, 18})),
    # DLE DC4 fn: pulse, power off, status, clear buffers
    b"\x10\x14": _counted(1, lambda header: {1: 2, 2: 2, 7: 1, 8: 7}.get(header[0], 0)),
    # ESC, FS and GS ( letter pL pH …
    b"\x1b(": _counted(3, lambda header: _number(header, 1, 3)),
    b"\x1c(": _counted(3, lambda header: _number(header, 1, 3)),
    b"\x1d(": _counted(3, lambda header: _number(header, 1, 3)),
    # ESC * m nL nH …: one or three bytes a column
    b"\x1b*": _counted(3, lambda header: _number(header, 1, 3) * (3 if header[0] & 0x20 else 1)),
    # ESC D n1 … nk NUL
    b"\x1bD": _up_to_nul,
    # GS * x y …
    b"\x1d*": _counted(2, lambda header: header[0] * header[1] * 8),
    # GS 8 L p1 p2 p3 p4 …
    b"\x1d8": _counted(5, lambda header: _number(header, 1, 5)),
    # GS V m, GS V m n
    b"\x1dV": _counted(1, lambda header: int(header in {b"A", b"B", b"a", b"b", b"g", b"h"})),
    b"\x1dk": _barcode,
    # GS v 0 m xL xH yL yH …
    b"\x1dv": _counted(6, lambda header: _number(header, 2, 4) * _number(header, 4, 6)),
}


class CommandParser:
    """Cuts a stream of bytes into commands and keeps the beginning of the next one."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._wanted = 1

    @property
    def unfinished(self) -> int:
        """Return how many bytes of an incomplete command have come."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Command]:
        """Return the commands that ``data`` completes."""
        self._buffer += data
        commands: list[Command] = []
        start = 0
        while len(self._buffer) - start >= self._wanted:
            command = self._next(start)
            if command is not None:
                commands.append(command)
                start += command.size
                self._wanted = 1
        del self._buffer[:start]
        return commands

    def _next(self, start: int) -> Command | None:
        """Read one command, or set how many bytes must be there before trying again."""
        characters = _CHARACTERS.match(self._buffer, start)
        if characters:
            return Command(b"", characters[0])
        nothing = _NOTHING.match(self._buffer, start)
        if nothing:
            return Command(b"\x00", nothing[0][1:])
        prefix = bytes(self._buffer[start : start + PREFIX_SIZE])
        if prefix[:1] not in _WITHOUT_DATA:
            return Command(prefix[:1], b"")
        if len(prefix) < PREFIX_SIZE:
            self._wanted = PREFIX_SIZE
            return None
        return self._prefixed(prefix, start + PREFIX_SIZE)

    def _prefixed(self, prefix: bytes, start: int) -> Command | None:
        """Read the arguments of a command, which begin at ``start``."""
        if prefix not in _LENGTHS:
            # DLE by itself is nothing; ESC, FS and GS take the letter after them along.
            return Command(DLE if prefix.startswith(DLE) else prefix, b"")
        length = _LENGTHS[prefix](bytes(self._buffer[start : start + LONGEST_LIST]))
        if len(self._buffer) - start < length:
            self._wanted = PREFIX_SIZE + length
            return None
        return Command(prefix, bytes(self._buffer[start : start + length]))
