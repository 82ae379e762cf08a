"""If these pass, a change on paper is what its reader must know, all of it and nothing else."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from wix_printer_service.models import (
    Address,
    Contact,
    Method,
    Order,
    OrderLine,
    Receipt,
    TaxLine,
    Totals,
    Unread,
)
from wix_printer_service.receipts.difference import (
    Difference,
    Fact,
    FactChange,
    Kind,
    LineChange,
    difference,
)

from .orders import CASH_DELIVERY, PICKUP, evening, extra, line

R = Receipt
READERS = (R.KITCHEN, R.DRIVER, R.CUSTOMER)
STAFF = {R.KITCHEN, R.DRIVER}
OUTSIDE = {R.DRIVER, R.CUSTOMER}
ALL = set(READERS)


def with_lines(*lines: OrderLine) -> Order:
    return replace(PICKUP, lines=lines)


def line_changes(before: list[OrderLine], after: list[OrderLine], reader: R = R.KITCHEN):
    return difference(with_lines(*before), with_lines(*after), reader).lines


def concerned(before: Order, after: Order, *, with_payment: bool = False) -> set[R]:
    """Whose paper must change."""
    found = (
        (reader, difference(before, after, reader, with_payment=with_payment)) for reader in READERS
    )
    return {reader for reader, it in found if it}


def facts(before: Order, after: Order, reader: R, **how: bool) -> list[Fact]:
    return [change.which for change in difference(before, after, reader, **how).facts]


# lines


@pytest.mark.parametrize("reader", READERS)
def test_nothing_is_different_from_itself(reader):
    assert difference(CASH_DELIVERY, CASH_DELIVERY, reader, with_payment=True) == Difference()
    assert not difference(CASH_DELIVERY, CASH_DELIVERY, reader)


def test_another_count_is_a_change_from_one_to_the_other():
    two, three = line("Pizza", "2", id="a"), line("Pizza", "3", id="a")
    (change,) = line_changes([two], [three])
    assert change == LineChange(two, three)
    assert change.kind is Kind.CHANGED


def test_new_and_gone_lines_are_added_and_removed():
    pizza, cola = line("Pizza", id="a"), line("Cola", id="b")
    (added,) = line_changes([pizza], [pizza, cola])
    (removed,) = line_changes([pizza, cola], [pizza])
    assert (added, added.kind) == (LineChange(None, cola), Kind.ADDED)
    assert (removed, removed.kind) == (LineChange(cola, None), Kind.REMOVED)


@pytest.mark.parametrize("reader", READERS)
def test_another_name_under_the_same_id_is_another_dish(reader):
    pizza, pasta = line("Pizza", id="a"), line("Pasta", id="a")
    assert line_changes([pizza], [pasta], reader) == (
        LineChange(pizza, None),
        LineChange(None, pasta),
    )


def test_of_two_lines_with_one_name_the_one_with_the_id_has_changed():
    plain, without = line("Pizza", id="a"), line("Pizza", id="b", wishes=("ohne Käse",))
    spicy = replace(without, wishes=("scharf",))
    assert line_changes([plain, without], [spicy]) == (
        LineChange(without, spicy),
        LineChange(plain, None),
    )


def test_of_two_lines_with_one_name_and_no_id_the_first_has_changed():
    one, two = line("Pizza", "1"), line("Pizza", "2")
    three, four = line("Pizza", "3"), line("Pizza", "4")
    assert line_changes([one, two], [three, four]) == (
        LineChange(one, three),
        LineChange(two, four),
    )


def test_what_looks_the_same_is_the_same_whatever_its_id():
    one, two = line("Pizza", "1", id="a"), line("Pizza", "2", id="b")
    swapped = [replace(two, id="a"), replace(one, id="b")]
    assert line_changes([one, two], swapped) == ()


def test_each_line_stands_for_one_line_only():
    pizza = line("Pizza")
    (removed,) = line_changes([pizza, pizza, pizza], [pizza, pizza])
    assert removed == LineChange(pizza, None)
    assert line_changes([pizza], [pizza] * 3) == (LineChange(None, pizza),) * 2


def test_lines_choices_and_wishes_in_another_order_are_no_change():
    extras = (extra("Extra", "Käse"), extra("Extra", "Chili"))
    full = line(
        "Pizza", modifiers=extras, options=(("a", "1"), ("b", "2")), wishes=("heiß", "schnell")
    )
    turned = replace(
        full, modifiers=extras[::-1], options=full.options[::-1], wishes=full.wishes[::-1]
    )
    before, after = with_lines(full, line("Cola")), with_lines(line("Cola"), turned)
    assert concerned(before, after) == set()


@pytest.mark.parametrize(
    ("change", "readers"),
    [
        ({"quantity": Decimal(2)}, ALL),
        ({"quantity": None}, ALL),
        ({"quantity": Decimal("1.0")}, set()),
        ({"unit": "kg"}, ALL),
        ({"modifiers": (extra("Extra", "Käse"),)}, {R.KITCHEN, R.CUSTOMER}),
        ({"modifiers": (extra("Extra", "Chili", "2"), extra("Extra", "Chili"))}, None),
        ({"options": (("Größe", "Klein"),)}, {R.KITCHEN, R.CUSTOMER}),
        ({"options": (("Größe", "Groß"),) * 2}, {R.KITCHEN, R.CUSTOMER}),
        ({"wishes": ("scharf",)}, {R.KITCHEN}),
        ({"total": Decimal(9)}, {R.CUSTOMER}),
        ({"unit_price": Decimal(9)}, set()),
        ({"id": "b", "item_id": "c", "section_id": "d", "menu_id": "e", "app_id": "f"}, set()),
    ],
)
def test_a_line_is_different_for_those_who_see_the_difference(change, readers):
    before = line(
        "Pizza",
        id="a",
        modifiers=(extra("Extra", "Chili"),),
        options=(("Größe", "Groß"),),
        wishes=("heiß",),
    )
    expected = {R.KITCHEN, R.CUSTOMER} if readers is None else readers
    assert concerned(with_lines(before), with_lines(replace(before, **change))) == expected


def test_a_price_per_piece_matters_where_it_is_printed():
    before, after = line("Pizza", "2", "9", "18"), line("Pizza", "2", "8", "18")
    assert concerned(with_lines(before), with_lines(after)) == {R.CUSTOMER}


# facts


@pytest.mark.parametrize(
    ("change", "which", "readers"),
    [
        ({"method": Method.PICKUP}, Fact.METHOD, ALL),
        ({"method_title": "Express"}, Fact.METHOD, ALL),
        ({"due_from": evening(20)}, Fact.TIME, ALL),
        ({"due_to": evening(20)}, Fact.TIME, ALL),
        ({"due_text": "in an hour"}, None, set()),
        ({"due_from": None, "due_to": None}, Fact.TIME, ALL),
        ({"buyer_note": "ohne Besteck"}, Fact.NOTE, STAFF),
        ({"buyer_note": ""}, Fact.NOTE, STAFF),
        ({"instructions": "hinten klingeln"}, Fact.INSTRUCTIONS, STAFF),
        ({"custom_fields": (("Tisch", "7"),)}, Fact.FIELD, STAFF),
        ({"contact": Contact("Eva", "Beispiel GmbH", "+49 170 5550199")}, Fact.NAME, ALL),
        ({"location_name": "Mitte"}, Fact.LOCATION, {R.KITCHEN}),
        ({"address": replace(CASH_DELIVERY.address, addition="EG")}, Fact.ADDRESS, OUTSIDE),
        ({"address": Address()}, Fact.ADDRESS, OUTSIDE),
        (
            {"address": replace(CASH_DELIVERY.address, latitude=Decimal(1))},
            Fact.ADDRESS,
            {R.DRIVER},
        ),
        ({"address": replace(CASH_DELIVERY.address, country="AT")}, Fact.ADDRESS, {R.DRIVER}),
        ({"unread": (Unread("path", "text"),)}, Fact.UNREAD, ALL),
        ({"unread": (Unread("path", "–"),)}, None, set()),
        ({"currency": "CHF"}, Fact.TOTAL, {R.CUSTOMER}),
        ({"tax_included": False}, Fact.TOTAL, {R.CUSTOMER}),
        ({"fees": CASH_DELIVERY.fees[:1]}, Fact.TOTAL, {R.CUSTOMER}),
        ({"fees": CASH_DELIVERY.fees[::-1]}, None, set()),
        ({"discounts": ()}, Fact.TOTAL, {R.CUSTOMER}),
        ({"taxes": (TaxLine("", Decimal("0.19"), Decimal(1)),)}, Fact.TOTAL, {R.CUSTOMER}),
        ({"totals": replace(CASH_DELIVERY.totals, total=Decimal(40))}, Fact.TOTAL, OUTSIDE),
        ({"totals": replace(CASH_DELIVERY.totals, tax=Decimal(4))}, Fact.TOTAL, {R.CUSTOMER}),
        ({"status": "NEW", "fulfillment_status": "FULFILLED"}, None, set()),
        ({"number": "1", "updated_at": evening(22), "location_id": "x"}, None, set()),
    ],
)
def test_a_fact_is_different_for_those_who_see_it(change, which, readers):
    after = replace(CASH_DELIVERY, **change)
    assert concerned(CASH_DELIVERY, after) == readers
    found = {w for reader in readers for w in facts(CASH_DELIVERY, after, reader)}
    expected = {which} - {None}
    if which is Fact.METHOD and after.method is Method.PICKUP:
        expected |= {Fact.NAME, Fact.ADDRESS}  # a customer's receipt shows them for a delivery
    assert found == expected


def test_a_phone_is_for_the_driver_alone():
    after = replace(CASH_DELIVERY, contact=replace(CASH_DELIVERY.contact, phone="110"))
    assert concerned(CASH_DELIVERY, after) == {R.DRIVER}
    assert facts(CASH_DELIVERY, after, R.DRIVER) == [Fact.PHONE]


def test_who_fetches_is_on_no_customers_receipt():
    after = replace(PICKUP, contact=Contact("Eva"), address=Address("Weg 1"))
    assert facts(PICKUP, after, R.CUSTOMER) == []


def test_wixs_own_words_for_the_time_count_where_there_is_no_slot():
    before = replace(PICKUP, due_from=None, due_to=None, due_text="soon")
    after = replace(before, due_text="later")
    (change,) = difference(before, after, R.KITCHEN).facts
    assert change == FactChange(Fact.TIME, "soon", "later")


def test_a_guest_without_a_company_and_a_company_without_a_guest_are_names():
    one, other = (replace(PICKUP, contact=c) for c in (Contact("Eva"), Contact("", "Co")))
    assert difference(one, other, R.DRIVER).facts == (FactChange(Fact.NAME, "Eva", "Co"),)


def test_a_fact_says_what_was_and_what_is():
    after = replace(CASH_DELIVERY, buyer_note="", instructions="hinten")
    assert set(difference(CASH_DELIVERY, after, R.KITCHEN).facts) == {
        FactChange(Fact.NOTE, CASH_DELIVERY.buyer_note, None),
        FactChange(Fact.INSTRUCTIONS, CASH_DELIVERY.instructions, "hinten"),
    }


def test_a_place_is_told_as_it_stands_on_paper():
    after = replace(CASH_DELIVERY, address=Address("Weg 1", "", "10115", "Berlin"))
    (change,) = difference(CASH_DELIVERY, after, R.DRIVER).facts
    assert (change.before, change.after) == (CASH_DELIVERY.address, after.address)
    (change,) = difference(CASH_DELIVERY, after, R.CUSTOMER).facts
    assert change.before == "Skalitzer Str. 104\nHinterhaus, 3. OG links\n10997 Berlin"
    assert change.after == "Weg 1\n10115 Berlin"


def test_fields_and_unread_pieces_are_told_apart_by_their_titles():
    before = replace(
        PICKUP,
        custom_fields=(("Tisch", "6"), ("Tisch", "7"), ("Gäste", "4")),
        unread=(Unread("a", "1"),),
    )
    after = replace(
        PICKUP,
        custom_fields=(("Gäste", "4"), ("Tisch", "7"), ("", "Kerze")),
        unread=(Unread("a", "2"), Unread("b", "1")),
    )
    assert set(difference(before, after, R.KITCHEN).facts) == {
        FactChange(Fact.FIELD, ("Tisch", "6"), None, "Tisch"),
        FactChange(Fact.FIELD, None, ("", "Kerze"), ""),
        FactChange(Fact.UNREAD, "a: 1", "a: 2", "a"),
        FactChange(Fact.UNREAD, None, "b: 1", "b"),
    }


# money

UNPAID_20 = replace(CASH_DELIVERY, totals=Totals(total=Decimal(20), balance=Decimal(20)))
PAID_20 = replace(
    UNPAID_20, payment_status="PAID", totals=Totals(total=Decimal(20), paid=Decimal(20))
)
PARTLY_20 = replace(
    UNPAID_20,
    payment_status="PARTIALLY_PAID",
    totals=Totals(total=Decimal(20), balance=Decimal(5), paid=Decimal(15)),
)


@pytest.mark.parametrize("before", [UNPAID_20, PAID_20, PARTLY_20])
@pytest.mark.parametrize("after", [UNPAID_20, PAID_20, PARTLY_20])
def test_a_mere_payment_is_no_change_unless_it_is_wanted(before, after):
    assert concerned(before, after) == set()
    assert concerned(before, after, with_payment=True) == (set() if before is after else OUTSIDE)
    for reader in OUTSIDE if before is not after else ():
        assert facts(before, after, reader, with_payment=True) == [Fact.PAYMENT]


@pytest.mark.parametrize("reader", sorted(OUTSIDE))
def test_a_payment_is_told_beside_other_facts_but_not_beside_the_sums_which_say_it(reader):
    moved = replace(PAID_20, due_from=evening(20))
    assert facts(UNPAID_20, moved, reader, with_payment=True) == [Fact.TIME, Fact.PAYMENT]
    dearer = costing(PAID_20, 25)
    assert facts(UNPAID_20, dearer, reader, with_payment=True) == [Fact.TOTAL]


def test_another_part_of_it_paid_is_a_payment():
    more = replace(PARTLY_20, totals=replace(PARTLY_20.totals, balance=Decimal(1)))
    assert concerned(PARTLY_20, more) == set()
    assert concerned(PARTLY_20, more, with_payment=True) == OUTSIDE


def test_a_refund_leaves_an_order_paid():
    refunded = replace(PAID_20, payment_status="FULLY_REFUNDED")
    assert concerned(PAID_20, refunded, with_payment=True) == set()


def costing(order: Order, total: int, **change: object) -> Order:
    return replace(order, totals=replace(order.totals, total=Decimal(total)), **change)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (UNPAID_20, costing(UNPAID_20, 25), FactChange(Fact.TOTAL, Decimal(20), Decimal(25))),
        (PAID_20, costing(PAID_20, 25), None),
        (PAID_20, costing(PARTLY_20, 25), FactChange(Fact.TOTAL, Decimal(0), Decimal(5))),
        (UNPAID_20, costing(PAID_20, 25), FactChange(Fact.TOTAL, Decimal(20), Decimal(0))),
        (UNPAID_20, replace(UNPAID_20, totals=Totals()), FactChange(Fact.TOTAL, Decimal(20), None)),
    ],
)
def test_a_driver_learns_what_to_collect_when_the_total_is_another(before, after, change):
    found = difference(before, after, R.DRIVER).facts
    assert found == ((change,) if change else ())
