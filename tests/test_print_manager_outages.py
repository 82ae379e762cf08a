"""What a printer's worker does while its printer is away, or says that it cannot print."""

from __future__ import annotations

import pytest

from tests.scripted_printer import Act, Kitchen, ScriptedPrinter, Waits, numbers_on
from wix_printer_service.models import JobState, Priority
from wix_printer_service.observations import Cause, ComponentState, Observation


@pytest.fixture
def kitchen(database, fake_clock):
    return Kitchen(database, fake_clock, {"poll_s": 1.0})


@pytest.fixture
def waits(fake_clock):
    return Waits(fake_clock)


def turns(worker, count=1):
    for _ in range(count):
        worker.turn()


AWAY = Observation(ComponentState.OFFLINE, Cause.UNREACHABLE, "cannot be reached")
BACK = Observation(ComponentState.ONLINE, Cause.FINE)


def is_looked_for(kitchen, fake_clock):
    """Let the monitor look for the printer, in vain."""
    fake_clock.advance(0.5)
    kitchen.components["kitchen"].check_ended()


def comes_back(kitchen, printer="kitchen"):
    """Let the monitor find the printer."""
    kitchen.components[printer].observe(BACK, certain=True)


def test_a_printer_that_is_away_costs_no_try(kitchen):
    order = kitchen.accept("77001")
    printer = ScriptedPrinter(*[Act.AWAY] * 300)
    worker = kitchen.worker(printer)

    for _ in range(300):
        turns(worker)
        kitchen.components["kitchen"].observe(AWAY)  # the monitor saw it, too
        comes_back(kitchen)
    assert kitchen.tries(kitchen.job_of(order)) == 0
    turns(worker)

    assert printer.attempts == 301
    assert kitchen.job_of(order).state is JobState.PRINTED
    assert kitchen.tries(kitchen.job_of(order)) == 1
    assert len(printer.papers) == 1


def test_a_printer_that_is_away_is_left_alone_until_the_monitor_finds_it(kitchen):
    order = kitchen.accept("77001")
    printer = ScriptedPrinter(Act.AWAY)
    worker = kitchen.worker(printer)

    turns(worker, 50)
    assert printer.attempts == 1
    comes_back(kitchen)
    turns(worker)

    assert printer.attempts == 2
    assert kitchen.job_of(order).state is JobState.PRINTED


def test_the_monitor_hears_at_once_what_the_worker_sees(kitchen):
    kitchen.accept("77001")
    worker = kitchen.worker(ScriptedPrinter(Act.AWAY))
    component = kitchen.components["kitchen"]

    turns(worker)
    assert (component.state, component.snapshot().text) == (AWAY.state, AWAY.text)
    comes_back(kitchen)
    turns(worker)

    assert component.state is ComponentState.ONLINE
    assert [change.to_state for change in kitchen.changes] == [AWAY.state, BACK.state]


def test_a_printer_that_takes_nothing_three_times_gets_a_pause_and_costs_no_try(
    kitchen, fake_clock
):
    order = kitchen.accept("77001")
    printer = ScriptedPrinter(*[Act.NOT_READY] * 3)
    worker = kitchen.worker(printer)

    turns(worker, 3)
    assert printer.attempts == 3
    turns(worker)
    assert printer.attempts == 3
    fake_clock.advance(kitchen.settings.connectivity.breaker_max_s)
    turns(worker)

    assert kitchen.job_of(order).state is JobState.PRINTED
    assert kitchen.tries(kitchen.job_of(order)) == 1


def test_jobs_that_wait_for_a_printer_name_the_outage(kitchen):
    early = kitchen.accept("77001")
    worker = kitchen.worker(ScriptedPrinter(Act.AWAY))
    turns(worker)
    began_at = kitchen.changes[0].outage_began_at
    kitchen.components["kitchen"].outage_is_written(began_at, 7)
    turns(worker)
    late = kitchen.accept("77002")
    turns(worker)

    assert kitchen.job_of(early).outage_id == kitchen.job_of(late).outage_id == 7
    assert kitchen.job_of(early, "counter").outage_id is None
    comes_back(kitchen)
    turns(worker, 2)
    after = kitchen.accept("77003")
    turns(worker)

    assert kitchen.job_of(late).outage_id == 7
    assert kitchen.job_of(after).outage_id is None


