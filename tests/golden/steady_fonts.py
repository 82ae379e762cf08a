"""The same letters on every machine."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from wix_printer_service.printing import fonts

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def steady_fonts() -> Iterator[None]:
    """Draw with the fonts of Python's packages alone; a letter that they lack is its code point."""
    _forget()
    with mock.patch.object(fonts, "SYSTEM_FONTS", Path(__file__).with_name("no fonts")):
        yield
    _forget()


def _forget() -> None:
    for remembered in (fonts._system_fonts, fonts.font_for):
        remembered.cache_clear()
