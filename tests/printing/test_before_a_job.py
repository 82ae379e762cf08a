"""Before a job: the printer is asked how it is, and only a ready one gets the job."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from tests.printing.escpos_rig import JOB, QUICK
from wix_printer_service.errors import PrinterUnavailableError
from wix_printer_service.models import Confirmation
from wix_printer_service.observations import Cause, ComponentState
from wix_printer_service.printing.printer import probe
from wix_printer_service.virtual_printer import Breakdown, Faults, PaperState

if TYPE_CHECKING:
    from tests.printing.escpos_rig import MakeRig

NAME_QUESTION = b"\x1dI"


@pytest.mark.parametrize(
    ("faults", "cause", "words"),
    [
        (Faults(paper=PaperState.OUT), Cause.PAPER_OUT, "has no paper"),
        (Faults(cover_open=True), Cause.COVER_OPEN, "has its cover open"),
        (Faults(error=Breakdown.CUTTER), Cause.CUTTER_ERROR, "has a stuck cutter"),
        (Faults(error=Breakdown.UNRECOVERABLE), Cause.UNRECOVERABLE_ERROR, "switched off and on"),
        (Faults(offline=True), Cause.PRINTER_OFFLINE, "says that it is offline"),
    ],
)
def test_a_printer_that_is_not_ready_is_unavailable_by_the_name_of_its_trouble(
    make_rig: MakeRig, faults: Faults, cause: Cause, words: str
) -> None:
    rig = make_rig(faults)
    with pytest.raises(PrinterUnavailableError, match=f"the printer kitchen .*{words}") as caught:
        rig.connect().open()
    assert caught.value.cause is cause


def test_a_ready_printer_is_online(make_rig: MakeRig) -> None:
    printer = make_rig().connect()
    observation = printer.open()
    printer.close()
    assert (observation.state, observation.cause) == (ComponentState.ONLINE, Cause.FINE)


def test_a_printer_whose_paper_is_near_its_end_prints_all_the_same(
    make_rig: MakeRig,
) -> None:
    rig = make_rig(Faults(paper=PaperState.NEAR_END))
    printer = rig.connect()
    observation = printer.open()
    assert (observation.state, observation.cause) == (
        ComponentState.DEGRADED,
        Cause.PAPER_NEAR_END,
    )
    assert printer.send(JOB) is Confirmation.PRINTED
    printer.close()


def test_a_printer_that_never_answered_gets_its_jobs_blind(
    make_rig: MakeRig,
) -> None:
    rig = make_rig(Faults(silent=True))
    printer = rig.connect()
    for _ in range(2):
        observation = printer.open()
        assert (observation.state, observation.cause) == (
            ComponentState.UNKNOWN,
            Cause.CANNOT_TELL,
        )
        assert printer.send(JOB) is Confirmation.NONE
        printer.close()
    assert rig.receipts() == ["Pizza\n"] * 2


def test_a_printer_that_answered_before_and_is_silent_now_gets_nothing(
    make_rig: MakeRig,
) -> None:
    rig = make_rig()
    printer = rig.connect()
    printer.open()
    printer.close()
    rig.virtual.set_faults(silent=True)
    with pytest.raises(PrinterUnavailableError, match="does not answer") as caught:
        printer.open()
    assert caught.value.cause is Cause.NO_ANSWER
    rig.virtual.set_faults(silent=False)
    assert printer.open().cause is Cause.FINE
    printer.close()


def test_a_printer_that_never_answered_is_soon_not_waited_for_any_more(
    make_rig: MakeRig,
) -> None:
    printer = make_rig(Faults(silent=True)).connect(answer_timeout_s=1.0)
    printer._silences = 3
    printer._leftovers.size = 0
    began = monotonic()
    printer.open()
    printer.close()
    assert monotonic() - began < 0.9


def test_a_stalled_printer_takes_nothing_and_loses_nothing(
    make_rig: MakeRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wix_printer_service.printing.leftovers.LONGEST_COMMAND", 10**8)
    monkeypatch.setattr("wix_printer_service.printing.leftovers.FIRST_PIECE", 10**8)
    monkeypatch.setattr("wix_printer_service.printing.leftovers.STALL_S", 0.2)
    rig = make_rig(Faults(stall=True))
    with pytest.raises(PrinterUnavailableError, match="took no byte") as caught:
        rig.connect().open()
    assert caught.value.cause is Cause.NO_ANSWER


def test_a_printer_that_is_away_says_how(make_rig: MakeRig) -> None:
    rig = make_rig(Faults(refuse=True))
    with pytest.raises(PrinterUnavailableError) as caught:
        rig.connect().open()
    assert caught.value.cause is Cause.REFUSED


def test_a_connection_that_breaks_at_the_first_question_costs_nothing(
    make_rig: MakeRig,
) -> None:
    rig = make_rig(Faults(die_after=2))
    with pytest.raises(PrinterUnavailableError, match="broke off the connection"):
        rig.connect().open()


def test_status_chatter_does_not_confuse_the_answers(make_rig: MakeRig) -> None:
    rig = make_rig(Faults(chatter=True))
    printer = rig.connect()
    assert printer.open().cause is Cause.FINE
    assert printer.send(JOB) is Confirmation.PRINTED
    printer.close()
    rig.virtual.set_faults(cover_open=True)
    with pytest.raises(PrinterUnavailableError) as caught:
        printer.open()
    assert caught.value.cause is Cause.COVER_OPEN


def test_who_it_is_is_asked_once_in_a_run(make_rig: MakeRig) -> None:
    rig = make_rig(maker="RONGTA", model="RP80")
    printer = rig.connect()
    for _ in range(3):
        printer.open()
        printer.close()
    assert (printer.maker, printer.model) == ("RONGTA", "RP80")
    assert rig.virtual.heard.count(NAME_QUESTION) == 2


def test_who_it_is_is_asked_only_of_a_printer_that_answers(
    make_rig: MakeRig,
) -> None:
    rig = make_rig(Faults(silent=True))
    printer = rig.connect()
    printer.open()
    printer.close()
    assert NAME_QUESTION not in rig.virtual.heard


@pytest.mark.parametrize("faults", [Faults(), Faults(silent=True), Faults(no_identity=True)])
def test_no_question_leaves_a_trace_on_a_printer_that_knows_nothing(
    make_rig: MakeRig, faults: Faults
) -> None:
    rig = make_rig(faults, maker="NoName", model="POS-80")
    rig.virtual.set_faults(prints_unknown=True)
    printer = rig.connect()
    for _ in range(2):
        printer.open()
        printer.send(JOB)
        printer.close()
    assert rig.receipts() == ["Pizza\n"] * 2


# --- probing ------------------------------------------------------------------------------------


def test_a_probe_sees_what_opening_sees_and_never_raises(
    make_rig: MakeRig,
) -> None:
    rig = make_rig()
    printer = rig.connect()
    assert probe(printer, 1.0).cause is Cause.FINE
    rig.virtual.set_faults(paper=PaperState.OUT)
    seen = probe(printer, 1.0)
    assert (seen.state, seen.cause) == (ComponentState.OFFLINE, Cause.PAPER_OUT)
    assert seen.text == "the printer kitchen has no paper"
    rig.virtual.set_faults(refuse=True)
    assert probe(printer, 1.0).cause is Cause.REFUSED
    rig.virtual.set_faults(refuse=False, silent=True)
    assert probe(printer, 1.0).cause is Cause.NO_ANSWER


def test_a_printer_in_use_is_not_probed(make_rig: MakeRig) -> None:
    rig = make_rig()
    printer = rig.connect()
    with printer.in_use:
        printer.open()
        began = monotonic()
        assert probe(printer, 1.0) is None
        assert monotonic() - began < 0.5
        assert printer.send(JOB) is Confirmation.PRINTED
        printer.close()
    assert probe(printer, 1.0).cause is Cause.FINE
    assert not printer.in_use.locked()


def test_a_probe_waits_no_longer_than_it_may(make_rig: MakeRig) -> None:
    rig = make_rig()
    printer = rig.connect(**{**QUICK, "answer_timeout_s": 60.0})
    probe(printer, 1.0)
    rig.virtual.set_faults(silent=True)
    began = monotonic()
    assert probe(printer, 0.1).cause is Cause.NO_ANSWER
    assert monotonic() - began < 2.0


def test_the_printer_is_free_for_others_after_a_probe(make_rig: MakeRig) -> None:
    rig = make_rig()
    first, second = rig.connect(), rig.connect()
    probe(first, 1.0)
    seen: list[Cause] = []
    other = threading.Thread(target=lambda: seen.append(probe(second, 1.0).cause))
    other.start()
    other.join(10)
    assert seen == [Cause.FINE]
