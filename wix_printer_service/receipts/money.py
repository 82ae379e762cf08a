"""Amounts, quantities and rates as people write them in their language."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from babel.numbers import format_currency, format_decimal, format_percent

if TYPE_CHECKING:
    from collections.abc import Callable

UNKNOWN: Final = "–"
_PLAIN: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2212": "-"})
_LONGEST: Final = 20
"""Digits beyond which a number is shown as it came: no price, and Babel's precision ends."""


def money(amount: Decimal | None, currency: str, language: str) -> str:
    """Return an amount such as "32,09 €", never rounded; a dash if Wix gave none."""
    if amount is None:
        return UNKNOWN
    if not currency:
        return _formatted(
            amount,
            lambda: format_decimal(amount, "#,##0.00", locale=language, decimal_quantization=False),
        )
    return _formatted(
        amount,
        lambda: format_currency(amount, currency, locale=language, decimal_quantization=False),
    )


def quantity(value: Decimal | None, unit: str, language: str) -> str:
    """Return how many or how much: "2x", "0,5 kg"; "?x" if nobody knows."""
    number = "?" if value is None else _number(value, language)
    return f"{number} {unit}" if unit else f"{number}x"


def times(value: Decimal | None, unit: str, language: str) -> str:
    """Return the first half of a multiplication: "2 x", "0,5 kg x"; "?x" if nobody knows."""
    if value is None:
        return quantity(value, unit, language)
    return " ".join(part for part in (_number(value, language), unit, "x") if part)


def percent(rate: Decimal, language: str) -> str:
    """Return a rate such as "7 %" for 0.07."""
    return _formatted(
        rate, lambda: format_percent(rate, locale=language, decimal_quantization=False)
    )


def _number(value: Decimal, language: str) -> str:
    return _formatted(
        value,
        lambda: format_decimal(
            value, locale=language, decimal_quantization=False, group_separator=False
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
