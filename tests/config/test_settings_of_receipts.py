"""Mistakes in what receipts say and who prints them are told in words that help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_origin

import pytest

from tests.config.files import KITCHEN, problems_of, settings_of
from wix_printer_service.config.shape import KeyPath, shape_at
from wix_printer_service.settings import Priorities, Settings
from wix_printer_service.words import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

BAR = KITCHEN.replace("receipts:", "stations: [default, bar], receipts:")
NAMES = "no such name, only kitchen, driver, customer"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the tests' configuration stands."""
    return tmp_path / "config.yaml"


def keys_below(model: type[BaseModel], above: KeyPath = ()) -> list[KeyPath]:
    """List a key for every setting, and for something under every list and every name."""
    found: list[KeyPath] = []
    for name in model.model_fields:
        key: KeyPath = (*above, name)
        shape = shape_at(key)
        while shape is not None and get_origin(shape.annotation) in {dict, tuple}:
            found.append(key)
            key = (*key, "any" if get_origin(shape.annotation) is dict else 0)
            shape = shape_at(key)
        assert shape is not None
        found += [key, *(keys_below(shape.annotation, key) if shape.names else [])]
    return found


def test_of_every_setting_and_all_that_stands_in_it_can_be_said_what_it_must_be() -> None:
    keys = keys_below(Settings)
    assert ("printers", "any", "copies", "any") in keys
    assert ("printers", "any", "stations", 0) in keys
    for key in keys:
        shape = shape_at(key)
        assert shape is not None, key
        assert shape.expected, key


def test_the_limits_of_what_stands_under_a_name_count(file: Path) -> None:
    text = KITCHEN.replace("receipts:", "copies: {kitchen: 0}, receipts:")
    assert problems_of(file, text) == [
        "printers.kitchen.copies.kitchen is 0: expected a whole number, at least 1, at most 9"
    ]


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("stations: [1]", "stations.0 is 1: expected text (in quotes if it looks like a number)"),
        ("copies: {kitchn: 2}", f"copies.kitchn: there is {NAMES}; did you mean 'kitchen'?"),
        ("copies: {driver: 2}", "copies: it does not print the receipt driver"),
        (
            "copies: [kitchen]",
            (
                "copies: expected values under names, such as {kitchen: 2}; "
                "the names are kitchen, driver, customer"
            ),
        ),
    ],
)
def test_a_printers_mistake_names_the_choices(file: Path, setting: str, problem: str) -> None:
    problems = problems_of(file, KITCHEN.replace("receipts:", f"{setting}, receipts:"))
    assert problems == [f"printers.kitchen.{problem}"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("receipts: {languages: {cook: de}}", f"receipts.languages.cook: there is {NAMES}"),
        (
            "receipts: {layouts: {label: x}}",
            f"receipts.layouts.label: there is {NAMES}, change, cancellation",
        ),
        (
            "receipts: {layouts: [x]}",
            (
                "receipts.layouts: expected values under names, such as {kitchen: FILE}; "
                "the names are kitchen, driver, customer, change, cancellation"
            ),
        ),
        (
            "receipts: {languages: {kitchen: 1}}",
            (
                "receipts.languages.kitchen is 1: expected text (in quotes if it looks like a "
                "number)"
            ),
        ),
        (
            "stations: [bar]",
            (
                "stations: expected stations under names of your choice, such as 'bar:' with its "
                "items or names below it"
            ),
        ),
        (
            "restaurant: {country: XX}",
            (
                "restaurant.country is \"XX\": there is no country 'XX'; expected two letters, "
                "such as CH, AT or DE"
            ),
        ),
        *[
            (
                f"receipts: {{allergy_words: ['{word}']}}",
                (
                    f'receipts.allergy_words.0 is "{word}": expected 3 letters or more: this '
                    "stands in many words"
                ),
            )
            for word in ("", "  ", "ei")
        ],
    ],
)
def test_one_is_put_in_plain_words(file: Path, text: str, problem: str) -> None:
    assert problems_of(file, KITCHEN + text) == [problem]


def test_a_word_of_a_script_that_needs_fewer_letters_may_be_short(file: Path) -> None:
    words = settings_of(file, KITCHEN + "receipts: {allergy_words: [花生]}").receipts.allergy_words
    assert words == ("花生",)


@pytest.mark.parametrize("country", ["CH", "AT", "DE", "US", "TR", ""])
def test_a_country_in_which_some_language_has_habits_is_known(file: Path, country: str) -> None:
    text = KITCHEN + f"restaurant: {{country: '{country}'}}"
    assert settings_of(file, text).restaurant.country == country


@pytest.mark.parametrize(
    ("station", "problem"),
    [
        ("{}", "bar makes nothing, without any of sections, menus, items, names, locations"),
        ("{names: ['']}", "one of bar.names is empty, and fits nothing"),
        ("{names: [Cola], items: [' ']}", "one of bar.items is empty, and fits nothing"),
    ],
)
def test_a_station_that_makes_nothing_is_a_mistake(file: Path, station: str, problem: str) -> None:
    assert problems_of(file, BAR + f"stations: {{bar: {station}}}") == [f"stations: {problem}"]


def test_what_makes_nothing_is_named_also_where_a_printer_is_wrong(file: Path) -> None:
    text = BAR.replace("tcp:", "tpc:") + "stations: {bar: {}, expo: {names: [Cola]}}"
    printer, stations = problems_of(file, text)
    assert printer.startswith("printers.kitchen.connection")
    assert stations == (
        "stations: the name expo is taken, choose another; "
        "bar makes nothing, without any of sections, menus, items, names, locations"
    )


def test_guests_are_in_a_hurry_in_every_language() -> None:
    found = Priorities().critical_words
    assert tuple(sorted(found)) == LANGUAGES
    assert all(word == word.casefold().strip() for words in found.values() for word in words)
    assert "pressé" not in found["fr"]  # so are oranges


def test_a_station_may_be_all_of_a_place(file: Path) -> None:
    settings: Any = settings_of(file, BAR + "stations: {bar: {locations: [Altstadt]}}")
    assert list(settings.stations) == ["bar"]
