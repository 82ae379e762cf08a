"""If these pass, each answer of Wix means what it should, whatever stands in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from wix_printer_service.errors import (
    WixKeyError,
    WixRefusedError,
    WixThrottledError,
    WixUnavailableError,
)
from wix_printer_service.observations import Cause
from wix_printer_service.web import Answer
from wix_printer_service.wix.answers import LONGEST_PAUSE_S, NotAcceptedError, Told, read
from wix_printer_service.wix.exchange import Request

SAMPLES = Path(__file__).with_name("samples")
GET = Request("GET", "/ecom/v1/orders/a")
WRITE = Request("POST", "/ecom/v1/orders/a/activities", {}, is_repeatable=False)
DATE = "Fri, 20 Nov 2026 18:00:00 GMT"
KEY_NAME = "the API key in /etc/key"
KEYS = (
    "message",
    "details",
    "applicationError",
    "validationError",
    "fieldViolations",
    "code",
    "description",
    "field",
)
NUMBERS = st.integers(-1, 10**9)
ODD_DATES = st.builds("{} Nov {} {}:{}:00 {}".format, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)


def told(status, body=b"{}", request=GET, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read(Answer(status, CaseInsensitiveDict(named), raw), request, "wix.example", KEY_NAME)


def error_of(*arguments, **named):
    with pytest.raises((WixUnavailableError, WixKeyError, WixRefusedError)) as raised:
        told(*arguments, **named)
    return raised.value


def sample(name):
    return (SAMPLES / f"{name}.json").read_bytes()


def test_an_object_is_what_wix_told():
    assert told(200, b'{"a": 1.10}', Date=DATE) == Told(
        {"a": Decimal("1.10")}, datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
    )


def test_a_refusal_says_with_which_code_why_and_where():
    error = error_of(409, sample("error_application"), X_Wix_Request_Id="1700.12 34")

    assert isinstance(error, WixRefusedError)
    assert (error.status, error.code) == (409, "ORDER_IS_REJECTED")
    assert str(error) == (
        "Wix says no: Order is rejected "
        "(409, ORDER_IS_REJECTED, GET /ecom/v1/orders/a)"
    )


@pytest.mark.parametrize("status", [401, 403, 404, 429, 503])
def test_the_id_under_which_wix_finds_the_request_is_beside_the_text(status):
    error = error_of(status, X_Wix_Request_Id="1700.12 34")

    assert error.__notes__ == ["x-wix-request-id: 1700.12 34"]
    assert "1700" not in str(error)
    assert not hasattr(error_of(status), "__notes__")


def test_a_refused_field_is_named():
    error = error_of(400, sample("error_validation"))

    assert isinstance(error, WixRefusedError)
    assert (error.status, error.code) == (400, "")
    assert str(error) == (
        "Wix says no: id is not a valid GUID INVALID_GUID (400, GET /ecom/v1/orders/a)"
    )


def test_without_details_the_message_is_the_reason():
    assert "Wix says no: gone (404" in str(error_of(404, {"message": "gone", "details": {}}))


def test_what_is_in_data_stays_out_of_the_text():
    data = {"data": {"email": "anna@example.org"}}
    for details in (
        {"applicationError": {"code": "X", "description": "no", **data}},
        {"validationError": {"fieldViolations": [{"field": "id", **data}]}},
    ):
        assert "anna" not in str(error_of(400, {"message": "anna", "details": details}))


def test_endless_texts_are_shortened_and_stay_on_one_line():
    violations = [
        {"field": "id", "description": "a\nb\x1b[2J"},
        *[{"field": "f" * 1000}] * 50,
    ]
    error = error_of(
        400,
        {"details": {"validationError": {"fieldViolations": violations}}},
        X_Wix_Request_Id="r" * 1000,
    )

    assert "id a b[2J" in str(error)
    assert len(str(error)) < 1500
    assert len(error.__notes__[0]) < 300
    assert "\n" not in str(error)
    assert "\x1b" not in str(error)


def test_in_an_enormous_refusal_no_reason_is_looked_for():
    assert "without a reason" in str(error_of(400, {"message": "x" * 100_000}))


@pytest.mark.parametrize("status", [400, 404, 409, 410, 418, 428, 499])
def test_other_refusals_are_for_ever(status):
    error = error_of(status)

    assert isinstance(error, WixRefusedError)
    assert error.status == status


def test_a_key_that_is_not_accepted_is_named():
    error = error_of(401, b"<html>")

    assert isinstance(error, NotAcceptedError)
    assert isinstance(error, WixKeyError)
    assert f"does not accept {KEY_NAME} (401, GET /ecom/v1/orders/a)" in str(error)


@pytest.mark.parametrize(
    ("request_", "permission"), [(GET, "Read Orders"), (WRITE, "Manage Orders")]
)
def test_a_key_that_may_not_do_this_needs_a_permission(request_, permission):
    error = error_of(403, request=request_)

    assert isinstance(error, WixKeyError)
    assert not isinstance(error, NotAcceptedError)
    assert permission in str(error)
    assert KEY_NAME in str(error)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599, 999, 408, 425])
def test_wix_may_answer_later(status):
    error = error_of(status, b"<html>guest</html>")

    assert type(error) is WixUnavailableError
    assert error.cause is Cause.SERVER_ERROR
    assert str(error) == f"Wix cannot answer now ({status}, GET /ecom/v1/orders/a)"
    assert error.retry_after_s is None


def test_wix_may_want_to_be_asked_less_often():
    error = error_of(429, Retry_After="30")

    assert isinstance(error, WixThrottledError)
    assert error.retry_after_s == 30.0


@pytest.mark.parametrize(
    ("retry_after", "date", "pause_s"),
    [
        ("0", DATE, 0.0),
        (" 17 ", DATE, 17.0),
        ("999999999", DATE, LONGEST_PAUSE_S),
        ("Fri, 20 Nov 2026 18:01:30 GMT", DATE, 90.0),
        ("Fri, 20 Nov 2026 18:01:30 -0000", DATE, 90.0),
        ("Fri, 20 Nov 2026 19:01:30 +0100", DATE, 90.0),
        ("Fri, 20 Nov 2026 17:00:00 GMT", DATE, 0.0),
        ("Fri, 20 Nov 2099 17:00:00 GMT", DATE, LONGEST_PAUSE_S),
        ("Fri, 20 Nov 2026 18:01:30 GMT", "nonsense", None),
        ("Fri, 20 Nov 9999 23:59:59 -1200", DATE, None),
        ("Fri, 20 Nov 0001 00:00:00 +1200", DATE, 0.0),
        ("", DATE, None),
        ("soon", DATE, None),
        ("-5", DATE, None),
        ("1.5", DATE, None),
        ("1e3", DATE, None),
        ("9" * 5000, DATE, None),
        ("٣", DATE, None),
    ],
)
def test_the_pause_that_wix_wants_is_read_by_its_own_clock(retry_after, date, pause_s):
    assert error_of(503, Retry_After=retry_after, Date=date).retry_after_s == pause_s


def test_without_a_date_of_its_own_the_pause_until_a_date_is_unknown():
    assert error_of(503, Retry_After=DATE).retry_after_s is None


@given(
    status=st.integers(100, 999),
    body=st.binary(max_size=40)
    | st.recursive(
        st.none() | st.text(max_size=5) | st.integers() | st.booleans(),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(KEYS),
                inner,
                max_size=3,
            )
        ),
        max_leaves=12,
    ),
    after=st.text(max_size=30) | ODD_DATES,
    date=st.text(max_size=30) | ODD_DATES,
)
def test_whatever_is_answered_there_is_an_object_or_an_error_of_ours(status, body, after, date):
    try:
        said = told(status, body, Retry_After=after, Date=date)
    except (WixUnavailableError, WixKeyError, WixRefusedError) as raised:
        error = raised
    else:
        assert isinstance(said.content, dict)
        return
    assert "\n" not in str(error)
    assert 0 <= (getattr(error, "retry_after_s", None) or 0) <= LONGEST_PAUSE_S
