"""How a component is, and why: what one look at a printer, the internet or Wix shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ComponentState(StrEnum):
    """How a component is: a printer, the internet, the Wix API."""

    ONLINE = "ONLINE"
    DEGRADED = "DEGRADED"
    """It works, but something needs a look."""
    OFFLINE = "OFFLINE"
    UNKNOWN = "UNKNOWN"
    """Not asked yet, or it cannot be asked."""


class Cause(StrEnum):
    """Why a component is as it is."""

    FINE = "fine"
    NOT_CHECKED = "not_checked"
    CANNOT_TELL = "cannot_tell"
    """It can be reached, but never answers questions, as many cheap printers."""
    NOT_CONFIGURED = "not_configured"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    GONE = "gone"
    """Its device is not there: unplugged or switched off."""
    IN_USE = "in_use"
    NO_ACCESS = "no_access"
    NO_ANSWER = "no_answer"
    """It takes connections and answers nothing, though it could."""
    PRINTER_OFFLINE = "printer_offline"
    """It says that it is offline, for example by its own button."""
    PAPER_OUT = "paper_out"
    PAPER_NEAR_END = "paper_near_end"
    COVER_OPEN = "cover_open"
    CUTTER_ERROR = "cutter_error"
    RECOVERABLE_ERROR = "recoverable_error"
    """It mends itself, for example once its head has cooled down."""
    UNRECOVERABLE_ERROR = "unrecoverable_error"
    """It must be switched off and on."""
    UNKNOWN_NAME = "unknown_name"
    PARTIAL_LOSS = "partial_loss"
    HIGH_LATENCY = "high_latency"
    CAPTIVE_PORTAL = "captive_portal"
    """Somebody else answers, such as the log-in page of a hotel's network."""
    SERVER_ERROR = "server_error"


@dataclass(frozen=True, slots=True)
class Observation:
    """What one look at a component showed; ``text`` says it to a person."""

    state: ComponentState
    cause: Cause
    text: str = ""
