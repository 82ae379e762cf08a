from __future__ import annotations

import socket

import pytest
import requests

from tests.loopback_web import PATIENCE_S, self_signed, serving
from wix_printer_service.clock import SystemClock
from wix_printer_service.connectivity_probes import WixProbe
from wix_printer_service.observations import Cause, ComponentState

TIMEOUT_S = 5.0
"""For what answers: long enough for a busy machine."""
SHORT_S = 0.3
"""For what never answers."""


@pytest.fixture
def web():
    with serving() as served:
        yield served


def verdict(observation):
    return observation.state, observation.cause


@pytest.mark.parametrize("status", [200, 204, 401, 403, 404, 429])
def test_any_answer_below_500_means_that_wix_is_there(web, status):
    web.status = status

    observation = WixProbe(f"http://127.0.0.1:{web.port}", TIMEOUT_S)()

    assert verdict(observation) == (ComponentState.ONLINE, Cause.FINE)


def test_no_key_and_no_cookie_goes_to_wix(web):
    WixProbe(f"http://127.0.0.1:{web.port}", TIMEOUT_S)()

    [(_, headers)] = web.asked
    assert not {name.lower() for name in headers} & {"authorization", "cookie", "wix-site-id"}


def test_a_server_error_means_that_wix_is_not_there(web):
    web.status = 503

    observation = WixProbe(f"http://127.0.0.1:{web.port}", TIMEOUT_S)()

    assert verdict(observation) == (ComponentState.OFFLINE, Cause.SERVER_ERROR)
    assert observation.text == "127.0.0.1 answers 503"


@pytest.mark.parametrize(
    ("location", "cause"),
    [("/elsewhere", Cause.FINE), ("http://portal.example/log-in", Cause.CAPTIVE_PORTAL)],
)
def test_being_sent_to_another_host_is_a_captive_portal(web, location, cause):
    web.status = 302
    web.headers = {"Location": location}

    assert WixProbe(f"http://127.0.0.1:{web.port}", TIMEOUT_S)().cause is cause


def test_a_host_that_proves_who_it_is_may_send_elsewhere(tmp_path, monkeypatch):
    certificate = self_signed(tmp_path)
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(certificate))
    with serving(certificate) as web:
        web.status = 301
        web.headers = {"Location": "https://dev.example/"}

        observation = WixProbe(f"https://127.0.0.1:{web.port}", TIMEOUT_S)()

    assert verdict(observation) == (ComponentState.ONLINE, Cause.FINE)


def test_a_host_that_cannot_prove_who_it_is_is_not_wix(tmp_path):
    with serving(self_signed(tmp_path)) as web:
        observation = WixProbe(f"https://127.0.0.1:{web.port}", TIMEOUT_S)()

        assert web.asked == []
    assert verdict(observation) == (ComponentState.OFFLINE, Cause.CAPTIVE_PORTAL)


def test_a_page_in_place_of_tls_is_not_wix(web):
    observation = WixProbe(f"https://127.0.0.1:{web.port}", TIMEOUT_S)()

    assert verdict(observation) == (ComponentState.OFFLINE, Cause.CAPTIVE_PORTAL)


def test_a_refused_connection_to_wix_is_named():
    with socket.create_server(("127.0.0.9", 0)) as elsewhere:
        port = elsewhere.getsockname()[1]
        observation = WixProbe(f"http://127.0.0.1:{port}", TIMEOUT_S)()

    assert verdict(observation) == (ComponentState.OFFLINE, Cause.REFUSED)


def test_a_wix_that_never_answers_is_waited_for_in_bounded_time(web):
    clock = SystemClock()
    web.hurry.clear()
    began_s = clock.monotonic()

    observation = WixProbe(f"http://127.0.0.1:{web.port}", SHORT_S)()

    assert clock.monotonic() - began_s < PATIENCE_S / 2
    assert verdict(observation) == (ComponentState.OFFLINE, Cause.NO_ANSWER)


def test_a_network_that_is_unreachable_is_named(monkeypatch):
    def unreachable(*_, **__):
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", unreachable)

    observation = WixProbe("http://127.0.0.1:1", TIMEOUT_S)()

    assert verdict(observation) == (ComponentState.OFFLINE, Cause.UNREACHABLE)
