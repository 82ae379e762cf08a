"""A USB bus that is not there, for the transport over USB; pyusb itself is the real one."""

from __future__ import annotations

import array
import errno
import os
import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING

import usb.backend
import usb.backend.libusb1
import usb.core

from tests.printing.transport_rigs import WELL, Behaviour

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

BULK, INTERRUPT = 2, 3
TEXT = (0x0409).to_bytes(2, "little")


@dataclass
class FakeInterface:
    """An interface of a USB device: its class and its endpoints as (address, kind)."""

    kind: int = 7
    endpoints: tuple[tuple[int, int], ...] = ((0x82, BULK), (0x01, BULK))
    alternate: int = 0


@dataclass
class FakeDevice:
    """A device on the fake USB bus."""

    vendor: int = 0x04B8
    product: int = 0x0E28
    serial: str | None = "X4K7"
    interfaces: list[FakeInterface] = field(default_factory=lambda: [FakeInterface()])
    configured: bool = True
    has_driver: bool = True
    claimed: bool = False
    behaviour: Behaviour = WELL
    log: list[str] = field(default_factory=list)
    """What was done to the device, in order, without the writing."""
    printed: bytearray = field(default_factory=bytearray)
    endpoints_used: set[int] = field(default_factory=set)
    errors: dict[str, int] = field(default_factory=dict)
    """Calls that fail, with their error number."""
    react: Callable[[bytes], bytes] = lambda _: b""
    """What the printer says to what it is sent, or to nothing."""
    answers: bytearray = field(default_factory=bytearray)


class FakeBus(usb.backend.IBackend):
    """A USB bus in place of libusb; pyusb itself is the real one."""

    def __init__(self) -> None:
        self.devices: list[FakeDevice] = []
        self.stopping = threading.Event()

    def enumerate_devices(self):
        return list(self.devices)

    def get_device_descriptor(self, dev):
        return SimpleNamespace(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x200,
            bDeviceClass=0,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=64,
            idVendor=dev.vendor,
            idProduct=dev.product,
            bcdDevice=0x100,
            iManufacturer=0,
            iProduct=0,
            iSerialNumber=3 if dev.serial else 0,
            bNumConfigurations=1,
            address=self.devices.index(dev),
            bus=1,
            port_number=1,
            port_numbers=(1,),
            speed=2,
        )

    def get_configuration_descriptor(self, dev, _config):
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=32,
            bNumInterfaces=len(dev.interfaces),
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0xC0,
            bMaxPower=1,
            extra_descriptors=[],
        )

    def get_interface_descriptor(self, dev, intf, alt, _config):
        if alt > 0 or intf >= len(dev.interfaces):
            raise IndexError
        interface = dev.interfaces[intf]
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=intf,
            bAlternateSetting=interface.alternate,
            bNumEndpoints=len(interface.endpoints),
            bInterfaceClass=interface.kind,
            bInterfaceSubClass=1,
            bInterfaceProtocol=2,
            iInterface=0,
            extra_descriptors=[],
        )

    def get_endpoint_descriptor(self, dev, ep, intf, _alt, _config):
        address, kind = dev.interfaces[intf].endpoints[ep]
        return SimpleNamespace(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=address,
            bmAttributes=kind,
            wMaxPacketSize=64,
            bInterval=0,
            bRefresh=0,
            bSynchAddress=0,
            extra_descriptors=[],
        )

    def open_device(self, dev):
        self._do(dev, "open")
        return dev

    def close_device(self, dev_handle):
        self._do(dev_handle, "close")

    def get_configuration(self, dev_handle):
        return int(dev_handle.configured)

    def set_configuration(self, dev_handle, _config_value):
        self._do(dev_handle, "configure")
        dev_handle.configured = True

    def reset_device(self, dev_handle):
        self._do(dev_handle, "reset")

    def claim_interface(self, dev_handle, intf):
        if dev_handle.has_driver:
            raise usb.core.USBError("Resource busy", -6, errno.EBUSY)
        self._do(dev_handle, f"claim {intf}")

    def release_interface(self, dev_handle, intf):
        self._do(dev_handle, f"release {intf}")

    def is_kernel_driver_active(self, dev_handle, _intf):
        self._fail(dev_handle, "ask for driver")
        return dev_handle.has_driver

    def detach_kernel_driver(self, dev_handle, intf):
        self._do(dev_handle, f"detach {intf}")
        dev_handle.has_driver = False

    def attach_kernel_driver(self, dev_handle, intf):
        self._do(dev_handle, f"attach {intf}")
        dev_handle.has_driver = True

    def clear_halt(self, dev_handle, ep):
        self._do(dev_handle, f"clear halt {ep}")

    def ctrl_transfer(self, dev_handle, _kind, _request, value, _index, data, _timeout):
        self._fail(dev_handle, "read texts")
        text = TEXT if value & 0xFF == 0 else dev_handle.serial.encode("utf-16-le")
        answer = bytes([len(text) + 2, 3]) + text
        data[: len(answer)] = array.array("B", answer)
        return len(answer)

    def bulk_write(self, dev_handle, ep, _intf, data, timeout):
        device = dev_handle
        self._fail(device, "write")
        device.endpoints_used.add(ep)
        taken = data.tobytes()[: device.behaviour.bytes_per_step]
        if not device.behaviour.reads:
            self.stopping.wait(timeout / 1000)
            raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        if device.behaviour.dies_after is not None:
            taken = taken[: device.behaviour.dies_after - len(device.printed)]
        device.printed += taken
        device.answers += device.react(taken)
        if device.behaviour.dies_after == len(device.printed):
            self.devices.remove(device)
            raise usb.core.USBError("No such device", -4, errno.ENODEV)
        share = len(taken) / max(device.behaviour.bytes_per_step, 1)
        self.stopping.wait(device.behaviour.pause_s * share)
        return len(taken)

    def bulk_read(self, dev_handle, ep, _intf, buff, timeout):
        device = dev_handle
        assert ep == 0x82
        device.answers += device.react(b"")
        if not device.answers:
            self.stopping.wait(timeout / 1000)
            raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        said = bytes(device.answers[: len(buff)])
        del device.answers[: len(said)]
        buff[: len(said)] = array.array("B", said)
        return len(said)

    def _do(self, device: FakeDevice, step: str) -> None:
        self._fail(device, step)
        device.log.append(step)

    def _fail(self, device: FakeDevice, step: str) -> None:
        number = device.errors.get(step)
        if number == errno.ENOSYS:
            raise NotImplementedError(step)
        if number:
            raise usb.core.USBError(os.strerror(number), -1, number)


class UsbRig:
    """A USB printer on the fake bus."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bus = FakeBus()
        self.device = FakeDevice()
        self.url = "usb://04b8:0e28"
        monkeypatch.setattr(usb.backend.libusb1, "get_backend", lambda: self.bus)

    def start(self, behaviour: Behaviour = WELL) -> None:
        self.device.behaviour = behaviour
        self.bus.devices = [self.device]

    def stop(self) -> None:
        self.bus.stopping.set()
        self.bus.devices = []

    def received(self, size: int) -> bytes:
        del size
        return bytes(self.device.printed)
