"""If these pass, a line that is cut carries nothing any more, and errors have their causes."""

from __future__ import annotations

import socket

import pytest
import requests

from tests.wix.scripted_wix import Reply, scripted_wix
from wix_printer_service.observations import Cause
from wix_printer_service.web import FAILURES, Line, ask, cause_of, host_of

LIMITS = ((5.0, 5.0), 100_000)


@pytest.fixture
def server():
    with scripted_wix() as served:
        yield served


def test_the_whole_answer_comes(server):
    server.script(Reply(404, b"x" * 100_000, {"X-One": "1"}))

    answer = ask(requests.Request("GET", server.url), Line(), *LIMITS)

    assert (answer.status, answer.body, answer.is_whole) == (404, b"x" * 100_000, True)
    assert answer.headers["x-one"] == "1"


def test_of_an_answer_that_is_too_long_nothing_comes(server):
    server.script(Reply(200, b"x" * 100_001))

    answer = ask(requests.Request("GET", server.url), Line(), *LIMITS)

    assert (answer.body, answer.is_whole) == (b"", False)


def test_a_line_knows_whether_it_was_made(server):
    made, never_made = Line(), Line()

    ask(requests.Request("GET", server.url), made, *LIMITS)
    with pytest.raises(FAILURES):
        ask(requests.Request("GET", "http://127.0.0.1:1"), never_made, *LIMITS)

    assert made.is_made
    assert not never_made.is_made


def test_a_line_that_was_cut_before_is_never_made(server):
    line = Line()
    line.cut()

    with pytest.raises(FAILURES):
        ask(requests.Request("GET", server.url), line, *LIMITS)

    assert not line.is_made
    assert server.asked == []


def test_a_line_may_be_cut_when_all_is_over(server):
    line = Line()
    ask(requests.Request("GET", server.url), line, *LIMITS)

    line.cut()
    line.close()


def test_a_line_whose_other_end_is_gone_may_be_cut():
    ours, theirs = socket.socketpair()
    with ours:
        line = Line()
        line.take(ours)
        theirs.close()
        line.cut()
        line.cut()
        line.close()


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (requests.exceptions.SSLError(), Cause.CAPTIVE_PORTAL),
        (requests.exceptions.ContentDecodingError(), Cause.SERVER_ERROR),
        (requests.ReadTimeout(), Cause.NO_ANSWER),
        (requests.ConnectTimeout(), Cause.NO_ANSWER),
        (socket.gaierror(), Cause.UNKNOWN_NAME),
        (ConnectionRefusedError(), Cause.REFUSED),
        (ConnectionResetError(), Cause.UNREACHABLE),
        (ValueError(), Cause.UNREACHABLE),
    ],
)
def test_each_error_has_its_cause_however_deep(error, cause):
    outer = OSError()
    outer.__cause__ = ValueError()
    outer.__cause__.__context__ = error

    assert cause_of(error) is cause_of(outer) is cause


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://wix.example/x", "wix.example"), ("nonsense", None), ("http://[::1", None)],
)
def test_the_host_of_an_address_may_be_missing(url, host):
    assert host_of(url) == host
