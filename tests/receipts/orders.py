"""Orders as Wix's samples show them, a restaurant, and ways to read a document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

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
)
from wix_printer_service.receipts.context import Duplicate, Marks, ReceiptContext
from wix_printer_service.receipts.document import Document, Pair, QrCode, Text
from wix_printer_service.receipts.styles import ALLERGY_ABOVE
from wix_printer_service.settings import Station

RESTAURANT_APP = "9a5d83fd-8570-482e-81ab-cfa88942ee60"
SHOP_APP = "215238eb-22a5-4c36-9e7b-e7c08025e04e"

GERMAN = ReceiptContext(
    restaurant_name="Ristorante Müller",
    timezone=ZoneInfo("Europe/Berlin"),
    language="de",
    address=("Oranienstraße 12, 10999 Berlin", "USt-IdNr. DE123456789"),
    restaurant_app_ids=frozenset({RESTAURANT_APP}),
)
ENGLISH = replace(GERMAN, language="en")
WITH_STATIONS = replace(
    GERMAN,
    stations={"bar": Station(names=("Cola*", "Tira*")), "grill": Station(names=("*Salami",))},
)


def evening(hour: int, minute: int = 0, day: int = 20) -> datetime:
    """A moment in UTC; Berlin is an hour ahead in November."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def line(
    name: str,
    quantity: str | None = "1",
    unit_price: str | None = None,
    total: str | None = None,
    **more: object,
) -> OrderLine:
    plain = OrderLine(
        name=name,
        quantity=None if quantity is None else Decimal(quantity),
        unit="",
        modifiers=(),
        options=(),
        wishes=(),
        unit_price=None if unit_price is None else Decimal(unit_price),
        total=None if total is None else Decimal(total),
        app_id=RESTAURANT_APP,
    )
    return replace(plain, **more)


def extra(group: str, label: str, quantity: str = "1") -> Modifier:
    return Modifier(group, label, Decimal(quantity))


PICKUP = Order(
    id="40955080-894d-4270-a3da-c60e16eb9c71",
    number="10041",
    status="APPROVED",
    payment_status="PAID",
    fulfillment_status="FULFILLED",
    created_at=evening(17, 42),
    method=Method.PICKUP,
    method_title="Abholung",
    due_from=evening(18, 12),
    due_to=evening(18, 12),
    due_text="20. Nov. 2026, 19:12",
    instructions="Bitte am Tresen abholen.",
    lines=(
        line("Pizza Margherita", "2", "9.50", "19"),
        line("Tiramisu", "1", "6.20", "6.20"),
    ),
    contact=Contact("Anna Beispiel", "", "+49 30 5550100"),
    location_name="Ristorante Müller – Kreuzberg",
    currency="EUR",
    tax_included=True,
    totals=Totals(
        subtotal=Decimal("25.20"),
        shipping=Decimal(0),
        discount=Decimal(0),
        fees=Decimal(0),
        tax=Decimal("1.65"),
        total=Decimal("25.20"),
        paid=Decimal("25.20"),
        balance=Decimal(0),
    ),
    taxes=(TaxLine("MwSt.", Decimal("0.07"), Decimal("1.65")),),
)

CASH_DELIVERY = Order(
    id="864188ad-8364-404e-af65-5090ed7e1e0c",
    number="10042",
    status="APPROVED",
    payment_status="NOT_PAID",
    created_at=evening(17, 50),
    method=Method.DELIVERY,
    method_title="Lieferung",
    due_from=evening(19),
    due_to=evening(19, 15),
    due_text="20. Nov. 2026, 20:00 - 20:15",
    instructions="Klingel defekt, bitte anrufen. Code Hoftür: 1234#",
    lines=(
        line("Spaghetti Carbonara", "1", "12.90", "12.90"),
        line("Rucola-Salat", "1", "7.90", "7.90"),
        line("Cola 0,33 l", "2", "3.20", "6.40"),
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
    currency="EUR",
    tax_included=True,
    totals=Totals(
        subtotal=Decimal("27.20"),
        shipping=Decimal("2.90"),
        discount=Decimal(2),
        fees=Decimal("3.99"),
        tax=Decimal("2.38"),
        total=Decimal("32.09"),
        paid=Decimal(0),
        balance=Decimal("32.09"),
    ),
    fees=(Fee("Trinkgeld", Decimal(3)), Fee("Servicegebühr", Decimal("0.99"))),
    discounts=(Discount("2 € Rabatt", Decimal(2)),),
    taxes=(TaxLine("MwSt.", Decimal("0.07"), Decimal("2.38")),),
)

WITH_ALLERGIES = replace(
    PICKUP,
    id="71ce9394-b3a0-403d-afe6-b20cb74a25d2",
    number="10044",
    due_from=evening(18, 45),
    due_to=evening(19),
    lines=(
        line(
            "Pizza Salami",
            "1",
            "14.80",
            "14.80",
            modifiers=(
                extra("Extra Belag", "Extra Käse"),
                extra("Extra Belag", "Jalapeños", "2"),
                extra("", "Scharf"),
                extra("Boden", "Dünn"),
            ),
            options=(("Größe", "Groß (32 cm)"),),
            wishes=("Bitte ohne Zwiebeln, gut durchgebacken",),
        ),
        line(
            "Bowl Teriyaki",
            "2",
            "13.50",
            "27",
            modifiers=(extra("Protein", "Tofu"), extra("Ohne", "Sesam")),
            wishes=("KEIN SESAM (Allergie)",),
        ),
    ),
    buyer_note="ACHTUNG ALLERGIE: Erdnüsse + Sesam! Bitte separates Besteck verwenden.",
)

EMPTY = Order(id="")

SENT_BEFORE = Duplicate(first_sent_at=evening(18, 31), attempt=2)
ALL_MARKS = Marks(
    copy=True,
    duplicate=SENT_BEFORE,
    late_ordered_at=evening(17, 42),
    backup_from="kitchen",
    cancelled=True,
)


def body(document: Document) -> Document:
    """A document without what its top repeats of allergies."""
    blocks = [b for b in document.blocks if getattr(b, "style", None) != ALLERGY_ABOVE]
    return replace(document, blocks=tuple(blocks))


def said(document: Document) -> list[str]:
    """The texts of a document from top to bottom."""
    return [text for block in document.blocks if (text := _text(block))]


def _text(block: object) -> str:
    if isinstance(block, Text):
        return block.prefix + block.text.replace("\u00a0", " ")
    if isinstance(block, Pair):
        return f"{block.prefix}{block.left} | {block.right}"
    return block.data if isinstance(block, QrCode) else ""


def block_saying(document: Document, words: str) -> Text:
    """The one text with these words."""
    (found,) = [
        block
        for block in document.blocks
        if isinstance(block, Text) and words in block.text.replace("\u00a0", " ")
    ]
    return found
