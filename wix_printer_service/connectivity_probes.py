"""Looks at the internet and at Wix, in bounded time whatever names and networks do."""

from __future__ import annotations

import socket
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import icmplib
import requests
from requests.adapters import HTTPAdapter

from wix_printer_service.clock import SystemClock
from wix_printer_service.errands import Errands
from wix_printer_service.observations import Cause, ComponentState, Observation
from wix_printer_service.web import FAILURES, WORDS, cause_of, host_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.settings import Connectivity

DNS_PORT = 53
NO_CONTENT = 204
SERVER_ERRORS_FROM = 500
ALL_WELL = Observation(ComponentState.ONLINE, Cause.FINE)


class InternetProbe:
    """Asks the configured hosts for a sign of life, then a page that a captive portal would answer.

    The hosts are asked by unprivileged ICMP. Where that is not allowed, or gets no answer while
    TCP to their port 53 does, they are asked by TCP for the rest of the run.

    Args:
        settings: Hosts, page and limits.
        port: Where TCP connections go to.
    """

    def __init__(self, settings: Connectivity, port: int = DNS_PORT) -> None:
        self._settings = settings
        self._port = port
        self._clock = SystemClock()
        self._use_ping = True
        self._errands = Errands()

    def __call__(self) -> Observation:
        """Look once; takes two of ``probe_timeout_s`` at most, three when it turns to TCP."""
        delays = self._delays()
        answered = [delay for delay in delays if delay is not None]
        if not answered:
            return _offline(Cause.UNREACHABLE, "no host in the internet answers")
        page = self._page()
        if page.state is ComponentState.OFFLINE:
            return page
        if len(answered) < len(delays):
            text = f"{len(answered)} of {len(delays)} hosts in the internet answer"
            return _degraded(Cause.PARTIAL_LOSS, text)
        if min(answered) > self._settings.high_latency_s:
            text = f"hosts in the internet take {min(answered):.1f} s to answer"
            return _degraded(Cause.HIGH_LATENCY, text)
        return page

    def _delays(self) -> list[float | None]:
        """Return how long each host took to answer, None for those that did not."""
        if self._use_ping:
            delays = self._ask_hosts("ping", self._ping)
            if any(delay is not None for delay in delays):
                return delays
        delays = self._ask_hosts("connect", self._connect)
        if any(delay is not None for delay in delays):
            self._use_ping = False
        return delays

    def _ask_hosts(self, how: str, ask: Callable[[str], float | None]) -> list[float | None]:
        questions = {f"{how} {host}": partial(ask, host) for host in self._settings.hosts}
        return self._errands.answers(questions, self._settings.probe_timeout_s)

    def _ping(self, host: str) -> float | None:
        try:
            answer = icmplib.ping(
                host, count=1, timeout=self._settings.probe_timeout_s, privileged=False
            )
        except (icmplib.ICMPLibError, OSError, UnicodeError):
            return None  # the name is unknown, or ICMP is not allowed here
        return answer.avg_rtt / 1000 if answer.is_alive else None

    def _connect(self, host: str) -> float | None:
        began_s = self._clock.monotonic()
        try:
            socket.create_connection((host, self._port), self._settings.probe_timeout_s).close()
        except (OSError, UnicodeError):
            return None
        return self._clock.monotonic() - began_s

    def _page(self) -> Observation:
        """Look whether the page answers as it should.

        A page that does not answer at all is no sign of a portal: portals answer. The line may
        carry Wix all the same, so this is not OFFLINE; but it may be that no name can be looked
        up, so it is not ONLINE either.
        """
        url = self._settings.portal_check_url
        if url is None:
            return ALL_WELL
        answer = _ask_page(self._errands, url, self._settings.probe_timeout_s)
        if isinstance(answer, Cause):
            text = f"{host_of(url) or url} {WORDS[answer]}, though other hosts answer"
            return _degraded(answer, text)
        return ALL_WELL if answer.status == NO_CONTENT else _portal(url, answer)


class WixProbe:
    """Asks Wix's interface for any answer; sends no key.

    Args:
        api_base: Where it is, as in the setting ``wix.api_base``.
        timeout_s: How long a look may take.
    """

    def __init__(self, api_base: str, timeout_s: float) -> None:
        self._url = api_base
        self._host = host_of(api_base) or api_base
        self._timeout_s = timeout_s
        self._errands = Errands()

    def __call__(self) -> Observation:
        """Look once."""
        answer = _ask_page(self._errands, self._url, self._timeout_s)
        if isinstance(answer, Cause):
            return _offline(answer, f"{self._host} {WORDS[answer]}")
        if answer.status >= SERVER_ERRORS_FROM:
            return _offline(Cause.SERVER_ERROR, f"{self._host} answers {answer.status}")
        if self._leads_elsewhere(answer):
            return _portal(self._url, answer)
        return ALL_WELL

    def _leads_elsewhere(self, answer: _Answer) -> bool:
        # with TLS the answer is from the host itself, so it may send us wherever it likes
        is_protected = self._url.startswith("https:")
        return not is_protected and host_of(answer.location) not in {None, self._host}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a web server said; ``location`` is where it sent us, else empty."""

    status: int
    location: str


def _ask_page(errands: Errands, url: str, timeout_s: float) -> _Answer | Cause:
    """Ask for a page; return what a server said, or why none did."""
    answers = errands.answers({url: lambda: _get(url, timeout_s)}, timeout_s)
    return answers[0] or Cause.NO_ANSWER


def _get(url: str, timeout_s: float) -> _Answer | Cause:
    """Ask for a page and return the answer or why there is none.

    This goes past every proxy, follows no redirect, checks certificates, and takes a connection of
    its own: one that was kept would go on working behind a portal that stops newcomers only.
    """
    try:
        request = requests.Request("GET", url).prepare()
        with closing(HTTPAdapter()) as adapter:
            page = adapter.send(request, stream=True, timeout=timeout_s)
            page.close()
    except FAILURES as error:
        return cause_of(error)
    return _Answer(page.status_code, page.headers.get("location", ""))


def _portal(url: str, answer: _Answer) -> Observation:
    where = f" and sends to {host}" if (host := host_of(answer.location)) else ""
    text = (
        f"somebody else answers in place of {url} ({answer.status}{where}): "
        "open a web page on this network and log in"
    )
    return _offline(Cause.CAPTIVE_PORTAL, text)


def _offline(cause: Cause, text: str) -> Observation:
    return Observation(ComponentState.OFFLINE, cause, text)


def _degraded(cause: Cause, text: str) -> Observation:
    return Observation(ComponentState.DEGRADED, cause, text)
