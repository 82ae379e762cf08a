from __future__ import annotations

import contextlib
import json
import select
import socket
import time

import pytest

from wix_printer_service.errors import PersonNeededError
from wix_printer_service.virtual_printer import (
    Faults,
    PaperState,
    VirtualPrinter,
    VirtualPrinterServer,
)

from .sent import CUT, SENSOR_QUERY, process_id, real_time_query

JOB = b"\x1b@Pizza\n" + CUT
PATIENCE_S = 5.0
"""How long a test waits for what must come."""
SILENCE_S = 0.1
"""How long a test listens for what must not come."""


@pytest.fixture
def printer(tmp_path):
    return VirtualPrinter(tmp_path)


@pytest.fixture
def server(printer):
    with VirtualPrinterServer("127.0.0.1", 0, printer, control_port=0) as running:
        yield running


@pytest.fixture
def connect(server):
    sockets: list[socket.socket] = []

    def open_one() -> socket.socket:
        connected = socket.create_connection(("127.0.0.1", server.port), PATIENCE_S)
        sockets.append(connected)
        return connected

    yield open_one
    for connected in sockets:
        connected.close()


@pytest.fixture
def command(server):
    with (
        socket.create_connection(("127.0.0.1", server.control_port), PATIENCE_S) as connected,
        connected.makefile("rw", encoding="utf-8") as lines,
    ):

        def ask(line: str) -> str:
            lines.write(f"{line}\n")
            lines.flush()
            return lines.readline().rstrip("\n")

        yield ask


def read(connected: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connected.recv(size - len(data))
        if not more:
            break
        data += more
    return data


def is_silent(connected: socket.socket) -> bool:
    readable, _, _ = select.select([connected], [], [], SILENCE_S)
    return not readable


def test_a_job_is_printed_and_confirmed(connect, printer, tmp_path):
    host = connect()
    host.sendall(JOB + process_id(b"0042"))
    assert read(host, 7) == b"\x37\x220042\x00"
    assert printer.receipts_printed == 1
    assert (tmp_path / "000001.txt").read_text() == "Pizza\n"


def test_bytes_may_come_one_by_one(connect):
    host = connect()
    host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in JOB + SENSOR_QUERY:
        host.sendall(bytes([byte]))
    assert read(host, 1) == b"\x00"


def test_only_the_first_host_is_served_until_it_leaves(connect):
    first, second = connect(), connect()
    second.sendall(real_time_query(1))
    first.sendall(real_time_query(4))
    assert read(first, 1) == b"\x12"
    assert is_silent(second)
    first.close()
    assert read(second, 1) == b"\x12"


def test_answers_of_a_job_whose_host_left_are_lost(connect, command, printer):
    command("paper out")
    with contextlib.closing(connect()) as gone:
        gone.sendall(JOB + process_id(b"0001") + real_time_query(1))
        assert read(gone, 1) == b"\x1a"
    assert command("paper ok") == "ok"
    assert printer.receipts_printed == 1
    later = connect()
    later.sendall(process_id(b"0002"))
    assert read(later, 7) == b"\x37\x220002\x00"


def test_a_printer_out_of_paper_confirms_after_it_was_filled(connect, command):
    host = connect()
    assert command("paper out") == "ok"
    host.sendall(JOB + process_id(b"0001") + real_time_query(4))
    assert read(host, 1) == b"\x7e"
    assert is_silent(host)
    assert command("paper ok") == "ok"
    assert read(host, 7) == b"\x37\x220001\x00"


def test_a_change_is_told_unasked_once_automatic_status_is_on(connect, printer):
    host = connect()
    host.sendall(b"\x1da\xff")
    assert read(host, 4) == b"\x10\x00\x00\x0f"
    printer.set_faults(cover_open=True)
    assert read(host, 4) == b"\x38\x00\x00\x0f"


def test_a_full_printer_stops_reading_and_takes_the_rest_later(connect, command, printer):
    host = connect()
    command("cover open")
    host.sendall((b"x" * 40 + b"\n") * 2500 + real_time_query(2) + SENSOR_QUERY)
    assert is_silent(host)
    assert 60_000 < printer.bytes_received < 70_000
    command("cover closed")
    assert sorted(read(host, 2)) == [0x00, 0x12]


def test_a_slow_printer_confirms_late_and_answers_at_once(connect, command, printer):
    host = connect()
    command("slow 100")
    started = time.monotonic()
    host.sendall(b"Pizza and wine\n" + CUT + SENSOR_QUERY + real_time_query(1))
    assert read(host, 1) == b"\x12"
    assert printer.receipts_printed == 0
    assert read(host, 1) == b"\x00"
    assert 0.2 <= time.monotonic() - started < 2.0


def test_a_stalled_printer_accepts_and_does_not_read(connect, command, printer):
    command("stall on")
    host = connect()
    host.sendall(JOB + SENSOR_QUERY)
    assert is_silent(host)
    assert printer.bytes_received == 0
    command("stall off")
    assert read(host, 1) == b"\x00"


def test_a_refusing_printer_refuses_only_new_hosts(connect, command):
    host = connect()
    host.sendall(real_time_query(1))
    assert read(host, 1) == b"\x12"
    command("refuse on")
    with pytest.raises(ConnectionRefusedError):
        connect()
    host.sendall(real_time_query(1))
    assert read(host, 1) == b"\x12"
    command("refuse off")
    host.close()
    host = connect()
    host.sendall(real_time_query(1))
    assert read(host, 1) == b"\x12"


def test_faults_from_another_thread_hold_as_soon_as_they_are_set(connect, printer):
    for _ in range(20):
        printer.set_faults(refuse=True)
        with pytest.raises(ConnectionRefusedError):
            connect()
        printer.set_faults(refuse=False)
        with contextlib.closing(connect()) as host:
            host.sendall(real_time_query(1))
            assert read(host, 1) == b"\x12"
            printer.power_cycle()
            with pytest.raises(ConnectionResetError):
                host.recv(1)


def test_a_connection_dies_after_so_many_bytes_once(connect, command, printer):
    command("die-after 12")
    host = connect()
    host.sendall(b"Pizza\n")
    host.sendall(real_time_query(1))
    assert read(host, 1) == b"\x12"
    assert printer.faults == Faults(die_after=3)
    host.sendall(b"Tiramisu\n" + CUT)
    with pytest.raises(ConnectionResetError):
        host.recv(1)
    assert printer.bytes_received == 12
    host = connect()
    host.sendall(JOB + SENSOR_QUERY)
    assert read(host, 1) == b"\x00"


def test_a_power_cycle_drops_every_connection(connect, command, printer):
    command("paper out")
    first, second = connect(), connect()
    first.sendall(JOB + real_time_query(1))
    assert read(first, 1) == b"\x1a"
    assert command("power-cycle") == "ok"
    for host in (first, second):
        with pytest.raises(ConnectionResetError):
            host.recv(1)
    command("paper ok")
    host = connect()
    host.sendall(SENSOR_QUERY)
    assert read(host, 1) == b"\x00"
    assert printer.receipts_printed == 0


def test_a_host_that_resets_its_connection_makes_room_for_the_next(connect, command):
    command("offline on")
    first, second = connect(), connect()
    first.sendall(b"\r" * 70_000)
    second.sendall(SENSOR_QUERY)
    assert is_silent(second)
    first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    first.close()
    command("offline off")
    assert read(second, 1) == b"\x00"


def test_several_people_may_use_the_control_port_at_once(server, command):
    with socket.create_connection(("127.0.0.1", server.control_port), PATIENCE_S) as other:
        other.sendall(b"paper out\nstatus\ndance\n")
        with other.makefile(encoding="utf-8") as lines:
            assert lines.readline() == "ok\n"
            assert json.loads(lines.readline())["paper"] == "out"
            assert lines.readline().startswith("error: ")
    assert json.loads(command("status"))["paper"] == "out"


def test_a_control_line_without_end_is_cut_off(server):
    with socket.create_connection(("127.0.0.1", server.control_port), PATIENCE_S) as other:
        other.sendall(b"x" * 1025)
        assert other.recv(1) == b""


@pytest.mark.parametrize(
    "faults", [Faults(), Faults(stall=True), Faults(refuse=True), Faults(bytes_per_second=1)]
)
def test_stopping_is_prompt_in_any_state(tmp_path, faults):
    printer = VirtualPrinter(tmp_path, faults=faults)
    server = VirtualPrinterServer("127.0.0.1", 0, printer)
    server.start()
    with contextlib.ExitStack() as stack:
        if not faults.refuse:
            address = ("127.0.0.1", server.port)
            host = stack.enter_context(socket.create_connection(address, PATIENCE_S))
            host.sendall(JOB * 1000)
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < 1.0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), PATIENCE_S)


