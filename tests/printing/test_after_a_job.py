"""After a job: it counts as printed when the printer says so, and nobody waits in vain."""

from __future__ import annotations

import re
import threading
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest

from tests.printing.escpos_rig import JOB, NO_PAPER, PAPER, EscposRig
from tests.printing.notes import Notes
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError
from wix_printer_service.models import Confirmation
from wix_printer_service.observations import Cause, ComponentState
from wix_printer_service.printing.abilities import Ability
from wix_printer_service.virtual_printer import Breakdown, Faults

if TYPE_CHECKING:
    from tests.printing.escpos_rig import MakeRig
    from wix_printer_service.printing.escpos_printer import EscposPrinter

UNKNOWN = {"maker": "NoName", "model": "POS-80"}
PROCESS_ID = re.compile(rb"\x1d\(H\x06\x0000(.{4})", re.DOTALL)
REPORTS = b"\x1da\xff"
TROUBLES = [
    (NO_PAPER, Cause.PAPER_OUT),
    ({"cover_open": True}, Cause.COVER_OPEN),
    ({"offline": True}, Cause.PRINTER_OFFLINE),
    ({"error": Breakdown.CUTTER}, Cause.CUTTER_ERROR),
]


def print_once(printer: EscposPrinter, data: bytes = JOB, notes: Notes | None = None) -> Any:
    printer.open()
    try:
        return printer.send(data, notes or Notes())
    finally:
        printer.close()


def mend(rig: EscposRig) -> None:
    healthy = Faults()
    names = ("paper", "cover_open", "offline", "error")
    rig.virtual.set_faults(**{name: getattr(healthy, name) for name in names})


# --- what the printer can say -------------------------------------------------------------------


def test_a_printer_that_says_when_a_job_is_on_paper_is_believed(make_rig: MakeRig) -> None:
    rig = make_rig()
    printer = rig.connect()
    for _ in range(3):
        assert print_once(printer) is Confirmation.PRINTED
    assert rig.receipts() == ["Pizza\n"] * 3


def test_a_printer_that_nobody_knows_says_that_it_processed_a_job(make_rig: MakeRig) -> None:
    rig = make_rig(**UNKNOWN)
    printer = rig.connect()
    for _ in range(2):
        assert print_once(printer) is Confirmation.PROCESSED
    assert printer.abilities.ordered_status is Ability.SEEN
    assert not PROCESS_ID.search(rig.virtual.heard)
    assert REPORTS not in rig.virtual.heard


def test_a_printer_that_cannot_confirm_is_waited_for_only_once(make_rig: MakeRig) -> None:
    rig = make_rig(Faults(no_sensor_status=True), **UNKNOWN)
    printer = rig.connect()
    assert print_once(printer) is Confirmation.NONE
    began = monotonic()
    assert print_once(printer) is Confirmation.NONE
    assert monotonic() - began < 0.45
    assert rig.virtual.heard.count(b"\x1dr") == 1
    assert rig.receipts() == ["Pizza\n"] * 2


def test_a_printer_that_cannot_confirm_is_asked_at_once_whether_it_is_ready(
    make_rig: MakeRig,
) -> None:
    rig = make_rig(Faults(no_sensor_status=True), **UNKNOWN)
    printer = rig.connect(status_interval_s=30.0)
    print_once(printer)
    printer._printing = printer._printing.model_copy(update={"confirm_timeout_s": 5.0})
    began = monotonic()
    assert print_once(printer) is Confirmation.NONE
    assert monotonic() - began < 2.0


def test_a_listed_printer_without_process_ids_says_at_least_that_it_processed_the_job(
    make_rig: MakeRig,
) -> None:
    rig = make_rig(Faults(no_process_id=True))
    printer = rig.connect()
    assert print_once(printer) is Confirmation.PROCESSED
    began = monotonic()
    assert print_once(printer) is Confirmation.PROCESSED
    assert monotonic() - began < 0.4
    assert len(PROCESS_ID.findall(rig.virtual.heard)) == 1


@pytest.mark.parametrize("traits", [{}, UNKNOWN])
def test_a_printer_that_confirmed_before_and_does_not_now_leaves_the_job_uncertain(
    make_rig: MakeRig, traits: dict[str, str]
) -> None:
    rig = make_rig(**traits)
    printer = rig.connect()
    print_once(printer)
    rig.virtual.set_faults(no_process_id=True, no_sensor_status=True)
    with pytest.raises(SendInterruptedError, match=r"did not confirm the job within 0\.5 s"):
        print_once(printer)


