"""How urgent an order's tickets are, by the restaurant's rules."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from wix_printer_service.models import Priority
from wix_printer_service.receipts.allergy import mentions_allergy, names_allergy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from wix_printer_service.models import Order
    from wix_printer_service.settings import Priorities


def priority_of(order: Order, rules: Priorities, more: Collection[str] = ()) -> Priority:
    """Return the priority of an order's tickets.

    Every language's words count: guests write in their own.

    Args:
        order: Whose tickets.
        rules: The restaurant's.
        more: Its own words that speak of allergies.
    """
    urgent = _pattern(tuple(word for words in rules.critical_words.values() for word in words))
    names, texts = [line.name for line in order.lines], list(_texts(order))
    if any(urgent.search(text.casefold()) for text in (*names, *texts)):
        return Priority.CRITICAL
    if rules.allergy_is_critical and (
        any(names_allergy(name, more) for name in names)
        or any(mentions_allergy(text, more) for text in texts)
    ):
        return Priority.CRITICAL
    total = order.totals.total
    if rules.high_total is not None and total is not None and total > rules.high_total:
        return Priority.HIGH
    return Priority.NORMAL


def _texts(order: Order) -> Iterator[str]:
    """Return what was chosen, wished and noted, and what could not be read."""
    yield order.buyer_note
    yield order.instructions
    for name, value in order.custom_fields:
        yield f"{name}: {value}"
    for line in order.lines:
        yield from line.wishes
        # together, as on paper: "Allergies: peanuts"
        yield from (f"{name}: {value}" for name, value in line.options)
        yield from (f"{modifier.group}: {modifier.label}" for modifier in line.modifiers)
    for piece in order.unread:
        yield f"{piece.path}: {piece.text}"


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds whole words: German "verteilt" is not "eilt".

    Between the words of a phrase may be any space; an empty one finds nothing.
    """
    phrases = (r"\s+".join(map(re.escape, word.casefold().split())) for word in words)
    found = "|".join(filter(None, phrases))
    return re.compile(rf"(?<!\w)(?:{found})(?!\w)" if found else r"(?!)")
