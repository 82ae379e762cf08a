"""If these pass, paper that is not the first and in time says so: in the kitchen, to a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.scripted_printer import Kitchen
from wix_printer_service import job_records, order_records
from wix_printer_service import tickets as tickets_module
from wix_printer_service.job_moves import JobMoves
from wix_printer_service.models import JobState
from wix_printer_service.print_jobs import AfterUncertainty
from wix_printer_service.virtual_printer import render as print_virtually

if TYPE_CHECKING:
    from wix_printer_service.print_jobs import Claim

LATE_AFTER_S = 900.0
APPROVED_AT = datetime(2026, 11, 20, 17, 58, tzinfo=UTC)
"""A little before the tests' 18:00 UTC, 19:00 in Berlin."""
WORDS = {"KOPIE", "MÖGLICHES DUPLIKAT", "VERSPÄTET", "ERSATZ FÜR", "STORNIERT"}


@dataclass
class Pass:
    """Where tickets come out: an order taken in, jobs that end as a test says."""

    kitchen: Kitchen
    order: str = ""

    def accept(self, sample="pickup", updated_at=APPROVED_AT, **changes):
        wix_time = updated_at.isoformat().replace("+00:00", "Z")
        self.order = self.kitchen.accept("77001", sample, updatedDate=wix_time, **changes)

    def write(self, change):
        return self.kitchen.database.write(change)

    def claim(self, printer="kitchen") -> Claim:
        claim = self.write(lambda t: self.kitchen.jobs.claim(t, printer))
        assert claim is not None
        return claim

    def end(self, state=JobState.PRINTED, printer="kitchen"):
        """Take a printer's next job and let it end so."""
        claim, jobs = self.claim(printer), self.kitchen.jobs
        if state is JobState.UNCERTAIN:
            self.write(lambda t: jobs.settle_uncertain(t, claim, "lost", AfterUncertainty()))
        else:
            self.write(lambda t: jobs.settle(t, claim, state, "as the test says"))
        return claim.job.id

    def die_uncertain(self):
        """Send a job until its tries are used up."""
        for _ in range(self.kitchen.settings.printing.max_attempts):
            job_id = self.end(JobState.UNCERTAIN)
        return job_id

    def reprint(self, job_id):
        return self.write(lambda t: self.kitchen.requests.reprint(t, job_id, who="page"))

    def retry(self, job_id):
        return self.write(lambda t: self.kitchen.requests.retry(t, job_id, who="page"))

    def hand_over(self, printer="kitchen", backup="counter"):
        self.write(
            lambda t: JobMoves(self.kitchen.queue, self.kitchen.clock).hand_over(
                t, printer, backup, "away"
            )
        )

    def job(self, job_id):
        with self.kitchen.database.reading() as connection:
            return job_records.get(connection, job_id)

    def ticket(self, job, language="de") -> str:
        """Return the text of a job's ticket, with single spaces."""
        tickets = self.kitchen.tickets
        tickets = replace(tickets, context=replace(tickets.context, language=language))
        (receipt,) = print_virtually(tickets.make(job).document)
        return " ".join(receipt.text.split())

    def next_ticket(self, language="de", printer="kitchen") -> str:
        return self.ticket(self.claim(printer).job, language)


def marks_on(text: str) -> set[str]:
    return {word for word in WORDS if word in text}


@pytest.fixture
def kitchen(database, fake_clock):
    return Kitchen(database, fake_clock, printing={"late_after_s": LATE_AFTER_S})


@pytest.fixture
def counter(kitchen):
    return Pass(kitchen)


def test_the_first_ticket_in_time_has_no_mark(counter):
    counter.accept()
    assert marks_on(counter.next_ticket()) == set()


