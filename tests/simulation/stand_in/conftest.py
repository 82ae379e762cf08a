"""What the tests of the stand-in share; each file makes the stand-in that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulation.stand_in.asker import Asker, placed

if TYPE_CHECKING:
    from wix_printer_service.simulation.stand_in import StandIn


@pytest.fixture
def happened() -> list[str]:
    """Every line that the stand-in says."""
    return []


@pytest.fixture
def asker(stand_in: StandIn) -> Asker:
    return Asker(stand_in)


@pytest.fixture
def order_id(stand_in: StandIn) -> str:
    return placed(stand_in, 1, "delivery_cash")
