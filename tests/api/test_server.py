from __future__ import annotations

import asyncio
import errno
import socket
import struct
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest
import requests
from uvicorn.protocols.http.flow_control import FlowControl

from wix_printer_service.api import server as server_module
from wix_printer_service.api.connections import GuardedConnection
from wix_printer_service.api.server import AddressTakenError, WebServer
from wix_printer_service.api.tally import Tally
from wix_printer_service.clock import SystemClock
from wix_printer_service.settings import Intake

PATIENCE_S = 10.0
PIECE = b"x" * 65_536
SACKED = 28
"""Where tcp_info of a listening socket says how long its queue may get."""
LONG_ANSWER = 32 * 1024 * 1024


async def greet(scope, _receive, send):
    """Answer every request; the smallest ASGI application there is."""
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


class Hanging:
    """An application that holds up the whole loop until the test lets it go on."""

    def __init__(self):
        self.reached, self.goes_on = threading.Event(), threading.Event()

    async def __call__(self, scope, receive, send):
        self.reached.set()
        self.goes_on.wait(PATIENCE_S)
        await greet(scope, receive, send)


class Waiting:
    """An application that waits, as it should, without holding up the loop."""

    def __init__(self):
        self.reached = threading.Event()

    async def __call__(self, _scope, _receive, _send):
        self.reached.set()
        await asyncio.Event().wait()


@pytest.fixture
def serve():
    """Make servers; all are stopped in the end."""
    made = []

    def make(
        application=greet, address="127.0.0.1:0", clock=None, *, stop_timeout_s=1.0, limits=None
    ):
        clock = clock or SystemClock()
        server = WebServer("listener", lambda: application, address, clock, stop_timeout_s, limits)
        made.append(server)
        return server

    yield make
    for server in made:
        server.stop()
        assert server.join(PATIENCE_S)
        server.finish()


def get(server, path="/hello"):
    return requests.get(f"http://{server.address}{path}", timeout=PATIENCE_S)


def port_of(server):
    return int(server.address.rpartition(":")[2])


def test_it_serves_an_application_on_a_free_port(serve):
    server = serve()

    server.start()

    assert port_of(server) > 0
    assert get(server).text == "/hello"


