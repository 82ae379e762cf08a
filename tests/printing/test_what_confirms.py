"""What a printer says confirms a job only if it can be about that job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.printing.escpos_rig import JOB
from tests.printing.notes import Notes
from tests.printing.test_after_a_job import UNKNOWN, print_once
from wix_printer_service.errors import SendInterruptedError

if TYPE_CHECKING:
    from tests.printing.escpos_rig import MakeRig


def test_a_byte_that_comes_before_the_question_confirms_nothing(make_rig: MakeRig) -> None:
    rig = make_rig(**UNKNOWN)
    printer = rig.connect()
    print_once(printer)
    rig.virtual.set_faults(no_sensor_status=True)
    rig.shrink_sockets()
    rig.virtual.before(b"Pizza", lambda: rig.say(b"\x00"))
    with pytest.raises(SendInterruptedError, match="did not confirm"):
        print_once(printer, b"\x1b@Pizza\n" + b"\x00" * 100_000 + JOB[-3:])


def test_the_answer_to_an_earlier_question_confirms_nothing(make_rig: MakeRig) -> None:
    rig = make_rig(**UNKNOWN)
    printer = rig.connect()
    print_once(printer)
    printer.open()
    printer._conversation.owed = 1  # asked while half a picture was in the way
    rig.virtual.set_faults(no_sensor_status=True)
    rig.virtual.after(b"\x1dr", lambda: rig.say(b"\x00"))
    with pytest.raises(SendInterruptedError, match="did not confirm"):
        printer.send(JOB, Notes())
    printer.close()


def test_silence_is_no_news_while_the_job_may_still_be_printing(make_rig: MakeRig) -> None:
    rig = make_rig(**UNKNOWN)
    rig.virtual.before(b"Pizza", lambda: rig.virtual.set_faults(silent=True))
    notes = Notes()
    job = b"\x1b@Pizza\n" + b"\x00" * 4000 + JOB[-3:]
    printer = rig.connect(confirm_timeout_s=0.8, answer_timeout_s=0.2)
    with pytest.raises(SendInterruptedError, match="did not confirm"):
        print_once(printer, job, notes)
    assert notes.causes == []
