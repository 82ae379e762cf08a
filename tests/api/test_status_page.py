"""What people in the kitchen see."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest

from wix_printer_service.api.html import Html
from wix_printer_service.api.status_views import (
    HOUSE_TONES,
    JOB_TONES,
    ORDER_TONES,
    Viewer,
)
from wix_printer_service.api.texts import Texts, texts
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.health import PrinterProblem, Status
from wix_printer_service.models import JobState, Method, OrderState, Receipt
from wix_printer_service.settings import Restaurant, Settings
from wix_printer_service.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.status_house import House

MINIMAL = {"kitchen": {"connection": "cups://a", "receipts": ["kitchen"]}}


def words(page: str) -> str:
    """The page's text, each run of white space as one blank."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def page(house: House) -> str:
    answer = house.browser().get("/")
    assert answer.status_code == 200
    return answer.text


def print_all(house: House) -> None:
    house.work_off("kitchen", JobState.PRINTED)
    house.work_off("counter", JobState.PRINTED)


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
    since = house.clock.now() - timedelta(minutes=20)
    house.printers[0] = PrinterProblem("kitchen", "out of paper", since)
    house.printers[1] = PrinterProblem("counter", "unplugged")
    house.take_in("pickup")
    text = words(page(house))
    assert "Bitte nachsehen" in text
    assert "Drucker kitchen: nicht bereit seit 18:40 out of paper 1 × wartet" in text
    assert "Drucker counter: nicht bereit unplugged" in text
    assert text.count("out of paper") == 1


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
    assert Viewer(Restaurant(timezone="Asia/Tokyo"), envelope_due).moment(envelope_due) == "04:45"


@pytest.mark.parametrize(
    ("language", "expected"), [("de", "Sa. 21.11. 00:30"), ("en", "Sat 21 Nov 00:30")]
)
def test_a_time_of_another_day_names_the_day_in_the_restaurants_zone(language, expected):
    viewer = Viewer(Restaurant(language=language), datetime(2026, 11, 20, 18, 0, tzinfo=UTC))
    assert viewer.moment(datetime(2026, 11, 20, 22, 59, tzinfo=UTC)) == "23:59"
    assert viewer.moment(datetime(2026, 11, 20, 23, 30, tzinfo=UTC)) == expected


@pytest.mark.parametrize(
    "edge", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
def test_a_time_at_the_edge_of_the_calendar_breaks_nothing(edge):
    for zone in ("Asia/Tokyo", "America/New_York"):
        viewer = Viewer(Restaurant(timezone=zone), datetime(2026, 11, 20, 18, 0, tzinfo=UTC))
        assert viewer.moment(edge)


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


@pytest.mark.parametrize("state", sorted(JobState))
def test_every_state_of_a_job_is_said_in_words_and_colour(house: House, state):
    order = house.take_in("pickup")
    house.database.write(
        lambda t: t.execute("UPDATE print_jobs SET state = ?, reason = 'a reason'", (state,))
    )
    text = page(house)
    chip = f'<span class="chip {JOB_TONES[state]}">{texts("de").job_states[state]}</span>'
    assert text.count(chip) >= 2
    needs_person = state in {JobState.UNCERTAIN, JobState.HELD, JobState.DEAD}
    assert ('class="order needs-look"' in text) is needs_person
    assert ("a reason" in text) is needs_person
    buttons = text.count("<button")
    assert buttons == (0 if state in {JobState.QUEUED, JobState.SENDING} else 2)
    assert len(house.jobs_of(order)) == 2


def test_what_may_be_on_paper_is_reprinted_and_what_is_not_is_printed(house: House):
    house.take_in("pickup")
    house.work_off("kitchen", JobState.PRINTED)
    house.work_off("counter", JobState.DEAD)
    text = words(page(house))
    assert "Küche kitchen gedruckt 19:00 Nachdrucken" in text
    assert "Gast counter NICHT gedruckt 19:00 by a test Drucken" in text


def test_a_reprint_appears_as_a_copy(house: House):
    house.take_in("pickup")
    print_all(house)
    browser = house.browser()
    browser.send_form("/jobs/1/reprint", csrf=browser.form_token())
    assert "Küche (Kopie) kitchen wartet" in words(browser.get("/").text)


def test_every_job_has_a_picture_that_is_loaded_when_it_is_looked_at(house: House):
    house.take_in("pickup")
    text = page(house)
    for job in (1, 2):
        assert f'href="/jobs/{job}/receipt.png"' in text
        assert f'<img src="/jobs/{job}/receipt.png"' in text
    assert text.count('loading="lazy"') == 2
    assert 'alt="Küche: Bon zu Bestellung 10041 ansehen"' in text


def test_a_forgotten_order_has_neither_picture_nor_button(house: House):
    order = house.take_in("pickup")
    print_all(house)
    house.anonymise(order)
    text = page(house)
    assert "ohne Nummer" in text
    assert "gelöscht" in text
    assert "<img" not in text
    assert "<button" not in text


def test_an_order_that_could_not_be_read_fully_says_so(house: House):
    house.take_in("pickup", lambda order: order.update(lineItems="two pizzas"))
    assert "Nicht vollständig lesbar" in page(house)


def test_an_order_without_receipts_says_so(build_house: Callable[..., House]):
    drivers_only = {"bike": {"connection": "cups://bike", "receipts": ["driver"]}}
    house = build_house(printers=drivers_only)
    house.printers[:] = [PrinterProblem("bike")]
    house.take_in("pickup")
    assert "Nichts zu drucken." in page(house)


def test_hostile_words_stay_words(build_house: Callable[..., House]):
    evil = '"><img src=x onerror=alert(1)>'
    house = build_house(restaurant={"name": evil})
    house.printers[0] = PrinterProblem("kitchen", evil)
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_word_for_everything(language):
    say = texts(language)
    assert set(say.methods) == set(Method)
    assert set(say.receipts) == set(Receipt)
    assert set(say.order_states) == set(OrderState)
    assert set(say.job_states) == set(JobState)
    assert set(say.problems) == {403, 404, 409, 500, 503}
    assert all(str(value) for _, value in say)


def test_the_languages_fill_in_the_same_names():
    def names(say: Texts) -> dict[str, list[str]]:
        return {key: sorted(re.findall(r"{\w+}", str(value))) for key, value in say}

    assert names(texts("de")) == names(texts("en"))


def test_a_language_that_is_not_there_is_a_mistake_in_the_configuration():
    with pytest.raises(ConfigurationError, match="'fr'"):
        texts("fr")


def test_a_catalogue_with_a_missing_word_is_not_taken(monkeypatch, tmp_path):
    (tmp_path / "de.yaml").write_text("title: Bestellungen\n")
    monkeypatch.setattr("wix_printer_service.words.files", lambda _package: tmp_path)
    texts.cache_clear()
    with pytest.raises(ConfigurationError, match=r"de\.yaml"):
        texts("de")


def test_everything_has_a_colour():
    assert set(JOB_TONES) == set(JobState)
    assert set(ORDER_TONES) == set(OrderState)
    assert set(HOUSE_TONES) == set(Status)


def test_the_style_sheet_knows_every_colour_and_loads_nothing():
    style = Html(Settings.model_validate({"printers": MINIMAL})).style.decode()
    for tone in {*JOB_TONES.values(), *ORDER_TONES.values()} - {"off"}:
        assert f".chip.{tone} " in style
    for tone in HOUSE_TONES.values():
        assert f".house.{tone} " in style
    assert "url(" not in style
    assert "@import" not in style
