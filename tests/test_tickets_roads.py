"""If these pass, a ticket is late by when its order was placed if Wix had to be asked for it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.intake import event
from tests.scripted_printer import PATIENCE_S, Kitchen
from wix_printer_service.models import JobState, Receipt
from wix_printer_service.simulation import samples
from wix_printer_service.virtual_printer import render as print_virtually
from wix_printer_service.wix import wire
from wix_printer_service.wix.webhook import event_of_search

LATE_AFTER_S = 900.0
ORDER = samples.load("pickup")["data"]["entityId"]


class Shift:
    """An evening on which some orders come by webhook and others must be asked for."""

    def __init__(self, kitchen, clock):
        self.kitchen, self.clock = kitchen, clock

    def order(self, placed_s, changed_s, **more):
        """Return an order that was placed and changed so many seconds ago."""
        placed, changed = (
            (self.clock.now() - timedelta(seconds=ago)).isoformat().replace("+00:00", "Z")
            for ago in (placed_s, changed_s)
        )
        order = samples.order_of(samples.load("pickup"))
        return order | {"createdDate": placed, "updatedDate": changed, **more}

    def find(self, placed_s, changed_s, **more):
        """Find an order by asking Wix."""
        found = wire.load(json.dumps(self.order(placed_s, changed_s, **more)))
        self.kitchen.orders.accept(event_of_search(found)).result(PATIENCE_S)

    def hear(self, placed_s, changed_s, **more):
        """Hear of an order by a webhook."""
        told = event("pickup", **self.order(placed_s, changed_s, **more))
        self.kitchen.orders.accept(told).result(PATIENCE_S)

    def ticket(self):
        job = self.kitchen.job_of(ORDER)
        (receipt,) = print_virtually(self.kitchen.tickets.make(job).document)
        return " ".join(receipt.text.split())

    def print_it(self):
        def end(transaction):
            claim = self.kitchen.jobs.claim(transaction, "kitchen")
            self.kitchen.jobs.settle(transaction, claim, JobState.PRINTED, "sent")
            return claim.job.id

        return self.kitchen.database.write(end)


@pytest.fixture
def shift(database, fake_clock):
    kitchen = Kitchen(database, fake_clock, printing={"late_after_s": LATE_AFTER_S})
    return Shift(kitchen, fake_clock)


@pytest.mark.parametrize(("placed_s", "is_late"), [(LATE_AFTER_S, False), (901.0, True)])
def test_one_that_was_fetched_is_late_by_when_it_was_placed(shift, placed_s, is_late):
    shift.find(placed_s, changed_s=10.0)
    assert ("VERSPÄTET" in shift.ticket()) is is_late


def test_it_says_when_it_was_ordered(shift):
    shift.find(placed_s=1800.0, changed_s=10.0)
    assert "VERSPÄTET bestellt Fr., 20.11.2026 18:30" in shift.ticket()


def test_one_that_a_webhook_brought_is_late_by_when_it_was_approved(shift):
    shift.hear(placed_s=3600.0, changed_s=10.0)
    assert "VERSPÄTET" not in shift.ticket()


def test_what_is_fetched_later_of_one_that_a_webhook_brought_makes_it_no_later(shift):
    shift.hear(placed_s=3600.0, changed_s=10.0)
    shift.find(placed_s=3600.0, changed_s=5.0)
    assert "VERSPÄTET" not in shift.ticket()


def test_a_webhook_that_comes_after_all_makes_a_fetched_one_no_earlier(shift):
    shift.find(placed_s=3600.0, changed_s=10.0)
    shift.hear(placed_s=3600.0, changed_s=5.0)
    assert "VERSPÄTET" in shift.ticket()


def test_one_that_does_not_say_when_it_was_placed_is_as_old_as_its_job(shift):
    shift.find(placed_s=3600.0, changed_s=3600.0, createdDate=None)
    assert "VERSPÄTET" not in shift.ticket()
    shift.clock.advance(LATE_AFTER_S + 1)
    assert "VERSPÄTET bestellt Fr., 20.11.2026 19:00" in shift.ticket()


def test_one_from_a_clock_ahead_of_ours_is_as_old_as_its_job(shift):
    shift.find(placed_s=-600.0, changed_s=-600.0)
    shift.clock.advance(LATE_AFTER_S + 1)
    assert "VERSPÄTET" in shift.ticket()


def test_the_cancellation_of_a_fetched_one_is_as_old_as_the_news(shift):
    shift.find(placed_s=3600.0, changed_s=10.0)
    shift.print_it()
    shift.find(placed_s=3600.0, changed_s=5.0, status="CANCELED")
    assert shift.kitchen.job_of(ORDER).receipt is Receipt.CANCELLATION
    assert "VERSPÄTET" not in shift.ticket()


def test_a_copy_of_a_fetched_one_is_as_old_as_the_wish_for_it(shift):
    shift.find(placed_s=3600.0, changed_s=10.0)
    printed = shift.print_it()
    shift.kitchen.database.write(lambda t: shift.kitchen.requests.reprint(t, printed, who="page"))
    assert "KOPIE" in shift.ticket()
    assert "VERSPÄTET" not in shift.ticket()


def test_a_number_that_wix_tells_later_stands_beside_ours_on_paper(shift):
    shift.find(placed_s=60.0, changed_s=60.0, number="")
    assert "L1 eigene Nummer: von Wix kam keine" in shift.ticket()
    shift.find(placed_s=60.0, changed_s=5.0)
    assert "#10041 (L1)" in shift.ticket()
