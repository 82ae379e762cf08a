"""Finds guests' words about allergies and makes them impossible to overlook."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

from wix_printer_service.receipts.catalogue import allergy_stems, foreign_allergy_stems, words
from wix_printer_service.receipts.document import NORMAL, Text
from wix_printer_service.receipts.styles import ALLERGY, BOLD
from wix_printer_service.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from wix_printer_service.receipts.catalogue import Words
    from wix_printer_service.receipts.document import Style

_APART: Final = r"[^\w.,;!?]+"
"""Between words that belong together: a space, a hyphen, a colon; not the end of a phrase."""
_SPANISH_I_AM_NOT: Final = re.compile(r"\bno soy (?=(?:yo|el|la|un|una|de|del|muy|quien|tan)\b)")
"""What is no English "no soy": "No soy yo quien recoge"."""
_LETTERS: Final = str.maketrans({"ı": "i", "œ": "oe", "æ": "ae", "ø": "o", "’": "'"})
"""Letters that Unicode does not take apart, and that keyboards or capitals change."""


def mentions_allergy(text: str, more: Collection[str] = ()) -> bool:
    """Tell whether a text speaks of an allergy, in any language that we have words for.

    So does a guest who wants none of an allergen: "ohne Nüsse", "dairy-free".

    Args:
        text: What a guest wrote or chose.
        more: The restaurant's own words, or parts of words.
    """
    return names_allergy(text, more) or _refuses_allergen(_folded(text))


def names_allergy(text: str, more: Collection[str] = ()) -> bool:
    """Tell whether a text names an allergy; a dish's name such as "gluten-free cake" does not.

    The stems may stand inside a word: German writes "Nussallergie". Accents do not count in the
    catalogues' languages. Elsewhere they do where a stem has them: by a tone mark alone, Thai
    tells "allergic" from "expensive".
    """
    bare, whole = _folded(text), _whole(text)
    own = (folded for folded in map(_folded, more) if folded.strip())
    return any(stem in bare for stem in (*_stems(), *own)) or any(
        stem in whole or stem in bare for stem in _foreign_stems()
    )


def guest_text(
    text: str, style: Style, prefix: str = "", indent: int = 0, more: Collection[str] = ()
) -> Text:
    """Return a guest's words: in ``style``, or as an allergy if they speak of one.

    An allergy is not indented: it is to have room for large letters.
    """
    if mentions_allergy(text, more):
        return Text(text, ALLERGY, prefix)
    return Text(text, style, prefix, indent)


def quiet_text(text: str, more: Collection[str] = ()) -> Text:
    """Return a guest's words where nobody acts on them any more: an allergy is bold."""
    return Text(text, BOLD if mentions_allergy(text, more) else NORMAL)


@cache
def _stems() -> tuple[str, ...]:
    return tuple(map(_folded, allergy_stems()))


@cache
def _foreign_stems() -> tuple[str, ...]:
    return tuple(map(_whole, foreign_allergy_stems()))


def _whole(text: str) -> str:
    return unicodedata.normalize("NFKC", text.casefold())


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return bare.translate(_LETTERS)


def _refuses_allergen(bare: str) -> bool:
    said = _SPANISH_I_AM_NOT.sub("", bare)
    return any(pattern.search(said) for pattern in _refusals())


@cache
def _refusals() -> tuple[re.Pattern[str], ...]:
    return tuple(_refusal(words(language)) for language in LANGUAGES)


def _refusal(say: Words) -> re.Pattern[str]:
    """Return what finds "without any X", "without A, B or X", "X-free" and "Xfree"."""
    allergen = _any_of(name for _, names in say.allergens for name in names)
    listed = rf"(?:\w+(?:\s*[,/&+]\s*|\s+{_any_of(say.list_words)}{_APART})){{0,3}}"
    between = rf"(?:{_any_of(say.without_between)}{_APART}){{0,2}}"
    before = rf"{_any_of(say.without_before)}{_APART}{between}{listed}{allergen}"
    glued = _any_of(ending[1:] for ending in say.without_after if ending[0] == "-")
    apart = _any_of(ending for ending in say.without_after if ending[0] != "-")
    return re.compile(rf"\b(?:{before}|{allergen}(?:{glued}|(?:{_APART})?{apart}))\b")


def _any_of(phrases: Iterable[str]) -> str:
    """Return a pattern for any of some phrases; for none of them one that finds nothing."""
    found = "|".join(_APART.join(map(_word, _folded(phrase).split())) for phrase in phrases)
    return f"(?:{found})" if found else r"(?!)"


def _word(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\w*")
