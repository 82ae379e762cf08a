"""A raw queue of CUPS, reached through the program ``lp``."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError
from wix_printer_service.printing.transports.progress import GivenUpError, StalledError

if TYPE_CHECKING:
    from wix_printer_service.connection_url import CupsQueue
    from wix_printer_service.printing.transports.progress import Progress

NO_LP = "the program lp is missing on this computer: sudo apt install cups-client"


class CupsLink:
    """Hands each job to CUPS, which stores it and prints it on its own: a one-way road.

    ``lp`` reads the whole job before it asks CUPS to take it (CUPS 2.4), so an exit code other
    than 0 means that nothing was taken.
    """

    def __init__(self, connection: CupsQueue) -> None:
        self.name = f"the print queue {connection.queue}"
        self.can_answer = False
        self._queue = connection.queue

    def open(self, timeout_s: float) -> None:
        """Look for ``lp``; whether there is such a queue, only ``lp`` can say."""
        del timeout_s
        if shutil.which("lp") is None:
            raise PrinterUnavailableError(NO_LP)

    def send(self, data: bytes, progress: Progress) -> None:
        """Hand over a whole job; see ``Link``."""
        command = ["lp", "-d", self._queue, "-o", "raw", "-t", "wix-printer"]
        pipe = subprocess.PIPE
        try:
            lp = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
        except OSError as error:
            message = f"lp cannot be started: {error}"
            raise PrinterUnavailableError(message) from error
        with lp:
            try:
                said = _outcome(lp, data, progress)
            except (StalledError, GivenUpError) as error:
                lp.kill()
                reason = f"{self.name} did not answer: {error}"
                raise SendInterruptedError(reason, 0) from error
        if lp.returncode < 0:
            raise SendInterruptedError(f"lp was ended by signal {-lp.returncode}", 0)
        if lp.returncode > 0:
            raise PrinterUnavailableError(
                f"{self.name} took nothing: {said or 'lp gave no reason'}"
            )

    def ask(self, question: bytes) -> None:
        """Do nothing: nobody would answer."""

    def receive(self, timeout_s: float) -> bytes:
        """Return nothing: nobody says anything."""
        del timeout_s
        return b""

    def finish(self, progress: Progress) -> None:
        """Do nothing: what ``lp`` said was all."""

    def close(self) -> None:
        """Do nothing: each job had its own ``lp``."""


def _outcome(lp: subprocess.Popen[bytes], data: bytes, progress: Progress) -> str:
    """Wait for the end of ``lp`` and return what it complained of."""
    unsent: bytes | None = data
    while True:
        try:
            _, complaint = lp.communicate(unsent, timeout=progress.wait_s())
            return complaint.decode(errors="replace").strip()
        except subprocess.TimeoutExpired:
            unsent = None  # what is not written yet, communicate itself remembers