def test_a_listed_printer_that_says_nothing_at_all_leaves_the_job_uncertain(
    make_rig: MakeRig,
) -> None:
    rig = make_rig(Faults(no_process_id=True, no_sensor_status=True))
    with pytest.raises(SendInterruptedError, match="did not confirm"):
        print_once(rig.connect())


def test_a_printer_that_hangs_up_after_the_job_and_cannot_confirm_is_believed(
    make_rig: MakeRig,
) -> None:
    rig = make_rig(Faults(no_sensor_status=True), **UNKNOWN)
    printer = rig.connect()
    print_once(printer)
    rig.virtual.after(b"Pizza", rig.hang_up)
    assert print_once(printer) is Confirmation.NONE
    assert rig.receipts() == ["Pizza\n"] * 2


def test_a_printer_that_hangs_up_instead_of_confirming_its_first_job_leaves_it_uncertain(
    make_rig: MakeRig,
) -> None:
    rig = make_rig(Faults(no_sensor_status=True), **UNKNOWN)
    rig.virtual.after(b"Pizza", rig.hang_up)
    with pytest.raises(SendInterruptedError, match="closed the connection"):
        print_once(rig.connect())


def test_a_printer_that_hangs_up_instead_of_confirming_leaves_the_job_uncertain(
    make_rig: MakeRig,
) -> None:
    rig = make_rig()
    printer = rig.connect()
    print_once(printer)
    rig.virtual.set_faults(no_process_id=True)
    rig.virtual.after(b"Pizza", rig.hang_up)
    with pytest.raises(SendInterruptedError, match="closed the connection"):
        print_once(printer)


def test_ids_are_never_used_twice_and_ascend(make_rig: MakeRig) -> None:
    rig = make_rig()
    printer = rig.connect()
    for _ in range(3):
        print_once(printer)
    ids = PROCESS_ID.findall(rig.virtual.heard)
    assert len(set(ids)) == 3
    assert all(0x20 <= byte <= 0x7E for byte in b"".join(ids))
    assert int.from_bytes(ids[2], "big") - int.from_bytes(ids[0], "big") in {2, 2 + 256 - 95}


def test_an_id_from_an_earlier_connection_confirms_nothing(make_rig: MakeRig) -> None:
    rig = make_rig()
    printer = rig.connect()
    print_once(printer)
    (old,) = PROCESS_ID.findall(rig.virtual.heard)
    rig.virtual.set_faults(no_process_id=True)
    rig.virtual.before(b"Pizza", lambda: rig.say(b"\x37\x22" + old + b"\x00"))
    with pytest.raises(SendInterruptedError, match="did not confirm"):
        print_once(printer)


def test_a_report_that_looks_unlike_an_answer_confirms_nothing(make_rig: MakeRig) -> None:
    rig = make_rig(Faults(no_sensor_status=True, chatter=True), **UNKNOWN)
    assert print_once(rig.connect()) is Confirmation.NONE


# --- while it cannot print ----------------------------------------------------------------------


@pytest.mark.parametrize(("trouble", "cause"), TROUBLES)
@pytest.mark.parametrize("reports", [True, False])
def test_trouble_within_a_ticket_is_waited_for_and_the_ticket_comes_out_once(
    make_rig: MakeRig, trouble: dict[str, Any], cause: Cause, *, reports: bool
) -> None:
    rig = make_rig(Faults(no_automatic_status=not reports))
    rig.virtual.before(b"Pizza", lambda: rig.virtual.set_faults(**trouble))
    notes = Notes(lambda heard: mend(rig) if heard is cause else None)
    assert print_once(rig.connect(), notes=notes) is Confirmation.PRINTED
    assert notes.causes == [cause, Cause.FINE]
    assert notes.observations[0].state is ComponentState.OFFLINE
    assert rig.receipts() == ["Pizza\n"]


def test_the_time_without_paper_does_not_count(make_rig: MakeRig) -> None:
    rig = make_rig()
    rig.virtual.before(b"Pizza", lambda: rig.virtual.set_faults(**NO_PAPER))
    refill = threading.Timer(0.8, lambda: rig.virtual.set_faults(**PAPER))
    notes = Notes(lambda cause: refill.start() if cause is Cause.PAPER_OUT else None)
    printer = rig.connect(confirm_timeout_s=0.3)
    assert print_once(printer, notes=notes) is Confirmation.PRINTED
    refill.join()
    assert notes.asked > 3
    assert notes.longest_pause_s < 0.5


