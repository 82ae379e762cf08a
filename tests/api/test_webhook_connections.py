"""What strangers can do to the webhook listener below the level of deliveries."""

from __future__ import annotations

import threading

import pytest
from structlog.testing import capture_logs

from tests.api.webhook_listener import listening
from tests.scripted_printer import PATIENCE_S, Kitchen
from wix_printer_service.simulation import samples

CAP = 64 * 1024
HEAD = b"POST /webhooks/wix HTTP/1.1\r\nHost: example.com\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def listener(database, fake_clock, private_key):
    kitchen = Kitchen(database, fake_clock)
    limits = {"max_body_bytes": CAP, "body_timeout_s": 0.2}
    with listening(kitchen, private_key, **limits) as running:
        yield running


def chunk(data):
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def read_all(connection):
    """Read until the server hangs up; a reset counts as hanging up."""
    received = b""
    try:
        while piece := connection.recv(65_536):
            received += piece
    except ConnectionResetError:
        pass
    return received


def test_a_body_as_large_as_the_cap_is_looked_at(listener):
    assert listener.post(b"x" * CAP).status_code == 400


def test_a_body_over_the_cap_gets_413(listener):
    response = listener.post(b"x" * (CAP + 1))

    assert response.status_code == 413
    assert str(CAP) in response.text


def test_a_chunked_body_over_the_cap_is_cut_off_without_waiting_for_its_end(listener):
    with listener.connection() as connection:
        connection.sendall(CHUNKED + chunk(b"x" * CAP) + chunk(b"x"))

        assert read_all(connection).startswith(b"HTTP/1.1 413")


def test_a_body_that_says_it_is_huge_is_cut_off_at_the_cap(listener):
    with listener.connection() as connection:
        connection.sendall(HEAD + b"Content-Length: 1000000000\r\n\r\n" + b"x" * (CAP + 1))

        assert read_all(connection).startswith(b"HTTP/1.1 413")


def test_a_delivery_in_small_chunks_is_taken_in(listener):
    body = listener.signed(samples.load("pickup"))
    with listener.connection() as connection:
        connection.sendall(CHUNKED)
        for start in range(0, len(body), 997):
            connection.sendall(chunk(body[start : start + 997]))
        connection.sendall(b"0\r\n\r\n")

        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    assert listener.orders() == {"10041"}


def test_a_body_that_does_not_arrive_gets_408_and_the_connection_ends(listener):
    with listener.connection() as connection:
        connection.sendall(HEAD + b"Content-Length: 100\r\n\r\n" + b"x" * 10)

        assert read_all(connection).startswith(b"HTTP/1.1 408")


def test_a_body_that_trickles_does_not_get_more_time(listener):
    with listener.connection() as connection:
        connection.sendall(CHUNKED)
        trickling = threading.Event()

        def trickle():
            while not trickling.wait(0.01):
                try:
                    connection.sendall(chunk(b"x"))
                except OSError:
                    return

        thread = threading.Thread(target=trickle)
        thread.start()
        answer = read_all(connection)
        trickling.set()
        thread.join(PATIENCE_S)

    assert answer.startswith(b"HTTP/1.1 408")


def test_a_client_that_disconnects_in_the_middle_harms_nobody(listener):
    body = listener.signed(samples.load("pickup"))
    gone = threading.Event()

    def noticing(_logger, _method, entry):
        if entry["event"] == "delivery_refused":
            gone.set()
        return entry

    with capture_logs(processors=[noticing]) as logs:
        with listener.connection() as connection:
            head = HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode()
            connection.sendall(head + body[: len(body) // 2])
        assert gone.wait(PATIENCE_S)

    assert [(e["code"], e["reason"]) for e in logs] == [(400, "body: did not arrive whole")]
    assert listener.orders() == set()
    assert listener.post(body).status_code == 200


GARBAGE = [
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"GET / HTTP/9.9\r\n\r\n",
    b"POST /webhooks/wix HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    b"\x00" * 100_000,
]


def test_what_is_not_http_harms_nobody(listener):
    for garbage in GARBAGE:
        with listener.connection() as connection:
            connection.sendall(garbage + b"\r\n\r\n")
            assert b" 200 " not in read_all(connection)[:100]

    assert listener.deliver().status_code == 200


def test_many_deliveries_at_once_are_all_taken_in(listener):
    codes = []

    def deliver(number):
        envelope = samples.rename(samples.load("pickup"), f"order-{number}", str(number))
        codes.append(listener.post(listener.signed(envelope)).status_code)

    threads = [threading.Thread(target=deliver, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)

    assert codes == [200] * 24
    assert listener.orders() == {str(number) for number in range(24)}


def test_one_who_sends_nothing_does_not_keep_others_waiting(listener):
    with listener.connection(), listener.connection() as silent:
        silent.sendall(HEAD)
        assert listener.deliver().status_code == 200
