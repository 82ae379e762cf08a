"""If these pass, a cook, a driver and a guest read what has changed, and no old news."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wix_printer_service.models import (
    EXPO_STATION,
    Order,
    Receipt,
    Unread,
)
from wix_printer_service.printing.rows import rows as wrap
from wix_printer_service.receipts import lines
from wix_printer_service.receipts.change import changes
from wix_printer_service.receipts.context import Slip, Ticket
from wix_printer_service.receipts.difference import EMPTIED, difference
from wix_printer_service.receipts.document import Document, Feed, Rule, Text
from wix_printer_service.receipts.styles import ALLERGY, BANNER, LARGE, TALL, TALL_BOLD
from wix_printer_service.settings import Station

from .orders import CASH_DELIVERY, ENGLISH, GERMAN, PICKUP, SHOP_APP, extra, line, said
from .test_difference_of_any import READERS, orders, readers

K, D, C = READERS


def change(before: Order, after: Order, reader: Receipt = K, station: str = "", **context: object):
    slip = Slip(Receipt.CHANGE, station, reader, before)
    return Document(tuple(changes(Ticket(after, slip, replace(ENGLISH, **context)))))


def told(before: Order, after: Order, reader: Receipt = K, **more: object) -> list[str]:
    return said(change(before, after, reader, **more))


def with_lines(*of: object) -> Order:
    return replace(PICKUP, lines=of)


PIZZA = line(
    "Pizza",
    "2",
    "9",
    "18",
    id="a",
    options=(("Size", "large"),),
    modifiers=(extra("Extra", "cheese"),),
    wishes=("well done",),
)
COLA = line("Cola", "1", "3", "3", id="b")


# lines


def test_a_new_line_stands_as_on_the_papers_that_it_comes_on():
    before, after = with_lines(COLA), with_lines(COLA, PIZZA)
    in_full, in_short = lines.in_full(PIZZA, ENGLISH), lines.in_short(PIZZA, ENGLISH, TALL_BOLD)
    assert change(before, after, K).blocks == (Feed(1), Text("ADDED", BANNER), *in_full)
    assert change(before, after, D).blocks == (Feed(1), Text("ADDED", BANNER), *in_short)
    assert told(before, after, C) == [
        "ADDED",
        "2 x Pizza | €18.00",
        "2 x €9.00",
        "Size: large",
        "* Extra: cheese",
    ]


def test_a_line_that_is_gone_is_told_apart_by_its_choices():
    before, after = with_lines(COLA, PIZZA), with_lines(COLA)
    gone = ["REMOVED", "2x Pizza", "Size: large", "* Extra: cheese", ">> well done"]
    assert told(before, after, K) == gone
    assert change(before, after, K).blocks[:3] == (
        Feed(1),
        Text("REMOVED", BANNER),
        Text("Pizza", LARGE, prefix="2x "),
    )
    assert told(before, after, D) == gone[:2]
    assert told(before, after, C) == [
        "REMOVED",
        "2 x Pizza | €18.00",
        "2 x €9.00",
        "Size: large",
        "* Extra: cheese",
    ]


@pytest.mark.parametrize("reader", [K, D])
def test_another_count_is_told_from_what_to_what(reader):
    after = with_lines(replace(PIZZA, quantity=Decimal(3)), COLA)
    assert told(with_lines(PIZZA, COLA), after, reader) == ["CHANGED", "2x -> 3x Pizza"]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("Pizza Salami", ["1x -> 2x Pizza", "         Salami"]),
        ("Pizza Margherita", ["1x -> 2x", "Pizza Margherita"]),
    ],
)
def test_a_name_behind_two_counts_wraps_under_itself_and_stays_large(name, rows):
    before, after = (with_lines(line(name, count)) for count in ("1", "2"))
    wrapped = wrap(change(before, after).blocks[2], 32)
    assert [" " * (row.indent // 2) + row.text for row in wrapped] == rows
    assert {row.style.width for row in wrapped} == {2}


def test_a_count_may_change_its_unit():
    after = with_lines(replace(PIZZA, quantity=Decimal("0.5"), unit="kg"))
    blocks = change(with_lines(PIZZA), after).blocks
    assert blocks[2] == Text("Pizza", LARGE, "2x -> 0.5 kg ")


def test_a_count_that_nobody_can_cook_is_marked():
    after = with_lines(replace(PIZZA, quantity=Decimal(0)))
    assert told(with_lines(PIZZA), after)[1:] == ["2x -> 0x Pizza", "CHECK QUANTITY"]


def test_of_changed_choices_only_the_new_and_the_dropped_are_told():
    after = replace(
        PIZZA,
        options=(("Size", "small"),),
        modifiers=(extra("Extra", "cheese"), extra("Extra", "ham", "2")),
        wishes=("well done", "no onions"),
    )
    assert told(with_lines(PIZZA, COLA), with_lines(after, COLA)) == [
        "CHANGED",
        "2x Pizza",
        "ADDED: Size: small",
        "ADDED: * Extra: 2x ham",
        "ADDED: >> no onions",
        "was: Size: large",
    ]


def test_what_is_new_is_bolder_than_what_was():
    after = replace(PIZZA, wishes=("no onions",))
    assert change(with_lines(PIZZA), with_lines(after)).blocks[-2:] == (
        Text("no onions", TALL_BOLD, "ADDED: >> ", lines.INDENT),
        Text("was: well done", TALL, indent=lines.INDENT),
    )


def test_a_dropped_wish_is_not_read_as_an_order():
    after = replace(PIZZA, wishes=())
    assert told(with_lines(PIZZA), with_lines(after)) == ["CHANGED", "2x Pizza", "was: well done"]


def test_a_choice_that_is_taken_once_more_is_told_once():
    twice = replace(PIZZA, modifiers=PIZZA.modifiers * 2)
    assert told(with_lines(PIZZA), with_lines(twice))[2:] == ["ADDED: * Extra: cheese"]


def test_a_new_allergy_cannot_be_overlooked_and_a_dropped_one_is_quiet():
    allergic = replace(PIZZA, wishes=("nut allergy",))
    plain = replace(PIZZA, wishes=())
    new = change(with_lines(plain), with_lines(allergic))
    assert new.blocks[-1] == Text("nut allergy", ALLERGY, "ADDED: >> ")
    for after in (plain, COLA):
        dropped = change(with_lines(allergic), with_lines(after))
        assert any("nut allergy" in text for text in said(dropped))
        assert not any(isinstance(b, Text) and b.style == ALLERGY for b in dropped.blocks)


def test_a_guest_reads_the_new_price_and_the_old_one():
    after = replace(PIZZA, quantity=Decimal(3), total=Decimal(27))
    assert told(with_lines(PIZZA), with_lines(after), C) == [
        "CHANGED",
        "2 x -> 3 x Pizza | €27.00",
        "3 x €9.00",
        "was: 2 x €9.00 · €18.00",
    ]
    dearer = replace(COLA, total=Decimal(4))
    assert told(with_lines(COLA), with_lines(dearer), C)[1:] == ["1 x Cola | €4.00", "was: €3.00"]


def test_added_removed_and_changed_come_in_this_order_with_lines_between():
    before = with_lines(line("Gone"), line("Also gone"), PIZZA)
    after = with_lines(replace(PIZZA, wishes=()), line("New"))
    after = replace(after, buyer_note="Quick!")
    assert told(before, after) == [
        *("ADDED", "1x New"),
        *("REMOVED", "1x Gone", "1x Also gone"),
        *("CHANGED", "2x Pizza", "was: well done", "Guest's note:", "Quick!"),
    ]
    rules = [block for block in change(before, after).blocks if isinstance(block, Rule)]
    assert len(rules) == 2


def test_an_order_without_lines_is_not_taken_for_an_empty_one():
    after = replace(with_lines(), unread=(Unread("lineItems", "–"),))
    assert told(with_lines(PIZZA, COLA), after) == ["NO ITEMS READABLE – CHECK IN WIX"]


def test_an_order_that_wix_says_is_empty_is_to_be_looked_up():
    before = with_lines(PIZZA, COLA)
    after = replace(before, unread=(EMPTIED,))
    for reader in READERS:
        assert told(before, after, reader)[:2] == ["NO ITEMS READABLE – CHECK IN WIX", "CHANGED"]
    bar = {"bar": Station(names=("Cola",))}
    assert told(before, after, station="bar", stations=bar)[0].startswith("NO ITEMS READABLE")


def test_that_an_event_showed_no_lines_is_no_news():
    before = replace(with_lines(), unread=(Unread("lineItems", "–"), Unread("order", "–")))
    assert told(before, with_lines(COLA)) == ["ADDED", "1x Cola"]


# whose


BAR = {"bar": Station(names=("Cola",))}


def test_a_station_is_told_of_its_own_lines_only():
    before, after = with_lines(PIZZA, COLA), with_lines(COLA, line("Tiramisu"))
    unchanged = "No change any more: what is printed holds."
    assert told(before, after, station="bar", stations=BAR) == [unchanged]
    assert "1x Tiramisu" in told(before, after, stations=BAR)
    more = with_lines(PIZZA, replace(COLA, quantity=Decimal(2)))
    assert told(before, more, station="bar", stations=BAR) == ["CHANGED", "1x -> 2x Cola"]
    assert told(before, more, stations=BAR) == [unchanged]
    expo = told(before, more, station=EXPO_STATION, stations=BAR)
    assert expo == ["CHANGED", "STATION BAR", "1x -> 2x Cola"]


def test_the_expo_reads_from_which_station_a_new_and_a_gone_line_comes():
    before, after = with_lines(PIZZA), with_lines(COLA)
    there = {"station": EXPO_STATION, "stations": BAR}
    assert told(before, after, **there)[:4] == ["ADDED", "STATION BAR", "1x Cola", "REMOVED"]
    assert told(after, before, **there)[-3:] == ["REMOVED", "STATION BAR", "1x Cola"]
    assert "STATION BAR" not in told(before, after, D, **there | {"station": ""})


def test_a_line_that_is_gone_came_from_the_station_of_its_own_time():
    here = {"bar": Station(names=("Cola",), locations=("East",))}
    before = replace(with_lines(PIZZA, COLA), location_name="East")
    after = replace(with_lines(PIZZA), location_name="West")
    texts = told(before, after, station=EXPO_STATION, stations=here)
    assert texts[:3] == ["REMOVED", "STATION BAR", "1x Cola"]


def test_a_whole_ticket_of_which_nothing_known_before_says_no_single_change():
    slip = Slip(Receipt.KITCHEN, before=Order(id=PICKUP.id))
    assert list(changes(Ticket(PICKUP, slip, ENGLISH))) == []


def test_a_line_that_another_station_makes_now_moves():
    by_section = {"bar": Station(sections=("s",))}
    before, after = with_lines(COLA), with_lines(replace(COLA, section_id="s"))
    assert told(before, after, station="bar", stations=by_section) == ["ADDED", "1x Cola"]
    assert told(before, after, stations=by_section) == ["REMOVED", "1x Cola"]


def test_what_is_not_for_the_kitchen_is_told_to_the_others_only():
    after = replace(PICKUP, lines=(*PICKUP.lines, line("Voucher", app_id=SHOP_APP)))
    assert told(PICKUP, after, K) == ["No change any more: what is printed holds."]
    assert told(PICKUP, after, D) == ["ADDED", "1x Voucher"]


def test_nothing_known_before_makes_everything_new():
    slip = Slip(Receipt.CHANGE, reader=K)
    found = said(Document(tuple(changes(Ticket(PICKUP, slip, GERMAN)))))
    for text in ("NEU", "2x Pizza Margherita", "1x Tiramisu", "ABHOLUNG", "19:12"):
        assert any(text in one for one in found), text


def for_kitchen(order: Order) -> Order:
    return replace(order, lines=tuple(replace(each, app_id="") for each in order.lines))


@given(before=orders, after=orders, reader=readers, with_payment=st.booleans())
def test_any_change_is_told_and_nothing_else_is(before, after, reader, with_payment):
    before, after = for_kitchen(before), for_kitchen(after)
    texts = told(before, after, reader, payment_changes=with_payment)
    found = difference(before, after, reader, with_payment=with_payment)
    is_unchanged = texts == ["No change any more: what is printed holds."]
    assert is_unchanged == (not found)
    wanted = {"ADDED", "REMOVED"} & {each.kind.name for each in found.lines if after.lines}
    assert {"ADDED", "REMOVED"} & set(texts) == wanted


def test_french_keeps_a_space_before_the_colon():
    before = replace(CASH_DELIVERY, custom_fields=(("Table", "6"),))
    after = replace(before, buyer_note="Vite", custom_fields=(("Table", "7"),))
    french = {"language": "fr"}
    assert told(before, after, **french) == [
        *("MODIFIÉ", "Note du client :", "Vite"),
        f"avant : {CASH_DELIVERY.buyer_note}",
        *("Table : 7", "avant : Table : 6"),
    ]
    wish = with_lines(replace(PIZZA, wishes=("sans sel",)))
    assert "AJOUTÉ\u00a0: >> sans sel" in told(with_lines(PIZZA), wish, **french)
