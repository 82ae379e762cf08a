"""If these pass, it is known of every order and every job who reads it, and where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from wix_printer_service import order_targets
from wix_printer_service.models import (
    JobState,
    Method,
    Order,
    OrderLine,
    PrintJob,
    Receipt,
    Unread,
)
from wix_printer_service.order_targets import Comparison, Target, papers, target_of, targets
from wix_printer_service.settings import Printer, Station
from wix_printer_service.settings.intake import RESTAURANT_APP_IDS
from wix_printer_service.stations import Kitchen

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
PRINTERS = {
    "counter": Printer(connection="virtual:///a", receipts=("customer", "driver")),
    "kitchen": Printer(connection="virtual:///b", receipts=("kitchen",)),
    "bar": Printer(
        connection="virtual:///c", receipts=("kitchen", "customer"), stations=("bar", "default")
    ),
}
KITCHEN = Kitchen({"bar": Station(names=("Cola",))}, RESTAURANT_APP_IDS)


def line(name: str) -> OrderLine:
    return OrderLine(name, Decimal(1), "", (), (), (), None, None, RESTAURANT_APP_IDS[0])


def order_of(*names: str) -> Order:
    return Order("one", lines=tuple(map(line, names)))


def job(number: int, receipt: Receipt, printer: str = "kitchen", **more) -> PrintJob:
    more = {"state": JobState.PRINTED, "copy_of": None, **more}
    return PrintJob(number, "one", receipt, printer, *more.values(), None, "", NOW, NOW)


class TestWhoReadsAnOrder:
    def test_of_a_delivery_kitchen_driver_and_customer_in_this_order(self):
        assert targets(order_of("Pizza", "Cola"), Method.DELIVERY, PRINTERS, KITCHEN) == [
            Target(Receipt.KITCHEN, "", "kitchen"),
            Target(Receipt.KITCHEN, "bar", "bar"),
            Target(Receipt.KITCHEN, "", "bar"),
            Target(Receipt.DRIVER, "", "counter"),
            Target(Receipt.CUSTOMER, "", "counter"),
            Target(Receipt.CUSTOMER, "", "bar"),
        ]

    @pytest.mark.parametrize("method", [Method.PICKUP, Method.UNKNOWN])
    def test_nobody_drives_where_nothing_is_delivered(self, method):
        found = targets(order_of("Pizza"), method, PRINTERS, KITCHEN)
        assert Receipt.DRIVER not in {target.receipt for target in found}

    def test_only_stations_with_work(self):
        found = targets(order_of("Cola"), Method.PICKUP, PRINTERS, KITCHEN)
        assert [t for t in found if t.receipt is Receipt.KITCHEN] == [
            Target(Receipt.KITCHEN, "bar", "bar")
        ]

    def test_nobody_where_no_printer_is_for_it(self):
        counter = {"counter": PRINTERS["counter"]}
        assert targets(order_of("Pizza"), Method.PICKUP, counter, KITCHEN) == [
            Target(Receipt.CUSTOMER, "", "counter")
        ]


class TestWhoReadsAJob:
    def test_a_ticket_is_for_its_reader_and_station(self):
        ticket = replace(job(1, Receipt.KITCHEN), station="bar")
        assert target_of(ticket, [ticket]) == Target(Receipt.KITCHEN, "bar", "kitchen")

    def test_a_change_is_for_whose_paper_it_changes(self):
        change = replace(job(1, Receipt.CHANGE), reader=Receipt.DRIVER)
        assert target_of(change, [change]) == Target(Receipt.DRIVER, "", "kitchen")

    def test_what_another_printer_took_over_is_for_whom_it_was(self):
        ticket = replace(job(1, Receipt.KITCHEN, "counter"), backup_from="kitchen")
        assert target_of(ticket, [ticket]) == Target(Receipt.KITCHEN, "", "kitchen")

    def test_a_copy_is_for_whom_its_original_was_wherever_it_came_out(self):
        first = replace(job(1, Receipt.KITCHEN, "counter"), backup_from="kitchen")
        copy = job(2, Receipt.KITCHEN, "counter", copy_of=1)
        again = job(3, Receipt.KITCHEN, "counter", copy_of=2)
        assert target_of(again, [first, copy, again]) == Target(Receipt.KITCHEN, "", "kitchen")

    def test_a_copy_whose_original_is_lost_is_for_its_own(self):
        copy = job(2, Receipt.KITCHEN, "counter", copy_of=1)
        assert target_of(copy, [copy]) == Target(Receipt.KITCHEN, "", "counter")

    @pytest.mark.parametrize("receipt", [Receipt.CANCELLATION, Receipt.TEST, Receipt.CHANGE])
    def test_other_paper_is_no_single_readers(self, receipt):
        assert target_of(job(1, receipt), [job(1, receipt)]) is None


def test_paper_lies_where_jobs_were_printed_or_perhaps_were():
    jobs = [
        job(1, Receipt.KITCHEN),
        job(2, Receipt.CUSTOMER, "counter", state=JobState.QUEUED),
        replace(job(3, Receipt.CHANGE), reader=Receipt.KITCHEN, station="bar"),
        replace(
            job(4, Receipt.DRIVER, "bar", state=JobState.DEAD),
            maybe_printed_at=NOW,
            maybe_printed_on=("counter",),
        ),
        job(5, Receipt.CANCELLATION, "bar"),
    ]
    assert papers(jobs) == {
        "kitchen": {
            Target(Receipt.KITCHEN, "", "kitchen"),
            Target(Receipt.KITCHEN, "bar", "kitchen"),
        },
        "counter": {Target(Receipt.DRIVER, "", "bar")},
    }


class TestComparison:
    COMPARE = Comparison(KITCHEN, with_payment=False)

    def test_a_station_is_only_concerned_by_its_share(self):
        before, after = order_of("Pizza"), order_of("Pizza", "Cola")
        assert self.COMPARE.differs(before, after, Receipt.KITCHEN, "bar")
        assert not self.COMPARE.differs(before, after, Receipt.KITCHEN, "")
        assert self.COMPARE.differs(before, after, Receipt.DRIVER, "")

    @pytest.mark.parametrize(("text", "differs"), [("–", False), ("3 Pizza", True)])
    def test_that_nothing_was_shown_is_no_news(self, text, differs):
        odd = replace(order_of("Pizza"), unread=(Unread("lineItems", text),))
        assert self.COMPARE.differs(order_of("Pizza"), odd, Receipt.KITCHEN, "") is differs

    def test_what_cannot_be_compared_is_different(self, monkeypatch):
        monkeypatch.setattr(order_targets, "difference", lambda *_, **__: 1 / 0)
        same = order_of("Pizza")
        with capture_logs() as logs:
            assert self.COMPARE.differs(same, same, Receipt.KITCHEN, "")
        assert [entry["event"] for entry in logs] == ["revisions_not_comparable"]
        assert "Pizza" not in str(logs)

    @pytest.mark.parametrize("with_payment", [True, False])
    def test_a_payment_counts_by_setting(self, with_payment):
        open_ = replace(order_of("Pizza"), payment_status="NOT_PAID")
        paid = replace(open_, payment_status="PAID")
        compare = Comparison(KITCHEN, with_payment=with_payment)
        assert compare.differs(open_, paid, Receipt.DRIVER, "") is with_payment
        assert not compare.differs(open_, paid, Receipt.KITCHEN, "")
