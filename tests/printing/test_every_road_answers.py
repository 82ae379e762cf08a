"""The same conversation over every road that leads back: answers are heard, jobs confirmed."""

from __future__ import annotations

import os
import select
import threading
import tty
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.printing.escpos_rig import CUT, JOB, QUICK, EscposRig, EventfulPrinter
from tests.printing.notes import Notes
from tests.printing.transport_usb import UsbRig
from wix_printer_service import settings
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError
from wix_printer_service.models import Confirmation
from wix_printer_service.observations import Cause
from wix_printer_service.printing.printer import build_printer
from wix_printer_service.virtual_printer import Faults, PaperState
from wix_printer_service.virtual_printer.faults_file import FILE_NAME, clear_faults, write_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from wix_printer_service.printing.escpos_printer import EscposPrinter

NO_PAPER = Faults(paper=PaperState.OUT)


class Road(Protocol):
    """A printer at the end of some road."""

    url: str

    def set_faults(self, faults: Faults) -> None: ...
    def receipts(self) -> list[str]: ...


class Folder:
    """The virtual printer that is only a folder."""

    def __init__(self, directory: Path) -> None:
        self.url = f"virtual://{directory}"
        self._directory = directory

    def set_faults(self, faults: Faults) -> None:
        write_faults(self._directory, faults)

    def receipts(self) -> list[str]:
        return [path.read_text() for path in sorted(self._directory.glob("*.txt"))]


class Behind:
    """A virtual printer behind something that carries its bytes."""

    def __init__(
        self,
        virtual: EventfulPrinter,
        directory: Path,
        url: str,
        say: Callable[[bytes], object] = lambda _: None,
        unplug: Callable[[], object] = lambda: None,
    ) -> None:
        self.virtual = virtual
        self.url = url
        self.say = say
        self.unplug = unplug
        self._directory = directory

    def set_faults(self, faults: Faults) -> None:
        self.virtual.set_faults(paper=faults.paper)

    def receipts(self) -> list[str]:
        return [path.read_text() for path in sorted(self._directory.glob("*.txt"))]


@contextmanager
def on_a_terminal(directory: Path, url: str) -> Iterator[Behind]:
    """Put a printer behind a pseudo terminal, which is a character device like usblp."""
    printer_end, our_end = os.openpty()
    tty.setraw(our_end)
    os.set_blocking(printer_end, False)
    name = directory / "lp0"
    name.symlink_to(os.ttyname(our_end))
    virtual = EventfulPrinter(directory / "paper")
    stopping = threading.Event()

    def carry() -> None:
        poller = select.poll()
        poller.register(printer_end, select.POLLIN)
        while not stopping.is_set():
            said = os.read(printer_end, 512) if poller.poll(5) else b""
            os.write(printer_end, virtual.receive(said))

    thread = threading.Thread(target=carry, daemon=True)
    thread.start()

    def unplug() -> None:
        stopping.set()
        thread.join(10)
        with suppress(OSError):
            os.close(printer_end)

    yield Behind(
        virtual,
        directory / "paper",
        url.format(name),
        lambda said: os.write(printer_end, said),
        unplug,
    )
    unplug()
    os.close(our_end)


@pytest.fixture
def road(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Road]:
    if request.param == "tcp":
        rig = EscposRig(tmp_path)
        yield Behind(rig.virtual, tmp_path, rig.url)
        rig.stop()
    elif request.param == "usb":
        usb, virtual = UsbRig(monkeypatch), EventfulPrinter(tmp_path)
        usb.start()
        usb.device.react = virtual.receive
        yield Behind(virtual, tmp_path, usb.url)
        usb.stop()
    elif request.param == "folder":
        yield Folder(tmp_path)
    else:
        url = {"serial": "serial://{}", "device": "file://{}"}[request.param]
        with on_a_terminal(tmp_path, url) as terminal:
            yield terminal


roads = pytest.mark.parametrize("road", ["tcp", "usb", "serial", "device", "folder"], indirect=True)
wires = pytest.mark.parametrize("road", ["tcp", "usb", "serial", "device"], indirect=True)


def connect(road: Road, **printing: float) -> EscposPrinter:
    chosen = settings.Printer(connection=road.url, receipts=("kitchen",))
    timing = settings.Printing(**{**QUICK, "confirm_timeout_s": 3.0, **printing})
    return build_printer(chosen, timing, name="kitchen")


@roads
def test_a_job_is_confirmed(road: Road) -> None:
    printer = connect(road)
    for _ in range(2):
        assert printer.open().cause is Cause.FINE
        assert printer.send(JOB) is Confirmation.PRINTED
        printer.close()
    assert road.receipts() == ["Pizza\n"] * 2


