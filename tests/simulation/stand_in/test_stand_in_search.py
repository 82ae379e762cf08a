"""If these pass, the stand-in finds and pages orders as Wix's search does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulation.stand_in.asker import RESTAURANTS, Asker, placed
from wix_printer_service.simulation.stand_in import Faults, StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import FakeClock

BY_UPDATE = [{"fieldName": "updatedDate", "order": "ASC"}]
BY_NUMBER = [{"fieldName": "number", "order": "ASC"}]


@pytest.fixture
def stand_in(private_key: str, fake_clock: FakeClock) -> Iterator[StandIn]:
    with StandIn(private_key, clock=fake_clock) as running:
        yield running


def test_a_thousand_orders_come_on_pages_each_once_and_in_order(
    stand_in: StandIn, asker: Asker
) -> None:
    for number in range(1000):
        placed(stand_in, number)
    pages = list(asker.pages(sort=BY_UPDATE, cursorPaging={"limit": 100}))
    assert [len(page) for page in pages] == [100] * 10
    assert [order["number"] for page in pages for order in page] == [str(n) for n in range(1000)]


def test_a_page_has_a_hundred_orders_newest_first_if_nothing_is_said(
    stand_in: StandIn, asker: Asker
) -> None:
    for number in range(101):
        placed(stand_in, number, createdDate=f"2026-11-20T17:{number // 60:02}:{number % 60:02}Z")
    answer = asker.search()
    assert [order["number"] for order in answer["orders"]] == [str(n) for n in range(100, 0, -1)]
    assert answer["metadata"]["count"] == 100
    assert answer["metadata"]["hasNext"] is True
    assert answer["metadata"]["cursors"]["prev"] is None


def test_the_last_page_has_no_next_one_and_the_one_before_is_found(
    stand_in: StandIn, asker: Asker
) -> None:
    for number in range(5):
        placed(stand_in, number)
    first = asker.search(sort=BY_NUMBER, cursorPaging={"limit": 2})
    second = asker.search(cursorPaging={"cursor": first["metadata"]["cursors"]["next"]})
    last = asker.search(cursorPaging={"cursor": second["metadata"]["cursors"]["next"]})
    assert [o["number"] for o in last["orders"]] == ["4"]
    assert (last["metadata"]["hasNext"], last["metadata"]["cursors"]["next"]) == (False, None)
    again = asker.search(cursorPaging={"cursor": last["metadata"]["cursors"]["prev"]})
    assert again["orders"] == second["orders"]
    first_again = asker.search(cursorPaging={"cursor": again["metadata"]["cursors"]["prev"]})
    assert first_again["orders"] == first["orders"]
    assert first_again["metadata"]["cursors"]["prev"] is None


def test_a_change_between_two_pages_hides_no_order(stand_in: StandIn, asker: Asker) -> None:
    for number in range(6):
        placed(stand_in, number)
    pages = asker.pages(sort=BY_UPDATE, cursorPaging={"limit": 2})
    seen = [order["number"] for order in next(pages)]
    placed(stand_in, 0)  # seen before, comes again at the end
    placed(stand_in, 4)  # not seen yet, comes later
    seen += [order["number"] for page in pages for order in page]
    assert seen == ["0", "1", "2", "3", "5", "0", "4"]


def test_a_follow_up_may_ask_for_another_number_of_orders(stand_in: StandIn, asker: Asker) -> None:
    for number in range(5):
        placed(stand_in, number)
    cursor = asker.search(sort=BY_NUMBER, cursorPaging={"limit": 1})["metadata"]["cursors"]["next"]
    assert asker.numbers(cursorPaging={"cursor": cursor, "limit": 3}) == ["1", "2", "3"]
    assert asker.numbers(cursorPaging={"cursor": cursor}) == ["1"]


def test_orders_of_the_same_moment_are_paged_without_loss(stand_in: StandIn, asker: Asker) -> None:
    for number in (3, 1, 2):
        placed(stand_in, number, createdDate="2026-11-20T17:00:00.000Z")
    pages = asker.pages(cursorPaging={"limit": 1})
    assert sorted(order["number"] for page in pages for order in page) == ["1", "2", "3"]


def test_the_daemons_own_search_finds_what_was_updated_since(
    stand_in: StandIn, asker: Asker, fake_clock: FakeClock
) -> None:
    placed(stand_in, 1)
    fake_clock.advance(60)
    since = fake_clock.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
    placed(stand_in, 2)
    placed(stand_in, 3, status="CANCELED")
    placed(stand_in, 4, status="PENDING")
    placed(stand_in, 5, lineItems=[{"catalogReference": {"appId": "a shop"}}])
    wanted = {
        "status": {"$in": ["APPROVED", "CANCELED"]},
        "updatedDate": {"$gte": since},
        "lineItems.catalogReference.appId": {"$hasSome": [RESTAURANTS]},
    }
    assert asker.numbers(filter=wanted, sort=BY_UPDATE) == ["2", "3"]


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({"status": "APPROVED"}, ["1", "2", "10"]),
        ({"status": {"$eq": "CANCELED"}}, ["3"]),
        ({"status": {"$ne": "APPROVED"}}, ["3"]),
        ({"status": {"$nin": ["CANCELED"]}}, ["1", "2", "10"]),
        ({"number": {"$gt": "2"}}, ["3", "10"]),
        ({"number": {"$gte": "2", "$lt": "10"}}, ["2", "3"]),
        ({"number": {"$lte": "2"}}, ["1", "2"]),
        ({"number": {"$in": ["1", "3"]}}, ["1", "3"]),
        ({"priceSummary.total.amount": {"$gt": "9.5"}}, ["2"]),
        ({"archived": True}, ["2"]),
        ({"businessLocation.name": {"$eq": None}}, ["2"]),
        ({"businessLocation.name": {"$ne": None}}, ["1", "3", "10"]),
        ({"lineItems.productName.original": {"$hasAll": ["A", "B"]}}, ["3"]),
        ({"lineItems.productName.original": {"$hasSome": ["A", "B"]}}, ["2", "3"]),
        ({"$or": [{"number": "1"}, {"number": "10"}]}, ["1", "10"]),
        ({"$and": [{"archived": False}, {"number": {"$gt": "1"}}]}, ["3", "10"]),
        ({"$not": {"status": "APPROVED"}}, ["3"]),
        ({"createdDate": {"$lt": "2026-11-20T17:00:00+00:00"}}, ["2"]),
    ],
)
def test_filters_mean_what_they_mean_at_wix(
    stand_in: StandIn, asker: Asker, conditions: dict, found: list[str]
) -> None:
    def named(*names: str) -> list[dict]:
        return [{"productName": {"original": name}} for name in names]

    cheap, dear = ({"total": {"amount": amount}} for amount in ("9.50", "10"))
    here = {"name": "here"}
    common = {"archived": False, "priceSummary": cheap, "businessLocation": here}
    placed(stand_in, 1, **common, lineItems=named("C"))
    older = {"createdDate": "2026-11-20T16:59:59.999Z", "businessLocation": None}
    placed(stand_in, 2, **older, archived=True, priceSummary=dear, lineItems=named("A", "C"))
    placed(stand_in, 3, **common, status="CANCELED", lineItems=named("B", "A"))
    placed(stand_in, 10, **common, lineItems=named("C"))
    assert asker.numbers(filter=conditions, sort=BY_NUMBER) == found


def test_orders_are_sorted_by_several_fields(stand_in: StandIn, asker: Asker) -> None:
    for number, status in ((1, "APPROVED"), (2, "CANCELED"), (3, "APPROVED"), (10, "CANCELED")):
        placed(stand_in, number, status=status)
    sort = [{"fieldName": "status"}, {"fieldName": "number", "order": "DESC"}]
    assert asker.numbers(sort=sort) == ["3", "1", "10", "2"]
    pages = asker.pages(sort=sort, cursorPaging={"limit": 1})
    assert [order["number"] for page in pages for order in page] == ["3", "1", "10", "2"]


def test_an_order_without_the_value_stands_before_those_with_one(
    stand_in: StandIn, asker: Asker
) -> None:
    placed(stand_in, 1, purchasedDate="2026-11-20T17:00:00.000Z")
    placed(stand_in, 2)
    sort = [{"fieldName": "purchasedDate"}]
    found = [
        o["number"] for page in asker.pages(sort=sort, cursorPaging={"limit": 1}) for o in page
    ]
    assert found == ["2", "1"]


def test_an_unreadable_value_of_an_order_is_no_value(stand_in: StandIn, asker: Asker) -> None:
    placed(stand_in, 1, purchasedDate=17)
    sort = [{"fieldName": "purchasedDate"}]
    assert asker.numbers(filter={"purchasedDate": {"$eq": None}}, sort=sort) == ["1"]


def test_initialized_orders_are_never_found(stand_in: StandIn, asker: Asker) -> None:
    placed(stand_in, 1, status="INITIALIZED")
    assert asker.numbers() == []
    assert asker.numbers(filter={"status": "INITIALIZED"}) == []


def test_a_search_knows_a_change_only_after_the_lag_and_get_at_once(
    stand_in: StandIn, asker: Asker, fake_clock: FakeClock
) -> None:
    stand_in.faults = Faults(index_lag_s=5)
    order_id = placed(stand_in, 1)
    fake_clock.advance(3)
    placed(stand_in, 1, buyerNote="changed")
    assert asker.numbers() == []
    assert asker.orders(order_id, method="GET").json()["order"]["buyerNote"] == "changed"
    fake_clock.advance(2)
    first = asker.search()["orders"]
    fake_clock.advance(3)
    second = asker.search()["orders"]
    assert ["buyerNote" in order for order in first + second] == [False, True]
    assert first[0]["updatedDate"] < second[0]["updatedDate"]


def test_a_deleted_order_is_gone(stand_in: StandIn, asker: Asker) -> None:
    order_id = placed(stand_in, 1)
    stand_in.site.put(
        {
            "data": {
                "slug": "imported_order_deleted",
                "entityId": order_id,
                "actionEvent": {"body": {"order": {"id": order_id}}},
            }
        }
    )
    assert asker.numbers() == []
    assert asker.orders(order_id, method="GET").status_code == 404


def test_pages_are_shuffled_and_orders_doubled_on_request(stand_in: StandIn, asker: Asker) -> None:
    for number in range(50):
        placed(stand_in, number)
    stand_in.faults = Faults(disorder=True)
    shuffled = asker.numbers(sort=BY_NUMBER)
    assert shuffled != sorted(shuffled, key=int)
    assert sorted(shuffled, key=int) == [str(n) for n in range(50)]
    stand_in.faults = Faults(double_share=1.0)
    answer = asker.search(sort=BY_NUMBER)
    assert [order["number"] for order in answer["orders"]] == [str(n // 2) for n in range(100)]
    assert answer["metadata"]["count"] == 100
