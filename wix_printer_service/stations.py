"""Which station of the kitchen makes which lines of an order."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from unicodedata import normalize

from wix_printer_service.models import DEFAULT_STATION, EXPO_STATION

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from wix_printer_service.models import Order, OrderLine
    from wix_printer_service.settings import Station


@dataclass(frozen=True, slots=True)
class Share:
    """What one station makes of an order."""

    lines: tuple[OrderLine, ...]
    others: int
    """How many lines other stations make."""
    not_for_kitchen: int
    """How many lines nobody makes, such as a voucher."""


@dataclass(frozen=True, slots=True)
class Kitchen:
    """The kitchen's stations, and which Wix apps' lines are made there at all.

    Args:
        stations: By name; the first that fits makes a line.
        app_ids: Apps whose lines are for the kitchen.
    """

    stations: Mapping[str, Station]
    app_ids: Collection[str]

    def station_of(self, line: OrderLine, order: Order) -> str | None:
        """Return who makes a line; None if nobody does.

        What no station wants the default one makes. A line of another app's catalogue is only
        made if a station asks for it, unless the order has no line that is for the kitchen.
        """
        fitting = (name for name, station in self.stations.items() if _fits(station, line, order))
        found = next(fitting, None)
        if found is not None or self._is_ours(line):
            return found or DEFAULT_STATION
        return None if any(map(self._is_ours, order.lines)) else DEFAULT_STATION

    def share(self, order: Order, station: str) -> Share:
        """Return what a station makes of an order; the expo puts all of it together."""
        makers = [self.station_of(line, order) for line in order.lines]
        made = [
            line
            for line, maker in zip(order.lines, makers, strict=True)
            if maker == station or (station == EXPO_STATION and maker is not None)
        ]
        nobodys = makers.count(None)
        return Share(tuple(made), len(makers) - len(made) - nobodys, nobodys)

    def has_work(self, order: Order, station: str) -> bool:
        """Tell whether an order concerns a station.

        One whose lines are not known concerns the default one, so that somebody sees it; and the
        expo every order.
        """
        if station == EXPO_STATION:
            return True
        made = {self.station_of(line, order) for line in order.lines} - {None}
        return station in made or (station == DEFAULT_STATION and not made)

    def _is_ours(self, line: OrderLine) -> bool:
        return not line.app_id or line.is_of(self.app_ids)


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
    name = _folded(line.name)
    if any(fnmatchcase(name, _pattern(pattern)) for pattern in station.names):
        return True
    wants_all = not (station.sections or station.menus or station.items or station.names)
    return wants_all and bool(station.locations)


def _is_one_of(wanted: Iterable[str], found: Iterable[str]) -> bool:
    known = {_folded(text) for text in wanted}
    return any(text and _folded(text) in known for text in found)


def _pattern(text: str) -> str:
    """Return a pattern in which only * and ? are special; names of dishes have brackets."""
    return _folded(text).replace("[", "[[]")


def _folded(text: str) -> str:
    return normalize("NFC", text).casefold()
