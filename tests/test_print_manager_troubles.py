"""What a printer's worker does when a job breaks off, cannot be booked or cannot be made."""

from __future__ import annotations

from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from tests.scripted_printer import (
    Act,
    Kitchen,
    OtherProgram,
    ScriptedPrinter,
    Waits,
    numbers_on,
)
from wix_printer_service import job_records
from wix_printer_service.models import JobState


@pytest.fixture
def kitchen(database, fake_clock):
    return Kitchen(database, fake_clock, {"poll_s": 1.0})


@pytest.fixture
def other_program(database):
    opened = OtherProgram(database)
    yield opened
    opened.close()


@pytest.fixture
def waits(fake_clock):
    return Waits(fake_clock)


def turns(worker, count=1):
    for _ in range(count):
        worker.turn()


DUPLICATE = "MÖGLICHES DUPLIKAT".encode("cp858")


@pytest.mark.parametrize("act", [Act.BREAKS, Act.BUG])
def test_a_job_of_which_bytes_may_have_gone_out_is_sent_again_only_marked(kitchen, act):
    order, later = kitchen.accept("77001"), kitchen.accept("77002")
    printer = ScriptedPrinter(act)
    worker = kitchen.worker(printer)

    turns(worker, 1)
    job = kitchen.job_of(order)
    assert (job.state, job.attempts) == (JobState.UNCERTAIN, 1)
    turns(worker, 2)

    assert kitchen.story(kitchen.job_of(order)) == [
        "queued",
        "sending",
        "uncertain",
        "sending",
        "printed",
    ]
    last_of_it = [paper for paper in printer.papers if b"77001" in paper][-1]
    assert DUPLICATE in last_of_it
    assert b"Versuch 2" in last_of_it
    assert kitchen.job_of(later).state is JobState.PRINTED
    assert [DUPLICATE in paper for paper in printer.papers if b"77002" in paper] == [False]
    assert not worker.is_failing


def test_a_printer_set_to_hold_sends_nothing_twice_until_a_person_says_so(kitchen):
    order = kitchen.accept("77001")
    printer = ScriptedPrinter(Act.BREAKS)
    worker = kitchen.worker(printer, holds_uncertain=True)

    turns(worker, 3)
    job = kitchen.job_of(order)
    assert (job.state, len(printer.papers)) == (JobState.HELD, 1)
    kitchen.database.write(lambda t: kitchen.requests.retry(t, job.id, who="page"))
    turns(worker)

    assert kitchen.job_of(order).state is JobState.PRINTED
    assert [DUPLICATE in paper for paper in printer.papers] == [False, True]


def test_a_job_that_always_breaks_off_is_dead_in_the_end_and_the_next_prints(kitchen, waits):
    bad, good = kitchen.accept("77001"), kitchen.accept("77002")
    tries = kitchen.settings.printing.max_attempts
    printer = ScriptedPrinter(*[Act.BREAKS] * tries)
    worker = kitchen.worker(printer)

    with capture_logs() as logs:
        while kitchen.job_of(good).state is not JobState.PRINTED:
            turns(worker)
            assert printer.attempts < tries + 5

    assert kitchen.job_of(bad).state is JobState.DEAD
    assert len(printer.papers) == tries + 1
    assert sum(waits.noted) >= 3  # pauses after the third failure: 1 s, 2 s, less some jitter
    levels = [entry["log_level"] for entry in logs if entry["event"] == "job_uncertain"]
    assert levels == [*["warning"] * (tries - 1), "error"]


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

    assert kitchen.story(kitchen.job_of(order))[:3] == ["queued", "sending", "uncertain"]
    assert all(DUPLICATE in paper for paper in printer.papers)


def test_a_print_that_cannot_be_booked_is_booked_later_and_never_sent_again(
    kitchen, waits, other_program
):
    order, later = kitchen.accept("77001"), kitchen.accept("77002")
    printer = ScriptedPrinter(sending=other_program.hold)
    worker = kitchen.worker(printer)

    def free_the_database_in_the_third_pause():
        assert kitchen.job_of(order).state is JobState.SENDING
        if len(waits.noted) == 3:
            other_program.let_go()

    waits.meanwhile = free_the_database_in_the_third_pause
    turns(worker)

    assert waits.noted == [1, 2, 4]
    assert len(printer.papers) == 1
    assert kitchen.story(kitchen.job_of(order)) == ["queued", "sending", "printed"]

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
