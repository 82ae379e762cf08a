"""One printer's worker, turn by turn: the clock stands still unless the worker waits."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.scripted_printer import Act, Kitchen, ScriptedPrinter, Waits, numbers_on
from wix_printer_service import job_records
from wix_printer_service.models import Confirmation, JobState, Receipt


@pytest.fixture
def kitchen(database, fake_clock):
    return Kitchen(database, fake_clock, {"poll_s": 1.0})


@pytest.fixture
def waits(fake_clock):
    return Waits(fake_clock)


def turns(worker, count=1):
    for _ in range(count):
        worker.turn()


def test_a_job_is_printed_and_what_was_sent_is_kept(kitchen):
    order = kitchen.accept("77001")
    printer = ScriptedPrinter(Act.CONFIRMS)

    turns(kitchen.worker(printer))

    job = kitchen.job_of(order)
    assert (job.state, job.confirmation) == (JobState.PRINTED, Confirmation.PRINTED)
    assert kitchen.story(job) == ["queued", "sending", "printed"]
    assert numbers_on(printer.papers, "77001") == ["77001"]
    with kitchen.database.reading() as connection:
        assert job_records.sent_document(connection, job.id) == printer.papers[0]
    assert not printer.is_open


@pytest.mark.parametrize(
    ("act", "state", "confirmation"),
    [
        (Act.CONFIRMS, JobState.PRINTED, Confirmation.PRINTED),
        (Act.ANSWERS, JobState.PRINTED, Confirmation.PROCESSED),
        (Act.SILENT, JobState.PRINTED_UNCONFIRMED, Confirmation.NONE),
    ],
)
def test_only_what_the_printer_said_counts_as_printed(kitchen, act, state, confirmation):
    order = kitchen.accept("77001")

    turns(kitchen.worker(ScriptedPrinter(act)))

    job = kitchen.job_of(order)
    assert (job.state, job.confirmation) == (state, confirmation)


def test_jobs_come_out_by_priority_then_by_age(kitchen):
    first = kitchen.accept("77001")
    turns(kitchen.worker(ScriptedPrinter()))
    kitchen.accept("77002")
    kitchen.accept("77003")
    kitchen.accept("77001", "pickup", status="CANCELED")
    printer = ScriptedPrinter()

    turns(kitchen.worker(printer), 3)

    assert kitchen.job_of(first).receipt == "cancellation"
    assert numbers_on(printer.papers, "77001", "77002", "77003") == ["77001", "77002", "77003"]
    assert b"STORNIERT" in printer.papers[0]


def test_a_worker_prints_only_what_is_meant_for_its_printer(kitchen):
    order = kitchen.accept("77001")
    printer = ScriptedPrinter()

    turns(kitchen.worker(printer, "counter"), 2)

    assert len(printer.papers) == 1
    assert kitchen.job_of(order, "counter").state is JobState.PRINTED
    assert kitchen.job_of(order, "kitchen").state is JobState.QUEUED


def test_the_newest_revision_is_printed(kitchen):
    kitchen.accept("77001")
    kitchen.accept("77001", buyerNote="Bitte klingeln")
    printer = ScriptedPrinter()

    turns(kitchen.worker(printer), 2)

    assert len(printer.papers) == 1
    assert b"Bitte klingeln" in printer.papers[0]


def test_a_reprint_is_marked_as_a_copy(kitchen):
    order = kitchen.accept("77001")
    printer = ScriptedPrinter()
    worker = kitchen.worker(printer)
    turns(worker)
    job_id = kitchen.job_of(order).id

    kitchen.database.write(lambda t: kitchen.requests.reprint(t, job_id, who="page"))
    turns(worker)

    assert [b"KOPIE" in paper for paper in printer.papers] == [False, True]


def test_an_order_that_is_cancelled_while_the_printer_is_being_reached_is_not_printed(kitchen):
    order = kitchen.accept("77001")

    class SlowToOpen(ScriptedPrinter):
        def open(self, timeout_s=None):
            kitchen.accept("77001", status="CANCELED")
            return super().open(timeout_s)

    turns(kitchen.worker(printer := SlowToOpen()))

    assert kitchen.job_of(order).state is JobState.CANCELLED
    assert (printer.papers, printer.is_open) == ([], False)


def test_without_work_the_printer_is_left_alone(kitchen, waits):
    printer = ScriptedPrinter()

    turns(kitchen.worker(printer))

    assert printer.attempts == 0
    assert len(waits.noted) == 1


def test_a_worker_without_work_beats_often_enough_however_seldom_it_polls(
    database, fake_clock, waits
):
    turns(Kitchen(database, fake_clock, {"poll_s": 86_400.0}).worker(ScriptedPrinter()))

    assert max(waits.noted) <= 5.0


def test_the_log_names_the_job_and_the_order_and_no_guest(kitchen):
    order = kitchen.accept("77001")

    with capture_logs() as logs:
        turns(kitchen.worker(ScriptedPrinter()))

    [entry] = [entry for entry in logs if entry["event"] == "job_printed"]
    assert entry == {
        "event": "job_printed",
        "log_level": "info",
        "printer": "kitchen",
        "confirmation": "printed",
        "job_id": kitchen.job_of(order).id,
        "order_id": order,
        "receipt": "kitchen",
    }


def test_a_long_job_is_a_sign_of_life_as_long_as_the_printer_takes_something(kitchen, fake_clock):
    kitchen.accept("77001")
    printer = ScriptedPrinter(Act.CONFIRMS)
    worker = kitchen.worker(printer)
    heard = []

    def slowly(watch):
        fake_clock.advance(100)
        watch.beat()
        heard.append(worker.beat_age_s)

    printer.tell = slowly

    turns(worker)

    assert heard == [0]


def test_an_edit_that_comes_while_a_ticket_is_sent_follows_it_on_paper(kitchen):
    order = kitchen.accept("77001", buyerNote="as it was")
    edits = ["changed"]

    def edit():
        while edits:
            kitchen.accept("77001", buyerNote=edits.pop())

    printer = ScriptedPrinter(sending=edit)
    turns(kitchen.worker(printer), 3)
    first, second = printer.papers
    assert b"as it was" in first
    assert b"changed" in second
    assert [job.receipt for job in kitchen.jobs_of(order) if job.printer == "kitchen"] == [
        Receipt.KITCHEN,
        Receipt.CHANGE,
    ]
