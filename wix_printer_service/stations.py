"""Which station of the kitchen makes which lines of an order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import translate
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from wix_printer_service.models import DEFAULT_STATION, EXPO_STATION

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from wix_printer_service.models import Order, OrderLine
    from wix_printer_service.settings import Station

REMEMBERED: Final = 4
"""Orders whose makers are kept: both sides of a change, which every station asks for."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one station makes of an order."""

    lines: tuple[OrderLine, ...]
    others: int
    """How many pieces other stations make."""
    not_for_kitchen: int
    """How many pieces nobody makes, such as a voucher."""


@dataclass(frozen=True, slots=True)
class Kitchen:
    """The kitchen's stations, and which Wix apps' lines are made there at all.

    Args:
        stations: By name; the first that fits makes a line.
        app_ids: Apps whose lines are for the kitchen.
    """

    stations: Mapping[str, Station]
    app_ids: Collection[str]
    _known: list[tuple[Order, tuple[str | None, ...]]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    def station_of(self, line: OrderLine, order: Order) -> str | None:
        """Return who makes a line; None if nobody does.

        What no station wants the default one makes. A line of another app's catalogue is only
        made if a station asks for it, unless the order has no line that is for the kitchen.
        """
        found = self._asked_by(line, order)
        if found is not None or self._is_ours(line):
            return found or DEFAULT_STATION
        return None if any(map(self._is_ours, order.lines)) else DEFAULT_STATION

    def makers(self, order: Order) -> tuple[str | None, ...]:
        """Return who makes each line of an order; the same order is not looked through again."""
        known = next((makers for seen, makers in self._known if seen is order), None)
        if known is None:
            others = None if any(map(self._is_ours, order.lines)) else DEFAULT_STATION
            known = tuple(
                self._asked_by(line, order) or (DEFAULT_STATION if self._is_ours(line) else others)
                for line in order.lines
            )
            self._known[:] = [(order, known), *self._known[: REMEMBERED - 1]]
        return known

    def share(self, order: Order, station: str) -> Share:
        """Return what a station makes of an order; the expo puts all of it together."""
        made, others, nobodys = [], 0, 0
        for line, maker in zip(order.lines, self.makers(order), strict=True):
            if maker is None:
                nobodys += _pieces(line)
            elif station in {maker, EXPO_STATION}:
                made.append(line)
            else:
                others += _pieces(line)
        return Share(tuple(made), others, nobodys)

    def has_work(self, order: Order, station: str) -> bool:
        """Tell whether an order concerns a station.

        One whose lines are not known concerns the default one, so that somebody sees it; and the
        expo every order.
        """
        if station == EXPO_STATION:
            return True
        made = set(self.makers(order)) - {None}
        return station in made or (station == DEFAULT_STATION and not made)

    def _asked_by(self, line: OrderLine, order: Order) -> str | None:
        """Return the first station that asks for a line."""
        stations = self.stations.items()
        return next((name for name, station in stations if _fits(station, line, order)), None)

    def _is_ours(self, line: OrderLine) -> bool:
        return not line.app_id or line.is_of(self.app_ids)


def _pieces(line: OrderLine) -> int:
    """Return how many things a line is to who only counts; a weight, like the unknown, is one."""
    count = line.quantity
    if count is None or line.unit or count < 1 or count != int(count):
        return 1
    return int(count)


def _fits(station: Station, line: OrderLine, order: Order) -> bool:
    if station.locations and not _is_one_of(
        station.locations, (order.location_id, order.location_name)
    ):
        return False
    keys = (
        (station.sections, line.section_id),
        (station.menus, line.menu_id),
        (station.items, line.item_id),
    )
    if any(_is_one_of(wanted, (found,)) for wanted, found in keys):
        return True
    if _is_named(line.name, tuple(station.names)):
        return True
    wants_all = not (station.sections or station.menus or station.items or station.names)
    return wants_all and bool(station.locations)


def _is_one_of(wanted: Iterable[str], found: Iterable[str]) -> bool:
    known = _all_folded(tuple(wanted))
    return any(text and _folded(text) in known for text in found)


@lru_cache(maxsize=4096)
def _is_named(name: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether a name fits any pattern, letter by letter or as its language folds case.

    Folded, a name may be longer: of "Große" a ? is to stand for one letter, and "GROSSE" is it too.
    """
    forms = (_lowered(name), _folded(name))
    return any(
        pattern.match(form)
        for text in patterns
        for pattern, form in zip(_compiled(text), forms, strict=True)
    )


@lru_cache(maxsize=1024)
def _compiled(text: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return a pattern in which only * and ? are special; names of dishes have brackets."""
    lowered, folded = (form.replace("[", "[[]") for form in (_lowered(text), _folded(text)))
    return re.compile(translate(lowered)), re.compile(translate(folded))


@lru_cache(maxsize=1024)
def _all_folded(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_folded, texts))


def _lowered(text: str) -> str:
    return normalize("NFC", text).lower()


def _folded(text: str) -> str:
    return normalize("NFC", text).casefold()
