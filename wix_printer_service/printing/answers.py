"""Tells a printer's answers apart, which come mixed on one stream of bytes.

The bits are from the appendices of Epson's and Citizen's manuals on recognising transmitted data.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a piece of the stream is the answer to."""

    REAL_TIME = "real_time"
    """``DLE EOT``: one byte."""
    AUTOMATIC = "automatic"
    """Automatic status: four bytes, unasked."""
    IN_ORDER = "in_order"
    """``GS r``: one byte."""
    PROCESS_ID = "process_id"
    CLEARED = "cleared"
    """The buffers were cleared, as ``DLE DC4`` function 8 asks for."""
    TEXT = "text"
    """``GS I``: the maker or the model."""
    OTHER = "other"
    """A block that nobody here asks for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; of a block without its marks, only what it says."""

    kind: Kind
    data: bytes


FLOW_CONTROL: Final = b"\x11\x13"
"""XON and XOFF: a serial printer's "go on" and "stop", no answers."""
AUTOMATIC_SIZE: Final = 4
LONGEST_BLOCK: Final = 128
"""Bytes after which a block without an end was none."""
_FAMILY: Final = 0b10010011
_REAL_TIME: Final = 0b00010010
_AUTOMATIC: Final = 0b00010000
"""The first byte of automatic status; of its other three bytes no bit of ``_OTHERS`` is set."""
_OTHERS: Final = 0b10010000
"""None of these bits is set in an answer to ``GS r``."""
_BLOCKS: Final = b"\x35\x37\x39\x3b\x3d\x5f"
"""How blocks begin; they end with NUL."""
_KINDS: Final = {b"\x37\x22": Kind.PROCESS_ID, b"\x37\x25": Kind.CLEARED, b"\x5f": Kind.TEXT}


class AnswerParser:
    """Cuts the stream into answers, however its bytes arrive split; drops what is none."""

    def __init__(self) -> None:
        self._begun = bytearray()

    def feed(self, data: bytes) -> list[Answer]:
        """Return the answers that ``data`` completes."""
        return [answer for byte in data if (answer := self._take(byte)) is not None]

    def forget(self) -> None:
        """Drop an answer that has begun: its rest will not come."""
        self._begun.clear()

    def _take(self, byte: int) -> Answer | None:
        if not self._begun:
            return self._begin(byte)
        if self._begun[0] in _BLOCKS:
            return self._go_on_with_block(byte)
        return self._go_on_with_automatic(byte)

    def _begin(self, byte: int) -> Answer | None:
        if byte & _FAMILY == _REAL_TIME:
            return Answer(Kind.REAL_TIME, bytes([byte]))
        if not byte & _OTHERS:
            return Answer(Kind.IN_ORDER, bytes([byte]))
        if byte in _BLOCKS or byte & _FAMILY == _AUTOMATIC:
            self._begun.append(byte)
        return None

    def _go_on_with_block(self, byte: int) -> Answer | None:
        if byte:
            self._begun.append(byte)
            if len(self._begun) > LONGEST_BLOCK:
                self.forget()
            return None
        block = bytes(self._begun)
        self.forget()
        for mark, kind in _KINDS.items():
            if block.startswith(mark):
                return Answer(kind, block.removeprefix(mark))
        return Answer(Kind.OTHER, block)

    def _go_on_with_automatic(self, byte: int) -> Answer | None:
        if byte in FLOW_CONTROL:
            return None
        if byte & _OTHERS:  # none of its other bytes looks so: this is something else
            self.forget()
            return self._begin(byte)
        self._begun.append(byte)
        if len(self._begun) < AUTOMATIC_SIZE:
            return None
        unit = bytes(self._begun)
        self.forget()
        return Answer(Kind.AUTOMATIC, unit)
