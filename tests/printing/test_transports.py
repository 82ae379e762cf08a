"""What every road to a printer promises, whatever it is made of."""

from __future__ import annotations

import socket
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from tests.printing.notes import Notes
from tests.printing.transport_edges import CupsRig, FolderRig
from tests.printing.transport_rigs import (
    BLOCKED,
    CUT,
    PATIENCE_S,
    Behaviour,
    PipeRig,
    RegularFileRig,
    SerialRig,
    TcpRig,
    connect,
    job,
)
from tests.printing.transport_usb import UsbRig
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError
from wix_printer_service.models import Confirmation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.printing.transport_rigs import Rig
    from wix_printer_service.printing.printer import Printer

STALL_S = 0.6
BIG = 300_000

ALL = ["tcp", "tcp6", "pipe", "file", "serial", "usb", "cups", "virtual"]
CAN_DIE = ["tcp", "tcp6", "pipe", "serial", "usb", "cups"]
NETWORK = ["tcp", "tcp6"]
MUST_BE_OPENED = [name for name in ALL if name != "cups"]
SLOWLY_READ = {"tcp": 150_000, "tcp6": 150_000, "pipe": 200_000, "serial": 60_000, "usb": 150_000}
"""Sizes of jobs that a slow printer needs longer for than the stall time."""


@pytest.fixture
def rig(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Rig]:
    makers: dict[str, Callable[[], Rig]] = {
        "tcp": TcpRig,
        "tcp6": lambda: TcpRig(socket.AF_INET6),
        "pipe": lambda: PipeRig(tmp_path),
        "file": lambda: RegularFileRig(tmp_path),
        "serial": lambda: SerialRig(tmp_path),
        "usb": lambda: UsbRig(monkeypatch),
        "cups": lambda: CupsRig(tmp_path, monkeypatch),
        "virtual": lambda: FolderRig(tmp_path),
    }
    rig = makers[request.param]()
    yield rig
    rig.stop()


def roads(names: list[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rig", names, indirect=True)


def open_and_send(printer: Printer, data: bytes) -> Confirmation:
    printer.open()
    return printer.send(data)


def print_once(rig: Rig, data: bytes, stall_timeout_s: float = PATIENCE_S) -> Confirmation:
    printer = connect(rig, stall_timeout_s)
    try:
        return open_and_send(printer, data)
    finally:
        printer.close()


@roads(ALL)
def test_every_byte_of_a_small_job_arrives(rig: Rig) -> None:
    rig.start()
    data = job(500)
    confirmation = print_once(rig, data)
    assert rig.received(len(data)) == data
    expected = Confirmation.PRINTED if "virtual" in rig.url else Confirmation.NONE
    assert confirmation is expected


@roads(ALL)
def test_every_byte_of_a_big_job_arrives(rig: Rig) -> None:
    rig.start()
    data = job(BIG)
    print_once(rig, data)
    assert rig.received(len(data)) == data


@roads(ALL)
def test_an_absent_printer_is_unavailable_and_nothing_is_kept_for_it(rig: Rig) -> None:
    with pytest.raises(PrinterUnavailableError):
        print_once(rig, job(500))
    rig.start()
    print_once(rig, job(1000))
    assert rig.received(len(job(1000))) == job(1000)


@roads(ALL)
def test_one_printer_object_works_again_after_failure_and_after_close(rig: Rig) -> None:
    printer = connect(rig)
    with pytest.raises(PrinterUnavailableError):
        open_and_send(printer, job(100))
    rig.start()
    for _ in range(2):
        open_and_send(printer, job(500))
        printer.close()
    assert rig.received(2 * len(job(500))) == 2 * job(500)


@roads(MUST_BE_OPENED)
def test_sending_without_open_is_refused_before_a_byte_goes_out(rig: Rig) -> None:
    rig.start()
    with pytest.raises(PrinterUnavailableError, match="not opened"):
        connect(rig).send(job(100))
    assert rig.received(0) == b""


@roads(CAN_DIE)
def test_a_printer_that_dies_within_a_job_leaves_it_uncertain(rig: Rig) -> None:
    rig.start(Behaviour(dies_after=5000))
    printer = connect(rig)
    printer.open()
    with pytest.raises(SendInterruptedError) as caught:
        printer.send(job(BIG))
    printer.close()
    assert caught.value.sent < BIG
    rig.stop()
    rig.start()
    open_and_send(printer, job(500))
    printer.close()
    assert rig.received(len(job(500))).endswith(job(500))


@roads(NETWORK)
@pytest.mark.parametrize("read", [1, 10, 400])
def test_a_printer_that_dies_with_a_small_job_half_read_leaves_it_uncertain(
    rig: Rig, read: int
) -> None:
    rig.start(Behaviour(dies_after=read))
    with pytest.raises(SendInterruptedError):
        print_once(rig, job(500))
    rig.stop()
    rig.start()
    print_once(rig, job(500))
    assert rig.received(read + len(job(500))) == job(500)[:read] + job(500)


@roads(CAN_DIE)
def test_a_printer_that_takes_nothing_is_given_up_within_the_stall_time(rig: Rig) -> None:
    rig.start(BLOCKED)
    began = monotonic()
    with pytest.raises((PrinterUnavailableError, SendInterruptedError), match=f"{STALL_S:g} s"):
        print_once(rig, job(4 * BIG), STALL_S)
    assert STALL_S <= monotonic() - began < PATIENCE_S / 2


@pytest.mark.parametrize(("rig", "size"), SLOWLY_READ.items(), indirect=["rig"])
def test_a_slow_printer_may_take_longer_than_the_stall_time(rig: Rig, size: int) -> None:
    rig.start(Behaviour(bytes_per_step=16_384, pause_s=0.1))
    data = job(size)
    began = monotonic()
    print_once(rig, data, STALL_S)
    assert monotonic() - began > STALL_S
    assert rig.received(len(data)) == data


@pytest.mark.parametrize(("rig", "size"), SLOWLY_READ.items(), indirect=["rig"])
def test_who_waits_for_a_slow_printer_hears_that_it_goes_on(rig: Rig, size: int) -> None:
    rig.start(Behaviour(bytes_per_step=16_384, pause_s=0.1))
    printer, notes = connect(rig, STALL_S), Notes()
    printer.open()
    printer.send(job(size), notes)
    printer.close()
    assert len(notes.beats) > 3
    assert notes.longest_pause_s < STALL_S


@roads(ALL)
def test_closing_is_always_possible(rig: Rig) -> None:
    printer = connect(rig)
    printer.close()
    with pytest.raises(PrinterUnavailableError):
        open_and_send(printer, CUT)
    printer.close()
    printer.close()
    rig.start()
    printer.open()
    rig.stop()
    printer.close()
    printer.close()


@roads(ALL)
def test_opening_twice_does_not_lock_us_out(rig: Rig) -> None:
    rig.start()
    printer = connect(rig)
    printer.open()
    open_and_send(printer, job(500))
    printer.close()
    assert rig.received(len(job(500))) == job(500)