def test_connections_wait_from_the_moment_of_binding_until_the_application_is_built():
    built = threading.Event()

    def build():
        built.wait(PATIENCE_S)
        return greet

    server = WebServer("listener", build, "127.0.0.1:0", SystemClock(), 1.0)
    server.start()
    with socket.create_connection(("127.0.0.1", port_of(server)), PATIENCE_S) as connection:
        connection.sendall(b"GET /early HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        built.set()
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    server.stop()
    assert server.join(PATIENCE_S)


def test_a_server_that_is_bound_already_keeps_its_port(serve):
    server = serve()
    server.bind()
    address = server.address

    server.start()

    assert server.address == address
    assert get(server).text == "/hello"


def test_an_address_that_is_taken_is_named_for_a_person(serve):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(AddressTakenError, match=f"cannot listen on {address}: Address already"):
            serve(address=address).start()


def test_an_address_of_another_machine_is_named_for_a_person(serve):
    with pytest.raises(AddressTakenError, match=r"cannot listen on 192\.0\.2\.1:8080"):
        serve(address="192.0.2.1:8080").start()


def test_an_ipv6_address_keeps_its_brackets(serve):
    server = serve(address="[::1]:0")
    try:
        server.start()
    except AddressTakenError:
        pytest.skip("this machine has no IPv6")

    assert server.address.startswith("[::1]:")
    assert get(server).text == "/hello"


def test_after_the_stop_nobody_listens(serve):
    server = serve()
    server.start()
    get(server)

    server.stop()

    assert server.join(PATIENCE_S)
    with pytest.raises(requests.ConnectionError):
        get(server)


def test_a_stop_right_after_the_start_ends_it(serve):
    server = serve()
    server.start()

    server.stop()

    assert server.join(PATIENCE_S)


def test_a_request_that_does_not_end_is_cut_off_at_the_stop(serve):
    server = serve(waiting := Waiting())
    server.start()
    with socket.create_connection(("127.0.0.1", port_of(server)), PATIENCE_S) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")
        assert waiting.reached.wait(PATIENCE_S)

        server.stop()

        assert server.join(PATIENCE_S)


def test_idle_connections_do_not_delay_the_stop(serve):
    server = serve(stop_timeout_s=PATIENCE_S * 10)
    server.start()
    with requests.Session() as session:
        session.get(f"http://{server.address}/", timeout=PATIENCE_S)

        server.stop()

        assert server.join(PATIENCE_S)


def test_it_beats_while_its_loop_turns_and_not_while_it_hangs(serve, fake_clock, monkeypatch):
    monkeypatch.setattr(server_module, "BEAT_S", 0.005)
    server = serve(hanging := Hanging(), clock=fake_clock)
    server.start()
    asking = threading.Thread(target=get, args=(server,))
    asking.start()
    assert hanging.reached.wait(PATIENCE_S)

    fake_clock.advance(100.0)
    assert server.beat_age_s == 100.0

    hanging.goes_on.set()
    asking.join(PATIENCE_S)
    beat = threading.Event()
    monkeypatch.setattr(server, "beat", beat.set)
    assert beat.wait(PATIENCE_S)


def test_it_does_not_say_what_it_is_made_of(serve):
    server = serve()
    server.start()

    assert "server" not in get(server).headers


async def answer_at_length(_scope, _receive, send):
    """Answer with more than any buffer holds."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(LONG_ANSWER // len(PIECE)):
        await send({"type": "http.response.body", "body": PIECE, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def read_all(connection):
    """Read until the server hangs up; a reset counts as hanging up."""
    received = 0
    with suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            received += len(piece)
    return received


def ask(server):
    connection = socket.create_connection(("127.0.0.1", port_of(server)), PATIENCE_S)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    return connection


def test_one_who_takes_nothing_of_an_answer_is_cut_off(serve, monkeypatch):
    cut = threading.Event()
    monkeypatch.setattr(Tally, "count", lambda _tally, _why: cut.set())
    server = serve(answer_at_length, limits=Intake(body_timeout_s=0.1, header_timeout_s=0.1))
    server.start()

    with ask(server) as connection:
        assert cut.wait(PATIENCE_S)
        assert read_all(connection) < LONG_ANSWER


def test_one_who_takes_an_answer_late_gets_all_of_it(serve, monkeypatch):
    paused = threading.Event()
    monkeypatch.setattr(
        FlowControl, "pause_writing", note_before(FlowControl.pause_writing, paused)
    )
    server = serve(answer_at_length)
    server.start()

    with ask(server) as connection:
        assert paused.wait(PATIENCE_S)
        assert read_all(connection) > LONG_ANSWER


def test_one_who_takes_an_answer_again_has_time_again(serve, monkeypatch):
    given, paused = [], threading.Event()
    give = GuardedConnection._give

    def noting(connection, seconds):
        given.append(seconds)
        give(connection, seconds)

    monkeypatch.setattr(GuardedConnection, "_give", noting)
    monkeypatch.setattr(
        FlowControl, "pause_writing", note_before(FlowControl.pause_writing, paused)
    )
    server = serve(answer_at_length, limits=Intake(body_timeout_s=77.0))
    server.start()

    with ask(server) as connection:
        assert paused.wait(PATIENCE_S)
        read_all(connection)

    assert given[given.index(77.0) + 1] is None


def test_a_body_that_nobody_reads_has_its_time_too(serve):
    server = serve(limits=Intake(body_timeout_s=0.1, header_timeout_s=0.1))
    server.start()

    head = b"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port_of(server)), PATIENCE_S) as connection:
        connection.sendall(head)
        assert is_cut_while_sending(connection)


def is_cut_while_sending(connection):
    """Trickle on, and tell whether the server hangs up within patience."""
    never = threading.Event()
    for _ in range(int(PATIENCE_S / 0.01)):
        never.wait(0.01)
        try:
            connection.sendall(b"x")
        except OSError:
            return True
    return False


def note_before(method, event):
    """Return the method, made to set an event before it does what it does."""

    def noted(self):
        event.set()
        method(self)

    return noted


def test_the_kernel_keeps_many_connections_until_they_are_accepted(serve):
    server = serve()
    server.start()
    get(server)

    info = server._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 64)
    longest_queue = struct.unpack_from("I", info, SACKED)[0]

    most = int(Path("/proc/sys/net/core/somaxconn").read_text("ascii"))
    assert longest_queue == min(server_module.BACKLOG, most)


class Exhausted(socket.socket):
    """A listening socket on a computer that has no descriptors left for a while."""

    failures = 40

    def accept(self):
        if self.failures:
            self.failures -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


def test_when_descriptors_run_out_room_is_made_and_connections_are_accepted_again(
    serve, monkeypatch, caplog
):
    monkeypatch.setattr(asyncio.constants, "ACCEPT_RETRY_DELAY", 0.01)
    counted = []
    monkeypatch.setattr(Tally, "count", lambda _tally, why: counted.append(why))
    server = serve()
    server.bind()
    server._socket = Exhausted(fileno=server._socket.detach())
    server._socket.failures = 0
    server.start()
    with socket.create_connection(("127.0.0.1", port_of(server)), PATIENCE_S) as silent:
        get(server)
        server._socket.failures = Exhausted.failures

        assert get(server).text == "/hello"
        assert silent.recv(1) == b""

    assert set(counted) == {"no descriptor left"}
    assert caplog.text == ""


def test_other_errors_in_the_loop_are_still_logged(serve, caplog):
    server = serve(BreakingLoop())
    server.start()

    get(server)

    assert "a bug" in caplog.text


class BreakingLoop:
    """An application with a bug in a callback."""

    async def __call__(self, scope, receive, send):
        asyncio.get_running_loop().call_soon(self.fail)
        await asyncio.sleep(0)
        await greet(scope, receive, send)

    def fail(self):
        message = "a bug"
        raise ZeroDivisionError(message)
