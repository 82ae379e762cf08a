"""If these pass, an order is as urgent as the restaurant's rules say, by whatever word says it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from tests.receipts.any_orders import orders
from tests.receipts.orders import EMPTY, PICKUP, extra, line
from wix_printer_service.models import Priority, Totals, Unread
from wix_printer_service.order_priority import priority_of
from wix_printer_service.settings import Priorities
from wix_printer_service.wix.mapping import read_order

RULES = Priorities()
PLAIN = replace(PICKUP, totals=Totals())

PLACES = {
    "an item's name": lambda words: replace(PLAIN, lines=(line(words),)),
    "the second item": lambda words: replace(PLAIN, lines=(line("Pizza"), line(words))),
    "a modifier": lambda words: with_line(modifiers=(extra("", words),)),
    "a modifier's group": lambda words: with_line(modifiers=(extra(words, "Erdnuss"),)),
    "an option": lambda words: with_line(options=(("Wunsch", words),)),
    "an option's name": lambda words: with_line(options=((words, "Erdnuss"),)),
    "a wish": lambda words: with_line(wishes=("ohne Zwiebeln", words)),
    "the guest's note": lambda words: replace(PLAIN, buyer_note=words),
    "the instructions": lambda words: replace(PLAIN, instructions=words),
    "a custom field": lambda words: replace(PLAIN, custom_fields=(("Wunsch", words),)),
    "a custom field's title": lambda words: replace(PLAIN, custom_fields=((words, "Erdnuss"),)),
    "what could not be read": lambda words: replace(PLAIN, unread=(Unread("lineItems", words),)),
}


def with_line(**more):
    return replace(PLAIN, lines=(line("Pizza", **more),))


def noted(words):
    return replace(PLAIN, buyer_note=words)


@pytest.mark.parametrize(
    ("total", "priority"),
    [
        ("100.01", Priority.HIGH),
        ("5000", Priority.HIGH),
        ("100.00", Priority.NORMAL),
        ("99.99", Priority.NORMAL),
        ("-200", Priority.NORMAL),
        (None, Priority.NORMAL),
    ],
)
def test_a_large_total_makes_an_order_high(total, priority):
    order = replace(PLAIN, totals=Totals(total=None if total is None else Decimal(total)))

    assert priority_of(order, RULES) is priority


@pytest.mark.parametrize("amount", ["a lot", {"value": 200}, [], None])
def test_a_total_that_cannot_be_read_is_no_reason_to_hurry(amount):
    raw = {"id": "1", "priceSummary": {"total": {"amount": amount}}}

    assert priority_of(read_order(raw, order_id="1"), RULES) is Priority.NORMAL


@pytest.mark.parametrize("limit", ["20", "25.19"])
def test_the_restaurant_says_what_is_large(limit):
    rules = Priorities(high_total=Decimal(limit))

    assert priority_of(PICKUP, rules) is Priority.HIGH
    assert priority_of(PICKUP, Priorities(high_total=None)) is Priority.NORMAL


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", ["Bitte DRINGEND!", "Nussallergie"])
def test_an_urgent_word_or_an_allergy_counts_wherever_it_stands(place, words):
    assert priority_of(PLACES[place]("Erdnuss"), RULES) is Priority.NORMAL
    assert priority_of(PLACES[place](words), RULES) is Priority.CRITICAL


@pytest.mark.parametrize(
    "words",
    [
        "dringend",
        "Es eilt!",
        "EILIG",
        "(sofort)",
        "so schnell wie möglich",
        "SO SCHNELL WIE MÖGLICH bitte",
        "so  schnell\nwie\u00a0möglich",
        "urgent, please",
        "ASAP",
        "As soon as possible.",
        "immediately",
        "we're in a hurry",
    ],
)
def test_urgent_words_are_found_whatever_their_case_and_the_spaces_between_them(words):
    assert priority_of(noted(words), RULES) is Priority.CRITICAL


@pytest.mark.parametrize(
    "words",
    [
        "bitte auf zwei Tüten verteilt",
        "Eilten",
        "unaufdringende",
        "Sofortbild",
        "insurgents",
        "so schnell wie",
        "ASAPizza",
        "",
    ],
)
def test_only_whole_words_are_urgent(words):
    assert priority_of(noted(words), RULES) is Priority.NORMAL


def test_umlauts_count_however_the_guests_keyboard_wrote_them():
    apart = unicodedata.normalize("NFD", "so schnell wie möglich")
    raw = {"id": "1", "buyerNote": apart}

    assert priority_of(read_order(raw, order_id="1"), RULES) is Priority.CRITICAL


@pytest.mark.parametrize(
    "words",
    [
        "Nussallergie",
        "Glutenunverträglichkeit",
        "Zöliakie",
        "nut allergy",
        "allergie aux arachides",
        "sono celiaca: celiachia",
        "alérgico al marisco",
        "mam uczulenie na gluten",
        "fıstık alerjim var",
        "аллергия на орехи",
        "αλλεργία",
        "حساسية",
        "אלרגיה לבוטנים",
        "एलर्जी",
        "花生过敏",
        "แพ้ถั่ว",
        "dị ứng đậu phộng",
    ],
)
def test_an_allergy_is_critical_in_many_languages(words):
    assert priority_of(noted(words), RULES) is Priority.CRITICAL


def test_a_guest_who_wants_none_of_an_allergen_is_as_urgent_wherever_it_stands():
    for place in set(PLACES) - {"an item's name", "the second item"}:
        assert priority_of(PLACES[place]("laktosefrei bitte"), RULES) is Priority.CRITICAL


def test_a_dish_that_is_sold_without_an_allergen_is_not_urgent():
    for name in ("Glutenfreie Pizza", "Nussecke", "Dairy-free latte"):
        assert priority_of(replace(PLAIN, lines=(line(name),)), RULES) is Priority.NORMAL


@pytest.mark.parametrize("place", PLACES)
def test_the_restaurants_own_words_of_allergies_count_wherever_they_stand(place):
    order = PLACES[place]("wenig Histamin")

    assert priority_of(order, RULES) is Priority.NORMAL
    assert priority_of(order, RULES, ("histamin",)) is Priority.CRITICAL


def test_critical_is_more_than_high():
    order = replace(noted("Allergie!"), totals=Totals(total=Decimal(500)))

    assert priority_of(order, RULES) is Priority.CRITICAL


def test_each_rule_can_be_turned_off_and_leaves_the_others():
    allergy, urgent = noted("Nussallergie"), noted("dringend")
    no_allergies = Priorities(allergy_is_critical=False)
    no_words = Priorities(critical_words={})

    assert priority_of(allergy, no_allergies) is Priority.NORMAL
    assert priority_of(urgent, no_allergies) is Priority.CRITICAL
    assert priority_of(allergy, no_words) is Priority.CRITICAL
    assert priority_of(urgent, no_words) is Priority.NORMAL


@pytest.mark.parametrize("words", [(), ("",), (" ",)])
def test_no_word_is_not_found_everywhere(words):
    rules = Priorities(critical_words={"de": words})

    assert priority_of(noted("- ! -"), rules) is Priority.NORMAL


def test_the_restaurants_own_words_count_as_they_are():
    rules = Priorities(critical_words={"it": ("urgente", "a.s.a.p.", "V.I.P")})

    assert priority_of(noted("Urgente!"), rules) is Priority.CRITICAL
    assert priority_of(noted("for a v.i.p, please"), rules) is Priority.CRITICAL
    assert priority_of(noted("A.S.A.P."), rules) is Priority.CRITICAL
    assert priority_of(noted("a vxipx"), rules) is Priority.NORMAL


def test_an_order_without_anything_is_normal():
    assert priority_of(EMPTY, RULES) is Priority.NORMAL


@settings(max_examples=60)
@given(order=orders)
def test_every_order_has_a_priority(order):
    assert priority_of(order, RULES) in {Priority.NORMAL, Priority.HIGH, Priority.CRITICAL}
