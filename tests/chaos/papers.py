"""The oracle of changes: reads papers as their readers do, one after the other, and compares."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.chaos.menu import DISHES, DRINKS, WAYS, Line
from wix_printer_service.models import Receipt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.chaos.ledger import Ticket
    from tests.chaos.menu import Wanted

KITCHEN, BAR, DRIVER, CUSTOMER = "KÜCHE", "STATION BAR", "FAHRER", ""
"""Readers, by the title of their papers."""
ADDED, REMOVED, CHANGED = "NEU", "ENTFÄLLT", "GEÄNDERT"
_LINE = re.compile(rf"(?:(\d+) ?x -> )?(\d+) ?x ({'|'.join(DISHES + DRINKS)})\b")
_WISH = re.compile(r"(?:(NEU): )?>> (Wunsch\d+)$|(bisher): (Wunsch\d+)$")
_TIME = re.compile(r"\d\d:\d\d–\d\d:\d\d")
_WAY = re.compile("|".join(WAYS.values()))


@dataclass(slots=True)
class Reading:
    """What a reader knows of an order by the papers so far."""

    lines: dict[str, Line] = field(default_factory=dict)
    time: str = ""
    way: str = ""
    complaints: list[str] = field(default_factory=list)
    """What has misled him on the way."""
    _has_whole: bool = False

    def read(self, ticket: Ticket) -> None:
        """Take in one more paper; half of one says nothing, but what comes after must be marked."""
        is_full = ticket.receipt is not Receipt.CHANGE
        if is_full and self._has_whole and not ticket.is_marked:
            self.complaints.append("a second full ticket without a mark")
        self._has_whole = self._has_whole or is_full
        if not ticket.is_whole:
            return
        below = ticket.text.partition(f"#{ticket.number}")[2]
        self.time = _first(_TIME, below)
        self.way = _first(_WAY, below)
        if is_full:
            self.lines = {}
            self._take_in(below, ADDED, strictly=False)
        else:
            self._take_in(ticket.text, "", strictly=not ticket.is_marked)

    def _take_in(self, text: str, heading: str, *, strictly: bool) -> None:
        name = ""
        for row in map(str.strip, text.splitlines()):
            if row in {ADDED, REMOVED, CHANGED}:
                heading = row
            elif found := _LINE.match(row):
                name = found[3]
                if strictly:
                    self._check(heading, found)
                self._line(heading, name, int(found[2]))
            elif wish := _WISH.match(row):
                self._wish(heading, name, wish)

    def _line(self, heading: str, name: str, quantity: int) -> None:
        if heading == REMOVED:
            self.lines.pop(name, None)
        elif heading == ADDED:
            self.lines[name] = Line(quantity)
        else:
            self.lines[name] = replace(self.lines.get(name, Line(0)), quantity=quantity)

    def _wish(self, heading: str, name: str, found: re.Match[str]) -> None:
        if heading == REMOVED:
            return
        line = self.lines.get(name, Line(0))
        if found[3]:
            gone = line.wish == found[4]
            self.lines[name] = replace(line, wish="" if gone else line.wish)
        else:
            self.lines[name] = replace(line, wish=found[2])

    def _check(self, heading: str, found: re.Match[str]) -> None:
        """Complain of a paper without a mark that does not go on from the ones before."""
        known = self.lines.get(found[3])
        before = int(found[1] or found[2])
        if heading == ADDED and known:
            self.complaints.append(f"{found[3]} was added twice")
        if heading != ADDED and (known is None or known.quantity != before):
            self.complaints.append(f"{heading}: {found[0]}, but it was {known}")


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""


def uneven(wanted: Mapping[str, Wanted], tickets: Iterable[Ticket]) -> dict[str, list[str]]:
    """Say for each order what is wrong with its papers; one about which all is well is left out.

    Args:
        wanted: Every order as it is now, by its number.
        tickets: Everything on paper.
    """
    found: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in sorted(tickets, key=lambda ticket: ticket.at_s):
        found[ticket.number].append(ticket)
    wrong = {number: list(_wrong(order, found[number])) for number, order in wanted.items()}
    return {number: complaints for number, complaints in wrong.items() if complaints}


def _wrong(wanted: Wanted, tickets: list[Ticket]) -> Iterator[str]:
    last: dict[str, Ticket] = {ticket.printer: ticket for ticket in tickets}
    for printer, ticket in last.items():
        if wanted.is_off != (ticket.receipt is Receipt.CANCELLATION and ticket.is_whole):
            yield f"{printer}: the last word is {ticket}"
    readings: dict[str, Reading] = defaultdict(Reading)
    for ticket in tickets:
        if ticket.receipt is not Receipt.CANCELLATION:
            readings[ticket.reader].read(ticket)
    for reader, reading in readings.items():
        yield from (f"{reader}: {complaint}" for complaint in reading.complaints)
    if not wanted.is_off:
        yield from _differences(wanted, readings)


def _differences(wanted: Wanted, readings: Mapping[str, Reading]) -> Iterator[str]:
    needed = {KITCHEN, CUSTOMER}
    if wanted.lines.keys() & set(DRINKS):
        needed.add(BAR)
    if wanted.way != "pickup":
        needed.add(DRIVER)
    for reader in sorted(needed | readings.keys()):
        if reader not in readings:
            yield f"{reader or 'customer'} has no paper"
            continue
        known = readings[reader]
        mine = dict(_seen_by(reader, wanted))
        if (known.lines, known.time, known.way) != (mine, wanted.time, WAYS[wanted.way]):
            yield f"{reader or 'customer'} knows {known}, but Wix has {mine} {wanted}"


def _seen_by(reader: str, wanted: Wanted) -> Iterator[tuple[str, Line]]:
    """Return the lines of an order that a reader sees, as he sees them."""
    is_of_kitchen = reader in {KITCHEN, BAR}
    for name, line in wanted.lines.items():
        if not is_of_kitchen:
            yield name, replace(line, wish="")
        elif (name in DRINKS) is (reader == BAR):
            yield name, line
