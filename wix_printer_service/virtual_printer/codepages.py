"""Epson's numbers for code pages (``ESC t n``) and what their upper halves hold."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

CODE_PAGES: Final = {
    0: "cp437",
    1: "cp437",  # Katakana on real printers
    2: "cp850",
    3: "cp860",
    4: "cp863",
    5: "cp865",
    13: "cp857",
    14: "cp737",
    15: "iso8859_7",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
    32: "cp720",
    33: "cp775",
    34: "cp855",
    35: "cp861",
    36: "cp862",
    37: "cp864",
    38: "cp869",
    39: "iso8859_2",
    40: "iso8859_15",
    45: "cp1250",
    46: "cp1251",
    47: "cp1253",
    48: "cp1254",
    49: "cp1255",
    50: "cp1256",
    51: "cp1257",
    52: "cp1258",
}


@lru_cache(maxsize=8)
def characters(page: int) -> str:
    """Return the 256 characters of a code page; what it lacks is U+FFFD."""
    # Only the upper half differs: code page 864 maps even "%" elsewhere, printers do not.
    lower = bytes(range(128)).decode("ascii")
    upper = bytes(range(128, 256)).decode(CODE_PAGES[page], errors="replace")
    return lower + "".join(c if c.isprintable() or c in "\xa0\xad" else "\ufffd" for c in upper)
