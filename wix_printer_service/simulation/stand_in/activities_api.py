"""Wix's interface to an order's timeline: what is noted there, by whom and when.

Source: paths, requests and answers of ``@wix/auto_sdk_ecom_orders`` 1.0.300.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wix_printer_service.simulation.stand_in import shapes
from wix_printer_service.simulation.stand_in.refusals import (
    NOT_FOUND,
    application_error,
    validation_error,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wix_printer_service.simulation.stand_in.site import Site

MOST_ACTIVITIES = 1000


class ActivitiesApi:
    """What can be done to activities; every method takes the path's ids and the body.

    Raises, all of them:
        RefusedError: The request is not right, or the order does not allow it.
    """

    def __init__(self, site: Site) -> None:
        self._site = site

    def add(self, ids: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Answer ``POST /ecom/v1/orders/{id}/activities``."""
        order_id = shapes.short_id("id", ids["id"])
        content = _one_of(shapes.read(shapes.AddActivity, body).activity)
        order, (activity_id,) = self._add(order_id, [content])
        return {"order": order, "activityId": activity_id}

    def add_many(self, ids: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Answer ``POST /ecom/v1/orders/{orderId}/activities/add``."""
        order_id = shapes.guid("orderId", ids["id"])
        asked = shapes.read(shapes.AddActivities, body).order_activities
        contents = [{"merchantComment": a.merchant_comment.given()} for a in asked]
        order, added = self._add(order_id, contents)
        return {"order": order, "activityIds": added}

    def update(self, ids: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Answer ``PATCH /ecom/v1/orders/{id}/activities/{activityId}``."""
        content = _one_of(shapes.read(shapes.AddActivity, body).activity)
        activity_id = shapes.guid("activityId", ids["activity_id"])

        def change(order: dict[str, Any]) -> None:
            activity = order["activities"][_place(order, activity_id)]
            for name in ("customActivity", "merchantComment"):
                activity.pop(name, None)
            activity |= content | _types(content)

        order_id = shapes.short_id("id", ids["id"])
        return {"order": self._site.change(order_id, change, "updated")}

    def delete(self, ids: Mapping[str, str], _body: Any) -> dict[str, Any]:
        """Answer ``DELETE /ecom/v1/orders/{id}/activities/{activityId}``."""
        activity_id = shapes.guid("activityId", ids["activity_id"])

        def change(order: dict[str, Any]) -> None:
            del order["activities"][_place(order, activity_id)]

        order_id = shapes.short_id("id", ids["id"])
        return {"order": self._site.change(order_id, change, "updated")}

    def _add(
        self, order_id: str, contents: list[dict[str, Any]]
    ) -> tuple[dict[str, Any], list[str]]:
        added = [
            {"id": self._site.new_id(), "createdDate": self._site.now(), **content}
            | _types(content)
            for content in contents
        ]

        def change(order: dict[str, Any]) -> None:
            activities = order.setdefault("activities", [])
            if len(activities) + len(added) > MOST_ACTIVITIES:
                text = f"has more than {MOST_ACTIVITIES} entries"
                raise validation_error(("order.activities", text, "MAX_SIZE"))
            activities.extend(added)

        order = self._site.change(order_id, change, "updated")
        return order, [activity["id"] for activity in added]


def _one_of(activity: shapes.PublicActivity) -> dict[str, Any]:
    content = activity.given()
    if len([value for value in content.values() if value is not None]) != 1:
        text = "must be one of customActivity and merchantComment"
        raise validation_error(("activity", text, "ONE_OF"))
    return content


def _types(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the types of an activity; the newer name has no value for custom ones."""
    if "customActivity" in content:
        return {"type": "CUSTOM_ACTIVITY"}
    return {"type": "MERCHANT_COMMENT", "activityType": "MERCHANT_COMMENT"}


def _place(order: dict[str, Any], activity_id: str) -> int:
    for place, activity in enumerate(order.get("activities", [])):
        if activity.get("id") == activity_id:
            return place
    raise application_error("ACTIVITY_NOT_FOUND", f"No activity {activity_id}", NOT_FOUND)
