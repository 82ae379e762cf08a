"""What the page and programs are told of orders that Wix was asked for."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest

from wix_printer_service.backfill_state import BackfillState, Outcome
from wix_printer_service.models import OrderState, Road
from wix_printer_service.observations import Cause, ComponentState

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.status_house import House


def page(house: House) -> str:
    answer = house.browser().get("/")
    assert answer.status_code == 200
    return answer.text


def banner(text: str) -> str:
    return unescape(text.partition("<header")[2].partition("</header>")[0])


def chips(text: str) -> list[str]:
    """Return the line of connections: the tone and the words of each."""
    line = text.partition('<p class="surroundings">')[2].partition("</p>")[0]
    found = re.findall(r'<span class="chip (\w+)">(.*?)</span>', line)
    return [f"{tone}: {unescape(words)}" for tone, words in found]


@pytest.mark.parametrize(
    ("outcome", "found", "expected"),
    [
        (Outcome.FINE, 0, "good: Wix gefragt um 18:58: alles schon da"),
        (Outcome.FINE, 2, "good: Wix gefragt um 18:58: seit dem Start 2 nachgeholt"),
        (Outcome.UNAVAILABLE, 0, "look: Wix gibt gerade keine Auskunft (zuletzt: 18:58); "),
        (
            Outcome.KEY_REFUSED,
            0,
            "stop: Der Schlüssel für Wix ist nicht zu gebrauchen (letzte Auskunft: 18:58): bitte",
        ),
        (Outcome.FAILED, 0, "stop: Wix nach Bestellungen zu fragen klappt nicht (letzte Auskunft:"),
        (Outcome.NOT_YET, 0, "off: Wix wird nach Bestellungen gefragt …"),
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
    assert "(zuletzt: noch nie); der Dienst versucht es von selbst wieder" in chips(text)[-1]
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
    assert "von Wix nachgeholt" in fetched
    assert "nachgeholt" not in came


def test_an_order_of_before_the_first_start_is_quiet_and_asks_for_no_money(house: House) -> None:
    house.take_in("delivery_cash", road=Road.BACKFILL, is_past=True)
    text = page(house)
    assert '<span class="chip off">von früher – nicht gedruckt</span>' in text
    assert '<span class="chip off">NICHT BEZAHLT</span>' in text
    assert "Noch zu machen? Bitte in Wix nachsehen." in text
    assert "Nichts zu drucken." not in text


@pytest.mark.parametrize("status", ["CANCELED", "REJECTED"])
def test_an_order_called_off_before_it_was_heard_of_reads_cancelled_and_asks_for_no_money(
    house: House, status: str
) -> None:
    house.take_in(
        "delivery_canceled", lambda order: order.update(status=status), road=Road.BACKFILL
    )
    (order,) = house.browser().get("/orders").json()
    assert order["state"] == OrderState.REMEMBERED
    text = page(house)
    assert '<span class="chip off">storniert</span>' in text
    assert '<span class="chip off">NICHT BEZAHLT</span>' in text
    assert "noch nicht bestätigt" not in text


def test_an_erased_order_that_was_called_off_reads_erased(house: House) -> None:
    house.anonymise(house.take_in("delivery_canceled", road=Road.BACKFILL))
    (order,) = house.browser().get("/orders").json()
    assert (order["state"], order["status"]) == (OrderState.ERASED, "CANCELED")
    assert '<span class="chip off">gelöscht</span>' in page(house)


def test_an_order_that_waits_for_its_approval_does_not_read_cancelled(house: House) -> None:
    house.take_in("pickup_created", lambda order: order.update(status="PENDING"))
    assert '<span class="chip wait">noch nicht bestätigt</span>' in page(house)


def test_a_key_that_cannot_be_used_stands_in_the_banner_too(house: House) -> None:
    house.backfill = BackfillState(Outcome.KEY_REFUSED, "An English reason.")
    text = page(house)
    line = "Der Schlüssel für Wix ist nicht zu gebrauchen (letzte Auskunft: noch nie)"
    assert f'<p class="consequence">{line}: bitte dem Betreiber sagen</p>' in banner(text)
    assert chips(text)[-1].startswith(f"stop: {line}")


@pytest.mark.parametrize("outcome", [Outcome.FINE, Outcome.NOT_YET, Outcome.UNAVAILABLE])
def test_what_needs_no_person_is_not_in_the_banner(house: House, outcome: Outcome) -> None:
    house.backfill = BackfillState(outcome)
    assert "Wix" not in banner(page(house))


def test_a_wix_that_answers_is_reachable_which_is_not_to_say_that_all_is_in_order(
    house: House,
) -> None:
    house.sees("wix", Cause.FINE, ComponentState.ONLINE)
    house.sees("internet", Cause.FINE, ComponentState.ONLINE)
    assert chips(page(house))[:-1] == ["good: Internet: in Ordnung", "good: Wix: erreichbar"]


def test_orders_of_before_that_are_still_due_are_counted_beside_in_the_pages_own_words(
    house: House,
) -> None:
    house.backfill = BackfillState(Outcome.FINE, answered_at=house.clock.now(), past_due=2)
    text = page(house)
    assert chips(text)[-1] == "look: Von früher, noch fällig, wird nicht gedruckt: 2"
    assert chips(text)[-2].startswith("good: Wix gefragt um")
    assert "Alles in Ordnung" in banner(text)
    assert "wix-printer orders" not in text


def test_where_nothing_of_before_is_due_nothing_is_said_of_it(house: House) -> None:
    house.backfill = BackfillState(Outcome.FINE, answered_at=house.clock.now())
    assert "früher" not in page(house)


def test_what_is_still_due_is_there_in_english_too(build_house: Callable[..., House]) -> None:
    house = build_house(restaurant={"language": "en"})
    house.backfill = BackfillState(Outcome.FINE, past_due=1)
    assert chips(page(house))[-1] == "look: From earlier, due later, not printed: 1"


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
