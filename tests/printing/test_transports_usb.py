"""USB printers: the right device, the right endpoint, and the kernel's driver given back."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest
import usb.backend.libusb0
import usb.backend.libusb1
import usb.backend.openusb

from tests.printing.transport_rigs import Behaviour, connect, connect_to, job
from tests.printing.transport_usb import BULK, INTERRUPT, FakeDevice, FakeInterface, UsbRig
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[UsbRig]:
    rig = UsbRig(monkeypatch)
    rig.start()
    yield rig
    rig.stop()


def test_a_short_count_is_not_taken_for_the_whole(rig: UsbRig) -> None:
    rig.start(Behaviour(bytes_per_step=1000))
    printer = connect(rig)
    printer.open()
    printer.send(job(20_000))
    printer.close()
    assert rig.received(0) == job(20_000)


def test_the_driver_is_put_aside_and_given_back_without_reset_or_new_configuration(
    rig: UsbRig,
) -> None:
    printer = connect(rig)
    printer.open()
    printer.send(job(100))
    printer.close()
    assert rig.device.log == ["open", "detach 0", "claim 0", "release 0", "attach 0", "close"]


def test_a_device_without_a_driver_gets_none(rig: UsbRig) -> None:
    rig.device.has_driver = False
    printer = connect(rig)
    printer.open()
    printer.close()
    assert rig.device.log == ["open", "claim 0", "release 0", "close"]


def test_the_driver_is_given_back_when_opening_fails_half_way(rig: UsbRig) -> None:
    rig.device.errors["claim 0"] = errno.EBUSY
    with pytest.raises(PrinterUnavailableError, match="04b8:0e28 is in use by another program"):
        connect(rig).open()
    assert rig.device.log[-2:] == ["attach 0", "close"]


def test_closing_survives_a_printer_that_is_gone(rig: UsbRig) -> None:
    printer = connect(rig)
    printer.open()
    rig.device.errors = dict.fromkeys(["release 0", "attach 0"], errno.ENODEV)
    printer.close()
    assert rig.device.log[-1] == "close"


def test_a_libusb_that_knows_no_kernel_drivers_is_good_enough(rig: UsbRig) -> None:
    rig.device.errors["ask for driver"] = errno.ENOSYS
    rig.device.has_driver = False
    printer = connect(rig)
    printer.open()
    printer.send(job(100))
    printer.close()
    assert rig.received(0) == job(100)


def test_a_device_that_has_no_configuration_yet_gets_one(rig: UsbRig) -> None:
    rig.device.configured = False
    printer = connect(rig)
    printer.open()
    printer.close()
    assert rig.device.log.count("configure") == 1


def test_the_printer_interface_is_preferred_and_only_bulk_endpoints_count(rig: UsbRig) -> None:
    rig.device.interfaces = [
        FakeInterface(kind=255, endpoints=((0x04, BULK),)),
        FakeInterface(kind=7, endpoints=((0x05, INTERRUPT), (0x82, BULK), (0x03, BULK))),
    ]
    printer = connect(rig)
    printer.open()
    printer.send(job(100))
    printer.close()
    assert rig.device.endpoints_used == {0x03}
    assert "claim 1" in rig.device.log


def test_a_vendors_own_interface_serves_where_there_is_no_printer_interface(rig: UsbRig) -> None:
    rig.device.interfaces = [FakeInterface(kind=255, endpoints=((0x04, BULK),))]
    printer = connect(rig)
    printer.open()
    printer.send(job(100))
    printer.close()
    assert rig.device.endpoints_used == {0x04}


def test_settings_of_an_interface_that_are_not_chosen_do_not_count(rig: UsbRig) -> None:
    rig.device.interfaces = [
        FakeInterface(kind=7, endpoints=((0x09, BULK),), alternate=1),
        FakeInterface(kind=255, endpoints=((0x04, BULK),)),
    ]
    printer = connect(rig)
    printer.open()
    printer.send(job(100))
    printer.close()
    assert rig.device.endpoints_used == {0x04}


def test_a_device_without_a_place_for_data_is_no_printer(rig: UsbRig) -> None:
    rig.device.interfaces = [FakeInterface(kind=3, endpoints=((0x81, INTERRUPT),))]
    with pytest.raises(PrinterUnavailableError, match="takes no data: it is not a printer"):
        connect(rig).open()


def test_of_two_alike_the_serial_number_decides(rig: UsbRig) -> None:
    other = FakeDevice(serial="OTHER")
    nameless = FakeDevice(serial=None)
    rig.bus.devices = [nameless, other, rig.device]
    printer = connect_to("usb://04b8:0e28:X4K7")
    printer.open()
    printer.send(job(100))
    printer.close()
    assert bytes(rig.device.printed) == job(100)
    assert not other.printed
    assert not nameless.printed


def test_a_missing_serial_number_is_named(rig: UsbRig) -> None:
    rig.device.errors["read texts"] = errno.EACCES
    with pytest.raises(PrinterUnavailableError, match="with the serial number ZZ is not there"):
        connect_to("usb://04b8:0e28:ZZ").open()


def test_a_user_without_access_is_told_about_groups(rig: UsbRig) -> None:
    rig.device.errors["open"] = errno.EACCES
    with pytest.raises(PrinterUnavailableError, match="may not be used by this user"):
        connect(rig).open()


def test_a_computer_without_libusb_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for backend in (usb.backend.libusb0, usb.backend.libusb1, usb.backend.openusb):
        monkeypatch.setattr(backend, "get_backend", lambda: None)
    with pytest.raises(PrinterUnavailableError, match="sudo apt install libusb"):
        connect_to("usb://04b8:0e28").open()


def test_a_printer_that_takes_nothing_from_the_start_has_nothing(rig: UsbRig) -> None:
    rig.start(Behaviour(reads=False))
    printer = connect(rig, stall_timeout_s=0.05)
    printer.open()
    with pytest.raises(PrinterUnavailableError, match=r"took no byte for 0\.05 s"):
        printer.send(job(100))
    printer.close()


def test_a_count_of_nothing_is_a_stall_too(rig: UsbRig) -> None:
    rig.start(Behaviour(bytes_per_step=0))
    printer = connect(rig, stall_timeout_s=0.1)
    printer.open()
    with pytest.raises(PrinterUnavailableError, match="took no byte"):
        printer.send(job(100))
    printer.close()


@pytest.mark.parametrize("also_stuck", [False, True])
def test_an_error_within_the_first_write_leaves_the_job_uncertain(
    rig: UsbRig, *, also_stuck: bool
) -> None:
    rig.device.errors["write"] = errno.EPIPE
    if also_stuck:
        rig.device.errors["clear halt 1"] = errno.EIO
    printer = connect(rig)
    printer.open()
    with pytest.raises(SendInterruptedError):
        printer.send(job(100))
    printer.close()
    assert ("clear halt 1" in rig.device.log) is not also_stuck
