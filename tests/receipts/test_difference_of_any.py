"""If these pass, the old order with its changes is the new one, for any two orders and readers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from wix_printer_service.models import (
    Address,
    Contact,
    Discount,
    Fee,
    Method,
    Modifier,
    Order,
    OrderLine,
    Receipt,
    Totals,
    Unread,
)
from wix_printer_service.receipts.difference import Fact, Kind, LineChange, difference

from .orders import evening

R = Receipt
READERS = (R.KITCHEN, R.DRIVER, R.CUSTOMER)

few = st.integers(0, 2)
short = st.sampled_from(["", "a", "b"])
amounts = st.none() | st.integers(0, 2).map(Decimal)
modifiers = st.builds(Modifier, short, short, few.map(Decimal))


def bags(what):
    return st.lists(what, max_size=2).map(tuple)


lines = st.builds(
    OrderLine,
    name=short,
    quantity=amounts,
    unit=short,
    modifiers=bags(modifiers),
    options=bags(st.tuples(short, short)),
    wishes=bags(short),
    unit_price=amounts,
    total=amounts,
    app_id=short,
    id=short,
)
orders = st.builds(
    Order,
    id=st.just("o"),
    payment_status=st.sampled_from(["PAID", "NOT_PAID", "PARTIALLY_PAID"]),
    method=st.sampled_from(Method),
    method_title=short,
    due_from=st.sampled_from([None, evening(18)]),
    due_to=st.sampled_from([None, evening(19)]),
    due_text=short,
    instructions=short,
    lines=st.lists(lines, max_size=5).map(tuple),
    buyer_note=short,
    custom_fields=bags(st.tuples(short, short)),
    contact=st.builds(Contact, short, short, short),
    address=st.builds(Address, short, short, short, short),
    location_name=short,
    totals=st.builds(Totals, total=amounts, balance=amounts),
    fees=bags(st.builds(Fee, short, amounts)),
    discounts=bags(st.builds(Discount, short, amounts)),
    unread=bags(st.builds(Unread, short, short)),
)
readers = st.sampled_from(READERS)


def as_read(line: OrderLine, reader: R) -> object:
    """What a reader can tell of a line; said again here, without the code under test."""
    counted = (line.name, line.quantity, line.unit)
    choices = (
        sorted((m.group, m.label, m.quantity) for m in line.modifiers),
        sorted(line.options),
    )
    per_piece = None if line.quantity == 1 else line.unit_price
    more = {
        R.KITCHEN: (choices, sorted(line.wishes)),
        R.DRIVER: (),
        R.CUSTOMER: (choices, per_piece, line.total),
    }
    return repr((counted, more[reader]))


def all_read(lines: object, reader: R) -> Counter[object]:
    return Counter(as_read(line, reader) for line in lines if line is not None)


@given(before=orders, after=orders, reader=readers)
def test_the_old_lines_with_the_changes_are_the_new_lines(before, after, reader):
    changes = difference(before, after, reader).lines
    kept = all_read(before.lines, reader)
    kept.subtract(all_read((change.before for change in changes), reader))
    assert min(kept.values(), default=0) >= 0
    kept.update(all_read((change.after for change in changes), reader))
    assert +kept == all_read(after.lines, reader)
    for change in changes:
        assert all_read([change.before], reader) != all_read([change.after], reader)


@given(before=orders, after=orders, reader=readers)
def test_no_line_is_both_added_and_removed_under_one_name(before, after, reader):
    changes = difference(before, after, reader).lines
    names = {
        kind: {(change.before or change.after).name for change in changes if change.kind is kind}
        for kind in Kind
    }
    assert not names[Kind.ADDED] & names[Kind.REMOVED]


TEXTS = (Fact.NOTE, Fact.INSTRUCTIONS, Fact.FIELD, Fact.UNREAD)


def texts_known(order: Order, which: Fact) -> Counter[object]:
    texts = {
        Fact.NOTE: [order.buyer_note],
        Fact.INSTRUCTIONS: [order.instructions],
        Fact.FIELD: [field for field in order.custom_fields if any(field)],
        Fact.UNREAD: [f"{piece.path}: {piece.text}" for piece in order.unread],
    }
    return Counter(text for text in texts[which] if text)


@given(before=orders, after=orders, which=st.sampled_from(TEXTS))
def test_the_old_texts_with_the_changes_are_the_new_texts(before, after, which):
    changes = [c for c in difference(before, after, R.KITCHEN).facts if c.which is which]
    kept = texts_known(before, which)
    kept.subtract(change.before for change in changes if change.before is not None)
    assert min(kept.values(), default=0) >= 0
    kept.update(change.after for change in changes if change.after is not None)
    assert +kept == texts_known(after, which)


@given(before=orders, after=orders, reader=readers, with_payment=st.booleans())
def test_the_way_back_is_the_change_turned_round(before, after, reader, with_payment):
    there = difference(before, after, reader, with_payment=with_payment)
    back = difference(after, before, reader, with_payment=with_payment)
    assert Counter(c.kind for c in there.lines if c.kind is not Kind.CHANGED) == Counter(
        {Kind.ADDED: Kind.REMOVED, Kind.REMOVED: Kind.ADDED}[c.kind]
        for c in back.lines
        if c.kind is not Kind.CHANGED
    )
    assert Counter(c for c in there.lines if c.kind is Kind.CHANGED) == Counter(
        LineChange(c.after, c.before) for c in back.lines if c.kind is Kind.CHANGED
    )
    assert Counter(there.facts) == Counter(
        replace(change, before=change.after, after=change.before) for change in back.facts
    )


@given(order=orders, reader=readers, chance=st.randoms())
def test_a_shuffled_order_is_the_same_order(order, reader, chance):
    def shuffled(things):
        return tuple(chance.sample(things, len(things)))

    after = replace(
        order,
        lines=tuple(
            replace(line, modifiers=shuffled(line.modifiers), wishes=shuffled(line.wishes))
            for line in shuffled(order.lines)
        ),
        custom_fields=shuffled(order.custom_fields),
        fees=shuffled(order.fees),
        unread=shuffled(order.unread),
    )
    assert not difference(order, after, reader, with_payment=True)
