"""One worker per printer: claim, make the ticket, send it, settle.

Sending and book-keeping are two steps with two error paths: a failure before the first byte costs
nothing and is tried again with growing pauses; a failure after it makes the job uncertain; a failed
commit after a print is repeated until it succeeds and never sends anything again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_when_event_set,
    wait_exponential,
)

from wix_printer_service.errors import (
    PrinterUnavailableError,
    SendInterruptedError,
    StorageError,
    TryLaterError,
)
from wix_printer_service.health import PrinterProblem
from wix_printer_service.lifecycle import LONGEST_REST_S, Worker
from wix_printer_service.models import Confirmation, JobState
from wix_printer_service.print_jobs import lane

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from wix_printer_service.clock import Clock
    from wix_printer_service.offline_queue import OfflineQueue
    from wix_printer_service.print_jobs import Claim, PrintJobs, Sent
    from wix_printer_service.printing.printer import Printer
    from wix_printer_service.settings import Printing
    from wix_printer_service.storage.database import Database
    from wix_printer_service.tickets import TicketMaker

log = structlog.get_logger(__name__)


class PrintWorker(Worker):
    """Works off the lane of one printer.

    ``state`` says in plain words why the printer cannot be used now.
    """

    def __init__(
        self,
        name: str,
        printer: Printer,
        database: Database,
        queue: OfflineQueue,
        jobs: PrintJobs,
        tickets: TicketMaker,
        settings: Printing,
        clock: Clock,
    ) -> None:
        super().__init__(f"printer-{name}", clock)
        self.printer_name = name
        self.state = PrinterProblem(name)
        self._printer = printer
        self._database = database
        self._queue = queue
        self._jobs = jobs
        self._tickets = tickets
        self._settings = settings
        self._waker = queue.waker(lane(name))
        self._log = log.bind(printer=name)

    def start(self) -> None:
        """Settle what an earlier run left in hand, then start."""
        left = self._database.write(lambda t: self._jobs.recover(t, self.printer_name))
        if left:
            self._log.warning("jobs_uncertain", jobs=left, reason="the daemon ended while sending")
        super().start()

    def stop(self) -> None:
        """Ask the worker to stop, also out of a wait for work."""
        super().stop()
        self._waker.set()

    def turn(self) -> None:
        """Print one job if there is one, else wait to be woken."""
        self._waker.clear()
        if self._has_work():
            self._until_it_works(self._attempt, TryLaterError)
        elif not self.stopping.is_set():  # the stop's wake may be the one that was just cleared
            self.clock.wait(self._waker, min(self._settings.poll_s, LONGEST_REST_S))

    def _has_work(self) -> bool:
        with self._database.reading() as connection:
            return self._queue.has_work(connection, lane(self.printer_name))

    def _until_it_works(self, action: Callable[[], None], passing: type[TryLaterError]) -> None:
        """Repeat ``action`` with growing pauses while it fails in passing, or until the stop."""
        retrying = Retrying(
            retry=retry_if_exception_type(passing),
            wait=wait_exponential(
                multiplier=self._settings.retry_initial_s, max=self._settings.retry_max_s
            ),
            stop=stop_when_event_set(self.stopping),
            sleep=self.rest,
            before_sleep=self._tell_of_failure,
            retry_error_callback=_give_up,
        )
        retrying(action)

    def _attempt(self) -> None:
        if self.stopping.is_set() or not self._has_work():
            return
        self._printer.open()
        try:
            claim = self._database.write(lambda t: self._jobs.claim(t, self.printer_name))
            if claim is not None:
                self._print(claim)
            self._recovered()
        finally:
            self._printer.close()

    def _print(self, claim: Claim) -> None:
        try:
            sent = self._tickets.make(claim.job)
        except StorageError:
            self._put_back(claim, "the order could not be read now", costs_try=False)
            raise
        except Exception as error:  # a job that cannot be made must not block its lane
            log.exception("ticket_failed", printer=self.printer_name, job_id=claim.job.id)
            self._own_fault(claim, error)
            return
        self._send(claim, sent)

    def _send(self, claim: Claim, sent: Sent) -> None:
        try:
            confirmation = self._printer.send(sent.document, self.beat)
        except PrinterUnavailableError as error:
            self._put_back(claim, str(error), costs_try=False)
            raise
        except SendInterruptedError as error:
            self._uncertain(claim, sent, str(error))
        except Exception as error:  # a bug in a driver: nobody knows what is on paper either
            log.exception("send_failed", printer=self.printer_name, job_id=claim.job.id)
            self._uncertain(claim, sent, f"sending failed ({type(error).__name__})")
        else:
            unconfirmed = confirmation is Confirmation.NONE
            state = JobState.PRINTED_UNCONFIRMED if unconfirmed else JobState.PRINTED
            self._settle(claim, state, "sent", confirmation, sent)
            self._log.info("job_printed", confirmation=confirmation, **_facts(claim))

    def _uncertain(self, claim: Claim, sent: Sent, why: str) -> None:
        self._settle(claim, JobState.UNCERTAIN, why, None, sent)
        self._log.warning("job_uncertain", reason=why, **_facts(claim))
        # a printer that breaks off one job is given time before it may break off the next
        raise PrinterUnavailableError(why)

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

    def _write(self, change: Callable[[sqlite3.Connection], None]) -> None:
        """Book what has happened, however long the disk takes to recover."""
        self._until_it_works(lambda: self._database.write(change), StorageError)

    def _tell_of_failure(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        reason = str(error)
        if reason != self.state.problem:
            self.state = PrinterProblem(self.printer_name, reason, self.clock.now())
            self._log.warning("printing_waits", reason=reason, pause_s=state.upcoming_sleep)

    def _recovered(self) -> None:
        if self.state.problem:
            self._log.info("printing_goes_on", reason=self.state.problem)
            self.state = PrinterProblem(self.printer_name)


def _give_up(state: RetryCallState) -> None:
    """End a series of tries because the worker is to stop: what is unsettled stays as it is."""
    log.info("try_ended_by_stop", tries=state.attempt_number)


def _facts(claim: Claim) -> dict[str, Any]:
    job = claim.job
    return {"job_id": job.id, "order_id": job.order_id, "receipt": job.receipt}
