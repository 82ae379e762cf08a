"""If these pass, a customer's sums are those of Wix, tax by tax, in the words of the country."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from wix_printer_service.models import Discount, Fee, TaxLine, Totals
from wix_printer_service.receipts.document import Document
from wix_printer_service.receipts.sums import sums

from .orders import EMPTY, GERMAN, PICKUP, said

SWISS = replace(GERMAN, country="CH")
AUSTRIAN = replace(GERMAN, country="AT")


def tax(rate: str, amount: str, name: str = "MwSt.") -> TaxLine:
    return TaxLine(name, Decimal(rate), Decimal(amount))


def summed(order, context=GERMAN):
    return said(Document(tuple(sums(order, context))))


def test_swiss_rates_stand_below_the_total_each_in_its_row():
    order = replace(
        PICKUP,
        currency="CHF",
        totals=Totals(subtotal=Decimal("1204.80"), total=Decimal("1204.80"), tax=Decimal("32.41")),
        taxes=(tax("0.026", "28.20"), tax("0.081", "4.21")),
    )
    assert summed(order, SWISS) == [
        "Zwischensumme | CHF 1’204.80",
        "GESAMT | CHF 1’204.80",
        "inkl. 2.6% MwSt. | CHF 28.20",
        "inkl. 8.1% MwSt. | CHF 4.21",
    ]


def test_austrian_rates():
    taxes = (tax("0.1", "1.20"), tax("0.13", "0.39"), tax("0.2", "2.10"))
    assert summed(replace(PICKUP, taxes=taxes), AUSTRIAN) == [
        "Zwischensumme | € 25,20",
        "GESAMT | € 25,20",
        "inkl. 10 % MwSt. | € 1,20",
        "inkl. 13 % MwSt. | € 0,39",
        "inkl. 20 % MwSt. | € 2,10",
    ]


def test_german_rates_on_top_stand_above_the_total():
    order = replace(PICKUP, tax_included=False, taxes=(tax("0.07", "1.65"), tax("0.19", "0.61")))
    assert summed(order)[1:] == [
        "zzgl. 7 % MwSt. | 1,65 €",
        "zzgl. 19 % MwSt. | 0,61 €",
        "GESAMT | 25,20 €",
    ]


@pytest.mark.parametrize(
    ("language", "included", "added", "unsaid"),
    [
        ("de", "inkl. 7 % MwSt.", "zzgl. 7 % MwSt.", "7 % MwSt."),
        ("en", "incl. 7% tax", "plus 7% tax", "7% tax"),
        ("es", "incl. IVA 7 %", "más IVA 7 %", "IVA 7 %"),
        ("fr", "dont TVA 7 %", "plus TVA 7 %", "TVA 7 %"),
        ("it", "di cui IVA 7%", "più IVA 7%", "IVA 7%"),
        ("tr", "KDV %7 dahil", "+ KDV %7", "KDV %7"),
    ],
)
def test_a_tax_is_named_in_the_order_of_the_language(language, included, added, unsaid):
    context = replace(GERMAN, language=language)
    order = replace(PICKUP, taxes=(tax("0.07", "1.65", ""),))
    for is_included, name in ((True, included), (False, added), (None, unsaid)):
        texts = summed(replace(order, tax_included=is_included), context)
        assert [text.split(" | ")[0] for text in texts if "7" in text] == [name]


def test_a_tax_without_a_rate_has_only_its_name():
    order = replace(PICKUP, taxes=(TaxLine("GST {rate}", None, Decimal(1)),))
    assert "inkl. GST {rate} | 1,00 €" in summed(order)


def test_tips_service_fees_and_roundings_have_the_names_that_wix_gave_them():
    order = replace(
        PICKUP,
        fees=(
            Fee("Trinkgeld", Decimal(3)),
            Fee("Servicegebühr", Decimal("0.99")),
            Fee("Rundung", Decimal("-0.01")),
        ),
        discounts=(Discount("Stammgast", Decimal("2.50")),),
    )
    assert summed(order)[1:5] == [
        "Stammgast | -2,50 €",
        "Trinkgeld | 3,00 €",
        "Servicegebühr | 0,99 €",
        "Rundung | -0,01 €",
    ]


def test_sums_that_do_not_add_up_are_shown_as_given():
    totals = Totals(subtotal=Decimal("10.00"), shipping=Decimal(5), total=Decimal("14.999"))
    order = replace(PICKUP, totals=totals, taxes=())
    assert summed(order) == [
        "Zwischensumme | 10,00 €",
        "Lieferkosten | 5,00 €",
        "GESAMT | 14,999 €",
    ]


def test_the_currency_is_that_of_the_order():
    texts = summed(replace(PICKUP, currency="USD"), SWISS)
    assert "GESAMT | $ 25.20" in texts
    assert "GESAMT | CHF 25.20" in summed(replace(PICKUP, currency="CHF"), SWISS)
    assert "GESAMT | 25,20" in summed(replace(PICKUP, currency=""))


def test_of_an_order_without_sums_the_total_is_unknown():
    assert summed(EMPTY) == ["GESAMT | –"]


def test_sums_of_which_wix_gave_no_details_have_our_names():
    totals = Totals(
        subtotal=Decimal(20),
        shipping=Decimal(3),
        discount=Decimal(2),
        fees=Decimal(1),
        tax=Decimal("1.44"),
        total=Decimal(22),
    )
    order = replace(PICKUP, totals=totals, taxes=())
    assert summed(order) == [
        "Zwischensumme | 20,00 €",
        "Rabatt | -2,00 €",
        "Lieferkosten | 3,00 €",
        "Gebühr | 1,00 €",
        "GESAMT | 22,00 €",
        "inkl. MwSt. | 1,44 €",
    ]


def test_amounts_that_wix_left_out_are_unknown_and_not_zero():
    order = replace(PICKUP, fees=(Fee("", None),), discounts=(Discount("", None),))
    assert {"Gebühr | –", "Rabatt | –"} <= set(summed(order))
