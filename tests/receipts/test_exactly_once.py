"""If these pass, every word of an order is on the right tickets, once on each, on any paper."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wix_printer_service.models import (
    DEFAULT_STATION,
    EXPO_STATION,
    Address,
    Contact,
    Discount,
    Fee,
    Method,
    Modifier,
    Order,
    OrderLine,
    Receipt,
    Unread,
)
from wix_printer_service.printing.rendering import Paper, render
from wix_printer_service.receipts import kitchen
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.context import UNMARKED, ReceiptContext, Slip, Ticket
from wix_printer_service.receipts.document import Document
from wix_printer_service.settings import Station
from wix_printer_service.virtual_printer import render as print_virtually

from .orders import ENGLISH, RESTAURANT_APP, SHOP_APP, evening, said

R = Receipt
MARKER = re.compile(r"q\d{3}z")
WIDTHS = (80, 58)
SECTIONS = ("", "s1", "s2", "s3")

stations = st.dictionaries(
    st.sampled_from(["grill", "bar", "oven"]),
    st.builds(Station, sections=st.lists(st.sampled_from(SECTIONS[1:]), max_size=2).map(tuple)),
)
counts = st.sampled_from([Decimal(1), Decimal(2), Decimal("0.5"), Decimal(0), None])


class Pen:
    """Writes words that stand nowhere else, some of them of an allergy."""

    def __init__(self, draw) -> None:
        self._draw = draw
        self._numbers = count()

    def word(self) -> str:
        return f"q{next(self._numbers):03d}z"

    def words(self) -> str:
        before = self._draw(st.sampled_from(["", "", "No ", "Allergy: "]))
        return f"{before}{self.word()}"

    def maybe(self) -> str:
        return self.word() if self._draw(st.booleans()) else ""

    def few(self, make) -> tuple:
        return tuple(make() for _ in range(self._draw(st.integers(0, 2))))

    def line(self) -> OrderLine:
        pick = self._draw
        return OrderLine(
            name=self.word(),
            quantity=pick(counts),
            unit=pick(st.sampled_from(["", "kg"])),
            modifiers=self.few(lambda: Modifier(self.maybe(), self.words(), Decimal(pick(TIMES)))),
            options=self.few(lambda: (self.maybe(), self.words())),
            wishes=self.few(self.words),
            unit_price=Decimal(9),
            total=Decimal(18),
            app_id=pick(st.sampled_from(["", RESTAURANT_APP, RESTAURANT_APP, SHOP_APP])),
            section_id=pick(st.sampled_from(SECTIONS)),
            id=str(next(self._numbers)),
        )

    def order(self) -> Order:
        pick = self._draw
        return Order(
            id="order-1",
            number="10042",
            payment_status=pick(st.sampled_from(["PAID", "NOT_PAID", "PARTIALLY_PAID"])),
            created_at=evening(17),
            method=pick(st.sampled_from(Method)),
            due_from=pick(st.sampled_from([None, evening(18), evening(18, day=22)])),
            lines=tuple(self.line() for _ in range(pick(st.integers(1, 4)))),
            buyer_note=pick(st.sampled_from(["", self.words()])),
            instructions=pick(st.sampled_from(["", self.words()])),
            custom_fields=self.few(lambda: (self.maybe(), self.words())),
            contact=Contact(self.maybe(), self.maybe(), self.maybe()),
            address=pick(st.sampled_from([Address(), self.address()])),
            location_name=self.maybe(),
            currency="EUR",
            fees=self.few(lambda: Fee(self.word(), Decimal(1))),
            discounts=self.few(lambda: Discount(self.word(), Decimal(1))),
            unread=self.few(lambda: Unread(self.word(), self.words())),
        )

    def address(self) -> Address:
        place = Decimal("52.5"), Decimal("13.4")  # so that the code shows no words
        return Address(self.word(), self.maybe(), self.maybe(), self.word(), "", *place)


TIMES = st.integers(1, 2)


@st.composite
def some_orders(draw) -> Order:
    return Pen(draw).order()


@st.composite
def edits(draw) -> tuple[Order, Order]:
    """An order, and what it becomes: lines gone, new and otherwise, and other facts."""
    pen = Pen(draw)
    before = pen.order()
    kept = [
        draw(st.sampled_from([line, replace(line, wishes=(*line.wishes, pen.words())), None]))
        for line in before.lines
    ]
    lines = (*(line for line in kept if line), *pen.few(pen.line), pen.line())
    note = draw(st.sampled_from([before.buyer_note, pen.words()]))
    return before, replace(before, lines=lines, buyer_note=note)


# what the readers are to find


def markers(*texts: object) -> Counter[str]:
    return Counter(MARKER.findall(" ".join(map(str, texts))))


def of_line(line: OrderLine) -> Counter[str]:
    return markers(line.name, line.modifiers, line.options, line.wishes)


def of_all(order: Order) -> Counter[str]:
    return markers(order.custom_fields, order.unread, order.buyer_note, order.instructions)


def makers(order: Order, context: ReceiptContext) -> list[str | None]:
    """Who makes each line, when stations go by sections only."""
    ours = [line.app_id in {"", RESTAURANT_APP} for line in order.lines]
    found = []
    for line, is_ours in zip(order.lines, ours, strict=True):
        fitting = [n for n, s in context.stations.items() if line.section_id in s.sections]
        default = DEFAULT_STATION if is_ours or not any(ours) else None
        found.append(fitting[0] if fitting else default)
    return found


def made(order: Order, context: ReceiptContext, station: str) -> list[OrderLine]:
    return [
        line
        for line, maker in zip(order.lines, makers(order, context), strict=True)
        if maker == station or (station == EXPO_STATION and maker is not None)
    ]


def on_kitchen_ticket(order: Order, context: ReceiptContext, station: str) -> Counter[str]:
    found = of_all(order) + markers(order.contact.name, order.contact.company, order.location_name)
    for line in made(order, context, station):
        found += of_line(line)
    return found


def on_drivers_ticket(order: Order) -> Counter[str]:
    names = [line.name for line in order.lines]
    return of_all(order) + markers(names, order.contact, order.address)


def on_customers_receipt(order: Order) -> Counter[str]:
    lines = [(line.name, line.modifiers, line.options) for line in order.lines]
    sums = (order.fees, order.discounts, order.unread)
    delivered = (order.contact.name, order.contact.company, order.address)
    return markers(lines, sums, delivered if order.method is Method.DELIVERY else "")


# what they find


def found(document: Document) -> Counter[str]:
    return markers(*said(document))


def repeated(order: Order, slip: Slip, context: ReceiptContext) -> Counter[str]:
    """What the top of a kitchen's ticket repeats of allergies."""
    return found(Document(tuple(kitchen.allergies(Ticket(order, slip, context, UNMARKED)))))


