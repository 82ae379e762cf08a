"""If these pass, the stand-in's fulfilments and payments have the shapes and effects of Wix's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulation.stand_in.asker import ANOTHER, NOBODY, Asker, placed
from tests.simulation.stand_in.forms import (
    CreateFulfillmentResponse,
    FulfillmentsResponse,
    OrderResponse,
    PaymentsResponse,
    code,
    told,
    violations,
)
from wix_printer_service.simulation.stand_in import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = "00000000-0000-0000-0000-00000000000{}"


@pytest.fixture
def stand_in(private_key: str, happened: list[str]) -> Iterator[StandIn]:
    with StandIn(private_key, say=happened.append) as running:
        yield running


def test_a_cash_order_is_unpaid_until_it_is_marked(
    asker: Asker, order_id: str, happened: list[str]
) -> None:
    path = f"/ecom/v1/payments/orders/{order_id}"
    before = PaymentsResponse.model_validate(asker.ask("GET", path).json())
    assert before.order_transactions.payments[0].status == "PENDING_MERCHANT"
    assert before.order_transactions.payments[0].regular_payment_details.offline_payment
    mark = f"/ecom/v1/payments-collector/orders/{order_id}/mark-as-paid"
    marked = OrderResponse.model_validate(asker.ask("POST", mark, {}).json())
    assert marked.order["paymentStatus"] == "PAID"
    after = PaymentsResponse.model_validate(asker.ask("GET", path).json())
    assert [p.status for p in after.order_transactions.payments] == ["APPROVED"]
    assert told(happened) == [
        "order_payment_status_updated",
        "order_updated",
        "order_transactions_updated",
    ]
    assert code(asker.ask("POST", mark, {})) == (428, "ORDER_ALREADY_PAID")


def test_an_order_paid_online_shows_its_payment(stand_in: StandIn, asker: Asker) -> None:
    order_id = placed(stand_in, 2, "pickup")
    answer = asker.ask("GET", f"/ecom/v1/payments/orders/{order_id}").json()
    payment = PaymentsResponse.model_validate(answer).order_transactions.payments[0]
    assert (payment.status, payment.regular_payment_details.offline_payment) == ("APPROVED", False)
    assert payment.amount == stand_in.site.order(order_id)["priceSummary"]["total"]


class Fulfilling:
    """Fulfilments of the sample delivery: three lines, the third with two pieces."""

    def __init__(self, asker: Asker, order_id: str) -> None:
        self._asker = asker
        self._order_id = order_id

    def create(self, *lines: dict, **more: Any) -> Any:
        path = f"/ecom/v1/fulfillments/orders/{self._order_id}/create-fulfillment"
        return self._asker.ask("POST", path, {"fulfillment": {"lineItems": [*lines]} | more})

    def one(self, method: str, fulfillment_id: str, body: Any = None) -> Any:
        path = f"/ecom/v1/fulfillments/{fulfillment_id}/orders/{self._order_id}"
        return self._asker.ask(method, path, body)

    def state(self) -> str:
        answer = self._asker.orders(self._order_id, method="GET")
        return answer.json()["order"]["fulfillmentStatus"]


def test_an_orders_fulfilment_state_follows_from_the_quantities(
    stand_in: StandIn, asker: Asker, order_id: str, happened: list[str]
) -> None:
    fulfilling = Fulfilling(asker, order_id)
    first = fulfilling.create({"id": LINE.format(1)}, {"id": LINE.format(3), "quantity": 1})
    made = CreateFulfillmentResponse.model_validate(first.json())
    lines = made.order_with_fulfillments.fulfillments[0].line_items
    assert [line.quantity for line in lines] == [1, 1]
    assert fulfilling.state() == "PARTIALLY_FULFILLED"
    fulfilling.create({"id": LINE.format(2)}, {"id": LINE.format(3)}, status="Accepted")
    assert fulfilling.state() == "FULFILLED"
    listed = asker.ask("GET", f"/ecom/v1/fulfillments/orders/{order_id}").json()
    shown = FulfillmentsResponse.model_validate(listed).order_with_fulfillments.fulfillments
    assert [fulfillment.status for fulfillment in shown] == [None, "Accepted"]
    assert listed["orderWithFulfillments"]["fulfillments"] == stand_in.site.fulfillments(order_id)
    fulfilling.one("DELETE", made.fulfillment_id)
    assert fulfilling.state() == "PARTIALLY_FULFILLED"
    assert told(happened) == ["fulfillments_updated", "order_fulfilled", "order_updated"] * 3


def test_a_fulfilment_is_changed_without_effect_on_the_order(
    asker: Asker, order_id: str, happened: list[str]
) -> None:
    fulfilling = Fulfilling(asker, order_id)
    made = fulfilling.create({"id": LINE.format(1)}, status="Pending").json()["fulfillmentId"]
    del happened[1:]
    changes = {"id": made, "status": "Ready", "customInfo": {"fieldsData": {"by": "us"}}}
    answer = fulfilling.one("PATCH", made, {"fulfillment": changes})
    shown = FulfillmentsResponse.model_validate(answer.json()).order_with_fulfillments
    assert shown.fulfillments[0].status == "Ready"
    assert fulfilling.state() == "PARTIALLY_FULFILLED"
    assert told(happened) == ["fulfillments_updated"]
    answer = fulfilling.one("PATCH", made, {"fulfillment": {"status": None}})
    assert "status" not in answer.json()["orderWithFulfillments"]["fulfillments"][0]


@pytest.mark.parametrize(
    ("line", "more", "field"),
    [
        ({"id": LINE.format(3), "quantity": 3}, {}, "fulfillment.lineItems[0].quantity"),
        ({"id": LINE.format(9)}, {}, "fulfillment.lineItems[0].quantity"),
        ({"id": "x"}, {}, "fulfillment.lineItems.0.id"),
        ({"quantity": 1}, {}, "fulfillment.lineItems.0.id"),
        ({"id": LINE.format(1)}, {"status": "accepted"}, "fulfillment.status"),
        ({"id": LINE.format(1)}, {"id": ANOTHER}, "fulfillment.id"),
    ],
)
def test_a_fulfilment_that_does_not_fit_is_refused(
    asker: Asker, order_id: str, line: dict, more: dict, field: str
) -> None:
    fulfilling = Fulfilling(asker, order_id)
    assert violations(fulfilling.create(line, **more)) == [field]
    assert fulfilling.state() == "NOT_FULFILLED"


def test_a_line_is_not_fulfilled_twice(asker: Asker, order_id: str) -> None:
    fulfilling = Fulfilling(asker, order_id)
    twice = {"id": LINE.format(3), "quantity": 1}, {"id": LINE.format(3), "quantity": 2}
    assert violations(fulfilling.create(*twice)) == ["fulfillment.lineItems[1].quantity"]
    assert fulfilling.create(twice[1]).ok
    assert violations(fulfilling.create(twice[0])) == ["fulfillment.lineItems[0].quantity"]


def test_a_fulfilment_that_is_not_there_is_not_found(asker: Asker, order_id: str) -> None:
    fulfilling = Fulfilling(asker, order_id)
    made = fulfilling.create({"id": LINE.format(1)}).json()["fulfillmentId"]
    for method in ("PATCH", "DELETE"):
        answer = fulfilling.one(method, NOBODY, {"fulfillment": {}})
        assert code(answer) == (404, "FULFILLMENT_NOT_FOUND")
    answer = fulfilling.one("PATCH", made, {"fulfillment": {"id": ANOTHER}})
    assert violations(answer) == ["fulfillment.id"]
