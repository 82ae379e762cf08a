"""Every sample prints as its golden receipt, letter by letter and dot by dot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.golden.every_receipt import Golden, every_receipt
from tests.golden.shelf import SHELF
from tests.golden.steady_fonts import steady_fonts

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERY = tuple(every_receipt())


@pytest.fixture(scope="module", autouse=True)
def fonts_of_every_machine() -> Iterator[None]:
    with steady_fonts():
        yield


@pytest.mark.parametrize("receipt", EVERY, ids=lambda receipt: receipt.name)
def test_it_comes_out_as_the_golden_one(receipt: Golden):
    difference = SHELF.difference(receipt.name, receipt.print())
    assert difference is None, str(difference)


def test_every_golden_receipt_is_still_printed():
    assert sorted(SHELF.names() - {receipt.name for receipt in EVERY}) == []
