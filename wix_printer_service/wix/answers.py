"""What an answer of Wix means: its object, or an error that says what to do.

The text of an error is shown in the journal, on pages and to whoever asks for the health. What Wix
writes freely may quote what it got, our key or a guest's name among it; so of all that Wix says in
an error only plain words are kept that it has a fixed place for: its code, the field that it does
not like, and the rule. A word that holds a piece of our own secrets is not kept either.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from wix_printer_service.errors import (
    WixKeyError,
    WixRefusedError,
    WixThrottledError,
    WixUnavailableError,
)
from wix_printer_service.observations import Cause
from wix_printer_service.wix.wire import EARLIEST_YEAR, LATEST_YEAR, Wire, load

if TYPE_CHECKING:
    from collections.abc import Collection

    from wix_printer_service.errors import WixPrinterError
    from wix_printer_service.web import Answer
    from wix_printer_service.wix.exchange import Request

PLAIN_WORD = re.compile(r"[A-Za-z0-9_.$\[\]-]{1,100}")
TELLING_PIECE = 8
"""So many characters of a secret in a row are a piece of it, and no chance."""
PAUSE = re.compile(r"\+?[0-9]{1,9}(\.[0-9]{1,9})?")
MOST_VIOLATIONS = 5
LONGEST_REFUSAL = 100_000
"""Bytes; in a longer one no reason is looked for."""
LONGEST_PAUSE_S = 86_400.0
"""Wix is not believed to want longer pauses."""
REQUEST_ID = "x-wix-request-id"
LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(frozen=True, slots=True)
class Told:
    """What Wix told: an object, fractions as ``Decimal``, and when by Wix's own clock."""

    content: dict[str, Any]
    answered_at: datetime | None


class NotAcceptedError(WixKeyError):
    """Wix does not know who asks (401): a key is wrong, or a token has run out."""


def read(answer: Answer, request: Request, host: str, key: str, secrets: Collection[str]) -> Told:
    """Return what Wix told.

    Args:
        answer: What came.
        request: What was asked, for the error's text.
        host: Who answered, for the error's text.
        key: With what it was asked, for the person who has to look at it.
        secrets: What no error may show, whatever Wix says.

    Raises:
        WixUnavailableError: It is no answer to use; asked again later there may be one.
        WixKeyError: Wix does not accept the key, or the key may not do this.
        WixRefusedError: Wix says no.
    """
    error = _later(answer, request)
    if error is None and answer.status >= HTTPStatus.BAD_REQUEST:
        error = _refusal(answer, request, key, secrets)
    if error is not None:
        raise _with_request_id(error, answer, secrets)
    if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise _portal(answer, host)
    if not answer.is_whole:
        raise unusable(
            f"{request}: the answer is longer than wix.max_answer_bytes allows: "
            "raise that, or lower backfill.page_size"
        )
    try:
        content = load(answer.body)
    except ValueError:
        raise _unreadable(answer, request, host) from None  # the reason would quote what came
    if not isinstance(content, dict):
        raise unusable(f"{request}: the answer is no JSON object")
    return Told(content, _moment(answer.headers.get("date")))


def unusable(text: str) -> WixUnavailableError:
    """Return the error for an answer of Wix's that does not hold what it should."""
    return WixUnavailableError(text, Cause.SERVER_ERROR)


def _unreadable(answer: Answer, request: Request, host: str) -> WixUnavailableError:
    """Tell a log-in page of this network from an answer of Wix's that came to harm."""
    kind = answer.headers.get("content-type", "").lower()
    first = answer.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    is_empty = not first and "content-encoding" not in answer.headers  # else it was cut short
    if "html" in kind or first == b"<" or is_empty:
        return _portal(answer, host)
    return unusable(f"Wix's answer cannot be read ({_where(answer, request)})")


def _portal(answer: Answer, host: str) -> WixUnavailableError:
    text = (
        f"somebody else answers in place of {host} ({answer.status}): "
        "open a web page on this network and log in"
    )
    return WixUnavailableError(text, Cause.CAPTIVE_PORTAL)


