"""Looks at the internet and at Wix, in bounded time whatever names and networks do."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import Future, wait
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import icmplib
import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from wix_printer_service.clock import SystemClock
from wix_printer_service.observations import Cause, ComponentState, Observation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wix_printer_service.settings import Connectivity

T = TypeVar("T")

DNS_PORT = 53
LONGEST_NAME = 253
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
        self._errands = _Errands()

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
        answer = self._errands.page(url, self._settings.probe_timeout_s)
        if isinstance(answer, Cause):
            text = f"{_host(url) or url} {_WORDS[answer]}, though other hosts answer"
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
        self._host = _host(api_base) or api_base
        self._timeout_s = timeout_s
        self._errands = _Errands()

    def __call__(self) -> Observation:
        """Look once."""
        answer = self._errands.page(self._url, self._timeout_s)
        if isinstance(answer, Cause):
            return _offline(answer, f"{self._host} {_WORDS[answer]}")
        if answer.status >= SERVER_ERRORS_FROM:
            return _offline(Cause.SERVER_ERROR, f"{self._host} answers {answer.status}")
        if self._leads_elsewhere(answer):
            return _portal(self._url, answer)
        return ALL_WELL

    def _leads_elsewhere(self, answer: _Answer) -> bool:
        # with TLS the answer is from the host itself, so it may send us wherever it likes
        is_protected = self._url.startswith("https:")
        return not is_protected and _host(answer.location) not in {None, self._host}


_WORDS = {
    Cause.UNKNOWN_NAME: "is a name that cannot be looked up now",
    Cause.REFUSED: "refuses connections",
    Cause.NO_ANSWER: "does not answer",
    Cause.UNREACHABLE: "cannot be reached",
    Cause.CAPTIVE_PORTAL: (
        "cannot prove that it is itself: a log-in page of this network may be in between, or this "
        "computer's clock is wrong"
    ),
}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a web server said; ``location`` is where it sent us, else empty."""

    status: int
    location: str


class _Errands:
    """Asks in threads of their own and waits only so long.

    Looking up a name may take half a minute when name servers are away, and cannot be broken off.
    While a question hangs it is not asked again, so that threads do not pile up.
    """

    def __init__(self) -> None:
        self._asked: dict[str, Future[Any]] = {}

    def answers(self, questions: Mapping[str, Callable[[], T]], timeout_s: float) -> list[T | None]:
        """Ask all questions at once; return the answers, None where none came in time."""
        futures: dict[str, Future[Any]] = {}
        for name, question in questions.items():
            hanging = self._asked.get(name)
            if hanging is None or hanging.done():
                futures[name] = self._asked[name] = _in_thread(name, question)
        wait(futures.values(), timeout_s)
        return [
            futures[name].result() if name in futures and futures[name].done() else None
            for name in questions
        ]

    def page(self, url: str, timeout_s: float) -> _Answer | Cause:
        """Ask for a page; return what a server said, or why none did."""
        answers = self.answers({url: lambda: _get(url, timeout_s)}, timeout_s)
        return answers[0] or Cause.NO_ANSWER


def _in_thread(name: str, question: Callable[[], object]) -> Future[Any]:
    future: Future[Any] = Future()

    def ask() -> None:
        answer = None
        try:
            answer = question()
        finally:
            future.set_result(answer)

    threading.Thread(target=ask, name=f"ask-{name}", daemon=True).start()
    return future


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
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        return _cause(error)
    return _Answer(page.status_code, page.headers.get("location", ""))


def _cause(error: BaseException) -> Cause:
    for inner in _chain(error):
        for kind, cause in (
            (requests.exceptions.SSLError, Cause.CAPTIVE_PORTAL),
            (requests.Timeout, Cause.NO_ANSWER),
            (socket.gaierror, Cause.UNKNOWN_NAME),
            (ConnectionRefusedError, Cause.REFUSED),
        ):
            if isinstance(inner, kind):
                return cause
    return Cause.UNREACHABLE


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _host(url: str) -> str | None:
    """Return the host's name, None if there is none; what a portal sends may be anything."""
    try:
        name = urlsplit(url).hostname
    except ValueError:
        return None
    return name and name[:LONGEST_NAME]


def _portal(url: str, answer: _Answer) -> Observation:
    where = f" and sends to {host}" if (host := _host(answer.location)) else ""
    text = (
        f"somebody else answers in place of {url} ({answer.status}{where}): "
        "open a web page on this network and log in"
    )
    return _offline(Cause.CAPTIVE_PORTAL, text)


def _offline(cause: Cause, text: str) -> Observation:
    return Observation(ComponentState.OFFLINE, cause, text)


def _degraded(cause: Cause, text: str) -> Observation:
    return Observation(ComponentState.DEGRADED, cause, text)
