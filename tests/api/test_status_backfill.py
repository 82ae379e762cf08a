"""What the page and programs are told of orders that Wix was asked for."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest

from wix_printer_service.backfill_state import BackfillState, Outcome
from wix_printer_service.models import Road

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.status_house import House


def page(house: House) -> str:
    answer = house.browser().get("/")
    assert answer.status_code == 200
    return answer.text


def chips(text: str) -> list[str]:
    """Return the line of connections: the tone and the words of each."""
    line = text.partition('<p class="surroundings">')[2].partition("</p>")[0]
    found = re.findall(r'<span class="chip (\w+)">(.*?)</span>', line)
    return [f"{tone}: {unescape(words)}" for tone, words in found]


@pytest.mark.parametrize(
    ("outcome", "found", "expected"),
    [
        (Outcome.FINE, 0, "good: Wix gefragt um 18:58: alles schon da"),
        (Outcome.FINE, 2, "good: Wix gefragt um 18:58: seit dem Start 2 abgeholt"),
        (Outcome.UNAVAILABLE, 0, "look: Wix gibt gerade keine Auskunft (zuletzt: 18:58), "),
        (Outcome.KEY_REFUSED, 0, "stop: Wix nimmt den Schlüssel nicht an (letzte Auskunft: 18:58)"),
        (Outcome.FAILED, 0, "stop: Wix nach Bestellungen zu fragen klappt nicht (letzte Auskunft:"),
        (Outcome.NOT_YET, 0, "off: Wix wird gleich nach Bestellungen gefragt"),
        (Outcome.NOT_CONFIGURED, 0, "off: Wix wird nicht nach verpassten Bestellungen gefragt (k"),
    ],
)
def test_one_line_says_when_wix_was_asked_and_with_what_result(
    house: House, outcome: Outcome, found: int, expected: str
) -> None:
    now = house.clock.now()
    answered_at = now - timedelta(minutes=2)
    house.backfill = BackfillState(outcome, "An English reason.", now, answered_at, found)
    text = page(house)
    assert chips(text)[-1].startswith(expected)
    assert "English" not in text
    assert "no key" not in text


def test_that_wix_never_answered_is_said_and_asks_for_a_look(house: House) -> None:
    house.backfill = BackfillState(Outcome.UNAVAILABLE, "unreachable", house.clock.now())
    text = page(house)
    assert "(zuletzt: noch nie), versucht es von selbst weiter" in chips(text)[-1]
    assert "Bitte nachsehen" in text


def test_the_line_is_there_in_english_too(build_house: Callable[..., House]) -> None:
    house = build_house(restaurant={"language": "en"})
    now = house.clock.now()
    house.backfill = BackfillState(Outcome.FINE, "", now, now, 2)
    assert chips(page(house))[-1] == "good: Wix asked at 19:00: 2 fetched since the start"


def test_an_order_that_was_fetched_says_so_and_one_that_came_by_itself_does_not(
    house: House,
) -> None:
    house.take_in("pickup")
    house.clock.advance(60)
    house.take_in("delivery_cash", road=Road.BACKFILL)
    fetched, came = page(house).split('<article class="order">')[1:]
    assert "<h2>#10042</h2>" in fetched
    assert "bei Wix abgeholt" in fetched
    assert "bei Wix abgeholt" not in came


def test_an_order_of_before_the_first_start_is_quiet_and_asks_for_no_money(house: House) -> None:
    house.take_in("delivery_cash", road=Road.BACKFILL, is_past=True)
    text = page(house)
    assert '<span class="chip off">von früher – nicht gedruckt</span>' in text
    assert '<span class="chip off">NICHT BEZAHLT</span>' in text
    assert "Noch zu machen? Bitte in Wix nachsehen." in text
    assert "Nichts zu drucken." not in text


@pytest.fixture
def both_numbers(house: House) -> House:
    """An order that had no number when it was fetched, and got one from Wix later."""
    house.take_in("delivery_cash", lambda order: order.pop("number"), road=Road.BACKFILL)
    house.clock.advance(60)
    house.take_in("delivery_canceled")
    return house


def test_an_order_with_both_numbers_is_called_as_on_paper(both_numbers: House) -> None:
    text = page(both_numbers)
    assert "<h2>#10042 (L1)</h2>" in text
    assert "Bon zu Bestellung #10042 (L1) ansehen" in text


def test_programs_get_an_orders_name_its_numbers_and_its_road(both_numbers: House) -> None:
    browser = both_numbers.browser()
    (listed,) = browser.get("/orders").json()
    for order in (listed, browser.get(f"/orders/{listed['id']}").json()):
        numbers = (order["name"], order["number"], order["local_number"])
        assert numbers == ("#10042 (L1)", "10042", "L1")
        assert order["road"] == "backfill"


def test_the_description_names_all_that_health_says_of_asking_wix(house: House) -> None:
    browser = house.browser()
    schemas = browser.get("/openapi.json").json()["components"]["schemas"]
    shown = browser.get("/health").json()["backfill"]
    assert set(schemas["BackfillReport"]["properties"]) == set(shown)
    assert {"name", "road"} <= set(schemas["OrderReport"]["properties"])
