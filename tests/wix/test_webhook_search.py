"""If these pass, an order that Wix's search shows is an event like those of the webhooks."""

from __future__ import annotations

import json

import pytest

from wix_printer_service.models import Road
from wix_printer_service.simulation import samples
from wix_printer_service.wix import wire
from wix_printer_service.wix.webhook import LOCAL_ID, EventKind, OrderEvent, event_of_search, parse


def found(sample: str = "pickup", **changes: object) -> dict[str, object]:
    order = samples.order_of(samples.load(sample)) | changes
    return wire.load(json.dumps(order))


def test_an_order_that_was_found_is_an_event_of_its_own_road():
    order = found()
    event = event_of_search(order)
    assert event == OrderEvent(
        id=event.id,
        type="search",
        kind=EventKind.UPDATED,
        order_id=order["id"],
        sequence=None,
        anonymise=False,
        order=order,
        road=Road.BACKFILL,
        is_past=False,
    )
    assert event.id.startswith("search sha256:")


def test_whether_it_is_of_before_the_first_start_is_said_by_whoever_asked():
    assert event_of_search(found(), is_past=True).is_past


def test_a_webhook_is_of_the_other_road_and_never_of_the_past():
    event = parse(json.dumps({"data": samples.load("pickup")}).encode())
    assert (event.road, event.is_past) == (Road.WEBHOOK, False)


def test_what_is_the_same_to_the_last_letter_is_one_event():
    assert event_of_search(found()).id == event_of_search(found()).id
    assert event_of_search(found()).id != event_of_search(found(updatedDate="later")).id


def test_an_order_without_an_id_goes_by_its_event():
    event = event_of_search(found(id=None))
    assert event.order_id == f"{LOCAL_ID}{event.id}"


@pytest.mark.parametrize("unreadable", [None, 5, "no JSON", ["a list"], True])
def test_what_is_no_order_at_all_is_kept_as_it_came(unreadable):
    event = event_of_search(unreadable)
    assert event.order == {"unreadable": unreadable}
    assert event.order_id == f"{LOCAL_ID}{event.id}"
    assert event.id == event_of_search(unreadable).id


@pytest.mark.parametrize("status", [None, "", {"odd": 1}, ["APPROVED"]])
def test_one_whose_status_cannot_be_read_counts_as_approved(status):
    assert event_of_search(found(status=status)).kind is EventKind.APPROVED


@pytest.mark.parametrize("status", ["APPROVED", "CANCELED", "PENDING", "SOMETHING_NEW"])
def test_a_status_that_can_be_read_is_believed(status):
    assert event_of_search(found(status=status)).kind is EventKind.UPDATED
