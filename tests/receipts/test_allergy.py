"""If these pass, what guests write of allergies is seen, and what they write of taste is not."""

from __future__ import annotations

from time import perf_counter

import pytest

from wix_printer_service.receipts.allergy import (
    guest_text,
    mentions_allergy,
    names_allergy,
    quiet_text,
)
from wix_printer_service.receipts.catalogue import Allergens, words
from wix_printer_service.receipts.document import Style, Text
from wix_printer_service.words import LANGUAGES

from .allergy_phrases import MATTERS_OF_TASTE, WANTING_NONE


def phrases(by_language):
    return [phrase for found in by_language.values() for phrase in found]


@pytest.mark.parametrize(
    "text",
    [
        "ACHTUNG ALLERGIE: Erdnüsse",
        "bin allergisch gegen Nüsse",
        "Nussallergie!",
        "Erdnussallergiker",
        "Laktoseintoleranz",
        "Glutenunverträglichkeit",
        "UNVERTRÄGLICHKEIT",
        "unvertraeglich",
        "Zo\u0308liakie",
        "I have a nut allergy",
        "alergic to milk",
        "Coeliac guest",
        "celiac",
        "Lactose intolerant",
        "Allergène: arachide",
        "anaphylactic shock",
        "Ａｌｌｅｒｇｉｅ",
        "fıstık alerjim var",
        "ALERJİ",
        "alérgico a los frutos secos",
        "Alergia na orzechy",
        "mam uczulenie na gluten",
        "nietolerancja laktozy",
        "intollerante al lattosio",
        "celiaco",
        "sono celiachia",
        "maladie cœliaque",
        "Çölyak",
        "keliakia",
        "mogyoróérzékeny",
        "dị ứng đậu phộng",
        "DỊ ỨNG".lower(),
        "di\u0323 u\u031b\u0301ng",
        "anafilaxia",
        "АЛЛЕРГИЯ на орехи",
        "алергія на арахіс",
        "непереносимость лактозы",
        "ΑΛΛΕΡΓΙΑ σε ξηρούς καρπούς",
        "αλλεργία",
        "لدي حساسية من الفول السوداني",
        "حسّاسية",
        "حساسیت به بادام",
        "אלרגיה לבוטנים",
        "मुझे एलर्जी है",
        "แพ้ถั่ว",
        "花生过敏",
        "花生過敏",
        "乳糖不耐受",
        "卵アレルギーです",
        "ｱﾚﾙｷﾞｰ",
        "땅콩 알레르기",
    ],
)
def test_words_about_allergies_are_found(text):
    assert mentions_allergy(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bitte ohne Zwiebeln",
        "die allergrößte Pizza",
        "allerhand",
        "Galerie",
        "Malergeselle",
        "Kohlrabi ungesalzen, Radi ungewürzt",
        "salsa di ungheria",
        "ราคาแพง แพนงไก่",
        "الرجاء بدون بصل",
        "我等得不耐烦了",
        "без лука",
        "🥜🌰🦐🥛🥚🐟🌾🦀",
        *"🥜🌰🦐🥛🥚🐟🌾🦀",
    ],
)
def test_other_words_are_not(text):
    assert not mentions_allergy(text)


@pytest.mark.parametrize("text", phrases(WANTING_NONE))
def test_to_want_none_of_an_allergen_is_one(text):
    assert mentions_allergy(text)


@pytest.mark.parametrize("text", phrases(MATTERS_OF_TASTE))
def test_what_is_left_out_or_liked_for_its_taste_is_none(text):
    assert not mentions_allergy(text)


def test_there_are_phrases_in_every_language():
    assert set(WANTING_NONE) == set(MATTERS_OF_TASTE) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("allergen", Allergens.model_fields)
def test_every_allergen_of_the_eu_is_known_in_every_language(allergen, language):
    say = words(language)
    for name in getattr(say.allergens, allergen):
        food = name.replace("*", "")
        before = say.without_before[0]
        assert mentions_allergy(f"{before} {food}"), food
        assert not mentions_allergy(food), food


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_before_and_after_an_allergen_is_understood(language):
    say = words(language)
    food = say.allergens.sesame[0].replace("*", "")
    for before in say.without_before:
        assert mentions_allergy(f"{before} {food}".replace("*", "")), before
        for between in say.without_between:
            assert mentions_allergy(f"{before} {between} {food}".replace("*", "")), between
    for after in say.without_after:
        together = f"{food}{after[1:]}" if after.startswith("-") else f"{food} {after}"
        assert mentions_allergy(together.replace("*", "")), after
    for joined in say.list_words:
        listed = f"{say.without_before[0]} xyz {joined} {food}"
        assert mentions_allergy(listed), joined


def test_what_stands_in_one_word_with_it_does_not_count_apart():
    assert mentions_allergy("sütsüz")
    assert not mentions_allergy("süt siz getirin")


@pytest.mark.parametrize("dish", ["Glutenfreie Pizza", "Dairy-free latte", "Torta senza glutine"])
def test_a_dish_that_is_sold_without_an_allergen_names_no_allergy(dish):
    assert mentions_allergy(dish)
    assert not names_allergy(dish)


@pytest.mark.parametrize("text", ["Bitte keine Fructose", "FRUKTOSE!", "Histaminarm", "crème"])
def test_the_restaurants_own_words_count_whatever_their_case_and_accents(text):
    more = ("Fructose", "fruktose", "histamin", "CREME")
    assert not mentions_allergy(text)
    assert mentions_allergy(text, more)
    assert names_allergy(text, more)
    assert guest_text(text, Style(), more=more).style.inverse
    assert quiet_text(text, more).style.bold


@pytest.mark.parametrize("word", ["", " ", "\u0301"])
def test_an_own_word_without_letters_is_not_found_everywhere(word):
    assert not mentions_allergy("Bitte klingeln.", (word,))


@pytest.mark.parametrize(
    "text",
    [
        "no " * 3000,
        "no any " + " " * 10_000,
        "no " + "a," * 5000,
        "nuss" * 3000,
        "sut" + " " * 10_000,
        "ohne " + "ä" * 10_000,
    ],
)
def test_no_text_takes_long(text):
    mentions_allergy("")
    start = perf_counter()
    assert not mentions_allergy(text)
    assert perf_counter() - start < 1


def test_an_allergy_is_large_bold_and_inverse_whatever_the_style_around_it():
    block = guest_text("Allergie", Style(height=2), prefix=">> ", indent=3)
    assert (block.text, block.prefix, block.indent) == ("Allergie", ">> ", 0)
    assert block.style.inverse
    assert block.style.bold
    assert block.style.height > 2  # larger even where long words make it narrow


def test_other_guest_text_keeps_its_style():
    style = Style(height=2)
    assert guest_text("scharf", style, "+ ", 3) == Text("scharf", style, "+ ", 3)


def test_where_nobody_acts_on_it_an_allergy_is_only_bold():
    assert quiet_text("Allergie") == Text("Allergie", Style(bold=True))
    assert quiet_text("scharf") == Text("scharf")
