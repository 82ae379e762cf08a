"""One printer's worker, turn by turn: the clock stands still unless the worker waits."""

from __future__ import annotations

from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from tests.scripted_printer import Act, Kitchen, OtherProgram, ScriptedPrinter, numbers_on
from wix_printer_service import job_records
from wix_printer_service.models import Confirmation, JobState


@pytest.fixture
def kitchen(database, fake_clock):
    return Kitchen(database, fake_clock, {"poll_s": 1.0})


@pytest.fixture
def other_program(database):
    opened = OtherProgram(database)
    yield opened
    opened.close()


class Waits:
    """Notes how long the worker waits, and lets a test do something meanwhile."""

    def __init__(self, clock):
        self.noted = []
        self.meanwhile = lambda: None
        self._advance = clock.advance
        clock.wait = self.wait

    def wait(self, event, timeout_s):
        self.noted.append(timeout_s)
        self.meanwhile()
        self._advance(timeout_s)
        return event.is_set()


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


@pytest.mark.parametrize("act", [Act.BREAKS, Act.BUG])
def test_a_job_of_which_bytes_may_have_gone_out_is_uncertain_and_never_sent_again(kitchen, act):
    broken, healthy = kitchen.accept("77001"), kitchen.accept("77002")
    printer = ScriptedPrinter(act)
    worker = kitchen.worker(printer)

    turns(worker, 4)

    job = kitchen.job_of(broken)
    assert job.state is JobState.UNCERTAIN
    assert kitchen.story(job) == ["queued", "sending", "uncertain"]
    assert kitchen.job_of(healthy).state is JobState.PRINTED
    assert printer.attempts == 2
    assert worker.failures == 0


def test_the_reason_for_uncertainty_says_how_much_went_out(kitchen):
    order = kitchen.accept("77001")
    printer = ScriptedPrinter(Act.BREAKS)

    turns(kitchen.worker(printer))

    job = kitchen.job_of(order)
    assert job.reason == f"connection lost (after {len(printer.papers[0]) // 2} bytes)"
    with kitchen.database.reading() as connection:
        assert job_records.sent_document(connection, job.id) == printer.papers[0]


def test_what_an_earlier_run_left_in_hand_is_uncertain_before_anything_is_printed(kitchen):
    order = kitchen.accept("77001")
    kitchen.database.write(lambda t: kitchen.jobs.claim(t, "kitchen") and None)
    worker = kitchen.worker(printer := ScriptedPrinter())

    worker.start()
    worker.stop()
    assert worker.join(10.0)

    assert kitchen.job_of(order).state is JobState.UNCERTAIN
    assert printer.papers == []


def test_a_print_that_cannot_be_booked_is_booked_later_and_never_sent_again(
    kitchen, waits, other_program
):
    order, later = kitchen.accept("77001"), kitchen.accept("77002")
    printer = ScriptedPrinter(sending=other_program.hold)
    worker = kitchen.worker(printer)

    def free_the_database_in_the_third_pause():
        assert kitchen.job_of(order).state is JobState.SENDING
        assert "locked" in worker.state.problem
        if len(waits.noted) == 3:
            other_program.let_go()

    waits.meanwhile = free_the_database_in_the_third_pause
    turns(worker)

    assert waits.noted == [1, 2, 4]
    assert len(printer.papers) == 1
    assert kitchen.story(kitchen.job_of(order)) == ["queued", "sending", "printed"]
    assert worker.state.problem == ""

    turns(kitchen.worker(next_printer := ScriptedPrinter()))
    assert numbers_on(next_printer.papers, "77001", "77002") == ["77002"]
    assert kitchen.job_of(later).state is JobState.PRINTED


def test_nothing_is_sent_while_a_claim_cannot_be_written_down(kitchen, waits, other_program):
    order = kitchen.accept("77001")
    printer = ScriptedPrinter()
    worker = kitchen.worker(printer)

    def free_the_database():
        assert printer.papers == []
        assert not printer.is_open
        other_program.let_go()

    waits.meanwhile = free_the_database
    other_program.hold()
    turns(worker)

    assert waits.noted == [1]
    assert len(printer.papers) == 1
    assert kitchen.job_of(order).state is JobState.PRINTED


def lose_data_of(kitchen, order):
    kitchen.database.write(
        lambda t: (
            t.execute(
                "UPDATE order_revisions SET payload = NULL WHERE order_id = ?", (order,)
            ).rowcount
        )
    )


def test_a_job_whose_ticket_cannot_be_made_is_dead_after_its_tries_and_the_next_prints(
    kitchen, fake_clock
):
    lost = kitchen.accept("77001")
    lose_data_of(kitchen, lost)
    healthy = kitchen.accept("77002")
    printer = ScriptedPrinter()
    worker = kitchen.worker(printer)

    with capture_logs() as logs:
        turns(worker, 2)
        assert kitchen.job_of(healthy).state is JobState.PRINTED
        assert kitchen.job_of(lost).state is JobState.QUEUED
        for _ in range(10):
            fake_clock.advance(60.0)
            turns(worker)

    job = kitchen.job_of(lost)
    assert job.state is JobState.DEAD
    assert job.reason == "the ticket could not be made (NotFoundError)"
    assert kitchen.tries(job) == kitchen.settings.printing.max_tries
    assert kitchen.story(job) == ["queued", *["sending", "queued"] * 4, "sending", "dead"]
    assert [entry["job_id"] for entry in logs if entry["event"] == "job_dead"] == [job.id]
    assert len(printer.papers) == 1


def test_between_the_tries_of_a_job_that_fails_by_itself_pauses_grow(kitchen, fake_clock):
    lost = kitchen.accept("77001")
    lose_data_of(kitchen, lost)
    worker = kitchen.worker(ScriptedPrinter())
    tried_at = []

    def tries():
        return kitchen.tries(kitchen.job_of(lost))

    while tries() < 5:
        before = tries()
        turns(worker)
        if tries() > before:
            tried_at.append(fake_clock.monotonic())
    gaps = [later - earlier for earlier, later in pairwise(tried_at)]

    assert gaps == [1, 2, 4, 8]


def test_an_order_that_cannot_be_read_now_waits_without_costing_a_try(kitchen, waits):
    order = kitchen.accept("77001")
    worker = kitchen.worker(printer := ScriptedPrinter())
    hide = "ALTER TABLE order_revisions RENAME TO hidden_revisions"
    show = "ALTER TABLE hidden_revisions RENAME TO order_revisions"
    kitchen.database.write(lambda t: t.execute(hide).fetchone())

    def bring_them_back():
        assert kitchen.job_of(order).state is JobState.QUEUED
        kitchen.database.write(lambda t: t.execute(show).fetchone())

    waits.meanwhile = bring_them_back
    turns(worker)

    assert waits.noted == [1]
    assert len(printer.papers) == 1
    assert kitchen.tries(kitchen.job_of(order)) == 1


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
