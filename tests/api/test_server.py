from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import closing

import pytest
import requests

from wix_printer_service.api import server as server_module
from wix_printer_service.api.server import AddressTakenError, WebServer
from wix_printer_service.clock import SystemClock

PATIENCE_S = 10.0


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

    def make(application=greet, address="127.0.0.1:0", clock=None, *, stop_timeout_s=1.0):
        server = WebServer(
            "listener", lambda: application, address, clock or SystemClock(), stop_timeout_s
        )
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
