"""An order service on a real database, and events as Wix sends them."""

from __future__ import annotations

import copy
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wix_printer_service import job_records, order_records
from wix_printer_service.job_moves import JobMoves
from wix_printer_service.models import Confirmation, JobState, OrderState, PrintJob
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.order_service import OrderService
from wix_printer_service.print_jobs import AfterUncertainty, Claim, PrintJobs, Sent
from wix_printer_service.settings import Printer, Settings
from wix_printer_service.simulation import samples
from wix_printer_service.wix.webhook import OrderEvent, parse

if TYPE_CHECKING:
    from wix_printer_service.clock import Clock
    from wix_printer_service.models import OrderRecord
    from wix_printer_service.storage.database import Database

DEADLINE_S = 30.0
DOCUMENT = b"\x1b@ticket of a guest"
PRINTERS = {
    "kitchen": Printer(connection="virtual:///kitchen", receipts=("kitchen",)),
    "counter": Printer(connection="virtual:///counter", receipts=("driver", "customer")),
}
DELIVERY_SET = {("kitchen", "kitchen"): 1, ("driver", "counter"): 1, ("customer", "counter"): 1}
PICKUP_SET = {("kitchen", "kitchen"): 1, ("customer", "counter"): 1}
CANCELLATIONS = {("cancellation", "kitchen"): 1, ("cancellation", "counter"): 1}


def event_of(envelope: dict[str, Any]) -> OrderEvent:
    """Read an envelope as it comes out of a verified delivery."""
    return parse(json.dumps({"data": envelope}).encode())


def event(sample: str, order_id: str = "", **changes: object) -> OrderEvent:
    """Read a sample, about another order if asked, with fields of the order changed."""
    envelope = copy.deepcopy(samples.load(sample))
    if order_id:
        envelope = samples.rename(envelope, order_id, "10099")
    samples.order_of(envelope).update(changes)
    return event_of(envelope)


@dataclass(frozen=True, slots=True)
class House:
    """What stands between Wix's events and the printers."""

    database: Database
    queue: OfflineQueue
    jobs: PrintJobs
    service: OrderService
    moves: JobMoves

    def accept(self, *events: OrderEvent) -> list[str]:
        """Take events in, one after the other."""
        return [self.service.accept(event).result(DEADLINE_S) for event in events]

    def order(self, order_id: str) -> OrderRecord:
        """Return an order's record; there must be one."""
        with self.database.reading() as connection:
            record = order_records.find(connection, order_id)
        assert record is not None
        return record

    def state(self, order_id: str) -> OrderState:
        """Return what became of an order."""
        return self.order(order_id).state

    def jobs_of(self, order_id: str) -> list[PrintJob]:
        """List an order's jobs."""
        with self.database.reading() as connection:
            return job_records.of_order(connection, order_id)

    def receipts(self, order_id: str) -> dict[tuple[str, str], int]:
        """Count an order's jobs by receipt and printer, whatever became of them."""
        return dict(Counter((job.receipt.value, job.printer) for job in self.jobs_of(order_id)))

    def job_states(self, order_id: str) -> set[JobState]:
        """Return the states that an order's jobs are in."""
        return {job.state for job in self.jobs_of(order_id)}

    def claim(self, printer: str) -> Claim | None:
        """Take the next job of a printer, as its worker does."""
        return self.database.write(lambda t: self.jobs.claim(t, printer))

    def settle(self, claim: Claim, state: JobState = JobState.PRINTED) -> None:
        """End a job, as the printer's worker does."""
        sent, confirmation = Sent(1, DOCUMENT), Confirmation.PRINTED
        if state in {JobState.UNCERTAIN, JobState.HELD}:
            after = AfterUncertainty(hold=state is JobState.HELD)
            self.database.write(
                lambda t: self.jobs.settle_uncertain(t, claim, "no answer", after, sent)
            )
            return
        self.database.write(
            lambda t: self.jobs.settle(
                t, claim, state, "sent", confirmation=confirmation, sent=sent
            )
        )

    def print_all(self, *printers: str) -> None:
        """Print whatever waits for some printers, or for all of them."""
        for printer in printers or PRINTERS:
            while (claim := self.claim(printer)) is not None:
                self.settle(claim)

    def rows(self, table: str) -> int:
        """Count the rows of a table."""
        with self.database.reading() as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def outcomes(self) -> list[str]:
        """List what the events did, in the order of their ids."""
        with self.database.reading() as connection:
            rows = connection.execute("SELECT outcome FROM inbox ORDER BY event_id")
            return [row["outcome"] for row in rows]


def house_on(database: Database, clock: Clock, **settings: Any) -> House:
    """Build an order service with a kitchen printer and one at the counter."""
    whole = Settings(**{"printers": PRINTERS, **settings})
    queue = OfflineQueue(clock, max_items=whole.offline_queue.max_items)
    jobs = PrintJobs(queue, clock, whole.printing)
    service = OrderService(database, queue, jobs, whole, clock)
    return House(database, queue, jobs, service, JobMoves(queue, clock))