@roads
def test_a_printer_without_paper_gets_no_job(road: Road) -> None:
    road.set_faults(NO_PAPER)
    printer = connect(road)
    with pytest.raises(PrinterUnavailableError, match="the printer kitchen has no paper") as caught:
        printer.open()
    assert caught.value.cause is Cause.PAPER_OUT
    road.set_faults(Faults())
    assert printer.open().cause is Cause.FINE
    assert printer.send(JOB) is Confirmation.PRINTED
    printer.close()


@wires
def test_paper_that_ends_within_a_ticket_is_waited_for(road: Behind) -> None:
    road.virtual.before(b"Pizza", lambda: road.set_faults(NO_PAPER))
    notes = Notes(lambda cause: road.set_faults(Faults()) if cause is Cause.PAPER_OUT else None)
    printer = connect(road)
    printer.open()
    assert printer.send(JOB, notes) is Confirmation.PRINTED
    printer.close()
    assert notes.causes == [Cause.PAPER_OUT, Cause.FINE]
    assert road.receipts() == ["Pizza\n"]


@wires
def test_answers_within_a_long_job_are_heard(road: Behind) -> None:
    road.virtual.after(b"\x1da\xff", lambda: road.virtual.set_faults(paper=PaperState.NEAR_END))
    notes = Notes()
    printer = connect(road, stall_timeout_s=10.0, confirm_timeout_s=10.0)
    printer.open()
    assert printer.send(b"\x1b@Pizza\n" + b"\x00" * 20_000 + CUT, notes) is Confirmation.PRINTED
    printer.close()
    assert notes.causes == [Cause.PAPER_NEAR_END]


@pytest.mark.parametrize("road", ["serial", "device", "usb"], indirect=True)
def test_a_power_cycle_that_breaks_no_connection_leaves_the_job_uncertain(road: Behind) -> None:
    road.virtual.before(b"Pizza", lambda: road.set_faults(NO_PAPER))

    def switch_off_and_on(cause: Cause) -> None:
        if cause is Cause.PAPER_OUT:
            road.virtual.power_cycle()
            road.set_faults(Faults())

    printer = connect(road, confirm_timeout_s=0.5)
    printer.open()
    with pytest.raises(SendInterruptedError, match="did not confirm"):
        printer.send(JOB, Notes(switch_off_and_on))
    printer.close()
    assert road.receipts() == []


@pytest.mark.parametrize("road", ["serial", "device"], indirect=True)
def test_a_printer_that_is_unplugged_before_it_confirmed_leaves_the_job_uncertain(
    road: Behind,
) -> None:
    road.virtual.before(b"Pizza", lambda: road.set_faults(NO_PAPER))
    printer = connect(road)
    printer.open()
    with pytest.raises(SendInterruptedError, match="does not answer any more: switched off or"):
        printer.send(JOB, Notes(lambda _: road.unplug()))
    printer.close()


@pytest.mark.parametrize("road", ["device"], indirect=True)
def test_what_was_said_before_the_opening_is_no_answer(road: Behind) -> None:
    road.say(b"\x1a\x16\x12\x12")  # to somebody else: the cover is open
    printer = connect(road)
    assert printer.open().cause is Cause.FINE
    printer.close()


# --- the folder ---------------------------------------------------------------------------------


def wait_with(react: Callable[[Cause], object], folder: Path) -> tuple[Confirmation, Notes]:
    printer, notes = connect(Folder(folder)), Notes(react)
    printer.open()
    write_faults(folder, NO_PAPER)
    confirmation = printer.send(JOB, notes)
    printer.close()
    return confirmation, notes


def test_a_simulated_outage_within_a_ticket_is_waited_for(tmp_path: Path) -> None:
    confirmation, notes = wait_with(lambda _: clear_faults(tmp_path), tmp_path)
    assert confirmation is Confirmation.PRINTED
    assert notes.causes == [Cause.PAPER_OUT, Cause.FINE]
    assert Folder(tmp_path).receipts() == ["Pizza\n"]


def test_a_simulated_printer_may_be_away(tmp_path: Path) -> None:
    write_faults(tmp_path, Faults(refuse=True))
    with pytest.raises(PrinterUnavailableError) as caught:
        connect(Folder(tmp_path)).open()
    assert caught.value.cause is Cause.REFUSED


def test_a_simulated_printer_may_take_no_bytes(tmp_path: Path) -> None:
    printer = connect(Folder(tmp_path), stall_timeout_s=0.2)
    printer.open()
    write_faults(tmp_path, Faults(stall=True))
    with pytest.raises(PrinterUnavailableError, match=r"took no byte for 0\.2 s"):
        printer.send(JOB)
    printer.close()


def test_a_file_of_faults_that_makes_no_sense_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("{paper: out}")
    assert connect(Folder(tmp_path)).open().cause is Cause.FINE
