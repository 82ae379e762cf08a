"""Finds guests' words about allergies and makes them impossible to overlook."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from wix_printer_service.receipts.catalogue import allergy_stems, foreign_allergy_stems
from wix_printer_service.receipts.document import NORMAL, Text
from wix_printer_service.receipts.styles import ALLERGY, BOLD

if TYPE_CHECKING:
    from wix_printer_service.receipts.document import Style


def mentions_allergy(text: str) -> bool:
    """Tell whether a text speaks of an allergy, in any language that we have words for.

    The stems may stand inside a word: German writes "Nussallergie". Accents do not count in the
    catalogues' languages. Elsewhere they do where a stem has them: by a tone mark alone, Thai
    tells "allergic" from "expensive".
    """
    bare, whole = _folded(text), _whole(text)
    return any(stem in bare for stem in _stems()) or any(
        stem in whole or stem in bare for stem in _foreign_stems()
    )


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
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def guest_text(text: str, style: Style, prefix: str = "", indent: int = 0) -> Text:
    """Return a guest's words: in ``style``, or as an allergy if they speak of one.

    An allergy is not indented: it is to have room for large letters.
    """
    if mentions_allergy(text):
        return Text(text, ALLERGY, prefix)
    return Text(text, style, prefix, indent)


def quiet_text(text: str) -> Text:
    """Return a guest's words where nobody acts on them any more: an allergy is bold."""
    return Text(text, BOLD if mentions_allergy(text) else NORMAL)
