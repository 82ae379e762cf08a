"""If these pass, the stand-in asks and answers about orders in the shapes of Wix's own types."""

from __future__ import annotations

import uuid
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.simulation.stand_in.asker import ANOTHER, NOBODY, WITH_KEY, Asker, placed
from tests.simulation.stand_in.forms import (
    AddActivitiesResponse,
    AddActivityResponse,
    OrderResponse,
    SearchOrdersResponse,
    code,
    told,
    violations,
)
from wix_printer_service.simulation.stand_in import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import FakeClock

TOTAL = "priceSummary.total.amount"
COMMENT = {"merchantComment": {"message": "Printed."}}
LISTED = COMMENT | {"activityType": "MERCHANT_COMMENT"}


@pytest.fixture
def stand_in(private_key: str, fake_clock: FakeClock, happened: list[str]) -> Iterator[StandIn]:
    with StandIn(private_key, clock=fake_clock, say=happened.append) as running:
        yield running


def test_who_only_looks_whether_wix_is_there_is_not_told_of(
    asker: Asker, happened: list[str]
) -> None:
    assert asker.ask("GET", "/").status_code == 404
    assert asker.ask("GET", "/elsewhere").status_code == 404
    assert [line.partition(":")[0] for line in happened] == ["GET /elsewhere"]


def test_every_answer_carries_wixs_time_and_an_id_of_the_request(
    asker: Asker, order_id: str, fake_clock: FakeClock
) -> None:
    answers = [asker.orders(path, method="GET") for path in (order_id, NOBODY)]
    dates = {parsedate_to_datetime(answer.headers["Date"]) for answer in answers}
    assert dates == {fake_clock.now()}
    assert len({uuid.UUID(answer.headers["X-Wix-Request-Id"]) for answer in answers}) == 2
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/json"}


def test_a_page_of_orders_has_its_shape(asker: Asker, order_id: str) -> None:
    page = SearchOrdersResponse.model_validate(asker.search())
    assert [order["id"] for order in page.orders] == [order_id]


def test_an_order_is_got(stand_in: StandIn, asker: Asker, order_id: str) -> None:
    answer = OrderResponse.model_validate(asker.orders(order_id, method="GET").json())
    assert answer.order == stand_in.site.order(order_id)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"/ecom/v1/orders/{NOBODY}", None),
        ("PATCH", f"/ecom/v1/orders/{NOBODY}", {"order": {}}),
        ("POST", f"/ecom/v1/orders/{NOBODY}/cancel", {}),
        ("POST", f"/ecom/v1/orders/{NOBODY}/activities", {"activity": COMMENT}),
        ("GET", f"/ecom/v1/payments/orders/{NOBODY}", None),
        ("GET", f"/ecom/v1/fulfillments/orders/{NOBODY}", None),
        ("POST", f"/ecom/v1/payments-collector/orders/{NOBODY}/mark-as-paid", {}),
    ],
)
def test_an_order_that_is_not_there_is_not_found(
    asker: Asker, method: str, path: str, body: Any
) -> None:
    assert code(asker.ask(method, path, body)) == (404, "ORDER_NOT_FOUND")


