"""If these pass, the stand-in fails as Wix fails, when and how it is told to."""

from __future__ import annotations

import ipaddress
import socket
import threading
from contextlib import suppress
from dataclasses import asdict
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.simulation.stand_in.asker import CLOCK, NOBODY, WITH_KEY, Asker, placed, wait_until
from wix_printer_service.errors import PersonNeededError, WrongStateError
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.stand_in import Faults, Outage, StandIn
from wix_printer_service.simulation.stand_in.control import Control

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import FakeClock

TOKEN_BODY = {
    "grant_type": "client_credentials",
    "client_id": "app",
    "client_secret": "a secret",
    "instance_id": "instance",
}
STOP_S = 2.0


@pytest.fixture
def stand_in(private_key: str, fake_clock: FakeClock) -> Iterator[StandIn]:
    with StandIn(private_key, clock=fake_clock, random=Random(3)) as running:
        yield running


def outcomes(asker: Asker, times: int = 40) -> list[int]:
    return [asker.orders("search", {}).status_code for _ in range(times)]


def test_without_faults_every_request_is_answered(asker: Asker) -> None:
    assert set(outcomes(asker)) == {200}


def test_some_requests_are_too_many_and_say_when_to_come_again(
    stand_in: StandIn, asker: Asker
) -> None:
    stand_in.faults = Faults(too_many_share=0.5, retry_after="17")
    answers = [asker.orders("search", {}) for _ in range(40)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 10 < len(refused) < 30
    assert {answer.headers["Retry-After"] for answer in refused} == {"17"}
    assert {answer.json()["message"] for answer in refused} == {"RESOURCE_EXHAUSTED"}
    assert all("Retry-After" not in answer.headers for answer in answers if answer.ok)


def test_errors_are_json_and_nothing_is_carried_out(stand_in: StandIn, asker: Asker) -> None:
    order_id = placed(stand_in, 1)
    stand_in.faults = Faults(error_share=1.0, retry_after="17")
    path, body = f"{order_id}/cancel", {}
    answers = [asker.orders(path, body) for _ in range(40)]
    assert {answer.status_code for answer in answers} == {500, 502, 503, 504}
    assert answers[0].json() == {"message": "INTERNAL", "details": {}}
    assert {a.status_code for a in answers if "Retry-After" in a.headers} == {503}
    assert stand_in.site.order(order_id)["status"] == "APPROVED"


def test_a_page_in_html_may_come_instead_of_an_answer(stand_in: StandIn, asker: Asker) -> None:
    stand_in.faults = Faults(html_share=1.0)
    answer = asker.orders("search", {})
    assert answer.status_code == 502
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_answers_are_slow_on_request(stand_in: StandIn, asker: Asker) -> None:
    stand_in.faults = Faults(slow_s=0.2)
    began_s = CLOCK.monotonic()
    assert asker.orders("search", {}).ok
    assert CLOCK.monotonic() - began_s >= 0.2


def test_the_same_seed_brings_the_same_luck(private_key: str) -> None:
    runs = []
    for _ in range(2):
        with StandIn(private_key, random=Random(5)) as again:
            again.faults = Faults(error_share=0.3, too_many_share=0.3)
            runs.append(outcomes(Asker(again), 20))
    assert runs[0] == runs[1]
    assert len(set(runs[0])) > 2


@pytest.mark.parametrize(
    "wrong", [{"slow_s": -1}, {"error_share": 1.5}, {"nonsense": 1}, {"slow_s": "x"}]
)
def test_faults_that_cannot_be_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Faults(**wrong)


def test_requests_are_remembered(stand_in: StandIn, asker: Asker) -> None:
    asker.orders("search", {"search": {}})
    asker.orders(NOBODY, method="GET")
    assert [asked[:3] for asked in stand_in.requests] == [
        ("POST", "/ecom/v1/orders/search", b'{"search": {}}'),
        ("GET", f"/ecom/v1/orders/{NOBODY}", b""),
    ]
    assert stand_in.requests[0].headers["wix-site-id"] == WITH_KEY["wix-site-id"]


def test_nobody_listens_while_it_is_down_and_the_same_address_serves_again(
    stand_in: StandIn, asker: Asker
) -> None:
    with requests.Session() as kept:
        kept.post(f"{stand_in.url}/ecom/v1/orders/search", json={}, headers=WITH_KEY, timeout=5)
        stand_in.down("refuse")
        with pytest.raises(requests.ConnectionError, match=r"refused"):
            asker.orders("search", {})
        with pytest.raises(requests.ConnectionError):
            kept.get(stand_in.url, timeout=5)
    stand_in.down("refuse")
    stand_in.up()
    stand_in.up()
    assert asker.orders("search", {}).ok


def test_what_hangs_is_not_carried_out_and_breaks_off_at_last(
    stand_in: StandIn, asker: Asker
) -> None:
    order_id = placed(stand_in, 1)
    stand_in.down("hang")
    broken: list[Exception] = []

    def cancel() -> None:
        try:
            asker.orders(f"{order_id}/cancel", {})
        except requests.RequestException as error:
            broken.append(error)

    hanging = threading.Thread(target=cancel)
    hanging.start()
    wait_until(lambda: len(stand_in.requests) == 1)
    assert hanging.is_alive()
    stand_in.up()
    hanging.join()
    assert isinstance(broken[0], requests.ConnectionError)
    assert stand_in.site.order(order_id)["status"] == "APPROVED"
    assert asker.orders("search", {}).ok


def test_what_is_cut_was_carried_out(stand_in: StandIn, asker: Asker) -> None:
    order_id = placed(stand_in, 1)
    stand_in.down("cut")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        asker.orders(f"{order_id}/cancel", {})
    stand_in.up()
    assert stand_in.site.order(order_id)["status"] == "CANCELED"
    assert asker.orders("search", {}).ok


@pytest.mark.parametrize("how", [None, *Outage])
def test_it_ends_in_time_whatever_hangs_and_leaves_no_thread(
    private_key: str, how: str | None
) -> None:
    before = set(threading.enumerate())
    with StandIn(private_key, webhook_url=lambda: "http://127.0.0.1:1/") as running:
        running.faults = Faults(slow_s=60)
        placed(running, 1)
        asker = Asker(running)

        def ask() -> None:
            with suppress(requests.RequestException):
                asker.orders("search", {})

        slow = threading.Thread(target=ask)
        slow.start()
        wait_until(lambda: bool(running.requests))
        if how is not None:
            running.down(how)
        began_s = CLOCK.monotonic()
    assert CLOCK.monotonic() - began_s < STOP_S
    slow.join()
    assert set(threading.enumerate()) == before
    with pytest.raises(WrongStateError):
        running.up()


def test_an_address_that_is_taken_is_named(stand_in: StandIn, private_key: str) -> None:
    address = stand_in.url.removeprefix("http://")
    with pytest.raises(PersonNeededError, match=rf"cannot listen on {address}: .*in use"):
        StandIn(private_key, address=address).__enter__()


def test_it_serves_on_an_address_of_ipv6(private_key: str) -> None:
    with StandIn(private_key, address="[::1]:0") as running:
        assert running.url.startswith("http://[::1]:")
        assert Asker(running).orders("search", {}).ok


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": ""}, 401),
        ({"Authorization": "any key"}, 403),
        ({"Authorization": "any key", "wix-site-id": "x"}, 200),
        ({"Authorization": "Bearer any key", "wix-site-id": "x"}, 200),
    ],
)
def test_a_key_and_a_site_are_needed(stand_in: StandIn, headers: dict, status: int) -> None:
    url = f"{stand_in.url}/ecom/v1/orders/search"
    answer = requests.post(url, json={}, headers=headers, timeout=5)
    assert answer.status_code == status


