"""If these pass, a look that is broken off, or misled by Wix, loses nothing."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.wix_shelf import asking_house, order, put, since_of
from wix_printer_service.errors import WixUnavailableError
from wix_printer_service.wix.client import OrderPage

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
AWAY = WixUnavailableError("away")


@pytest.fixture
def small_pages(database, fake_clock):
    asking = asking_house(database, fake_clock, backfill={"page_size": 5})
    asking.look().take(wide=True)
    for number in range(20):
        put(asking, f"o{number}")
    asking.shelf.pages = 0
    return asking


def test_goes_on_at_the_page_where_it_ended(small_pages):
    look = small_pages.look()
    small_pages.shelf.failures = {4: AWAY}
    with pytest.raises(WixUnavailableError):
        look.take(wide=True)
    assert small_pages.house.rows("orders") == 15
    look.take(wide=True)
    last = datetime.fromisoformat(small_pages.shelf.orders[14]["updatedDate"])
    assert since_of(small_pages.shelf.asked[-1]) <= last
    assert since_of(small_pages.shelf.asked[-1]) > last - timedelta(seconds=1)
    assert small_pages.house.rows("orders") == 20


def test_gets_through_though_every_third_page_fails(small_pages):
    small_pages.shelf.failures = dict.fromkeys(range(3, 60, 3), AWAY)
    look = small_pages.look()
    for _ in range(10):
        try:
            look.take(wide=False)
        except WixUnavailableError:
            continue
        break
    assert small_pages.house.rows("orders") == 20


def test_loses_nothing_over_a_restart(small_pages):
    small_pages.shelf.failures = {3: AWAY}
    with pytest.raises(WixUnavailableError):
        small_pages.look().take(wide=True)
    small_pages.look().take(wide=True)
    assert small_pages.house.rows("orders") == 20


def test_skips_nothing_where_pages_come_unsorted(small_pages):
    small_pages.shelf.is_sorted = False
    small_pages.shelf.orders.reverse()
    small_pages.shelf.failures = {3: AWAY}
    look = small_pages.look()
    with pytest.raises(WixUnavailableError):
        look.take(wide=True)
    look.take(wide=False)
    assert small_pages.house.rows("orders") == 20


def test_a_page_that_names_itself_as_the_next_ends_it(small_pages):
    shelf = small_pages.shelf
    shelf.more_orders = lambda cursor: OrderPage((), cursor, shelf.now(), None)
    with pytest.raises(WixUnavailableError, match="where they begin"):
        small_pages.look().take(wide=True)


def test_so_do_pages_that_lead_in_a_circle(small_pages):
    names = itertools.cycle("ABC")
    shelf = small_pages.shelf
    shelf.more_orders = lambda _cursor: OrderPage((), next(names), shelf.now(), None)
    with pytest.raises(WixUnavailableError):
        small_pages.look().take(wide=True)


def test_so_do_pages_without_end(small_pages):
    names = map(str, itertools.count())
    shelf = small_pages.shelf
    shelf.more_orders = lambda _cursor: OrderPage((), next(names), shelf.now(), None)
    with pytest.raises(WixUnavailableError):
        small_pages.look().take(wide=True)
    assert next(names) == "199"


def test_where_wix_says_that_there_is_more_but_not_where_it_goes_on_by_date(small_pages):
    shelf, whole = small_pages.shelf, small_pages.shelf.search_orders
    shelf.search_orders = lambda filters, limit: replace(
        whole(filters, limit), next_cursor=None, has_next=True
    )
    look = small_pages.look()
    for _ in range(6):
        with pytest.raises(WixUnavailableError):
            look.take(wide=False)
    assert small_pages.house.rows("orders") == 20


def test_a_full_page_with_a_cursor_is_not_the_last_whatever_wix_says(small_pages):
    shelf, whole = small_pages.shelf, small_pages.shelf._page
    shelf._page = lambda *some: replace(whole(*some), has_next=False)
    small_pages.look().take(wide=True)
    assert small_pages.house.rows("orders") == 20


def test_an_order_that_the_index_showed_late_is_found_after_a_long_outage(small_pages):
    hidden = small_pages.shelf.orders.pop(2)
    look = small_pages.look()
    small_pages.shelf.failures = {2: AWAY}
    with pytest.raises(WixUnavailableError):
        look.take(wide=True)
    small_pages.shelf.orders.append(hidden)
    small_pages.clock.advance(7 * 3600)
    look.take(wide=False)
    look.take(wide=True)
    assert small_pages.house.rows("orders") == 20


def test_an_order_that_slips_through_while_pages_shift_is_found_by_the_next_look(small_pages):
    shelf, whole = small_pages.shelf, small_pages.shelf.more_orders
    slipped = shelf.orders[5]["id"]

    def more_orders(cursor):
        page = whole(cursor)
        return replace(page, orders=tuple(o for o in page.orders if o["id"] != slipped))

    shelf.more_orders = more_orders
    small_pages.clock.advance(7 * 3600)
    look = small_pages.look()
    look.take(wide=True)
    assert small_pages.house.rows("orders") == 19
    shelf.more_orders = whole
    look.take(wide=False)
    assert small_pages.house.rows("orders") == 20


def test_looks_that_only_go_on_never_settle_what_lies_behind(small_pages):
    hidden = small_pages.shelf.orders.pop(2)
    look = small_pages.look()
    for number in range(2):
        small_pages.shelf.failures = {small_pages.shelf.pages + 2: AWAY}
        with pytest.raises(WixUnavailableError):
            look.take(wide=True)
        small_pages.clock.advance(7 * 3600)
        put(small_pages, f"later {number}")
        look.take(wide=False)
    small_pages.shelf.orders.append(hidden)
    look.take(wide=False)
    assert small_pages.house.rows("orders") == 22


def test_a_time_that_wix_told_wrongly_once_is_not_believed_for_ever(small_pages):
    shelf, look = small_pages.shelf, small_pages.look()
    far = small_pages.clock.now() + timedelta(days=400)
    shelf.orders.append(order("far", far, created=small_pages.clock.now()))
    shelf.clock_is_ahead_s = 1000 * 86_400.0
    for _ in range(2):
        look.take(wide=False)
    shelf.clock_is_ahead_s = 0.0
    look.take(wide=False)
    put(small_pages, "a")
    assert look.take(wide=False).brought == 1
