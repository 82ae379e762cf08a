"""Every human word on paper, one file per language beside this one."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from wix_printer_service.words import LANGUAGES, read_words


class Allergens(BaseModel):
    """Names of the foods of Regulation (EU) No 1169/2011, Annex II; "*" is any letters."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    gluten: list[str]
    crustaceans: list[str]
    eggs: list[str]
    fish: list[str]
    peanuts: list[str]
    soya: list[str]
    milk: list[str]
    nuts: list[str]
    celery: list[str]
    mustard: list[str]
    sesame: list[str]
    sulphites: list[str]
    lupin: list[str]
    molluscs: list[str]


class Words(BaseModel):
    """The words of one language; an unknown or missing key is a mistake when the file is read.

    Names in braces are filled in by the receipts. Date patterns are Babel's (Unicode TR 35).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    date_pattern: str
    time_pattern: str

    kitchen: str
    driver: str

    not_paid: str
    cancelled: str
    copy_mark: str
    duplicate: str
    late: str
    change: str
    late_ordered: str
    reminder: str
    reminder_remark: str
    attempt: str
    backup_from: str

    pickup: str
    delivery: str
    order: str
    order_number: str
    number_from_id: str
    local_number: str
    no_number: str

    soonest: str
    """In the huge letters of kitchen and driver."""
    as_soon_as_possible: str
    until: str
    ordered: str

    station: str
    expo: str
    other_station_item: str
    other_station_items: str
    other_item: str
    other_items: str
    check_quantity: str
    no_lines: str

    titled: str
    allergies: str
    note: str
    instructions: str
    phone: str
    route: str

    added: str
    removed: str
    changed: str
    was: str
    nothing: str
    change_remark: str
    unchanged: str
    name_field: str
    address_field: str
    time_field: str
    method_field: str
    location_field: str
    payment_field: str

    paid: str
    not_paid_unsure: str
    partly_paid: str
    collect: str
    open_amount: str
    wix_says: str
    collect_unknown: str

    subtotal: str
    discount: str
    delivery_cost: str
    fee: str
    tax: str
    tax_rate: str
    tax_included: str
    tax_added: str
    total: str
    paid_so_far: str
    amount_due: str
    tax_number: str
    thanks: str

    unread_banner: str
    unread_heading: str

    test_title: str
    test_printer: str
    test_letters: str
    test_sizes: str
    test_bold: str
    test_inverse: str
    test_edges: str
    test_image: str
    test_code: str
    test_end: str

    allergy_stems: list[str]
    """Parts of words that speak of an allergy."""
    allergens: Allergens
    without_before: list[str]
    """What stands before an allergen that a guest wants none of: "without"."""
    without_between: list[str]
    """What may stand between: "any"."""
    without_after: list[str]
    """What stands after it: "free"; with a hyphen at its start only in the same word."""
    list_words: list[str]
    """What joins a list: "and"."""


@cache
def words(language: str) -> Words:
    """Return the words of a language.

    Raises:
        ConfigurationError: There is no such catalogue, or it is not as agreed.
    """
    return read_words(Words, __package__, language)


@cache
def allergy_stems() -> tuple[str, ...]:
    """Return the stems of all catalogues: guests write in any language."""
    return tuple(stem for language in LANGUAGES for stem in words(language).allergy_stems)


@cache
def foreign_allergy_stems() -> tuple[str, ...]:
    """Return the stems of languages without a catalogue; their accents and signs count."""
    text = (files(__package__) / "allergy_stems.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load(text))