def test_a_wait_that_nobody_wants_ends_and_leaves_the_job_uncertain(make_rig: MakeRig) -> None:
    rig = make_rig()
    rig.virtual.before(b"Pizza", lambda: rig.virtual.set_faults(**NO_PAPER))
    words = "was given up: the printer kitchen has no paper"
    with pytest.raises(SendInterruptedError, match=words):
        print_once(rig.connect(), notes=Notes(gives_up=True))


def test_paper_that_only_nears_its_end_is_told_and_waited_for_no_longer(
    make_rig: MakeRig,
) -> None:
    rig = make_rig()
    rig.virtual.before(b"Pizza", lambda: rig.virtual.set_faults(paper="near-end"))
    notes = Notes()
    assert print_once(rig.connect(), notes=notes) is Confirmation.PRINTED
    assert notes.asked == 0


def test_a_printer_that_cannot_confirm_is_left_alone_only_when_it_is_ready(
    make_rig: MakeRig,
) -> None:
    rig = make_rig(Faults(no_sensor_status=True), **UNKNOWN)
    printer = rig.connect()
    print_once(printer)
    rig.virtual.before(b"Pizza", lambda: rig.virtual.set_faults(**NO_PAPER))
    notes = Notes(lambda cause: mend(rig) if cause is Cause.PAPER_OUT else None)
    assert print_once(printer, notes=notes) is Confirmation.NONE
    assert notes.causes == [Cause.PAPER_OUT, Cause.FINE]
    assert rig.receipts() == ["Pizza\n"] * 2


def test_a_printer_that_falls_silent_is_noticed_within_a_second_and_waited_for(
    make_rig: MakeRig,
) -> None:
    rig = make_rig()
    rig.virtual.before(b"Pizza", lambda: rig.virtual.set_faults(silent=True, bytes_per_second=1.0))
    seen: list[float] = []
    notes = Notes(lambda _: seen.append(monotonic()))
    began = monotonic()
    with pytest.raises(SendInterruptedError, match="did not confirm"):
        print_once(rig.connect(confirm_timeout_s=1.5), notes=notes)
    assert notes.causes == [Cause.NO_ANSWER]
    assert seen[0] - began < 1.0
    assert monotonic() - began > 1.5


def test_a_printer_that_nobody_knows_and_that_falls_silent_leaves_the_job_uncertain(
    make_rig: MakeRig,
) -> None:
    rig = make_rig(**UNKNOWN)
    rig.virtual.before(b"Pizza", lambda: rig.virtual.set_faults(silent=True))
    with pytest.raises(SendInterruptedError, match="did not confirm"):
        print_once(rig.connect(answer_timeout_s=0.2))


def test_a_silent_printer_that_speaks_again_in_time_confirms(make_rig: MakeRig) -> None:
    rig = make_rig()
    slow_and_silent = {"silent": True, "bytes_per_second": 1.0}
    rig.virtual.before(b"Pizza", lambda: rig.virtual.set_faults(**slow_and_silent))

    def wake(cause: Cause) -> None:
        if cause is Cause.NO_ANSWER:
            rig.virtual.set_faults(silent=False, bytes_per_second=None)

    notes = Notes(wake)
    assert print_once(rig.connect(confirm_timeout_s=5.0), notes=notes) is Confirmation.PRINTED
    assert rig.receipts() == ["Pizza\n"]


def test_a_printer_that_answers_nothing_while_offline_leaves_the_job_uncertain(
    make_rig: MakeRig,
) -> None:
    rig = make_rig(Faults(silent_offline=True))
    rig.virtual.before(b"Pizza", lambda: rig.virtual.set_faults(**NO_PAPER))
    notes = Notes()
    with pytest.raises(SendInterruptedError, match="did not confirm"):
        print_once(rig.connect(confirm_timeout_s=1.2), notes=notes)
    assert notes.causes == [Cause.NO_ANSWER]


# --- while it takes no bytes --------------------------------------------------------------------


def big_job() -> bytes:
    """A job that neither the printer's memory nor the sockets between have room for."""
    return b"\x1b@Pizza\n" + b"\x00" * 400_000 + JOB[-3:]


