"""What the status page says of printers, the internet and Wix, in the restaurant's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wix_printer_service.api.status_words import FOR_A_PERSON, Said, Tone
from wix_printer_service.backfill_state import Outcome
from wix_printer_service.circuit_breaker import BreakerState
from wix_printer_service.connectivity_component import PRINTER_PREFIX
from wix_printer_service.job_changes import lane
from wix_printer_service.models import JobState
from wix_printer_service.observations import Cause, ComponentState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wix_printer_service.api.status_models import BackfillReport
    from wix_printer_service.api.status_words import Speaker
    from wix_printer_service.backfill_state import BackfillState
    from wix_printer_service.health import ComponentHealth, Snapshot
    from wix_printer_service.queue_status import LaneStatus

COMPONENT_TONES = {
    ComponentState.ONLINE: Tone.GOOD,
    ComponentState.DEGRADED: Tone.LOOK,
    ComponentState.OFFLINE: Tone.STOP,
    ComponentState.UNKNOWN: Tone.OFF,
}
JOB_TONES = {
    JobState.QUEUED: Tone.WAIT,
    JobState.SENDING: Tone.WAIT,
    JobState.UNCERTAIN: Tone.LOOK,
    JobState.HELD: Tone.LOOK,
    JobState.PRINTED: Tone.GOOD,
    JobState.PRINTED_UNCONFIRMED: Tone.GOOD,
    JobState.CANCELLED: Tone.OFF,
    JobState.EXPIRED: Tone.STOP,
    JobState.DEAD: Tone.STOP,
}
BACKFILL_TONES = {
    Outcome.NOT_CONFIGURED: Tone.OFF,
    Outcome.NOT_YET: Tone.OFF,
    Outcome.FINE: Tone.GOOD,
    Outcome.UNAVAILABLE: Tone.LOOK,
    Outcome.KEY_REFUSED: Tone.STOP,
    Outcome.FAILED: Tone.STOP,
}
INTERNET, WIX = "internet", "wix"


@dataclass(frozen=True, slots=True)
class PrinterView:
    """A printer on the page: how it is, since when, and how many of its jobs are not over.

    ``remarks`` are whole lines; ``jobs`` are counts such as "3 × waiting".
    """

    name: str
    state: Said
    remarks: tuple[str, ...]
    jobs: tuple[Said, ...]


class ComponentViewer:
    """Puts the state of connections into words."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._say = speaker.say

    def printers(
        self, snapshot: Snapshot, lanes: Mapping[str, LaneStatus]
    ) -> tuple[PrinterView, ...]:
        """Return the printers, in the order of the configuration."""
        jobs = {printer.name: printer.jobs for printer in snapshot.printers}
        components = {component.name: component for component in snapshot.components}
        return tuple(
            self._printer(name, components[PRINTER_PREFIX + name], counts, lanes.get(lane(name)))
            for name, counts in jobs.items()
        )

    def surroundings(self, snapshot: Snapshot) -> tuple[Said, ...]:
        """Return how the internet and Wix are, if they are watched."""
        return tuple(
            self._surrounding(component)
            for component in snapshot.components
            if not component.name.startswith(PRINTER_PREFIX)
            and component.cause is not Cause.NOT_CONFIGURED
        )

    def consequences(self, snapshot: Snapshot) -> tuple[str, ...]:
        """Say what it means that the internet is away, and that the key for Wix is no good."""
        is_away = any(
            component.name == INTERNET and component.state is ComponentState.OFFLINE
            for component in snapshot.components
        )
        consequences = [self._say.no_internet] if is_away else []
        if snapshot.backfill.outcome is Outcome.KEY_REFUSED:
            consequences.append(self.backfill(snapshot.backfill).words)
        return tuple(consequences)

    def backfill(self, state: BackfillState | BackfillReport) -> Said:
        """Say when Wix was last asked for orders, and with what result."""
        answered = state.answered_at
        words = self._say.backfill[state.outcome].format(
            time=self._say.never if answered is None else self._speaker.moment(answered),
            result=(
                self._say.fetched_since_start.format(number=state.found)
                if state.found
                else self._say.all_known
            ),
        )
        return Said(words, BACKFILL_TONES[state.outcome])

    def past_due(self, state: BackfillState) -> tuple[Said, ...]:
        """Say how many orders of before the first start are still due, if any are."""
        words = self._say.past_due.format(number=state.past_due)
        return (Said(words, Tone.LOOK),) if state.past_due else ()

    def _printer(
        self,
        name: str,
        component: ComponentHealth,
        jobs: Mapping[str, int],
        waiting: LaneStatus | None,
    ) -> PrinterView:
        state = self._state(component, self._say.ready)
        remarks = [self._since(component)] if state.tone in FOR_A_PERSON else []
        if waiting is not None and waiting.oldest_age_s is not None:
            since = self._speaker.now - timedelta(seconds=waiting.oldest_age_s)
            remarks.append(self._say.oldest_waits_since.format(time=self._speaker.moment(since)))
        counts = tuple(
            Said(f"{count} × {self._say.job_states[JobState(job)]}", JOB_TONES[JobState(job)])
            for job, count in jobs.items()
        )
        return PrinterView(name, state, tuple(filter(None, remarks)), counts)

    def _surrounding(self, component: ComponentHealth) -> Said:
        name = self._say.components.get(component.name, component.name)
        fine = self._say.reachable if component.name == WIX else self._say.causes[Cause.FINE]
        state = self._state(component, fine)
        since = self._since(component) if state.tone in FOR_A_PERSON else ""
        return Said(f"{name}: {state.words}" + (f", {since}" if since else ""), state.tone)

    def _state(self, component: ComponentHealth, fine: str) -> Said:
        tone = COMPONENT_TONES[component.state]
        if tone not in FOR_A_PERSON and component.breaker != BreakerState.CLOSED:
            return Said(self._say.breaks_off, Tone.STOP)
        words = fine if component.cause is Cause.FINE else self._say.causes[component.cause]
        return Said(words, tone)

    def _since(self, component: ComponentHealth) -> str:
        if component.since is None:
            return ""
        words = self._say.since_tries_again if component.reconnecting else self._say.since
        return words.format(time=self._speaker.moment(datetime.fromisoformat(component.since)))
