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
SECRET = "IST.SecretKey123"
GUEST = "Anna Rossi, anna@example.org, +49 170 1234567"
KEYS = (
    "message",
    "details",
    "applicationError",
    "validationError",
    "fieldViolations",
    "code",
    "description",
    "field",
    "ruleName",
    "violatedRule",
)
NUMBERS = st.integers(-1, 10**9)
ODD_DATES = st.builds("{} Nov {} {}:{}:00 {}".format, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)


def told(status, body=b"{}", request=GET, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = Answer(status, CaseInsensitiveDict(named), raw)
    return read(answer, request, "wix.example", KEY_NAME, ["", SECRET])


def error_of(*arguments, **named):
    with pytest.raises((WixUnavailableError, WixKeyError, WixRefusedError)) as raised:
        told(*arguments, **named)
    return raised.value


def sample(name):
    return (SAMPLES / f"{name}.json").read_bytes()


def refused_with(code):
    return {"message": GUEST, "details": {"applicationError": {"code": code}}}


def violating(*violations):
    return {"message": GUEST, "details": {"validationError": {"fieldViolations": violations}}}


def whole_text(error):
    return " ".join([str(error), getattr(error, "code", ""), *getattr(error, "__notes__", [])])


def test_an_object_is_what_wix_told():
    assert told(200, b'{"a": 1.10}', Date=DATE) == Told(
        {"a": Decimal("1.10")}, datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
    )


def test_a_refusal_says_with_which_code_and_where():
    error = error_of(409, sample("error_application"))

    assert isinstance(error, WixRefusedError)
    assert (error.status, error.code) == (409, "ORDER_IS_REJECTED")
    assert str(error) == "Wix says no: ORDER_IS_REJECTED (409, GET /ecom/v1/orders/a)"


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_is_refused_with_a_code(status):
    assert f"({status}, NO_SUCH_KEY, GET /" in str(error_of(status, refused_with("NO_SUCH_KEY")))


@pytest.mark.parametrize("status", [401, 403, 404, 429, 503])
def test_the_id_under_which_wix_finds_the_request_is_beside_the_text(status):
    error = error_of(status, X_Wix_Request_Id="1700000000.1234-ab")

    assert error.__notes__ == ["x-wix-request-id: 1700000000.1234-ab"]
    assert "1700" not in str(error)
    assert not hasattr(error_of(status), "__notes__")


@pytest.mark.parametrize("request_id", ["1700.12 34", f"rid-{SECRET}", "a\x1b[2J", "r" * 101])
def test_an_id_of_a_request_that_is_no_plain_word_is_not_kept(request_id):
    assert not hasattr(error_of(404, X_Wix_Request_Id=request_id), "__notes__")


def test_a_refused_field_is_named_with_the_rule():
    error = error_of(400, sample("error_validation"))

    assert isinstance(error, WixRefusedError)
    assert (error.status, error.code) == (400, "")
    assert str(error) == "Wix says no: id INVALID_GUID (400, GET /ecom/v1/orders/a)"


@pytest.mark.parametrize(
    ("violation", "said"),
    [
        ({"field": "search.filter.$and[0].number", "violatedRule": "MAX"}, " MAX ("),
        ({"field": "search.filter.$and[0].number"}, "no: search.filter.$and[0].number ("),
        ({"ruleName": GUEST, "violatedRule": "MAX"}, "no: MAX ("),
        ({"ruleName": "TOO_OLD", "violatedRule": "OTHER"}, "no: TOO_OLD ("),
        ({"field": GUEST, "description": GUEST, "ruleName": GUEST}, "no: without a reason ("),
    ],
)
def test_of_a_violation_only_field_and_rule_are_told(violation, said):
    assert said in str(error_of(400, violating(violation)))


def test_several_violations_are_told_and_of_very_many_only_some():
    error = error_of(400, violating(*({"field": f"f{number}"} for number in range(50))))

    assert str(error) == "Wix says no: f0; f1; f2; f3; f4 (400, GET /ecom/v1/orders/a)"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 428, 429, 500])
@pytest.mark.parametrize(
    "details",
    [
        {},
        {"applicationError": {"code": GUEST, "description": GUEST, "data": {"buyer": GUEST}}},
        {"applicationError": {"code": SECRET, "description": f"key {SECRET} is not valid"}},
        {"validationError": {"fieldViolations": [{"field": GUEST, "description": GUEST}]}},
        {"validationError": {"fieldViolations": [{"field": SECRET, "ruleName": SECRET}]}},
        {"validationError": {"fieldViolations": [{"violatedRule": SECRET, "data": {"a": GUEST}}]}},
    ],
)
def test_neither_guests_nor_our_secrets_get_into_an_error(status, details):
    error = error_of(
        status,
        {"message": f"{GUEST} {SECRET}", "error": SECRET, "details": details},
        X_Wix_Request_Id=f"rid-{SECRET}",
    )

    assert SECRET not in whole_text(error)
    assert "anna" not in whole_text(error).lower()


