"""The shapes of Wix's answers, and what a test wants to know of them.

Written from ``@wix/auto_sdk_ecom_orders`` 1.0.300 (ORD),
``@wix/auto_sdk_ecom_order-fulfillments`` 1.0.65 (FUL) and
``@wix/auto_sdk_ecom_order-transactions`` 1.0.108 (TRX), the errors from Wix's "About Errors".
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


class Cursors(Form):  # ORD
    next: str | None
    prev: str | None


class CursorPagingMetadata(Form):  # ORD
    count: int
    cursors: Cursors
    has_next: bool


class SearchOrdersResponse(Form):  # ORD
    orders: list[dict]
    metadata: CursorPagingMetadata


class OrderResponse(Form):  # ORD: Get, Update, Cancel, UpdateOrderStatus, MarkOrderAsPaid
    order: dict


class AddActivityResponse(OrderResponse):  # ORD
    activity_id: str


class AddActivitiesResponse(OrderResponse):  # ORD
    activity_ids: list[str]


class FulfillmentLineItem(Form):  # FUL
    id: str
    quantity: int


class Fulfillment(Form):  # FUL
    id: str
    created_date: str
    line_items: list[FulfillmentLineItem]
    status: Literal["Pending", "Accepted", "Ready", "In_Delivery", "Fulfilled"] | None = None
    completed: bool
    custom_info: dict | None = None
    tracking_info: dict | None = None


class OrderWithFulfillments(Form):  # FUL
    order_id: str
    fulfillments: list[Fulfillment]


class FulfillmentsResponse(Form):  # FUL: List, Update, Delete
    order_with_fulfillments: OrderWithFulfillments


class CreateFulfillmentResponse(FulfillmentsResponse):  # FUL
    fulfillment_id: str


class PaymentMethodName(Form):  # TRX
    buyer_language_name: str
    site_language_name: str


class RegularPaymentDetails(Form):  # TRX
    offline_payment: bool
    payment_method: str
    payment_method_name: PaymentMethodName
    saved_payment_method: bool


class Payment(Form):  # TRX
    id: str
    created_date: str
    updated_date: str
    amount: dict
    refund_disabled: bool
    status: Literal["APPROVED", "PENDING_MERCHANT"]
    regular_payment_details: RegularPaymentDetails


class OrderTransactions(Form):  # TRX
    order_id: str
    payments: list[Payment]
    refunds: list[dict]


class PaymentsResponse(Form):  # TRX: ListTransactionsForSingleOrder
    order_transactions: OrderTransactions


class FieldViolation(Form):
    field: str
    description: str
    violated_rule: str
    rule_name: str
    data: dict


def told(happened: list[str]) -> list[str]:
    """Return the events since the order was placed."""
    events = [line.split()[1] for line in happened if line.startswith("event ")]
    return events[1:]


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["details"]["applicationError"]["code"]


def violations(answer: Any) -> list[str]:
    assert answer.status_code == 400, answer.text
    found = answer.json()["details"]["validationError"]["fieldViolations"]
    return [FieldViolation.model_validate(violation).field for violation in found]
