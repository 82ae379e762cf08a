"""What a printer is asked, as the bytes of Epson's ESC/POS command reference."""

from __future__ import annotations

from typing import Final

INITIALIZE: Final = b"\x1b@"
"""Back to the defaults; also switches automatic status off."""
REPORT_CHANGES: Final = b"\x1da\xff"
"""``GS a``: automatic status, all kinds; the network boards of Epson send the same."""
TELL_PAPER: Final = b"\x1dr1"
"""``GS r 1``: answered in order, so that an answer means: all before it was processed."""
TELL_MAKER: Final = b"\x1dIB"
TELL_MODEL: Final = b"\x1dIC"
CLEAR_BUFFERS: Final = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""``DLE DC4`` function 8: forget all that is not on paper yet."""
NOTHING: Final = b"\x00"
"""Ignored between commands, a white dot row within a picture."""

STATUS_NUMBERS: Final = (1, 2, 3, 4)
"""What ``DLE EOT`` tells: the printer, why it is offline, which error, the paper."""


def tell_status(number: int) -> bytes:
    """Return ``DLE EOT n``, which is answered at once, even by a printer that cannot print."""
    return b"\x10\x04" + bytes([number])


def tell_when_printed(process_id: bytes) -> bytes:
    """Return ``GS ( H`` function 48: the id comes back when all before it is on paper.

    Args:
        process_id: Four printable characters.
    """
    return b"\x1d(H\x06\x0000" + process_id