def on_paper(document: Document, width_mm: int) -> Counter[str]:
    (receipt,) = print_virtually(render(document, Paper.of(width_mm)), width_mm)
    return markers(receipt.text)


def kitchens(context: ReceiptContext) -> tuple[str, ...]:
    return (*context.stations, DEFAULT_STATION, EXPO_STATION)


@given(order=some_orders(), split=stations)
def test_every_word_for_the_kitchen_is_once_on_the_ticket_of_its_station(order, split):
    context = replace(ENGLISH, stations=split)
    for station in kitchens(context):
        slip = Slip(R.KITCHEN, station)
        body = found(compose(order, slip, context))
        body.subtract(repeated(order, slip, context))
        assert body == on_kitchen_ticket(order, context, station)


@given(order=some_orders(), split=stations)
def test_the_tickets_of_all_stations_together_hold_every_line_once(order, split):
    context = replace(ENGLISH, stations=split)
    together: Counter[str] = Counter()
    for station in (*split, DEFAULT_STATION):
        slip = Slip(R.KITCHEN, station)
        together += found(compose(order, slip, context)) - repeated(order, slip, context)
    for line, maker in zip(order.lines, makers(order, context), strict=True):
        assert {together[word] for word in of_line(line)} == {0 if maker is None else 1}


@given(order=some_orders())
def test_every_word_for_driver_and_customer_is_once_on_their_tickets(order):
    assert found(compose(order, R.DRIVER, ENGLISH)) == on_drivers_ticket(order)
    assert found(compose(order, R.CUSTOMER, ENGLISH)) == on_customers_receipt(order)


@pytest.mark.parametrize("width_mm", WIDTHS)
@settings(max_examples=25)
@given(order=some_orders(), split=stations)
def test_every_word_is_printed_as_often_as_it_is_said(order, split, width_mm):
    context = replace(ENGLISH, stations=split)
    slips = [Slip(R.KITCHEN, station) for station in kitchens(context)]
    for slip in (*slips, Slip(R.DRIVER), Slip(R.CUSTOMER)):
        document = compose(order, slip, context)
        assert on_paper(document, width_mm) == found(document)


# changes


def told(before: Order, after: Order, context: ReceiptContext, slip: Slip) -> Counter[str]:
    return found(compose(after, replace(slip, before=before), context))


def news(before: list[OrderLine], after: list[OrderLine]) -> Counter[str]:
    """What a cook must read: each new and gone line, of others the name and what is new."""
    new, old = ({line.id: line for line in lines} for lines in (after, before))
    found: Counter[str] = Counter()
    for line in (*before, *after):
        if line.id not in new or line.id not in old:
            found += of_line(line)
    for line_id in new.keys() & old.keys():
        wishes = Counter(new[line_id].wishes) - Counter(old[line_id].wishes)
        if wishes:
            found += markers(new[line_id].name, *wishes)
    return found


@given(pair=edits(), split=stations)
def test_a_station_reads_of_a_change_what_is_new_for_it_once_and_nothing_else(pair, split):
    before, after = pair
    context = replace(ENGLISH, stations=split)
    for station in kitchens(context):
        slip = Slip(R.CHANGE, station, R.KITCHEN)
        expected = news(made(before, context, station), made(after, context, station))
        if before.buyer_note != after.buyer_note:
            expected += markers(before.buyer_note, after.buyer_note)
        expected += repeated(after, replace(slip, before=before), context)
        assert told(before, after, context, slip) == expected


@pytest.mark.parametrize("width_mm", WIDTHS)
@settings(max_examples=25)
@given(pair=edits(), reader=st.sampled_from([R.KITCHEN, R.DRIVER, R.CUSTOMER]))
def test_every_word_of_a_change_is_printed_as_often_as_it_is_said(pair, reader, width_mm):
    before, after = pair
    document = compose(after, Slip(R.CHANGE, reader=reader, before=before), ENGLISH)
    assert on_paper(document, width_mm) == found(document)


@given(order=some_orders())
def test_a_cancelled_order_names_every_line_and_note_once(order):
    document = compose(order, R.CANCELLATION, ENGLISH)
    names = markers([line.name for line in order.lines])
    assert found(document) & (names + of_all(order)) == names + of_all(order)
    assert max(found(document).values()) == 1
