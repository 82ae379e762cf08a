"""A component whose announcements are kept, and what may be seen of it."""

from __future__ import annotations

from random import Random

from wix_printer_service.connectivity_component import Component
from wix_printer_service.observations import Cause, ComponentState, Observation
from wix_printer_service.settings import Connectivity

ONLINE = Observation(ComponentState.ONLINE, Cause.FINE)
CANNOT_TELL = Observation(ComponentState.UNKNOWN, Cause.CANNOT_TELL, "it never answers")
LOSSY = Observation(ComponentState.DEGRADED, Cause.PARTIAL_LOSS, "2 of 3 hosts answer")
LOW_PAPER = Observation(ComponentState.DEGRADED, Cause.PAPER_NEAR_END, "the paper is running out")
NO_PAPER = Observation(ComponentState.OFFLINE, Cause.PAPER_OUT, "the paper is out")
AWAY = Observation(ComponentState.OFFLINE, Cause.UNREACHABLE, "it cannot be reached")
SETTINGS = Connectivity()


class Watched:
    """A component and what it announced."""

    def __init__(self, clock, name, settings=SETTINGS, *, is_probed=True):
        self.changes = []
        self.component = Component(
            name, settings, clock, self.changes.append, is_probed=is_probed, random=Random(7)
        )

    def see(self, *observations):
        for observation in observations:
            self.component.observe(observation)

    @property
    def steps(self):
        return [(change.from_state.value, change.to_state.value) for change in self.changes]