@pytest.mark.parametrize(
    ("search", "field"),
    [
        ({"limit": 1}, "search.limit"),
        ({"cursorPaging": {"limit": 101}}, "search.cursorPaging.limit"),
        ({"cursorPaging": {"limit": 0}}, "search.cursorPaging.limit"),
        ({"cursorPaging": {"limit": "10"}}, "search.cursorPaging.limit"),
        ({"cursorPaging": {"cursor": "nonsense"}}, "search.cursorPaging.cursor"),
        ({"cursorPaging": {"cursor": "W10="}}, "search.cursorPaging.cursor"),
        ({"filter": {"_id": "1"}}, "search.filter._id"),
        ({"filter": {"status": {"$gt": "A"}}}, "search.filter.status.$gt"),
        ({"filter": {"status": {"$in": "APPROVED"}}}, "search.filter.status.$in"),
        ({"filter": {"status": 1}}, "search.filter.status.$eq"),
        ({"filter": {"archived": "no"}}, "search.filter.archived.$eq"),
        ({"filter": {TOTAL: "much"}}, f"search.filter.{TOTAL}.$eq"),
        ({"filter": {TOTAL: True}}, f"search.filter.{TOTAL}.$eq"),
        ({"filter": {"updatedDate": {"$gte": "yesterday"}}}, "search.filter.updatedDate.$gte"),
        ({"filter": {"updatedDate": "2026-11-20T17:00:00"}}, "search.filter.updatedDate.$eq"),
        ({"filter": {"$or": {}}}, "$or"),
        ({"filter": {"$and": [1]}}, "search.filter"),
        ({"sort": [{"fieldName": "id"}]}, "search.sort[0].fieldName"),
        ({"sort": [{"fieldName": "number", "order": "UP"}]}, "search.sort.0.order"),
        ({"sort": [{"fieldName": "number"}] * 5}, "search.sort"),
    ],
)  # fmt: skip
def test_a_search_that_wix_would_not_understand_is_refused(
    asker: Asker, search: dict, field: str
) -> None:
    assert violations(asker.orders("search", {"search": search})) == [field]


@pytest.mark.parametrize("more", [{"filter": {"number": "1"}}, {"sort": [{"fieldName": "number"}]}])
def test_a_cursor_stands_alone(stand_in: StandIn, asker: Asker, more: dict) -> None:
    for number in (1, 2):
        placed(stand_in, number)
    cursor = asker.search(cursorPaging={"limit": 1})["metadata"]["cursors"]["next"]
    search = {"cursorPaging": {"cursor": cursor}} | more
    answer = asker.orders("search", {"search": search})
    assert violations(answer) == ["search.cursorPaging.cursor"]
    assert "besides" in answer.json()["message"]


def test_a_body_that_is_no_json_object_is_refused(stand_in: StandIn, asker: Asker) -> None:
    url = f"{stand_in.url}/ecom/v1/orders/search"
    for body in (b"{", b"\xff"):
        answer = requests.post(url, data=body, headers=WITH_KEY, timeout=5)
        assert violations(answer) == [""]
    assert violations(asker.orders("search", "text")) == [""]
    assert asker.orders("search").ok  # nothing at all asks for everything


def test_an_unknown_path_and_a_wrong_method_are_not_found(asker: Asker, order_id: str) -> None:
    assert asker.ask("GET", "/ecom/v2/orders").status_code == 404
    assert asker.ask("PUT", f"/ecom/v1/orders/{order_id}").status_code == 404


def test_an_activity_is_added_with_its_time_and_type(
    stand_in: StandIn, asker: Asker, order_id: str, happened: list[str]
) -> None:
    before = stand_in.site.order(order_id)
    answer = asker.orders(f"{order_id}/activities", {"activity": COMMENT})
    added = AddActivityResponse.model_validate(answer.json())
    assert added.order["activities"][-1] == stand_in.site.activities(order_id)[-1]
    assert stand_in.site.activities(order_id)[-1] == COMMENT | {
        "id": added.activity_id,
        "createdDate": "2026-11-20T18:00:00.001Z",
        "type": "MERCHANT_COMMENT",
        "activityType": "MERCHANT_COMMENT",
    }
    assert added.order["updatedDate"] > before["updatedDate"]
    assert told(happened) == ["order_updated"]


def test_a_custom_activity_is_added(stand_in: StandIn, asker: Asker, order_id: str) -> None:
    custom = {"appId": ANOTHER, "type": "Printed", "additionalData": {"job": "1"}}
    asker.orders(f"{order_id}/activities", {"activity": {"customActivity": custom}})
    assert stand_in.site.activities(order_id)[-1]["customActivity"] == custom
    assert stand_in.site.activities(order_id)[-1]["type"] == "CUSTOM_ACTIVITY"


def test_many_activities_are_added_in_one_change(
    stand_in: StandIn, asker: Asker, order_id: str, happened: list[str]
) -> None:
    answer = asker.orders(f"{order_id}/activities/add", {"orderActivities": [LISTED, LISTED]})
    added = AddActivitiesResponse.model_validate(answer.json())
    assert [a["id"] for a in stand_in.site.activities(order_id)[-2:]] == added.activity_ids
    assert told(happened) == ["order_updated"]


