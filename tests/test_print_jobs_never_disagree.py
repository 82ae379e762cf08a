"""Whatever is done in whatever order: job, queue item and history tell the same story."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise, product

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.conftest import FakeClock
from tests.memory_database import add_order, memory_database
from wix_printer_service import job_records
from wix_printer_service.errors import NotFoundError, WrongStateError
from wix_printer_service.models import ItemState, JobState, Priority, Receipt
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.print_jobs import ITEM_STATES, PrintJobs

ORDERS = ("order-1", "order-2")
PRINTERS = ("kitchen", "counter")
ENDS = (JobState.PRINTED, JobState.PRINTED_UNCONFIRMED, JobState.UNCERTAIN, JobState.DEAD)

orders = st.sampled_from(ORDERS)
printers = st.sampled_from(PRINTERS)


class JobsAndQueue(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.clock = FakeClock(datetime(2026, 11, 20, 18, 0, tzinfo=UTC))
        self.connection = memory_database()
        for order in ORDERS:
            add_order(self.connection, order)
        self.jobs = PrintJobs(OfflineQueue(self.clock), self.clock)
        self.claims = []
        self.pauses = {}

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
        for order, printer in product(ORDERS, PRINTERS):
            self.create(order, printer, Priority.NORMAL, JobState.QUEUED)
        self.claim(PRINTERS[0])

    @rule(
        order=orders,
        printer=printers,
        priority=st.sampled_from(Priority),
        state=st.sampled_from([JobState.QUEUED, JobState.HELD]),
    )
    def create(self, order, printer, priority, state):
        self.change(
            lambda t: self.jobs.create(
                t, order, Receipt.KITCHEN, printer, why="came", priority=priority, state=state
            )
        )

    @rule(printer=printers)
    def claim(self, printer):
        waiting = self.may_be_claimed(printer)
        claim = self.change(lambda t: self.jobs.claim(t, printer))
        assert (claim is None) == (not waiting)
        if claim is not None:
            most_urgent = min(waiting, key=lambda item: (-item["priority"], item["id"]))
            assert claim.item.id == most_urgent["id"]
            self.claims.append(claim)

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
        before = job_records.get(self.connection, claim.job.id).state
        self.change(
            lambda t: self.jobs.put_back(t, claim, "not now", costs_try=costs_try, pause_s=pause_s)
        )
        if before is JobState.SENDING and pause_s:
            self.pauses[claim.item.id] = self.clock.monotonic() + pause_s

    @rule(printer=printers)
    def crash_and_recover(self, printer):
        self.change(lambda t: self.jobs.recover(t, printer))

    @rule(order=orders)
    def cancel(self, order):
        self.change(lambda t: self.jobs.cancel_waiting(t, order, why="cancelled"))

    @rule(job=st.integers(1, 12))
    def reprint(self, job):
        self.change(lambda t: self.jobs.reprint(t, job, who="page"))

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
            assert story[-1].why == job["reason"]
            for earlier, later in pairwise(story):
                assert earlier.to_state == later.from_state


TestJobsAndQueue = JobsAndQueue.TestCase
TestJobsAndQueue.settings = settings(max_examples=60, stateful_step_count=40)
