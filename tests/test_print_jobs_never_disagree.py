"""Whatever is done in whatever order: job, queue item and history tell the same story."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise, product

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.conftest import FakeClock
from tests.intake import PRINTERS as CONFIGURED
from tests.memory_database import add_order, memory_database
from wix_printer_service import job_records
from wix_printer_service.errors import NotFoundError, WrongStateError
from wix_printer_service.job_changes import ITEM_STATES
from wix_printer_service.job_moves import JobMoves
from wix_printer_service.job_requests import JobRequests
from wix_printer_service.models import ItemState, JobState, Priority, Receipt
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.order_changes import OrderChanges
from wix_printer_service.print_jobs import AfterUncertainty, PrintJobs
from wix_printer_service.settings import Printing, Settings

ORDERS = ("order-1", "order-2")
PRINTERS = ("kitchen", "counter")
ENDS = (JobState.PRINTED, JobState.PRINTED_UNCONFIRMED, JobState.DEAD)
RECEIPTS = (Receipt.CUSTOMER, Receipt.DRIVER, Receipt.KITCHEN)
HOUR_S = 3600.0
NOT_ONE_BYTE = "not one byte went out"
SETTINGS = Printing(max_attempts=3, hold_backlog_after_h=2.0, expire_after_h=4.0)

orders = st.sampled_from(ORDERS)
printers = st.sampled_from(PRINTERS)


def in_turn(item):
    return (-item["priority"], item["rank"], item["id"])


def in_turn_of(claim):
    return (-claim.item.priority, claim.item.rank, claim.item.id)


class JobsAndQueue(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.clock = FakeClock(datetime(2026, 11, 20, 18, 0, tzinfo=UTC))
        self.connection = memory_database()
        for order in ORDERS:
            add_order(self.connection, order)
        self.restart()
        self.claims = []
        self.pauses = {}

    def restart(self):
        """Begin a run of the daemon."""
        self.queue = OfflineQueue(self.clock, raise_after_s=10.0)
        self.jobs = PrintJobs(self.queue, self.clock, SETTINGS)
        self.moves = JobMoves(self.queue, self.clock)
        changes = OrderChanges(self.jobs, Settings(printers=CONFIGURED), self.clock)
        self.requests = JobRequests(self.queue, self.jobs, changes, self.clock)

    def teardown(self):
        self.connection.close()

    def change(self, action):
        """Run an action as the writer does: one that raises undoes itself."""
        self.connection.execute("SAVEPOINT change")
        try:
            return action(self.connection)
        except (WrongStateError, NotFoundError):
            self.connection.execute("ROLLBACK TO change")
            return None
        finally:
            self.connection.execute("RELEASE change")

    def rows(self, table):
        return self.connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()

    @initialize()
    def an_evening_begins(self):
        """Have work in every lane and a job in hand, so that most steps find something to do."""
        for receipt, order, printer in product(RECEIPTS, ORDERS, PRINTERS):
            self.create(order, printer, receipt, Priority.NORMAL, JobState.QUEUED)
        self.claim(PRINTERS[0])

    @rule(
        order=orders,
        printer=printers,
        receipt=st.sampled_from(RECEIPTS),
        priority=st.sampled_from(Priority),
        state=st.sampled_from([JobState.QUEUED, JobState.HELD]),
    )
    def create(self, order, printer, receipt, priority, state):
        self.change(
            lambda t: self.jobs.create(
                t, order, receipt, printer, why="came", priority=priority, state=state
            )
        )

    @rule(printer=printers)
    def claim(self, printer):
        waiting = self.may_be_claimed(printer)
        claim = self.change(lambda t: self.jobs.claim(t, printer))
        in_time = [item for item in waiting if not self.is_put_aside(item)]
        assert (claim is None) == (not in_time)
        if claim is not None:
            assert claim.item.id == min(in_time, key=in_turn)["id"]
            self.claims.append(claim)
        for item in waiting:  # what is put aside was more urgent than what is printed
            if self.is_put_aside(item) and (claim is None or in_turn(item) < in_turn_of(claim)):
                state = job_records.get(self.connection, item["subject"]).state
                assert state in {JobState.HELD, JobState.EXPIRED}

    @rule(printer=printers, ends=st.lists(st.sampled_from(["put back", "lost"]), max_size=4))
    def try_again_and_again(self, printer, ends):
        """Take what is next, let it wait again, and so on: what a bad printer does."""
        for end in ends:
            known = len(self.claims)
            self.claim(printer)
            if len(self.claims) == known:
                return
            if end == "lost":
                self.settle_uncertain(0, hold=False, pause_s=0.0)
            else:
                self.put_back(0, costs_try=False, pause_s=0.0)

    def is_put_aside(self, item):
        job = job_records.get(self.connection, item["subject"])
        if item["expires_at"] and datetime.fromisoformat(item["expires_at"]) <= self.clock.now():
            return True
        age_s = (self.clock.now() - job.created_at).total_seconds()
        return age_s > SETTINGS.hold_backlog_after_h * HOUR_S and not job.released

    def may_be_claimed(self, printer):
        now = self.clock.monotonic()
        paused = {item for item, until in self.pauses.items() if until > now}
        return [
            item
            for item in self.rows("offline_queue")
            if item["lane"] == f"print:{printer}"
            and item["state"] == ItemState.WAITING
            and item["id"] not in paused
        ]

    @precondition(lambda self: self.claims)
    @rule(which=st.integers(0, 3), to=st.sampled_from(ENDS))
    def settle(self, which, to):
        """Settle one of the last claims, perhaps one that was settled or recovered before."""
        claim = self.claims[-1 - which % len(self.claims)]
        self.change(lambda t: self.jobs.settle(t, claim, to, "settled"))

    @precondition(lambda self: self.claims)
    @rule(which=st.integers(0, 3), costs_try=st.booleans(), pause_s=st.sampled_from([0.0, 5.0]))
    def put_back(self, which, costs_try, pause_s):
        claim = self.claims[-1 - which % len(self.claims)]
        self.end_claim(
            claim,
            pause_s,
            lambda t: self.jobs.put_back(
                t, claim, NOT_ONE_BYTE, costs_try=costs_try, pause_s=pause_s
            ),
        )

    @precondition(lambda self: self.claims)
    @rule(which=st.integers(0, 3), hold=st.booleans(), pause_s=st.sampled_from([0.0, 5.0]))
    def settle_uncertain(self, which, hold, pause_s):
        claim = self.claims[-1 - which % len(self.claims)]
        after = AfterUncertainty(hold, pause_s)
        self.end_claim(
            claim, pause_s, lambda t: self.jobs.settle_uncertain(t, claim, "lost", after)
        )

    def end_claim(self, claim, pause_s, action):
        before = job_records.get(self.connection, claim.job.id).state
        self.change(action)
        waits = self.item_state(claim) == ItemState.WAITING
        if before is JobState.SENDING and waits and pause_s:
            self.pauses[claim.item.id] = self.clock.monotonic() + pause_s

    def item_state(self, claim):
        return next(
            row["state"] for row in self.rows("offline_queue") if row["id"] == claim.item.id
        )

    @rule(hold=st.booleans())
    def crash_and_recover(self, hold):
        self.restart()
        self.pauses.clear()
        for printer in PRINTERS:
            self.change(lambda t, name=printer: self.jobs.recover(t, name, AfterUncertainty(hold)))

    @rule(order=orders)
    def cancel_order(self, order):
        self.change(lambda t: self.jobs.cancel_waiting(t, order, why="cancelled"))

    @rule(job=st.integers(1, 12))
    def reprint(self, job):
        self.change(lambda t: self.requests.reprint(t, job, who="page"))
        self.forget_pause(job)

    @rule(job=st.integers(1, 12))
    def retry(self, job):
        self.change(lambda t: self.requests.retry(t, job, who="page"))
        self.forget_pause(job)

    def forget_pause(self, job):
        """A person who lets a job go wants it now."""
        if job_records.history(self.connection, job)[-1:] and self.was_let_go(job):
            item = next(row for row in self.rows("offline_queue") if row["subject"] == job)
            self.pauses.pop(item["id"], None)

    def was_let_go(self, job):
        return job_records.history(self.connection, job)[-1].why in {"released", "try it now"}

    @rule(job=st.integers(1, 12))
    def cancel(self, job):
        self.change(lambda t: self.requests.cancel(t, job, who="page"))

    @rule(printer=printers)
    def hand_over(self, printer):
        (backup,) = set(PRINTERS) - {printer}
        self.change(lambda t: self.moves.hand_over(t, printer, backup, "away"))
        assert not [
            row
            for row in self.rows("offline_queue")
            if row["lane"] == f"print:{printer}" and row["state"] == ItemState.WAITING
        ]

    @rule(printer=printers, served_s=st.sampled_from([0.0, 4.0, 12.0]))
    def raise_waiting(self, printer, served_s):
        before = {row["id"]: row["priority"] for row in self.rows("offline_queue")}
        self.change(lambda t: self.jobs.raise_waiting(t, printer, served_s))
        for row in self.rows("offline_queue"):
            risen = row["priority"] - before[row["id"]]
            assert risen == 0 or (risen <= 2 and row["priority"] <= Priority.HIGH)

    @rule(printer=printers)
    def a_long_night(self, printer):
        self.clock.advance(3 * HOUR_S)
        self.claim(printer)

    @rule(seconds=st.sampled_from([1.0, 5.0]))
    def time_passes(self, seconds):
        self.clock.advance(seconds)

    @invariant()
    def every_job_has_one_item_in_the_matching_state(self):
        jobs = {row["id"]: row for row in self.rows("print_jobs")}
        items = {row["subject"]: row for row in self.rows("offline_queue")}
        assert jobs.keys() == items.keys()
        assert len(items) == len(self.rows("offline_queue"))
        for job_id, job in jobs.items():
            assert items[job_id]["state"] == ITEM_STATES[JobState(job["state"])]
            assert items[job_id]["lane"] == f"print:{job['printer']}"
            assert items[job_id]["tries"] >= 0

    @invariant()
    def every_history_is_a_chain_that_ends_in_the_state_of_its_job(self):
        for job in self.rows("print_jobs"):
            story = job_records.history(self.connection, job["id"])
            assert story[0].from_state == ""
            assert story[-1].to_state == job["state"]
            changes = [entry for entry in story if entry.from_state != entry.to_state]
            assert changes[-1].why == job["reason"]
            for earlier, later in pairwise(story):
                assert earlier.to_state == later.from_state

    @invariant()
    def whatever_may_be_on_paper_is_marked_so_for_ever(self):
        for row in self.rows("print_jobs"):
            job = job_records.get(self.connection, row["id"])
            story = job_records.history(self.connection, job.id)
            doubts = [
                claimed
                for claimed, entry in pairwise(story)
                if (entry.from_state, entry.to_state) == ("sending", "uncertain")
                and entry.why != NOT_ONE_BYTE
            ]
            assert len(doubts) == job.attempts == len(job.maybe_printed_on)
            assert job.maybe_printed_at == (doubts[0].at if doubts else None)
            assert job.attempts == 0 or job.state is not JobState.QUEUED


TestJobsAndQueue = JobsAndQueue.TestCase
TestJobsAndQueue.settings = settings(max_examples=80, stateful_step_count=40)
