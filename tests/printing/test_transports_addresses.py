"""Names are looked up in bounded time, once at a time, and numbers not at all."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.printing.transport_rigs import PATIENCE_S
from wix_printer_service.printing.transports import addresses
from wix_printer_service.printing.transports.addresses import Addresses, connect

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9100))


class NameServers:
    """They know one host, as long as they are not away."""

    def __init__(self) -> None:
        self.answer = threading.Event()
        self.answer.set()
        self.asked = 0
        self.failure: OSError | UnicodeError | None = None

    def __call__(self, *_: object, flags: int, **__: object) -> list[Any]:
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "not a number")
        self.asked += 1
        assert self.answer.wait(PATIENCE_S)
        if self.failure:
            raise self.failure
        return [HERE]


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServers]:
    servers = NameServers()
    monkeypatch.setattr(socket, "getaddrinfo", servers)
    monkeypatch.setattr(addresses, "GLANCE_S", 0.02)
    yield servers
    servers.answer.set()
    for thread in threading.enumerate():
        if thread.name.startswith("look-up-"):
            thread.join(PATIENCE_S)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_number_needs_no_thread(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "Thread", None)
    assert Addresses(host, 9100).find(1.0)[0][-1][:2] == (host, 9100)


def test_a_lookup_that_hangs_is_not_waited_for_nor_begun_again(servers: NameServers) -> None:
    printer = Addresses("kitchen", 9100)
    servers.answer.clear()
    for _ in range(3):
        with pytest.raises(socket.gaierror) as caught:
            printer.find(0.02)
        assert caught.value.errno == socket.EAI_AGAIN
    assert servers.asked == 1
    servers.answer.set()
    assert printer.find(PATIENCE_S) == [HERE]
    assert servers.asked == 1


def test_the_last_good_address_is_used_while_nobody_can_be_asked(servers: NameServers) -> None:
    printer = Addresses("kitchen", 9100)
    printer.find(PATIENCE_S)
    servers.answer.clear()
    assert printer.find(PATIENCE_S) == [HERE]
    servers.failure = socket.gaierror(socket.EAI_AGAIN, "later")
    servers.answer.set()
    assert printer.find(PATIENCE_S) == [HERE]


@pytest.mark.parametrize(
    "failure", [socket.gaierror(socket.EAI_NONAME, "unknown"), UnicodeError("label too long")]
)
def test_a_name_that_nobody_knows_is_said_to_be_unknown(
    servers: NameServers, failure: OSError | UnicodeError
) -> None:
    servers.failure = failure
    with pytest.raises(socket.gaierror) as caught:
        Addresses("kitchen", 9100).find(PATIENCE_S)
    assert caught.value.errno == socket.EAI_NONAME


def test_every_address_of_a_host_is_tried() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        places = [unheard.getsockname(), listener.getsockname(), unheard.getsockname()]
        with connect([(*HERE[:4], place) for place in places], PATIENCE_S) as connection:
            assert connection.getpeername() == listener.getsockname()
        with pytest.raises(ConnectionRefusedError):
            connect([(*HERE[:4], places[0])], PATIENCE_S)
