"""If these pass, an order on paper is the order that Wix sent, field by field."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from wix_printer_service.models import (
    Address,
    Contact,
    Discount,
    Fee,
    Method,
    Modifier,
    Order,
    OrderLine,
    TaxLine,
    Totals,
    Unread,
)
from wix_printer_service.settings.intake import RESTAURANT_APP_IDS
from wix_printer_service.simulation import samples
from wix_printer_service.wix.mapping import read_order
from wix_printer_service.wix.wire import load

APP = RESTAURANT_APP_IDS[0]
ONE = Decimal(1)


def sample(name: str) -> Order:
    return read_order(load(json.dumps(samples.order_of(samples.load(name)))))


def printed(order: Order) -> Order:
    """An order without the keys that are never printed."""
    no_keys = {"id": "", "item_id": "", "section_id": "", "menu_id": ""}
    lines = tuple(replace(line, **no_keys) for line in order.lines)
    return replace(order, lines=lines, location_id="")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-20T{text}").replace(tzinfo=UTC)


def money(**sums: str) -> Totals:
    return Totals(**{name: Decimal(amount) for name, amount in sums.items()})


def dish(name: str, price: str, total: str = "", quantity: int = 1, **said: object) -> OrderLine:
    sums = Decimal(price), Decimal(total or price)
    parts = {"modifiers": (), "options": (), "wishes": (), **said}
    return OrderLine(
        name, Decimal(quantity), "", **parts, unit_price=sums[0], total=sums[1], app_id=APP
    )


PICKUP = Order(
    id="40955080-894d-4270-a3da-c60e16eb9c71",
    number="10041",
    status="APPROVED",
    payment_status="PAID",
    fulfillment_status="NOT_FULFILLED",
    created_at=at("17:42:10.112"),
    updated_at=at("17:42:16.480"),
    method=Method.PICKUP,
    method_title="Abholung",
    due_from=at("18:12:00"),
    due_to=at("18:12:00"),
    due_text="20. Nov. 2026, 19:12",
    instructions="Bitte am Tresen abholen.",
    lines=(dish("Pizza Margherita", "9.50", "19", 2), dish("Tiramisu", "6.20")),
    contact=Contact("Anna Beispiel", "", "+49 30 5550100"),
    location_name="Ristorante Müller – Kreuzberg",
    language="de",
    currency="EUR",
    tax_included=True,
    totals=money(
        subtotal="25.20",
        shipping="0",
        discount="0",
        fees="0",
        tax="1.65",
        total="25.20",
        paid="0",
        balance="25.20",
    ),
    taxes=(TaxLine("MwSt.", Decimal("0.07"), Decimal("1.65")),),
)

DELIVERY = Order(
    id="864188ad-8364-404e-af65-5090ed7e1e0c",
    number="10042",
    status="APPROVED",
    payment_status="NOT_PAID",
    fulfillment_status="NOT_FULFILLED",
    created_at=at("17:50:01.004"),
    updated_at=at("17:50:03.310"),
    method=Method.DELIVERY,
    method_title="Lieferung",
    due_from=at("19:00:00"),
    due_to=at("19:15:00"),
    due_text="20. Nov. 2026, 20:00 - 20:15",
    instructions="Klingel defekt, bitte anrufen. Code Hoftür: 1234#",
    lines=(
        dish("Spaghetti Carbonara", "12.90"),
        dish("Rucola-Salat", "7.90"),
        dish("Cola 0,33 l", "3.20", "6.40", 2),
    ),
    buyer_note="Bitte Wechselgeld auf 50 € mitbringen.",
    contact=Contact("Jonas Kraußmüller", "Beispiel GmbH", "+49 170 5550199"),
    address=Address(
        street="Skalitzer Str. 104",
        addition="Hinterhaus, 3. OG links",
        postal_code="10997",
        city="Berlin",
        country="DE",
        latitude=Decimal("52.4991"),
        longitude=Decimal("13.4312"),
    ),
    location_name="Ristorante Müller – Kreuzberg",
    language="de",
    currency="EUR",
    tax_included=True,
    totals=money(
        subtotal="27.20",
        shipping="2.90",
        discount="2",
        fees="3.99",
        tax="2.38",
        total="32.09",
        paid="0",
        balance="32.09",
    ),
    fees=(Fee("Trinkgeld", Decimal(3)), Fee("Servicegebühr", Decimal("0.99"))),
    discounts=(Discount("2 € Rabatt", Decimal(2)),),
    taxes=(TaxLine("MwSt.", Decimal("0.07"), Decimal("2.38")),),
)

PIZZA = dish(
    "Pizza Salami",
    "14.80",
    modifiers=(
        Modifier("Extra Belag", "Extra Käse", ONE),
        Modifier("Extra Belag", "Jalapeños", Decimal(2)),
        Modifier("Boden", "Dünn", ONE),
    ),
    options=(("Größe", "Groß (32 cm)"),),
    wishes=("Bitte ohne Zwiebeln, gut durchgebacken",),
)
BOWL = dish(
    "Bowl Teriyaki",
    "13.50",
    "27",
    2,
    modifiers=(
        Modifier("Protein", "Tofu", ONE),
        Modifier("Ohne", "Sesam", ONE),
        Modifier("Ohne", "Frühlingszwiebel", ONE),
    ),
    wishes=("KEIN SESAM (Allergie)",),
)
BURGER = dish(
    "Cheeseburger",
    "13.70",
    options=(("Garstufe", "Medium"), ("Beilage", "Süßkartoffel-Pommes")),
)


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("pickup", PICKUP),
        (
            "pickup_created",
            replace(
                PICKUP,
                status="INITIALIZED",
                payment_status="NOT_PAID",
                updated_at=at("17:42:10.112"),
            ),
        ),
        (
            "pickup_fulfilled",
            replace(PICKUP, fulfillment_status="FULFILLED", updated_at=at("18:20:00")),
        ),
        ("delivery_cash", DELIVERY),
        (
            "delivery_updated",
            replace(
                DELIVERY,
                updated_at=at("17:52:09.815"),
                contact=replace(DELIVERY.contact, phone="+49 171 5550123"),
                address=replace(DELIVERY.address, addition="Vorderhaus, EG rechts"),
            ),
        ),
        (
            "delivery_canceled",
            replace(DELIVERY, status="CANCELED", updated_at=at("17:55:40.222")),
        ),
        (
            "delivery_paid",
            replace(
                DELIVERY,
                payment_status="PAID",
                updated_at=at("19:20:00.500"),
                totals=replace(DELIVERY.totals, paid=Decimal("32.09"), balance=Decimal(0)),
            ),
        ),
    ],
)
def test_a_sample_is_read_field_by_field(name, order):
    assert printed(sample(name)) == order


def test_the_keys_by_which_stations_know_their_lines_are_read():
    raw = samples.order_of(samples.load("delivery_cash"))
    order = sample("delivery_cash")
    assert order.location_id == raw["businessLocation"]["id"] != ""
    for line, item in zip(order.lines, raw["lineItems"], strict=True):
        catalog = item["catalogReference"]
        assert line.id == item["id"] != ""
        assert line.item_id == catalog["catalogItemId"] != ""
        keys = (line.section_id, line.menu_id)
        assert keys == (catalog["options"]["sectionId"], catalog["options"]["menuId"])


def test_every_choice_and_wish_of_a_line_is_read_once():
    order = sample("modifiers")
    assert printed(order).lines == (PIZZA, BOWL, BURGER)
    assert order.buyer_note == (
        "ACHTUNG ALLERGIE: Erdnüsse + Sesam! Bitte separates Besteck verwenden."
    )


def test_an_edited_order_shows_its_new_lines_only():
    order = sample("modifiers_edited")
    doubled = replace(PIZZA, quantity=Decimal(2), total=Decimal("29.60"))
    assert printed(order).lines == (doubled, BURGER, dish("Limonade", "3.90"))
    assert order.totals.balance == Decimal("-8.30")


def test_every_script_is_read_as_it_was_written():
    order = sample("every_script")
    assert [line.name for line in order.lines][:5] == [
        "Käsespätzle mit Röstzwiebeln",
        "Döner-Teller „Spezial“",
        "شاورما دجاج",
        "Crème brûlée",
        "Caf\u00e9 (NFD)",
    ]
    assert order.lines[0].wishes == ("Extra Röstzwiebeln bitte ❤️",)
    assert [m.label for m in order.lines[1].modifiers] == ["Kräuter", "Scharf 🌶️"]
    assert order.buyer_note.split("\n") == [
        "Lütfen acısız, İçinde fıstık olmasın! 🙏🏽",
        "حساسية من الفول السوداني — بدون مكسرات",
        "Naïve “quotes” – Gedankenstrich… ½ € 20 °C ñ ß ẞ 中文 日本語 한국어",
    ]
    assert order.instructions == "Zile basmayın, bebek uyuyor 👶🤫"
    assert order.contact == Contact("Çağla Şimşek-Öztürk", "", "+49 176 5550111")
    assert order.address.street == "Große Präsidentenstraße 5 ½"
    assert order.unread == ()


def test_an_order_that_says_nothing_is_read_as_nothing_and_pointed_out():
    nothing = Order("order-1", unread=(Unread("lineItems", "–"),))
    assert read_order({"id": "order-1"}) == nothing
    assert read_order({"number": None}, order_id="order-1") == nothing


@pytest.mark.parametrize("raw", [{}, None, [], "", 5, "an order?", ["one", "two"]])
def test_what_is_no_order_is_pointed_out_with_all_its_words(raw):
    order = read_order(raw, order_id="order-1")
    words = raw if isinstance(raw, list) else [str(raw)] if raw else []
    assert order.id == "order-1"
    assert order.lines == ()
    assert [piece.text for piece in order.unread] == [*words, "–"]
    assert all(piece.path.startswith("order") for piece in order.unread)


def test_an_unreadable_order_is_kept_as_text():
    order = read_order({"unreadable": '{"lineItems": [{"productName": "Piz'}, order_id="order-1")
    assert Unread("unreadable", '{"lineItems": [{"productName": "Piz') in order.unread


@pytest.mark.parametrize(
    ("said", "implied", "status"),
    [
        ("INITIALIZED", "", "INITIALIZED"),
        ("approved", "", "APPROVED"),
        ("", "APPROVED", "APPROVED"),
        ("INITIALIZED", "APPROVED", "APPROVED"),
        ("SOMETHING_NEW", "APPROVED", "APPROVED"),
        ("CANCELED", "APPROVED", "CANCELED"),
        ("REJECTED", "APPROVED", "REJECTED"),
        ("APPROVED", "CANCELED", "CANCELED"),
        ("SOMETHING_NEW", "", "SOMETHING_NEW"),
    ],
)
def test_an_event_that_says_approved_or_canceled_means_it(said, implied, status):
    assert read_order({"status": said}, implied_status=implied).status == status


def test_new_words_of_wix_are_read_as_words():
    raw = {"paymentStatus": "paid_in_gold", "fulfillmentStatus": "IN_ORBIT", "currency": "xau"}
    order = read_order(raw)
    assert order.payment_status == "PAID_IN_GOLD"
    assert (order.fulfillment_status, order.currency) == ("IN_ORBIT", "XAU")


def test_the_purchase_counts_as_the_orders_time_if_wix_says():
    created, purchased = "2026-11-20T17:00:00Z", "2026-11-20T17:30:00Z"
    assert read_order({"createdDate": created}).created_at == at("17:00:00")
    both = {"createdDate": created, "purchasedDate": purchased}
    assert read_order(both).created_at == at("17:30:00")
