"""If these pass, moments are those of the restaurant's zone, in its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from wix_printer_service.receipts.times import (
    day,
    due_day,
    due_time,
    is_for_another_day,
    moment,
)

from .orders import CASH_DELIVERY, EMPTY, ENGLISH, GERMAN, PICKUP, evening


def test_a_slot_is_shown_in_the_restaurants_zone():
    assert due_time(CASH_DELIVERY, GERMAN) == "20:00–20:15"


def test_a_slot_that_starts_when_it_ends_is_one_time():
    assert due_time(PICKUP, GERMAN) == "19:12"


def test_one_known_end_is_enough():
    assert due_time(replace(PICKUP, due_to=None), GERMAN) == "19:12"
    assert due_time(replace(PICKUP, due_from=None), GERMAN) == "bis 19:12"
    assert due_day(replace(PICKUP, due_from=None), GERMAN) == "Fr., 20.11.2026"


def test_a_slot_over_midnight_is_two_times_and_a_longer_one_says_so():
    late = replace(PICKUP, due_from=evening(22, 45), due_to=evening(23, 15))
    assert due_time(late, GERMAN) == "23:45–00:15"
    assert due_time(replace(late, due_to=evening(22, 45, day=21)), GERMAN) == "23:45–23:45 (+1)"


def test_without_a_slot_wix_words_count():
    order = replace(PICKUP, due_from=None, due_to=None)
    assert due_time(order, GERMAN) == "20. Nov. 2026, 19:12"


@pytest.mark.parametrize(("context", "text"), [(GERMAN, "so bald wie möglich"), (ENGLISH, "ASAP")])
def test_without_any_time_it_is_as_soon_as_possible(context, text):
    assert due_time(EMPTY, context) == text
    assert due_day(EMPTY, context) == ""
    assert not is_for_another_day(EMPTY, context)


@pytest.mark.parametrize(("context", "text"), [(GERMAN, "SOFORT"), (ENGLISH, "ASAP")])
def test_in_huge_letters_it_is_one_word_unless_wix_has_words_of_its_own(context, text):
    assert due_time(EMPTY, context, briefly=True) == text
    in_words = replace(EMPTY, due_text="heute Abend")
    assert due_time(in_words, context, briefly=True) == "heute Abend"


def test_the_day_is_that_of_the_restaurants_zone():
    after_midnight_in_berlin = replace(PICKUP, due_from=evening(23, 30), due_to=None)
    assert due_day(after_midnight_in_berlin, GERMAN) == "Sa., 21.11.2026"
    assert is_for_another_day(after_midnight_in_berlin, GERMAN)
    assert not is_for_another_day(PICKUP, GERMAN)


def test_an_order_of_unknown_day_may_be_for_another_day():
    assert is_for_another_day(replace(PICKUP, created_at=None), GERMAN)


@pytest.mark.parametrize(
    ("language", "country", "text"),
    [
        ("de", "", "Fr., 20.11.2026 18:05"),
        ("de", "CH", "Fr., 20.11.2026 18:05"),
        ("en", "", "Fri 20 Nov 2026 18:05"),
        ("es", "", "vie 20/11/2026 18:05"),
        ("fr", "", "ven. 20/11/2026 18:05"),
        ("it", "", "ven 20/11/2026 18:05"),
        ("tr", "", "20.11.2026 Cum 18:05"),
    ],
)
def test_moments_are_written_in_the_restaurants_language(language, country, text):
    context = replace(GERMAN, language=language, country=country)
    assert moment(evening(17, 5), context) == text


def test_the_country_says_how_days_are_called():
    australian = replace(ENGLISH, country="AU")
    assert day(evening(17, 5), australian) == "Fri 20 Nov 2026"
    assert day(evening(17, 5).replace(month=9), australian) == "Sun 20 Sept 2026"
    assert day(evening(17, 5).replace(month=9), ENGLISH) == "Sun 20 Sep 2026"


def test_the_last_hour_of_the_calendar_has_a_day():
    assert day(datetime.max.replace(tzinfo=UTC), GERMAN) == "Fr., 31.12.9999"
