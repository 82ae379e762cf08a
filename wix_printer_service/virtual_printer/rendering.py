"""Bytes to receipts in one go, for previews and for tests of what was sent to a printer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.virtual_printer.commands import CommandParser
from wix_printer_service.virtual_printer.interpreter import Interpreter
from wix_printer_service.virtual_printer.paper import DOTS

if TYPE_CHECKING:
    from wix_printer_service.virtual_printer.paper import PrintedReceipt


def render(data: bytes, paper_width_mm: int = 80) -> list[PrintedReceipt]:
    """Print ``data`` on paper of 58 or 80 mm.

    A receipt ends at a cut; what comes after the last cut is one more if it left anything visible.
    """
    interpreter = Interpreter(DOTS[paper_width_mm])
    for command in CommandParser().feed(data):
        interpreter.execute(command)
    interpreter.mechanism.tear_off()
    return interpreter.mechanism.take_receipts()
