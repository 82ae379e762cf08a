"""If these pass, the client asks Wix as it should and reads what it answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from tests.wix.client_rig import KEY, SITE
from tests.wix.scripted_wix import Reply, html, page, zipped
from wix_printer_service.errors import WixKeyError, WixRefusedError, WixUnavailableError
from wix_printer_service.observations import Cause
from wix_printer_service.version import VERSION

FILTERS = {"updatedDate": {"$gte": "2026-11-20T17:00:00.000Z"}}
COMMENT = {"merchantComment": {"message": "printed"}}
FLAT = {"max_attempts": 1}


def test_a_search_asks_for_what_fits_by_when_it_changed(wix, rig):
    wix.script(page({"id": "a"}, next_cursor="c1"))

    with rig.client() as client:
        found = client.search_orders(FILTERS, 50)

    [asked] = wix.asked
    assert (asked.method, asked.path) == ("POST", "/ecom/v1/orders/search")
    assert asked.said == {
        "search": {
            "filter": FILTERS,
            "sort": [{"fieldName": "updatedDate", "order": "ASC"}],
            "cursorPaging": {"limit": 50},
        }
    }
    assert found.orders == ({"id": "a"},)
    assert found.next_cursor == "c1"


def test_a_further_page_is_asked_for_with_the_cursor_alone(wix, rig):
    wix.script(page())

    with rig.client() as client:
        client.more_orders("c1/+ü")

    assert wix.asked[0].said == {"search": {"cursorPaging": {"cursor": "c1/+ü"}}}


def test_who_asks_and_how_stands_in_the_headers(wix, rig):
    wix.script(page())

    with rig.client() as client:
        client.search_orders({}, 1)

    headers = wix.asked[0].headers
    assert headers["authorization"] == KEY
    assert headers["wix-site-id"] == SITE
    assert headers["user-agent"] == f"wix-printer/{VERSION}"
    assert headers["accept-encoding"] == "gzip"
    assert headers["content-type"] == "application/json"
    assert "cookie" not in headers


@pytest.mark.parametrize("base_end", ["", "/"])
def test_the_address_may_end_with_a_slash(wix, rig, base_end):
    wix.script(page())

    with rig.client(api_base=wix.url + base_end) as client:
        client.search_orders({}, 1)

    assert wix.asked[0].path == "/ecom/v1/orders/search"


def test_an_answer_says_when_it_is_by_the_clock_of_wix(wix, rig):
    wix.script(page(Date="Sun, 22 Nov 2026 11:55:15 GMT"), page(Date="yesterday"), page(Date=None))

    with rig.client() as client:
        moments = [client.search_orders({}, 1).answered_at for _ in range(3)]

    assert moments == [datetime(2026, 11, 22, 11, 55, 15, tzinfo=UTC), None, None]


@pytest.mark.parametrize(
    ("metadata", "cursor", "has_next"),
    [
        ({"cursors": {"next": "c2"}, "hasNext": True}, "c2", True),
        ({"cursors": {"next": "c2"}}, "c2", None),
        ({"cursors": {"next": "c2"}, "hasNext": None}, "c2", None),
        ({"cursors": {"next": "c2"}, "hasNext": "false"}, "c2", None),
        ({"cursors": {"next": "c2"}, "hasNext": False}, "c2", False),
        ({"cursors": {"next": ""}, "hasNext": True}, None, True),
        ({"cursors": {"next": None}, "hasNext": True}, None, True),
        ({"cursors": None, "hasNext": False}, None, False),
        ({}, None, None),
        (None, None, None),
    ],
)
def test_a_page_tells_where_it_goes_on_and_whether_it_does(wix, rig, metadata, cursor, has_next):
    wix.script(Reply(body={"orders": [], "metadata": metadata}))

    with rig.client() as client:
        page = client.search_orders({}, 1)

    assert (page.next_cursor, page.has_next) == (cursor, has_next)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"orders": None},
        {"orders": {"id": "a"}},
        {"orders": [], "metadata": "much"},
        {"orders": [], "metadata": {"cursors": ["c2"]}},
        {"orders": [], "metadata": {"cursors": {"next": 7}}},
        [],
        "orders",
        None,
    ],
)
def test_a_page_that_is_none_is_unusable(wix, rig, answer):
    wix.script(Reply(body=json.dumps(answer).encode()))

    with rig.client(**FLAT) as client, pytest.raises(WixUnavailableError) as raised:
        client.search_orders({}, 1)

    assert raised.value.cause is Cause.SERVER_ERROR


def test_an_entry_of_a_page_may_be_anything_and_fractions_are_decimals(wix, rig):
    wix.script(Reply(body=b'{"orders": [1.10, "x", null, {"id": 1}]}'))

    with rig.client() as client:
        assert client.search_orders({}, 4).orders == (Decimal("1.10"), "x", None, {"id": 1})


def test_a_zipped_answer_is_read(wix, rig):
    wix.script(zipped({"orders": [{"id": "a"}]}))

    with rig.client() as client:
        assert client.search_orders({}, 1).orders == ({"id": "a"},)


def test_an_order_is_asked_for_by_its_id(wix, rig):
    wix.script(Reply(body={"order": {"id": "a"}}))

    with rig.client() as client:
        assert client.get_order("a") == {"id": "a"}

    assert (wix.asked[0].method, wix.asked[0].path) == ("GET", "/ecom/v1/orders/a")
    assert "content-type" not in wix.asked[0].headers


@pytest.mark.parametrize("body", [{}, {"order": None}, {"order": [1]}])
def test_an_answer_without_the_order_is_unusable(wix, rig, body):
    wix.script(Reply(body=body))

    with rig.client(**FLAT) as client, pytest.raises(WixUnavailableError, match="no order"):
        client.get_order("a")


@pytest.mark.parametrize(
    ("order_id", "in_path"),
    [
        ("a/../b", "a%2F..%2Fb"),
        ("a?x=1#y", "a%3Fx%3D1%23y"),
        ("a b\r\nHost: x", "a%20b%0D%0AHost%3A%20x"),
        ("Bäume", "B%C3%A4ume"),
        ("half \ud83d", "half%20%3F"),
        ("%2E%2E", "%252E%252E"),
    ],
)
def test_an_odd_id_stays_within_its_place_in_the_path(wix, rig, order_id, in_path):
    wix.script(Reply(body={"order": {}}))

    with rig.client() as client:
        client.get_order(order_id)

    assert wix.asked[0].path == f"/ecom/v1/orders/{in_path}"


@pytest.mark.parametrize("order_id", ["", ".", "..", "x" * 101])
def test_what_can_be_no_id_is_refused_without_asking(wix, rig, order_id):
    with rig.client() as client:
        for call in (
            client.get_order,
            client.payments_of,
            lambda each: client.add_activity(each, COMMENT),
            lambda each: client.add_activities(each, [COMMENT]),
        ):
            with pytest.raises(WixRefusedError) as raised:
                call(order_id)
            assert (raised.value.status, raised.value.code) == (404, "ORDER_NOT_FOUND")

    assert wix.asked == []


def test_an_activity_is_written_and_its_id_returned(wix, rig):
    wix.script(Reply(body={"order": {}, "activityId": "act-1"}))

    with rig.client() as client:
        assert client.add_activity("a", COMMENT) == "act-1"

    [asked] = wix.asked
    assert (asked.method, asked.path) == ("POST", "/ecom/v1/orders/a/activities")
    assert asked.said == {"activity": COMMENT}


def test_several_comments_are_written_at_once(wix, rig):
    wix.script(Reply(body={"order": {}, "activityIds": ["act-1", "act-2"]}))

    with rig.client() as client:
        assert client.add_activities("a", [COMMENT, COMMENT]) == ("act-1", "act-2")

    [asked] = wix.asked
    assert (asked.method, asked.path) == ("POST", "/ecom/v1/orders/a/activities/add")
    comment = {"activityType": "MERCHANT_COMMENT", **COMMENT}
    assert asked.said == {"orderActivities": [comment, comment]}


def test_what_was_written_is_no_failure_though_its_id_is_missing(wix, rig):
    wix.script(Reply(), Reply(body={"activityId": 7}), Reply(), Reply(body={"activityIds": [7]}))

    with rig.client() as client:
        assert [client.add_activity("a", COMMENT) for _ in range(2)] == ["", ""]
        assert client.add_activities("a", [COMMENT]) == ()
        assert client.add_activities("a", [COMMENT]) == ("",)


@pytest.mark.parametrize("reply", [html(200), html(302), Reply(200, b""), Reply(204, b"")])
def test_who_answers_with_a_page_or_nothing_is_not_wix(wix, rig, reply):
    wix.script(reply)

    with rig.client(**FLAT) as client, pytest.raises(WixUnavailableError) as raised:
        client.search_orders({}, 1)

    assert raised.value.cause is Cause.CAPTIVE_PORTAL
    assert f"127.0.0.1 ({reply.status})" in str(raised.value)
    assert "Guten Tag" not in str(raised.value)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"\xff\xfe{"),
        Reply(200, zipped({"orders": [{"id": "a"}] * 50}).body[:-20], zipped({}).headers),
        Reply(200, zipped({"orders": []}).body[:10], zipped({}).headers),
        Reply(200, b"no zip", {"Content-Encoding": "gzip"}),
        Reply(200, b"{}", {"Content-Encoding": "gzip"}),
    ],
)
def test_an_answer_that_came_to_harm_is_wixs_trouble(wix, rig, reply):
    wix.script(reply)

    with rig.client(**FLAT) as client, pytest.raises(WixUnavailableError) as raised:
        client.search_orders({}, 1)

    assert raised.value.cause is Cause.SERVER_ERROR
    assert "cannot be read" in str(raised.value)
    assert "log in" not in str(raised.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(wix, rig, status):
    wix.script(Reply(status, headers={"Location": f"{wix.url}/log-in?name=guest"}), page())

    with rig.client(**FLAT) as client, pytest.raises(WixUnavailableError) as raised:
        client.search_orders({}, 1)

    assert len(wix.asked) == 1
    assert raised.value.cause is Cause.CAPTIVE_PORTAL
    assert "log-in?" not in str(raised.value)


def test_proxies_and_passwords_of_the_environment_are_not_used(wix, rig, monkeypatch):
    netrc = rig.folder / "netrc"
    netrc.write_text("default login somebody password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    wix.script(page())

    with rig.client() as client:
        client.search_orders({}, 1)

    assert wix.asked[0].headers["authorization"] == KEY


def test_a_cookie_is_not_kept(wix, rig):
    wix.script(page(**{"Set-Cookie": "a=b"}), page())

    with rig.client() as client:
        client.search_orders({}, 1)
        client.search_orders({}, 1)

    assert "cookie" not in wix.asked[1].headers


def test_a_changed_key_is_used_at_once(wix, rig):
    wix.script(page(), page())

    with rig.client() as client:
        client.search_orders({}, 1)
        rig.key_file.write_text("\ufeff another-key\r\n", encoding="utf-8")
        client.search_orders({}, 1)

    assert [asked.headers["authorization"] for asked in wix.asked] == [KEY, "another-key"]


def test_the_log_tells_of_each_request_once_and_keeps_secrets(wix, rig):
    wix.script(Reply(401, {"message": "key-of-the-site"}), page({"buyerNote": "nuts"}))

    with capture_logs() as logged, rig.client() as client:
        with pytest.raises(WixKeyError):
            client.search_orders(FILTERS, 1)
        client.more_orders("cursor-1")

    assert [line["event"] for line in logged] == ["wix_asked", "wix_asked"]
    assert {line["log_level"] for line in logged} == {"debug"}
    assert [line["status"] for line in logged] == [401, 200]
    for secret in (KEY, SITE, "updatedDate", "cursor-1", "nuts"):
        assert secret not in str(logged)
