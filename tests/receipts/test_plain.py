from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wix_printer_service.models import Receipt
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.context import Marks, Slip
from wix_printer_service.receipts.plain import plain_document
from wix_printer_service.words import LANGUAGES

from .any_orders import orders
from .orders import ALL_MARKS, CASH_DELIVERY, EMPTY, GERMAN, PICKUP, SENT_BEFORE, line, said

KEYS = {"app_id", "item_id", "section_id", "menu_id", "location_id"}


def strings(value) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for item in value for text in strings(item)]
    if is_dataclass(value):
        names = [field.name for field in fields(value) if field.name not in KEYS]
        return [text for name in names for text in strings(getattr(value, name))]
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
    for text, mark in zip(texts, ("CANCELLED", "COPY", "POSSIBLE DUPLICATE"), strict=False):
        assert mark in text
    assert texts[2].endswith("\n20.11.2026 19:31, #2")


def test_all_marks_are_on_it_with_their_times():
    texts = said(plain_document(CASH_DELIVERY, Receipt.KITCHEN, GERMAN, ALL_MARKS))
    marks = "\n".join(texts[: texts.index("#10042")])
    for mark in ("STORNIERT", "CANCELLED", "BACKUP FROM kitchen", "KOPIE", "COPY", "LATE"):
        assert mark in marks
    for mark in ("MÖGLICHES DUPLIKAT", "POSSIBLE DUPLICATE", "VERSPÄTET"):
        assert mark in marks
    assert "20.11.2026 19:31" in marks
    assert "20.11.2026 18:42" in marks


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_marks_are_in_every_language(language):
    say = words(language)
    marks = replace(ALL_MARKS, is_reminder=True)
    shown = "\n".join(said(plain_document(PICKUP, Receipt.CHANGE, GERMAN, marks)))
    for mark in (say.change, say.cancelled, say.copy_mark, say.duplicate, say.late, say.reminder):
        assert mark in shown


def test_a_change_is_headed_so_and_shows_the_order_as_it_is_now():
    slip = Slip(Receipt.CHANGE, "bar", Receipt.KITCHEN, before=PICKUP)
    texts = said(plain_document(CASH_DELIVERY, slip, GERMAN))
    assert "CHANGE" in texts[0]
    assert "CHANGE – KITCHEN – BAR" in texts
    assert "lines 3.name: Cola 0,33 l" in texts
    again = said(plain_document(CASH_DELIVERY, Receipt.KITCHEN, GERMAN, Marks(changed_from=PICKUP)))
    assert "CHANGE" in again[0]
    assert "CHANGE" not in said(plain_document(CASH_DELIVERY, Receipt.KITCHEN, GERMAN))[0]


def test_a_local_number_is_on_it_alone_or_beside_that_of_wix():
    ours = replace(CASH_DELIVERY, number="", local_number="L7")
    assert "L7" in said(plain_document(ours, Receipt.KITCHEN, GERMAN))
    both = replace(CASH_DELIVERY, local_number="L7")
    assert "#10042 (L7)" in said(plain_document(both, Receipt.KITCHEN, GERMAN))


def test_a_ticket_of_a_cancelled_order_says_so_first():
    marks = Marks(copy=True, cancelled=True)
    texts = said(plain_document(CASH_DELIVERY, Receipt.KITCHEN, GERMAN, marks))
    assert "CANCELLED" in texts[0]
    assert "COPY" in texts[1]


def test_times_are_the_restaurants_and_sums_are_there():
    texts = said(plain_document(CASH_DELIVERY, Receipt.DRIVER, GERMAN))
    assert {"due_from: 20.11.2026 20:00", "totals.total: 32.09", "lines 3.quantity: 2"} <= set(
        texts
    )


@pytest.mark.parametrize("key", sorted(KEYS - {"location_id"}))
def test_keys_that_say_nothing_to_people_are_left_out(key):
    order = replace(PICKUP, location_id="abc-123", lines=(line("Pizza", **{key: "abc-123"}),))
    assert "abc-123" not in "\n".join(said(plain_document(order, Receipt.KITCHEN, GERMAN)))


def test_it_works_without_anything_and_with_what_no_order_should_hold():
    assert said(plain_document(EMPTY, Receipt.KITCHEN, GERMAN))[2] == "ID "
    ages_ago = datetime.fromisoformat("0001-01-01")
    odd = replace(EMPTY, buyer_note={"a": 1}, lines=None, created_at=ages_ago)
    assert "buyer_note: {'a': 1}" in said(plain_document(odd, Receipt.KITCHEN, GERMAN))
