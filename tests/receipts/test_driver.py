from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from wix_printer_service.models import Address, Contact, Receipt, Totals
from wix_printer_service.printing.rendering import Paper, render
from wix_printer_service.printing.rows import rows
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.context import Marks
from wix_printer_service.receipts.document import QrCode
from wix_printer_service.virtual_printer import render as print_virtually

from .orders import (
    CASH_DELIVERY,
    EMPTY,
    ENGLISH,
    GERMAN,
    PICKUP,
    block_saying,
    line,
    said,
)


def driver(order, context=GERMAN):
    return compose(order, Receipt.DRIVER, context)


def codes(document) -> list[str]:
    return [block.data for block in document.blocks if isinstance(block, QrCode)]


def test_who_and_where_stand_there_in_the_order_a_driver_needs_them():
    texts = said(driver(CASH_DELIVERY))
    assert texts[:4] == ["FAHRER", "#10042", "LIEFERUNG", "20:00–20:15"]
    start = texts.index("Jonas Kraußmüller")
    assert texts[start : start + 7] == [
        "Jonas Kraußmüller",
        "Beispiel GmbH",
        "Skalitzer Str. 104",
        "Hinterhaus, 3. OG links",
        "10997 Berlin",
        "Tel.",
        "+49 170 5550199",
    ]


@pytest.mark.parametrize("words", ["Skalitzer Str. 104", "10997 Berlin", "+49 170 5550199"])
def test_address_and_phone_are_large(words):
    assert block_saying(driver(CASH_DELIVERY), words).style.width == 2


def test_a_phone_number_is_not_broken_over_two_rows():
    block = next(b for b in driver(CASH_DELIVERY).blocks if getattr(b, "text", "")[:3] == "+49")
    assert " " not in block.text


@pytest.mark.parametrize(
    ("context", "mark", "collect"),
    [(GERMAN, "NICHT BEZAHLT", "KASSIEREN 32,09 €"), (ENGLISH, "NOT PAID", "COLLECT €32.09")],
)
def test_what_to_collect_is_huge(context, mark, collect):
    document = driver(CASH_DELIVERY, context)
    assert block_saying(document, mark).style.inverse
    assert block_saying(document, collect).style.width == 3


def test_of_a_partly_paid_order_only_the_rest_is_collected():
    order = replace(
        CASH_DELIVERY,
        payment_status="PARTIALLY_PAID",
        totals=Totals(total=Decimal("32.09"), paid=Decimal(20), balance=Decimal("12.09")),
    )
    texts = said(driver(order))
    assert "KASSIEREN 12,09 €" in texts
    assert {"NICHT BEZAHLT", "Teilweise bezahlt"} <= set(texts)


@pytest.mark.parametrize("status", ["PENDING", "PENDING_MERCHANT", "AUTHORIZED", "NEW", ""])
@pytest.mark.parametrize(
    ("context", "amount"), [(GERMAN, "OFFEN 32,09 €"), (ENGLISH, "STILL DUE €32.09")]
)
def test_an_amount_that_may_have_been_paid_is_open_and_not_to_be_collected(status, context, amount):
    document = driver(replace(CASH_DELIVERY, payment_status=status), context)
    assert block_saying(document, amount).style.width == 3
    assert not any(text.startswith(("KASSIEREN", "COLLECT")) for text in said(document))
    assert any(status in text for text in said(document))


@pytest.mark.parametrize("status", ["DECLINED", "CANCELED"])
def test_a_payment_that_failed_is_collected(status):
    assert "KASSIEREN 32,09 €" in said(driver(replace(CASH_DELIVERY, payment_status=status)))


@pytest.mark.parametrize("total", ["0", "-3.50"])
def test_a_total_of_nothing_or_less_is_not_collected(total):
    order = replace(CASH_DELIVERY, totals=Totals(total=Decimal(total)))
    assert "BEZAHLT" in said(driver(order))
    assert order.amount_due == 0


@pytest.mark.parametrize(
    ("street", "addition", "width_mm", "expected"),
    [
        ("Skalitzer Str. 104", "", 80, ["Skalitzer Str. 104", "10997 Berlin"]),
        ("Skalitzer Str. 104", "", 58, ["Skalitzer", "Str. 104", "10997 Berlin"]),
        (
            "Straße des siebzehnten Juni West 135",
            "",
            58,
            ["Straße des", "siebzehnten Juni", "West 135", "10997 Berlin"],
        ),
        ("Am Hof 5", "3. OG links", 58, ["Am Hof 5", "3. OG links", "10997 Berlin"]),
    ],
)
def test_no_number_stands_alone_in_a_row(street, addition, width_mm, expected):
    address = Address(street, addition, "10997", "Berlin")
    document = driver(replace(CASH_DELIVERY, address=address, contact=Contact()))
    (receipt,) = print_virtually(render(document, Paper.of(width_mm)), width_mm)
    shown = [row.strip() for row in receipt.text.split("\n")]
    start = shown.index(expected[0])
    assert shown[start : start + len(expected)] == expected