def test_only_certain_keys_may_be_taken(private_key: str) -> None:
    with StandIn(private_key, api_keys={"the key"}) as running:
        asker, body = Asker(running), {"client_secret": "the key"}
        assert asker.orders("search", {}).status_code == 401
        assert asker.ask("POST", "/ecom/v1/orders/search", {}, Authorization="the key").ok
        assert asker.ask("POST", "/oauth2/token", TOKEN_BODY).status_code == 401
        assert asker.ask("POST", "/oauth2/token", TOKEN_BODY | body).ok


@pytest.mark.parametrize("prefix", ["", "Bearer "])
def test_a_token_opens_the_interface_for_four_hours(
    stand_in: StandIn, fake_clock: FakeClock, prefix: str
) -> None:
    answer = requests.post(f"{stand_in.url}/oauth2/token", json=TOKEN_BODY, timeout=5).json()
    headers = {"Authorization": prefix + answer.pop("access_token")}
    assert answer == {"token_type": "Bearer", "expires_in": 14_400}
    url = f"{stand_in.url}/ecom/v1/orders/search"
    fake_clock.advance(14_399)
    assert requests.post(url, json={}, headers=headers, timeout=5).status_code == 200
    fake_clock.advance(1)
    assert requests.post(url, json={}, headers=headers, timeout=5).status_code == 401


def test_tokens_end_early_on_request_and_others_are_not_taken(
    stand_in: StandIn, asker: Asker
) -> None:
    token = asker.ask("POST", "/oauth2/token", TOKEN_BODY).json()["access_token"]
    path = "/ecom/v1/orders/search"
    assert asker.ask("POST", path, {}, Authorization=f"{token}0").status_code == 401
    stand_in.faults = Faults(tokens_last_s=0)
    assert asker.ask("POST", path, {}, Authorization=token).status_code == 401


