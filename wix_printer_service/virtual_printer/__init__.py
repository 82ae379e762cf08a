"""An ESC/POS printer in software: prints to PNG and text, answers like the real thing, fails."""

from wix_printer_service.virtual_printer.faults import Breakdown, Faults, PaperState
from wix_printer_service.virtual_printer.paper import PrintedReceipt
from wix_printer_service.virtual_printer.printer import VirtualPrinter
from wix_printer_service.virtual_printer.rendering import render
from wix_printer_service.virtual_printer.server import VirtualPrinterServer

__all__ = [
    "Breakdown",
    "Faults",
    "PaperState",
    "PrintedReceipt",
    "VirtualPrinter",
    "VirtualPrinterServer",
    "render",
]
