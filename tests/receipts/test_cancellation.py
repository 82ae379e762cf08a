from __future__ import annotations

import pytest

from wix_printer_service.models import Receipt
from wix_printer_service.receipts.compose import compose

from .orders import CASH_DELIVERY, ENGLISH, GERMAN, said


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
