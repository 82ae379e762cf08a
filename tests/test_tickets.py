from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from tests.scripted_printer import Kitchen
from wix_printer_service import tickets as tickets_module
from wix_printer_service.errors import NotFoundError, StorageError
from wix_printer_service.models import Receipt
from wix_printer_service.printing.rendering import Paper
from wix_printer_service.settings import Settings
from wix_printer_service.simulation import samples
from wix_printer_service.tickets import paper_of, receipt_context

CUT = b"\x1dV"


@pytest.fixture
def kitchen(database, fake_clock):
    return Kitchen(database, fake_clock)


def fail(*_arguments):
    message = "a receipt that cannot cope"
    raise ZeroDivisionError(message)


@pytest.mark.parametrize("sample", sorted({*samples.names()} - {"delivery_canceled"}))
def test_every_sample_becomes_a_ticket_with_its_number(kitchen, sample):
    order = kitchen.accept("77001", sample, status="APPROVED")

    sent = kitchen.tickets.make(kitchen.job_of(order))

    assert sent.revision == 1
    assert b"77001" in sent.document
    assert sent.document.startswith(b"\x1b@")
    assert CUT in sent.document


def test_a_ticket_shows_the_newest_revision(kitchen):
    order = kitchen.accept("77001")
    kitchen.accept("77001", buyerNote="Bitte klingeln")

    sent = kitchen.tickets.make(kitchen.job_of(order))

    assert sent.revision == 2
    assert b"Bitte klingeln" in sent.document


def test_each_receipt_is_for_its_reader(kitchen):
    order = kitchen.accept("77001", "delivery_paid")

    for_kitchen = kitchen.tickets.make(kitchen.job_of(order, "kitchen")).document
    for_guest = kitchen.tickets.make(kitchen.job_of(order, "counter")).document

    assert kitchen.job_of(order, "counter").receipt is Receipt.CUSTOMER
    assert b"Restaurant" in for_guest
    assert b"Restaurant" not in for_kitchen


@pytest.mark.parametrize("broken", ["compose", "press"])
def test_an_order_that_our_receipts_cannot_cope_with_comes_out_plain(kitchen, monkeypatch, broken):
    order = kitchen.accept("77001", buyerNote="Allergie: Erdnuss")
    healthy = getattr(tickets_module, broken)
    once = iter([fail])

    def fail_once(*arguments):
        return next(once, healthy)(*arguments)

    monkeypatch.setattr(tickets_module, broken, fail_once)

    with capture_logs() as logs:
        sent = kitchen.tickets.make(kitchen.job_of(order))

    assert b"77001" in sent.document
    assert b"Allergie: Erdnuss" in sent.document
    assert b"NOT FULLY READABLE" in sent.document
    assert [entry["event"] for entry in logs] == ["receipt_failed"]
    assert "Erdnuss" not in str(logs)


def test_without_the_orders_data_there_is_no_ticket(kitchen):
    order = kitchen.accept("77001")
    kitchen.database.write(lambda t: t.execute("DELETE FROM order_revisions").rowcount)

    with pytest.raises(NotFoundError, match=order):
        kitchen.tickets.make(kitchen.job_of(order))


def test_a_database_that_cannot_be_read_now_is_worth_another_try(kitchen):
    job = kitchen.job_of(kitchen.accept("77001"))
    kitchen.database.write(lambda t: t.execute("DROP TABLE order_revisions").fetchone())

    with pytest.raises(StorageError):
        kitchen.tickets.make(job)


def widest_rule(document):
    return max(len(row) for row in document.split(b"\n") if set(row) <= set(b"=-"))


def test_a_ticket_is_as_wide_as_its_printers_paper(kitchen):
    job = kitchen.job_of(kitchen.accept("77001"))
    narrow = replace(kitchen.tickets, papers={"kitchen": Paper.of(58)})
    unknown = replace(kitchen.tickets, papers={})

    assert widest_rule(kitchen.tickets.make(job).document) == 48
    assert widest_rule(narrow.make(job).document) == 32
    assert widest_rule(unknown.make(job).document) == 48


def test_what_receipts_and_papers_are_made_of_comes_from_the_settings():
    settings = Settings.model_validate(
        {
            "restaurant": {
                "name": "Trattoria",
                "address": ["Gasse 1"],
                "timezone": "Europe/Vienna",
                "language": "en",
            },
            "printers": {
                "bar": {
                    "connection": "tcp://192.0.2.10:9100",
                    "receipts": ["kitchen"],
                    "paper_width_mm": 58,
                    "columns": 30,
                }
            },
        }
    )

    context = receipt_context(settings)

    assert (context.restaurant_name, context.address) == ("Trattoria", ("Gasse 1",))
    assert (str(context.timezone), context.language) == ("Europe/Vienna", "en")
    assert context.restaurant_app_ids == frozenset(settings.intake.restaurant_app_ids)
    paper = paper_of(settings.printers["bar"])
    assert (paper.width_mm, paper.columns) == (58, 30)
