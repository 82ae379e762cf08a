"""What is refused, and bodies that are too large or too many at once."""

from __future__ import annotations

import gc
import select
import threading
import tracemalloc
from dataclasses import dataclass

import pytest
import requests
from structlog.testing import capture_logs

from tests.api.strangers import POST, forged, post
from tests.api.webhook_listener import listening
from tests.scripted_printer import PATIENCE_S, Kitchen
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.signing import Style
from wix_printer_service.wix.webhook import Verifier

MEGABYTE = 1024 * 1024


@pytest.fixture
def kitchen(database, fake_clock):
    return Kitchen(database, fake_clock)


@pytest.fixture
def strict(kitchen, private_key):
    """A listener that has refused all that it may refuse in a minute."""
    with listening(kitchen, private_key, refused_per_minute=2) as running:
        assert [running.post(b"{}").status_code for _ in range(2)] == [401, 401]
        yield running


def test_what_is_refused_too_often_gets_429_whatever_is_wrong_with_it(strict):
    with capture_logs() as logs:
        answers = [
            strict.post(b"{}"),
            strict.post(b""),
            strict.post(b"x" * (2 * MEGABYTE + 1)),
            strict.request("GET", "/wp-login.php"),
            strict.request("PUT", "/webhooks/wix"),
        ]

    assert [answer.status_code for answer in answers] == [429] * 5
    assert {answer.headers["retry-after"] for answer in answers} == {"60"}
    assert {answer.headers["connection"] for answer in answers} == {"close"}
    assert logs == []


def test_pages_that_are_not_here_count_as_refused(kitchen, private_key):
    with listening(kitchen, private_key, refused_per_minute=2) as listener:
        paths = ("/.env", "/wp-login.php", "/admin")
        assert [listener.request("GET", p).status_code for p in paths] == [404, 404, 429]


def test_what_wix_signed_is_never_limited(strict):
    assert strict.deliver().status_code == 200

    with capture_logs() as logs:
        odd = [strict.post(strict.signed({"data": {}}, Style.OBJECTS)) for _ in range(3)]

    assert [answer.status_code for answer in odd] == [400] * 3
    assert [entry["reason"] for entry in logs] == ["data.eventType: missing"] * 3


def test_healthz_is_never_limited(strict):
    assert [strict.healthz().status_code for _ in range(3)] == [200] * 3


def test_after_a_minute_the_reason_is_said_again(strict, fake_clock):
    assert strict.post(b"{}").status_code == 429

    fake_clock.advance(60.0)

    assert strict.post(b"{}").status_code == 401


def test_many_who_ask_healthz_at_once_share_one_look(kitchen, private_key, monkeypatch):
    looks, goes_on = [], threading.Event()
    with listening(kitchen, private_key) as listener:
        first = threading.Event()

        def look(_health):
            looks.append(first.set())
            goes_on.wait(PATIENCE_S)
            return True

        monkeypatch.setattr("wix_printer_service.health.Health.is_taking_orders", look)
        with listener.connection() as one, listener.connection() as other:
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            assert first.wait(PATIENCE_S)
            other.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            assert listener.deliver().status_code == 200
            goes_on.set()
            answers = [connection.recv(1000)[:12] for connection in (one, other)]

    assert answers == [b"HTTP/1.1 200"] * 2
    assert len(looks) == 1


@dataclass
class HeldUp:
    """A look at a large body that lasts until a test lets it go on."""

    begun: threading.Event
    goes_on: threading.Event


@pytest.fixture
def held_up(monkeypatch):
    """Make the look at a stranger's large body last until the test ends."""
    begun, goes_on = threading.Event(), threading.Event()
    verify = Verifier.verify

    def look(verifier, body, most_bytes):
        if body.endswith(b"AAAA"):
            begun.set()
            goes_on.wait(PATIENCE_S)
        return verify(verifier, body, most_bytes)

    monkeypatch.setattr(Verifier, "verify", look)
    yield HeldUp(begun, goes_on)
    goes_on.set()


