"""A restaurant with one order that its guest changes again and again."""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.intake import House, event, house_on
from wix_printer_service import job_records, order_records
from wix_printer_service.job_requests import JobRequests
from wix_printer_service.models import JobState
from wix_printer_service.order_changes import OrderChanges
from wix_printer_service.print_jobs import AfterUncertainty
from wix_printer_service.settings import Settings
from wix_printer_service.simulation import samples
from wix_printer_service.tickets import TicketMaker, copies_of, paper_of, receipt_context
from wix_printer_service.virtual_printer import render as print_virtually
from wix_printer_service.wix import wire
from wix_printer_service.wix.webhook import EventKind, event_of_search

if TYPE_CHECKING:
    from datetime import datetime

    from tests.conftest import FakeClock
    from wix_printer_service.models import PrintJob
    from wix_printer_service.print_jobs import Claim
    from wix_printer_service.storage.database import Database
    from wix_printer_service.wix.webhook import OrderEvent

ORDER = "the-order"
RESTAURANTS = "9a5d83fd-8570-482e-81ab-cfa88942ee60"
ONE_KITCHEN = {
    "kitchen": {"connection": "virtual:///k", "receipts": ["kitchen"]},
    "counter": {"connection": "virtual:///c", "receipts": ["driver", "customer"]},
}


def with_bar(printers: dict[str, Any]) -> dict[str, Any]:
    """Return settings with a bar that makes the drinks."""
    bar = {"connection": "virtual:///b", "receipts": ["kitchen"], "stations": ["bar"]}
    return {"stations": {"bar": {"names": ["Cola*", "Wine*"]}}, "printers": printers | {"bar": bar}}


def line(dish: str) -> dict[str, Any]:
    """Return a line of an order, such as "2 Pizza"; its price is of no interest."""
    number, _, name = dish.partition(" ")
    return {
        "id": name,
        "productName": {"original": name},
        "quantity": int(number),
        "catalogReference": {"appId": RESTAURANTS, "catalogItemId": name},
    }


