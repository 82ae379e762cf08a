"""If these pass, a reader of a change learns what is and what was, of facts and of money."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from wix_printer_service.models import Address, Contact, Method, Receipt, TaxLine, Unread
from wix_printer_service.printing.rows import rows as wrap
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.change import changes
from wix_printer_service.receipts.context import Marks, Slip, Ticket
from wix_printer_service.receipts.document import Document, Text
from wix_printer_service.receipts.styles import ALLERGY, LARGE

from .orders import CASH_DELIVERY, ENGLISH, PICKUP, evening, said
from .test_change import PIZZA, change, told, with_lines
from .test_difference import PAID_20, UNPAID_20, costing
from .test_difference_of_any import READERS

K, D, C = READERS

MAP = "https://maps.google.com/?q="
ENGLISH_WORDS = words("en")


# facts


@pytest.mark.parametrize(
    ("new", "reader", "texts"),
    [
        ({"buyer_note": "Quick!"}, K, ["Guest's note:", "Quick!", "was: Slowly"]),
        ({"buyer_note": ""}, D, ["Guest's note:", "–", "was: Slowly"]),
        ({"instructions": "Ring"}, K, ["Instructions:", "Ring"]),
        ({"custom_fields": (("Table", "7"),)}, K, ["Table: 7", "was: Table: 6"]),
        ({"contact": Contact("Eva", "Co", "1")}, K, ["Name:", "Eva · Co", "was: Jonas"]),
        ({"contact": Contact("Jonas", "", "1 2")}, D, ["Phone:", "1 2", "was: 1"]),
        ({"location_name": "West"}, K, ["Branch:", "West", "was: East"]),
        ({"unread": (Unread("x", "y"),)}, K, ["Not read, here word for word:", "x: y"]),
        (
            {"address": Address("Weg 1", "", "10115", "Berlin")},
            D,
            [
                *("Address:", "Weg 1\n10115 Berlin", "was: Allee 2, Hof, 10115 Berlin"),
                *(f"{MAP}Weg%201%2C%2010115%20Berlin", "Scan for the route"),
            ],
        ),
        (
            {"method": Method.PICKUP},
            K,
            [f"{ENGLISH_WORDS.method_field}:", "PICKUP\nExpress", "was: DELIVERY, Express"],
        ),
        (
            {"method_title": ""},
            K,
            [f"{ENGLISH_WORDS.method_field}:", "DELIVERY", "was: DELIVERY, Express"],
        ),
        (
            {"due_from": evening(20), "due_to": evening(20)},
            K,
            ["Time:", "21:00", "was: 20:00–20:15"],
        ),
        (
            {"due_from": evening(19, day=21), "due_to": evening(19, 15, day=21)},
            K,
            ["Time:", "Sat 21 Nov 2026 20:00–20:15", "was: Fri 20 Nov 2026 20:00–20:15"],
        ),
        (
            {"due_from": None, "due_to": None, "due_text": ""},
            K,
            ["Time:", "ASAP", "was: Fri 20 Nov 2026 20:00–20:15"],
        ),
    ],
)
def test_a_fact_says_what_is_and_what_was(new, reader, texts):
    before = replace(
        CASH_DELIVERY,
        buyer_note="Slowly",
        instructions="",
        custom_fields=(("Table", "6"),),
        contact=Contact("Jonas", "", "1"),
        location_name="East",
        method_title="Express",
        address=Address("Allee 2", "Hof", "10115", "Berlin"),
    )
    assert told(before, replace(before, **new), reader) == ["CHANGED", *texts]


def test_a_title_that_says_the_same_as_the_method_is_not_said_again():
    before = replace(CASH_DELIVERY, method_title="Delivery")
    after = replace(before, method=Method.PICKUP, method_title="Pickup")
    assert told(before, after) == [
        "CHANGED",
        f"{ENGLISH_WORDS.method_field}:",
        "PICKUP",
        "was: DELIVERY",
    ]


def test_the_restaurants_own_words_for_allergies_count():
    mine = {"allergy_words": ("wombat",)}
    note = replace(PICKUP, buyer_note="no wombat")
    assert Text(note.buyer_note, ALLERGY) in change(PICKUP, note, **mine).blocks
    wish = with_lines(replace(PIZZA, wishes=("no wombat",)))
    assert (
        Text("no wombat", ALLERGY, "ADDED: >> ") in change(with_lines(PIZZA), wish, **mine).blocks
    )


def test_a_note_of_an_allergy_cannot_be_overlooked():
    after = replace(PICKUP, buyer_note="I have an allergy: nuts")
    assert Text(after.buyer_note, ALLERGY) in change(PICKUP, after).blocks


def test_a_phone_number_is_not_broken():
    after = replace(CASH_DELIVERY, contact=replace(CASH_DELIVERY.contact, phone="+49 30 1"))
    assert Text("+49\u00a030\u00a01", LARGE) in change(CASH_DELIVERY, after, D).blocks


def test_the_number_of_a_house_stays_with_its_street():
    after = replace(CASH_DELIVERY, address=Address("Skalitzer Str. 104", "", "10997", "Berlin"))
    before = replace(after, address=Address("Weg 1", "", "10997", "Berlin"))
    block = change(before, after, D).blocks[3]
    found = [(row.words.replace("\u00a0", " "), row.style.width) for row in wrap(block, 32)]
    assert found == [("Skalitzer", 2), ("Str. 104", 2), ("10997 Berlin", 2)]


def test_a_driver_gets_the_route_to_the_place_that_is_meant_now():
    before = replace(
        CASH_DELIVERY, address=Address("Weg 1", "", "10115", "Berlin", "DE", Decimal(1), Decimal(2))
    )
    moved = replace(before, address=replace(before.address, latitude=Decimal(3)))
    assert told(before, moved, D) == [
        *("CHANGED", "Address:", "Weg 1\n10115 Berlin", "was: Weg 1, 10115 Berlin"),
        *(f"{MAP}3,2", "Scan for the route"),
    ]
    abroad = replace(before, address=replace(before.address, country="AT"))
    assert told(before, abroad, D)[2:4] == [
        "Weg 1\n10115 Berlin\nAT",
        "was: Weg 1, 10115 Berlin, DE",
    ]
    nowhere = replace(before, address=Address())
    assert told(before, nowhere, D)[1:] == ["Address:", "–", "was: Weg 1, 10115 Berlin, DE"]
    renamed = replace(moved, address=replace(moved.address, street="Weg 2"))
    assert MAP not in " ".join(told(moved, renamed, C))


# money


def test_a_driver_reads_what_to_collect_now():
    assert told(UNPAID_20, costing(UNPAID_20, 25), D) == [
        "CHANGED",
        "NOT PAID",
        "COLLECT €25.00",
        "was: NOT PAID, €20.00",
    ]
    assert told(UNPAID_20, costing(PAID_20, 25), D) == ["CHANGED", "PAID", "was: NOT PAID, €20.00"]


def test_a_guest_reads_all_sums_anew():
    before = replace(UNPAID_20, fees=(), discounts=(), taxes=())
    told_sums = told(before, costing(before, 25), C)
    assert told_sums == [
        "CHANGED",
        "TOTAL | €25.00",
        "was: €20.00",
        "NOT PAID",
        "Amount due | €25.00",
    ]
    tax = TaxLine("VAT", Decimal("0.07"), Decimal(1))
    taxed = replace(costing(before, 25), taxes=(tax,), tax_included=True)
    assert told(before, taxed, C)[1:4] == [
        "TOTAL | €25.00",
        "was: €20.00",
        "incl. 7% VAT | €1.00",
    ]
    assert told(before, replace(before, taxes=(tax,)), C) == [
        "CHANGED",
        "TOTAL | €20.00",
        "incl. 7% VAT | €1.00",
        "NOT PAID",
        "Amount due | €20.00",
    ]


@pytest.mark.parametrize("reader", [D, C])
def test_of_an_order_that_is_off_nothing_is_to_be_paid(reader):
    slip = Slip(Receipt.CHANGE, reader=reader, before=UNPAID_20)
    ticket = Ticket(costing(UNPAID_20, 25), slip, ENGLISH, Marks(cancelled=True))
    told_words = " ".join(said(Document(tuple(changes(ticket)))))
    assert not any(word in told_words for word in ("NOT PAID", "COLLECT", "Amount due"))


@pytest.mark.parametrize("reader", READERS)
def test_a_mere_payment_is_told_to_those_outside_if_the_restaurant_wants(reader):
    unchanged = ["No change any more: what is printed holds."]
    assert told(UNPAID_20, PAID_20, reader) == unchanged
    wanted = told(UNPAID_20, PAID_20, reader, payment_changes=True)
    paid = ["CHANGED", "PAID", "was: NOT PAID, €20.00"]
    assert wanted == (unchanged if reader is K else paid)
    if reader is not K:
        back = told(PAID_20, UNPAID_20, reader, payment_changes=True)
        assert back[-1] == "was: PAID"
