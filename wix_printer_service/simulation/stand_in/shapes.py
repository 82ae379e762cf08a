"""What requests must look like: unknown fields and wrong types are refused, as Wix refuses them.

Source: the request types of ``@wix/auto_sdk_ecom_orders`` 1.0.300 and
``@wix/auto_sdk_ecom_order-fulfillments`` 1.0.65, and for tokens ``@wix/sdk`` 1.21.16.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from wix_printer_service.simulation.stand_in.refusals import validation_error

GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
LONGEST_ID = 100

Guid: TypeAlias = Annotated[str, StringConstraints(pattern=f"^{GUID.pattern}$")]


class Shape(BaseModel):
    """A JSON object with known fields of known types."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)

    def given(self) -> dict[str, Any]:
        """Return what the request said, by Wix's names."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class Sorting(Shape):
    """``Sorting``."""

    field_name: Annotated[str, Field(max_length=512)]
    order: Literal["ASC", "DESC"] = "ASC"


class CursorPaging(Shape):
    """``CursorPaging``."""

    limit: Annotated[int, Field(ge=1, le=100)] | None = None
    cursor: Annotated[str, Field(max_length=16_000)] | None = None


class CursorSearch(Shape):
    """``CursorSearch``."""

    cursor_paging: CursorPaging = CursorPaging()
    filter: dict[str, Any] | None = None
    sort: Annotated[list[Sorting], Field(max_length=4)] = []


class SearchOrders(Shape):
    """``SearchOrdersRequest``."""

    search: CursorSearch = CursorSearch()


class BuyerChanges(Shape):
    """What may be changed of ``BuyerInfo``."""

    email: str


class Contact(Shape):
    """``FullAddressContactDetails``."""

    first_name: Annotated[str, Field(max_length=100)] | None = None
    last_name: Annotated[str, Field(max_length=100)] | None = None
    phone: str | None = None
    company: Annotated[str, Field(max_length=1000)] | None = None
    vat_id: dict[str, Any] | None = None


class AddressWithContact(Shape):
    """``AddressWithContact``."""

    address: dict[str, Any] | None = None
    contact_details: Contact = Contact()


class LogisticsChanges(Shape):
    """What may be changed of ``DeliveryLogistics``."""

    shipping_destination: AddressWithContact


class ShippingChanges(Shape):
    """What may be changed of ``V1ShippingInformation``."""

    logistics: LogisticsChanges


class OrderChanges(Shape):
    """What may be changed of ``Order``, by the description of ``updateOrder``."""

    id: Guid | None = None
    buyer_info: BuyerChanges | None = None
    buyer_language: str | None = None
    weight_unit: Literal["KG", "LB"] | None = None
    billing_info: AddressWithContact | None = None
    archived: bool | None = None
    attribution_source: Literal["UNSPECIFIED", "FACEBOOK_ADS"] | None = None
    seen_by_a_human: bool | None = Field(None, alias="seenByAHuman")
    recipient_info: AddressWithContact | None = None
    shipping_info: ShippingChanges | None = None


class UpdateOrder(Shape):
    """``UpdateOrderRequest``."""

    order: OrderChanges


class MerchantComment(Shape):
    """``MerchantComment``."""

    message: Annotated[str, Field(min_length=1, max_length=5000)]


class CustomActivity(Shape):
    """``CustomActivity``."""

    app_id: Guid
    type: Annotated[str, Field(max_length=100)]
    additional_data: dict[str, str] = {}


class PublicActivity(Shape):
    """``PublicActivity``, one of two."""

    custom_activity: CustomActivity | None = None
    merchant_comment: MerchantComment | None = None


class AddActivity(Shape):
    """``AddActivityRequest`` and ``UpdateActivityRequest``; the ids stand in the path."""

    activity: PublicActivity


class CommentActivity(Shape):
    """``Activity`` as ``addActivities`` takes it: "currently supports ... MERCHANT_COMMENT"."""

    merchant_comment: MerchantComment
    activity_type: Literal["MERCHANT_COMMENT"]
    type: Literal["MERCHANT_COMMENT"] = "MERCHANT_COMMENT"


class AddActivities(Shape):
    """``AddActivitiesRequest``."""

    order_activities: Annotated[list[CommentActivity], Field(min_length=1, max_length=300)]


class CancelOrder(Shape):
    """``CancelOrderRequest``."""

    send_order_canceled_email: bool = False
    custom_message: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    restock_all_items: bool = False


class UpdateStatus(Shape):
    """``UpdateOrderStatusRequest``."""

    status: Literal["INITIALIZED", "APPROVED", "CANCELED", "PENDING", "REJECTED"]


class MarkAsPaid(Shape):
    """``MarkOrderAsPaidRequest``; the id stands in the path."""


class FulfillmentLine(Shape):
    """``FulfillmentLineItem``."""

    id: Guid
    quantity: Annotated[int, Field(ge=1, le=100_000)] | None = None


class TrackingInfo(Shape):
    """``FulfillmentTrackingInfo``."""

    tracking_number: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    shipping_provider: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    tracking_link: Annotated[str, Field(min_length=1, max_length=2048)] | None = None


class CustomInfo(Shape):
    """``CustomFulfillmentInfo``."""

    fields_data: Annotated[dict[str, str], Field(max_length=100)] = {}


class FulfillmentChanges(Shape):
    """What may be changed of ``Fulfillment``."""

    id: Guid | None = None
    status: Literal["Pending", "Accepted", "Ready", "In_Delivery", "Fulfilled"] | None = None
    tracking_info: TrackingInfo | None = None
    custom_info: CustomInfo | None = None
    completed: bool | None = None


class UpdateFulfillment(Shape):
    """``UpdateFulfillmentRequest``; the order's id stands in the path."""

    fulfillment: FulfillmentChanges


class NewFulfillment(FulfillmentChanges):
    """``Fulfillment`` as it is created."""

    id: None = None
    line_items: Annotated[list[FulfillmentLine], Field(max_length=300)]


class CreateFulfillment(Shape):
    """``CreateFulfillmentRequest``; the order's id stands in the path."""

    fulfillment: NewFulfillment


class TokenRequest(BaseModel):
    """What ``@wix/sdk`` sends for an app's access token."""

    model_config = ConfigDict(extra="forbid", strict=True)

    grant_type: Literal["client_credentials"]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: Annotated[str, Field(min_length=1)]
    instance_id: Annotated[str, Field(min_length=1)]


ModelT = TypeVar("ModelT", bound=BaseModel)


def read(shape: type[ModelT], body: Any) -> ModelT:
    """Return a request's body in its shape.

    Raises:
        RefusedError: Naming every field that does not fit.
    """
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        found = [
            (".".join(str(part) for part in problem["loc"]), problem["msg"], problem["type"])
            for problem in error.errors(include_url=False, include_input=False)
        ]
        raise validation_error(*found) from error


def guid(name: str, value: str) -> str:
    """Return an id of the path.

    Raises:
        RefusedError: It is no GUID.
    """
    if not GUID.fullmatch(value):
        raise validation_error((name, "is not a valid GUID", "INVALID_GUID"))
    return value


def short_id(name: str, value: str) -> str:
    """Return an id of the path of which the types only say how long it is.

    Raises:
        RefusedError: It is too long.
    """
    if len(value) > LONGEST_ID:
        raise validation_error((name, f"is longer than {LONGEST_ID}", "MAX_LENGTH"))
    return value
