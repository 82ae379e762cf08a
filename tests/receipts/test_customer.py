from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from wix_printer_service.models import Discount, Fee, Receipt, TaxLine, Totals
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.context import Marks
from wix_printer_service.receipts.document import Pair

from .orders import (
    CASH_DELIVERY,
    EMPTY,
    ENGLISH,
    GERMAN,
    PICKUP,
    WITH_ALLERGIES,
    block_saying,
    line,
    said,
)


def customer(order, context=GERMAN):
    return compose(order, Receipt.CUSTOMER, context)


def test_it_names_restaurant_order_and_time():
    assert said(customer(PICKUP))[:6] == [
        "Ristorante Müller",
        "Oranienstraße 12, 10999 Berlin",
        "USt-IdNr. DE123456789",
        "Bestellung #10041",
        "Bestellt: Fr., 20.11.2026 18:42",
        "ABHOLUNG: Fr., 20.11.2026 19:12",
    ]


def test_a_delivery_shows_where_to_and_a_pickup_does_not():
    assert {"Jonas Kraußmüller", "Skalitzer Str. 104", "10997 Berlin"} <= set(
        said(customer(CASH_DELIVERY))
    )
    assert "Anna Beispiel" not in said(customer(PICKUP))


def test_lines_have_prices_and_several_pieces_a_price_each():
    texts = said(customer(PICKUP))
    start = texts.index("2 x Pizza Margherita | 19,00 €")
    assert texts[start : start + 4] == [
        "2 x Pizza Margherita | 19,00 €",
        "2 x 9,50 €",
        "1 x Tiramisu | 6,20 €",
        "Zwischensumme | 25,20 €",
    ]


def test_choices_stand_under_their_line():
    texts = said(customer(WITH_ALLERGIES))
    assert {"Größe: Groß (32 cm)", "* Extra Belag: 2x Jalapeños", "* Ohne: Sesam"} <= set(texts)


def test_prices_that_wix_did_not_give_are_not_zero():
    order = replace(PICKUP, lines=(line("Überraschung", "2"),), totals=Totals(), taxes=())
    texts = said(customer(order))
    assert "2 x Überraschung | –" in texts
    assert "GESAMT | –" in texts
    assert not any("0,00" in text for text in texts)


def test_all_sums_are_those_of_wix():
    texts = said(customer(CASH_DELIVERY))
    start = texts.index("Zwischensumme | 27,20 €")
    assert texts[start : start + 9] == [
        "Zwischensumme | 27,20 €",
        "2 € Rabatt | -2,00 €",
        "Lieferkosten | 2,90 €",
        "Trinkgeld | 3,00 €",
        "Servicegebühr | 0,99 €",
        "GESAMT | 32,09 €",
        "inkl. 7 % MwSt. | 2,38 €",
        "NICHT BEZAHLT",
        "Noch zu zahlen | 32,09 €",
    ]
    assert "Lieferkosten" not in " ".join(said(customer(PICKUP)))


def test_the_total_is_double_size():
    total = next(
        block
        for block in customer(PICKUP).blocks
        if isinstance(block, Pair) and block.left == "GESAMT"
    )
    assert (total.style.width, total.style.height) == (2, 2)


def test_taxes_on_top_stand_above_the_total():
    taxes = (TaxLine("", Decimal("0.077"), Decimal(3)), TaxLine("GST", None, None))
    order = replace(PICKUP, tax_included=False, taxes=taxes)
    texts = said(customer(order, ENGLISH))
    start = texts.index("plus 7.7% tax | €3.00")
    assert texts[start : start + 3] == ["plus 7.7% tax | €3.00", "plus GST | –", "TOTAL | €25.20"]


def test_tax_is_neither_inside_nor_on_top_if_wix_does_not_say():
    order = replace(PICKUP, tax_included=None, taxes=(TaxLine("GST", None, Decimal(1)),))
    texts = said(customer(order, ENGLISH))
    start = texts.index("TOTAL | €25.20")
    assert texts[start : start + 2] == ["TOTAL | €25.20", "GST | €1.00"]
    assert texts.count("GST | €1.00") == 1
    unnamed = said(customer(replace(order, taxes=())))
    assert "MwSt. | 1,65 €" in unnamed


def test_sums_without_details_are_shown_as_sums():
    order = replace(CASH_DELIVERY, discounts=(), fees=(), taxes=())
    texts = said(customer(order))
    assert {"Rabatt | -2,00 €", "Gebühr | 3,99 €", "inkl. MwSt. | 2,38 €"} <= set(texts)
    assert not any("Rabatt" in text or "Gebühr" in text for text in said(customer(PICKUP)))


def test_details_without_names_or_amounts_are_shown_as_well():
    order = replace(CASH_DELIVERY, discounts=(Discount("", None),), fees=(Fee("", None),))
    assert {"Rabatt | –", "Gebühr | –"} <= set(said(customer(order)))


def test_the_payment_is_said():
    texts = said(customer(PICKUP))
    assert "BEZAHLT" in texts
    assert not any(text.startswith("Noch zu zahlen") for text in texts)
    part = replace(
        CASH_DELIVERY,
        payment_status="PARTIALLY_PAID",
        totals=Totals(total=Decimal("32.09"), paid=Decimal(20), balance=Decimal("12.09")),
    )
    texts = said(customer(part))
    assert {"NICHT BEZAHLT", "Bereits bezahlt | 20,00 €", "Noch zu zahlen | 12,09 €"} <= set(texts)


def test_it_says_thank_you_last():
    assert said(customer(PICKUP))[-1] == "Vielen Dank für Ihre Bestellung!"
    assert said(customer(EMPTY, ENGLISH))[-1] == "Thank you for your order!"


def test_a_cancelled_order_asks_for_no_money_and_thanks_nobody():
    texts = said(compose(CASH_DELIVERY, Receipt.CUSTOMER, GERMAN, Marks(cancelled=True)))
    assert texts[0] == "STORNIERT"
    assert "GESAMT | 32,09 €" in texts
    for words in ("NICHT BEZAHLT", "Noch zu zahlen", "Vielen Dank"):
        assert not any(text.startswith(words) for text in texts)


def test_a_quantity_to_be_checked_is_twice_as_high():
    order = replace(PICKUP, lines=(line("Salat", "0"),))
    for receipt in (Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER):
        check = block_saying(compose(order, receipt, GERMAN), "MENGE PRÜFEN").style
        assert (check.height, check.bold, check.inverse) == (2, True, True)
