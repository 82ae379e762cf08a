"""If these pass, requests and answers have the shapes that Wix's own types give them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.wix.client_rig import SECRET
from tests.wix.scripted_wix import Reply
from tests.wix.wix_types import (
    AddActivitiesRequest,
    AddActivityRequest,
    CursorPaging,
    ErrorAnswer,
    ListTransactionsForSingleOrderResponse,
    SearchOrdersRequest,
    SearchOrdersResponse,
    TokenRequest,
)
from wix_printer_service.errors import WixRefusedError, WixUnavailableError
from wix_printer_service.wix.client import Payment

SAMPLES = Path(__file__).with_name("samples")
ORDER_ID = "1453f185-9c2d-4976-aabd-f1d9f3733bc6"
COMMENT = {"merchantComment": {"message": "Kitchen ticket printed at 19:31"}}
CUSTOM = {
    "customActivity": {"appId": ORDER_ID, "type": "printed", "additionalData": {"ticket": "7"}}
}


def test_a_search_and_its_pages_are_searches(wix, rig):
    wix.script(Reply(body={"orders": []}), Reply(body={"orders": []}))
    filters = {
        "status": {"$in": ["APPROVED", "CANCELED"]},
        "updatedDate": {"$gte": "2026-11-20T17:00:00.000Z"},
    }

    with rig.client() as client:
        client.search_orders(filters, 100)
        client.more_orders("cursor-1")

    first, second = (SearchOrdersRequest.model_validate(asked.said).search for asked in wix.asked)
    assert first.filter == filters
    assert first.cursor_paging == CursorPaging(limit=100)
    assert second.cursor_paging == CursorPaging(cursor="cursor-1")
    assert {(asked.method, asked.path) for asked in wix.asked} == {
        ("POST", "/ecom/v1/orders/search")
    }


@pytest.mark.parametrize("activity", [COMMENT, CUSTOM])
def test_an_activity_is_a_public_activity(wix, rig, activity):
    wix.script(Reply(body={"activityId": ORDER_ID}))

    with rig.client() as client:
        client.add_activity(ORDER_ID, activity)

    [asked] = wix.asked
    sent = AddActivityRequest.model_validate(asked.said)
    assert sent.activity.model_dump(exclude_none=True, by_alias=True) == activity
    assert (asked.method, asked.path) == ("POST", f"/ecom/v1/orders/{ORDER_ID}/activities")


def test_several_activities_have_their_type(wix, rig):
    wix.script(Reply(body={"activityIds": [ORDER_ID]}))

    with rig.client() as client:
        client.add_activities(ORDER_ID, [COMMENT, COMMENT])

    [asked] = wix.asked
    assert len(AddActivitiesRequest.model_validate(asked.said).order_activities) == 2
    assert (asked.method, asked.path) == ("POST", f"/ecom/v1/orders/{ORDER_ID}/activities/add")


def test_what_is_only_read_has_no_body(wix, rig):
    wix.script(Reply(body={"order": {}}), Reply(body={"orderTransactions": {}}))

    with rig.client() as client:
        client.get_order(ORDER_ID)
        client.payments_of(ORDER_ID)

    assert [(asked.method, asked.path, asked.body) for asked in wix.asked] == [
        ("GET", f"/ecom/v1/orders/{ORDER_ID}", b""),
        ("GET", f"/ecom/v1/payments/orders/{ORDER_ID}", b""),
    ]


def test_a_token_is_asked_for_with_client_credentials(wix, rig):
    rig.as_own_app()
    token = {"access_token": "token-1", "token_type": "Bearer", "expires_in": 14400}
    wix.script(Reply(body=token), Reply(body={"orders": []}))

    with rig.client() as client:
        client.search_orders({}, 1)

    asked = wix.asked[0]
    assert TokenRequest.model_validate(asked.said).client_secret == SECRET
    assert (asked.method, asked.path) == ("POST", "/oauth2/token")


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_bytes())


def payment(**details):
    return {
        "id": ORDER_ID,
        "createdDate": "2026-11-20T19:30:00.000Z",
        "updatedDate": "2026-11-20T19:30:04.000Z",
        "amount": {"amount": "24.90", "formattedAmount": "24,90 €"},
        "refundDisabled": False,
        "status": "APPROVED",
        **details,
    }


def test_a_page_of_a_search_is_read(wix, rig):
    answer = sample("search_orders_response")
    shape = SearchOrdersResponse.model_validate(answer)
    wix.script(Reply(body=answer))

    with rig.client() as client:
        page = client.search_orders({}, 100)

    assert [order["id"] for order in page.orders] == [order["id"] for order in shape.orders]
    assert len(page.orders) == shape.metadata.count == 2
    assert page.next_cursor is None


def test_an_order_is_read_as_the_search_gives_it(wix, rig):
    order = sample("search_orders_response")["orders"][0]
    wix.script(Reply(body={"order": order}))  # GetOrderResponse (ORD)

    with rig.client() as client:
        assert client.get_order(order["id"]).keys() == order.keys()


@pytest.mark.parametrize("name", ["error_application", "error_validation"])
def test_both_forms_of_an_error_are_read(wix, rig, name):
    answer = sample(name)
    details = ErrorAnswer.model_validate(answer).details
    wix.script(Reply(400, answer))

    with rig.client() as client, pytest.raises(WixRefusedError) as raised:
        client.get_order(ORDER_ID)

    if details.application_error:
        assert raised.value.code == details.application_error.code
        assert f"no: {raised.value.code} (400, GET" in str(raised.value)
    else:
        [violation] = details.validation_error.field_violations
        assert f"no: {violation.field} {violation.rule_name} (400, GET" in str(raised.value)


NAMED = {"buyerLanguageName": "Cash", "siteLanguageName": "Barzahlung"}


@pytest.mark.parametrize(
    ("details", "method", "is_offline"),
    [
        ({"offlinePayment": True, "paymentMethodName": NAMED}, "Barzahlung", True),
        ({"paymentMethodName": {"buyerLanguageName": "Kart"}}, "Kart", False),
        (
            {"paymentMethodName": {**NAMED, "userDefinedName": {"custom": "Bon der Firma"}}},
            "Bon der Firma",
            False,
        ),
        (
            {"paymentMethodName": {**NAMED, "userDefinedName": {"predefined": "CASH"}}},
            "CASH",
            False,
        ),
        ({"offlinePayment": False, "paymentMethod": "PayPal"}, "PayPal", False),
        ({}, "", False),
    ],
)
def test_a_payment_is_read(wix, rig, details, method, is_offline):
    transactions = {
        "orderId": ORDER_ID,
        "payments": [payment(regularPaymentDetails=details)],
        "refunds": [],
    }
    answer = {"orderTransactions": transactions}
    ListTransactionsForSingleOrderResponse.model_validate(answer)
    wix.script(Reply(body=answer))

    with rig.client() as client:
        assert client.payments_of(ORDER_ID) == (
            Payment(ORDER_ID, "APPROVED", method, is_offline, Decimal("24.90")),
        )


def test_an_order_paid_in_two_ways_has_two_payments(wix, rig):
    gift = payment(giftcardPaymentDetails={"obfuscatedCode": "****QXY1"})
    card = payment(regularPaymentDetails={"paymentMethodName": {"siteLanguageName": "Karte"}})
    transactions = {"orderId": ORDER_ID, "payments": [gift, card], "refunds": []}
    answer = {"orderTransactions": transactions}
    ListTransactionsForSingleOrderResponse.model_validate(answer)
    wix.script(Reply(body=answer), Reply(body={"orderTransactions": {"orderId": ORDER_ID}}))

    with rig.client() as client:
        assert [each.method for each in client.payments_of(ORDER_ID)] == ["", "Karte"]
        assert client.payments_of(ORDER_ID) == ()


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"orderTransactions": []},
        {"orderTransactions": {"payments": {"id": "a"}}},
        {"orderTransactions": {"payments": ["much"]}},
    ],
)
def test_payments_that_are_none_are_unusable(wix, rig, answer):
    wix.script(Reply(body=answer))

    with rig.client(max_attempts=1) as client, pytest.raises(WixUnavailableError):
        client.payments_of(ORDER_ID)
