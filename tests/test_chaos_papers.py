"""What readers of papers know must be what Wix has, and the oracle must see where it is not."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.chaos.ledger import tickets_on
from tests.chaos.menu import STATIONS, ZONE, Guests, Line
from tests.chaos.papers import uneven
from tests.chaos.site import ALL_LOST, Site
from wix_printer_service.models import DEFAULT_STATION, Method, Receipt
from wix_printer_service.printing.rendering import Paper, render
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.context import Duplicate, Marks, ReceiptContext, Slip
from wix_printer_service.receipts.difference import difference
from wix_printer_service.settings import Station
from wix_printer_service.settings.intake import RESTAURANT_APP_IDS
from wix_printer_service.simulation.stand_in import StandIn
from wix_printer_service.virtual_printer import render as read
from wix_printer_service.wix.mapping import read_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.ledger import Ticket
    from wix_printer_service.models import Order

RESTAURANT = ReceiptContext(
    "Trattoria Beispiel",
    ZONE,
    restaurant_app_ids=frozenset(RESTAURANT_APP_IDS),
    stations={"bar": Station(names=tuple(STATIONS["bar"]["names"]))},
)
KITCHEN = Slip(Receipt.KITCHEN)
BAR = Slip(Receipt.KITCHEN, "bar")
CUSTOMER = Slip(Receipt.CUSTOMER)
DRIVER = Slip(Receipt.DRIVER)
PRINTERS = {KITCHEN: "kitchen", BAR: "bar", CUSTOMER: "counter", DRIVER: "car"}


class World:
    """A site, its guests, and papers as a perfect house would put them out."""

    def __init__(self, site: Site, seed: int = 1) -> None:
        self.guests = Guests(site, Random(seed))
        self.papers: list[Ticket] = []
        self.known: dict[tuple[str, Slip], Order] = {}
        self._site = site

    def act(self) -> None:
        self.guests.act()
        self.catch_up()

    def catch_up(self) -> None:
        for raw in self._site.stand_in.site.orders():
            order = read_order(raw)
            for slip in PRINTERS:
                self._tell(slip, order)

    def print(self, slip: Slip, order: Order, marks: Marks | None = None) -> Ticket:
        document = compose(order, slip, RESTAURANT, marks or Marks())
        (receipt,) = read(render(document, Paper.of(80)), 80)
        reader = Slip(slip.read_by, slip.station)
        (ticket,) = tickets_on(receipt.text, PRINTERS[reader], float(len(self.papers)))
        self.papers.append(ticket)
        return ticket

    def wrong(self) -> dict[str, list[str]]:
        return uneven(self.guests.wanted, self.papers)

    def _tell(self, slip: Slip, order: Order) -> None:
        before = self.known.get((order.number, slip))
        self.known[order.number, slip] = order
        if order.status == "CANCELED":
            if before is not None and before.status != "CANCELED":
                self.print(replace(slip, receipt=Receipt.CANCELLATION, reader=slip.receipt), order)
        elif before is not None:
            change = replace(slip, receipt=Receipt.CHANGE, reader=slip.receipt, before=before)
            if difference(_share(slip, before), _share(slip, order), slip.receipt):
                self.print(change, order)
        elif _is_for(slip, order):
            self.print(slip, order)
        else:
            del self.known[order.number, slip]


def _share(slip: Slip, order: Order) -> Order:
    if slip.receipt is not Receipt.KITCHEN:
        return order
    return replace(order, lines=RESTAURANT.kitchen.share(order, slip.station).lines)


def _is_for(slip: Slip, order: Order) -> bool:
    if slip.station != DEFAULT_STATION:
        return RESTAURANT.kitchen.has_work(order, slip.station)
    return slip != DRIVER or order.method is Method.DELIVERY


@pytest.fixture
def site(private_key: str) -> Iterator[Site]:
    """Return a site whose Wix nobody asks."""
    with StandIn(private_key, random=Random(1)) as stand_in:
        stand_in.faults = ALL_LOST
        yield Site(Random(1), private_key, stand_in)


@pytest.fixture
def world(site: Site) -> World:
    """Return a world with one order on paper."""
    made = World(site)
    made.guests.order()
    made.catch_up()
    return made


def the_order(world: World) -> tuple[str, Order]:
    (number,) = world.guests.wanted
    return number, world.known[number, KITCHEN]


def change(world: World, **changes: object) -> Order:
    """Have the order changed as a guest would; return it as it was before."""
    number, before = the_order(world)
    guests = world.guests
    guests.edit_to(number, replace(guests.wanted[number], **changes))
    return before


@pytest.mark.parametrize("seed", range(4))
def test_papers_of_a_house_that_makes_no_mistake_add_up(site: Site, seed: int) -> None:
    world = World(site, seed)
    for _ in range(40):
        world.act()
        assert world.wrong() == {}
    kinds = {paper.receipt for paper in world.papers}
    assert kinds == set(Receipt) - {Receipt.TEST}
    assert {paper.reader for paper in world.papers} == {"KÜCHE", "STATION BAR", "FAHRER", ""}
    assert all(paper.is_whole for paper in world.papers)


@pytest.mark.parametrize("seed", range(4))
def test_the_last_paper_of_every_reader_is_missed(site: Site, seed: int) -> None:
    world = World(site, seed)
    for _ in range(30):
        world.act()
    papers = list(world.papers)
    last = {(paper.number, paper.printer): paper for paper in papers}
    for (number, _), paper in last.items():
        world.papers = [other for other in papers if other is not paper]
        assert number in world.wrong()


def test_half_a_change_tells_nothing(world: World) -> None:
    number, _ = the_order(world)
    change(world, lines={**world.guests.wanted[number].lines, "Cola": Line(9)})
    world.catch_up()
    assert world.wrong() == {}
    half = [replace(paper, is_whole=paper.printer != "counter") for paper in world.papers]
    assert "customer" in str(uneven(world.guests.wanted, half))


def test_a_second_full_ticket_must_be_marked(world: World) -> None:
    _, order = the_order(world)
    world.print(KITCHEN, order, Marks(duplicate=Duplicate(order.created_at, 2)))
    assert world.wrong() == {}
    world.print(KITCHEN, order)
    assert "without a mark" in str(world.wrong())


def test_what_is_added_twice_without_a_mark_is_told(world: World) -> None:
    number, before = the_order(world)
    change(world, lines={**world.guests.wanted[number].lines, "Lima": Line(9)})
    world.catch_up()
    _, order = the_order(world)
    again = replace(KITCHEN, receipt=Receipt.CHANGE, reader=Receipt.KITCHEN, before=before)
    world.print(again, order, Marks(duplicate=Duplicate(order.created_at, 2)))
    assert world.wrong() == {}
    world.print(again, order)
    assert "Lima was added twice" in str(world.wrong())


def test_a_change_that_does_not_go_on_from_the_papers_before_is_told(world: World) -> None:
    number, before = the_order(world)
    lines = dict(world.guests.wanted[number].lines)
    name = next(iter(lines))
    change(world, lines={**lines, name: Line(7)})
    world.catch_up()
    change(world, lines={**lines, name: Line(8)})
    (order,) = map(read_order, world.guests.site.stand_in.site.orders())
    for slip in (KITCHEN, BAR):
        seen = [line.name for line in _share(slip, order).lines]
        if name in seen:
            told = replace(slip, receipt=Receipt.CHANGE, reader=Receipt.KITCHEN, before=before)
            world.print(told, order)
    assert "but it was" in str(world.wrong())


def test_a_marked_change_corrects_what_may_lie_there_already(world: World) -> None:
    number, before = the_order(world)
    lines = dict(world.guests.wanted[number].lines)
    change(world, lines={**lines, "Lima": Line(9)})
    world.catch_up()
    _, maybe = the_order(world)
    change(world, lines=lines)
    (order,) = map(read_order, world.guests.site.stand_in.site.orders())
    assert "KÜCHE" in str(world.wrong())
    for slip in (KITCHEN, CUSTOMER):
        again = replace(slip, receipt=Receipt.CHANGE, reader=slip.receipt, before=before)
        marks = Marks(duplicate=Duplicate(order.created_at, 2), changed_from=maybe)
        world.print(again, order, marks)
    assert world.wrong() == {}


def test_a_cancelled_order_needs_the_last_word_at_every_printer(world: World) -> None:
    number, _ = the_order(world)
    world.guests.cancel(number)
    assert "the last word" in str(world.wrong())
    world.catch_up()
    assert world.wrong() == {}


def test_an_order_that_stands_must_not_be_called_off(world: World) -> None:
    _, order = the_order(world)
    world.print(replace(KITCHEN, receipt=Receipt.CANCELLATION, reader=Receipt.KITCHEN), order)
    assert "the last word" in str(world.wrong())
