"""The page's words and colours are complete, in every language."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest

from wix_printer_service.api.html import Html
from wix_printer_service.api.status_component_views import (
    BACKFILL_TONES,
    COMPONENT_TONES,
    JOB_TONES,
)
from wix_printer_service.api.status_views import HOUSE_TONES, ORDER_TONES
from wix_printer_service.api.status_words import Speaker
from wix_printer_service.api.texts import Texts, texts
from wix_printer_service.backfill_state import Outcome
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.health import Status
from wix_printer_service.models import JobState, Method, OrderState, Receipt
from wix_printer_service.observations import Cause, ComponentState
from wix_printer_service.settings import Restaurant, Settings
from wix_printer_service.words import LANGUAGES

MINIMAL = {"kitchen": {"connection": "cups://a", "receipts": ["kitchen"]}}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_word_for_everything(language):
    say = texts(language)
    assert set(say.causes) == set(Cause)
    assert set(say.methods) == set(Method)
    assert set(say.receipts) == set(Receipt)
    assert set(say.order_states) == set(OrderState)
    assert set(say.job_states) == set(JobState)
    assert set(say.backfill) == set(Outcome)
    assert set(say.problems) == {403, 404, 409, 500, 503}
    assert all(str(value) for _, value in say)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_languages_fill_in_the_same_names(language):
    def names(say: Texts) -> dict[str, list[str]]:
        return {
            f"{key}.{part}": sorted(re.findall(r"{\w+}", str(text)))
            for key, value in say
            for part, text in (value if isinstance(value, dict) else {"": value}).items()
        }

    assert names(texts(language)) == names(texts("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_the_restaurants_language(language):
    settings = Settings.model_validate({"printers": MINIMAL, "restaurant": {"language": language}})
    page = Html(settings).page("login", remark="wrong_password").body.decode()
    assert f'<html lang="{language}">' in page
    assert html.escape(texts(language).wrong_password, quote=False).replace("'", "&#39;") in page


def test_every_language_of_receipts_has_a_page_of_its_own():
    assert len({texts(language).title for language in LANGUAGES}) == len(LANGUAGES)


def test_a_language_of_which_the_page_has_no_words_is_shown_in_english():
    unknown = Restaurant.model_construct(language="pt", timezone="Europe/Lisbon")
    assert texts("pt") == texts("en")
    speaker = Speaker(unknown, datetime(2026, 11, 20, 18, tzinfo=UTC))
    assert speaker.moment(datetime(2026, 11, 19, 18, tzinfo=UTC)) == "Thu 19 Nov 18:00"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Do. 19.11. 19:00"),
        ("en", "Thu 19 Nov 19:00"),
        ("es", "jue 19/11 19:00"),
        ("fr", "jeu. 19/11 19:00"),
        ("it", "gio 19/11 19:00"),
        ("tr", "19.11 Per 19:00"),
    ],
)
def test_an_earlier_day_is_written_as_people_write_it(language, text):
    restaurant = Restaurant(language=language, timezone="Europe/Berlin")
    speaker = Speaker(restaurant, datetime(2026, 11, 20, 18, tzinfo=UTC))
    assert speaker.moment(datetime(2026, 11, 19, 18, tzinfo=UTC)) == text
    assert speaker.moment(datetime(2026, 11, 20, 17, 5, tzinfo=UTC)) == "18:05"


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
    assert set(BACKFILL_TONES) == set(Outcome)
    assert set(COMPONENT_TONES) == set(ComponentState)


def test_the_style_sheet_knows_every_colour_and_loads_nothing():
    style = Html(Settings.model_validate({"printers": MINIMAL})).style.decode()
    for tone in {*JOB_TONES.values(), *ORDER_TONES.values()} - {"off"}:
        assert f".chip.{tone} " in style
    for tone in HOUSE_TONES.values():
        assert f".house.{tone} " in style
    for tone in {*COMPONENT_TONES.values()} - {"good"}:
        assert f".printer.{tone} " in style
    assert "url(" not in style
    assert "@import" not in style
