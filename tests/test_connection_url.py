"""Connections and listeners are read exactly, or refused with a sentence that helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from wix_printer_service.connection_url import (
    CupsQueue,
    DeviceFile,
    SerialPort,
    Tcp,
    Usb,
    Virtual,
    parse,
    split_host_port,
)


@pytest.mark.parametrize(
    ("url", "connection"),
    [
        ("tcp://192.0.2.10:9100", Tcp("192.0.2.10", 9100)),
        ("tcp://kitchen.local:9101", Tcp("kitchen.local", 9101)),
        ("tcp://[2001:db8::10]:9100", Tcp("2001:db8::10", 9100)),
        ("tcp://[fe80::1%eth0]:9100", Tcp("fe80::1%eth0", 9100)),
        ("usb://04b8:0E28", Usb(0x04B8, 0x0E28)),
        ("usb://04b8:0e28:X4K7:1", Usb(0x04B8, 0x0E28, "X4K7:1")),
        ("serial:///dev/ttyUSB0", SerialPort(Path("/dev/ttyUSB0"))),
        (
            "serial:///dev/ttyS0?baudrate=38400&bytesize=7&parity=even&stopbits=2&flow=dsrdtr",
            SerialPort(Path("/dev/ttyS0"), 38400, 7, "even", 2, "dsrdtr"),
        ),
        ("file:///dev/usb/lp0", DeviceFile(Path("/dev/usb/lp0"))),
        ("cups://Bon_drucker-1", CupsQueue("Bon_drucker-1")),
        ("virtual://var/receipts", Virtual(Path("var/receipts"))),
        ("virtual:///srv/my receipts", Virtual(Path("/srv/my receipts"))),
    ],
)
def test_a_connection_is_read(url: str, connection: object) -> None:
    assert parse(url) == connection


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("192.0.2.10:9100", "expected one of tcp://, usb://"),
        ("tpc://192.0.2.10:9100", "did you mean 'tcp://'?"),
        ("TCP://192.0.2.10:9100", "did you mean 'tcp://'?"),
        ("tcp://192.0.2.10", "expected HOST:PORT"),
        ("tcp://192.0.2.10:0", "expected a port from 1 to 65535"),
        ("tcp://192.0.2.10:65536", "expected a port from 1 to 65535"),
        ("tcp://192.0.2.10:9100/", "expected HOST:PORT"),
        ("tcp://2001:db8::10:9100", "an IPv6 address in brackets"),
        ("tcp://user@host:9100", "expected HOST:PORT"),
        ("tcp://192.168.1.300:9100", "expected an IP address in place of '192.168.1.300'"),
        ("tcp://[fish]:9100", "expected an IP address in place of 'fish'"),
        ("usb://4b8:0e28", "as lsusb shows them"),
        ("usb://04b8:0e28:", "as lsusb shows them"),
        ("serial://ttyUSB0", "a device's whole path, such as serial:///dev/ttyUSB0"),
        ("serial:///dev/ttyUSB0?baud=9600", "'baud' is none of baudrate"),
        ("serial:///dev/ttyUSB0?baudrate=fast", "expected baudrate to be a whole number"),
        ("serial:///dev/ttyUSB0?baudrate=0", "expected baudrate to be a whole number"),
        ("serial:///dev/ttyUSB0?bytesize=9", "expected bytesize to be one of 8, 7"),
        ("serial:///dev/ttyUSB0?flow=xonoff", "did you mean 'xonxoff'?"),
        ("serial:///dev/ttyUSB0?parity=", "expected parity to be one of none, even, odd"),
        ("file://dev/usb/lp0", "such as file:///dev/usb/lp0"),
        ("file:///dev/", "such as file:///dev/usb/lp0"),
        ("cups://", "the name of a print queue"),
        ("cups://-o", "the name of a print queue"),
        ("cups://my queue", "the name of a print queue"),
        ("virtual://", "expected a folder"),
    ],
)
def test_a_mistake_is_explained(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"expected|none of") as caught:
        parse(url)
    assert words in str(caught.value)


def test_a_listener_may_ask_for_any_free_port() -> None:
    assert split_host_port("127.0.0.1:0") == ("127.0.0.1", 0)
    assert split_host_port("[::1]:8000") == ("::1", 8000)


@pytest.mark.parametrize("text", ["127.0.0.1", ":8000", "127.0.0.1:", "a b:1", "h:-1", "h:٣"])
def test_what_is_no_host_and_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected HOST:PORT"):
        split_host_port(text)
