from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wix_printer_service.receipts.money import money, percent, quantity, times


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
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
    ],
)
def test_amounts_are_written_as_people_write_them_and_never_rounded(
    amount, currency, language, text
):
    assert money(Decimal(amount), currency, language) == text


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
    ("value", "unit", "language", "text"),
    [
        ("2", "", "de", "2x"),
        ("0.5", "kg", "de", "0,5 kg"),
        ("0.5", "kg", "en", "0.5 kg"),
        ("1.25", "", "de", "1,25x"),
        ("1000", "", "de", "1000x"),
        ("-1", "", "de", "-1x"),
        ("0", "", "de", "0x"),
    ],
)
def test_quantities(value, unit, language, text):
    assert quantity(Decimal(value), unit, language) == text


def test_multiplications():
    assert times(Decimal(2), "", "de") == "2 x"
    assert times(Decimal("0.5"), "kg", "de") == "0,5 kg x"


def test_rates():
    assert percent(Decimal("0.07"), "de") == "7 %"
    assert percent(Decimal("0.077"), "en") == "7.7%"


@given(st.decimals(), st.sampled_from(["EUR", "JPY", "", "?"]), st.sampled_from(["de", "en"]))
def test_any_number_can_be_written_without_spaces_that_printers_lack(number, currency, language):
    text = money(number, currency, language)
    assert text
    assert not set(text) & set("\u00a0\u202f\u2212")
