"""What a printer said before it broke off the connection counts."""

from __future__ import annotations

import socket
import struct
import threading
from typing import TYPE_CHECKING

import pytest

from tests.printing.escpos_rig import JOB, QUICK
from tests.printing.notes import Notes
from wix_printer_service import settings
from wix_printer_service.errors import SendInterruptedError
from wix_printer_service.models import Confirmation
from wix_printer_service.printing.printer import build_printer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.printing.escpos_printer import EscposPrinter

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
PATIENCE_S = 10.0
TELL_PAPER = b"\x1dr"


class Hasty(threading.Thread):
    """A printer that says its last words and resets the connection when asked to confirm."""

    def __init__(self, last_words: bytes) -> None:
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.has_gone = threading.Event()
        self.was_asked = threading.Event()
        self._last_words = last_words
        self.start()

    def run(self) -> None:
        connection, _ = self.listener.accept()
        with connection:
            connection.settimeout(PATIENCE_S)
            while TELL_PAPER not in (data := connection.recv(4096)):
                connection.sendall(b"\x12" * data.count(b"\x10\x04"))
            self.was_asked.set()
            connection.sendall(self._last_words)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.has_gone.set()

    def connect(self) -> EscposPrinter:
        url = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        chosen = settings.Printer(connection=url, receipts=("kitchen",))
        timing = {**QUICK, "answer_timeout_s": 0.1, "status_interval_s": 1e-9}
        return build_printer(chosen, settings.Printing(**timing))


class Late(Notes):
    """Looks at the connection again only when the printer has gone."""

    def __init__(self, printer: Hasty) -> None:
        super().__init__()
        self._printer = printer

    def beat(self) -> None:
        super().beat()
        if self._printer.was_asked.wait(0.05):
            assert self._printer.has_gone.wait(PATIENCE_S)


def print_on(hasty: Hasty) -> Confirmation:
    printer = hasty.connect()
    try:
        printer.open()
        return printer.send(JOB, Late(hasty))
    finally:
        printer.close()


@pytest.fixture
def hasty(request: pytest.FixtureRequest) -> Iterator[Hasty]:
    printer = Hasty(request.param)
    yield printer
    printer.listener.close()
    printer.join(PATIENCE_S)


@pytest.mark.parametrize("hasty", [b"\x00"], indirect=True)
def test_a_printer_that_confirms_and_breaks_off_at_once_is_believed(hasty: Hasty) -> None:
    assert print_on(hasty) is Confirmation.PROCESSED


@pytest.mark.parametrize("hasty", [b"", b"\x12"], indirect=True)
def test_a_printer_that_breaks_off_without_confirming_leaves_the_job_uncertain(
    hasty: Hasty,
) -> None:
    with pytest.raises(SendInterruptedError, match="broke off"):
        print_on(hasty)
