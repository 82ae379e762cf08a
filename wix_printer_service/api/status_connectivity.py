"""The status listener's routes about connections: how they are, checking now, what happened."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import AfterValidator, AwareDatetime

from wix_printer_service import connectivity_records
from wix_printer_service.api.status_api import LARGEST_ID, Limit
from wix_printer_service.api.status_connectivity_models import (
    ComponentReport,
    ConnectivityReport,
    EventReport,
    EventsReport,
    OfflineDayReport,
)
from wix_printer_service.api.texts import texts
from wix_printer_service.errors import StorageError
from wix_printer_service.observations import Cause, ComponentState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wix_printer_service.clock import Clock
    from wix_printer_service.connectivity_component import ComponentSnapshot
    from wix_printer_service.connectivity_monitor import ConnectivityMonitor
    from wix_printer_service.settings import Settings
    from wix_printer_service.storage.database import Database

PROBES_IN_A_ROW = 4
"""A look takes up to three time-outs (InternetProbe), and may begin while another one goes on."""
MOST_DAYS = 366


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        message = "this is beyond the calendar"
        raise ValueError(message) from error


Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="So many days of metrics.")]
Before = Annotated[
    int | None, Query(ge=1, le=LARGEST_ID, description="Only older ones: `next_before`.")
]
OfComponent = Annotated[str | None, Query(description="printer:NAME, internet or wix.")]
ToState = Annotated[ComponentState | None, Query(description="Only changes to this state.")]
Since = Annotated[
    AwareDatetime | None,
    AfterValidator(lambda moment: moment and _in_utc(moment)),
    Query(description="Only those since then, such as 2026-11-20T18:00:00Z."),
]


class ConnectivityApi:
    """Answers programs that ask about printers, the internet and Wix."""

    def __init__(
        self, database: Database, monitor: ConnectivityMonitor, settings: Settings, clock: Clock
    ) -> None:
        self._database = database
        self._monitor = monitor
        self._zone = ZoneInfo(settings.restaurant.timezone)
        self._check_timeout_s = PROBES_IN_A_ROW * settings.connectivity.probe_timeout_s
        self._clock = clock

    def routes(self) -> APIRouter:
        """Return the routes; summaries and descriptions are those of the methods."""
        router = APIRouter(prefix="/connectivity")
        router.add_api_route("/status", self.status, response_model=ConnectivityReport)
        router.add_api_route(
            "/check", self.check, methods=["POST"], response_model=ConnectivityReport
        )
        router.add_api_route("/events", self.events, response_model=EventsReport)
        return router

    def status(self, days: Days = 7) -> ConnectivityReport:
        """Say how every printer, the internet and Wix are, and how much they were away lately."""
        return self._report(self._monitor.snapshot(), days)

    def check(self, days: Days = 7) -> ConnectivityReport:
        """Look at everything now and say how it is; who asks meanwhile shares the same look."""
        return self._report(self._monitor.check(self._check_timeout_s), days)

    def events(
        self,
        limit: Limit = 50,
        before: Before = None,
        component: OfComponent = None,
        state: ToState = None,
        since: Since = None,
    ) -> EventsReport:
        """List changes of states, newest first, page by page."""
        with self._database.reading() as connection:
            found = connectivity_records.events(
                connection,
                limit=limit + 1,
                before_id=before,
                component=component,
                state=state,
                since=since,
            )
        shown = found[:limit]
        return EventsReport(
            events=[EventReport.model_validate(event) for event in shown],
            next_before=shown[-1].id if len(found) > limit else None,
        )

    def _report(self, snapshots: Sequence[ComponentSnapshot], days: int) -> ConnectivityReport:
        began: dict[int | None, datetime] = {}
        metrics = None
        try:
            with self._database.reading() as connection:
                outages = connectivity_records.open_outages(connection)
                metrics = connectivity_records.metrics(
                    connection, self._zone, days, now=self._clock.now()
                )
            began = {outage.id: outage.started_at for outage in outages}
        except StorageError:
            pass  # how things are now is known all the same
        return ConnectivityReport(
            overall=overall(snapshots),
            components=[_component(s, began.get(s.outage_id)) for s in snapshots],
            metrics=metrics and [OfflineDayReport.model_validate(day) for day in metrics],
        )


def overall(snapshots: Sequence[ComponentSnapshot]) -> ComponentState:
    """Return how all components together are, of those of which it is known."""
    states = {
        snapshot.state
        for snapshot in snapshots
        if snapshot.cause is not Cause.NOT_CONFIGURED
        and snapshot.state is not ComponentState.UNKNOWN
    }
    if not states:
        return ComponentState.UNKNOWN
    return states.pop() if len(states) == 1 else ComponentState.DEGRADED


def _component(snapshot: ComponentSnapshot, outage_since: datetime | None) -> ComponentReport:
    facts: dict[str, Any] = asdict(snapshot)
    facts["text"] = snapshot.text or texts("en").causes[snapshot.cause]
    facts["for_s"] = round(snapshot.for_s, 1)
    if snapshot.next_try_in_s is not None:
        facts["next_try_in_s"] = round(snapshot.next_try_in_s, 1)
    return ComponentReport(**facts, outage_since=outage_since)
