"""What people see of receipts before they are printed."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.api.conftest import PASSWORD
from wix_printer_service.api.pictures import MARGIN_DOTS
from wix_printer_service.models import JobState

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.status_house import House

TWO_STATIONS = {
    "stations": {"bar": {"names": ["*tiramisu*"]}},
    "printers": {
        "kitchen": {
            "connection": "cups://kitchen",
            "receipts": ["kitchen"],
            "stations": ["default", "expo"],
        },
        "bar": {
            "connection": "cups://bar",
            "receipts": ["kitchen"],
            "stations": ["bar"],
            "paper_width_mm": 58,
        },
    },
}


def width_of(png: bytes) -> int:
    with Image.open(BytesIO(png)) as picture:
        return picture.width - 2 * MARGIN_DOTS


def pictures_on(page: str) -> list[str]:
    return [part.partition('"')[0].replace("&amp;", "&") for part in page.split('<img src="')[1:]]


def test_an_order_leads_to_the_page_of_its_receipts(house: House):
    order = house.take_in("delivery_cash")
    browser = house.browser()
    assert f'<a href="/orders/{order}/preview"><h2>#10042</h2></a>' in browser.get("/").text
    page = browser.get(f"/orders/{order}/preview")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert pictures_on(page.text) == [
        "preview.png?receipt=kitchen&station=",
        "preview.png?receipt=driver&station=",
        "preview.png?receipt=customer&station=",
    ]
    assert 'href="/">Zu den Bestellungen<' in page.text


def test_each_receipt_stands_there_as_text_too(house: House):
    order = house.take_in("delivery_cash")
    page = house.browser().get(f"/orders/{order}/preview").text
    kitchen, driver, customer = page.split("<pre>")[1:]
    assert "Küche: Bon zu Bestellung #10042 ansehen" in page
    assert "Kraußmüller" in driver
    assert "Ristorante Müller" not in kitchen.partition("</pre>")[0] or "10042" in kitchen
    assert "10042" in customer


def test_the_pictures_have_the_paper_of_the_printer(house: House):
    order = house.take_in("delivery_cash")
    browser = house.browser()
    kitchen = browser.get(f"/orders/{order}/preview.png?receipt=kitchen&station=")
    customer = browser.get(f"/orders/{order}/preview.png?receipt=customer")
    assert kitchen.headers["content-type"] == "image/png"
    assert width_of(kitchen.content) == 576
    assert width_of(customer.content) == 384


def test_the_picture_is_that_of_the_job_that_would_be_printed(house: House):
    order = house.take_in("pickup")
    kitchen, _ = house.jobs_of(order)
    browser = house.browser()
    preview = browser.get(f"/orders/{order}/preview.png").content
    assert preview == browser.get(f"/jobs/{kitchen.id}/receipt.png").content


def test_a_preview_shows_the_order_as_it_is_now(house: House):
    order = house.take_in("modifiers")
    kitchen, _ = house.jobs_of(order)
    assert house.work_off("kitchen", JobState.PRINTED) == kitchen.id
    before = house.browser().get(f"/orders/{order}/preview.png").content
    house.clock.advance(60)
    house.take_in("modifiers_edited")
    assert house.browser().get(f"/orders/{order}/preview.png").content != before


def test_each_station_has_its_own(build_house: Callable[..., House]):
    house = build_house(**TWO_STATIONS)
    order = house.take_in("pickup")
    browser = house.browser()
    page = browser.get(f"/orders/{order}/preview").text
    assert pictures_on(page) == [
        "preview.png?receipt=kitchen&station=",
        "preview.png?receipt=kitchen&station=expo",
        "preview.png?receipt=kitchen&station=bar",
    ]
    assert "Küche (bar)" in page
    bar = browser.get(f"/orders/{order}/preview.png?station=bar").content
    default = browser.get(f"/orders/{order}/preview.png?station=default").content
    assert (width_of(bar), width_of(default)) == (384, 576)


def test_a_station_without_work_has_no_receipt(build_house: Callable[..., House]):
    house = build_house(**TWO_STATIONS)
    order = house.take_in("delivery_cash")
    page = house.browser().get(f"/orders/{order}/preview").text
    assert [path for path in pictures_on(page) if path.endswith("station=bar")] == []


def test_an_order_that_nothing_is_printed_of_says_so(build_house: Callable[..., House]):
    drivers_only = {"bike": {"connection": "cups://bike", "receipts": ["driver"]}}
    house = build_house(printers=drivers_only)
    order = house.take_in("pickup")
    page = house.browser().get(f"/orders/{order}/preview").text
    assert "Nichts zu drucken." in page
    assert "<img" not in page


def test_an_order_that_is_called_off_says_so_on_every_receipt(house: House):
    house.take_in("delivery_cash")
    house.clock.advance(60)
    order = house.take_in("delivery_canceled")
    page = house.browser().get(f"/orders/{order}/preview").text
    assert all("STORNIERT" in text for text in page.split("<pre>")[1:])


@pytest.mark.parametrize("path", ["preview", "preview.png"])
def test_there_is_none_of_an_order_that_is_unknown_or_forgotten(house: House, path):
    order = house.take_in("pickup")
    house.anonymise(order)
    browser = house.browser()
    assert browser.get(f"/orders/{order}/{path}").status_code == 404
    assert browser.get(f"/orders/nothing/{path}").status_code == 404
    assert "/preview" not in browser.get("/").text


def test_a_problem_is_told_to_people_in_words_and_to_programs_as_json(house: House):
    browser = house.browser()
    assert "Das gibt es nicht" in browser.get("/orders/nothing/preview").text
    refusal = browser.get("/orders/nothing/preview.png")
    assert refusal.json() == {"detail": "there is no order nothing"}


@pytest.mark.parametrize(
    ("query", "code"), [("station=grill", 404), ("receipt=change", 422), ("receipt=menu", 422)]
)
def test_what_is_no_receipt_has_no_picture(house: House, query, code):
    order = house.take_in("pickup")
    assert house.browser().get(f"/orders/{order}/preview.png?{query}").status_code == code


def test_a_cancellation_can_be_looked_at_before_there_is_one(house: House):
    order = house.take_in("pickup")
    answer = house.browser().get(f"/orders/{order}/preview.png?receipt=cancellation")
    assert answer.status_code == 200


def test_strangers_see_no_receipt(locked_house: House):
    order = locked_house.take_in("pickup")
    stranger = locked_house.browser()
    page = stranger.get(f"/orders/{order}/preview")
    assert (page.status_code, page.headers["location"]) == (303, "/login")
    assert stranger.get(f"/orders/{order}/preview.png").status_code == 401
    stranger.send_form("/login", password=PASSWORD)
    assert stranger.get(f"/orders/{order}/preview.png").status_code == 200


def test_hostile_words_stay_words(house: House):
    evil = "<script>alert(1)</script>"
    order = house.take_in("pickup", lambda order: order.update(buyerNote=evil, number=evil))
    page = house.browser().get(f"/orders/{order}/preview").text
    assert evil not in page
    assert "&lt;script&gt;" in page
