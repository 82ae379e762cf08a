"""A raw queue of CUPS, reached through the program ``lp``."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError
from wix_printer_service.models import Confirmation
from wix_printer_service.printing.transports.progress import unheard

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.connection_url import CupsQueue

NO_LP = "the program lp is missing on this computer: sudo apt install cups-client"


class CupsPrinter:
    """Hands each job to CUPS, which stores it and prints it on its own.

    ``lp`` reads the whole job before it asks CUPS to take it (CUPS 2.4), so an exit code other
    than 0 means that nothing was taken.
    """

    def __init__(self, connection: CupsQueue, timeout_s: float) -> None:
        self._queue = connection.queue
        self._name = f"the print queue {connection.queue}"
        self._timeout_s = timeout_s

    def open(self) -> None:
        """Look for ``lp``; whether there is such a queue, only ``lp`` can say."""
        if shutil.which("lp") is None:
            raise PrinterUnavailableError(NO_LP)

    def send(self, data: bytes, _tell: Callable[[], None] = unheard) -> Confirmation:
        """Hand over a whole job; see ``printing.printer.Printer``."""
        command = ["lp", "-d", self._queue, "-o", "raw", "-t", "wix-printer"]
        try:
            finished = subprocess.run(
                command, input=data, capture_output=True, timeout=self._timeout_s, check=False
            )
        except subprocess.TimeoutExpired as error:
            reason = f"{self._name} did not answer for {self._timeout_s:g} s"
            raise SendInterruptedError(reason, 0) from error
        except OSError as error:
            raise PrinterUnavailableError(f"lp cannot be started: {error}") from error
        if finished.returncode < 0:
            raise SendInterruptedError(f"lp was ended by signal {-finished.returncode}", 0)
        if finished.returncode > 0:
            said = finished.stderr.decode(errors="replace").strip() or "lp gave no reason"
            raise PrinterUnavailableError(f"{self._name} took nothing: {said}")
        return Confirmation.NONE

    def close(self) -> None:
        """Do nothing: each job had its own ``lp``."""
