"""If these pass, an order with which we cannot cope is known, and somebody hears of it."""

from __future__ import annotations

import sqlite3

import pytest
from structlog.testing import capture_logs

from tests.changing_order import ONE_KITCHEN, Restaurant, with_bar
from wix_printer_service.errors import StorageError
from wix_printer_service.models import OrderState
from wix_printer_service.order_changes import OrderChanges
from wix_printer_service.order_sets import OrderSets
from wix_printer_service.print_jobs import PrintJobs


def fail(*_args, **_more):
    raise KeyError("what nobody has thought of")


@pytest.fixture
def restaurant(database, fake_clock):
    return Restaurant(database, fake_clock, with_bar(ONE_KITCHEN))


@pytest.fixture
def printed(restaurant):
    restaurant.hear("2 Pizza", "1 Cola")
    restaurant.print_all()
    return restaurant


class TestAChangeThatCannotBeFollowed:
    def test_the_order_is_known_as_it_is_now(self, printed, monkeypatch):
        monkeypatch.setattr(OrderChanges, "_tell_all", fail)
        with capture_logs() as logs:
            assert printed.hear("3 Pizza", "1 Cola") == "changed"
        assert printed.revision() == 2
        (failure,) = [entry for entry in logs if entry["event"] == "order_change_failed"]
        assert (failure["log_level"], failure["exc_info"]) == ("error", True)

    def test_the_same_event_again_does_nothing(self, printed, monkeypatch):
        event = printed.told("3 Pizza")
        monkeypatch.setattr(OrderChanges, "_tell_all", fail)
        assert printed.take(event, event) == "duplicate"

    def test_everybody_is_told(self, printed, monkeypatch):
        monkeypatch.setattr(OrderChanges, "_tell_all", fail)
        printed.hear("3 Pizza", "1 Cola")
        assert printed.waiting() == [
            "change kitchen @kitchen",
            "change driver @counter",
            "change customer @counter",
            "change kitchen bar @bar",
        ]
        text = printed.text(printed.claim().job)
        assert "ÄNDERUNG" in text
        assert "3x Pizza" in text

    def test_nothing_of_what_was_begun_remains(self, printed, monkeypatch):
        def half(_changes, transaction, _change):
            transaction.execute("UPDATE print_jobs SET state = 'dead'")
            fail()

        monkeypatch.setattr(OrderChanges, "_call_off", half)
        printed.hear("3 Pizza", "1 Cola")
        assert "kitchen @kitchen" not in printed.paper("dead")

    def test_the_next_change_is_followed(self, printed, monkeypatch):
        with monkeypatch.context() as broken:
            broken.setattr(OrderChanges, "_tell_all", fail)
            printed.hear("3 Pizza", "1 Cola")
        printed.print_all()
        assert printed.hear("4 Pizza", "1 Cola") == "changed"
        assert "3x -> 4x Pizza" in printed.text(printed.claim().job)


def test_an_approval_whose_tickets_cannot_be_chosen_reaches_all_the_kitchen(
    restaurant, monkeypatch
):
    monkeypatch.setattr(OrderSets, "readers", fail)
    assert restaurant.hear("2 Pizza", "1 Cola") == "accepted"
    assert "kitchen @kitchen" in restaurant.waiting()
    assert "kitchen bar @bar" in restaurant.waiting()
    assert "2x Pizza" in restaurant.text(restaurant.claim().job)


def test_a_cancellation_that_cannot_be_carried_out_reaches_everybody(printed, monkeypatch):
    monkeypatch.setattr(PrintJobs, "cancel_waiting", fail)
    assert printed.hear("2 Pizza", "1 Cola", status="CANCELED") == "cancelled"
    assert {name.split()[0] for name in printed.waiting()} == {"cancellation"}
    assert {job.printer for job in printed.jobs()} == {"kitchen", "bar", "counter"}
    assert printed.house.state(printed.jobs()[0].order_id) is OrderState.CANCELLED


@pytest.mark.parametrize("error", [sqlite3.OperationalError, sqlite3.DatabaseError])
def test_where_the_disk_has_failed_nothing_is_known_and_wix_asks_again(printed, monkeypatch, error):
    def disk(*_args):
        raise error("disk I/O error")

    event = printed.told("3 Pizza", "1 Cola")
    with monkeypatch.context() as broken:
        broken.setattr(OrderChanges, "_tell_all", disk)
        with pytest.raises(StorageError):
            printed.take(event)
    assert printed.revision() == 1
    assert printed.take(event) == "changed"
