"""Getting rid of leftovers costs a slow line little, and its late answers confirm nothing."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.printing.escpos_rig import JOB, QUICK
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError
from wix_printer_service.models import Confirmation
from wix_printer_service.observations import Cause
from wix_printer_service.printing import conversation, leftovers
from wix_printer_service.printing.escpos_printer import EscposPrinter
from wix_printer_service.printing.printer import probe
from wix_printer_service.settings import Printing

if TYPE_CHECKING:
    from tests.conftest import FakeClock
    from wix_printer_service.printing.transports.progress import Progress

STATUS, PAPER = b"\x10\x04", b"\x1dr1"
BYTES_PER_S = 960


class Line:
    """A serial line of 9600 baud; its printer answers what it is told to, at once or late."""

    name = "a line"
    can_answer = True

    def __init__(self, clock: FakeClock) -> None:
        self.answers: dict[bytes, bytes] = {}
        self.late = b""
        """What is said when the next job has come."""
        self.sent = bytearray()
        self._clock = clock
        self._said = b""

    def open(self, timeout_s: float) -> None: ...

    def send(self, data: bytes, progress: Progress) -> None:
        self.sent += data
        progress.add(len(data))
        self._clock.advance(len(data) / BYTES_PER_S)
        if JOB in data:
            self._said, self.late = self.late, b""
        if data.endswith(PAPER):
            self.ask(PAPER)

    def ask(self, question: bytes) -> None:
        self._said += self.answers.get(question[:2], b"")

    def receive(self, timeout_s: float) -> bytes:
        said, self._said = self._said, b""
        if not said:
            self._clock.advance(timeout_s)
        return said

    def finish(self, progress: Progress) -> None: ...

    def close(self) -> None: ...


@pytest.fixture
def line(fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Line:
    for module in (conversation, leftovers):
        monkeypatch.setattr(module, "_CLOCK", fake_clock)
    return Line(fake_clock)


def printer_on(line: Line) -> EscposPrinter:
    return EscposPrinter(line, Printing(**QUICK), "kitchen")


def test_a_look_at_a_printer_that_was_never_heard_sends_nothing_but_questions(line: Line) -> None:
    printer = printer_on(line)
    for _ in range(5):
        assert probe(printer, 1.0).cause is Cause.CANNOT_TELL
    assert line.sent == b""


def test_a_slow_line_gets_little_if_nothing_was_left_half_in_this_run(line: Line) -> None:
    printer = printer_on(line)
    for _ in range(5):
        printer.open()
        printer.close()
    assert len(line.sent) == 4096


def test_no_job_goes_out_before_all_that_may_miss_from_a_broken_one(line: Line) -> None:
    printer = printer_on(line)
    printer._leftovers.note(30_000)
    openings = 0
    while printer._leftovers.size:
        openings += 1
        before = len(line.sent)
        with suppress(PrinterUnavailableError):
            printer.open()
            assert not printer._leftovers.size
        assert len(line.sent) > before
    assert openings > 1
    assert len(line.sent) == 30_000


def test_a_look_brings_a_printer_back_that_answers_but_for_half_a_job(line: Line) -> None:
    printer = printer_on(line)
    line.answers = {STATUS: b"\x12"}
    printer.open()
    printer._leftovers.note(3000)
    line.answers = {}
    assert probe(printer, 1.0).cause is Cause.NO_ANSWER
    assert printer._leftovers.size == 0


def test_a_late_answer_to_what_was_asked_of_leftovers_confirms_no_job(line: Line) -> None:
    printer = printer_on(line)
    line.answers = {STATUS: b"\x12", PAPER[:2]: b"\x00"}
    printer.open()
    assert printer.send(b"\x1b@" + JOB) is Confirmation.PROCESSED
    printer._leftovers.note(3000)
    line.answers, line.late = {STATUS: b"\x12"}, b"\x00"
    printer.open()
    with pytest.raises(SendInterruptedError, match="did not confirm"):
        printer.send(JOB)
