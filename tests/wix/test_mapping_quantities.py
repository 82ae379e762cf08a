"""If these pass, a cook reads how many or how much as Wix gave it, or that nobody knows."""

from __future__ import annotations

import pytest

from wix_printer_service.models import OrderLine, Unread
from wix_printer_service.wix.mapping import read_order


def said(text: str) -> dict[str, str]:
    return {"original": text, "translated": text and f"({text})"}


def read(**item: object) -> tuple[OrderLine, tuple[Unread, ...]]:
    order = read_order({"lineItems": [{"productName": "Pizza", "quantity": 1, **item}]})
    return order.lines[0], order.unread


@pytest.mark.parametrize(
    ("item", "quantity", "unit"),
    [
        ({"quantity": 2}, "2", ""),
        ({"quantity": "3"}, "3", ""),
        ({"quantity": 0}, "0", ""),
        ({"quantity": -1}, "-1", ""),
        ({"quantity": 100_000}, "100000", ""),
        ({"decimalQuantity": {"value": "0.350", "measurementUnit": "KG"}}, "0.350", "kg"),
        ({"quantity": 0.5}, "0.5", ""),
        ({"quantity": -0.25}, "-0.25", ""),
        ({"decimalQuantity": {"value": 2, "measurementUnit": "SLICE"}}, "2", "slice"),
        ({"decimalQuantity": {"value": "2.75", "measurementUnit": "SQM"}}, "2.75", "m²"),
        ({"decimalQuantity": {"value": 1, "measurementUnit": "FLOZ"}}, "1", "fl oz"),
        ({"decimalQuantity": {"value": 0, "measurementUnit": "ML"}}, "0", "ml"),
        ({"decimalQuantity": {"value": "5", "otherUnit": "Stück"}}, "5", "Stück"),
        (
            {"decimalQuantity": {"value": "5", "measurementUnit": "UNSPECIFIED"}},
            "5",
            "",
        ),
        ({"quantity": 4, "decimalQuantity": {}}, "4", ""),
        ({"quantity": 4, "decimalQuantity": {"measurementUnit": "UNSPECIFIED"}}, "4", ""),
        (
            {"quantity": 1, "decimalQuantity": {"value": "2.5", "description": said("2.5 kg")}},
            "2.5",
            "",
        ),
    ],
)
def test_quantities_are_taken_as_given(item, quantity, unit):
    found, unread = read(**item)
    assert unread == ()
    assert (str(found.quantity), found.unit) == (quantity, unit)


@pytest.mark.parametrize(
    "quantity", [None, "", {}, "drei", [2], True, "9" * 20, 10**15, float("nan")]
)
def test_a_quantity_that_cannot_be_read_is_no_number_and_is_pointed_out(quantity):
    found, unread = read(quantity=quantity)
    assert found.quantity is None
    assert unread[0].path.startswith("lineItems[0].quantity")
    assert len(unread) == 1


def test_an_unreadable_weight_is_pointed_out():
    found, unread = read(decimalQuantity={"value": "half", "measurementUnit": "KG"})
    assert (found.quantity, found.unit) == (None, "kg")
    assert unread == (Unread("lineItems[0].decimalQuantity.value", "half"),)
    found, unread = read(decimalQuantity="half a kilo")
    assert found.quantity is None
    assert unread == (Unread("lineItems[0].decimalQuantity", "half a kilo"),)


@pytest.mark.parametrize(
    ("exact", "unit", "pieces"),
    [
        ({"measurementUnit": "KG"}, "kg", {"value": "–"}),
        (
            {"value": "half", "measurementUnit": "KG", "description": said("half a kilo")},
            "kg",
            {"value": "half", "description": "half a kilo"},
        ),
        ({"description": said("2 slices")}, "", {"value": "–", "description": "2 slices"}),
    ],
)
def test_an_amount_that_we_cannot_read_is_not_taken_for_one_piece(exact, unit, pieces):
    found, unread = read(quantity=1, decimalQuantity=exact)
    assert (found.quantity, found.unit) == (None, unit)
    place = "lineItems[0].decimalQuantity"
    assert unread == tuple(Unread(f"{place}.{key}", text) for key, text in pieces.items())
