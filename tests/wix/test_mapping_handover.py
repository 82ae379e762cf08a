"""If these pass, the ticket says when, where, to whom and for how much."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from wix_printer_service.models import (
    Address,
    Contact,
    Discount,
    Fee,
    Method,
    Order,
    TaxLine,
    Totals,
    Unread,
)
from wix_printer_service.wix.mapping import read_order

LINES = [{"productName": "Pizza", "quantity": 1}]
HOME = {"addressLine": "Skalitzer Str. 104", "city": "Berlin"}
SHOP = {"addressLine": "Oranienstraße 12", "city": "Berlin"}
JONAS = {"firstName": "Jonas", "lastName": "Kraus", "phone": "1"}
ANNA = {"firstName": "Anna", "phone": "2", "company": "Beispiel GmbH"}


def read(**fields: object) -> Order:
    return read_order({"id": "order-1", "lineItems": LINES, **fields})


def shipped(**logistics: object) -> Order:
    return read(shippingInfo={"title": "Lieferung", "logistics": logistics})


def people(logistics: dict[str, object], recipient: object, billing: object) -> Order:
    return read(
        shippingInfo={"logistics": logistics},
        recipientInfo={"contactDetails": recipient},
        billingInfo={"contactDetails": billing},
    )


def at(hour: int) -> datetime:
    return datetime(2026, 11, 20, hour, tzinfo=UTC)


def test_how_the_food_goes_out_is_judged_by_the_logistics_not_by_the_title():
    assert shipped(pickupDetails={"address": SHOP}).method is Method.PICKUP
    assert shipped(pickupDetails={}).method is Method.PICKUP
    assert shipped(shippingDestination={"address": HOME}).method is Method.DELIVERY
    assert shipped(deliveryTime="20:00").method is Method.UNKNOWN
    assert shipped().method_title == "Lieferung"


def test_the_shops_address_is_nobodys_destination():
    order = shipped(pickupDetails={"address": SHOP}, shippingDestination={"address": SHOP})
    assert (order.method, order.address) == (Method.PICKUP, Address())


def test_an_address_is_kept_even_if_wix_does_not_say_that_somebody_drives():
    order = read(recipientInfo={"address": HOME}, shippingInfo={"logistics": {"drone": {}}})
    assert order.method is Method.UNKNOWN
    assert order.address.street == "Skalitzer Str. 104"


def test_a_delivery_goes_to_its_destination_else_to_the_recipients_address():
    both = {"shippingInfo": {"logistics": {"shippingDestination": {"address": SHOP}}}}
    assert read(recipientInfo={"address": HOME}, **both).address.street == "Oranienstraße 12"
    unsaid = {"shippingInfo": {"logistics": {"shippingDestination": {"address": {}}}}}
    assert read(recipientInfo={"address": HOME}, **unsaid).address.street == "Skalitzer Str. 104"


@pytest.mark.parametrize(
    ("wire", "address"),
    [
        (
            {
                "addressLine": "Hof 1",
                "addressLine2": "links",
                "postalCode": 10997,
                "city": "Berlin",
                "country": "de",
                "geocode": {"latitude": "52.520006599999995", "longitude": "-0.1"},
            },
            Address(
                *("Hof 1", "links", "10997", "Berlin", "DE"),
                *(Decimal("52.520006599999995"), Decimal("-0.1")),
            ),
        ),
        ({"streetAddress": {"name": "Hof", "number": "1a"}}, Address("Hof 1a")),
        ({"streetAddress": {"name": "Hof"}}, Address("Hof")),
        ({"addressLine1": "Hof 2"}, Address("Hof 2")),
        (
            {"addressLine": "Hof 2", "addressLine2": "3. OG", "streetAddress": {"apt": "12b"}},
            Address("Hof 2", "3. OG, 12b"),
        ),
        ({"addressLine2": "12b", "streetAddress": {"apt": "12b"}}, Address(addition="12b")),
    ],
)
def test_an_address_is_read_in_each_of_its_forms(wire, address):
    order = shipped(shippingDestination={"address": wire})
    assert order.address == address
    assert order.unread == ()


def test_a_delivery_is_handed_to_the_person_at_the_destination():
    order = people({"shippingDestination": {"contactDetails": JONAS}}, ANNA, ANNA)
    assert order.contact == Contact("Jonas Kraus", "", "1")


def test_a_pickup_is_handed_to_the_recipient_not_to_the_shop():
    shop = {"pickupDetails": {}, "shippingDestination": {"contactDetails": JONAS}}
    assert people(shop, ANNA, JONAS).contact == Contact("Anna", "Beispiel GmbH", "2")
    assert people(shop, None, ANNA).contact == Contact("Anna", "Beispiel GmbH", "2")


def test_a_phone_number_is_found_wherever_it_stands():
    nameless = {"phone": "3"}
    assert people({}, {"firstName": "Eva"}, nameless).contact == Contact("Eva", "", "3")
    assert people({}, nameless, {"company": "AG"}).contact == Contact("", "AG", "3")
    assert people({}, nameless, None).contact == Contact("", "", "3")


def test_the_slot_says_when_the_food_is_due():
    slot = {"from": "2026-11-20T19:00:00Z", "to": "2026-11-20T20:00:00Z"}
    order = shipped(deliveryTimeSlot=slot, deliverByDate="2026-11-20T22:00:00Z", deliveryTime="x")
    assert (order.due_from, order.due_to, order.due_text) == (at(19), at(20), "x")


@pytest.mark.parametrize(
    "logistics",
    [
        {"deliveryTimeSlot": {"from": "2026-11-20T19:00:00Z"}},
        {"deliveryTimeSlot": {"to": "2026-11-20T19:00:00Z"}},
        {"deliverByDate": "2026-11-20T19:00:00Z"},
    ],
)
def test_one_moment_alone_is_both_ends_of_the_slot(logistics):
    assert (shipped(**logistics).due_from, shipped(**logistics).due_to) == (at(19), at(19))


def test_an_unreadable_time_is_pointed_out():
    order = shipped(deliveryTimeSlot={"from": "soon"})
    assert order.due_from is None
    assert order.unread == (Unread("shippingInfo.logistics.deliveryTimeSlot.from", "soon"),)


def test_every_custom_field_is_read_whatever_its_value_is():
    fields = [
        {"title": "Tisch", "value": 6},
        {"title": {"original": "Allergie"}, "value": ["Nüsse", {"stark": True}]},
        {"translatedTitle": "Besteck", "value": "nein"},
        {"value": "nur ein Wert"},
        {"title": "leer", "value": ""},
    ]
    assert read(customFields=fields).custom_fields == (
        ("Tisch", "6"),
        ("Allergie", "Nüsse, stark: True"),
        ("Besteck", "nein"),
        ("", "nur ein Wert"),
    )


def test_sums_are_decimals_of_the_digits_that_wix_sent():
    order = read(
        priceSummary={
            "subtotal": {"amount": "10.10"},
            "shipping": {"amount": "2"},
            "discount": {"amount": "0.00"},
            "totalAdditionalFees": {"amount": "1.5"},
            "tax": {"amount": "0.70"},
            "total": {"amount": "13.60"},
        },
        balanceSummary={"paid": {"amount": "20"}, "balance": {"amount": "-6.40"}},
        taxIncludedInPrices=True,
    )
    said = ("10.10", "2", "0.00", "1.5", "0.70", "13.60", "20", "-6.40")
    assert order.totals == Totals(*(Decimal(amount) for amount in said))
    assert str(order.totals.discount) == "0.00"
    assert order.tax_included


def test_sums_that_are_missing_are_none_and_those_that_are_odd_are_pointed_out():
    order = read(priceSummary={"total": {"amount": "12,50"}, "tax": None})
    assert order.totals == Totals()
    assert order.unread == (Unread("priceSummary.total.amount", "12,50"),)


@pytest.mark.parametrize(
    ("wire", "discount"),
    [
        ({"coupon": {"code": "X", "name": "Zwei", "amount": {"amount": "2"}}}, ("Zwei", "2")),
        ({"coupon": {"code": "HERBST2", "amount": {"amount": "2"}}}, ("HERBST2", "2")),
        ({"merchantDiscount": {"description": "Stammgast", "amount": "1"}}, ("Stammgast", "1")),
        ({"merchantDiscount": {"discountReason": "UNSPECIFIED"}}, ("UNSPECIFIED", None)),
        ({"discountRule": {"name": {"original": "Mittag"}, "amount": "3"}}, ("Mittag", "3")),
        ({"discountType": "GLOBAL", "amount": {"amount": "4"}}, ("", "4")),
    ],
)
def test_a_discount_is_named_in_each_of_its_forms(wire, discount):
    name, amount = discount
    read_amount = None if amount is None else Decimal(amount)
    assert read(appliedDiscounts=[wire]).discounts == (Discount(name, read_amount),)


def test_fees_and_taxes_are_read_line_by_line():
    order = read(
        additionalFees=[{"name": "Trinkgeld", "price": {"amount": "3"}}, {"name": "Pfand"}],
        taxInfo={
            "taxBreakdown": [
                {"taxName": "MwSt.", "rate": "0.07", "aggregatedTaxAmount": {"amount": "1.65"}},
                {"taxName": "MwSt.", "rate": "0.19"},
            ]
        },
    )
    assert order.fees == (Fee("Trinkgeld", Decimal(3)), Fee("Pfand", None))
    assert order.taxes == (
        TaxLine("MwSt.", Decimal("0.07"), Decimal("1.65")),
        TaxLine("MwSt.", Decimal("0.19"), None),
    )


@pytest.mark.parametrize(
    ("said", "included"),
    [(True, True), ("true", True), (False, False), ("false", False), (None, None), ("?", None)],
)
def test_whether_prices_hold_the_tax_is_known_only_if_wix_says(said, included):
    assert read(taxIncludedInPrices=said).tax_included is included


@pytest.mark.parametrize(
    ("said", "imported"), [(True, True), ("true", True), (False, False), (1, False)]
)
def test_an_imported_order_is_known_by_its_flag(said, imported):
    assert read(imported=said).imported is imported