def test_a_backup_takes_over_after_its_time_and_not_before(kitchen, fake_clock):
    order = kitchen.accept("77001")
    printer = ScriptedPrinter(Act.AWAY)
    worker = kitchen.worker(printer, backup="counter")
    comes_back(kitchen, "counter")
    turns(worker)
    fake_clock.advance(kitchen.settings.printing.backup_after_s - 1)
    turns(worker)
    assert kitchen.job_of(order, "kitchen").printer == "kitchen"

    fake_clock.advance(1)
    is_looked_for(kitchen, fake_clock)
    turns(worker)
    turns(kitchen.worker(counter := ScriptedPrinter(), "counter"), 2)

    assert printer.papers == []
    assert [b"ERSATZ F" in paper for paper in counter.papers] == [True, False]


def test_a_job_that_comes_late_in_an_outage_is_handed_over_only_if_the_printer_is_still_away(
    kitchen, fake_clock
):
    first = kitchen.accept("77001")
    printer = ScriptedPrinter(Act.AWAY)
    worker = kitchen.worker(printer, backup="counter")
    comes_back(kitchen, "counter")
    turns(worker)
    kitchen.database.write(
        lambda t: kitchen.requests.cancel(t, kitchen.job_of(first).id, who="page").value
    )
    turns(worker)
    fake_clock.advance(kitchen.settings.printing.backup_after_s * 2)
    second = kitchen.accept("77002")

    turns(worker)
    assert kitchen.job_of(second).state is JobState.QUEUED
    comes_back(kitchen)
    turns(worker)

    assert kitchen.job_of(second).state is JobState.PRINTED
    assert len(printer.papers) == 1


def test_a_backup_that_is_away_itself_takes_nothing_over(kitchen, fake_clock):
    order = kitchen.accept("77001")
    worker = kitchen.worker(ScriptedPrinter(Act.AWAY), backup="counter")
    kitchen.components["counter"].observe(AWAY, certain=True)
    turns(worker)
    fake_clock.advance(kitchen.settings.printing.backup_after_s)

    turns(worker)

    assert kitchen.job_of(order, "kitchen").printer == "kitchen"


def test_a_job_that_waits_in_a_printer_without_paper_is_given_up_for_the_backup(
    kitchen, fake_clock
):
    order = kitchen.accept("77001")
    printer = ScriptedPrinter(Act.BREAKS)
    worker = kitchen.worker(printer, backup="counter")
    comes_back(kitchen, "counter")
    gives_up = []

    def paper_out(watch):
        watch.observe(Observation(ComponentState.OFFLINE, Cause.PAPER_OUT, "no paper"))
        gives_up.append(watch.gives_up())
        fake_clock.advance(kitchen.settings.printing.backup_after_s)
        gives_up.append(watch.gives_up())

    printer.tell = paper_out
    turns(worker, 2)
    is_looked_for(kitchen, fake_clock)
    turns(worker)
    turns(kitchen.worker(counter := ScriptedPrinter(), "counter"), 2)

    assert gives_up == [False, True]
    [ticket] = [paper for paper in counter.papers if b"ERSATZ F" in paper]
    assert "MÖGLICHES DUPLIKAT".encode("cp858") in ticket
    assert kitchen.job_of(order, "counter").state is JobState.PRINTED


