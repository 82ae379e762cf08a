"""The control port's language: one line per command, one line of answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from wix_printer_service.virtual_printer.faults import Breakdown, PaperState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wix_printer_service.virtual_printer.printer import VirtualPrinter

ON_OFF: Final = {"on": True, "off": False}
OFF_ON: Final = {"off": True, "on": False}
"""For what a printer lacks when it is off."""
CHOICES: Final[dict[str, tuple[str, Mapping[str, object]]]] = {
    "paper": ("paper", {state.value: state for state in PaperState}),
    "cover": ("cover_open", {"open": True, "closed": False}),
    "offline": ("offline", ON_OFF),
    "error": ("error", {breakdown.value: breakdown for breakdown in Breakdown}),
    "silent": ("silent", ON_OFF),
    "stall": ("stall", ON_OFF),
    "refuse": ("refuse", ON_OFF),
    "silent-offline": ("silent_offline", ON_OFF),
    "prints-unknown": ("prints_unknown", ON_OFF),
    "chatter": ("chatter", ON_OFF),
    "process-id": ("no_process_id", OFF_ON),
    "gs-r": ("no_sensor_status", OFF_ON),
    "gs-a": ("no_automatic_status", OFF_ON),
    "gs-i": ("no_identity", OFF_ON),
    "clearing": ("no_clearing", OFF_ON),
}
"""By command: the field of the faults and the value that each word means."""
NUMBERS: Final = {"slow": "bytes_per_second", "die-after": "die_after"}
"""By command: the field of the faults that takes a number, or None for ``off``."""


def answer(printer: VirtualPrinter, line: str) -> str:
    """Carry out one line and return the line to answer."""
    match line.replace("_", "-").split():
        case ["help"]:
            return help_line()
        case ["status"]:
            return json.dumps(printer.describe())
        case ["power-cycle"]:
            printer.power_cycle()
        case ["flush"]:
            printer.flush()
        case [command, word] if command in CHOICES:
            return _choose(printer, command, word)
        case [command, word] if command in NUMBERS:
            return _set_number(printer, command, word)
        case _:
            return f"error: cannot do {line.strip()!r}; say help"
    return "ok"


def help_line() -> str:
    """Return every command with its words."""
    choices = [f"{command} {'|'.join(words)}" for command, (_, words) in CHOICES.items()]
    numbers = ["slow BYTES_PER_SECOND|off", "die-after BYTES|off"]
    return "; ".join([*choices, *numbers, "power-cycle", "flush", "status", "help"])


def _choose(printer: VirtualPrinter, command: str, word: str) -> str:
    field, words = CHOICES[command]
    if word not in words:
        return f"error: {command} takes {', '.join(words)}"
    printer.set_faults(**{field: words[word]})
    return "ok"


def _set_number(printer: VirtualPrinter, command: str, word: str) -> str:
    if word != "off" and not (word.isascii() and word.isdigit() and int(word) > 0):
        return f"error: {command} takes a whole number above 0, or off"
    printer.set_faults(**{NUMBERS[command]: None if word == "off" else int(word)})
    return "ok"
