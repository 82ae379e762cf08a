"""If these pass, an order that Wix was asked for has the effect its webhooks would have had."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from tests.intake import CANCELLATIONS, DELIVERY_SET, PICKUP_SET, event, event_of, house_on
from wix_printer_service import order_records
from wix_printer_service.models import JobState, OrderState, Road
from wix_printer_service.simulation import samples
from wix_printer_service.wix import wire
from wix_printer_service.wix.webhook import LOCAL_ID, event_of_search

PICKUP = samples.load("pickup")["data"]["entityId"]
DELIVERY = samples.load("delivery_cash")["data"]["entityId"]


@pytest.fixture
def house(database, fake_clock):
    return house_on(database, fake_clock)


def found(sample, *, is_past=False, **changes):
    """Return an order as a search shows it, at the moment of a sample."""
    order = samples.order_of(samples.load(sample)) | changes
    return event_of_search(wire.load(json.dumps(order)), is_past=is_past)


def shown(house, order_id):
    with house.database.reading() as connection:
        return order_records.newest_revision(connection, order_id)[0]


class TestWithoutWebhooks:
    """All that is known comes from searches."""

    def test_an_approved_order_that_nobody_told_of_makes_the_full_set_once(self, house):
        assert house.accept(found("delivery_cash")) == ["accepted"]
        assert house.receipts(DELIVERY) == DELIVERY_SET
        assert house.accept(found("delivery_updated")) == ["recorded"]
        assert house.receipts(DELIVERY) == DELIVERY_SET
        assert house.order(DELIVERY).road is Road.BACKFILL

    def test_the_same_found_twice_is_one_event(self, house):
        assert house.accept(*[found("pickup")] * 3) == ["accepted", "duplicate", "duplicate"]
        assert (house.rows("inbox"), house.order(PICKUP).revision) == (1, 1)

    def test_an_edit_shows_on_jobs_that_are_not_started(self, house):
        house.accept(found("delivery_cash"), found("delivery_updated"))
        assert shown(house, DELIVERY).address.addition == "Vorderhaus, EG rechts"
        assert house.receipts(DELIVERY) == DELIVERY_SET

    def test_one_that_was_cancelled_before_it_was_found_is_never_paper(self, house):
        assert house.accept(found("delivery_canceled"), found("delivery_cash")) == ["recorded"] * 2
        assert house.state(DELIVERY) is OrderState.REMEMBERED
        assert house.jobs_of(DELIVERY) == []

    def test_one_that_was_due_long_ago_is_held_and_a_person_is_told(self, house, fake_clock):
        fake_clock.advance(timedelta(days=3).total_seconds())
        with capture_logs() as logs:
            assert house.accept(found("pickup")) == ["held"]
        assert house.job_states(PICKUP) == {JobState.HELD}
        assert "order_held" in [entry["event"] for entry in logs]

    def test_an_imported_one_is_never_paper(self, house):
        assert house.accept(found("pickup", imported=True)) == ["ignored"]
        assert house.state(PICKUP) is OrderState.IGNORED
        assert house.jobs_of(PICKUP) == []

    def test_one_that_wix_fulfilled_by_itself_is_printed(self, house):
        assert house.accept(found("pickup_fulfilled")) == ["accepted"]
        assert house.receipts(PICKUP) == PICKUP_SET


class TestBesideWebhooks:
    def test_one_that_a_webhook_brought_changes_nothing(self, house):
        house.accept(event("delivery_cash"))
        before = house.order(DELIVERY)
        assert house.accept(found("delivery_cash")) == ["recorded"]
        assert house.order(DELIVERY) == before
        assert house.receipts(DELIVERY) == DELIVERY_SET

    def test_an_order_whose_approval_was_lost_makes_its_set(self, house):
        house.accept(event("pickup_created"))
        assert house.accept(found("pickup")) == ["accepted"]
        assert house.receipts(PICKUP) == PICKUP_SET
        assert house.order(PICKUP).road is Road.BACKFILL

    def test_an_edit_that_was_lost_shows_on_jobs_that_are_not_started(self, house):
        house.accept(event("delivery_cash"))
        assert house.accept(found("delivery_updated")) == ["recorded"]
        assert shown(house, DELIVERY).address.addition == "Vorderhaus, EG rechts"
        assert house.order(DELIVERY).revision == 2
        assert house.order(DELIVERY).road is Road.WEBHOOK

    def test_a_cancellation_that_was_lost_cancels_what_waits(self, house):
        house.accept(event("delivery_cash"))
        assert house.accept(found("delivery_canceled")) == ["cancelled"]
        assert house.job_states(DELIVERY) == {JobState.CANCELLED}
        assert house.receipts(DELIVERY) == DELIVERY_SET

    def test_a_cancellation_that_was_lost_tells_every_printer_once(self, house):
        house.accept(event("delivery_cash"))
        house.print_all()
        late = [found("delivery_canceled"), event("delivery_canceled")]
        assert house.accept(*late) == ["cancelled", "recorded"]
        assert house.receipts(DELIVERY) == DELIVERY_SET | CANCELLATIONS

    def test_webhooks_that_come_late_after_all_change_nothing(self, house):
        house.accept(found("delivery_updated"))
        late = [event("delivery_cash"), event("delivery_updated")]
        assert house.accept(*late) == ["recorded"] * 2
        assert house.order(DELIVERY).revision == 1
        assert house.receipts(DELIVERY) == DELIVERY_SET

    def test_an_index_that_lags_behind_the_webhooks_changes_nothing(self, house):
        house.accept(event("delivery_updated"), event("delivery_canceled"))
        assert house.accept(found("delivery_cash"), found("delivery_updated")) == ["recorded"] * 2
        assert house.state(DELIVERY) is OrderState.CANCELLED
        assert house.order(DELIVERY).status == "CANCELED"

    def test_the_road_is_that_of_the_event_that_made_the_set(self, house):
        house.accept(found("pickup", status="PENDING"), event("pickup"))
        assert house.order(PICKUP).road is Road.WEBHOOK
        house.accept(event("delivery_cash"), event("delivery_canceled"))
        assert house.accept(found("delivery_paid")) == ["accepted"]  # without paper, once more
        assert house.order(DELIVERY).road is Road.BACKFILL

    def test_an_order_nobody_decided_on_has_the_road_it_was_first_heard_of_by(self, house):
        house.accept(found("delivery_canceled"), event("pickup_created"))
        assert house.order(DELIVERY).road is Road.BACKFILL
        assert house.order(PICKUP).road is Road.WEBHOOK

    def test_what_was_erased_stays_erased(self, house):
        wish = replace(event("delivery_updated"), id="wish", anonymise=True)
        house.accept(event("delivery_cash"), wish)
        assert house.accept(found("delivery_paid")) == ["ignored"]
        assert house.state(DELIVERY) is OrderState.ERASED
        assert house.rows("order_revisions") == 1


class TestHardToRead:
    """What a search shows is for the kitchen unless it says that it is not."""

    @pytest.mark.parametrize("odd", [None, 5, "no JSON", ["a list"], {}, {"number": "77"}])
    def test_what_is_hardly_an_order_is_printed_plainly_once(self, house, odd):
        event = event_of_search(odd)
        with capture_logs() as logs:
            assert house.accept(event, event_of_search(odd)) == ["accepted", "duplicate"]
        assert house.receipts(event.order_id) == PICKUP_SET
        assert not house.order(event.order_id).readable
        assert "order_not_fully_readable" in [entry["event"] for entry in logs]

    def test_an_order_without_an_id_is_printed_once(self, house):
        event = found("delivery_cash", id=None)
        assert house.accept(event, event) == ["accepted", "duplicate"]
        assert event.order_id.startswith(LOCAL_ID)
        assert house.receipts(event.order_id) == DELIVERY_SET

    def test_an_order_whose_status_cannot_be_read_is_printed_once(self, house):
        assert house.accept(found("pickup", status={"odd": 1})) == ["accepted"]
        assert house.accept(event("pickup")) == ["recorded"]
        assert house.receipts(PICKUP) == PICKUP_SET


def test_an_id_that_two_readers_read_differently_hurts_nothing(house):
    odd = event("pickup", "as the envelope says")
    odd = replace(odd, order={**odd.order, "id": 1.5})
    assert house.accept(odd) == ["accepted"]
    assert house.receipts("as the envelope says") == PICKUP_SET


class TestOfBeforeTheFirstStart:
    """Such an order is recorded, and never printed by itself."""

    @pytest.fixture
    def house(self, house):
        assert house.accept(found("delivery_cash", is_past=True)) == ["past"]
        return house

    def test_it_is_recorded_without_a_job(self, house):
        order = house.order(DELIVERY)
        assert (order.state, order.number, order.revision) == (OrderState.PAST, "10042", 1)
        assert order.road is Road.BACKFILL
        assert house.jobs_of(DELIVERY) == []

    def test_the_webhook_of_its_approval_prints_it_for_it_was_not_delivered_before(self, house):
        assert house.accept(event("delivery_cash")) == ["accepted"]
        assert house.receipts(DELIVERY) == DELIVERY_SET
        assert house.order(DELIVERY).road is Road.WEBHOOK

    @pytest.mark.parametrize("sample", ["delivery_cash", "delivery_updated", "delivery_paid"])
    def test_no_later_news_of_it_prints_it(self, house, sample):
        news = event_of(samples.as_event(samples.load(sample), "updated"))
        assert house.accept(news) == ["recorded"]
        assert house.accept(found(sample, buyerNote="no news")) == ["recorded"]
        assert house.state(DELIVERY) is OrderState.PAST
        assert house.jobs_of(DELIVERY) == []

    def test_it_is_not_printed_once_it_is_fulfilled(self, house):
        fulfilled = event_of(samples.as_event(samples.load("delivery_paid"), "fulfilled"))
        assert house.accept(fulfilled) == ["recorded"]
        assert house.jobs_of(DELIVERY) == []

    def test_its_cancellation_puts_nothing_on_paper(self, house):
        later = [event("delivery_canceled"), event("delivery_paid")]
        assert house.accept(*later) == ["recorded"] * 2
        assert house.state(DELIVERY) is OrderState.PAST
        assert house.jobs_of(DELIVERY) == []

    def test_it_can_be_erased(self, house):
        wish = replace(event("delivery_updated"), id="wish", anonymise=True)
        assert house.accept(wish) == ["erased"]
        assert house.state(DELIVERY) is OrderState.ERASED


class TestOfThePastButKnown:
    """An order that the house knew before it ever asked Wix goes its own way."""

    def test_one_with_a_set_keeps_it(self, house):
        house.accept(event("delivery_cash"))
        assert house.accept(found("delivery_updated", is_past=True)) == ["recorded"]
        assert house.state(DELIVERY) is OrderState.ACCEPTED
        assert house.receipts(DELIVERY) == DELIVERY_SET
        assert house.job_states(DELIVERY) == {JobState.QUEUED}

    def test_its_cancellation_counts(self, house):
        house.accept(event("delivery_cash"))
        assert house.accept(found("delivery_canceled", is_past=True)) == ["cancelled"]
        assert house.job_states(DELIVERY) == {JobState.CANCELLED}

    def test_one_whose_approval_was_lost_is_printed(self, house):
        house.accept(event("pickup_created"))
        assert house.accept(found("pickup", is_past=True)) == ["accepted"]
        assert house.receipts(PICKUP) == PICKUP_SET


class TestSilence:
    """For how long no webhook has come."""

    def test_it_has_no_end_until_the_first_comes(self, house, fake_clock):
        assert house.service.webhooks_silent_for_s() == math.inf
        house.accept(found("pickup"))
        assert house.service.webhooks_silent_for_s() == math.inf
        house.accept(event("pickup"))
        assert house.service.webhooks_silent_for_s() == 0.0
        fake_clock.advance(90.0)
        assert house.service.webhooks_silent_for_s() == 90.0

    def test_a_copy_and_an_event_of_no_order_break_it_and_a_find_does_not(self, house, fake_clock):
        for webhook in (event("pickup"), event("pickup"), replace(event("pickup"), order=None)):
            fake_clock.advance(60.0)
            house.accept(webhook)
            assert house.service.webhooks_silent_for_s() == 0.0
        fake_clock.advance(60.0)
        house.accept(found("delivery_cash"))
        assert house.service.webhooks_silent_for_s() == 60.0

    def test_the_wall_clock_does_not_matter(self, house, fake_clock):
        house.accept(event("pickup"))
        fake_clock.set_wall(fake_clock.now() + timedelta(days=1))
        assert house.service.webhooks_silent_for_s() == 0.0

    def test_one_that_finds_no_room_breaks_it_too(self, house, database, monkeypatch):
        monkeypatch.setattr(database, "has_room", lambda: False)
        assert house.service.accept(event("pickup")).exception() is not None
        assert house.service.webhooks_silent_for_s() == 0.0
