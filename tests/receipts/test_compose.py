from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wix_printer_service.models import Receipt, Unread
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.context import Duplicate, Marks
from wix_printer_service.receipts.document import Text
from wix_printer_service.receipts.styles import HUGE_BANNER

from .any_orders import orders
from .orders import (
    ALL_MARKS,
    EMPTY,
    ENGLISH,
    GERMAN,
    PICKUP,
    SENT_BEFORE,
    block_saying,
    body,
    evening,
    line,
    said,
)

FOR_PEOPLE = (Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER, Receipt.CANCELLATION)


@settings(max_examples=60)
@given(
    order=orders,
    context=st.sampled_from([GERMAN, ENGLISH]),
    moment=st.datetimes(timezones=st.just(UTC)),
)
def test_every_order_gives_every_receipt(order, context, moment):
    marks = replace(ALL_MARKS, duplicate=Duplicate(moment, 3), late_ordered_at=moment)
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
    allergy = block_saying(body(document), "lineItems[0]: Zöliakie").style
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
        (Marks(duplicate=SENT_BEFORE), "MÖGLICHES DUPLIKAT"),
        (Marks(late_ordered_at=evening(18)), "VERSPÄTET"),
        (Marks(backup_from="kitchen"), "ERSATZ FÜR kitchen"),
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
@pytest.mark.parametrize(
    ("context", "texts"),
    [
        (
            GERMAN,
            {
                "STORNIERT",
                "ERSATZ FÜR kitchen",
                "KOPIE",
                "MÖGLICHES DUPLIKAT",
                "zuerst gesendet Fr., 20.11.2026 19:31, Versuch 2",
                "VERSPÄTET",
                "bestellt Fr., 20.11.2026 18:42",
            },
        ),
        (
            ENGLISH,
            {
                "CANCELLED",
                "BACKUP FROM kitchen",
                "COPY",
                "POSSIBLE DUPLICATE",
                "first sent Fri 20 Nov 2026 19:31, try 2",
                "LATE",
                "ordered Fri 20 Nov 2026 18:42",
            },
        ),
    ],
)
def test_all_marks_have_room_on_one_ticket(receipt, context, texts):
    assert set(said(compose(PICKUP, receipt, context, ALL_MARKS))[: len(texts)]) == texts
    unmarked = set(said(compose(PICKUP, receipt, context)))
    assert not (texts - {"STORNIERT", "CANCELLED"}) & unmarked


@pytest.mark.parametrize("receipt", FOR_PEOPLE)
@pytest.mark.parametrize(
    ("mark", "more"),
    [
        ("MÖGLICHES DUPLIKAT", "zuerst gesendet Fr., 20.11.2026 19:31, Versuch 2"),
        ("VERSPÄTET", "bestellt Fr., 20.11.2026 18:42"),
    ],
)
def test_right_under_a_mark_stands_what_there_is_to_say_of_it(receipt, mark, more):
    shown = said(compose(PICKUP, receipt, GERMAN, ALL_MARKS))
    assert shown[shown.index(mark) + 1] == more


@pytest.mark.parametrize("receipt", FOR_PEOPLE)
def test_a_local_number_stands_in_for_that_of_wix_and_later_beside_it(receipt):
    ours = replace(PICKUP, number="", local_number="L7")
    both = replace(PICKUP, local_number="L7")
    assert "L7" in " ".join(said(compose(ours, receipt, GERMAN))).split()
    assert "#10041 (L7)" in " ".join(said(compose(both, receipt, GERMAN)))


def test_a_local_number_is_said_to_be_one():
    ours = replace(PICKUP, number="", local_number="L7")
    assert "eigene Nummer: von Wix kam keine" in said(compose(ours, Receipt.KITCHEN, GERMAN))
    assert "our own number: Wix gave none" in said(compose(ours, Receipt.KITCHEN, ENGLISH))
    both = said(compose(replace(PICKUP, local_number="L7"), Receipt.KITCHEN, ENGLISH))
    assert not any("our own number" in text for text in both)


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