class TestPossibleDuplicate:
    @pytest.mark.parametrize(
        ("language", "marks"),
        [
            ("de", "MÖGLICHES DUPLIKAT zuerst gesendet Fr., 20.11.2026 19:00, Versuch 2"),
            ("en", "POSSIBLE DUPLICATE first sent Fri 20 Nov 2026 19:00, try 2"),
        ],
    )
    def test_an_uncertain_job_is_printed_again_with_time_and_try(self, counter, language, marks):
        counter.accept()
        counter.end(JobState.UNCERTAIN)
        assert marks in counter.next_ticket(language)

    def test_every_further_try_counts_and_the_time_stays_that_of_the_first(
        self, counter, fake_clock
    ):
        counter.accept()
        for _ in range(3):
            counter.end(JobState.UNCERTAIN)
            fake_clock.advance(60.0)
        assert "zuerst gesendet Fr., 20.11.2026 19:00, Versuch 4" in counter.next_ticket()

    def test_a_job_put_back_stays_marked(self, counter, kitchen):
        counter.accept()
        counter.end(JobState.UNCERTAIN)
        claim = counter.claim()
        counter.write(lambda t: kitchen.jobs.put_back(t, claim, "no paper", costs_try=False))
        assert "Versuch 2" in counter.next_ticket()

    def test_a_job_that_a_crash_left_is_marked(self, counter, kitchen):
        counter.accept()
        counter.claim()
        counter.write(lambda t: kitchen.jobs.recover(t, "kitchen", AfterUncertainty()))
        assert "Versuch 2" in counter.next_ticket()

    @pytest.mark.parametrize("again", ["retry", "reprint"])
    def test_a_dead_one_that_a_person_wants_is_marked_and_no_copy(self, counter, again):
        counter.accept()
        job_id = counter.die_uncertain()
        assert counter.job(job_id).state is JobState.DEAD
        getattr(counter, again)(job_id)
        text = counter.next_ticket()
        assert marks_on(text) == {"MÖGLICHES DUPLIKAT"}
        assert "zuerst gesendet Fr., 20.11.2026 19:00, Versuch 6" in text

    def test_one_that_was_held_as_uncertain_is_marked_when_it_is_let_go(self, counter, kitchen):
        counter.accept()
        claim = counter.claim()
        hold = AfterUncertainty(hold=True)
        counter.write(lambda t: kitchen.jobs.settle_uncertain(t, claim, "lost", hold))
        counter.reprint(claim.job.id)
        assert marks_on(counter.next_ticket()) == {"MÖGLICHES DUPLIKAT"}

    def test_an_uncertain_copy_is_a_copy_and_perhaps_a_duplicate_too(self, counter):
        counter.accept()
        counter.reprint(counter.end())
        counter.end(JobState.UNCERTAIN)
        assert marks_on(counter.next_ticket()) == {"KOPIE", "MÖGLICHES DUPLIKAT"}

    def test_a_dead_one_of_which_nothing_went_out_has_no_mark(self, counter):
        counter.accept()
        job_id = counter.end(JobState.DEAD)
        counter.retry(job_id)
        assert marks_on(counter.next_ticket()) == set()


class TestCopy:
    @pytest.mark.parametrize("state", [JobState.PRINTED, JobState.PRINTED_UNCONFIRMED])
    @pytest.mark.parametrize(("language", "mark"), [("de", "KOPIE"), ("en", "COPY")])
    def test_a_reprint_of_what_came_out_is_a_copy(self, counter, state, language, mark):
        counter.accept()
        counter.reprint(counter.end(state))
        assert mark in counter.next_ticket(language)

    def test_one_that_was_uncertain_and_then_confirmed_makes_only_a_copy(self, counter):
        counter.accept()
        counter.end(JobState.UNCERTAIN)
        counter.reprint(counter.end(JobState.PRINTED))
        assert marks_on(counter.next_ticket()) == {"KOPIE"}

    def test_a_reprint_of_what_never_came_out_is_no_copy(self, counter):
        counter.accept()
        counter.reprint(counter.end(JobState.CANCELLED))
        assert marks_on(counter.next_ticket()) == set()

    def test_a_copy_of_a_copy_remembers_the_first_ticket(self, counter):
        counter.accept()
        counter.reprint(counter.end())
        counter.reprint(counter.end(JobState.CANCELLED))
        assert marks_on(counter.next_ticket()) == {"KOPIE"}

    def test_what_came_out_as_a_copy_makes_the_next_reprint_a_copy_too(self, counter):
        counter.accept()
        cancelled = counter.end(JobState.CANCELLED)
        counter.reprint(cancelled)
        counter.end(JobState.PRINTED)
        counter.reprint(cancelled)
        assert marks_on(counter.next_ticket()) == {"KOPIE"}

    def test_a_reprint_of_a_cancelled_order_says_so(self, counter, kitchen):
        counter.accept()
        printed = counter.end()
        kitchen.accept("77001", status="CANCELED")
        counter.end()  # the cancellation itself
        counter.reprint(printed)
        assert marks_on(counter.next_ticket()) == {"KOPIE", "STORNIERT"}


