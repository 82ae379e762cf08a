"""What a broken job left half in the printer never eats or heads the next ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.printing.escpos_rig import CUT, JOB, NO_PAPER, PAPER
from tests.printing.notes import Notes
from wix_printer_service.errors import SendInterruptedError
from wix_printer_service.models import Confirmation
from wix_printer_service.observations import Cause
from wix_printer_service.virtual_printer import Faults

if TYPE_CHECKING:
    from tests.printing.escpos_rig import EscposRig, MakeRig
    from wix_printer_service.printing.escpos_printer import EscposPrinter

UNKNOWN = {"maker": "NoName", "model": "POS-80"}
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
PICTURE_ROWS = 900
PICTURE = b"\x1dv0\x00\x48\x00" + PICTURE_ROWS.to_bytes(2, "little") + bytes(72 * PICTURE_ROWS)
BROKEN_JOB = b"\x1b@Broken\n" + PICTURE + b"Lost\n" + CUT
QUESTIONS = 12
"""Bytes that a printer that has been met gets before each job."""
EVERY_ROAD = [
    (Faults(), {}),
    (Faults(no_clearing=True), {}),
    (Faults(), UNKNOWN),
    (Faults(no_identity=True), UNKNOWN),
    (Faults(no_identity=True, no_sensor_status=True), UNKNOWN),
    (Faults(silent=True), UNKNOWN),
]


def print_once(printer: EscposPrinter, data: bytes = JOB) -> Confirmation:
    printer.open()
    try:
        return printer.send(data)
    finally:
        printer.close()


def break_off_in_a_picture(rig: EscposRig, printer: EscposPrinter) -> None:
    rig.virtual.set_faults(die_after=QUESTIONS + 60)
    with pytest.raises(SendInterruptedError):
        print_once(printer, BROKEN_JOB)
    assert rig.virtual.describe()["bytes_of_unfinished_command"] > 0


@pytest.mark.parametrize(("faults", "traits"), EVERY_ROAD)
def test_half_a_picture_does_not_swallow_the_next_ticket(
    make_rig: MakeRig, faults: Faults, traits: dict[str, str]
) -> None:
    rig = make_rig(faults, **traits)
    printer = rig.connect(confirm_timeout_s=1.0)
    print_once(printer)
    break_off_in_a_picture(rig, printer)
    print_once(printer)
    first, last = rig.receipts()
    assert first == "Pizza\n"
    assert last.endswith("Pizza\n")


@pytest.mark.parametrize(("faults", "traits"), EVERY_ROAD)
def test_half_a_picture_of_an_earlier_run_does_not_swallow_the_first_ticket(
    make_rig: MakeRig, faults: Faults, traits: dict[str, str]
) -> None:
    rig = make_rig(faults, **traits)
    earlier = rig.connect(confirm_timeout_s=1.0)
    print_once(earlier)
    break_off_in_a_picture(rig, earlier)
    print_once(rig.connect(confirm_timeout_s=1.0))
    assert len(rig.receipts()) == 2
    assert rig.receipts()[-1].endswith("Pizza\n")


def test_what_waits_in_the_printer_is_cleared_where_it_can_be(make_rig: MakeRig) -> None:
    rig = make_rig()
    printer = rig.connect()
    print_once(printer)
    rig.virtual.before(b"Broken", lambda: rig.virtual.set_faults(**NO_PAPER, bytes_per_second=1.0))
    printer.open()
    with pytest.raises(SendInterruptedError, match="given up"):
        printer.send(b"\x1b@Broken\n" + CUT, Notes(gives_up=True))
    printer.close()
    assert CLEAR not in rig.virtual.heard
    rig.virtual.set_faults(**PAPER)
    rig.virtual.after(CLEAR, lambda: rig.virtual.set_faults(bytes_per_second=None))
    assert print_once(printer) is Confirmation.PRINTED
    assert rig.receipts() == ["Pizza\n"] * 2
    assert print_once(printer) is Confirmation.PRINTED
    assert rig.virtual.heard.count(CLEAR) == 1


def test_a_printer_that_was_never_left_with_half_a_job_is_told_to_forget_nothing(
    make_rig: MakeRig,
) -> None:
    rig = make_rig()
    printer = rig.connect()
    for _ in range(2):
        print_once(printer)
    assert CLEAR not in rig.virtual.heard
    assert bytes(100) not in rig.virtual.heard


@pytest.mark.parametrize("no_identity", [False, True])
def test_the_late_answer_to_a_broken_job_does_not_confirm_the_next(
    make_rig: MakeRig, *, no_identity: bool
) -> None:
    rig = make_rig(Faults(no_identity=no_identity), **UNKNOWN)
    printer = rig.connect(answer_timeout_s=3.0)
    print_once(printer)
    rig.virtual.before(b"Broken", lambda: rig.virtual.set_faults(**NO_PAPER, bytes_per_second=40.0))
    printer.open()
    with pytest.raises(SendInterruptedError, match="given up"):
        printer.send(b"\x1b@Broken\n" + CUT, Notes(gives_up=True))
    printer.close()
    # the broken job goes on when there is paper, and is still printing when the next one comes
    rig.virtual.before(b"\x10\x04\x01", lambda: rig.virtual.set_faults(**PAPER))
    with pytest.raises(SendInterruptedError, match="did not confirm"):
        print_once(printer, b"\x1b@Pizza\n" + b"\r" * 400 + CUT)


def test_a_printer_that_answers_within_a_picture_is_made_to_listen_again(
    make_rig: MakeRig,
) -> None:
    rig = make_rig(Faults(no_identity=True), **UNKNOWN)
    printer = rig.connect(confirm_timeout_s=1.0)
    print_once(printer)
    break_off_in_a_picture(rig, printer)
    # some printers pick these questions out of a picture that they have only half
    rig.virtual.answer_within_pictures()
    assert print_once(printer) is Confirmation.PROCESSED
    assert rig.receipts()[-1].endswith("Pizza\n")


def test_leftovers_are_not_looked_at_while_the_printer_cannot_print(make_rig: MakeRig) -> None:
    rig = make_rig()
    printer = rig.connect()
    print_once(printer)
    break_off_in_a_picture(rig, printer)
    rig.virtual.power_cycle()
    rig.virtual.set_faults(**NO_PAPER)
    with pytest.raises(Exception, match="has no paper") as caught:
        print_once(printer)
    assert caught.value.cause is Cause.PAPER_OUT
    rig.virtual.set_faults(**PAPER)
    assert print_once(printer) is Confirmation.PRINTED
