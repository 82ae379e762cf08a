"""A watch that notes what it hears, for the tests of printers."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from wix_printer_service.observations import Cause, Observation


PATIENCE_S = 20.0
"""After so long every watch gives up, so that no test hangs."""


class Notes:
    """Notes beats and observations; gives up when told to, and lets a test react to news."""

    def __init__(
        self, react: Callable[[Cause], object] = lambda _: None, *, gives_up: bool = False
    ) -> None:
        self.beats: list[float] = []
        self.observations: list[Observation] = []
        self.asked = 0
        """How often it was asked whether to give up."""
        self._began = monotonic()
        self._react = react
        self._gives_up = gives_up

    def beat(self) -> None:
        self.beats.append(monotonic())

    def observe(self, observation: Observation) -> None:
        self.observations.append(observation)
        self._react(observation.cause)

    def gives_up(self) -> bool:
        self.asked += 1
        return self._gives_up or monotonic() - self._began > PATIENCE_S

    @property
    def causes(self) -> list[Cause]:
        return [observation.cause for observation in self.observations]

    @property
    def longest_pause_s(self) -> float:
        return max((b - a for a, b in zip(self.beats, self.beats[1:], strict=False)), default=0.0)
