"""If these pass, Wix learns who asks, from files that may change, and tokens last."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.wix.client_rig import KEY, SECRET
from tests.wix.scripted_wix import PATIENCE_S, Reply, html, page
from wix_printer_service.errors import (
    WixKeyError,
    WixRefusedError,
    WixThrottledError,
    WixUnavailableError,
)
from wix_printer_service.wix.credentials import MOST_KEY_BYTES

DESCRIPTORS = Path("/proc/self/fd")
TOKEN_PATH = "/oauth2/token"
COMMENT = {"merchantComment": {"message": "printed"}}


def token(text="token-1", lasts_s=14400):
    return Reply(body={"access_token": text, "token_type": "Bearer", "expires_in": lasts_s})


def search(client):
    return client.search_orders({}, 1)


@pytest.fixture
def app(rig):
    """The rig, asking as one's own app."""
    rig.as_own_app()
    return rig


def quoting(*words, status=409):
    """Refuse and quote in all places that are kept."""
    violations = [{"field": word, "ruleName": word, "violatedRule": word} for word in words]
    details = {
        "applicationError": {"code": words[0]},
        "validationError": {"fieldViolations": violations},
    }
    return Reply(status, {"details": details}, {"X-Wix-Request-Id": f"rid-{words[0]}"})


@contextmanager
def pipe(place):
    """Make a pipe to which nobody writes; who waits for it is told so after a while."""

    def end():
        os.close(os.open(place, os.O_RDWR))
        was_waited_for.set()

    os.mkfifo(place)
    was_waited_for = threading.Event()
    timer = threading.Timer(PATIENCE_S, end)
    timer.start()
    try:
        yield was_waited_for
    finally:
        timer.cancel()
        timer.join()


def key_error(rig):
    with rig.client() as client, pytest.raises(WixKeyError) as raised:
        search(client)
    return str(raised.value)


# --- the API key ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n",
        b"one-key\nanother-key",
        b"one key",
        b"na\xc3\xafve",
        b"\xff\xfeno text",
        b"a\0b",
    ],
)
def test_a_file_with_something_else_than_a_key_is_named_and_not_quoted(wix, rig, content):
    rig.key_file.write_bytes(content)

    text = key_error(rig)

    assert f"{rig.key_file} (wix.api_key_file) should hold one line" in text
    assert "another" not in text
    assert wix.asked == []


def test_a_missing_file_is_named(wix, rig):
    rig.key_file.unlink()

    assert key_error(rig) == (
        f"{rig.key_file} (wix.api_key_file) cannot be read: No such file or directory"
    )
    assert wix.asked == []


@pytest.mark.parametrize("name", ["api_key_file", "app_secret_file"])
def test_a_named_pipe_is_named_and_not_waited_for(wix, rig, tmp_path, name):
    if name == "app_secret_file":
        rig.as_own_app()
    rig.who[name] = tmp_path / "pipe"
    with pipe(rig.who[name]) as was_waited_for:
        text = key_error(rig)

    assert text == f"{tmp_path}/pipe (wix.{name}) cannot be read: it is no regular file"
    assert not was_waited_for.is_set()
    assert wix.asked == []


