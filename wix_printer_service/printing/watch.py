"""Who sends a job and hears what happens to it meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from wix_printer_service.observations import Observation


class Watch(Protocol):
    """Hears, within the sender's own thread, how a job goes."""

    def beat(self) -> None:
        """Hear that the printer took or said something, or that the wait goes on."""
        ...

    def observe(self, observation: Observation) -> None:
        """Hear how the printer is, each time that this changes during the job."""
        ...

    def gives_up(self) -> bool:
        """Tell, while the printer cannot print, whether the wait for it shall end."""
        ...


class _Unwatched:
    """Hears nothing and never gives up."""

    def beat(self) -> None:
        """Do nothing."""

    def observe(self, observation: Observation) -> None:
        """Do nothing."""

    def gives_up(self) -> bool:
        """Wait on."""
        return False


UNWATCHED: Final[Watch] = _Unwatched()
