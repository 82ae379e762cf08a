"""The oracle: orders answered 200 are debts; paper, or a job that visibly waits, pays them."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wix_printer_service.models import Receipt

if TYPE_CHECKING:
    from collections.abc import Iterable

DUPLICATE_MARKS = ("POSSIBLE DUPLICATE", "MÖGLICHES DUPLIKAT", "COPY", "KOPIE")
LAST_WORDS = {Receipt.KITCHEN: "Ende von {number}", Receipt.CUSTOMER: "Vielen Dank"}
"""What stands at the end of a receipt: one without it is not whole (see ``wix``)."""
_NUMBER = re.compile(r"#(\d{5,})")
_TITLE_ROWS = 2

Owed = tuple[str, Receipt]
"""An order's number and one of its receipts."""


@dataclass(frozen=True, slots=True)
class Debt:
    """An order that was delivered, and when it was answered with 200, if it was."""

    number: str
    receipts: tuple[Receipt, ...]
    acknowledged_at_s: float | None = None


@dataclass(slots=True)
class Ledger:
    """Every order that was delivered. Safe to use from several threads."""

    _debts: dict[str, Debt] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, debt: Debt) -> None:
        """Write down that an order is going to be delivered."""
        with self._lock:
            self._debts[debt.number] = debt

    def acknowledge(self, number: str, at_s: float) -> None:
        """Write down that an order was answered with 200: from now on it is owed."""
        with self._lock:
            debt = self._debts[number]
            if debt.acknowledged_at_s is None:
                self._debts[number] = replace(debt, acknowledged_at_s=at_s)

    def acknowledged(self) -> list[Debt]:
        """Return what is owed."""
        with self._lock:
            return [debt for debt in self._debts.values() if debt.acknowledged_at_s is not None]


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket as it lies in the tray, perhaps cut short; ``at_s`` is the wall time it came."""

    number: str
    receipt: Receipt
    is_marked: bool
    is_whole: bool
    printer: str
    at_s: float


def tickets_on(text: str, printer: str, at_s: float) -> list[Ticket]:
    """Find the tickets on one piece of paper: before a whole one may stand half of another."""
    numbers = list(_NUMBER.finditer(text))
    ends = [0, *(match.end() for match in numbers)]
    starts = [*(match.start() for match in numbers), len(text)]
    tickets = []
    for place, match in enumerate(numbers):
        head, body = text[ends[place] : starts[place]], text[ends[place + 1] : starts[place + 1]]
        receipt = _receipt(head)
        tickets.append(
            Ticket(
                number=match[1],
                receipt=receipt,
                is_marked=any(mark in head for mark in DUPLICATE_MARKS),
                is_whole=LAST_WORDS[receipt].format(number=match[1]) in body,
                printer=printer,
                at_s=at_s,
            )
        )
    return tickets


def _receipt(head: str) -> Receipt:
    title = " ".join(head.splitlines()[-_TITLE_ROWS:])
    return Receipt.KITCHEN if "KÜCHE" in title else Receipt.CUSTOMER


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


def balance(
    debts: Iterable[Debt], tickets: Iterable[Ticket], in_sight: Iterable[Owed] = ()
) -> Balance:
    """Compare; of two tickets about the same only the later one must be marked."""
    found: dict[Owed, list[Ticket]] = defaultdict(list)
    for ticket in sorted(tickets, key=lambda ticket: ticket.at_s):
        found[ticket.number, ticket.receipt].append(ticket)
    debts = list(debts)
    owed = {(debt.number, receipt) for debt in debts for receipt in debt.receipts}
    missing = {one for one in owed if not any(t.is_whole for t in found.get(one, ()))}
    waiting = missing & set(in_sight)
    return Balance(
        acknowledged=len(debts),
        lost=frozenset(missing - waiting),
        waiting=frozenset(waiting),
        duplicated=sum(len(same) - 1 for same in found.values()),
        unmarked=frozenset(
            one for one, same in found.items() if not all(t.is_marked for t in same[1:])
        ),
    )
