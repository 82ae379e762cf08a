"""From the bytes by which a printer says how it is to what that means for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wix_printer_service.observations import Cause, ComponentState, Observation

if TYPE_CHECKING:
    from collections.abc import Mapping

# Bits of DLE EOT n, from Epson's manuals: by n, which bits mean what. An error that a model calls
# mechanical and one that mends itself are alike to us: both need nobody to switch it off and on.
_REAL_TIME: Final[dict[int, tuple[tuple[int, Cause], ...]]] = {
    1: ((0x08, Cause.PRINTER_OFFLINE),),
    2: ((0x04, Cause.COVER_OPEN), (0x20, Cause.PAPER_OUT), (0x40, Cause.RECOVERABLE_ERROR)),
    3: (
        (0x08, Cause.CUTTER_ERROR),
        (0x20, Cause.UNRECOVERABLE_ERROR),
        (0x40, Cause.RECOVERABLE_ERROR),
    ),
    4: ((0x0C, Cause.PAPER_NEAR_END), (0x60, Cause.PAPER_OUT)),
}
# Bits of automatic status, by byte.
_AUTOMATIC: Final[dict[int, tuple[tuple[int, Cause], ...]]] = {
    0: ((0x08, Cause.PRINTER_OFFLINE), (0x20, Cause.COVER_OPEN)),
    1: (
        (0x04, Cause.RECOVERABLE_ERROR),
        (0x08, Cause.CUTTER_ERROR),
        (0x20, Cause.UNRECOVERABLE_ERROR),
        (0x40, Cause.RECOVERABLE_ERROR),
    ),
    2: ((0x03, Cause.PAPER_NEAR_END), (0x0C, Cause.PAPER_OUT)),
}
# What a person has to do something about comes first; a printer says several things at once.
_WORDS: Final = {
    Cause.UNRECOVERABLE_ERROR: "has an error and must be switched off and on",
    Cause.COVER_OPEN: "has its cover open",
    Cause.PAPER_OUT: "has no paper",
    Cause.CUTTER_ERROR: "has a stuck cutter: look for jammed paper, then switch it off and on",
    Cause.RECOVERABLE_ERROR: "has an error that passes by itself: its head may be hot",
    Cause.PRINTER_OFFLINE: "says that it is offline: is it switched to offline at its buttons?",
    Cause.PAPER_NEAR_END: "will soon be out of paper",
    Cause.NO_ANSWER: "takes connections but does not answer: is another program using it?",
    Cause.CANNOT_TELL: "can be reached but does not say how it is",
}


def from_real_time(label: str, answers: Mapping[int, int]) -> Observation:
    """Return how a printer is by its answers to ``DLE EOT``.

    Args:
        label: What people call the printer.
        answers: By n, the byte that came; an n without an answer says nothing.
    """
    return _worst(
        label, {cause for n, byte in answers.items() for cause in _read(_REAL_TIME[n], byte)}
    )


def from_automatic(label: str, unit: bytes) -> Observation:
    """Return how a printer is by four bytes of automatic status."""
    return _worst(
        label, {cause for n, meanings in _AUTOMATIC.items() for cause in _read(meanings, unit[n])}
    )


def offline(label: str, cause: Cause, text: str = "") -> Observation:
    """Return that a printer cannot print."""
    return Observation(ComponentState.OFFLINE, cause, f"{label} {text or _WORDS[cause]}")


def cannot_tell(label: str) -> Observation:
    """Return that a printer was reached and nothing more is known."""
    return Observation(
        ComponentState.UNKNOWN, Cause.CANNOT_TELL, f"{label} {_WORDS[Cause.CANNOT_TELL]}"
    )


def _read(meanings: tuple[tuple[int, Cause], ...], byte: int) -> set[Cause]:
    return {cause for bits, cause in meanings if byte & bits}


def _worst(label: str, causes: set[Cause]) -> Observation:
    for cause in _WORDS:
        if cause in causes:
            near_end = cause is Cause.PAPER_NEAR_END
            state = ComponentState.DEGRADED if near_end else ComponentState.OFFLINE
            return Observation(state, cause, f"{label} {_WORDS[cause]}")
    return Observation(ComponentState.ONLINE, Cause.FINE, f"{label} is ready")
