"""One request to Wix and its whole answer, in bounded time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import requests
import structlog

from wix_printer_service import web
from wix_printer_service.clock import SystemClock
from wix_printer_service.errands import in_thread, is_answered
from wix_printer_service.errors import WixUnavailableError
from wix_printer_service.observations import Cause
from wix_printer_service.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

    from wix_printer_service.errands import Waiter
    from wix_printer_service.settings import Wix

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """What Wix is asked, without who asks."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    is_repeatable: bool = True
    """Whether asking twice does no more than asking once."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class NotSentError(WixUnavailableError):
    """Wix cannot have got the request: no connection was made."""


class Exchange:
    """Sends one request after another, for one thread.

    Args:
        settings: Where Wix is, and the limits.
        waiter: Beats while an answer is on its way; told to stop, it gives up.
    """

    def __init__(self, settings: Wix, waiter: Waiter) -> None:
        self._settings = settings
        self._waiter = waiter
        self._base = settings.api_base.rstrip("/")
        self._host = web.host_of(self._base) or self._base
        self._line = web.Line()
        self._given_up: Future[web.Answer] | None = None

    def send(self, request: Request, headers: Mapping[str, str]) -> web.Answer:
        """Return what was answered, whatever it is.

        Raises:
            NotSentError: No connection was made.
            WixUnavailableError: There is no whole answer; Wix may have carried out the request.
        """
        began_s = SystemClock().monotonic()
        try:
            answer = self._answer(request, headers)
        except WixUnavailableError as error:
            self._note(request, began_s, failed=error.cause.value)
            raise
        self._note(request, began_s, status=answer.status)
        return answer

    def close(self) -> None:
        """Break off the request on its way, if there is one."""
        self._line.cut()

    def _answer(self, request: Request, headers: Mapping[str, str]) -> web.Answer:
        self._let_end_what_was_given_up()
        line = self._line = web.Line()
        question = partial(web.ask, self._prepared(request, headers), line, *self._limits())
        coming = in_thread(f"ask-{self._host}", question)
        if not is_answered(coming, self._settings.answer_timeout_s, self._waiter):
            line.cut()
            self._given_up = coming
            raise self._unanswered(line, Cause.NO_ANSWER)
        try:
            return coming.result()
        except web.FAILURES as error:
            # the error names the address, and may show what was sent
            raise self._unanswered(line, web.cause_of(error)) from None

    def _prepared(self, request: Request, headers: Mapping[str, str]) -> requests.Request:
        sent = {
            "User-Agent": f"wix-printer/{VERSION}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            **headers,
        }
        body = None
        if request.body is not None:
            sent["Content-Type"] = "application/json"
            body = json.dumps(request.body).encode("ascii")
        return requests.Request(request.method, self._base + request.path, sent, data=body)

    def _limits(self) -> tuple[tuple[float, float], int]:
        wix = self._settings
        return (wix.connect_timeout_s, wix.answer_timeout_s), wix.max_answer_bytes

    def _let_end_what_was_given_up(self) -> None:
        """Wait for the thread of a request that was given up, so that threads do not pile up.

        Its line is cut, so only looking up a name can keep it.
        """
        if self._given_up is None:
            return
        if not is_answered(self._given_up, self._settings.answer_timeout_s, self._waiter):
            raise self._unanswered(web.Line(), Cause.UNKNOWN_NAME)
        self._given_up = None

    def _unanswered(self, line: web.Line, cause: Cause) -> WixUnavailableError:
        if self._waiter.stopping.is_set():
            kind = WixUnavailableError if line.is_made else NotSentError
            return kind("given up, as this program ends", Cause.NOT_CHECKED)
        if not line.is_made:
            return NotSentError(self._text(web.WORDS[cause]), cause)
        if cause is Cause.UNREACHABLE:
            return WixUnavailableError(self._text("broke off its answer"), Cause.NO_ANSWER)
        words = web.WORDS.get(cause, "answers what cannot be read")
        return WixUnavailableError(self._text(words), cause)

    def _text(self, words: str) -> str:
        return f"{self._host} {words}"

    def _note(self, request: Request, began_s: float, **facts: object) -> None:
        took_s = round(SystemClock().monotonic() - began_s, 3)
        log.debug("wix_asked", method=request.method, path=request.path, took_s=took_s, **facts)