def test_neither_a_device_nor_a_folder_nor_a_socket_holds_a_key(rig, tmp_path):
    (tmp_path / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        for place in ("/dev/zero", tmp_path / "folder", tmp_path / "socket"):
            rig.who["api_key_file"] = place
            assert f"{place} (wix.api_key_file) cannot be read: " in key_error(rig)


def test_a_file_that_is_too_large_for_a_key_is_named(wix, rig):
    wix.script(page())
    rig.key_file.write_bytes(KEY.encode().ljust(MOST_KEY_BYTES))
    with rig.client() as client:
        search(client)
    rig.key_file.write_bytes(KEY.encode().ljust(MOST_KEY_BYTES + 1))

    assert key_error(rig) == (
        f"{rig.key_file} (wix.api_key_file) cannot be read: it is too large for a file with a key"
    )
    assert len(wix.asked) == 1


def test_files_of_keys_are_closed(rig):
    before = len(list(DESCRIPTORS.iterdir()))
    for place, content in ((Path("/dev/zero"), ""), (rig.key_file, "two words")):
        rig.key_file.write_text(content)
        rig.who["api_key_file"] = place
        for _ in range(10):
            key_error(rig)

    assert len(list(DESCRIPTORS.iterdir())) < before + 10


def test_a_key_that_wix_quotes_is_not_shown(wix, rig):
    wix.script(quoting(KEY), quoting(f"BAD.{KEY}"), quoting(KEY, status=403))

    with rig.client() as client:
        for kind in (WixRefusedError, WixRefusedError, WixKeyError):
            with pytest.raises(kind) as raised:
                search(client)
            assert KEY not in f"{raised.value} {getattr(raised.value, '__notes__', '')}"


@pytest.mark.parametrize("site_id", [None, "", "two words", "a\r\nb: c"])
def test_a_key_needs_its_site(wix, rig, site_id):
    rig.who["site_id"] = site_id

    said = "is not set" if not site_id else "should be one word"
    assert f"wix.site_id {said}" in key_error(rig)
    assert wix.asked == []


def test_a_refused_key_is_not_tried_again(wix, rig):
    wix.script(Reply(401), page())

    text = key_error(rig)

    assert len(wix.asked) == 1
    assert str(rig.key_file) in text
    assert KEY not in text


def test_the_api_key_wins_over_an_app(wix, rig):
    key = dict(rig.who)
    rig.as_own_app()
    rig.who.update(key)
    wix.script(page())

    with rig.client() as client:
        search(client)

    assert wix.asked[0].headers["authorization"] == KEY


# --- one's own app --------------------------------------------------------------------------------


def test_an_app_asks_for_a_token_and_sends_it_as_it_is(wix, app):
    wix.script(token(), page(), page())

    with app.client() as client:
        search(client)
        search(client)

    asked, *searches = wix.asked
    assert (asked.method, asked.path) == ("POST", TOKEN_PATH)
    assert asked.said == {
        "grant_type": "client_credentials",
        "client_id": "app-1",
        "client_secret": SECRET,
        "instance_id": "instance-1",
    }
    assert "authorization" not in asked.headers
    assert [each.headers["authorization"] for each in searches] == ["token-1", "token-1"]
    assert all("wix-site-id" not in each.headers for each in wix.asked)


@pytest.mark.parametrize(
    ("lasts_s", "kept_s"),
    [
        (14400, 14400 - 300),
        (100, 90),
        (1800.5, 1800.5 - 180.05),
        (-1, 14400 - 300),
        ("soon", 14400 - 300),
        (10**400, 14400 - 300),
        (None, 14400 - 300),
    ],
)
def test_a_token_is_renewed_before_it_ends_whatever_the_wall_clock_does(
    wix, app, fake_clock, lasts_s, kept_s
):
    wix.script(token("token-1", lasts_s), page(), page(), token("token-2"), page())

    with app.client() as client:
        search(client)
        fake_clock.set_wall(fake_clock.now().replace(year=2031))
        fake_clock.advance(kept_s - 1)
        search(client)
        fake_clock.advance(1)
        search(client)

    assert [asked.headers.get("authorization") for asked in wix.asked] == [
        None,
        "token-1",
        "token-1",
        None,
        "token-2",
    ]


@pytest.mark.parametrize(
    "call", [search, lambda client: client.add_activity("a", COMMENT)], ids=["search", "write"]
)
def test_a_token_that_is_not_accepted_is_asked_for_anew_once(wix, app, call):
    answer = Reply(body={"orders": [], "activityId": "act-1"})
    wix.script(token("token-1"), Reply(401), token("token-2"), answer)

    with app.client() as client:
        call(client)

    assert [asked.headers.get("authorization") for asked in wix.asked] == [
        None,
        "token-1",
        None,
        "token-2",
    ]


def test_a_new_token_that_is_not_accepted_needs_a_person(wix, app):
    wix.script(token("token-1"), Reply(401), token("token-2"), Reply(401), page())

    text = key_error(app)

    assert len(wix.asked) == 4
    for setting in ("wix.app_id", "wix.instance_id", "wix.app_secret_file"):
        assert setting in text
    assert "token-" not in text


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_an_app_that_gets_no_token_needs_a_person(wix, app, status):
    wix.script(Reply(status, {"error": "invalid_client"}))

    text = key_error(app)

    assert [asked.path for asked in wix.asked] == [TOKEN_PATH]
    assert "wix.app_secret_file" in text
    assert str(status) in text
    assert SECRET not in text


@pytest.mark.parametrize(
    "trouble",
    [Reply(500), html(502), Reply(429), Reply(how="cut_before"), Reply(body=b"[]")],
)
def test_asking_for_a_token_is_repeated_even_for_what_must_not_be(wix, app, trouble):
    wix.script(trouble, trouble, token(), Reply(body={"activityId": "act-1"}))

    with app.client() as client:
        assert client.add_activity("a", COMMENT) == "act-1"


@pytest.mark.parametrize(
    "body", [{}, {"access_token": ""}, {"access_token": 7}, {"access_token": "a\nb"}]
)
def test_an_answer_without_a_token_is_unusable(wix, app, body):
    wix.script(Reply(body=body))

    with app.client() as client, pytest.raises(WixUnavailableError, match="no token"):
        search(client)


def test_being_throttled_at_the_token_is_told(wix, app):
    wix.script(Reply(429, headers={"Retry-After": "60"}))

    with app.client() as client, pytest.raises(WixThrottledError) as raised:
        search(client)

    assert raised.value.retry_after_s == 60.0


def test_a_token_counts_in_the_budget(wix, app, fake_clock):
    wix.script(token(), page())
    began_s = fake_clock.monotonic()

    with app.client(requests_per_minute=1) as client:
        search(client)

    assert fake_clock.monotonic() - began_s >= 60.0


def test_a_changed_secret_is_used_for_the_next_token(wix, app):
    wix.script(Reply(401), token(), page())

    with app.client() as client:
        with pytest.raises(WixKeyError):
            search(client)
        app.secret_file.write_text("the-right-one\n")
        search(client)

    assert wix.asked[1].said["client_secret"] == "the-right-one"


def test_neither_the_secret_nor_the_token_that_wix_quotes_is_shown(wix, app):
    wix.script(
        quoting(SECRET),
        token("token-one"),
        quoting(SECRET, "token-one"),
        quoting("token-one", SECRET, status=401),
        quoting("token-one", SECRET),
    )

    with app.client() as client:
        for kind in (WixKeyError, WixRefusedError, WixKeyError):
            with pytest.raises(kind) as raised:
                search(client)
            text = f"{raised.value} {getattr(raised.value, '__notes__', '')}"
            assert SECRET not in text
            assert "token-one" not in text

    assert [asked.path for asked in wix.asked] == [
        TOKEN_PATH,
        TOKEN_PATH,
        "/ecom/v1/orders/search",
        "/ecom/v1/orders/search",
        TOKEN_PATH,
    ]


def test_an_unreadable_secret_is_named(wix, app):
    app.secret_file.unlink()

    assert f"{app.secret_file} (wix.app_secret_file) cannot be read" in key_error(app)
    assert wix.asked == []


@pytest.mark.parametrize("name", ["app_id", "app_secret_file", "instance_id"])
def test_half_an_app_is_told_what_is_missing(app, name):
    app.who[name] = None

    assert f"wix.{name}" in key_error(app)