def test_a_full_printer_that_said_why_is_waited_for_beyond_the_stall_time(
    make_rig: MakeRig,
) -> None:
    rig = make_rig()
    rig.shrink_sockets()
    rig.virtual.after(REPORTS, lambda: rig.virtual.set_faults(cover_open=True))
    close = threading.Timer(1.6, lambda: rig.virtual.set_faults(cover_open=False))
    notes = Notes(lambda cause: close.start() if cause is Cause.COVER_OPEN else None)
    printer = rig.connect(stall_timeout_s=0.5, confirm_timeout_s=20.0)
    assert print_once(printer, big_job(), notes) is Confirmation.PRINTED
    close.join()
    assert notes.causes[:2] == [Cause.COVER_OPEN, Cause.FINE]
    assert notes.longest_pause_s < 1.0
    assert rig.receipts() == ["Pizza\n"]


def test_a_full_printer_that_said_why_is_given_up_when_nobody_wants_to_wait(
    make_rig: MakeRig,
) -> None:
    rig = make_rig()
    rig.shrink_sockets()
    rig.virtual.after(REPORTS, lambda: rig.virtual.set_faults(cover_open=True))
    with pytest.raises(SendInterruptedError, match="given up: the printer kitchen has its cover"):
        print_once(rig.connect(), big_job(), Notes(gives_up=True))


def test_a_printer_that_takes_no_more_bytes_and_says_nothing_is_told_of_and_given_up(
    make_rig: MakeRig,
) -> None:
    rig = make_rig(Faults(no_automatic_status=True))
    rig.shrink_sockets()
    rig.virtual.after(b"Pizza", lambda: rig.virtual.set_faults(stall=True))
    notes = Notes()
    with pytest.raises(SendInterruptedError, match=r"took no byte for 1\.3 s") as caught:
        print_once(rig.connect(stall_timeout_s=1.3), big_job(), notes)
    assert notes.causes == [Cause.NO_ANSWER]
    assert notes.observations[0].text == "the printer kitchen takes no more bytes"
    assert 0 < caught.value.sent < len(big_job())


def test_a_printer_that_takes_bytes_again_is_told_to_be_well_again(make_rig: MakeRig) -> None:
    rig = make_rig(Faults(no_automatic_status=True))
    rig.shrink_sockets()
    rig.virtual.after(b"Pizza", lambda: rig.virtual.set_faults(stall=True))
    notes = Notes(lambda cause: rig.virtual.set_faults(stall=cause is not Cause.NO_ANSWER)
                  if cause is Cause.NO_ANSWER else None)  # fmt: skip
    printer = rig.connect(stall_timeout_s=20.0, confirm_timeout_s=20.0)
    assert print_once(printer, big_job(), notes) is Confirmation.PRINTED
    assert notes.causes == [Cause.NO_ANSWER, Cause.FINE]


# --- broken connections -------------------------------------------------------------------------


def test_a_power_cycle_within_a_job_leaves_it_uncertain(make_rig: MakeRig) -> None:
    rig = make_rig()
    printer = rig.connect()
    rig.virtual.before(b"Pizza", lambda: rig.virtual.set_faults(**NO_PAPER))
    notes = Notes(lambda _: rig.virtual.power_cycle())
    with pytest.raises(SendInterruptedError, match="broke off the connection"):
        print_once(printer, notes=notes)
    mend(rig)
    assert print_once(printer, b"\x1b@Again\n" + JOB[-3:]) is Confirmation.PRINTED
    assert rig.receipts() == ["Again\n"]


@pytest.mark.parametrize("traits", [{}, UNKNOWN])
def test_a_reset_after_any_number_of_bytes_never_passes_for_printed(
    make_rig: MakeRig, traits: dict[str, str]
) -> None:
    rig = make_rig(**traits)
    printer = rig.connect()
    print_once(printer)  # from now on, 12 bytes of questions come before each job
    questions, printed = 12, 1
    whole = questions + len(JOB) + 3 + 17 + 3
    for count in range(1, whole + 5):
        rig.virtual.set_faults(die_after=count)
        del rig.virtual.heard[:]
        try:
            confirmation = print_once(printer)
        except PrinterUnavailableError:
            assert b"Pizza"[:1] not in rig.virtual.heard
        except SendInterruptedError:
            assert count >= questions
        else:
            assert confirmation is not Confirmation.NONE
            printed += 1
        rig.virtual.set_faults(die_after=None)
        rig.virtual.power_cycle()
        assert rig.virtual.receipts_printed >= printed
        printed = rig.virtual.receipts_printed
