"""Serial lines: set up as the connection says, and flow control that is really obeyed."""

from __future__ import annotations

import os
import termios
from time import monotonic
from typing import TYPE_CHECKING

import pytest
from serial import Serial

from tests.printing.transport_rigs import PATIENCE_S, SerialRig, connect, connect_to, job
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

XOFF, XON = b"\x13", b"\x11"
INPUT_FLAGS, CONTROL_FLAGS, SPEED = 0, 2, 5


@pytest.fixture
def make_rig(tmp_path: Path) -> Iterator[Callable[[str], SerialRig]]:
    rigs = []

    def make(options: str) -> SerialRig:
        rigs.append(SerialRig(tmp_path, options))
        rigs[-1].start()
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.stop()


def test_the_line_is_set_up_as_the_connection_says(
    make_rig: Callable[[str], SerialRig], tmp_path: Path
) -> None:
    rig = make_rig("?baudrate=38400&bytesize=7&parity=odd&stopbits=2&flow=rtscts")
    printer = connect(rig)
    printer.open()
    line = os.open(tmp_path / "ttyUSB0", os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    attributes = termios.tcgetattr(line)
    os.close(line)
    printer.close()
    flags = attributes[CONTROL_FLAGS]
    assert attributes[SPEED] == termios.B38400
    assert flags & termios.CSTOPB
    assert flags & termios.CRTSCTS
    assert flags & termios.PARODD


@pytest.mark.parametrize("parity", ["none", "even"])
def test_a_line_that_goes_dead_says_nothing(
    make_rig: Callable[[str], SerialRig], tmp_path: Path, parity: str
) -> None:
    rig = make_rig(f"?parity={parity}")
    printer = connect(rig)
    printer.open()
    line = os.open(tmp_path / "ttyUSB0", os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    flags = termios.tcgetattr(line)[INPUT_FLAGS]
    os.close(line)
    printer.close()
    assert flags & termios.IGNBRK
    assert flags & termios.IGNPAR
    assert bool(flags & termios.INPCK) == (parity == "even")


def test_a_printer_that_says_stop_is_waited_for(make_rig: Callable[[str], SerialRig]) -> None:
    rig = make_rig("?flow=xonxoff")
    printer = connect(rig, stall_timeout_s=0.3)
    printer.open()
    rig.say(XOFF)
    with pytest.raises((PrinterUnavailableError, SendInterruptedError), match="took no byte"):
        printer.send(job(100_000))
    began = monotonic()
    printer.close()
    assert monotonic() - began < PATIENCE_S / 2
    assert rig.received(0) == b""


def test_without_flow_control_the_same_byte_stops_nothing(
    make_rig: Callable[[str], SerialRig],
) -> None:
    rig = make_rig("")
    printer = connect(rig)
    printer.open()
    rig.say(XOFF)
    printer.send(job(5000))
    printer.close()
    assert rig.received(len(job(5000))) == job(5000)


def test_a_printer_that_is_busy_by_dsr_gets_bytes_only_while_it_is_ready(
    make_rig: Callable[[str], SerialRig], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False, False, True] * 100)
    monkeypatch.setattr(Serial, "dsr", property(lambda _: next(answers)))
    rig = make_rig("?flow=dsrdtr")
    printer = connect(rig)
    printer.open()
    printer.send(job(300))
    printer.close()
    assert rig.received(len(job(300))) == job(300)
    asked = 300 - len(list(answers))
    assert asked >= 3 * (len(job(300)) // 32)


def test_a_printer_that_stays_busy_by_dsr_gets_nothing(
    make_rig: Callable[[str], SerialRig], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Serial, "dsr", property(lambda _: False))
    rig = make_rig("?flow=dsrdtr")
    printer = connect(rig, stall_timeout_s=0.1)
    printer.open()
    with pytest.raises(PrinterUnavailableError, match=r"took no byte for 0\.1 s"):
        printer.send(job(300))
    printer.close()
    assert rig.received(0) == b""


def test_a_job_is_done_only_when_the_kernel_has_nothing_left_of_it(
    make_rig: Callable[[str], SerialRig], monkeypatch: pytest.MonkeyPatch
) -> None:
    left = iter([300, 200, 0, 0])
    monkeypatch.setattr(Serial, "out_waiting", property(lambda _: next(left)))
    printer = connect(make_rig(""))
    printer.open()
    printer.send(job(300))
    printer.close()
    assert list(left) == []


def test_a_slow_line_may_take_longer_than_the_stall_time_for_what_the_kernel_holds(
    make_rig: Callable[[str], SerialRig], monkeypatch: pytest.MonkeyPatch
) -> None:
    left = iter([*range(100, -1, -1), 0])  # looked at 100 times a second
    monkeypatch.setattr(Serial, "out_waiting", property(lambda _: next(left)))
    printer = connect(make_rig(""), stall_timeout_s=0.4)
    printer.open()
    printer.send(job(300))
    printer.close()
    assert list(left) == []


def test_what_the_kernel_cannot_get_rid_of_leaves_the_job_uncertain_and_is_thrown_away(
    make_rig: Callable[[str], SerialRig], monkeypatch: pytest.MonkeyPatch
) -> None:
    thrown_away: list[Serial] = []

    def throw_away(port: Serial) -> None:
        thrown_away.append(port)

    monkeypatch.setattr(Serial, "out_waiting", property(lambda _: 300))
    monkeypatch.setattr(Serial, "reset_output_buffer", throw_away)
    printer = connect(make_rig(""), stall_timeout_s=0.1)
    printer.open()
    with pytest.raises(SendInterruptedError, match="took no byte"):
        printer.send(job(300))
    assert thrown_away == []
    printer.close()
    assert len(thrown_away) == 1


def test_two_programs_cannot_share_a_line(make_rig: Callable[[str], SerialRig]) -> None:
    rig = make_rig("")
    first, second = connect(rig), connect(rig)
    first.open()
    with pytest.raises(PrinterUnavailableError, match="is in use by another program"):
        second.open()
    first.close()
    second.open()
    second.close()


def test_something_else_than_a_line_is_no_serial_printer(tmp_path: Path) -> None:
    path = tmp_path / "ttyUSB0"
    path.touch()
    with pytest.raises(PrinterUnavailableError, match="ttyUSB0 cannot be used: Could not conf"):
        connect_to(f"serial://{path}").open()


def test_an_impossible_speed_is_unavailable_not_a_crash(
    make_rig: Callable[[str], SerialRig], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise termios.error(22, "Invalid argument")

    rig = make_rig("?baudrate=50")
    monkeypatch.setattr(termios, "tcsetattr", refuse)
    with pytest.raises(PrinterUnavailableError, match="Invalid argument"):
        connect(rig).open()
