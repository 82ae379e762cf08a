from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wix_printer_service.models import Receipt, Unread
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.context import Marks
from wix_printer_service.receipts.document import Text
from wix_printer_service.receipts.styles import HUGE_BANNER

from .any_orders import orders
from .orders import EMPTY, ENGLISH, GERMAN, PICKUP, block_saying, evening, line, said

FOR_PEOPLE = (Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER, Receipt.CANCELLATION)


@settings(max_examples=60)
@given(order=orders, context=st.sampled_from([GERMAN, ENGLISH]), late=st.none() | st.datetimes())
def test_every_order_gives_every_receipt(order, context, late):
    marks = Marks(copy=True, duplicate=True, late_since=late, cancelled=True)
    for receipt in Receipt:
        texts = said(compose(order, receipt, context, marks))
        assert texts
        if receipt in FOR_PEOPLE:
            unread = [f"{piece.path}: {piece.text}" for piece in order.unread]
            assert {text.replace("\u00a0", " ") for text in unread} <= set(texts)


@pytest.mark.parametrize("receipt", Receipt)
def test_an_empty_order_still_gives_paper(receipt):
    assert said(compose(EMPTY, receipt, GERMAN))


@pytest.mark.parametrize("receipt", FOR_PEOPLE)
def test_what_could_not_be_read_is_headed_by_a_banner_and_printed_in_full(receipt):
    long = "x" * 500
    order = replace(PICKUP, unread=(Unread("lineItems[0]", "Zöliakie"), Unread("b", long)))
    document = compose(order, receipt, GERMAN)
    assert block_saying(document, "NICHT VOLLSTÄNDIG LESBAR – IN WIX PRÜFEN").style.inverse
    assert f"b: {long}" in said(document)
    allergy = block_saying(document, "lineItems[0]: Zöliakie").style
    assert allergy.bold
    assert allergy.inverse is (receipt is not Receipt.CANCELLATION)
    english = said(compose(order, receipt, ENGLISH))
    assert "NOT FULLY READABLE – CHECK IN WIX" in english


@pytest.mark.parametrize("receipt", FOR_PEOPLE)
def test_an_order_that_was_read_has_no_such_banner(receipt):
    assert not any("LESBAR" in text for text in said(compose(PICKUP, receipt, GERMAN)))


@pytest.mark.parametrize("receipt", FOR_PEOPLE)
@pytest.mark.parametrize(
    ("marks", "words"),
    [
        (Marks(copy=True), "KOPIE"),
        (Marks(duplicate=True), "MÖGLICHES DUPLIKAT"),
        (Marks(late_since=evening(18)), "VERSPÄTET seit Fr., 20.11.2026 19:00"),
    ],
)
def test_marks_are_inverse_banners_above_the_number(receipt, marks, words):
    document = compose(PICKUP, receipt, GERMAN, marks)
    banner = block_saying(document, words)
    assert banner.style.inverse
    blocks = list(document.blocks)
    assert blocks.index(banner) < blocks.index(block_saying(document, "#10041"))
    assert words not in said(compose(PICKUP, receipt, GERMAN))


@pytest.mark.parametrize("receipt", FOR_PEOPLE)
def test_an_order_without_a_number_goes_by_the_end_of_its_id(receipt):
    texts = " ".join(said(compose(replace(PICKUP, number=""), receipt, GERMAN)))
    assert "ID EB9C71" in texts


def test_a_stand_in_for_the_number_is_said_to_be_one():
    kitchen = said(compose(replace(PICKUP, number=""), Receipt.KITCHEN, GERMAN))
    assert "keine Nummer: Ende der Wix-ID" in kitchen
    assert "OHNE NUMMER" in said(compose(EMPTY, Receipt.KITCHEN, GERMAN))


def test_a_number_that_has_its_sign_gets_no_second_one():
    assert "#77" in said(compose(replace(PICKUP, number="#77"), Receipt.KITCHEN, GERMAN))


@pytest.mark.parametrize("receipt", FOR_PEOPLE)
@pytest.mark.parametrize(("context", "word"), [(GERMAN, "STORNIERT"), (ENGLISH, "CANCELLED")])
def test_a_ticket_of_a_cancelled_order_is_headed_by_nothing_less_than_that(receipt, context, word):
    marks = Marks(copy=True, cancelled=True)
    document = compose(PICKUP, receipt, context, marks)
    texts = said(document)
    assert texts[0] == word
    first = next(block for block in document.blocks if isinstance(block, Text))
    assert first.style == HUGE_BANNER
    assert (word in said(compose(PICKUP, receipt, context))) is (receipt is Receipt.CANCELLATION)


@pytest.mark.parametrize("receipt", FOR_PEOPLE)
@pytest.mark.parametrize("quantity", [None, "2"])
def test_a_quantity_that_nobody_knows_is_no_number(receipt, quantity):
    order = replace(PICKUP, lines=(line("Pizza", quantity),))
    document = compose(order, receipt, GERMAN)
    (shown,) = [b for b in document.blocks if "Pizza" in getattr(b, "text", getattr(b, "left", ""))]
    assert shown.prefix.startswith("?x ") is (quantity is None)
    assert shown.style.bold or quantity
    assert ("MENGE PRÜFEN" in said(document)) is (quantity is None)
