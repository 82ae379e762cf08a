"""Amounts, quantities and rates as people write them in their language and country."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from babel import localedata
from babel.numbers import format_currency, format_decimal, format_percent

if TYPE_CHECKING:
    from collections.abc import Callable

UNKNOWN: Final = "–"
_PLAIN: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2212": "-"})
_CODE_BEFORE_DIGIT: Final = re.compile(r"(?<=[A-Z]{3})(?=-?\d)")
"""Where a space belongs (Unicode TR 35, currencySpacing) that Babel leaves out."""
_LONGEST: Final = 20
"""Digits beyond which a number is shown as it came: no price, and Babel's precision ends."""


def locale_of(language: str, country: str) -> str:
    """Return the habits of a language in a country, if Babel knows them; else the language's.

    Args:
        language: Such as ``de``.
        country: Such as ``CH``, which writes "CHF 12.50"; empty for the language's own.
    """
    both = f"{language}_{country}"
    return both if localedata.exists(both) else language


def money(amount: Decimal | None, currency: str, locale: str) -> str:
    """Return an amount such as "32,09 €", never rounded; a dash if Wix gave none."""
    if amount is None:
        return UNKNOWN
    if not currency:
        return _formatted(
            amount,
            lambda: format_decimal(amount, "#,##0.00", locale=locale, decimal_quantization=False),
        )
    return _CODE_BEFORE_DIGIT.sub(
        " ",
        _formatted(
            amount,
            lambda: format_currency(amount, currency, locale=locale, decimal_quantization=False),
        ),
    )


def quantity(value: Decimal | None, unit: str, locale: str) -> str:
    """Return how many or how much: "2x", "0,5 kg"; "?x" if nobody knows."""
    number = "?" if value is None else _number(value, locale)
    return f"{number} {unit}" if unit else f"{number}x"


def times(value: Decimal | None, unit: str, locale: str) -> str:
    """Return the first half of a multiplication: "2 x", "0,5 kg x"; "?x" if nobody knows."""
    if value is None:
        return quantity(value, unit, locale)
    return " ".join(part for part in (_number(value, locale), unit, "x") if part)


def percent(rate: Decimal, locale: str) -> str:
    """Return a rate such as "7 %" for 0.07."""
    return _formatted(rate, lambda: format_percent(rate, locale=locale, decimal_quantization=False))


def _number(value: Decimal, locale: str) -> str:
    return _formatted(
        value,
        lambda: format_decimal(
            value, locale=locale, decimal_quantization=False, group_separator=False
        ),
    )


def _formatted(value: Decimal, form: Callable[[], str]) -> str:
    """Write a number by ``form``, or as it came if that cannot be done without rounding."""
    _sign, digits, exponent = value.as_tuple()
    if isinstance(exponent, str) or len(digits) + abs(exponent) > _LONGEST:
        return str(value)
    try:
        return form().translate(_PLAIN)
    except InvalidOperation:
        return str(value)
