"""Printers in the network: no byte is lost on the way, and none goes out after the verdict."""

from __future__ import annotations

import socket
import struct
import threading
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from tests.printing.transport_rigs import PATIENCE_S, Behaviour, TcpRig, connect, connect_to, job
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError

if TYPE_CHECKING:
    from collections.abc import Iterator

AUTOMATIC_STATUS = bytes.fromhex("1400000f")
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A printer's socket that the test serves itself."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


def url_of(listener: socket.socket) -> str:
    return f"tcp://127.0.0.1:{listener.getsockname()[1]}"


def read_to_the_end(connection: socket.socket) -> bytes:
    connection.settimeout(PATIENCE_S)
    data = b""
    while chunk := connection.recv(65_536):
        data += chunk
    return data


def test_a_printer_that_talks_all_the_time_still_gets_every_byte_and_a_proper_end() -> None:
    rig = TcpRig()
    rig.chatter = AUTOMATIC_STATUS
    rig.start(Behaviour(bytes_per_step=700, pause_s=0.01))
    printer = connect(rig)
    printer.open()
    printer.send(job(6000))  # lies unread in the printer's own buffer when send returns
    printer.close()
    assert rig.received(len(job(6000))) == job(6000)
    rig.stop()
    assert rig.resets == 0


def test_a_printer_that_hung_up_before_the_job_got_nothing_of_it(listener: socket.socket) -> None:
    printer = connect_to(url_of(listener))
    printer.open()
    listener.accept()[0].close()
    with pytest.raises(PrinterUnavailableError, match="closed the connection"):
        printer.send(job(500))
    printer.close()


def test_nothing_trickles_out_after_a_job_was_given_up(listener: socket.socket) -> None:
    printer = connect_to(url_of(listener), stall_timeout_s=0.2)
    printer.open()
    data = bytes(8_000_000)  # more than our own buffers take
    connection, _ = listener.accept()
    with connection:
        with pytest.raises(SendInterruptedError) as caught:
            printer.send(data)
        printer.close()
        with pytest.raises(ConnectionResetError):
            read_to_the_end(connection)
    assert 0 < caught.value.sent < len(data)


def test_bytes_count_as_sent_only_when_the_printer_acknowledged_them(
    listener: socket.socket,
) -> None:
    printer = connect_to(url_of(listener), stall_timeout_s=0.2)
    printer.open()
    connection, _ = listener.accept()
    with connection, pytest.raises(SendInterruptedError) as caught:
        printer.send(job(60_000))  # our own system takes all of it at once
    printer.close()
    assert caught.value.sent < 30_000


def test_bytes_on_their_way_may_have_arrived_even_if_none_is_acknowledged(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = job(500)
    monkeypatch.setattr("fcntl.ioctl", lambda *_: struct.pack("i", len(data)))
    printer = connect_to(url_of(listener), stall_timeout_s=0.1)
    printer.open()
    with pytest.raises(SendInterruptedError) as caught:
        printer.send(data)
    printer.close()
    assert caught.value.sent == 0


def test_the_end_is_awaited_no_longer_than_allowed(listener: socket.socket) -> None:
    printer = connect_to(url_of(listener), close_timeout_s=0.2)
    printer.open()
    connection, _ = listener.accept()
    with connection:
        printer.send(job(500))
        began = monotonic()
        printer.close()
        assert 0.2 <= monotonic() - began < PATIENCE_S / 2
        assert read_to_the_end(connection) == job(500)
        assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0  # no reset


def test_a_connection_that_was_not_used_is_closed_at_once(listener: socket.socket) -> None:
    printer = connect_to(url_of(listener))
    printer.open()
    connection, _ = listener.accept()
    with connection:
        began = monotonic()
        printer.close()
        assert monotonic() - began < PATIENCE_S / 2


def test_a_printer_that_stops_talking_but_goes_on_reading_gets_it_all(
    listener: socket.socket,
) -> None:
    data = job(60_000)
    read: list[bytes] = []

    def half_close_and_read() -> None:
        connection, _ = listener.accept()
        with connection:
            read.append(connection.recv(1))
            connection.shutdown(socket.SHUT_WR)
            read.append(read_to_the_end(connection))

    reader = threading.Thread(target=half_close_and_read, daemon=True)
    reader.start()
    printer = connect_to(url_of(listener))
    printer.open()
    printer.send(data)
    printer.close()
    reader.join(PATIENCE_S)
    assert b"".join(read) == data


def test_a_printer_that_stops_talking_and_then_breaks_off_leaves_the_job_uncertain(
    listener: socket.socket,
) -> None:
    def half_close_and_reset() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1)
            connection.shutdown(socket.SHUT_WR)
            threading.Event().wait(0.05)  # so that it is noticed
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)

    printer_side = threading.Thread(target=half_close_and_reset, daemon=True)
    printer_side.start()
    printer = connect_to(url_of(listener))
    printer.open()
    with pytest.raises(SendInterruptedError, match="closed the connection"):
        printer.send(job(60_000))
    printer.close()
    printer_side.join(PATIENCE_S)


def test_an_address_that_swallows_everything_is_given_up(listener: socket.socket) -> None:
    listener.listen(0)
    with socket.socket() as first:
        first.connect(listener.getsockname())  # fills the queue: further calls get no answer
        printer = connect_to(url_of(listener), connect_timeout_s=0.2)
        with pytest.raises(PrinterUnavailableError, match="does not answer: switched off"):
            printer.open()


def test_a_closed_port_is_said_to_refuse() -> None:
    with pytest.raises(PrinterUnavailableError, match=r"at 127\.0\.0\.1 port \d+ refuses"):
        connect(TcpRig()).open()


def test_an_unknown_name_is_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(PrinterUnavailableError, match="kitchen-printer port 9100 has a name that"):
        connect_to("tcp://kitchen-printer:9100").open()
