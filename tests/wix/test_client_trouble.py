"""If these pass, the client repeats what may be repeated and nothing else."""

from __future__ import annotations

import socket

import pytest

from tests.wix.client_rig import KEY
from tests.wix.scripted_wix import Reply, html, page
from wix_printer_service.errors import (
    WixKeyError,
    WixRefusedError,
    WixThrottledError,
    WixUnavailableError,
)
from wix_printer_service.observations import Cause

COMMENT = {"merchantComment": {"message": "printed"}}
SHORT_S = 0.3
"""For what never answers."""
ERROR = Reply(500, {"message": "", "details": {}})
TOO_MANY = Reply(429)
WHOLE_PAGE = b'{"orders": []}'


def search(client):
    return client.search_orders({}, 1)


def comment(client):
    return client.add_activity("a", COMMENT)


def comments(client):
    return client.add_activities("a", [COMMENT])


REPEATABLE = {
    "search": (search, page()),
    "more": (lambda client: client.more_orders("c"), page()),
    "get": (lambda client: client.get_order("a"), Reply(body={"order": {}})),
    "payments": (lambda client: client.payments_of("a"), Reply(body={"orderTransactions": {}})),
}


@pytest.fixture
def nobody():
    """An address on which nobody listens."""
    with socket.create_server(("127.0.0.9", 0)) as elsewhere:
        yield f"http://127.0.0.1:{elsewhere.getsockname()[1]}"


# --- again ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPEATABLE)
@pytest.mark.parametrize(
    "trouble",
    [
        ERROR,
        html(502),
        Reply(503, b""),
        Reply(408),
        TOO_MANY,
        html(200),
        Reply(body=b'{"orders": ['),
        Reply(body=b"[]"),
        Reply(how="cut_before"),
        Reply(body=WHOLE_PAGE, how="cut_within"),
        Reply(headers={"Content-Encoding": "gzip"}),
    ],
)
def test_what_may_be_repeated_is_repeated_until_it_works(wix, rig, name, trouble):
    call, answer = REPEATABLE[name]
    wix.script(trouble, trouble, answer)

    with rig.client() as client:
        call(client)

    assert len(wix.asked) == 3
    assert len({(asked.method, asked.path, asked.body) for asked in wix.asked}) == 1


def test_pauses_grow_and_differ_by_chance(wix, rig, fake_clock):
    wix.script(*[ERROR] * 6)
    began_s = fake_clock.monotonic()
    waits = []
    wait = fake_clock.wait

    def note(event, timeout_s):
        waits.append(timeout_s)
        return wait(event, timeout_s)

    fake_clock.wait = note
    with rig.client(max_attempts=6, retry_max_s=4.0) as client, pytest.raises(WixUnavailableError):
        search(client)

    assert len(wix.asked) == 6
    for pause_s, longest_s in zip(waits, [1.0, 2.0, 4.0, 4.0, 4.0], strict=True):
        assert longest_s * 0.75 <= pause_s <= longest_s
    assert waits[-1] != waits[-2]
    assert sum(waits) == pytest.approx(fake_clock.monotonic() - began_s)


def test_the_pause_that_wix_asks_for_is_kept(wix, rig, fake_clock):
    wix.script(Reply(429, headers={"Retry-After": "7"}), page())
    began_s = fake_clock.monotonic()

    with rig.client() as client:
        search(client)

    assert fake_clock.monotonic() - began_s == pytest.approx(7.0)


@pytest.mark.parametrize("call", [search, comment])
@pytest.mark.parametrize(("status", "kind"), [(429, WixThrottledError), (503, WixUnavailableError)])
def test_a_longer_pause_is_left_to_the_caller(wix, rig, call, status, kind):
    wix.script(Reply(status, headers={"Retry-After": "9"}))

    with rig.client() as client, pytest.raises(kind) as raised:
        call(client)

    assert raised.value.retry_after_s == 9.0
    assert len(wix.asked) == 1


def test_what_wix_refuses_is_not_repeated(wix, rig):
    wix.script(Reply(400), Reply(403))

    with rig.client() as client:
        with pytest.raises(WixRefusedError):
            search(client)
        with pytest.raises(WixKeyError):
            search(client)

    assert len(wix.asked) == 2


# --- what must not be done twice ------------------------------------------------------------------


@pytest.mark.parametrize("call", [comment, comments])
def test_what_was_surely_not_carried_out_is_repeated(wix, rig, call):
    wix.script(TOO_MANY, TOO_MANY, Reply(body={"activityId": "act-1", "activityIds": ["act-1"]}))

    with rig.client() as client:
        assert "act-1" in call(client)


@pytest.mark.parametrize("call", [comment, comments])
@pytest.mark.parametrize(
    "trouble",
    [
        ERROR,
        html(504),
        html(200),
        Reply(408),
        Reply(how="cut_before"),
        Reply(how="cut_within"),
        Reply(how="hang"),
        Reply(headers={"Content-Encoding": "gzip"}),
    ],
)
def test_what_may_have_been_carried_out_is_not_repeated(wix, rig, call, trouble):
    wix.script(trouble)
    limit_s = SHORT_S if trouble.how == "hang" else 5.0

    with rig.client(answer_timeout_s=limit_s) as client, pytest.raises(WixUnavailableError):
        call(client)

    assert len(wix.asked) == 1


def test_a_comment_that_found_nobody_is_tried_again(rig, nobody, fake_clock):
    began_s = fake_clock.monotonic()

    with rig.client(api_base=nobody) as client, pytest.raises(WixUnavailableError) as raised:
        comment(client)

    assert raised.value.cause is Cause.REFUSED
    assert str(raised.value) == "127.0.0.1 refuses connections"
    assert fake_clock.monotonic() - began_s >= 0.75 * (1.0 + 2.0)


# --- names and addresses that are none ------------------------------------------------------------


def test_a_name_that_nobody_knows_is_named(rig, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    rig.limits["api_base"] = "https://wix.example"
    with rig.client() as client, pytest.raises(WixUnavailableError) as raised:
        search(client)

    assert raised.value.cause is Cause.UNKNOWN_NAME
    assert str(raised.value).startswith("wix.example is a name that cannot be looked up")


@pytest.mark.parametrize("base", ["nonsense", "http://", "http://[::1", "https://bad..name"])
def test_an_address_that_is_none_is_no_other_error(rig, base):
    with rig.client(api_base=base) as client, pytest.raises(WixUnavailableError) as raised:
        search(client)

    assert KEY not in str(raised.value)


def test_who_cannot_prove_to_be_wix_gets_no_key(wix, rig):
    rig.limits["api_base"] = wix.url.replace("http:", "https:")
    with rig.client() as client, pytest.raises(WixUnavailableError) as raised:
        search(client)

    assert raised.value.cause is Cause.CAPTIVE_PORTAL
    assert wix.asked == []