@pytest.mark.parametrize(
    "lacking",
    [
        {"totals": Totals()},
        {"payment_status": "PARTIALLY_PAID", "totals": Totals(total=Decimal(32))},
    ],
)
def test_an_unknown_amount_is_not_made_up(lacking):
    texts = said(driver(replace(CASH_DELIVERY, **lacking)))
    assert "BETRAG IN WIX PRÜFEN" in texts
    assert not any("KASSIEREN" in text for text in texts)


def test_nothing_is_collected_for_a_paid_order():
    texts = said(driver(PICKUP))
    assert "BEZAHLT" in texts
    assert not any("KASSIEREN" in text for text in texts)


def test_notes_and_all_items_are_there_in_short():
    order = replace(CASH_DELIVERY, lines=(*CASH_DELIVERY.lines, line("T-Shirt", "0", app_id="x")))
    texts = said(driver(order))
    assert {"Bitte Wechselgeld auf 50 € mitbringen.", "2x Cola 0,33 l", "0x T-Shirt"} <= set(texts)
    assert "Klingel defekt, bitte anrufen. Code Hoftür: 1234#" in texts
    assert "MENGE PRÜFEN" in texts


def test_the_map_opens_at_the_coordinates():
    assert codes(driver(CASH_DELIVERY)) == ["https://maps.google.com/?q=52.4991,13.4312"]


def test_without_coordinates_the_map_looks_for_the_address():
    address = Address("Straße 5 & 6", "Hof", "10997", "Berlin", "DE")
    assert codes(driver(replace(CASH_DELIVERY, address=address))) == [
        "https://maps.google.com/?q=Stra%C3%9Fe%205%20%26%206%2C%2010997%20Berlin%2C%20DE"
    ]


def test_without_an_address_there_is_no_map():
    document = driver(replace(CASH_DELIVERY, address=Address(country="DE"), contact=Contact()))
    assert codes(document) == []
    assert codes(driver(EMPTY)) == []


def test_on_narrow_paper_the_street_is_larger_than_all_but_the_number():
    document = driver(CASH_DELIVERY)
    (street,) = (b for b in document.blocks if "Skalitzer" in getattr(b, "text", ""))
    assert {(row.style.width, row.style.height) for row in rows(street, 32)} == {(2, 2)}
    addition = block_saying(document, "Hinterhaus")
    assert [row.style.width for row in rows(addition, 32)] == [1]


def test_a_street_of_one_long_word_is_narrowed_and_not_broken():
    place = Address("Oberammergauerstraße 5", "", "10997", "Berlin")
    (street,) = (
        b
        for b in driver(replace(CASH_DELIVERY, address=place)).blocks
        if "Ober" in getattr(b, "text", "")
    )
    (row,) = rows(street, 32)
    assert (row.words, row.style.width) == ("Oberammergauerstraße\u00a05", 1)


@pytest.mark.parametrize("before", [None, replace(CASH_DELIVERY, totals=Totals(total=Decimal(9)))])
@pytest.mark.parametrize("status", ["NOT_PAID", "PARTIALLY_PAID", "PENDING", ""])
def test_a_cancelled_ticket_never_asks_for_money(status, before):
    order = replace(CASH_DELIVERY, payment_status=status)
    marks = Marks(cancelled=True, changed_from=before)
    for receipt in (Receipt.DRIVER, Receipt.CUSTOMER, Receipt.KITCHEN):
        words = " ".join(said(compose(order, receipt, ENGLISH, marks)))
        assert "CANCELLED" in words
        for asking in ("COLLECT", "STILL DUE", "NOT PAID", "Amount due", "CHECK AMOUNT"):
            assert asking not in words, receipt


@pytest.mark.parametrize("receipt", [Receipt.DRIVER, Receipt.CUSTOMER])
def test_a_cancelled_ticket_still_says_that_it_was_paid(receipt):
    assert "PAID" in said(compose(PICKUP, receipt, ENGLISH, Marks(cancelled=True)))
