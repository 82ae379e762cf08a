"""Jobs over a database in memory, with short ways to make, change and look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.intake import PRINTERS
from tests.memory_database import add_order
from wix_printer_service import job_records
from wix_printer_service.job_moves import JobMoves
from wix_printer_service.job_requests import JobRequests
from wix_printer_service.models import ItemState, JobState, Priority, QueueItem, Receipt
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.order_changes import OrderChanges
from wix_printer_service.print_jobs import AfterUncertainty, Claim, PrintJobs, lane
from wix_printer_service.settings import Printing, Settings

if TYPE_CHECKING:
    import sqlite3

    from tests.conftest import FakeClock
    from wix_printer_service.models import PrintJob

WITH_CLAIM = frozenset(JobState) - {JobState.QUEUED, JobState.HELD, JobState.CANCELLED}
"""States into which a job comes after it was taken in hand."""

BEFORE_ALL = -1


class JobHouse:
    """A kitchen and a counter, one order, and settings of ``printing`` as a test needs them."""

    def __init__(self, connection: sqlite3.Connection, clock: FakeClock, **printing: object):
        self.connection = connection
        self.clock = clock
        self.order = add_order(connection, "order-1")
        self.restart(**printing)

    def restart(self, **printing: object) -> None:
        """Begin anew on the same database."""
        self.queue = OfflineQueue(self.clock)
        self.jobs = PrintJobs(self.queue, self.clock, Printing(**printing))
        self.moves = JobMoves(self.queue, self.clock)
        changes = OrderChanges(self.jobs, Settings(printers=PRINTERS), self.clock)
        self.requests = JobRequests(self.queue, self.jobs, changes, self.clock)

    def create(self, printer: str = "kitchen", receipt: Receipt = Receipt.KITCHEN, **more) -> int:
        return self.jobs.create(
            self.connection, self.order, receipt, printer, why="the order came", **more
        )

    def claim(self, printer: str = "kitchen") -> Claim | None:
        return self.jobs.claim(self.connection, printer)

    def claim_this(self, job_id: int) -> Claim:
        """Take one job, whatever waits before it."""
        item = self.item(job_id)
        turn = "UPDATE offline_queue SET priority = ?, rank = ? WHERE id = ?"
        self.connection.execute(turn, (Priority.CRITICAL, BEFORE_ALL, item.id))
        claim = self.claim(self.job(job_id).printer)
        self.connection.execute(turn, (item.priority, item.rank, item.id))
        return claim

    def settle(self, claim: Claim, to: JobState, why: str = "sent", **more) -> None:
        self.jobs.settle(self.connection, claim, to, why, **more)

    def doubt(self, claim: Claim, why: str = "connection lost", **more) -> JobState:
        """Let a claim end with nobody knowing what is on paper."""
        after = AfterUncertainty(**more)
        return self.jobs.settle_uncertain(self.connection, claim, why, after)

    def put_back(self, claim: Claim, why: str = "no printer", **more) -> None:
        more.setdefault("costs_try", False)
        self.jobs.put_back(self.connection, claim, why, **more)

    def hand_over(self, printer: str, backup: str) -> int:
        return len(self.moves.hand_over(self.connection, printer, backup, f"{printer} is away"))

    def job_in(self, state: JobState) -> int:
        """Make a job and bring it into a state by the way that it takes in life."""
        job_id = self.create(state=JobState.HELD if state is JobState.HELD else JobState.QUEUED)
        if state is JobState.CANCELLED:
            self.requests.cancel(self.connection, job_id, who="page")
        if state is JobState.EXPIRED:
            self.connection.execute(
                "UPDATE offline_queue SET expires_at = put_at WHERE subject = ?", (job_id,)
            )
        if state not in WITH_CLAIM:
            return job_id
        claim = self.claim_this(job_id)
        if state is JobState.UNCERTAIN:
            self.doubt(claim)
        elif state not in {JobState.SENDING, JobState.EXPIRED}:
            self.settle(claim, state)
        assert self.job(job_id).state is state
        return job_id

    def job(self, job_id: int) -> PrintJob:
        return job_records.get(self.connection, job_id)

    def item(self, job_id: int) -> QueueItem:
        item = self.queue.find(self.connection, lane(self.job(job_id).printer), job_id)
        assert item is not None
        return item

    def item_state(self, job_id: int) -> ItemState:
        return self.item(job_id).state

    def paper_at(self) -> list[str]:
        """List the printers where a ticket of the order may lie."""
        return job_records.printers_with_paper(self.connection, self.order)

    def story(self, job_id: int) -> list[tuple[str, str, str, str]]:
        """Return what happened to a job: from, to, who, why."""
        entries = job_records.history(self.connection, job_id)
        return [(entry.from_state, entry.to_state, entry.who, entry.why) for entry in entries]
