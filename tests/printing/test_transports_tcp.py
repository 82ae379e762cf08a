"""Printers in the network: no byte is lost on the way, and none goes out after the verdict."""

from __future__ import annotations

import select
import socket
import struct
import threading
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from tests.printing.notes import Notes
from tests.printing.transport_rigs import PATIENCE_S, Behaviour, TcpRig, connect, connect_to, job
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError
from wix_printer_service.models import Confirmation
from wix_printer_service.printing.transports import progress, tcp
from wix_printer_service.virtual_printer import VirtualPrinter, VirtualPrinterServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

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


def await_hang_up(connection: socket.socket) -> None:
    """Wait until the whole job and the end behind it lie in the printer's system, unread."""
    poller = select.poll()
    poller.register(connection, select.POLLRDHUP)
    assert poller.poll(PATIENCE_S * 1000)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    connection.close()


@contextmanager
def served(listener: socket.socket, serve: Callable[[socket.socket], None]) -> Iterator[None]:
    """Let a printer of the test's own take the next connection."""

    def run() -> None:
        connection, _ = listener.accept()
        with connection:
            serve(connection)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


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


@pytest.mark.parametrize("read", [0, 10, 746])
def test_a_printer_that_breaks_off_before_it_has_read_all_leaves_the_job_uncertain(
    listener: socket.socket, read: int
) -> None:
    def read_some_and_reset(connection: socket.socket) -> None:
        await_hang_up(connection)
        connection.recv(read, socket.MSG_WAITALL)
        reset(connection)

    printer = connect_to(url_of(listener))
    with served(listener, read_some_and_reset):
        printer.open()
        with pytest.raises(SendInterruptedError, match="broke off the connection") as caught:
            printer.send(bytes(747))
        printer.close()
    assert caught.value.sent == 747


def test_a_printer_that_goes_away_without_having_read_all_leaves_the_job_uncertain(
    listener: socket.socket,
) -> None:
    printer = connect_to(url_of(listener))
    with served(listener, await_hang_up):  # its system resets what is closed with bytes in it
        printer.open()
        with pytest.raises(SendInterruptedError, match="broke off the connection"):
            printer.send(job(500))
        printer.close()


def test_a_printer_that_answers_and_then_breaks_off_leaves_the_job_uncertain(
    listener: socket.socket,
) -> None:
    def answer_and_reset(connection: socket.socket) -> None:
        await_hang_up(connection)
        connection.sendall(AUTOMATIC_STATUS)
        reset(connection)

    printer = connect_to(url_of(listener))
    with served(listener, answer_and_reset):
        printer.open()
        with pytest.raises(SendInterruptedError):
            printer.send(job(500))
        printer.close()


def test_the_virtual_printer_that_dies_within_a_job_leaves_it_uncertain_wherever_it_dies(
    tmp_path: Path,
) -> None:
    data = bytes(747)
    virtual = VirtualPrinter(tmp_path)
    with VirtualPrinterServer("127.0.0.1", 0, virtual) as server:
        printer = connect_to(f"tcp://127.0.0.1:{server.port}")
        for die_after in (*range(1, len(data), 15), 511, 512, 513, 600, 650, 680, 745, 746):
            virtual.set_faults(die_after=die_after)
            printer.open()
            with pytest.raises(SendInterruptedError):
                printer.send(data)
            printer.close()
        printer.open()
        assert printer.send(data) is Confirmation.NONE
        printer.close()


def test_a_printer_that_breaks_off_just_before_we_hang_up_leaves_the_job_uncertain(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang_up = tcp._hang_up

    def hang_up_too_late(connection: socket.socket) -> None:
        reset(accepted)
        hang_up(connection)

    monkeypatch.setattr(tcp, "_hang_up", hang_up_too_late)
    printer = connect_to(url_of(listener))
    printer.open()
    accepted, _ = listener.accept()
    with accepted, pytest.raises(SendInterruptedError, match="broke off the connection"):
        printer.send(job(500))
    printer.close()


def test_a_printer_that_stopped_talking_and_breaks_off_as_we_hang_up_leaves_the_job_uncertain(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang_up_too_late(_: socket.socket) -> None:
        accepted.shutdown(socket.SHUT_WR)
        reset(accepted)

    monkeypatch.setattr(tcp, "_hang_up", hang_up_too_late)
    printer = connect_to(url_of(listener))
    printer.open()
    accepted, _ = listener.accept()
    with accepted, pytest.raises(SendInterruptedError, match="closed the connection"):
        printer.send(job(500))
    printer.close()


def test_a_printer_that_hangs_up_properly_is_not_waited_for(listener: socket.socket) -> None:
    read: list[bytes] = []
    printer = connect_to(url_of(listener))
    with served(listener, lambda connection: read.append(read_to_the_end(connection))):
        printer.open()
        began = monotonic()
        assert printer.send(job(500)) is Confirmation.NONE
        assert monotonic() - began < PATIENCE_S / 2
    printer.close()
    assert read == [job(500)]


def test_a_printer_that_keeps_the_connection_is_waited_for_no_longer_than_allowed(
    listener: socket.socket,
) -> None:
    printer = connect_to(url_of(listener), close_timeout_s=0.2)
    printer.open()
    connection, _ = listener.accept()
    with connection:
        began = monotonic()
        assert printer.send(job(500)) is Confirmation.NONE
        sent = monotonic()
        printer.close()
        assert 0.2 <= sent - began < PATIENCE_S / 2
        assert monotonic() - sent < 0.2
        assert read_to_the_end(connection) == job(500)
        assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0  # no reset


def test_who_waits_for_the_end_hears_that_it_goes_on(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LONGEST_WAIT_S", 0.02)
    printer, notes = connect_to(url_of(listener), close_timeout_s=0.4), Notes()
    printer.open()
    connection, _ = listener.accept()
    with connection:
        printer.send(job(500), notes)
        printer.close()
    assert len(notes.beats) > 8


def test_an_answer_after_the_wait_costs_the_printer_nothing(listener: socket.socket) -> None:
    printer = connect_to(url_of(listener), close_timeout_s=0.05)
    printer.open()
    connection, _ = listener.accept()
    with connection:
        printer.send(job(500))
        connection.sendall(AUTOMATIC_STATUS)
        printer.close()
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


def test_the_system_asks_a_silent_host_whether_it_is_there_and_sets_no_time_of_its_own(
    listener: socket.socket,
) -> None:
    printer = connect_to(url_of(listener), stall_timeout_s=12.0)
    printer.open()
    connection = printer._link._socket
    tcp_options = {
        option: connection.getsockopt(socket.IPPROTO_TCP, option)
        for option in (socket.TCP_USER_TIMEOUT, socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL)
    }
    printer.close()
    assert list(tcp_options.values()) == [0, 6, 2]


def test_a_closed_port_is_said_to_refuse() -> None:
    with pytest.raises(PrinterUnavailableError, match=r"at 127\.0\.0\.1 port \d+ refuses"):
        connect(TcpRig()).open()


def test_an_unknown_name_is_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(PrinterUnavailableError, match="kitchen-printer port 9100 has a name that"):
        connect_to("tcp://kitchen-printer:9100").open()
