"""What can be wrong with the printer, settable at any time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class PaperState(StrEnum):
    """What the paper sensors see."""

    OK = "ok"
    NEAR_END = "near-end"
    OUT = "out"


class Breakdown(StrEnum):
    """What is broken inside; a cutter can be freed, the other needs a power cycle."""

    NONE = "none"
    CUTTER = "cutter"
    UNRECOVERABLE = "unrecoverable"


@dataclass(frozen=True, slots=True)
class Faults:
    """The printer's troubles; ``stall``, ``refuse`` and ``die_after`` concern connections only."""

    paper: PaperState = PaperState.OK
    cover_open: bool = False
    offline: bool = False
    error: Breakdown = Breakdown.NONE
    silent: bool = False
    """Prints, but answers nothing, as many cheap printers do."""
    bytes_per_second: float | None = None
    """Speed of printing; None is as fast as the machine."""
    stall: bool = False
    """Accepts connections and does not read."""
    refuse: bool = False
    """Refuses new connections."""
    die_after: int | None = None
    """Drops the connection (RST) after so many more bytes, once."""
    silent_offline: bool = False
    """Answers nothing as long as it cannot print, as many printers do."""
    no_process_id: bool = False
    """Takes ``GS ( H`` and answers nothing to it."""
    no_sensor_status: bool = False
    """Takes ``GS r`` and answers nothing to it."""
    no_automatic_status: bool = False
    """Takes ``GS a`` and reports nothing."""
    no_identity: bool = False
    """Takes ``GS I`` and answers nothing to it."""
    no_clearing: bool = False
    """Takes ``DLE DC4`` function 8 and clears nothing."""
    prints_unknown: bool = False
    """Does not know ``GS ( H`` and prints its parameters as text, as some cheap printers may."""
    chatter: bool = False
    """Says how it is before every answer, unasked, as if somebody else had asked for it."""

    @property
    def stop_printing(self) -> bool:
        """Tell whether the printer is offline: it keeps what it got and prints nothing."""
        return (
            self.offline
            or self.cover_open
            or self.paper is PaperState.OUT
            or self.error is not Breakdown.NONE
        )


NO_FAULTS: Final = Faults()
