"""If these pass, no call takes longer than it may, and nothing of it goes on afterwards."""

from __future__ import annotations

import socket
import threading

import pytest
import requests
from structlog.testing import capture_logs

from tests.loopback_web import self_signed
from tests.wix.client_rig import ClientRig
from tests.wix.scripted_wix import PATIENCE_S, Reply, page, scripted_wix
from wix_printer_service.clock import SystemClock
from wix_printer_service.errors import WixKeyError, WixUnavailableError
from wix_printer_service.observations import Cause
from wix_printer_service.wix.exchange import NotSentError

SHORT_S = 0.3
"""For what never answers."""
COMMENT = {"merchantComment": {"message": "printed"}}
ERROR = Reply(500, {"message": "", "details": {}})


def search(client):
    return client.search_orders({}, 1)


def comment(client):
    return client.add_activity("a", COMMENT)


@pytest.fixture
def hanging_names(monkeypatch):
    """Name servers that are away: a look-up hangs until the test lets it go."""
    let_go = threading.Event()
    look_up = socket.getaddrinfo

    def hang(*_, **__):
        let_go.wait(PATIENCE_S)
        return look_up("127.0.0.1", hang.port, type=socket.SOCK_STREAM)

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    hang.let_go = let_go
    yield hang
    let_go.set()


def asking_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("ask-")]


@pytest.mark.parametrize("how", ["hang", "drip_headers", "drip_body"])
def test_an_answer_that_never_ends_is_given_up_and_its_connection_cut(wix, rig, how):
    wix.script(Reply(how=how), page({"id": "a"}))

    with rig.client(answer_timeout_s=SHORT_S, max_attempts=1) as client:
        with pytest.raises(WixUnavailableError) as raised:
            search(client)
        assert wix.was_left.wait(PATIENCE_S)
        assert search(client).orders == ({"id": "a"},)

    assert raised.value.cause is Cause.NO_ANSWER
    assert rig.waiting.beats >= 2


def test_a_protected_connection_is_cut_as_well(tmp_path, fake_clock, monkeypatch):
    certificate = self_signed(tmp_path)
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(certificate))
    with scripted_wix(certificate) as wix:
        rig = ClientRig(tmp_path, fake_clock, wix.url.replace("http:", "https:"))
        wix.script(page({"id": "a"}), Reply(how="hang"))

        with rig.client(max_attempts=1) as client:
            assert search(client).orders == ({"id": "a"},)
        with rig.client(answer_timeout_s=SHORT_S) as client, pytest.raises(WixUnavailableError):
            search(client)

        assert wix.was_left.wait(PATIENCE_S)
        assert len(wix.asked) == 2


def test_a_look_up_that_hangs_is_given_up_and_never_becomes_a_request(wix, rig, hanging_names):
    hanging_names.port = int(wix.url.rpartition(":")[2])
    began_s = SystemClock().monotonic()

    with rig.client(
        api_base=wix.url.replace("127.0.0.1", "wix.example"), answer_timeout_s=SHORT_S
    ) as client:
        with pytest.raises(WixUnavailableError):
            comment(client)
        assert SystemClock().monotonic() - began_s < PATIENCE_S / 2
        [hanging] = asking_threads()
        hanging_names.let_go.set()
        hanging.join(PATIENCE_S)
        assert wix.asked == []

        wix.script(Reply(body={"activityId": "act-1"}))
        assert comment(client) == "act-1"
    assert len(wix.asked) == 1


def test_an_answer_that_is_too_long_is_not_read(wix, rig):
    wix.script(Reply(body=b'{"orders": ["' + b"x" * 200_000 + b'"]}'))

    rig.limits.update(max_answer_bytes=100_000, max_attempts=1)
    with rig.client() as client, pytest.raises(WixUnavailableError, match="longer") as raised:
        search(client)

    assert raised.value.cause is Cause.SERVER_ERROR


def test_an_error_with_an_endless_body_is_still_that_error(wix, rig):
    wix.script(Reply(403, b"x" * 200_000))

    with rig.client(max_answer_bytes=100_000) as client, pytest.raises(WixKeyError):
        search(client)


@pytest.mark.parametrize("reply", [Reply(how="hang"), Reply(how="drip_body")])
def test_told_to_stop_it_gives_up_at_once(wix, rig, reply):
    wix.script(reply)
    clock = SystemClock()
    told_at_s = []

    def stop():
        wix.was_asked.wait(PATIENCE_S)
        told_at_s.append(clock.monotonic())
        rig.waiting.stopping.set()

    stopper = threading.Thread(target=stop)
    stopper.start()
    rig.limits["answer_timeout_s"] = PATIENCE_S
    with rig.client() as client, pytest.raises(WixUnavailableError, match="given up") as raised:
        search(client)
    stopper.join()

    assert clock.monotonic() - told_at_s[0] < 2.0
    assert raised.value.cause is Cause.NOT_CHECKED
    assert not isinstance(raised.value, NotSentError)
    assert len(wix.asked) == 1
    assert wix.was_left.wait(PATIENCE_S)


def test_told_to_stop_during_a_pause_it_asks_no_more(wix, rig, fake_clock):
    wix.script(ERROR)
    wait = fake_clock.wait

    def stop(event, timeout_s):
        event.set()
        return wait(event, timeout_s)

    fake_clock.wait = stop
    with rig.client() as client, pytest.raises(WixUnavailableError):
        search(client)

    assert len(wix.asked) == 1


def test_told_to_stop_before_it_asks_nothing(wix, rig):
    rig.waiting.stopping.set()

    with (
        capture_logs() as logged,
        rig.client() as client,
        pytest.raises(NotSentError) as raised,
    ):
        comment(client)

    assert raised.value.cause is Cause.NOT_CHECKED
    assert wix.asked == []
    assert logged == []


def test_it_beats_while_it_pauses(wix, rig):
    wix.script(Reply(429, headers={"Retry-After": "8"}), page())

    with rig.client() as client:
        search(client)
        beats = rig.waiting.beats
        wix.script(page())
        search(client)

    assert beats > (rig.waiting.beats - beats)


def test_all_requests_keep_to_the_budget(wix, rig, fake_clock):
    wix.script(*[page()] * 3)
    began_s = fake_clock.monotonic()

    with rig.client(requests_per_minute=2) as client:
        for _ in range(3):
            search(client)

    assert fake_clock.monotonic() - began_s >= 60.0


def test_a_client_that_is_closed_leaves_nothing_behind(wix, rig):
    wix.script(Reply(how="hang"))

    with rig.client(answer_timeout_s=PATIENCE_S, max_attempts=1) as client:
        threading.Thread(
            target=lambda: (wix.was_asked.wait(PATIENCE_S), client.close()), daemon=True
        ).start()
        with pytest.raises(WixUnavailableError, match="broke off"):
            search(client)

    assert wix.was_left.wait(PATIENCE_S)
