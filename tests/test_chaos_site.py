"""What guests do at a stand-in for Wix must be owed from the right moment, and no longer."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.chaos.site import ALL_LOST, Site
from wix_printer_service.simulation.stand_in import Faults, StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def site(private_key: str) -> Iterator[Site]:
    """Return a site whose Wix nobody asks."""
    with StandIn(private_key, random=Random(1)) as stand_in:
        stand_in.faults = ALL_LOST
        yield Site(Random(1), private_key, stand_in)


def owed(site: Site) -> list[str]:
    return [debt.number for debt in site.ledger.acknowledged()]


def at_wix(site: Site) -> dict[str, str]:
    return {order["number"]: order["status"] for order in site.stand_in.site.orders()}


def test_an_order_that_wix_has_is_owed_though_no_webhook_was_answered(site: Site) -> None:
    number = site.place()
    assert (owed(site), at_wix(site)) == ([number], {number: "APPROVED"})


def test_an_order_is_owed_only_when_it_is_approved(site: Site) -> None:
    number = site.place(status="INITIALIZED")
    assert owed(site) == []
    site.approve(number)
    assert (owed(site), at_wix(site)) == ([number], {number: "APPROVED"})


def test_what_was_placed_before_anybody_asked_is_not_owed(site: Site) -> None:
    site.is_owed = False
    site.place()
    assert owed(site) == []


def test_a_cancelled_order_is_owed_no_more(site: Site) -> None:
    number = site.place()
    site.cancel(number)
    assert (owed(site), site.ledger.called_off()) == ([], {number})
    assert at_wix(site) == {number: "CANCELED"}


def test_an_edit_shows_at_wix(site: Site) -> None:
    number = site.place()
    site.edit(number, buyerNote="Ohne Zwiebeln.")
    (order,) = site.stand_in.site.orders()
    assert (order["buyerNote"], owed(site)) == ("Ohne Zwiebeln.", [number])


def test_to_calm_wix_mends_its_answers_and_leaves_its_webhooks(site: Site) -> None:
    site.stand_in.down("refuse")
    site.spoil(Random(3))
    assert site.stand_in.faults != ALL_LOST
    site.calm()
    site.place()
    assert site.stand_in.faults == ALL_LOST != Faults()
