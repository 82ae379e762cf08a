"""If these pass, no JSON makes the reader fail, and no word meant for the paper gets lost."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wix_printer_service.simulation import samples
from wix_printer_service.wix.mapping import read_order
from wix_printer_service.wix.wire import clean, dump_ascii, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.models import Order

Path = tuple[str | int, ...]

DESTINATION = r"shippingInfo\.logistics\.shippingDestination"
PRINTED = re.compile(
    r"number|buyerNote|businessLocation\.name"
    r"|lineItems\.\d+\.(productName(\.original)?|catalogReference\.options\.specialRequests)"
    r"|lineItems\.\d+\.descriptionLines\.\d+\.(name|plainText)(\.original)?"
    r"|lineItems\.\d+\.modifierGroups\.\d+\.(name|modifiers\.\d+\.label)(\.original)?"
    r"|shippingInfo\.(title|logistics\.(deliveryTime|instructions))"
    rf"|{DESTINATION}\.contactDetails\.(firstName|lastName|phone|company)"
    rf"|{DESTINATION}\.address\.(addressLine|addressLine2|postalCode|city)"
    r"|(additionalFees\.\d+|appliedDiscounts\.\d+\.coupon|customFields\.\d+)\.(name|title|value)"
    r"|taxInfo\.taxBreakdown\.\d+\.taxName"
)
MERE_HEADINGS = {"Sonderwünsche"}
"""Say nothing: the paper shows a wish as a wish."""


def complete(name: str) -> dict[str, object]:
    order = load(json.dumps(samples.order_of(samples.load(name))))
    order["customFields"] = [{"title": "Tischnummer", "value": "Sechs"}]
    return order


ORDERS = {name: complete(name) for name in ("delivery_cash", "modifiers", "every_script")}


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, piece in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(piece, (*path, key))


def piece_at(value: object, path: Path) -> object:
    for key in path:
        value = value[key]
    return value


def changed(order: dict[str, object], path: Path, value: object) -> dict[str, object]:
    order = copy.deepcopy(order)
    piece_at(order, path[:-1])[path[-1]] = value
    return order


def is_printed(path: Path) -> bool:
    return PRINTED.fullmatch(".".join(map(str, path))) is not None


def words_on_paper(value: object) -> Iterator[str]:
    """Every text and number of an order as our receipts get it."""
    if is_dataclass(value):
        for field in fields(value):
            yield from words_on_paper(getattr(value, field.name))
    elif isinstance(value, tuple):
        for piece in value:
            yield from words_on_paper(piece)
    elif value is not None:
        yield str(value)


def leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for piece in value.values() if isinstance(value, dict) else value:
            yield from leaves(piece)
    elif value is not None:
        yield clean(str(value))


def lost(order: Order, expected: list[str]) -> list[str]:
    paper = "\n".join(words_on_paper(order))
    return [text for text in expected if text not in paper]


def printed_leaves(raw: dict[str, object], without: Path = ()) -> list[str]:
    found = [path for path in paths(raw) if is_printed(path)]
    kept = [path for path in found if not without or path[: len(without)] != without]
    pieces = [piece_at(raw, path) for path in kept]
    texts = [clean(str(piece)) for piece in pieces if not isinstance(piece, dict | list)]
    return [text for text in texts if text not in MERE_HEADINGS]


WORDS = st.text(st.characters(), min_size=1, max_size=12)
NUMBERS = st.one_of(st.integers(), st.floats().map(json.dumps).map(load))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, WORDS)
ODD_KEYS = st.from_regex(r"x_[a-z]{1,3}", fullmatch=True)
ODD = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(ODD_KEYS, inner, max_size=3)
    ),
    max_leaves=6,
)
EVERY_PLACE = [(name, path) for name, order in ORDERS.items() for path in paths(order)]
PRINTED_PLACES = st.sampled_from([place for place in EVERY_PLACE if is_printed(place[1])])
PLACES = st.one_of(st.sampled_from(EVERY_PLACE), PRINTED_PLACES)


@pytest.mark.parametrize("name", ORDERS)
def test_every_word_of_an_untouched_sample_is_on_paper(name):
    expected = printed_leaves(ORDERS[name])
    assert len(expected) > 10
    assert lost(read_order(ORDERS[name]), expected) == []


@settings(max_examples=300)
@given(place=PLACES, odd=ODD)
def test_one_odd_piece_costs_no_word_anywhere_else(place, odd):
    name, path = place
    order = read_order(changed(ORDERS[name], path, odd))
    changed_place = path[:2] if path[0] == "customFields" else path  # no answer, no question
    assert lost(order, printed_leaves(ORDERS[name], without=changed_place)) == []


@settings(max_examples=300)
@given(place=PRINTED_PLACES, odd=ODD)
def test_an_odd_piece_in_a_printed_place_is_itself_on_paper(place, odd):
    name, path = place
    order = read_order(changed(ORDERS[name], path, odd))
    assert lost(order, list(leaves(odd))) == []


@given(place=PLACES, odd=ODD)
def test_what_is_printed_from_the_database_is_what_was_accepted(place, odd):
    name, path = place
    raw = load(json.dumps(changed(ORDERS[name], path, odd), default=str))
    assert read_order(load(dump_ascii(raw))) == read_order(raw)


KEYS = st.sampled_from(
    sorted({str(key) for order in ORDERS.values() for p in paths(order) for key in p})
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(KEYS, st.text(max_size=3)), inner, max_size=5),
    ),
    max_leaves=30,
)


@settings(max_examples=200)
@given(raw=st.one_of(ANYTHING, st.dictionaries(KEYS, ANYTHING)))
def test_no_json_makes_the_reader_fail(raw):
    order = read_order(raw, order_id="order-1")
    assert order.id
    assert order.lines or order.unread