@dataclass
class Restaurant:
    """Everything between an event and the paper; what a test needs to know of it in short words."""

    database: Database
    clock: FakeClock
    given: dict[str, Any] = field(default_factory=dict)
    moments: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.begin()

    def begin(self, **given: Any) -> None:
        """Begin a run of the daemon, with other settings if they were changed."""
        self.given |= given
        settings = Settings.model_validate({"printers": ONE_KITCHEN, **self.given})
        self.settings = settings
        self.house: House = house_on(
            self.database,
            self.clock,
            **{name: getattr(settings, name) for name in type(settings).model_fields},
        )
        changes = OrderChanges(self.house.jobs, settings, self.clock)
        self.requests = JobRequests(self.house.queue, self.house.jobs, changes, self.clock)
        self.tickets = TicketMaker(
            self.database,
            receipt_context(settings),
            {name: paper_of(printer) for name, printer in settings.printers.items()},
            self.clock,
            settings.printing.late_after_s,
            {name: copies_of(printer) for name, printer in settings.printers.items()},
        )

    def told(
        self, *dishes: str, delivery: bool = True, due: datetime | None = None, **changes: Any
    ) -> OrderEvent:
        """Return an event with a newer revision of the order.

        Without ``dishes`` or ``due`` they are those of Wix's sample.
        """
        number = next(self.moments)
        moment = self.clock.now() - timedelta(minutes=10) + timedelta(seconds=number)
        fields = {"updatedDate": moment.isoformat().replace("+00:00", "Z"), **changes}
        if dishes:
            fields["lineItems"] = [line(dish) for dish in dishes]
        sample = "delivery_cash" if delivery else "pickup"
        if due is not None:
            fields["shippingInfo"] = _due_at(sample, due)
        made = event(sample, ORDER, **fields)
        kind = EventKind.UPDATED  # one that says of itself that it is an approval is one
        return replace(made, id=f"event-{number}", sequence=number, kind=kind)

    def hear(self, *dishes: str, **changes: Any) -> str:
        """Take in what a webhook tells of the order, and return what it did."""
        return self.take(self.told(*dishes, **changes))

    def find(self, *dishes: str, **changes: Any) -> str:
        """Take in what Wix shows when it is asked."""
        return self.take(self.shown(self.told(*dishes, **changes)))

    @staticmethod
    def shown(event: OrderEvent) -> OrderEvent:
        """Return what a search shows of the order at the moment of an event."""
        return event_of_search(wire.load(wire.dump_ascii(event.order)))

    def take(self, *events: OrderEvent) -> str:
        """Take events in, and return what the last one did."""
        return str(self.house.accept(*events)[-1])

    def jobs(self) -> list[PrintJob]:
        return self.house.jobs_of(ORDER)

    def paper(self, *states: JobState) -> list[str]:
        """Name the jobs in some states, or in all but cancelled: "change kitchen bar @bar"."""
        wanted = states or tuple(state for state in JobState if state is not JobState.CANCELLED)
        return [_name(job) for job in self.jobs() if job.state in wanted]

    def waiting(self) -> list[str]:
        """Name what is still to be printed."""
        return self.paper(JobState.QUEUED, JobState.UNCERTAIN, JobState.HELD)

    def job(self, name: str) -> PrintJob:
        """Return the newest job of this name."""
        return [job for job in self.jobs() if _name(job) == name][-1]

    def claim(self, printer: str = "kitchen") -> Claim:
        claim = self.house.claim(printer)
        assert claim is not None
        return claim

    def end(self, claim: Claim, state: JobState = JobState.PRINTED, *, hold: bool = False) -> None:
        """End a claim as a printer's worker would."""
        jobs = self.house.jobs
        if state is JobState.UNCERTAIN:
            after = AfterUncertainty(hold=hold)
            self.database.write(lambda t: jobs.settle_uncertain(t, claim, "lost", after))
        elif state is JobState.QUEUED:
            self.database.write(lambda t: jobs.put_back(t, claim, "not one byte", costs_try=False))
        else:
            self.database.write(lambda t: jobs.settle(t, claim, state, "as the test says"))

    def print_all(self) -> list[str]:
        """Print whatever waits, at all printers; return what came out, in its order."""
        came_out = []
        for printer in self.settings.printers:
            while (claim := self.house.claim(printer)) is not None:
                came_out.append(_name(claim.job))
                self.end(claim)
        return came_out

    def crash(self) -> None:
        """End the daemon in the middle of everything, and begin anew."""
        self.begin()
        for printer in self.settings.printers:
            after = AfterUncertainty()
            self.database.write(
                lambda t, name=printer, a=after: self.house.jobs.recover(t, name, a)
            )

    def text(self, job: PrintJob) -> str:
        """Return what a job's ticket says, with single spaces."""
        receipts = print_virtually(self.tickets.make(job).document)
        return " ".join(" ".join(receipt.text for receipt in receipts).split())

    def ask(self, what: str, job: PrintJob) -> None:
        """Have a person ask something of a job."""
        self.database.write(lambda t: getattr(self.requests, what)(t, job.id, who="page"))

    def due_at(self, name: str) -> tuple[object, object]:
        """Return the moment that a job, and its item, are planned for."""
        job = self.job(name)
        with self.database.reading() as connection:
            item = self.house.queue.find(connection, f"print:{job.printer}", job.id)
        return job.due_at, item.due_at

    def revision(self) -> int:
        with self.database.reading() as connection:
            return order_records.find(connection, ORDER).revision

    def why(self, job: PrintJob) -> list[str]:
        """Return why a job became what it is, step by step."""
        with self.database.reading() as connection:
            return [entry.why for entry in job_records.history(connection, job.id)]


def _due_at(sample: str, due: datetime) -> dict[str, Any]:
    """Return how a sample's food reaches the guest, but at another time."""
    shipping = copy.deepcopy(samples.order_of(samples.load(sample))["shippingInfo"])
    shipping["logistics"]["deliveryTimeSlot"] = {
        "from": due.isoformat(),
        "to": (due + timedelta(minutes=15)).isoformat(),
    }
    return shipping


def _name(job: PrintJob) -> str:
    words = [job.receipt, job.reader or "", job.station, "again" if job.is_reminder else ""]
    stands_in = f" for {job.backup_from}" if job.backup_from else ""
    return " ".join(filter(None, [*words, f"@{job.printer}"])) + stands_in
