"""What strangers can do to the webhook listener below the level of deliveries."""

from __future__ import annotations

import resource
import socket
import struct
import threading
from contextlib import ExitStack, contextmanager

import pytest
from structlog.testing import capture_logs

from tests.api.strangers import post
from tests.api.webhook_listener import listening
from tests.scripted_printer import PATIENCE_S, Kitchen
from wix_printer_service.api import tally as tally_module
from wix_printer_service.api.connections import Crowd
from wix_printer_service.settings import Intake
from wix_printer_service.simulation import samples

CAP = 64 * 1024
HEAD = b"POST /webhooks/wix HTTP/1.1\r\nHost: example.com\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def listener(database, fake_clock, private_key):
    kitchen = Kitchen(database, fake_clock)
    limits = {"max_body_bytes": CAP, "body_timeout_s": 0.2, "header_timeout_s": 6 * PATIENCE_S}
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


@contextmanager
def trickling(connection, piece):
    """Send the same piece again and again until the end of the block."""
    enough = threading.Event()

    def trickle():
        while not enough.wait(0.01):
            try:
                connection.sendall(piece)
            except OSError:
                return

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join(PATIENCE_S)


@pytest.fixture
def kitchen_wakes(database):
    """Set when something was written down."""
    woken = threading.Event()
    database.on_commit(woken.set)
    return woken


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
        with trickling(connection, chunk(b"x")):
            answer = read_all(connection)

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


@pytest.fixture
def crowded(database, fake_clock, private_key):
    """A listener that bears eight who wait."""
    kitchen = Kitchen(database, fake_clock)
    with listening(kitchen, private_key, max_connections=8) as running:
        yield running


@pytest.fixture
def hasty(database, fake_clock, private_key):
    """A listener that waits for nothing long."""
    kitchen = Kitchen(database, fake_clock)
    limits = {"header_timeout_s": 0.2, "body_timeout_s": 0.2, "max_header_bytes": 2048}
    with listening(kitchen, private_key, **limits) as running:
        yield running


def test_when_too_many_wait_the_one_that_has_waited_longest_goes(crowded):
    with ExitStack() as opened:
        waiting = [opened.enter_context(crowded.connection()) for _ in range(8)]
        waiting[1].sendall(HEAD)
        crowded.healthz()  # the eighth is there, and the ninth came, asked and went

        assert read_all(waiting[0]) == b""
        waiting[2].sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert read_all(waiting[2]).startswith(b"HTTP/1.1 200")


def ask(connection):
    """Ask how it is, and read the whole answer."""
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    with connection.makefile("rb") as answer:
        assert answer.readline().startswith(b"HTTP/1.1 200")
        while answer.readline() != b"\r\n":
            pass
        assert answer.read(2) == b"ok"


def test_one_that_has_said_something_whole_waits_anew(crowded):
    with ExitStack() as opened:
        waiting = [opened.enter_context(crowded.connection()) for _ in range(8)]
        ask(waiting[0])
        crowded.healthz()

        assert read_all(waiting[1]) == b""
        ask(waiting[0])


def test_what_is_being_answered_is_never_pushed_out(crowded):
    body = crowded.signed(samples.load("pickup"))
    with ExitStack() as opened:
        with crowded.busy_writer():
            orderer = opened.enter_context(crowded.connection())
            orderer.sendall(post(body))
            for _ in range(30):
                opened.enter_context(crowded.connection())
            pushed = opened.enter_context(crowded.connection())
            for _ in range(8):
                opened.enter_context(crowded.connection())
            assert read_all(pushed) == b""

        assert orderer.recv(1000).startswith(b"HTTP/1.1 200")


def test_a_header_that_does_not_arrive_in_time_is_cut_off(hasty):
    with hasty.connection() as silent, hasty.connection() as halting:
        halting.sendall(b"POST /webhooks/wix HTTP/1.1\r\n")

        assert (read_all(silent), read_all(halting)) == (b"", b"")


def test_a_header_that_trickles_does_not_get_more_time(hasty):
    with hasty.connection() as connection, trickling(connection, b"POST "):
        assert read_all(connection) == b""