def _with_request_id(
    error: WixPrinterError, answer: Answer, secrets: Collection[str]
) -> WixPrinterError:
    """Note under which id Wix's support finds the request: beside the text, as it is always new."""
    request_id = _plain_word(answer.headers.get(REQUEST_ID, ""), secrets)
    if request_id:
        error.add_note(f"{REQUEST_ID}: {request_id}")
    return error


def _later(answer: Answer, request: Request) -> WixPrinterError | None:
    status = answer.status
    if status not in LATER and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    pause_s = _retry_after_s(answer)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        text = f"Wix wants to be asked less often ({_where(answer, request)})"
        return WixThrottledError(text, Cause.SERVER_ERROR, pause_s)
    text = f"Wix cannot answer now ({_where(answer, request)})"
    return WixUnavailableError(text, Cause.SERVER_ERROR, pause_s)


def _retry_after_s(answer: Answer) -> float | None:
    """Return the pause that is asked for, in seconds or by a date.

    A date is judged by the answer's own, as our clock may be wrong.
    """
    text = answer.headers.get("retry-after", "").strip()
    if PAUSE.fullmatch(text):
        return min(float(text), LONGEST_PAUSE_S)
    until, now = _moment(text), _moment(answer.headers.get("date"))
    if until is None or now is None:
        return None
    return min(max((until - now).total_seconds(), 0.0), LONGEST_PAUSE_S)


def _moment(text: str | None) -> datetime | None:
    """Return an HTTP date in UTC, None if there is none that can be read."""
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        moment = parsedate_to_datetime(text or "")
        if EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return None


def _refusal(
    answer: Answer, request: Request, key: str, secrets: Collection[str]
) -> WixKeyError | WixRefusedError:
    code, violations = _said(answer, secrets)
    where = _where(answer, request, code)
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return NotAcceptedError(
            f"Wix does not accept {key} ({where}): look whether it is whole and still valid, or "
            "make a new one in Wix"
        )
    if answer.status == HTTPStatus.FORBIDDEN:
        permission = "Read Orders" if request.is_repeatable else "Manage Orders"
        return WixKeyError(
            f"Wix does not let {key} do this ({where}): in Wix, give it the permission "
            f"{permission}, and look whether it is for this very site"
        )
    reason = "; ".join(each for each in (code, *violations) if each) or "without a reason"
    text = f"Wix says no: {reason} ({_where(answer, request)})"
    return WixRefusedError(text, answer.status, code)


def _said(answer: Answer, secrets: Collection[str]) -> tuple[str, list[str]]:
    """Return Wix's code and what it does not like, each empty or of plain words.

    Nothing is taken from ``message``, ``description`` and ``data``: they may quote our key, and
    name guests.

    Source: dev.wix.com/api/rest/getting-started/errors; ApplicationError in
    @wix/auto_sdk_ecom_orders@1.0.300.
    """
    try:
        body = Wire(load(answer.body if len(answer.body) <= LONGEST_REFUSAL else b""), "", [])
    except ValueError:  # a page, or nothing
        return "", []
    details = body.child("details")
    code = _plain_word(details.child("applicationError").text("code"), secrets)
    violations = details.child("validationError").children("fieldViolations")
    return code, [_violation(each, secrets) for each in violations[:MOST_VIOLATIONS]]


def _violation(violation: Wire, secrets: Collection[str]) -> str:
    field, name, rule = (
        _plain_word(violation.text(key), secrets) for key in ("field", "ruleName", "violatedRule")
    )
    return " ".join(word for word in (field, name or rule) if word)


def _plain_word(text: str, secrets: Collection[str]) -> str:
    """Return a text that is one plain word and gives no secret away, else nothing."""
    if PLAIN_WORD.fullmatch(text) and not any(_gives_away(text, each) for each in secrets):
        return text
    return ""


def _gives_away(word: str, secret: str) -> bool:
    """Tell whether a word holds a piece of a secret, or all of a short one."""
    word, secret = word.lower(), secret.lower()
    length = min(TELLING_PIECE, len(secret))
    pieces = (word[at : at + length] for at in range(len(word) - length + 1))
    return length > 0 and any(piece in secret for piece in pieces)


def _where(answer: Answer, request: Request, code: str = "") -> str:
    return ", ".join(part for part in (str(answer.status), code, str(request)) if part)
