"""Whatever the order and whatever the layout, nothing is lost and nothing stands there twice."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wix_printer_service.models import Modifier, Receipt, Unread
from wix_printer_service.receipts.blocks import BLOCKS, NEEDED
from wix_printer_service.receipts.context import Slip
from wix_printer_service.settings import Station

from .any_orders import orders
from .layout_files import as_yaml, composed
from .orders import GERMAN, RESTAURANT_APP, body, said

SIZES = ("normal", "tall", "wide", "large", "huge")
CONTENT = {"text", "logo", "qr", "feed"}
CONTEXT = replace(GERMAN, stations={"bar": Station(names=("*1~*",))})


def marked(order):
    """Give each text that a receipt must show once a sign of its own."""
    number = count()

    def sign(text):
        return f"~{next(number)}~{text}"

    lines = tuple(
        replace(
            line,
            name=sign(line.name),
            modifiers=tuple(Modifier(m.group, sign(m.label), m.quantity) for m in line.modifiers),
            options=tuple((name, sign(value)) for name, value in line.options),
            wishes=tuple(map(sign, line.wishes)),
            app_id=RESTAURANT_APP if index else line.app_id,
        )
        for index, line in enumerate(order.lines)
    )
    return replace(
        order,
        lines=lines,
        buyer_note=sign(order.buyer_note),
        instructions=sign(order.instructions),
        custom_fields=tuple((title, sign(value)) for title, value in order.custom_fields),
        unread=tuple(Unread(piece.path, sign(piece.text)) for piece in order.unread),
    )


def signs(*texts):
    return {"~" + text.split("~")[1] + "~" for text in texts}


def of_lines(lines, receipt):
    """The signs that a receipt must show of its lines."""
    found = [line.name for line in lines]
    for line in lines:
        if receipt in {Receipt.KITCHEN, Receipt.CUSTOMER}:
            found += [modifier.label for modifier in line.modifiers]
            found += [value for _, value in line.options]
        if receipt is Receipt.KITCHEN:
            found += line.wishes
    return found


def of_order(order, receipt):
    """The signs that a receipt must show of the order as a whole."""
    found = [piece.text for piece in order.unread]
    if receipt is not Receipt.CUSTOMER:
        found += [order.buyer_note, order.instructions]
        found += [value for _, value in order.custom_fields]
    return found


@st.composite
def layouts(draw, receipt):
    """Any layout that is allowed: what must be there and more, in any order and size."""
    free = {name for name, part in BLOCKS[receipt].items() if part.is_free} - CONTENT
    needed = set(NEEDED[receipt]) | ({"lines"} if "lines" in BLOCKS[receipt] else set())
    more = draw(st.sets(st.sampled_from(sorted(set(BLOCKS[receipt]) - needed - CONTENT - free))))
    names = draw(st.permutations(sorted((needed | more) - {"marks"})))
    above = draw(st.lists(st.sampled_from(sorted(free)), max_size=2))
    sized = [_sized(draw, receipt, name) for name in names]
    return as_yaml([*above, "marks", *sized])


def _sized(draw, receipt, name):
    if "size" not in BLOCKS[receipt][name].options.model_fields:
        return name
    return {name: {"size": draw(st.sampled_from(SIZES))}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the layouts lie."""
    return tmp_path_factory.mktemp("layouts")


@pytest.mark.parametrize("receipt", [Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER])
@settings(max_examples=60)
@given(data=st.data(), order=orders)
def test_every_line_choice_wish_and_note_is_there_once(folder, receipt, data, order):
    order = marked(order)
    text = data.draw(layouts(receipt))
    station = data.draw(st.sampled_from(["", "bar", "expo"]))
    slip = Slip(receipt, station if receipt is Receipt.KITCHEN else "")
    shown = "\n".join(said(body(composed(folder, slip, text, order, CONTEXT))))
    share = CONTEXT.kitchen.share(order, station).lines
    lines = share if receipt is Receipt.KITCHEN else order.lines
    wanted = signs(*of_lines(lines, receipt), *of_order(order, receipt))
    for sign in wanted:
        assert shown.count(sign) == 1
    everything = signs(*of_lines(order.lines, Receipt.KITCHEN), *of_order(order, Receipt.KITCHEN))
    for sign in everything - wanted:
        assert sign not in shown


@settings(max_examples=40)
@given(order=orders)
def test_all_stations_together_show_every_line_of_the_kitchen_once(folder, order):
    order = marked(order)
    text = as_yaml(list(NEEDED[Receipt.KITCHEN]))
    tickets = {
        station: said(body(composed(folder, Slip(Receipt.KITCHEN, station), text, order, CONTEXT)))
        for station in ("", "bar", "expo")
    }
    together = "\n".join(tickets[""] + tickets["bar"])
    made = CONTEXT.kitchen.share(order, "expo").lines
    for sign in signs(*of_lines(made, Receipt.KITCHEN)):
        assert together.count(sign) == 1
        assert "\n".join(tickets["expo"]).count(sign) == 1