def test_a_connection_kept_for_later_is_closed_after_a_while(hasty):
    with hasty.connection() as connection, capture_logs() as logs:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")

        assert read_all(connection).startswith(b"HTTP/1.1 200")
    assert logs == []


@pytest.mark.parametrize(
    "header", [HEAD + b"X-Large: " + b"x" * 4000 + b"\r\n\r\n", HEAD + b"X-Large: " + b"x" * 4000]
)
def test_a_header_that_is_too_large_gets_431_whether_it_is_whole_or_not(hasty, header):
    with hasty.connection() as connection:
        connection.sendall(header)

        assert read_all(connection).startswith(b"HTTP/1.1 431")


def test_a_body_sent_to_nowhere_is_not_read_for_ever(hasty):
    with hasty.connection() as connection:
        connection.sendall(b"POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 999\r\n\r\nx")

        assert read_all(connection).startswith(b"HTTP/1.1 404")


def test_what_is_not_http_is_counted_and_not_logged_one_by_one(listener, monkeypatch, caplog):
    monkeypatch.setattr(tally_module, "MINUTE_S", 0.1)
    told = threading.Event()

    def noticing(_logger, _method, entry):
        if entry["event"] == "connections_cut":
            told.set()
        return entry

    with capture_logs(processors=[noticing]) as logs:
        with listener.connection() as connection:
            connection.sendall(GARBAGE[0] + b"\r\n\r\n")
            assert read_all(connection).startswith(b"HTTP/1.1 400")
        assert told.wait(PATIENCE_S)

    assert [entry["counts"] for entry in logs] == [{"not HTTP": 1}]
    assert caplog.text == ""


def test_who_wants_to_speak_another_protocol_is_answered_in_http(listener, caplog):
    wish = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    with listener.connection() as connection:
        connection.sendall(wish)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    assert caplog.text == ""


def test_a_client_that_has_said_all_gets_its_answer(listener):
    body = listener.signed(samples.load("pickup"))
    with listener.connection() as connection:
        connection.sendall(post(body))
        connection.shutdown(socket.SHUT_WR)

        assert read_all(connection).startswith(b"HTTP/1.1 200")
    assert listener.orders() == {"10041"}


def test_a_client_that_has_said_half_and_no_more_is_let_go(listener):
    with listener.connection() as connection:
        connection.sendall(HEAD)
        connection.shutdown(socket.SHUT_WR)

        assert b" 200 " not in read_all(connection)


@pytest.mark.parametrize("linger", [None, struct.pack("ii", 1, 0)], ids=["closes", "resets"])
def test_the_order_of_a_client_that_does_not_wait_for_the_answer_is_taken_in(
    listener, kitchen_wakes, linger
):
    body = listener.signed(samples.load("pickup"))
    with listener.connection() as connection:
        if linger is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.sendall(post(body))

    assert kitchen_wakes.wait(PATIENCE_S)
    assert listener.orders() == {"10041"}


def test_deliveries_sent_in_one_go_are_all_taken_in(listener):
    bodies = [
        listener.signed(samples.rename(samples.load("pickup"), f"order-{number}", str(number)))
        for number in range(3)
    ]
    with listener.connection() as connection:
        connection.sendall(b"".join(map(post, bodies)))
        connection.shutdown(socket.SHUT_WR)

        assert read_all(connection).count(b"HTTP/1.1 200") == 3
    assert listener.orders() == {"0", "1", "2"}


def test_a_client_that_asks_first_whether_to_send_is_told_to(listener):
    body = listener.signed(samples.load("pickup"))
    with listener.connection() as connection:
        length = f"Content-Length: {len(body)}\r\n".encode()
        connection.sendall(HEAD + b"Expect: 100-continue\r\n" + length + b"\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")
        connection.sendall(body)

        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_where_descriptors_are_few_fewer_may_wait(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _what: (90, 1024))

    crowd = Crowd(Intake(max_connections=200))

    assert (crowd.most, crowd.accepts_per_turn) == (30, 2)
