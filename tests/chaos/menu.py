"""Orders of which every line, wish, time and way is known, and what guests make of them."""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from tests.chaos.wix import CLOCK, INSTRUCTIONS
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.stand_in.events import wire_moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from tests.chaos.site import Site

DISHES: Final = ("Alpha", "Bravo", "Delta", "Golf", "Kilo", "Lima")
DRINKS: Final = ("Cola", "Tonic", "Sekt")
"""The bar makes these. Names are words of one row, which occur nowhere else on paper."""
STATIONS: Final = {"bar": {"names": list(DRINKS)}}
MOST: Final = 9
ZONE: Final = ZoneInfo("Europe/Berlin")
WAYS: Final = {"pickup": "ABHOLUNG", "delivery_cash": "LIEFERUNG"}
"""How the food gets to the guest: the sample that shows it, and the word on paper."""
FEWEST: Final = 4
SHARE_PLACED: Final = 0.15
SHARE_CANCELLED: Final = 0.1
SHARE_CHANGED_BACK: Final = 0.2
_WISHES = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Line:
    """How many of a dish, and the guest's wish, one word or none."""

    quantity: int
    wish: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order as the guest wants it now."""

    lines: Mapping[str, Line]
    due: datetime
    way: str
    is_off: bool = False
    before: Wanted | None = None

    @property
    def time(self) -> str:
        """Return the time as papers show it."""
        begin, end = (at.astimezone(ZONE) for at in (self.due, self.due + samples.QUARTER))
        return f"{begin:%H:%M}–{end:%H:%M}"


@dataclass(slots=True)
class Guests:
    """Order, change their minds and cancel, at a site; they remember what they want.

    Args:
        site: Where they order.
        random: Their moods.
    """

    site: Site
    random: Random
    wanted: dict[str, Wanted] = field(default_factory=dict)
    """By the order's number."""

    def order_some(self) -> None:
        """Order so much that there is something to change."""
        for _ in range(FEWEST):
            self.order()

    def act(self) -> None:
        """Do anything that guests do."""
        dice = self.random.random()
        standing = [number for number, wanted in self.wanted.items() if not wanted.is_off]
        if not standing or dice < SHARE_PLACED:
            self.order()
        elif dice < SHARE_PLACED + SHARE_CANCELLED:
            self.cancel(self.random.choice(standing))
        else:
            self.edit(self.random.choice(standing))

    def order(self) -> str:
        """Order something."""
        names = {self.random.choice(DISHES), *self.random.sample(DISHES + DRINKS, 3)}
        lines = {name: Line(self.random.randint(1, 3)) for name in sorted(names)}
        begin = CLOCK.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        wanted = Wanted(lines, begin, "pickup")
        number = self.site.place(**_on_the_wire(wanted, INSTRUCTIONS))
        self.wanted[number] = wanted
        return number

    def cancel(self, number: str) -> None:
        """Cancel an order."""
        self.wanted[number] = replace(self.wanted[number], is_off=True)
        self.site.cancel(number)

    def edit(self, number: str) -> None:
        """Change an order, or change it back."""
        old = self.wanted[number]
        if old.before and self.random.random() < SHARE_CHANGED_BACK:
            new = old.before
        else:
            new = replace(self._changed(old), before=old)
        self.edit_to(number, new)

    def edit_to(self, number: str, wanted: Wanted) -> None:
        """Change an order to what is wanted now."""
        self.wanted[number] = wanted
        self.site.edit(number, **_on_the_wire(wanted, f"Ende von {number}"))

    def _changed(self, old: Wanted) -> Wanted:
        name = self.random.choice(list(old.lines))
        line = old.lines[name]
        match self.random.randrange(6):
            case 0:
                many = {1, line.quantity + 1, max(1, line.quantity - 1)} - {line.quantity}
                return _with(old, name, replace(line, quantity=self.random.choice(sorted(many))))
            case 1 if new := sorted({*DISHES, *DRINKS} - old.lines.keys()):
                added = Line(self.random.randint(1, MOST))
                return _with(old, self.random.choice(new), added)
            case 2 if [dish for dish in old.lines if dish in DISHES and dish != name]:
                return replace(old, lines={n: x for n, x in old.lines.items() if n != name})
            case 3:
                wish = "" if line.wish else f"Wunsch{next(_WISHES)}"
                return _with(old, name, replace(line, wish=wish))
            case 4:
                due = old.due + self.random.randint(1, 4) * samples.QUARTER
                return replace(old, due=due)
            case _:
                (other,) = WAYS.keys() - {old.way}
                return replace(old, way=other)


def _with(old: Wanted, name: str, line: Line) -> Wanted:
    return replace(old, lines={**old.lines, name: line})


def _on_the_wire(wanted: Wanted, instructions: str) -> dict[str, Any]:
    return {"lineItems": _items(wanted.lines), "shippingInfo": _shipping(wanted, instructions)}


def _items(lines: Mapping[str, Line]) -> list[dict[str, Any]]:
    return [_item(name, line) for name, line in lines.items()]


def _item(name: str, line: Line) -> dict[str, Any]:
    item = copy.deepcopy(_SAMPLES["pickup"]["lineItems"][1])
    place = (DISHES + DRINKS).index(name)
    item["id"] = f"00000000-0000-0000-0000-{place:012}"
    item["productName"] = dict.fromkeys(("original", "translated"), name)
    item["quantity"] = line.quantity
    if line.wish:
        item["catalogReference"]["options"]["specialRequests"] = line.wish
    made: dict[str, Any] = item
    return made


def _shipping(wanted: Wanted, instructions: str) -> dict[str, Any]:
    shipping: dict[str, Any] = copy.deepcopy(_SAMPLES[wanted.way]["shippingInfo"])
    end = wanted.due + samples.QUARTER
    shipping["logistics"] |= {
        "instructions": instructions,
        "deliveryTimeSlot": {
            "from": wire_moment(wanted.due.astimezone(UTC)),
            "to": wire_moment(end.astimezone(UTC)),
        },
    }
    return shipping


_SAMPLES = MappingProxyType({way: samples.order_of(samples.load(way)) for way in WAYS})
