"""Asks Wix for what the webhooks did not bring: at the start, when Wix returns, and regularly.

What it finds goes the same way as a webhook, through ``OrderService.accept``, so that an order has
one set of receipts by whichever road it comes.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from wix_printer_service import backfill_records
from wix_printer_service.backfill_look import Look
from wix_printer_service.backfill_rhythm import Rhythm
from wix_printer_service.backfill_state import BackfillState, Outcome
from wix_printer_service.errands import LONGEST_REST_S
from wix_printer_service.errors import (
    NeverAgainError,
    StorageError,
    WixKeyError,
    WixPrinterError,
    WixUnavailableError,
)
from wix_printer_service.lifecycle import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.clock import Clock
    from wix_printer_service.order_service import OrderService
    from wix_printer_service.settings import Settings
    from wix_printer_service.storage.database import Database
    from wix_printer_service.wix.client import Waiter, WixClient

log = structlog.get_logger(__name__)


class Backfill(Worker):
    """Looks at Wix again and again; a failure only makes the next look come later.

    Args:
        connect: Makes the client, given who waits for its answers.
        on_failure: Called when Wix cannot be asked, so that somebody looks whether it is there.
    """

    def __init__(
        self,
        database: Database,
        orders: OrderService,
        settings: Settings,
        clock: Clock,
        *,
        connect: Callable[[Waiter], WixClient],
        on_failure: Callable[[], None],
    ) -> None:
        super().__init__("backfill", clock)
        self._database = database
        self._orders = orders
        self._settings = settings.backfill
        self._patience_s = settings.wix.answer_timeout_s
        self._client = connect(self)
        self._look = Look(database, orders, settings, clock, self._client, self)
        self._on_failure = on_failure
        self._rhythm = Rhythm(settings.backfill, clock)
        self._wake = threading.Event()
        self._next_wide_s = clock.monotonic()
        self._state = BackfillState(Outcome.NOT_YET)

    @property
    def state(self) -> BackfillState:
        """How far it is; an answer that is long in coming is none."""
        state = replace(self._state, next_look_in_s=self._rhythm.due_in_s())
        asking_since_s = self._look.asking_since_s
        waited_s = 0.0 if asking_since_s is None else self.clock.monotonic() - asking_since_s
        if waited_s <= self._patience_s:
            return state
        text = f"Wix has not answered for {waited_s:.0f} s"
        return replace(state, outcome=Outcome.UNAVAILABLE, text=text)

    def hurry(self) -> None:
        """Have Wix asked soon, and further back than usual: it was away."""
        self._next_wide_s = self.clock.monotonic()
        self._rhythm.hurry()
        self._wake.set()

    def stop(self) -> None:
        """Ask the worker to stop; returns at once."""
        super().stop()
        self._wake.set()

    def turn(self) -> None:
        """Wait for the next look, or take it."""
        due_in_s = self._rhythm.due_in_s()
        if due_in_s > 0:
            self.clock.wait(self._wake, min(due_in_s, LONGEST_REST_S))
            self._wake.clear()
        else:
            self._take_look()

    def finish(self) -> None:
        """Close the connection to Wix."""
        self._client.close()
        super().finish()

    def _take_look(self) -> None:
        self._state = replace(self._state, asked_at=self.clock.now())
        began_s = self.clock.monotonic()
        is_wide = began_s >= self._next_wide_s and not self._look.is_broken_off
        brought_before = self._look.brought
        try:
            self._look.take(wide=is_wide)
        except WixUnavailableError as error:
            self._failed(Outcome.UNAVAILABLE, error, error.retry_after_s)
        except WixKeyError as error:
            self._failed(Outcome.KEY_REFUSED, error)
        except (NeverAgainError, StorageError) as error:
            self._failed(Outcome.FAILED, error)
        except Exception as error:
            # the next look must not come a second later; what a bug says may name a guest
            self._failed(Outcome.FAILED, WixPrinterError(f"unexpected: {type(error).__name__}"))
            raise
        else:
            if is_wide:
                self._next_wide_s = began_s + self._settings.wide_interval_s
            self._went_well(self._look.brought - brought_before)
        self._state = replace(self._state, found=self._look.brought)

    def _went_well(self, brought: int) -> None:
        silent_for_s = self._orders.webhooks_silent_for_s()
        self._rhythm.went_well(brought=brought, silent_for_s=silent_for_s)
        if self._state.outcome is not Outcome.FINE:
            log.info("wix_answers")
        if brought:
            log.info("backfill_brought", orders=brought)
        with self._database.reading() as connection:
            past_due = backfill_records.past_due(connection, self.clock.now())
        self._state = BackfillState(
            Outcome.FINE,
            self._look.past.remark(),
            asked_at=self._state.asked_at,
            answered_at=self.clock.now(),
            past_due=past_due,
            print_since=self._look.past.since,
        )

    def _failed(
        self, outcome: Outcome, error: Exception, retry_after_s: float | None = None
    ) -> None:
        if self.stopping.is_set():
            return
        self._next_wide_s = self.clock.monotonic()  # nobody knows what was missed meanwhile
        silent_for_s = self._orders.webhooks_silent_for_s()
        self._rhythm.failed(silent_for_s=silent_for_s, retry_after_s=retry_after_s)
        if (outcome, str(error)) != (self._state.outcome, self._state.text):
            notes = getattr(error, "__notes__", [])
            log.warning("wix_not_asked", outcome=outcome, reason=str(error), notes=notes)
        self._state = replace(self._state, outcome=outcome, text=str(error))
        if outcome is Outcome.UNAVAILABLE:
            self._on_failure()
