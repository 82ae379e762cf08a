from __future__ import annotations

import json

import pytest

from wix_printer_service.virtual_printer import Breakdown, Faults, PaperState, VirtualPrinter
from wix_printer_service.virtual_printer.control import answer

from .sent import CUT

EVERYTHING_WRONG = Faults(
    paper=PaperState.OUT,
    cover_open=True,
    offline=True,
    error=Breakdown.CUTTER,
    silent=True,
    bytes_per_second=1.0,
    stall=True,
    refuse=True,
    die_after=1,
    silent_offline=True,
    no_process_id=True,
    no_sensor_status=True,
    no_automatic_status=True,
    no_identity=True,
    no_clearing=True,
    prints_unknown=True,
    chatter=True,
)


@pytest.fixture
def printer(tmp_path):
    return VirtualPrinter(tmp_path)


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("paper out", Faults(paper=PaperState.OUT)),
        ("paper near-end", Faults(paper=PaperState.NEAR_END)),
        ("paper near_end", Faults(paper=PaperState.NEAR_END)),
        ("cover open", Faults(cover_open=True)),
        (" offline   on \r", Faults(offline=True)),
        ("error cutter", Faults(error=Breakdown.CUTTER)),
        ("error unrecoverable", Faults(error=Breakdown.UNRECOVERABLE)),
        ("silent on", Faults(silent=True)),
        ("slow 200", Faults(bytes_per_second=200)),
        ("stall on", Faults(stall=True)),
        ("refuse on", Faults(refuse=True)),
        ("die-after 500", Faults(die_after=500)),
        ("silent-offline on", Faults(silent_offline=True)),
        ("prints-unknown on", Faults(prints_unknown=True)),
        ("chatter on", Faults(chatter=True)),
        ("process-id off", Faults(no_process_id=True)),
        ("gs-r off", Faults(no_sensor_status=True)),
        ("gs-a off", Faults(no_automatic_status=True)),
        ("gs-i off", Faults(no_identity=True)),
        ("clearing off", Faults(no_clearing=True)),
    ],
)
def test_a_line_makes_a_fault(printer, line, faults):
    assert answer(printer, line) == "ok"
    assert printer.faults == faults


@pytest.mark.parametrize(
    "line",
    [
        "paper ok",
        "cover closed",
        "offline off",
        "error none",
        "silent off",
        "slow off",
        "stall off",
        "refuse off",
        "die-after off",
        "silent-offline off",
        "prints-unknown off",
        "chatter off",
        "process-id on",
        "gs-r on",
        "gs-a on",
        "gs-i on",
        "clearing on",
    ],
)
def test_a_line_mends_a_fault(tmp_path, line):
    broken = VirtualPrinter(tmp_path, faults=EVERYTHING_WRONG)
    before = broken.faults
    assert answer(broken, line) == "ok"
    changed = [
        name for name in Faults.__slots__ if getattr(broken.faults, name) != getattr(before, name)
    ]
    assert len(changed) == 1
    assert getattr(broken.faults, changed[0]) == getattr(Faults(), changed[0])


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("", "error: cannot do ''; say help"),
        ("dance", "error: cannot do 'dance'; say help"),
        ("paper", "error: cannot do 'paper'; say help"),
        ("paper wet", "error: paper takes ok, near-end, out"),
        ("slow", "error: cannot do 'slow'; say help"),
        ("slow 0", "error: slow takes a whole number above 0, or off"),
        ("slow -1", "error: slow takes a whole number above 0, or off"),
        ("die-after ²", "error: die-after takes a whole number above 0, or off"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused_with_a_reason(printer, line, error):
    assert answer(printer, line) == error
    assert printer.faults == Faults()


def test_the_power_can_be_cycled(printer):
    assert answer(printer, "power-cycle") == "ok"
    assert printer.power_cycles == 1


def test_paper_can_be_torn_off(printer):
    printer.receive(b"Pizza\n")
    assert answer(printer, "flush") == "ok"
    assert printer.receipts_printed == 1


def test_the_status_is_one_line_of_json(printer):
    printer.receive(b"Pizza\n" + CUT)
    line = answer(printer, "status")
    status = json.loads(line)
    assert "\n" not in line
    assert status["online"] is True
    assert status["paper"] == "ok"
    assert status["error"] == "none"
    assert status["receipts_printed"] == 1


def test_help_names_every_command_in_one_line(printer):
    line = answer(printer, "help")
    assert "\n" not in line
    assert [part.split()[0] for part in line.split("; ")] == [
        *("paper", "cover", "offline", "error", "silent", "stall", "refuse"),
        *("silent-offline", "prints-unknown", "chatter"),
        *("process-id", "gs-r", "gs-a", "gs-i", "clearing"),
        *("slow", "die-after", "power-cycle", "flush", "status", "help"),
    ]