def test_no_order_waits_for_the_look_at_a_large_body(kitchen, private_key, held_up):
    with listening(kitchen, private_key) as listener, listener.connection() as stranger:
        stranger.sendall(post(forged(MEGABYTE)))
        assert held_up.begun.wait(PATIENCE_S)

        assert listener.deliver().status_code == 200
        held_up.goes_on.set()


def is_answered(connection):
    return bool(select.select([connection], [], [], 0)[0])


def test_large_bodies_that_wait_for_their_look_go_before_an_order_does(
    kitchen, private_key, held_up
):
    limits = {"max_waiting_bytes": 2 * MEGABYTE}
    with (
        listening(kitchen, private_key, **limits) as listener,
        listener.connection() as looked_at,
        listener.connection() as waiting,
    ):
        looked_at.sendall(post(forged(MEGABYTE)))
        assert held_up.begun.wait(PATIENCE_S)
        waiting.sendall(post(forged(MEGABYTE - 8192)))
        padded = samples.load("pickup") | {"padding": "x" * 30_000}

        while not is_answered(waiting):  # until it is here as a whole, there is room for both
            assert listener.post(listener.signed(padded)).status_code == 200
        assert waiting.recv(1000).startswith(b"HTTP/1.1 503")
        held_up.goes_on.set()


def test_a_large_order_is_taken_in_and_a_large_forgery_gets_401(kitchen, private_key):
    with listening(kitchen, private_key) as listener:
        large = samples.load("pickup") | {"padding": "x" * MEGABYTE}

        assert listener.post(listener.signed(large)).status_code == 200
        assert listener.orders() == {"10041"}
        assert listener.post(forged(MEGABYTE)).status_code == 401
        odd = listener.post(listener.signed({"data": {"padding": "x" * MEGABYTE}}, Style.OBJECTS))
        assert (odd.status_code, odd.text) == (400, "data.eventType: missing")


def test_nothing_of_large_forgeries_stays_in_memory(kitchen, private_key):
    gc.disable()
    tracemalloc.start()
    try:
        with listening(kitchen, private_key) as listener:
            for _ in range(10):
                assert listener.post(forged(MEGABYTE)).status_code == 401
            assert tracemalloc.get_traced_memory()[0] < 5 * MEGABYTE
    finally:
        tracemalloc.stop()
        gc.enable()


def test_of_bodies_that_together_take_too_much_the_largest_is_cut_off(kitchen, private_key):
    limits = {"max_waiting_bytes": 2 * MEGABYTE}
    head = POST + b"Content-Length: 2000000\r\n\r\n"
    with (
        listening(kitchen, private_key, **limits) as listener,
        listener.connection() as large,
        listener.connection() as other,
    ):
        large.sendall(head + b"A" * 1_900_000)
        other.sendall(head + b"A" * 500_000)

        assert large.recv(1000).startswith(b"HTTP/1.1 503")
        other.sendall(b"A" * 1_500_000)
        assert other.recv(1000).startswith(b"HTTP/1.1 400")  # it was looked at


def test_a_body_that_says_it_is_too_large_is_not_waited_for(kitchen, private_key):
    with listening(kitchen, private_key) as listener, listener.connection() as stranger:
        stranger.sendall(POST + b"Content-Length: 1000000000\r\n\r\n")

        assert stranger.recv(1000).startswith(b"HTTP/1.1 413")


def test_a_full_queue_says_so_and_asks_to_send_it_again(kitchen, private_key, monkeypatch):
    monkeypatch.setattr(type(kitchen.database), "has_room", lambda _database: False)
    with listening(kitchen, private_key) as listener:
        response = listener.deliver()

    assert response.status_code == 503
    assert response.text == "too much waits here; send it again"
    assert listener.orders() == set()


def test_one_connection_may_bring_many_orders(kitchen, private_key):
    with listening(kitchen, private_key) as listener, requests.Session() as session:
        for number in range(5):
            envelope = samples.rename(samples.load("pickup"), f"order-{number}", str(number))
            url = f"http://{listener.server.address}/webhooks/wix"
            answer = session.post(url, data=listener.signed(envelope), timeout=PATIENCE_S)
            assert answer.status_code == 200
            assert answer.headers.get("connection") != "close"

    assert listener.orders() == {"0", "1", "2", "3", "4"}