@pytest.mark.parametrize("wrong", [{"grant_type": "x"}, {"client_id": ""}, {"more": "x"}])
def test_a_request_for_a_token_of_another_shape_is_refused(asker: Asker, wrong: dict) -> None:
    assert asker.ask("POST", "/oauth2/token", TOKEN_BODY | wrong).status_code == 400


def control(stand_in: StandIn, method: str, path: str, body: Any = None) -> requests.Response:
    url = f"{stand_in.url}/_stand-in/{path}"
    return requests.request(method, url, json=body, timeout=5)


def test_a_person_changes_one_fault_while_it_runs_and_the_others_stay(stand_in: StandIn) -> None:
    stand_in.faults = Faults(html_share=0.5)
    assert control(stand_in, "GET", "faults").json() == asdict(stand_in.faults)
    answer = control(stand_in, "PUT", "faults", {"slow_s": 1, "disorder": True})
    assert stand_in.faults == Faults(html_share=0.5, slow_s=1, disorder=True)
    assert answer.json() == asdict(stand_in.faults)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"nonsense": 1}, "nonsense: Unexpected keyword argument. There are: too_many_share,"),
        ({"slow_s": -1}, "slow_s: Input should be greater than or equal to 0"),
        (["x"], "faults: "),
    ],
)
def test_wrong_faults_are_named_and_change_nothing(stand_in: StandIn, body: Any, text: str) -> None:
    answer = control(stand_in, "PUT", "faults", body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(text)
    assert stand_in.faults == Faults()


def test_a_person_lets_something_happen_and_looks_at_the_orders(stand_in: StandIn) -> None:
    assert control(stand_in, "POST", "events", samples.load("pickup")).json() == {}
    answer = control(stand_in, "GET", "orders").json()
    assert answer == {"orders": stand_in.site.orders()}
    assert [order["number"] for order in answer["orders"]] == ["10041"]


@pytest.mark.parametrize("body", [None, [], {}, {"data": "text"}])
def test_what_is_no_event_is_refused(stand_in: StandIn, body: Any) -> None:
    assert control(stand_in, "POST", "events", body).status_code == 400


@pytest.mark.parametrize("how", ["hang", "cut"])
def test_a_person_takes_it_down_and_up_again(stand_in: StandIn, asker: Asker, how: str) -> None:
    control(stand_in, "POST", "down", {"how": how})
    wait_until(lambda: _is_away(stand_in))
    assert control(stand_in, "GET", "orders").ok
    control(stand_in, "POST", "up")
    wait_until(lambda: not _is_away(stand_in))
    assert asker.orders("search", {}).ok


def _is_away(stand_in: StandIn) -> bool:
    return stand_in._server.outage is not None


def test_an_outage_may_end_by_itself(stand_in: StandIn, asker: Asker) -> None:
    assert control(stand_in, "POST", "down", {"how": "refuse", "for_s": 0.3}).ok
    wait_until(lambda: _is_away(stand_in))
    with pytest.raises(requests.ConnectionError):
        asker.orders("search", {})
    wait_until(lambda: not _is_away(stand_in))
    assert asker.orders("search", {}).ok


def test_an_outage_told_later_does_not_end_with_the_one_before(stand_in: StandIn) -> None:
    control(stand_in, "POST", "down", {"how": "cut", "for_s": 0.1})
    wait_until(lambda: _is_away(stand_in))
    stand_in.down("hang")
    CLOCK.wait(threading.Event(), 0.2)
    assert _is_away(stand_in)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "how must be one of refuse, hang, cut"),
        ([], "how must be one of"),
        ({"how": {}}, "how must be one of"),
        ({"how": "refuse"}, "refuse needs for_s"),
        ({"how": "cut", "for_s": True}, "for_s must be"),
        ({"how": "cut", "for_s": 0}, "for_s must be"),
        ({"how": "cut", "for_s": "1"}, "for_s must be"),
    ],
)
def test_an_outage_that_cannot_be_is_refused(stand_in: StandIn, body: Any, text: str) -> None:
    answer = control(stand_in, "POST", "down", body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(text)


def own_address() -> str | None:
    """Return an address of this computer that is not loopback, None if it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        host = probe.getsockname()[0]
    return None if ipaddress.ip_address(host).is_loopback else host


@pytest.mark.skipif(own_address() is None, reason="this computer has only loopback")
def test_other_computers_cannot_change_anything(private_key: str) -> None:
    with StandIn(private_key, address="0.0.0.0:0") as running:
        port = running.url.rpartition(":")[2]
        for route in Control(running).routes():
            for method in route.methods - {"HEAD"}:
                url = f"http://{own_address()}:{port}{route.path}"
                assert requests.request(method, url, timeout=5).status_code == 403
        url = f"http://127.0.0.1:{port}/_stand-in/faults"
        assert requests.get(url, timeout=5).ok
