"""If these pass, amounts are Wix's, written as people of the restaurant's country write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wix_printer_service.receipts.money import locale_of, money, percent, quantity, times


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        ("32.09", "EUR", "de", "32,09 €"),
        ("32.09", "EUR", "en", "€32.09"),
        ("-2", "EUR", "de", "-2,00 €"),
        ("1234.5", "EUR", "de", "1.234,50 €"),
        ("12.90", "USD", "en", "$12.90"),
        ("1200", "JPY", "en", "¥1,200"),
        ("0", "EUR", "de", "0,00 €"),
        ("12.9", "", "de", "12,90"),
        ("0.005", "EUR", "de", "0,005 €"),
        ("12.5", "CHF", "de_CH", "CHF 12.50"),
        ("1234567.5", "CHF", "de_CH", "CHF 1’234’567.50"),
        ("-2", "CHF", "de_CH", "CHF -2.00"),
        ("12.5", "EUR", "de_CH", "EUR 12.50"),
        ("12.5", "CHF", "it_CH", "CHF 12.50"),
        ("12.5", "CHF", "fr_CH", "12,50 CHF"),
        ("32.09", "EUR", "de_AT", "€ 32,09"),
        ("1234.5", "EUR", "de_AT", "€ 1.234,50"),
        ("1234.5", "EUR", "fr", "1 234,50 €"),
        ("32.09", "EUR", "it", "32,09 €"),
        ("32.09", "EUR", "es_ES", "32,09 €"),
        ("32.09", "TRY", "tr_TR", "₺32,09"),
        ("32.09", "CHF", "tr", "CHF 32,09"),
        ("-32.09", "CHF", "en", "-CHF 32.09"),
    ],
)
def test_amounts_are_written_as_people_write_them_and_never_rounded(amount, currency, locale, text):
    assert money(Decimal(amount), currency, locale) == text


@pytest.mark.parametrize(
    ("language", "country", "locale"),
    [
        ("de", "CH", "de_CH"),
        ("fr", "CH", "fr_CH"),
        ("it", "CH", "it_CH"),
        ("de", "AT", "de_AT"),
        ("de", "DE", "de_DE"),
        ("de", "", "de"),
        ("tr", "DE", "tr"),
        ("it", "AT", "it"),
        ("de", "ZZ", "de"),
    ],
)
def test_the_country_counts_where_its_habits_are_known(language, country, locale):
    assert locale_of(language, country) == locale


def test_an_amount_that_wix_did_not_give_is_a_dash_and_not_zero():
    assert money(None, "EUR", "de") == "–"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1E+1000", "1E-1000"])
def test_a_number_that_is_no_price_is_shown_as_it_came(number):
    assert money(Decimal(number), "EUR", "de") == number
    assert quantity(Decimal(number), "", "de") == f"{number}x"
    assert percent(Decimal(number), "de") == number


def test_an_amount_with_a_currency_that_the_library_cannot_round_is_shown_as_it_came(monkeypatch):
    def fails(*_args, **_more):
        return Decimal(10**30).quantize(Decimal("1e-10"))

    monkeypatch.setattr("wix_printer_service.receipts.money.format_currency", fails)
    assert money(Decimal("1.5"), "EUR", "de") == "1.5"


@pytest.mark.parametrize(
    ("value", "unit", "locale", "text"),
    [
        ("2", "", "de", "2x"),
        ("0.5", "kg", "de", "0,5 kg"),
        ("0.5", "kg", "en", "0.5 kg"),
        ("1.25", "", "de", "1,25x"),
        ("1000", "", "de", "1000x"),
        ("-1", "", "de", "-1x"),
        ("0", "", "de", "0x"),
        ("0.5", "kg", "de_CH", "0.5 kg"),
        ("0.5", "kg", "tr", "0,5 kg"),
    ],
)
def test_quantities(value, unit, locale, text):
    assert quantity(Decimal(value), unit, locale) == text


def test_multiplications():
    assert times(Decimal(2), "", "de") == "2 x"
    assert times(Decimal("0.5"), "kg", "de") == "0,5 kg x"


def test_how_many_nobody_knows_is_asked():
    assert (quantity(None, "", "de"), quantity(None, "kg", "de")) == ("?x", "? kg")
    assert times(None, "", "de") == "?x"


def test_rates():
    assert percent(Decimal("0.07"), "de") == "7 %"
    assert percent(Decimal("0.077"), "en") == "7.7%"
    assert percent(Decimal("0.081"), "de_CH") == "8.1%"
    assert percent(Decimal("0.026"), "de_CH") == "2.6%"
    assert percent(Decimal("0.1"), "de_AT") == "10 %"
    assert percent(Decimal("0.055"), "fr") == "5,5 %"
    assert percent(Decimal("0.1"), "tr") == "%10"


LOCALES = ["de", "en", "de_CH", "de_AT", "fr", "fr_CH", "it", "es", "tr"]


@given(st.decimals(), st.sampled_from(["EUR", "JPY", "", "?"]), st.sampled_from(LOCALES))
def test_any_number_can_be_written_without_spaces_that_printers_lack(number, currency, locale):
    text = money(number, currency, locale)
    assert text
    assert not set(text) & set("\u00a0\u202f\u2212")


@given(st.decimals(-1_000_000, 1_000_000, places=3), st.sampled_from(LOCALES))
def test_no_digit_is_lost_or_added_but_zeros(number, locale):
    digits = "".join(filter(str.isdigit, money(number, "EUR", locale)))
    assert digits.rstrip("0").lstrip("0") == f"{abs(number):.3f}".replace(".", "").strip("0")
