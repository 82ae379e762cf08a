"""Commands to paper: which part of the printer carries out which ESC/POS command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wix_printer_service.virtual_printer.codepages import CODE_PAGES
from wix_printer_service.virtual_printer.layout import CHANGES
from wix_printer_service.virtual_printer.mechanism import Mechanism
from wix_printer_service.virtual_printer.picture_commands import PictureCommands

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.virtual_printer.commands import Command

NO_EFFECT: Final = frozenset(
    {
        *(bytes([control]) for control in range(0x20)),
        *(b"\x10" + letter for letter in (b"\x04", b"\x05", b"\x14")),
        *(b"\x1b" + bytes([letter]) for letter in b"%=?KRTUV{cerSv<"),
        *(b"\x1c" + bytes([letter]) for letter in b"!&-.CSW("),
        *(b"\x1d" + bytes([letter]) for letter in b"*:HIPTabfjrw"),
    }
)
"""Commands that leave no trace on this paper, on purpose (or are for the printer's status)."""
SILENT_GROUPS: Final = b"ACDEHKMN"
"""Letters of ``GS (``: test print, memory, switches, set-up, replies, control, customising."""


class Interpreter:
    """Carries out print commands; knows nothing of status and faults."""

    def __init__(self, width: int) -> None:
        self.mechanism = Mechanism(width)
        self._pictures = PictureCommands(self.mechanism)
        mechanism, pictures = self.mechanism, self._pictures
        self._handlers: dict[bytes, Callable[[bytes], None]] = {
            b"": mechanism.type_text,
            b"\t": lambda _: mechanism.tab(),
            b"\n": lambda _: mechanism.feed_lines(1),
            b"\x1b$": lambda arguments: mechanism.move_to(_number(arguments)),
            b"\x1b(": self._escape_group,
            b"\x1b*": pictures.bit_image,
            b"\x1b@": lambda _: self._initialize(),
            b"\x1bB": lambda _: self._buzz(),
            b"\x1bJ": lambda arguments: mechanism.feed_dots(arguments[0]),
            b"\x1b\\": self._move_by,
            b"\x1bd": lambda arguments: mechanism.feed_lines(arguments[0]),
            b"\x1bi": lambda _: mechanism.cut(0),
            b"\x1bm": lambda _: mechanism.cut(0),
            b"\x1bp": lambda _: self.open_drawer(),
            b"\x1bt": self._code_page,
            b"\x1d(": self._group,
            b"\x1d8": self._long_group,
            b"\x1dL": lambda arguments: mechanism.set_margin(_number(arguments)),
            b"\x1dV": lambda arguments: mechanism.cut(arguments[1] if arguments[1:] else 0),
            b"\x1dW": lambda arguments: mechanism.set_area(_number(arguments)),
            b"\x1dk": pictures.barcode,
            b"\x1dv": pictures.raster,
        }

    def execute(self, command: Command) -> None:
        """Carry out one command."""
        change = CHANGES.get(command.prefix)
        handler = self._handlers.get(command.prefix)
        if change is not None:
            change(self.mechanism.layout, command.arguments)
        elif handler is not None:
            handler(command.arguments)
        elif command.prefix not in NO_EFFECT:
            self.mechanism.warn(f"unknown command {command.prefix.hex(' ')}")

    def reset(self) -> None:
        """Go back to how the printer is after power on; the paper keeps what is on it."""
        self.mechanism.reset()
        self._pictures.reset()

    def _initialize(self) -> None:
        """Do ``ESC @``, which throws away text that has no line feed yet."""
        if not self.mechanism.line_is_empty:
            self.mechanism.warn("ESC @ threw away text without a line feed")
        self.reset()

    def open_drawer(self) -> None:
        """Count a pulse to the cash drawer."""
        self.mechanism.drawer_pulses += 1

    def _buzz(self) -> None:
        self.mechanism.buzzes += 1

    def _move_by(self, arguments: bytes) -> None:
        self.mechanism.move_by(int.from_bytes(arguments, "little", signed=True))

    def _code_page(self, arguments: bytes) -> None:
        if arguments[0] in CODE_PAGES:
            self.mechanism.layout.code_page = arguments[0]
        else:
            self.mechanism.warn(f"unknown code page {arguments[0]}")

    def _escape_group(self, arguments: bytes) -> None:
        """Do ``ESC ( A``, the buzzer."""
        if arguments[:1] == b"A":
            self._buzz()
        else:
            self.mechanism.warn(f"unknown command 1b 28 {arguments[:1].hex()}")

    def _group(self, arguments: bytes) -> None:
        """Do ``GS ( letter pL pH …``."""
        letter, parameters = arguments[0], arguments[3:]
        if letter == ord("L"):
            self._pictures.graphics(parameters)
        elif letter == ord("k"):
            self._pictures.symbol(parameters)
        elif letter not in SILENT_GROUPS:
            self.mechanism.warn(f"unknown command 1d 28 {letter:02x}")

    def _long_group(self, arguments: bytes) -> None:
        """Do ``GS 8 L p1 p2 p3 p4 …``."""
        if arguments[:1] == b"L":
            self._pictures.graphics(arguments[5:])
        else:
            self.mechanism.warn(f"unknown command 1d 38 {arguments[:1].hex()}")


def _number(arguments: bytes) -> int:
    return int.from_bytes(arguments, "little")
