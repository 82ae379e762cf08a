"""If these pass, every language says everything, and it fits on paper."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files

import pytest
import yaml
from pydantic import ValidationError

from wix_printer_service.errors import ConfigurationError
from wix_printer_service.printing.encoding import PREFERRED, CodePages
from wix_printer_service.receipts import catalogue
from wix_printer_service.receipts.catalogue import (
    Words,
    allergy_stems,
    foreign_allergy_stems,
    words,
)
from wix_printer_service.receipts.times import day
from wix_printer_service.words import LANGUAGES

from .orders import GERMAN, evening

DOUBLE_ON_58_MM = 16
"""Letters of double width in a row of the narrowest paper."""
DOUBLE_INVERSE_ON_58_MM = 14
"""The same in white on black, which has margins."""
LARGE = (
    *("kitchen", "driver", "not_paid", "cancelled", "copy_mark", "duplicate", "late", "change"),
    *("reminder", "backup_from", "pickup", "delivery", "order", "no_number", "station", "expo"),
    *("check_quantity", "no_lines", "allergies", "added", "removed", "changed", "paid"),
    *("not_paid_unsure", "collect", "open_amount", "collect_unknown", "total", "unread_banner"),
    *("soonest", "test_title", "test_inverse"),
)
THE_SAME_IN_ENGLISH = {
    *("time_pattern", "titled", "nothing", "wix_says", "tax_rate", "tax_included", "tax_added"),
    *("station", "name_field", "subtotal", "total"),
}
"""Patterns and signs, and words that two languages share."""
NEVER_PRINTED = {
    *("allergy_stems", "allergens", "without_before", "without_between", "without_after"),
    "list_words",
}


def raw(language: str) -> dict[str, object]:
    path = files(catalogue) / f"{language}.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_there_is_a_catalogue_for_every_file_and_a_file_for_every_catalogue():
    found = {path.name for path in files(catalogue).iterdir() if path.name.endswith(".yaml")}
    assert found == {f"{language}.yaml" for language in LANGUAGES} | {"allergy_stems.yaml"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_catalogues_have_the_same_keys(language):
    assert set(raw(language)) == set(raw("de")) == set(Words.model_fields)


def texts(value: object) -> list[str]:
    """Every text within a value of a catalogue."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    return [text for part in parts for text in texts(part)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_empty_and_what_is_filled_in_is_the_same_everywhere(language):
    german = raw("de")
    for key, value in raw(language).items():
        assert texts(value), key
        for text in texts(value):
            assert text == text.strip() != "", key
        if isinstance(value, str):
            assert holes(value) == holes(german[key]), key
            assert not re.search(r"[{}]", re.sub(r"\{\w+\}", "", value)), key


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_no_word_was_left_in_english(language):
    english = raw("en")
    same = {key for key, value in raw(language).items() if value == english[key]}
    assert same <= THE_SAME_IN_ENGLISH


def holes(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w+\}", text))


@pytest.mark.parametrize(
    ("language", "marks"),
    [
        ("de", "NICHT BEZAHLT,STORNIERT,KOPIE,MÖGLICHES DUPLIKAT,VERSPÄTET,ÄNDERUNG"),
        ("en", "NOT PAID,CANCELLED,COPY,POSSIBLE DUPLICATE,LATE,CHANGE"),
        ("es", "SIN PAGAR,ANULADO,COPIA,POSIBLE DUPLICADO,RETRASADO,CAMBIO"),
        ("fr", "NON PAYÉ,ANNULÉ,COPIE,DOUBLON POSSIBLE,EN RETARD,MODIFICATION"),
        ("it", "NON PAGATO,ANNULLATO,COPIA,POSSIBILE DOPPIONE,IN RITARDO,MODIFICA"),
        ("tr", "ÖDENMEDİ,İPTAL,KOPYA,TEKRAR OLABİLİR,GECİKTİ,DEĞİŞİKLİK"),
    ],
)
def test_the_marks_are_those_of_the_house(language, marks):
    say = words(language)
    found = (say.not_paid, say.cancelled, say.copy_mark, say.duplicate, say.late, say.change)
    assert ",".join(found) == marks


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_marks_or_titles_can_be_taken_for_each_other(language):
    say = words(language)
    marks = (
        *(say.not_paid, say.cancelled, say.copy_mark, say.duplicate, say.late, say.change),
        *(say.reminder, say.pickup, say.delivery, say.kitchen, say.driver, say.expo),
        *(say.added, say.removed, say.changed, say.paid, say.allergies),
    )
    assert len(set(marks)) == len(marks)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_large_letters_is_in_capitals(language):
    say = words(language)
    for key in LARGE:
        text = re.sub(r"\{\w+\}", "", getattr(say, key))
        assert text == text.upper(), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_in_large_letters_fits_the_narrowest_paper(language):
    for key in LARGE:
        for word in re.sub(r"\{\w+\}", "", getattr(words(language), key)).split():
            assert len(word) <= DOUBLE_INVERSE_ON_58_MM, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_printers_own_letters_are_enough_for_every_word(language):
    pages = CodePages(PREFERRED)
    for key in Words.model_fields.keys() - NEVER_PRINTED:
        assert pages.cover(getattr(words(language), key)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_fits_one_row_of_large_letters(language):
    context = replace(GERMAN, language=language)
    for number in range(7):
        assert len(day(evening(12, day=20 + number), context)) <= DOUBLE_ON_58_MM


def test_french_has_its_spaces_and_none_of_them_breaks_a_row():
    for key, value in raw("fr").items():
        if isinstance(value, str) and key != "time_pattern":
            assert not re.search(r"[^\u00a0][:;!?]", value), key


def test_an_unknown_key_is_a_mistake():
    with pytest.raises(ValidationError, match="thanx"):
        Words.model_validate({**raw("de"), "thanx": "Danke"})


def test_a_missing_key_is_a_mistake_that_names_the_file(tmp_path, monkeypatch):
    broken = {key: value for key, value in raw("de").items() if key != "thanks"}
    (tmp_path / "de.yaml").write_text(yaml.safe_dump(broken), encoding="utf-8")
    monkeypatch.setattr("wix_printer_service.words.files", lambda _package: tmp_path)
    with pytest.raises(ConfigurationError, match=r"(?s)de\.yaml.*thanks"):
        words.__wrapped__("de")


def test_a_language_without_a_catalogue_is_refused():
    with pytest.raises(ConfigurationError, match="'xx'"):
        words("xx")


def test_an_allergen_that_a_catalogue_leaves_out_is_a_mistake():
    allergens = {key: value for key, value in raw("de")["allergens"].items() if key != "lupin"}
    with pytest.raises(ValidationError, match="lupin"):
        Words.model_validate({**raw("de"), "allergens": allergens})


def test_allergies_are_known_in_all_languages_at_once():
    assert {"zöliakie", "celiac", "unverträglich"} <= set(allergy_stems())
    stems = (*allergy_stems(), *foreign_allergy_stems())
    assert all(isinstance(stem, str) and stem == stem.casefold() for stem in stems)
    assert len(set(foreign_allergy_stems())) == len(foreign_allergy_stems()) > 40
