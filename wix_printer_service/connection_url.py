"""How a printer is reached and where a listener listens, read from text; nothing is opened here."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, cast
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Callable

Parity: TypeAlias = Literal["none", "even", "odd"]
Flow: TypeAlias = Literal["none", "rtscts", "xonxoff", "dsrdtr"]

LARGEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Tcp:
    """``tcp://HOST:PORT``: a printer in the network; ``host`` stands without brackets."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Usb:
    """``usb://VENDOR:PRODUCT[:SERIAL]``: a printer that libusb finds."""

    vendor: int
    product: int
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class SerialPort:
    """``serial:///dev/ttyUSB0?baudrate=38400&flow=rtscts``: a printer on a serial line."""

    device: Path
    baudrate: int = 9600
    bytesize: Literal[7, 8] = 8
    parity: Parity = "none"
    stopbits: Literal[1, 2] = 1
    flow: Flow = "none"


@dataclass(frozen=True, slots=True)
class DeviceFile:
    """``file:///dev/usb/lp0``: a device that the kernel's own driver feeds."""

    path: Path


@dataclass(frozen=True, slots=True)
class CupsQueue:
    """``cups://QUEUE``: a raw queue of the print system."""

    queue: str


@dataclass(frozen=True, slots=True)
class Virtual:
    """``virtual://DIRECTORY``: a printer in software that writes pictures and texts."""

    directory: Path


Connection: TypeAlias = Tcp | Usb | SerialPort | DeviceFile | CupsQueue | Virtual


def parse(url: str) -> Connection:
    """Read where a printer is.

    Args:
        url: As in the setting ``printers.NAME.connection``.

    Raises:
        ValueError: With a sentence that says what is expected.
    """
    scheme, separator, rest = url.partition("://")
    if separator and scheme in _READERS:
        return _READERS[scheme](rest)
    known = ", ".join(f"{name}://" for name in _READERS)
    near = difflib.get_close_matches(scheme.lower(), _READERS, n=1)
    hint = f"; did you mean '{near[0]}://'?" if near else ""
    raise ValueError(f"expected one of {known}{hint}")


def split_host_port(text: str, lowest_port: int = 0) -> tuple[str, int]:
    """Split HOST:PORT; an IPv6 address stands in brackets and is returned without them.

    Raises:
        ValueError: With a sentence that says what is expected.
    """
    match = re.fullmatch(
        r"(?:\[(?P<six>[^\[\]]*)\]|(?P<host>[^:/@\[\]\s]+)):(?P<port>[0-9]{1,5})", text
    )
    if match is None:
        raise ValueError("expected HOST:PORT, an IPv6 address in brackets")
    port = int(match["port"])
    if not lowest_port <= port <= LARGEST_PORT:
        raise ValueError(f"expected a port from {lowest_port} to {LARGEST_PORT}")
    return _host(match["host"], match["six"]), port


def _host(host: str | None, address: str | None) -> str:
    """Return the host as it is used to connect; what looks like an address must be one."""
    try:
        if host is None:
            return str(IPv6Address(address or ""))
        return str(IPv4Address(host)) if re.fullmatch(r"[0-9.]+", host) else host
    except ValueError as error:
        raise ValueError(f"expected an IP address in place of '{host or address}'") from error


def _tcp(rest: str) -> Tcp:
    try:
        return Tcp(*split_host_port(rest, lowest_port=1))
    except ValueError as error:
        raise ValueError(f"{error}, such as tcp://192.0.2.10:9100") from error


def _usb(rest: str) -> Usb:
    match = re.fullmatch(r"([0-9a-fA-F]{4}):([0-9a-fA-F]{4})(?::(\S+))?", rest)
    if match is None:
        raise ValueError(
            "expected vendor and product in hexadecimal as lsusb shows them, such as "
            "usb://04b8:0e28, and :SERIAL where two printers are alike"
        )
    return Usb(int(match[1], 16), int(match[2], 16), match[3])


def _serial(rest: str) -> SerialPort:
    device, _, query = rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = options.keys() - {"baudrate", "bytesize", "parity", "stopbits", "flow"}
    if unknown:
        name = min(unknown)
        raise ValueError(f"'{name}' is none of baudrate, bytesize, parity, stopbits, flow")
    return SerialPort(
        device=_absolute(device, "serial:///dev/ttyUSB0?baudrate=38400"),
        baudrate=_positive(options.get("baudrate", "9600"), "baudrate"),
        bytesize=cast("Literal[7, 8]", int(_choice(options, "bytesize", "8", "7"))),
        parity=cast("Parity", _choice(options, "parity", "none", "even", "odd")),
        stopbits=cast("Literal[1, 2]", int(_choice(options, "stopbits", "1", "2"))),
        flow=cast("Flow", _choice(options, "flow", "none", "rtscts", "xonxoff", "dsrdtr")),
    )


def _choice(options: dict[str, str], name: str, *choices: str) -> str:
    """Return the option's value; the first choice is the default."""
    value = options.get(name, choices[0])
    if value in choices:
        return value
    near = difflib.get_close_matches(value.lower(), choices, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise ValueError(f"expected {name} to be one of {', '.join(choices)}{hint}")


def _positive(value: str, name: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,7}", value):
        raise ValueError(f"expected {name} to be a whole number such as 38400")
    return int(value)


def _file(rest: str) -> DeviceFile:
    return DeviceFile(_absolute(rest, "file:///dev/usb/lp0"))


def _absolute(path: str, example: str) -> Path:
    if not path.startswith("/") or path.endswith("/"):
        raise ValueError(f"expected a device's whole path, such as {example}")
    return Path(path)


def _cups(rest: str) -> CupsQueue:
    # CUPS itself allows neither blanks nor / # ? in a queue's name; "-" first would be an option.
    if not re.fullmatch(r"[^\s/#?-][^\s/#?]*", rest):
        raise ValueError("expected the name of a print queue, such as cups://receipts")
    return CupsQueue(rest)


def _virtual(rest: str) -> Virtual:
    if not rest.strip():
        raise ValueError("expected a folder to write receipts to, such as virtual://var/receipts")
    return Virtual(Path(rest))


_READERS: dict[str, Callable[[str], Connection]] = {
    "tcp": _tcp,
    "usb": _usb,
    "serial": _serial,
    "file": _file,
    "cups": _cups,
    "virtual": _virtual,
}