def test_a_stopped_server_starts_again_on_its_port(tmp_path):
    server = VirtualPrinterServer("127.0.0.1", 0, VirtualPrinter(tmp_path), control_port=0)
    with server:
        ports = (server.port, server.control_port)
    with server:
        assert (server.port, server.control_port) == ports
        with socket.create_connection(("127.0.0.1", server.port), PATIENCE_S) as host:
            host.sendall(real_time_query(1))
            assert read(host, 1) == b"\x12"


def test_stopping_what_was_never_started_is_fine(printer):
    VirtualPrinterServer("127.0.0.1", 0, printer).stop()


def test_a_port_that_is_taken_is_told_to_the_person(server, printer):
    with pytest.raises(PersonNeededError, match=f"cannot listen on 127.0.0.1:{server.port}: "):
        VirtualPrinterServer("127.0.0.1", server.port, printer).start()
    with pytest.raises(PersonNeededError, match=f"cannot listen on 127.0.0.1:{server.port}: "):
        VirtualPrinterServer("127.0.0.1", 0, printer, server.port).start()
    with pytest.raises(PersonNeededError, match=r"cannot listen on 192\.0\.2\.1:0: "):
        VirtualPrinterServer("192.0.2.1", 0, printer).start()


def test_a_printer_may_refuse_from_the_start(tmp_path):
    printer = VirtualPrinter(tmp_path, faults=Faults(refuse=True, paper=PaperState.OUT))
    with (
        VirtualPrinterServer("127.0.0.1", 0, printer) as server,
        pytest.raises(ConnectionRefusedError),
    ):
        socket.create_connection(("127.0.0.1", server.port), PATIENCE_S)
