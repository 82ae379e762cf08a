"""One printer's worker, turn by turn: the clock stands still unless the worker waits."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.scripted_printer import Act, Kitchen, ScriptedPrinter, Waits, numbers_on
from wix_printer_service import job_records
from wix_printer_service.models import Confirmation, JobState


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

    kitchen.database.write(lambda t: kitchen.jobs.reprint(t, job_id, who="page"))
    turns(worker)

    assert [b"KOPIE" in paper for paper in printer.papers] == [False, True]


@pytest.mark.parametrize("act", [Act.AWAY, Act.NOT_READY])
def test_a_printer_that_is_away_or_not_ready_costs_no_try_and_pauses_grow(kitchen, waits, act):
    order = kitchen.accept("77001")
    printer = ScriptedPrinter(*[act] * 8)
    worker = kitchen.worker(printer)

    turns(worker)

    assert waits.noted == [1, 2, 4, 5, 3, 5, 5, 5, 1, *[5] * 18]  # rests beat every 5 s
    assert sum(waits.noted) == 1 + 2 + 4 + 8 + 16 + 30 + 30 + 30
    assert printer.attempts == 9
    job = kitchen.job_of(order)
    assert job.state is JobState.PRINTED
    assert kitchen.tries(job) == 1
    assert len(printer.papers) == 1


def test_a_printer_may_be_away_for_days(kitchen):
    order = kitchen.accept("77001")
    printer = ScriptedPrinter(*[Act.AWAY] * 1500)

    turns(kitchen.worker(printer))

    assert kitchen.job_of(order).state is JobState.PRINTED
    assert kitchen.tries(kitchen.job_of(order)) == 1


def test_after_it_worked_once_pauses_start_anew(kitchen, waits):
    kitchen.accept("77001")
    kitchen.accept("77002")

    turns(kitchen.worker(ScriptedPrinter(Act.AWAY, Act.AWAY, Act.CONFIRMS, Act.AWAY)), 2)

    assert waits.noted == [1, 2, 1]


def test_while_the_printer_is_away_its_worker_says_why_and_since_when(kitchen, waits, fake_clock):
    kitchen.accept("77001")
    states = []
    since = fake_clock.now()
    worker = kitchen.worker(ScriptedPrinter(Act.AWAY, Act.AWAY, Act.NOT_READY))
    waits.meanwhile = lambda: states.append(worker.state)

    with capture_logs() as logs:
        turns(worker)

    assert [state.problem for state in states] == [
        "cannot be reached",
        "cannot be reached",
        "the cover is open",
    ]
    assert states[0].since == states[1].since == since
    assert states[2].since > since
    assert (worker.state.problem, worker.state.since) == ("", None)
    told = [entry["event"] for entry in logs if entry["event"].startswith("printing_")]
    assert told == ["printing_waits", "printing_waits", "printing_goes_on"]


def test_an_order_that_came_while_the_printer_was_away_is_printed_in_its_place(kitchen, waits):
    kitchen.accept("77001")
    worker = kitchen.worker(printer := ScriptedPrinter(Act.NOT_READY, Act.NOT_READY))
    waits.meanwhile = lambda: kitchen.accept("77002")

    turns(worker, 2)

    assert numbers_on(printer.papers, "77001", "77002") == ["77001", "77002"]


def test_an_order_that_is_cancelled_while_the_printer_is_being_reached_is_not_printed(kitchen):
    order = kitchen.accept("77001")

    class SlowToOpen(ScriptedPrinter):
        def open(self):
            super().open()
            kitchen.accept("77001", status="CANCELED")

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
    printer.tell = lambda tell: (fake_clock.advance(100), tell(), heard.append(worker.beat_age_s))

    turns(worker)

    assert heard == [0]
