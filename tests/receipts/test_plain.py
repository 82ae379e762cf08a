from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from wix_printer_service.models import Receipt
from wix_printer_service.receipts.context import Marks
from wix_printer_service.receipts.plain import plain_document

from .any_orders import orders
from .orders import ALL_MARKS, CASH_DELIVERY, EMPTY, GERMAN, SENT_BEFORE, said


def strings(value) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for item in value for text in strings(item)]
    if is_dataclass(value):
        return [text for field in fields(value) for text in strings(getattr(value, field.name))]
    return []


@settings(max_examples=60)
@given(order=orders, receipt=st.sampled_from(Receipt))
def test_every_text_of_every_order_is_on_it(order, receipt):
    shown = "\n".join(said(plain_document(order, receipt, GERMAN)))
    for text in strings(order):
        assert text.replace("\u00a0", " ") in shown


def test_the_number_comes_first_and_it_says_that_it_is_not_as_usual():
    texts = said(plain_document(CASH_DELIVERY, Receipt.DRIVER, GERMAN))
    assert "NICHT VOLLSTÄNDIG LESBAR" in texts[0]
    assert "NOT FULLY READABLE" in texts[0]
    assert texts[1:3] == ["DRIVER", "#10042"]
    assert "number: 10042" not in texts


def test_a_cancellation_and_a_second_piece_of_paper_are_marked_as_such():
    marks = Marks(copy=True, duplicate=SENT_BEFORE)
    texts = said(plain_document(CASH_DELIVERY, Receipt.CANCELLATION, GERMAN, marks))
    assert texts[:3] == [
        "STORNIERT – CANCELLED",
        "KOPIE – COPY",
        "MÖGLICHES DUPLIKAT\nPOSSIBLE DUPLICATE\n20.11.2026 19:31, Versuch/try 2",
    ]


def test_all_marks_are_on_it_in_both_languages_with_their_times():
    texts = said(plain_document(CASH_DELIVERY, Receipt.KITCHEN, GERMAN, ALL_MARKS))
    marks = "\n".join(texts[: texts.index("#10042")])
    for mark in ("STORNIERT", "CANCELLED", "BACKUP FROM kitchen", "KOPIE", "COPY", "LATE"):
        assert mark in marks
    for mark in ("MÖGLICHES DUPLIKAT", "POSSIBLE DUPLICATE", "VERSPÄTET"):
        assert mark in marks
    assert "20.11.2026 19:31" in marks
    assert "20.11.2026 18:42" in marks


def test_a_local_number_is_on_it_alone_or_beside_that_of_wix():
    ours = replace(CASH_DELIVERY, number="", local_number="L7")
    assert "L7" in said(plain_document(ours, Receipt.KITCHEN, GERMAN))
    both = replace(CASH_DELIVERY, local_number="L7")
    assert "#10042 (L7)" in said(plain_document(both, Receipt.KITCHEN, GERMAN))


def test_a_ticket_of_a_cancelled_order_says_so_first():
    marks = Marks(copy=True, cancelled=True)
    texts = said(plain_document(CASH_DELIVERY, Receipt.KITCHEN, GERMAN, marks))
    assert texts[:2] == ["STORNIERT – CANCELLED", "KOPIE – COPY"]


def test_times_are_the_restaurants_and_sums_are_there():
    texts = said(plain_document(CASH_DELIVERY, Receipt.DRIVER, GERMAN))
    assert {"due_from: 20.11.2026 20:00", "totals.total: 32.09", "lines 3.quantity: 2"} <= set(
        texts
    )


def test_it_works_without_anything_and_with_what_no_order_should_hold():
    assert said(plain_document(EMPTY, Receipt.KITCHEN, GERMAN))[2] == "ID "
    ages_ago = datetime.fromisoformat("0001-01-01")
    odd = replace(EMPTY, buyer_note={"a": 1}, lines=None, created_at=ages_ago)
    assert "buyer_note: {'a': 1}" in said(plain_document(odd, Receipt.KITCHEN, GERMAN))
