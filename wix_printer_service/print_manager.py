"""One worker per printer: is it there? claim, make the ticket, send it, wait for its word, settle.

Sending and book-keeping are two steps with two error paths: a failure before the first byte costs
nothing; after it, a job without its confirmation is uncertain, and is printed again, marked; a
failed commit after a print is repeated until it succeeds and never sends anything again. Whether
the printer is there is the connectivity monitor's to know: this worker tells it what it sees, and
waits while it is away.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_when_event_set,
    wait_exponential,
)

from wix_printer_service.errands import LONGEST_REST_S
from wix_printer_service.errors import (
    PrinterUnavailableError,
    SendInterruptedError,
    StorageError,
)
from wix_printer_service.fault_points import reach
from wix_printer_service.job_changes import lane
from wix_printer_service.job_moves import JobMoves
from wix_printer_service.job_records import has_untold, is_stood_in_for
from wix_printer_service.lifecycle import Worker
from wix_printer_service.models import Confirmation, JobState
from wix_printer_service.observations import ComponentState, Observation
from wix_printer_service.print_jobs import AfterUncertainty

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from wix_printer_service.clock import Clock
    from wix_printer_service.connectivity_component import Component
    from wix_printer_service.offline_queue import OfflineQueue
    from wix_printer_service.print_jobs import Claim, PrintJobs, Sent
    from wix_printer_service.printing.printer import Printer
    from wix_printer_service.settings import Printing
    from wix_printer_service.storage.database import Database
    from wix_printer_service.tickets import TicketMaker

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Standby:
    """A printer that stands in for another one."""

    name: str
    component: Component


@dataclass(frozen=True, slots=True)
class Station:
    """A printer with what is known of it.

    ``holds_uncertain`` says that a job which may be on paper waits for a person.
    """

    name: str
    printer: Printer
    component: Component
    holds_uncertain: bool = False
    backup: Standby | None = None


class PrintWorker(Worker):
    """Works off the lane of one printer; hears from the printer as its ``Watch``."""

    def __init__(
        self,
        station: Station,
        database: Database,
        queue: OfflineQueue,
        jobs: PrintJobs,
        tickets: TicketMaker,
        settings: Printing,
        clock: Clock,
    ) -> None:
        super().__init__(f"printer-{station.name}", clock)
        self._station = station
        self._name = station.name
        self._component = station.component
        self._database = database
        self._queue = queue
        self._jobs = jobs
        self._moves = JobMoves(queue, clock)
        self._tickets = tickets
        self._settings = settings
        self._waker = queue.waker(lane(station.name))
        self._served_s = 0.0
        self._was_blocked = False
        self._named_outage = (0, 0)
        self._away_since_s: float | None = None
        self._log = log.bind(printer=station.name)

    def start(self) -> None:
        """Settle what an earlier run left in hand, then start."""
        left = self._database.write(lambda t: self._jobs.recover(t, self._name, self._after()))
        for job_id, became in left.items():
            tell = self._log.error if became is JobState.DEAD else self._log.warning
            tell("job_uncertain", job_id=job_id, became=became, reason="the daemon ended")
        super().start()

    def stop(self) -> None:
        """Ask the worker to stop, also out of a wait for work."""
        super().stop()
        self._waker.set()

    def turn(self) -> None:
        """Print one job if there is one and the printer is there, else wait to be woken."""
        self._waker.clear()
        self._until_stored(self._step)

    # --- what the printer tells while a job is under way -----------------------------------------

    def observe(self, observation: Observation) -> None:
        """Pass on how the printer is."""
        if observation.state is ComponentState.OFFLINE:
            self._was_blocked = True
        self._component.observe(observation, certain=True)

    def gives_up(self) -> bool:
        """Tell whether to wait no longer for a printer that cannot go on."""
        with suppress(StorageError):  # it is told later, too
            self._name_outage()
        return self.stopping.is_set() or self._backup_in_charge() is not None

    # --- one step --------------------------------------------------------------------------------

    def _step(self) -> None:
        if self.stopping.is_set():
            return
        with self._database.reading() as connection:
            has_work = self._queue.has_work(connection, lane(self._name))
        if has_work and self._component.may_try():
            self._attempt()
            return
        if has_work and not self._component.may_try():
            self._tend_waiting()
        else:
            self._away_since_s = None
            if not has_work and self._component.may_try():
                self._fetch_home()
        if not self.stopping.is_set():  # the stop's wake may be the one that was just cleared
            self.clock.wait(self._waker, self._longest_wait_s(has_work=has_work))

    def _longest_wait_s(self, *, has_work: bool) -> float:
        longest = min(self._settings.poll_s, LONGEST_REST_S)
        if has_work and self._component.state is not ComponentState.OFFLINE:
            return min(longest, max(self._component.next_try_in_s(), 0.01))
        return longest

    def _attempt(self) -> None:
        with self._station.printer.in_use:
            try:
                self.observe(self._station.printer.open())
                self._was_blocked = False
                self._print_next()
            except PrinterUnavailableError as error:
                # a printer that answers every check and refuses every job gets pauses as well
                self._component.breaker.failed()
                self.observe(Observation(ComponentState.OFFLINE, error.cause, str(error)))
            finally:
                self._station.printer.close()

    def _print_next(self) -> None:
        started = self.clock.monotonic()
        served_s, self._served_s = self._served_s, 0.0
        claim = self._database.write(lambda t: self._claim(t, served_s))
        if claim is None:
            return
        reach("job_claimed")
        self._print(claim)
        if not self._was_blocked:
            self._served_s = self.clock.monotonic() - started

    def _claim(self, transaction: sqlite3.Connection, served_s: float) -> Claim | None:
        self._jobs.raise_waiting(transaction, self._name, served_s)
        return self._jobs.claim(transaction, self._name)

    def _print(self, claim: Claim) -> None:
        try:
            sent = self._tickets.make(claim.job)
        except StorageError:
            self._put_back(claim, "the order could not be read now", costs_try=False)
            raise
        except Exception as error:  # a job that cannot be made must not block its lane
            log.exception("ticket_failed", printer=self._name, job_id=claim.job.id)
            self._own_fault(claim, error)
            return
        reach("job_ticket_made")
        self._send(claim, sent)

    def _send(self, claim: Claim, sent: Sent) -> None:
        breaker = self._component.breaker
        breaker.begin()
        try:
            confirmation = self._station.printer.send(sent.document, self)
        except PrinterUnavailableError as error:
            breaker.failed()
            self._component.check_soon()
            self._put_back(claim, str(error), costs_try=False)
            self._log.warning("job_not_taken", reason=str(error), **_facts(claim))
        except SendInterruptedError as error:
            breaker.failed()
            self._uncertain(claim, sent, str(error))
        except Exception as error:  # a bug in a driver: nobody knows what is on paper either
            breaker.failed()
            log.exception("send_failed", printer=self._name, job_id=claim.job.id)
            self._uncertain(claim, sent, f"sending failed ({type(error).__name__})")
        else:
            breaker.succeeded()
            reach("job_confirmed")
            self._printed(claim, sent, confirmation)
            reach("job_settled")

    def _printed(self, claim: Claim, sent: Sent, confirmation: Confirmation) -> None:
        unconfirmed = confirmation is Confirmation.NONE
        state = JobState.PRINTED_UNCONFIRMED if unconfirmed else JobState.PRINTED
        self._settle(claim, state, "sent", confirmation, sent)
        self._log.info("job_printed", confirmation=confirmation, **_facts(claim))

    def _uncertain(self, claim: Claim, sent: Sent, why: str) -> None:
        self._component.check_soon()
        became: list[JobState] = []
        self._write(
            lambda t: became.append(self._jobs.settle_uncertain(t, claim, why, self._after(), sent))
        )
        level = self._log.error if became[-1:] == [JobState.DEAD] else self._log.warning
        level("job_uncertain", became=became[-1:], reason=why, **_facts(claim))

    def _after(self) -> AfterUncertainty:
        return AfterUncertainty(hold=self._station.holds_uncertain)

    def _own_fault(self, claim: Claim, error: Exception) -> None:
        why = f"the ticket could not be made ({type(error).__name__})"
        if claim.item.tries >= self._settings.max_tries:
            self._settle(claim, JobState.DEAD, why, None, None)
            self._log.error("job_dead", reason=why, **_facts(claim))
            return
        pause_s = min(
            self._settings.retry_initial_s * 2 ** (claim.item.tries - 1), self._settings.retry_max_s
        )
        self._put_back(claim, why, costs_try=True, pause_s=pause_s)

    # --- while the printer is away ---------------------------------------------------------------

    def _tend_waiting(self) -> None:
        """Say on the jobs through which outage they wait; hand them over when that is due."""
        if self._away_since_s is None:
            self._away_since_s = self.clock.monotonic()
            self._component.check_soon()
        self._name_outage()
        backup = self._backup_in_charge()
        # work that has just come: the printer may be back, and nobody has looked for a while
        if backup is None or not self._component.was_checked_since(self._away_since_s):
            return
        why = f"printer {self._name} is away: {backup.name} prints it"
        moved = self._database.write(
            lambda t: self._moves.hand_over(t, self._name, backup.name, why)
        )
        self._log.warning("jobs_handed_over", job_ids=moved, backup=backup.name)
        self._waker.set()  # there may be more

    def _fetch_home(self) -> None:
        """Take back what the backup took over, if that is away now and this printer is not."""
        backup = self._station.backup
        if backup is None or backup.component.unusable_for_s() < self._settings.backup_after_s:
            return
        with self._database.reading() as connection:
            if not is_stood_in_for(connection, self._name, backup.name):
                return
        why = f"printer {backup.name} is away: {self._name} prints it"
        moved = self._database.write(
            lambda t: self._moves.fetch_home(t, self._name, backup.name, why)
        )
        if moved:
            self._log.warning("jobs_fetched_home", job_ids=moved, backup=backup.name)

    def _name_outage(self) -> None:
        outage_id = self._component.outage_id
        if outage_id is None:
            return
        last = self._named_outage[1] if self._named_outage[0] == outage_id else 0
        with self._database.reading() as connection:
            is_news = has_untold(connection, self._name, outage_id, last, self.clock.now())
        if is_news or self._named_outage[0] != outage_id:
            last = self._database.write(
                lambda t: self._moves.name_outage(t, self._name, outage_id, last)
            )
            self._named_outage = (outage_id, last)

    def _backup_in_charge(self) -> Standby | None:
        """Return the printer that stands in now, None if this one is not away for long enough."""
        backup = self._station.backup
        if backup is None or self._component.unusable_for_s() < self._settings.backup_after_s:
            return None
        return backup if backup.component.may_try() else None

    # --- book-keeping ----------------------------------------------------------------------------

    def _settle(
        self,
        claim: Claim,
        state: JobState,
        why: str,
        confirmation: Confirmation | None,
        sent: Sent | None,
    ) -> None:
        self._write(
            lambda t: self._jobs.settle(t, claim, state, why, confirmation=confirmation, sent=sent)
        )

    def _put_back(self, claim: Claim, why: str, *, costs_try: bool, pause_s: float = 0.0) -> None:
        self._write(
            lambda t: self._jobs.put_back(t, claim, why, costs_try=costs_try, pause_s=pause_s)
        )

    def _write(self, change: Callable[[sqlite3.Connection], Any]) -> None:
        """Book what has happened, however long the disk takes to recover."""
        self._until_stored(lambda: self._database.write(change))

    def _until_stored(self, action: Callable[[], Any]) -> None:
        """Repeat ``action`` with growing pauses while the database fails, or until the stop."""
        retrying = Retrying(
            retry=retry_if_exception_type(StorageError),
            wait=wait_exponential(
                multiplier=self._settings.retry_initial_s, max=self._settings.retry_max_s
            ),
            stop=stop_when_event_set(self.stopping),
            sleep=self.rest,
            before_sleep=self._tell_of_failure,
            retry_error_callback=_give_up,
        )
        retrying(action)

    def _tell_of_failure(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if state.attempt_number == 1:
            self._log.warning("printing_waits_for_the_disk", reason=str(error))


def _give_up(state: RetryCallState) -> None:
    """End a series of tries because the worker is to stop: what is unsettled stays as it is."""
    log.info("try_ended_by_stop", tries=state.attempt_number)


def _facts(claim: Claim) -> dict[str, Any]:
    job = claim.job
    return {"job_id": job.id, "order_id": job.order_id, "receipt": job.receipt}