class TestLate:
    @pytest.mark.parametrize(
        ("language", "marks"),
        [
            ("de", "VERSPÄTET bestellt Fr., 20.11.2026 18:42"),
            ("en", "LATE ordered Fri 20 Nov 2026 18:42"),
        ],
    )
    def test_a_job_that_waited_for_long_says_when_it_was_ordered(
        self, counter, fake_clock, language, marks
    ):
        counter.accept()
        fake_clock.advance(LATE_AFTER_S + 1)
        assert marks in counter.next_ticket(language)

    @pytest.mark.parametrize(("waited_s", "is_late"), [(LATE_AFTER_S, False), (901.0, True)])
    def test_from_which_age_on_is_a_setting(self, counter, fake_clock, waited_s, is_late):
        counter.accept(updated_at=fake_clock.now())
        fake_clock.advance(waited_s)
        assert ("VERSPÄTET" in counter.next_ticket()) is is_late

    def test_an_order_that_reached_us_late_is_late_at_once(self, counter, fake_clock):
        counter.accept(updated_at=fake_clock.now() - timedelta(seconds=LATE_AFTER_S + 1))
        assert marks_on(counter.next_ticket()) == {"VERSPÄTET"}

    def test_one_that_the_restaurant_approved_late_is_in_time(self, counter, fake_clock):
        long_ago = (fake_clock.now() - timedelta(hours=3)).isoformat().replace("+00:00", "Z")
        counter.accept(createdDate=long_ago)
        assert marks_on(counter.next_ticket()) == set()

    def test_news_of_an_order_make_its_waiting_ticket_no_younger(self, counter, fake_clock):
        counter.accept()
        fake_clock.advance(LATE_AFTER_S + 1)
        counter.accept(updated_at=fake_clock.now())
        assert marks_on(counter.next_ticket()) == {"VERSPÄTET"}

    def test_a_copy_is_as_old_as_the_wish_for_it(self, counter, fake_clock):
        counter.accept()
        printed = counter.end()
        fake_clock.advance(3600.0)
        counter.reprint(printed)
        assert marks_on(counter.next_ticket()) == {"KOPIE"}

    def test_a_copy_that_waits_for_long_is_late_itself(self, counter, fake_clock):
        counter.accept()
        counter.reprint(counter.end())
        fake_clock.advance(LATE_AFTER_S + 1)
        assert marks_on(counter.next_ticket()) == {"KOPIE", "VERSPÄTET"}

    def test_a_cancellation_is_as_old_as_the_news(self, counter, fake_clock):
        counter.accept()
        counter.end()
        fake_clock.advance(3600.0)
        counter.accept(status="CANCELED")
        assert "VERSPÄTET" not in counter.next_ticket()

    def test_a_dead_one_tried_again_is_late(self, counter, fake_clock):
        counter.accept()
        dead = counter.end(JobState.DEAD)
        fake_clock.advance(LATE_AFTER_S + 1)
        counter.retry(dead)
        assert marks_on(counter.next_ticket()) == {"VERSPÄTET"}

    def test_a_wall_clock_set_back_makes_nothing_late(self, counter, fake_clock):
        counter.accept()
        fake_clock.set_wall(datetime(1970, 1, 1, tzinfo=UTC))
        assert marks_on(counter.next_ticket()) == set()

    def test_an_order_that_does_not_say_when_it_was_placed_says_since_when_it_waits(
        self, counter, fake_clock
    ):
        counter.accept(createdDate=None)
        fake_clock.advance(LATE_AFTER_S + 1)
        assert "VERSPÄTET bestellt Fr., 20.11.2026 18:58" in counter.next_ticket()


class TestBackup:
    def test_a_ticket_of_another_printer_names_it_in_every_language(self, counter):
        counter.accept()
        counter.hand_over()
        job = counter.claim("counter").job
        for language, mark in (("de", "ERSATZ FÜR kitchen"), ("en", "BACKUP FROM kitchen")):
            assert mark in counter.ticket(job, language)

    def test_at_home_again_it_names_nobody(self, counter):
        counter.accept()
        counter.hand_over()
        counter.hand_over("counter", "kitchen")
        job = counter.claim().job
        assert job.receipt == "kitchen"
        assert marks_on(counter.ticket(job)) == set()

    def test_what_the_first_printer_may_have_printed_is_marked(self, counter):
        counter.accept()
        counter.end(JobState.UNCERTAIN)
        counter.hand_over()
        text = counter.next_ticket(printer="counter")
        assert marks_on(text) == {"ERSATZ FÜR", "MÖGLICHES DUPLIKAT"}

    def test_it_is_as_wide_as_the_paper_that_it_comes_out_on(self, counter, kitchen):
        counter.accept()
        counter.hand_over()
        narrow = {
            "kitchen": kitchen.tickets.papers["kitchen"],
            "counter": tickets_module.Paper.of(58),
        }
        sent = replace(kitchen.tickets, papers=narrow).make(counter.claim("counter").job)
        assert max(len(row) for row in sent.document.split(b"\n") if set(row) == {ord("-")}) == 32


def test_our_own_number_is_on_the_ticket(counter, kitchen):
    job = kitchen.job_of(kitchen.accept(""))
    assert "L1 eigene Nummer: von Wix kam keine" in counter.ticket(job)


def test_our_own_number_stands_beside_the_one_that_wix_gave_later(counter):
    counter.accept()
    day = date(2026, 11, 20)
    counter.write(lambda t: order_records.give_local_number(t, counter.order, day))
    assert "#77001 (L1)" in counter.next_ticket()


@pytest.mark.parametrize("mark", ["KOPIE", "MÖGLICHES DUPLIKAT", "BACKUP FROM", "VERSPÄTET"])
def test_the_plain_ticket_has_the_same_marks(counter, fake_clock, monkeypatch, mark):
    counter.accept()
    counter.reprint(counter.end())
    counter.end(JobState.UNCERTAIN)
    counter.hand_over()
    fake_clock.advance(LATE_AFTER_S + 1)
    job = counter.claim("counter").job

    def fail(*_arguments):
        message = "a receipt that cannot cope"
        raise ZeroDivisionError(message)

    monkeypatch.setattr(tickets_module, "compose", fail)
    text = counter.ticket(job)
    assert "NOT FULLY READABLE" in text
    assert mark in text
