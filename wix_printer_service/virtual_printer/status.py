"""The bytes by which a printer tells how it is, from Epson's ESC/POS command reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wix_printer_service.virtual_printer.faults import Breakdown, PaperState

if TYPE_CHECKING:
    from wix_printer_service.virtual_printer.faults import Faults

BUFFERS_CLEARED: Final = b"\x37\x25\x00"
"""Answer to ``DLE DC4`` function 8."""
REAL_TIME_BASE: Final = 0x12
"""Bits that mark an answer to ``DLE EOT``: ``0xx1xx10``."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What ``GS I`` tells."""

    maker: str
    model: str
    firmware: str = "1.00 ESC/POS"
    serial: str = "VIRTUAL001"


def real_time_status(faults: Faults, number: int) -> bytes:
    """Answer ``DLE EOT n``: printer, cause of being offline, cause of error, paper."""
    out = faults.paper is PaperState.OUT
    near_end = faults.paper is not PaperState.OK
    bits = {
        1: 0x08 * faults.stop_printing,
        2: 0x04 * faults.cover_open | 0x20 * out | 0x40 * (faults.error is not Breakdown.NONE),
        3: _error_bits(faults),
        4: 0x0C * near_end | 0x60 * out,
    }
    return bytes([REAL_TIME_BASE | bits[number]]) if number in bits else b""


def automatic_status(faults: Faults, kinds: int = 0xFF) -> bytes:
    """Return the four bytes of automatic status back.

    Args:
        faults: How the printer is.
        kinds: Which kinds to tell, as in ``GS a``: bit 1 online, bit 2 errors, bit 3 paper.
    """
    printer = 0x08 * faults.stop_printing | 0x20 * faults.cover_open
    return bytes(
        [
            0x10 | (printer if kinds & 0x02 else 0),
            _error_bits(faults) if kinds & 0x04 else 0,
            _paper_bits(faults) if kinds & 0x08 else 0,
            0x0F,
        ]
    )


def sensor_status(faults: Faults, number: int) -> bytes:
    """Answer ``GS r n``: paper, drawer, ink."""
    if number in b"\x011":
        return bytes([_paper_bits(faults)])
    return b"\x00" if number in b"\x02\x0424" else b""


def identification(identity: Identity, number: int) -> bytes:
    """Answer ``GS I n``: a byte about the hardware, or a block of text."""
    single = {1: b"\x20", 2: b"\x02", 3: b"\x01", 49: b"\x20", 50: b"\x02", 51: b"\x01"}
    texts = {65: identity.firmware, 66: identity.maker, 67: identity.model, 68: identity.serial}
    if number in texts:
        return b"\x5f" + texts[number].encode("ascii", errors="replace") + b"\x00"
    return single.get(number, b"")


def process_id(arguments: bytes) -> bytes:
    """Answer ``GS ( H`` function 48, whose last four arguments are the id."""
    asked = arguments.startswith(b"H\x06\x0000")
    return b"\x37\x22" + arguments[5:] + b"\x00" if asked else b""


def _error_bits(faults: Faults) -> int:
    return {Breakdown.CUTTER: 0x08, Breakdown.UNRECOVERABLE: 0x20}.get(faults.error, 0)


def _paper_bits(faults: Faults) -> int:
    bits = {PaperState.OK: 0x00, PaperState.NEAR_END: 0x03, PaperState.OUT: 0x0F}
    return bits[faults.paper]