@pytest.mark.parametrize(
    "code",
    [
        SECRET.upper(),
        f"BAD.{SECRET}",
        SECRET[:-1],
        SECRET[-8:],
        f"X{SECRET[3:11]}X",
        SECRET.replace("K", "\N{KELVIN SIGN}"),
        SECRET.replace("K", "\N{ZERO WIDTH SPACE}K"),
    ],
)
def test_a_piece_of_a_secret_is_no_code(code):
    error = error_of(409, refused_with(code))

    assert error.code == ""
    assert "no: without a reason (409, GET" in str(error)


@pytest.mark.parametrize("code", ["", "two words", "a\nb", "X" * 101, "a@b", "é", None, ["X"]])
def test_what_is_no_plain_word_is_no_code(code):
    error = error_of(404, refused_with(code))

    assert error.code == ""
    assert "no: without a reason (404, GET" in str(error)


@pytest.mark.parametrize("code", ["X" * 100, "SecretK", "id", "1.2-3_$[]"])
def test_a_plain_word_is_a_code_though_it_has_some_letters_of_a_secret(code):
    assert error_of(404, refused_with(code)).code == code


def test_a_short_secret_is_not_shown_either():
    answer = Answer(404, CaseInsensitiveDict(), json.dumps(refused_with("NO_pin7_X")).encode())
    with pytest.raises(WixRefusedError) as raised:
        read(answer, GET, "wix.example", KEY_NAME, ["pin7"])

    assert raised.value.code == ""


def test_in_an_enormous_refusal_no_reason_is_looked_for():
    body = {**refused_with("ENORMOUS"), "message": "x" * 100_000}

    assert "without a reason" in str(error_of(400, body))


PAGE = b"\xef\xbb\xbf \r\n\t<!doctype html>Guten Tag"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (302, b"{}", "application/json"),
        (200, PAGE, "application/json"),
        (200, b"Guten Tag", "Text/HTML; charset=utf-8"),
        (200, b"", "application/json"),
        (204, b" \n", ""),
    ],
)
def test_what_may_be_a_log_in_page_is_said_to_be_one(status, body, kind):
    error = error_of(status, body, Content_Type=kind)

    assert type(error) is WixUnavailableError
    assert error.cause is Cause.CAPTIVE_PORTAL
    assert str(error) == (
        f"somebody else answers in place of wix.example ({status}): "
        "open a web page on this network and log in"
    )


@pytest.mark.parametrize(
    "body",
    [
        b'{"orders": [',
        b'{"orders": ["\xff\xfe"]}',
        b'{"orders": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b"Guten Tag",
        b"\x1f\x8b\x08",
    ],
)
def test_an_answer_that_came_to_harm_is_not_said_to_be_a_log_in_page(body):
    error = error_of(200, body, Content_Type="application/json")

    assert type(error) is WixUnavailableError
    assert error.cause is Cause.SERVER_ERROR
    assert str(error) == "Wix's answer cannot be read (200, GET /ecom/v1/orders/a)"


def test_an_answer_that_is_too_long_tells_what_to_set():
    answer = Answer(200, CaseInsensitiveDict(), b"", is_whole=False)
    with pytest.raises(WixUnavailableError) as raised:
        read(answer, GET, "wix.example", KEY_NAME, [])

    assert raised.value.cause is Cause.SERVER_ERROR
    assert str(raised.value) == (
        "GET /ecom/v1/orders/a: the answer is longer than wix.max_answer_bytes allows: "
        "raise that, or lower backfill.page_size"
    )


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
        ("5.5", DATE, 5.5),
        ("+5", DATE, 5.0),
        ("+5.25", DATE, 5.25),
        ("++5", DATE, None),
        ("5.", DATE, None),
        (".5", DATE, None),
        ("1.2.3", DATE, None),
        ("5,5", DATE, None),
        ("inf", DATE, None),
        ("1." + "9" * 5000, DATE, None),
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
    assert len(str(error)) < 1500
    assert 0 <= (getattr(error, "retry_after_s", None) or 0) <= LONGEST_PAUSE_S
