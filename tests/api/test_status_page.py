"""What people in the kitchen see."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.api.status_pages import page, print_all, words
from wix_printer_service.api.status_words import Speaker
from wix_printer_service.observations import Cause, ComponentState
from wix_printer_service.settings import Restaurant

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.status_house import House


def test_a_quiet_evening(house: House):
    text = words(page(house))
    assert "Trattoria Beispiel Alles in Ordnung" in text
    assert "Drucker kitchen: bereit" in text
    assert "Noch keine Bestellungen." in text
    assert "Stand 19:00" in text


def test_the_page_loads_itself_anew_and_needs_nothing_from_elsewhere(build_house):
    text = page(build_house(status={"refresh_s": 7.4}))
    assert '<meta http-equiv="refresh" content="7">' in text
    assert 'content="width=device-width' in text
    assert "<script" not in text
    assert "style=" not in text
    assert "//" not in text


def test_a_printer_that_is_away_is_named_with_the_reason_and_since_when(house: House):
    house.sees("printer:kitchen", Cause.PAPER_OUT, text="there is no paper in it")
    house.sees("printer:counter", Cause.PAPER_NEAR_END, ComponentState.DEGRADED)
    house.clock.advance(20 * 60)
    house.take_in("pickup")
    house.clock.advance(60)
    text = words(page(house))
    assert "Bitte nachsehen" in text
    assert (
        "Drucker kitchen: Papier leer seit 19:00; der Dienst versucht es von selbst wieder"
        " Der älteste Bon wartet seit 19:20. 1 × wartet" in text
    )
    assert "Drucker counter: Papier geht zu Ende seit 19:00 Der älteste" in text
    assert "paper" not in text


def test_a_printer_that_breaks_off_every_job_is_not_called_ready(house: House):
    for _ in range(house.settings.connectivity.breaker_failures):
        house.monitor.component("printer:kitchen").breaker.failed()
    text = page(house)
    assert "Drucker kitchen: bricht mitten im Bon ab" in words(text)
    assert '<div class="printer stop">' in text


def test_a_printer_that_cannot_be_asked_is_no_trouble(house: House):
    house.sees("printer:kitchen", Cause.CANNOT_TELL, ComponentState.UNKNOWN)
    text = words(page(house))
    assert "Alles in Ordnung" in text
    assert "Drucker kitchen: erreichbar, meldet aber weder Papier noch Deckel" in text


def test_without_internet_the_page_says_what_that_means(house: House):
    house.sees("internet", Cause.FINE, ComponentState.ONLINE)
    assert "Internet: in Ordnung" in words(page(house))
    assert "keine neuen Bestellungen" not in page(house)
    house.sees("internet", Cause.UNREACHABLE, text="no host in the internet answers")
    text = words(page(house))
    assert "Bitte nachsehen Ohne Internet kommen keine neuen Bestellungen an." in text
    assert (
        "Internet: nicht erreichbar, seit 19:00; der Dienst versucht es von selbst wieder" in text
    )
    assert "no host" not in text


def test_what_is_not_set_up_is_not_on_the_page(house: House):
    assert "Wix:" not in page(house)


def test_when_no_orders_can_be_taken_in_the_headline_says_so(house: House):
    house.stale_workers.append("database-writer")
    text = words(page(house))
    assert "Bestellungen kommen gerade nicht an" in text
    assert "database-writer hangs" in text


def test_a_standing_remark_is_shown_below_the_headline(house: House):
    house.notes.append("a development key is in use")
    assert "Alles in Ordnung a development key is in use" in words(page(house))


def test_an_order_shows_what_the_kitchen_must_know_and_no_name(house: House):
    house.take_in("delivery_cash")
    text = words(page(house))
    order = text.partition("10042")[2]
    assert re.match(r" fällig \d\d:\d\d Lieferung NICHT BEZAHLT angenommen bestellt", order)
    assert "Küche kitchen wartet 19:00" in order
    assert "Fahrer counter wartet 19:00" in order
    assert "Gast counter wartet 19:00" in order
    assert "Kraußmüller" not in text


def test_due_times_are_those_of_the_restaurants_clocks(house: House):
    envelope_due = datetime(2026, 11, 20, 19, 45, tzinfo=UTC)

    def set_slot(order):
        slot = {"from": "2026-11-20T19:30:00.000Z", "to": "2026-11-20T19:45:00.000Z"}
        order["shippingInfo"]["logistics"]["deliveryTimeSlot"] = slot
        order["createdDate"] = "2026-11-20T17:59:00.000Z"

    house.take_in("delivery_cash", set_slot)
    assert "fällig 20:45" in words(page(house))
    assert Speaker(Restaurant(timezone="Asia/Tokyo"), envelope_due).moment(envelope_due) == "04:45"


@pytest.mark.parametrize(
    ("language", "expected"), [("de", "Sa. 21.11. 00:30"), ("en", "Sat 21 Nov 00:30")]
)
def test_a_time_of_another_day_names_the_day_in_the_restaurants_zone(language, expected):
    speaker = Speaker(Restaurant(language=language), datetime(2026, 11, 20, 18, 0, tzinfo=UTC))
    assert speaker.moment(datetime(2026, 11, 20, 22, 59, tzinfo=UTC)) == "23:59"
    assert speaker.moment(datetime(2026, 11, 20, 23, 30, tzinfo=UTC)) == expected


@pytest.mark.parametrize(
    "edge", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
def test_a_time_at_the_edge_of_the_calendar_breaks_nothing(edge):
    for zone in ("Asia/Tokyo", "America/New_York"):
        speaker = Speaker(Restaurant(timezone=zone), datetime(2026, 11, 20, 18, 0, tzinfo=UTC))
        assert speaker.moment(edge)


def test_an_order_without_a_slot_is_due_as_soon_as_possible(house: House):
    def take_slot_away(order):
        del order["shippingInfo"]["logistics"]

    house.take_in("pickup", take_slot_away)
    assert "fällig so bald wie möglich" in words(page(house))


@pytest.mark.parametrize(
    ("status", "expected", "tone"),
    [
        ("PAID", "bezahlt", "good"),
        ("PARTIALLY_REFUNDED", "bezahlt", "good"),
        ("FULLY_REFUNDED", "bezahlt", "good"),
        ("PARTIALLY_PAID", "TEILWEISE BEZAHLT", "stop"),
        ("NOT_PAID", "NICHT BEZAHLT", "stop"),
        ("A_NEW_WORD", "NICHT BEZAHLT", "stop"),
        (None, "NICHT BEZAHLT? In Wix prüfen", "stop"),
    ],
)
def test_what_is_not_surely_paid_is_said_in_red(house: House, status, expected, tone):
    house.take_in("pickup", lambda order: order.update(paymentStatus=status))
    assert f'<span class="chip {tone}">{expected}</span>' in page(house)


def test_a_cancelled_order_asks_for_no_money(house: House):
    house.take_in("delivery_cash")
    house.clock.advance(60)
    house.take_in("delivery_canceled")
    text = page(house)
    assert '<span class="chip off">NICHT BEZAHLT</span>' in text
    assert '<span class="chip off">storniert</span>' in text


def test_an_order_without_a_number_of_wix_goes_by_our_own(house: House):
    house.take_in("pickup", lambda order: order.pop("number"))
    assert "<h2>L1</h2>" in page(house)


def test_the_page_has_its_own_words_for_what_waits(build_house: Callable[..., House]):
    house = build_house(offline_queue={"alert_depth": 1})
    house.take_in("pickup")
    text = words(page(house))
    assert "Bitte nachsehen" in text
    assert "many jobs wait" not in text


def test_a_forgotten_order_has_neither_picture_nor_button(house: House):
    order = house.take_in("pickup")
    print_all(house)
    house.anonymise(order)
    text = page(house)
    assert f"<h2>ID {order[-6:].upper()}</h2>" in text
    assert "gelöscht" in text
    assert "<img" not in text
    assert "<button" not in text


def test_an_order_that_could_not_be_read_fully_says_so(house: House):
    house.take_in("pickup", lambda order: order.update(lineItems="two pizzas"))
    assert "Nicht vollständig lesbar" in page(house)


def test_an_order_without_receipts_says_so(build_house: Callable[..., House]):
    drivers_only = {"bike": {"connection": "cups://bike", "receipts": ["driver"]}}
    house = build_house(printers=drivers_only)
    house.take_in("pickup")
    assert "Nichts zu drucken." in page(house)


def test_hostile_words_stay_words(build_house: Callable[..., House]):
    evil = '"><img src=x onerror=alert(1)>'
    house = build_house(restaurant={"name": evil})
    house.sees("printer:kitchen", Cause.UNREACHABLE, text=evil)
    house.notes.append(evil)
    house.take_in("pickup", lambda order: order.update(number=evil, paymentStatus=evil))
    text = page(house)
    assert "<img src=x" not in text
    assert text.count("&lt;img src=x onerror=alert(1)&gt;") >= 4
    assert evil in words(text)


def test_only_as_many_orders_are_shown_as_the_settings_say(build_house: Callable[..., House]):
    house = build_house(status={"orders_shown": 1})
    house.take_in("pickup")
    house.clock.advance(1)
    house.take_in("delivery_cash")
    text = words(page(house))
    assert "10042" in text
    assert "10041" not in text


def test_the_page_speaks_english_too(build_house: Callable[..., House]):
    house = build_house(restaurant={"language": "en"})
    house.take_in("pickup")
    text = page(house)
    assert '<html lang="en">' in text
    assert "All is well" in text
    assert "pickup" in text


def test_a_problem_leads_back_to_the_page_by_itself(house: House):
    answer = house.browser().post("/jobs/99/reprint", data={"x": "y"})
    assert answer.status_code == 404
    assert '<meta http-equiv="refresh" content="10; url=/">' in answer.text
    assert "Das gibt es nicht" in answer.text
