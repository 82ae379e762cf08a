"""What a host sends to an ESC/POS printer, spelled out."""

from __future__ import annotations

CUT = b"\x1dV\x00"
INITIALIZE = b"\x1b@"
LATIN_WITH_EURO = b"\x1bt\x13"
"""``ESC t 19``: code page 858."""
CENTER = b"\x1ba\x01"
RIGHT = b"\x1ba\x02"
SENSOR_QUERY = b"\x1dr\x01"
CLEAR_BUFFERS = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"


def real_time_query(number: int) -> bytes:
    return b"\x10\x04" + bytes([number])


def process_id(name: bytes) -> bytes:
    return b"\x1d(H\x06\x0000" + name


def size(width: int, height: int) -> bytes:
    return b"\x1d!" + bytes([(width - 1) << 4 | height - 1])


def raster(data: bytes, width_bytes: int, mode: int = 0) -> bytes:
    rows = len(data) // width_bytes
    header = bytes([mode]) + width_bytes.to_bytes(2, "little") + rows.to_bytes(2, "little")
    return b"\x1dv0" + header + data


def group(letter: bytes, parameters: bytes) -> bytes:
    """``GS ( letter`` with its length."""
    return b"\x1d(" + letter + len(parameters).to_bytes(2, "little") + parameters


def qr_code(data: bytes, module: int = 4) -> bytes:
    return (
        group(b"k", b"\x31\x41\x32\x00")
        + group(b"k", b"\x31\x43" + bytes([module]))
        + group(b"k", b"\x31\x45\x31")
        + group(b"k", b"\x31\x50\x30" + data)
        + group(b"k", b"\x31\x51\x30")
    )
