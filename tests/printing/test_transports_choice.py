"""The road is chosen by the connection."""

from __future__ import annotations

import pytest

from tests.printing.transport_rigs import connect_to
from wix_printer_service import settings
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.printing.printer import build_printer
from wix_printer_service.printing.transports.cups_queue import CupsLink
from wix_printer_service.printing.transports.device_file import DeviceFileLink
from wix_printer_service.printing.transports.serial_line import SerialLink
from wix_printer_service.printing.transports.tcp import TcpLink
from wix_printer_service.printing.transports.usb_device import UsbLink
from wix_printer_service.printing.transports.virtual import VirtualLink


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("tcp://192.0.2.10:9100", TcpLink),
        ("usb://04b8:0e28", UsbLink),
        ("serial:///dev/ttyUSB0?baudrate=38400", SerialLink),
        ("file:///dev/usb/lp0", DeviceFileLink),
        ("cups://receipts", CupsLink),
        ("virtual://var/receipts", VirtualLink),
    ],
)
def test_each_kind_of_connection_has_its_road(url: str, kind: type) -> None:
    assert isinstance(connect_to(url)._link, kind)


def test_a_connection_that_nobody_checked_is_a_persons_matter() -> None:
    unchecked = settings.Printer.model_construct(connection="tcp://nowhere", paper_width_mm=80)
    with pytest.raises(ConfigurationError, match="'tcp://nowhere': expected HOST:PORT"):
        build_printer(unchecked, settings.Printing())