def test_an_activity_is_changed_and_taken_away(
    stand_in: StandIn, asker: Asker, order_id: str
) -> None:
    before = stand_in.site.activities(order_id)
    path = f"{order_id}/activities"
    activity_id = asker.orders(path, {"activity": COMMENT}).json()["activityId"]
    other = {"customActivity": {"appId": ANOTHER, "type": "x"}}
    asker.orders(f"{path}/{activity_id}", {"activity": other}, "PATCH")
    assert {"merchantComment", "customActivity"} & set(stand_in.site.activities(order_id)[-1]) == {
        "customActivity"
    }
    asker.orders(f"{path}/{activity_id}", method="DELETE")
    assert stand_in.site.activities(order_id) == before
    gone = asker.orders(f"{path}/{activity_id}", method="DELETE")
    assert code(gone) == (404, "ACTIVITY_NOT_FOUND")


@pytest.mark.parametrize(
    ("activity", "field"),
    [
        ({}, "activity"),
        (COMMENT | {"customActivity": {"appId": ANOTHER, "type": "x"}}, "activity"),
        ({"merchantComment": {"message": ""}}, "activity.merchantComment.message"),
        ({"merchantComment": {"message": "x" * 5001}}, "activity.merchantComment.message"),
        ({"merchantComment": {}}, "activity.merchantComment.message"),
        ({"comment": "x"}, "activity.comment"),
        ({"customActivity": {"appId": "x", "type": "x"}}, "activity.customActivity.appId"),
    ],
)
def test_an_activity_of_another_shape_is_refused(
    asker: Asker, order_id: str, activity: dict, field: str
) -> None:
    assert violations(asker.orders(f"{order_id}/activities", {"activity": activity})) == [field]


@pytest.mark.parametrize("activities", [[], [COMMENT], [LISTED] * 301, [LISTED | {"x": 1}]])
def test_many_activities_of_another_shape_are_refused(
    asker: Asker, order_id: str, activities: list
) -> None:
    answer = asker.orders(f"{order_id}/activities/add", {"orderActivities": activities})
    assert violations(answer)[0].startswith("orderActivities")


def test_an_order_has_at_most_a_thousand_activities(stand_in: StandIn, asker: Asker) -> None:
    order_id = placed(stand_in, 2, activities=[{"id": str(n)} for n in range(999)])
    path = f"{order_id}/activities/add"
    assert violations(asker.orders(path, {"orderActivities": [LISTED] * 2})) == ["order.activities"]
    assert asker.orders(path, {"orderActivities": [LISTED]}).status_code == 200


def test_what_was_added_stays_when_the_order_changes(
    stand_in: StandIn, asker: Asker, order_id: str
) -> None:
    asker.orders(f"{order_id}/activities", {"activity": COMMENT})
    before = stand_in.site.activities(order_id)
    placed(stand_in, 1, "delivery_canceled")
    assert stand_in.site.order(order_id)["status"] == "CANCELED"
    assert [a for a in before if "merchantComment" in a] == [
        a for a in stand_in.site.activities(order_id) if "merchantComment" in a
    ]


def test_an_order_is_changed_where_wix_allows_it(
    stand_in: StandIn, asker: Asker, order_id: str, happened: list[str]
) -> None:
    changes = {
        "id": order_id,
        "seenByAHuman": True,
        "buyerInfo": {"email": "new@example.com"},
        "recipientInfo": {"contactDetails": {"phone": None}},
        "billingInfo": {"address": {"city": "Bonn"}},
    }
    before = stand_in.site.order(order_id)
    answer = asker.orders(order_id, {"order": changes}, "PATCH")
    order = OrderResponse.model_validate(answer.json()).order
    assert order["seenByAHuman"] is True
    assert order["buyerInfo"] == before["buyerInfo"] | {"email": "new@example.com"}
    assert "phone" not in order["recipientInfo"]["contactDetails"]
    assert order["recipientInfo"]["address"] == before["recipientInfo"]["address"]
    assert order["billingInfo"]["address"] == {"city": "Bonn"}
    assert told(happened) == ["order_updated"]


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({"status": "CANCELED"}, "order.status"),
        ({"number": "1"}, "order.number"),
        ({"seenByAHuman": "yes"}, "order.seenByAHuman"),
        ({"buyerInfo": {"contactId": None}}, "order.buyerInfo.email"),
        ({"recipientInfo": {"contactDetails": None}}, "order.recipientInfo.contactDetails"),
        ({"id": ANOTHER}, "order.id"),
    ],
)
def test_an_order_is_not_changed_elsewhere(
    asker: Asker, order_id: str, order: dict, field: str
) -> None:
    assert violations(asker.orders(order_id, {"order": order}, "PATCH"))[0] == field


