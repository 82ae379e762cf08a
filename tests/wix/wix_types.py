"""Wix's own types, strictly: a field that they do not have is a mistake.

Sources, each type under its own name: @wix/auto_sdk_ecom_orders@1.0.300 (ORD),
@wix/auto_sdk_ecom_order-transactions@1.0.108 (TRX), both build/es/meta.d.mts; AppStrategy of
@wix/sdk@1.21.16 (SDK); dev.wix.com/api/rest/getting-started/errors (ERR). The types call every
field optional; what a request cannot do without is required here.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

GUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Cursor = Annotated[str, Field(min_length=1, max_length=16_000)]
Guid = Annotated[str, Field(pattern=GUID)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


# --- requests -------------------------------------------------------------------------------------


class Sorting(Strict):
    """ORD."""

    field_name: Annotated[str, Field(min_length=1, max_length=512)]
    order: Literal["ASC", "DESC"]


class CursorPaging(Strict):
    """ORD."""

    limit: Annotated[int, Field(ge=1, le=100)] | None = None
    cursor: Cursor | None = None


class CursorSearch(Strict):
    """ORD; that a cursor stands alone: CursorPaging's remarks under PlatformQuery."""

    cursor_paging: CursorPaging
    filter: dict[str, Any] | None = None
    sort: Annotated[list[Sorting], Field(max_length=4)] | None = None

    @model_validator(mode="after")
    def a_cursor_stands_alone(self):
        if self.cursor_paging.cursor is not None:
            assert self.model_fields_set == {"cursor_paging"}
            assert self.cursor_paging.model_fields_set == {"cursor"}
        return self


class SearchOrdersRequest(Strict):
    """ORD."""

    search: CursorSearch


class CustomActivity(Strict):
    """ORD."""

    app_id: Guid
    type: Annotated[str, Field(max_length=100)]
    additional_data: dict[str, str]


class MerchantComment(Strict):
    """ORD."""

    message: Annotated[str, Field(min_length=1, max_length=5000)]


class PublicActivity(Strict):
    """ORD: one of both."""

    custom_activity: CustomActivity | None = None
    merchant_comment: MerchantComment | None = None

    @model_validator(mode="after")
    def is_one_of_both(self):
        assert len(self.model_fields_set) == 1
        return self


class AddActivityRequest(Strict):
    """ORD; ``id`` stands in the path."""

    activity: PublicActivity


class Activity(Strict):
    """ORD; ``activityType`` is required and only comments are taken: remarks of addActivities."""

    activity_type: Literal["MERCHANT_COMMENT"]
    merchant_comment: MerchantComment


class AddActivitiesRequest(Strict):
    """ORD; ``orderId`` stands in the path."""

    order_activities: Annotated[list[Activity], Field(min_length=1, max_length=300)]


class TokenRequest(BaseModel):
    """SDK."""

    model_config = ConfigDict(extra="forbid", strict=True)

    grant_type: Literal["client_credentials"]
    client_id: str
    client_secret: str
    instance_id: str


# --- answers --------------------------------------------------------------------------------------


class Cursors(Strict):
    """ORD."""

    next: str | None = None
    prev: str | None = None


class CursorPagingMetadata(Strict):
    """ORD."""

    count: int | None = None
    cursors: Cursors | None = None
    has_next: bool | None = None


class SearchOrdersResponse(Strict):
    """ORD; an order's own shape is wix.mapping's business."""

    orders: list[dict[str, Any]]
    metadata: CursorPagingMetadata


class Price(Strict):
    """TRX."""

    amount: Annotated[str, Field(pattern=r"^\d+(\.\d+)?$")]
    formatted_amount: str


class UserDefinedPaymentMethodName(Strict):
    """TRX: one of both."""

    predefined: Literal["CASH", "BANK_TRANSFER", "CHECK"] | None = None
    custom: str | None = None


class PaymentMethodName(Strict):
    """TRX."""

    buyer_language_name: str | None = None
    site_language_name: str | None = None
    user_defined_name: UserDefinedPaymentMethodName | None = None


class RegularPaymentDetails(Strict):
    """TRX, as far as a paid order has it."""

    payment_order_id: str | None = None
    gateway_transaction_id: str | None = None
    payment_method: str | None = None
    provider_transaction_id: str | None = None
    offline_payment: bool | None = None
    status: str | None = None
    saved_payment_method: bool | None = None
    payment_method_name: PaymentMethodName | None = None


class GiftCardPaymentDetails(Strict):
    """TRX."""

    gift_card_payment_id: str | None = None
    app_id: Guid | None = None
    voided: bool | None = None
    obfuscated_code: str | None = None


class TrxPayment(Strict):
    """TRX Payment: one of the details."""

    id: Guid
    created_date: str
    updated_date: str
    amount: Price
    refund_disabled: bool
    status: str
    regular_payment_details: RegularPaymentDetails | None = None
    giftcard_payment_details: GiftCardPaymentDetails | None = None


class OrderTransactions(Strict):
    """TRX."""

    order_id: Guid
    payments: list[TrxPayment]
    refunds: list[dict[str, Any]]


class ListTransactionsForSingleOrderResponse(Strict):
    """TRX."""

    order_transactions: OrderTransactions


class ApplicationError(Strict):
    """ORD."""

    code: str
    description: str
    data: dict[str, Any] | None


class FieldViolation(Strict):
    """ERR."""

    field: str
    description: str
    violated_rule: str
    rule_name: str
    data: dict[str, Any] | None


class ValidationError(Strict):
    """ERR."""

    field_violations: list[FieldViolation]


class ErrorDetails(Strict):
    """ERR: one of both."""

    application_error: ApplicationError | None = None
    validation_error: ValidationError | None = None


class ErrorAnswer(Strict):
    """ERR."""

    message: str
    details: ErrorDetails
