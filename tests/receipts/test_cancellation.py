from __future__ import annotations

from dataclasses import replace

import pytest

from wix_printer_service.models import Receipt, Unread
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.document import NORMAL, Text
from wix_printer_service.receipts.styles import BOLD

from .orders import CASH_DELIVERY, ENGLISH, GERMAN, WITH_ALLERGIES, block_saying, said


@pytest.mark.parametrize(("context", "word"), [(GERMAN, "STORNIERT"), (ENGLISH, "CANCELLED")])
def test_it_is_huge_inverse_and_stands_on_top_and_at_the_end(context, word):
    document = compose(CASH_DELIVERY, Receipt.CANCELLATION, context)
    texts = said(document)
    assert (texts[0], texts[-1]) == (word, word)
    assert document.blocks[1].style.inverse
    assert document.blocks[1].style.width == 4


def test_it_says_which_order_and_what_not_to_cook():
    texts = said(compose(CASH_DELIVERY, Receipt.CANCELLATION, GERMAN))
    assert texts[1:4] == ["#10042", "LIEFERUNG", "20:00–20:15"]
    assert {"1x Spaghetti Carbonara", "2x Cola 0,33 l"} <= set(texts)
    assert "Bitte Wechselgeld auf 50 € mitbringen." in texts


def test_nothing_is_louder_than_the_news_itself():
    order = replace(
        WITH_ALLERGIES,
        instructions="Am Tresen",
        custom_fields=(("Allergien", "Nüsse"),),
        unread=(Unread("a", "Zöliakie"), Unread("b", "c")),
    )
    document = compose(order, Receipt.CANCELLATION, GERMAN)
    for words in ("ACHTUNG ALLERGIE", "Allergien: Nüsse", "a: Zöliakie"):
        assert block_saying(document, words).style == BOLD
    for words in ("Am Tresen", "b: c"):
        assert block_saying(document, words).style == NORMAL
    inverse = [b for b in document.blocks if isinstance(b, Text) and b.style.inverse]
    assert max(inverse, key=lambda b: b.style.width * b.style.height).text == "STORNIERT"


def test_what_not_to_cook_is_tall_and_bold():
    style = block_saying(compose(CASH_DELIVERY, Receipt.CANCELLATION, GERMAN), "Rucola").style
    assert (style.height, style.bold) == (2, True)