@pytest.mark.parametrize("state", ["PENDING", "REJECTED"])
def test_a_pending_or_rejected_order_is_neither_changed_nor_cancelled(
    stand_in: StandIn, asker: Asker, state: str
) -> None:
    order_id = placed(stand_in, 2, status=state)
    answers = asker.orders(order_id, {"order": {}}, "PATCH"), asker.orders(f"{order_id}/cancel", {})
    assert {code(answer) for answer in answers} == {(428, f"ORDER_IS_{state}")}
    assert stand_in.site.order(order_id)["status"] == state


def test_an_order_is_cancelled(asker: Asker, order_id: str, happened: list[str]) -> None:
    body = {"sendOrderCanceledEmail": True, "customMessage": "Sorry.", "restockAllItems": False}
    answer = asker.orders(f"{order_id}/cancel", body)
    assert OrderResponse.model_validate(answer.json()).order["status"] == "CANCELED"
    assert told(happened) == ["order_canceled", "order_updated"]


@pytest.mark.parametrize(
    ("state", "wanted", "expected"),
    [
        ("INITIALIZED", "APPROVED", ["order_approved", "order_updated"]),
        ("APPROVED", "CANCELED", ["order_canceled", "order_updated"]),
        ("PENDING", "REJECTED", ["order_updated"]),
    ],
)
def test_an_orders_state_is_set(
    stand_in: StandIn, asker: Asker, happened: list[str], state: str, wanted: str, expected: list
) -> None:
    order_id = placed(stand_in, 2, status=state)
    answer = asker.orders(f"{order_id}/update-status", {"status": wanted})
    assert OrderResponse.model_validate(answer.json()).order["status"] == wanted
    assert told(happened) == expected


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [("APPROVED", "STATUS_ALREADY_SET"), ("PENDING", "UNSUPPORTED_TRANSITION")],
)
def test_an_orders_state_is_not_set_against_the_rules(
    asker: Asker, order_id: str, wanted: str, refusal: str
) -> None:
    assert code(asker.orders(f"{order_id}/update-status", {"status": wanted})) == (428, refusal)


def test_ids_that_must_be_guids_are_looked_at(asker: Asker, order_id: str) -> None:
    assert violations(asker.orders("x/update-status", {"status": "CANCELED"})) == ["orderId"]
    assert violations(asker.orders("x", {"order": {}}, "PATCH")) == ["order.id"]
    assert violations(asker.orders(f"{order_id}/activities/x", method="DELETE")) == ["activityId"]
    assert violations(asker.orders("x" * 101, method="GET")) == ["id"]


def test_times_grow_with_every_change_though_the_clock_stands(
    stand_in: StandIn, asker: Asker, order_id: str
) -> None:
    times = []
    for _ in range(3):
        asker.orders(order_id, {"order": {"archived": True}}, "PATCH")
        times.append(datetime.fromisoformat(stand_in.site.order(order_id)["updatedDate"]))
    assert [(b - a).total_seconds() for a, b in pairwise(times)] == [0.001] * 2


def test_an_event_may_keep_its_own_times(stand_in: StandIn) -> None:
    order = {"id": ANOTHER, "updatedDate": "2020-01-01T00:00:00.000Z"}
    stand_in.site.put({"data": {"updatedEvent": {"currentEntity": order}}}, stamp=False)
    assert stand_in.site.order(ANOTHER) == order
    assert stand_in.site.orders() == [order]
