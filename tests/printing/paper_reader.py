"""Reads the bytes of a ticket back without the code that made them, and without leniency."""

from __future__ import annotations

from dataclasses import dataclass

PAGES = {
    0: "cp437",
    2: "cp850",
    13: "cp857",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
}
"""Epson's numbers (``ESC t n``)."""
LENGTHS = {
    b"\x1b@": 0,
    b"\x1bE": 1,
    b"\x1bM": 1,
    b"\x1ba": 1,
    b"\x1bd": 1,
    b"\x1bt": 1,
    b"\x1bB": 2,
    b"\x1bp": 3,
    b"\x1d!": 1,
    b"\x1dB": 1,
    b"\x1dV": 1,
}
"""The commands that a ticket may hold, with the bytes after each."""
RASTER = b"\x1dv0"


@dataclass(frozen=True)
class Raster:
    width: int
    height: int
    data: bytes


def read(data: bytes) -> list[str | Raster]:
    """Return the rows of a ticket: texts and pictures.

    Raises:
        AssertionError: There is a byte under 20h that is not ours, or a command that we never send.
    """
    found: list[str | Raster] = []
    page, line, position = "ascii", "", 0
    while position < len(data):
        prefix = data[position : position + 2]
        if data[position : position + 3] == RASTER:
            assert line == ""
            raster, position = _raster(data, position + 4)
            found.append(raster)
        elif prefix[0] in b"\x1b\x1d":
            assert prefix in LENGTHS, prefix
            if prefix == b"\x1bt":
                page = PAGES[data[position + 2]]
            position += 2 + LENGTHS[prefix]
        elif prefix[:1] == b"\n":
            found.append(line)
            line, position = "", position + 1
        else:
            assert prefix[0] not in {*range(0x20), 0x7F}, data[position:]
            line, position = line + prefix[:1].decode(page), position + 1
    assert line == ""
    return found


def _raster(data: bytes, start: int) -> tuple[Raster, int]:
    width_bytes, height = (
        int.from_bytes(data[start + i : start + i + 2], "little") for i in (0, 2)
    )
    end = start + 4 + width_bytes * height
    for letter in (b"\x04", b"\x05", b"\x14"):
        assert b"\x10" + letter not in data[start + 4 : end]
    return Raster(8 * width_bytes, height, data[start + 4 : end]), end
