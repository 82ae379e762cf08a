"""The oracle: orders that Wix got rid of are debts; paper, or a job that visibly waits, pays them.

An order that was cancelled is owed no more: where something of it lies, the last word must be that
it is off.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wix_printer_service.models import Receipt

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

DUPLICATE_MARKS = ("POSSIBLE DUPLICATE", "MÖGLICHES DUPLIKAT", "COPY", "KOPIE")
CANCELLED_MARKS = ("CANCELLED", "STORNIERT")
CHANGE_MARK = "ÄNDERUNG"
LAST_WORDS = {
    Receipt.KITCHEN: ("Ende von {number}",),
    Receipt.DRIVER: ("Ende von {number}",),
    Receipt.CUSTOMER: ("Vielen Dank",),
    Receipt.CHANGE: ("Alles andere wie gedruckt",),
    Receipt.CANCELLATION: CANCELLED_MARKS,
}
"""What stands at the end of a receipt: one without it is not whole (see ``wix``)."""
_NUMBER = re.compile(r"#(\d{5,})")
_TITLE_ROWS = 3
"""Above an order's number: what kind of paper it is, whose, and the begin of the number's row."""
TITLES = {"KÜCHE": Receipt.KITCHEN, "STATION": Receipt.KITCHEN, "FAHRER": Receipt.DRIVER}

Owed = tuple[str, Receipt]
"""An order's number and one of its receipts."""


@dataclass(frozen=True, slots=True)
class Debt:
    """An order, and since when it is owed, if it is.

    It is owed when its delivery was answered with 200, or, where Wix can be asked, when Wix has it.
    """

    number: str
    receipts: tuple[Receipt, ...]
    acknowledged_at_s: float | None = None
    is_called_off: bool = False


@dataclass(slots=True)
class Ledger:
    """Every order that was placed. Safe to use from several threads."""

    _debts: dict[str, Debt] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, debt: Debt) -> None:
        """Write down that an order is being placed."""
        with self._lock:
            self._debts[debt.number] = debt

    def acknowledge(self, number: str, at_s: float) -> None:
        """Write down that an order is owed from now on."""
        with self._lock:
            debt = self._debts[number]
            if debt.acknowledged_at_s is None:
                self._debts[number] = replace(debt, acknowledged_at_s=at_s)

    def call_off(self, number: str) -> None:
        """Write down that an order was cancelled: from now on it is owed no more."""
        with self._lock:
            self._debts[number] = replace(self._debts[number], is_called_off=True)

    def acknowledged(self) -> list[Debt]:
        """Return what is owed."""
        with self._lock:
            return [
                debt
                for debt in self._debts.values()
                if debt.acknowledged_at_s is not None and not debt.is_called_off
            ]

    def called_off(self) -> set[str]:
        """Return the numbers of the orders that were cancelled."""
        with self._lock:
            return {debt.number for debt in self._debts.values() if debt.is_called_off}


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket as it lies in the tray, perhaps cut short; ``at_s`` is the wall time it came."""

    number: str
    receipt: Receipt
    is_marked: bool
    is_whole: bool
    printer: str
    at_s: float
    reader: str = ""
    """Whose it is, as its title says; a customer's has none."""
    text: str = field(default="", compare=False, repr=False)
    """From its marks to its end, after which half of the next one may begin."""


def tickets_on(text: str, printer: str, at_s: float) -> list[Ticket]:
    """Find the tickets on one piece of paper: before a whole one may stand half of another."""
    numbers = list(_NUMBER.finditer(text))
    ends = [0, *(match.end() for match in numbers)]
    starts = [*(match.start() for match in numbers), len(text)]
    tickets = []
    for place, match in enumerate(numbers):
        head, body = text[ends[place] : starts[place]], text[ends[place + 1] : starts[place + 1]]
        title = [row.strip() for row in head.splitlines()[-_TITLE_ROWS:]]
        receipt = _receipt(head, title)
        last_words = (words.format(number=match[1]) for words in LAST_WORDS[receipt])
        tickets.append(
            Ticket(
                number=match[1],
                receipt=receipt,
                is_marked=any(mark in head for mark in DUPLICATE_MARKS),
                is_whole=any(words in body for words in last_words),
                printer=printer,
                at_s=at_s,
                reader=next((row for row in title if _reader(row)), ""),
                text=f"{_own_head(head)}{match[0]}{body}",
            )
        )
    return tickets


def _receipt(head: str, title: list[str]) -> Receipt:
    if any(mark in head for mark in CANCELLED_MARKS):
        return Receipt.CANCELLATION
    if CHANGE_MARK in title:
        return Receipt.CHANGE
    return next(filter(None, map(_reader, title)), Receipt.CUSTOMER)


def _reader(row: str) -> Receipt | None:
    return TITLES.get(row.partition(" ")[0])


def _own_head(head: str) -> str:
    """Return what stands above a number from the mark on: before it may be half of another."""
    return head[max((head.rfind(mark) for mark in DUPLICATE_MARKS), default=-1) :]


@dataclass(frozen=True, slots=True)
class Balance:
    """What is owed against what lies there."""

    acknowledged: int
    lost: frozenset[Owed]
    """Owed, not whole on paper, and not waiting in sight."""
    waiting: frozenset[Owed]
    """Owed, not whole on paper, but in sight."""
    duplicated: int
    """Tickets that lie there once more."""
    unmarked: frozenset[Owed]
    """Lie there once more, and a later one does not say so."""
    misled: frozenset[Owed] = frozenset()
    """The last that some printer says: of a cancelled order not that it is off, or the reverse."""


def balance(
    debts: Iterable[Debt],
    tickets: Iterable[Ticket],
    in_sight: Iterable[Owed] = (),
    called_off: Container[str] = (),
) -> Balance:
    """Compare; of two tickets about the same only the later one must be marked.

    Every printer with paper about a cancelled order must say once that it is off, after all else.
    """
    found: dict[Owed, list[Ticket]] = defaultdict(list)
    at_printer: dict[tuple[str, str], list[Ticket]] = defaultdict(list)
    for ticket in sorted(tickets, key=lambda ticket: ticket.at_s):
        at_printer[ticket.number, ticket.printer].append(ticket)
        if ticket.receipt not in {Receipt.CANCELLATION, Receipt.CHANGE}:
            found[ticket.number, ticket.receipt].append(ticket)
    stops = [
        [ticket for ticket in papers if ticket.receipt is Receipt.CANCELLATION]
        for papers in at_printer.values()
    ]
    same_papers = [*found.values(), *filter(None, stops)]
    debts = list(debts)
    owed = {(debt.number, receipt) for debt in debts for receipt in debt.receipts}
    missing = {one for one in owed if not any(t.is_whole for t in found.get(one, ()))}
    waiting = missing & set(in_sight)
    return Balance(
        acknowledged=len(debts),
        lost=frozenset(missing - waiting),
        waiting=frozenset(waiting),
        duplicated=sum(len(same) - 1 for same in same_papers),
        unmarked=frozenset(
            (same[0].number, same[0].receipt)
            for same in same_papers
            if not all(ticket.is_marked for ticket in same[1:])
        ),
        misled=frozenset(
            (number, papers[-1].receipt)
            for (number, _), papers in at_printer.items()
            if (number in called_off) != _says_it_is_off(papers[-1])
        ),
    )


def _says_it_is_off(ticket: Ticket) -> bool:
    return ticket.receipt is Receipt.CANCELLATION and ticket.is_whole
