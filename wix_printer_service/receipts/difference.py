"""What is different between two revisions of an order, as far as one reader's paper shows it."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from wix_printer_service.models import Address, Method, Receipt, Unread
from wix_printer_service.receipts.driver import address_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from wix_printer_service.models import Order, OrderLine

T = TypeVar("T")

EMPTIED: Final = Unread("lineItems", "[]")
"""The piece of an order of which Wix says that it has no lines any more, though it had some."""
_MISSING: Final = "–"
"""The text of a piece that only says what an event did not show: nothing to go to anybody with."""


class Kind(StrEnum):
    """What happened to a line."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Fact(StrEnum):
    """Something that a paper says of an order besides its lines."""

    METHOD = "method"
    TIME = "time"
    NOTE = "note"
    INSTRUCTIONS = "instructions"
    FIELD = "field"
    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"
    LOCATION = "location"
    TOTAL = "total"
    """For a customer all sums, for a driver what is to be collected; for both how it is paid."""
    PAYMENT = "payment"
    """Money came in and nothing else about it has changed."""
    UNREAD = "unread"


class CustomField(NamedTuple):
    """A field of the restaurant's own, as a fact's value."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line that is not as it was; the side on which it is missing is None."""

    before: OrderLine | None
    after: OrderLine | None

    @property
    def kind(self) -> Kind:
        """Return what happened to it."""
        if self.before is None:
            return Kind.ADDED
        return Kind.REMOVED if self.after is None else Kind.CHANGED


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact that is not as it was; its value is None where there was or is none.

    Values that are texts stand so on paper; others are only good for telling them apart.
    """

    which: Fact
    before: Hashable | None
    after: Hashable | None
    title: str = ""
    """Of a custom field or an unread piece: which one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """All that is different for one reader; falsy if nothing is."""

    lines: tuple[LineChange, ...] = ()
    facts: tuple[FactChange, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything is different."""
        return bool(self.lines or self.facts)


def difference(
    before: Order, after: Order, reader: Receipt, *, with_payment: bool = False
) -> Difference:
    """Compare what a reader's paper shows of an order's two revisions.

    Lines are the same if they look the same to the reader, in whatever order; else by id and name,
    else by name. A line with another name is another dish: removed and added.

    Args:
        before: As the reader has it on paper.
        after: As it is now; for a station of the kitchen both with only its lines.
        reader: ``KITCHEN``, ``DRIVER`` or ``CUSTOMER``.
        with_payment: Whether it counts that money came in and nothing else happened.
    """
    keys: tuple[Callable[[OrderLine], Hashable], ...] = (
        lambda line: _seen(line, reader),
        lambda line: (line.id, line.name),
        lambda line: line.name,
    )
    pairs = _pairs(before.lines, after.lines, keys)
    lines = (LineChange(old, new) for old, new in pairs if not _look_same(old, new, reader))
    return Difference(tuple(lines), tuple(_facts(before, after, reader, with_payment=with_payment)))


def _pairs(
    before: Iterable[T], after: Iterable[T], keys: Iterable[Callable[[T], Hashable]]
) -> Iterator[tuple[T | None, T | None]]:
    """Pair what has the same first key, of the rest the same next one, and the last with None."""
    left, right = list(before), list(after)
    for key in keys:
        waiting: dict[Hashable, deque[int]] = defaultdict(deque)
        for position, new in enumerate(right):
            waiting[key(new)].append(position)
        unpaired = []
        for old in left:
            if waiting[key(old)]:
                yield old, right[waiting[key(old)].popleft()]
            else:
                unpaired.append(old)
        left = unpaired
        right = [right[position] for position in sorted(chain.from_iterable(waiting.values()))]
    yield from ((old, None) for old in left)
    yield from ((None, new) for new in right)


def _look_same(old: OrderLine | None, new: OrderLine | None, reader: Receipt) -> bool:
    return old is not None and new is not None and _seen(old, reader) == _seen(new, reader)


def _seen(line: OrderLine, reader: Receipt) -> Hashable:
    """Return what a reader sees of a line."""
    counted = (line.name, line.quantity, line.unit)
    if reader is Receipt.DRIVER:
        return counted
    choices = (_bag(line.options), _bag(line.modifiers))
    if reader is Receipt.KITCHEN:
        return (*counted, *choices, _bag(line.wishes))
    unit_price = None if line.quantity == 1 else line.unit_price
    return (*counted, *choices, unit_price, line.total)


def _bag(things: Iterable[Hashable]) -> Hashable:
    """Return how often each thing is there; their order says nothing."""
    return frozenset(Counter(things).items())


class _Known(NamedTuple):
    which: Fact
    value: Hashable
    title: str = ""


def _facts(before: Order, after: Order, reader: Receipt, *, with_payment: bool) -> list[FactChange]:
    known = _KNOWN_TO[reader]
    keys: tuple[Callable[[_Known], Hashable], ...] = (
        lambda fact: fact,
        lambda fact: (fact.which, fact.title),
    )
    found = [
        FactChange(fact.which, old and old.value, new and new.value, fact.title)
        for old, new in _pairs(_filled(known(before)), _filled(known(after)), keys)
        if old != new and (fact := old or new)
    ]
    if reader is Receipt.DRIVER:
        found += _to_collect(before, after)
    is_told = reader is Receipt.KITCHEN or any(fact.which is Fact.TOTAL for fact in found)
    if with_payment and not is_told:
        found += _payment(before, after)
    return found


def _filled(facts: Iterable[_Known]) -> Iterator[_Known]:
    return (fact for fact in facts if fact.value not in ("", None))


def _known_to_all(order: Order) -> Iterator[_Known]:
    yield _Known(Fact.METHOD, (order.method, order.method_title))
    slot = (order.due_from, order.due_to)
    # Wix's own words for the time are printed only where there is no slot
    yield _Known(Fact.TIME, slot if any(slot) else order.due_text)
    for piece in order.unread:
        if piece.text != _MISSING:
            yield _Known(Fact.UNREAD, f"{piece.path}: {piece.text}", piece.path)


def _known_to_staff(order: Order) -> Iterator[_Known]:
    yield from _known_to_all(order)
    yield _Known(Fact.NAME, _person(order))
    yield _Known(Fact.NOTE, order.buyer_note)
    yield _Known(Fact.INSTRUCTIONS, order.instructions)
    for title, value in filter(any, order.custom_fields):
        yield _Known(Fact.FIELD, CustomField(title, value), title)


def _known_to_kitchen(order: Order) -> Iterator[_Known]:
    yield from _known_to_staff(order)
    yield _Known(Fact.LOCATION, order.location_name)


def _known_to_driver(order: Order) -> Iterator[_Known]:
    yield from _known_to_staff(order)
    yield _Known(Fact.PHONE, order.contact.phone)
    # all of it: the code for the route also says the country, or the place itself
    yield _Known(Fact.ADDRESS, None if order.address == Address() else order.address)


def _known_to_customer(order: Order) -> Iterator[_Known]:
    yield from _known_to_all(order)
    if order.method is Method.DELIVERY:
        yield _Known(Fact.NAME, _person(order))
        yield _Known(Fact.ADDRESS, "\n".join(address_rows(order.address)))
    totals = replace(order.totals, paid=None, balance=None)
    parts = (_bag(order.fees), _bag(order.discounts), _bag(order.taxes))
    yield _Known(Fact.TOTAL, (order.currency, order.tax_included, totals, *parts))


_KNOWN_TO: Final[dict[Receipt, Callable[[Order], Iterator[_Known]]]] = {
    Receipt.KITCHEN: _known_to_kitchen,
    Receipt.DRIVER: _known_to_driver,
    Receipt.CUSTOMER: _known_to_customer,
}


def _person(order: Order) -> str:
    return " · ".join(part for part in (order.contact.name, order.contact.company) if part)


def _to_collect(before: Order, after: Order) -> Iterator[FactChange]:
    """Tell what the driver is to collect if that is new, but not for a mere payment."""
    old, new = before.amount_due, after.amount_due
    if before.totals.total != after.totals.total and old != new:
        yield FactChange(Fact.TOTAL, old, new)


def _payment(before: Order, after: Order) -> Iterator[FactChange]:
    old, new = _paid(before), _paid(after)
    if old != new:
        yield FactChange(Fact.PAYMENT, old, new)


def _paid(order: Order) -> Hashable:
    """Return how an order is paid, as papers show it."""
    if order.is_paid:
        return True
    balance = order.amount_due if order.payment_status == "PARTIALLY_PAID" else None
    return (order.payment_status, balance)
