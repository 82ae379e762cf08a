"""If these pass, what cannot be taken in leaves nothing behind, and is taken in later."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from tests.intake import DELIVERY_SET, PICKUP_SET, event, house_on
from wix_printer_service import order_records
from wix_printer_service.errors import QueueFullError, StorageError
from wix_printer_service.models import JobState, OrderState
from wix_printer_service.settings import OfflineQueue
from wix_printer_service.simulation import samples

DELIVERY = samples.load("delivery_cash")["data"]["entityId"]
PICKUP = samples.load("pickup")["data"]["entityId"]
TABLES = (
    *("orders", "order_revisions", "inbox", "local_numbers"),
    *("print_jobs", "job_history", "offline_queue"),
)


@pytest.fixture
def house(database, fake_clock):
    return house_on(database, fake_clock)


def sizes(house):
    return {table: house.rows(table) for table in TABLES}


class TestFullQueue:
    """Three jobs may be unfinished: those of one delivery."""

    @pytest.fixture
    def house(self, database, fake_clock):
        house = house_on(database, fake_clock, offline_queue=OfflineQueue(max_items=3))
        house.accept(event("delivery_cash"))
        return house

    def test_nothing_of_a_new_order_remains(self, house):
        before = sizes(house)
        with capture_logs() as logs, pytest.raises(QueueFullError, match="3 jobs are unfinished"):
            house.accept(event("pickup", number=""))
        assert sizes(house) == before
        assert "order_event" not in [entry["event"] for entry in logs]

    def test_a_known_event_still_gets_its_answer(self, house):
        assert house.accept(event("delivery_cash")) == ["duplicate"]

    def test_what_makes_no_paper_is_still_written_down(self, house):
        assert house.accept(event("delivery_updated"), event("pickup_created")) == ["recorded"] * 2
        assert house.order(DELIVERY).revision == 2

    def test_an_order_can_still_be_cancelled(self, house):
        house.accept(event("delivery_updated", status="CANCELED"))

        assert house.state(DELIVERY) is OrderState.CANCELLED

    def test_a_wish_to_be_forgotten_is_still_granted(self, house):
        house.accept(replace(event("delivery_updated"), anonymise=True))
        assert house.state(DELIVERY) is OrderState.ERASED

    def test_the_same_event_is_accepted_once_there_is_room(self, house):
        with pytest.raises(QueueFullError):
            house.accept(event("pickup"))
        house.print_all("kitchen")
        assert house.accept(event("pickup")) == ["accepted"]
        assert house.receipts(PICKUP) == PICKUP_SET

    def test_dead_letters_do_not_fill_it(self, house):
        for printer in ("kitchen", "counter", "counter"):
            house.settle(house.claim(printer), JobState.DEAD)
        assert house.accept(event("pickup")) == ["accepted"]

    def test_what_waits_is_still_printed(self, house):
        with pytest.raises(QueueFullError):
            house.accept(event("pickup"))
        house.print_all()
        assert house.receipts(DELIVERY) == DELIVERY_SET
        assert house.job_states(DELIVERY) == {JobState.PRINTED}


def test_on_a_disk_nearly_full_nothing_is_taken_in_and_printing_goes_on(
    house, database, monkeypatch
):
    house.accept(event("delivery_cash"))
    before = sizes(house)
    with monkeypatch.context() as disk:
        disk.setattr(database, "has_room", lambda: False)
        with pytest.raises(QueueFullError, match="the disk is nearly full"):
            house.accept(event("pickup"))
        assert sizes(house) == before
        house.print_all()
    assert house.job_states(DELIVERY) == {JobState.PRINTED}
    assert house.accept(event("pickup")) == ["accepted"]


def limit_pages(database, more: int | None) -> None:
    """Let the database grow by so many pages only, or without limit."""

    def limit(transaction):
        pages = transaction.execute("PRAGMA page_count").fetchone()[0]
        most = 2**31 if more is None else pages + more
        transaction.execute(f"PRAGMA max_page_count = {most}").fetchone()

    database.write(limit)


@pytest.mark.parametrize("room", [0, 1, 2])
def test_a_full_disk_writes_nothing_and_the_same_event_succeeds_later(house, database, room):
    house.accept(event("delivery_cash"))
    before = sizes(house)
    limit_pages(database, room)
    large = event("modifiers", buyerNote="very long " * 2_000)
    with capture_logs() as logs, pytest.raises(StorageError):
        house.accept(large)
    assert sizes(house) == before
    assert "order_event" not in [entry["event"] for entry in logs]
    limit_pages(database, None)
    assert house.accept(large, large) == ["accepted", "duplicate"]
    assert house.receipts(large.order_id) == PICKUP_SET


def test_an_order_of_three_hundred_lines_is_accepted_whole(house, database):
    line = samples.order_of(samples.load("modifiers"))["lineItems"][0]
    large = event("modifiers", lineItems=[json.loads(json.dumps(line))] * 300)
    assert house.accept(large) == ["accepted"]
    with database.reading() as connection:
        order, _ = order_records.newest_revision(connection, large.order_id)
    assert len(order.lines) == 300
    assert order.unread == ()