def test_time_that_a_job_waits_for_paper_brings_no_other_job_forward(kitchen, fake_clock):
    for number in ("77001", "77002"):
        kitchen.accept(number)
    printer = ScriptedPrinter()
    worker = kitchen.worker(printer)
    long_s = kitchen.settings.priorities.raise_after_s + 1

    def paper_out(watch):
        watch.observe(AWAY)
        fake_clock.advance(long_s)
        watch.observe(BACK)

    printer.tell = paper_out
    turns(worker)
    kitchen.accept("77003")
    turns(worker)
    assert priorities_of(kitchen) == {Priority.NORMAL}

    printer.tell = lambda _: fake_clock.advance(long_s)
    for number in ("77004", "77005"):
        kitchen.accept(number)
    turns(worker, 2)

    assert Priority.HIGH in priorities_of(kitchen)


def priorities_of(kitchen):
    with kitchen.database.reading() as connection:
        counts = kitchen.queue.counts(connection)
    return {count.priority for count in counts if count.lane == "print:kitchen"}


def test_an_order_that_came_while_the_printer_was_away_is_printed_in_its_place(kitchen):
    kitchen.accept("77001")
    worker = kitchen.worker(printer := ScriptedPrinter(Act.AWAY))
    turns(worker, 2)
    kitchen.accept("77002")

    comes_back(kitchen)
    turns(worker, 2)

    assert numbers_on(printer.papers, "77001", "77002") == ["77001", "77002"]


def test_what_a_backup_took_over_and_cannot_print_comes_home(kitchen, fake_clock):
    order = kitchen.accept("77001")
    printer = ScriptedPrinter(Act.AWAY)
    worker = kitchen.worker(printer, backup="counter")
    comes_back(kitchen, "counter")
    turns(worker, 2)
    fake_clock.advance(kitchen.settings.printing.backup_after_s)
    is_looked_for(kitchen, fake_clock)
    turns(worker)
    assert {job.printer for job in kitchen.jobs_of(order)} == {"counter"}
    comes_back(kitchen, "counter")

    kitchen.components["counter"].observe(AWAY, certain=True)
    comes_back(kitchen)
    turns(worker)
    assert printer.papers == []
    fake_clock.advance(kitchen.settings.printing.backup_after_s)
    turns(worker, 2)

    [ticket] = printer.papers
    assert b"BACKUP" not in ticket
    assert kitchen.job_of(order, "counter").receipt == "customer"


def test_a_printer_that_answers_every_check_and_refuses_every_job_gets_pauses(kitchen):
    kitchen.accept("77001")
    printer = ScriptedPrinter(*[Act.AWAY] * 100)
    worker = kitchen.worker(printer)

    for _ in range(100):
        comes_back(kitchen)
        turns(worker)

    assert printer.attempts < 15


def test_jobs_that_come_while_a_ticket_waits_for_paper_name_the_outage_and_so_does_it(kitchen):
    first = kitchen.accept("77001")
    printer = ScriptedPrinter()
    worker = kitchen.worker(printer)
    later = []

    def paper_out(watch):
        watch.observe(Observation(ComponentState.OFFLINE, Cause.PAPER_OUT, "no paper"))
        kitchen.components["kitchen"].outage_is_written(kitchen.changes[-1].outage_began_at, 7)
        later.append(kitchen.accept("77002"))
        assert not watch.gives_up()

    printer.tell = paper_out
    turns(worker)

    assert kitchen.job_of(first).outage_id == kitchen.job_of(later[0]).outage_id == 7


def test_a_printer_that_breaks_off_every_job_is_stood_in_for_as_well(kitchen, fake_clock):
    order = kitchen.accept("77001")
    printer = ScriptedPrinter(*[Act.NOT_READY] * 100)
    worker = kitchen.worker(printer, backup="counter")
    comes_back(kitchen, "counter")
    turns(worker, 3)
    fake_clock.advance(1.0)
    end = fake_clock.monotonic() + 2 * kitchen.settings.printing.backup_after_s
    while fake_clock.monotonic() < end:
        is_looked_for(kitchen, fake_clock)
        turns(worker)

    assert {job.printer for job in kitchen.jobs_of(order)} == {"counter"}
    assert printer.papers == []
