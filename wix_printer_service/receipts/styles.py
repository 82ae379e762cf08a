"""The few ways in which receipts look, so that the same thing always looks the same."""

from __future__ import annotations

from typing import Final

from wix_printer_service.receipts.document import Align, Style

HUGE: Final = Style(width=3, height=3, bold=True, align=Align.CENTER)
LARGE: Final = Style(width=2, height=2, bold=True)
LARGE_CENTERED: Final = Style(width=2, height=2, bold=True, align=Align.CENTER)
TALL: Final = Style(height=2)
TALL_BOLD: Final = Style(height=2, bold=True)
TALL_CENTERED: Final = Style(height=2, bold=True, align=Align.CENTER)
BOLD: Final = Style(bold=True)
CENTERED: Final = Style(align=Align.CENTER)
BOLD_CENTERED: Final = Style(bold=True, align=Align.CENTER)

BANNER: Final = Style(width=2, height=2, bold=True, inverse=True, align=Align.CENTER)
HUGE_BANNER: Final = Style(width=4, height=3, bold=True, inverse=True, align=Align.CENTER)
ALLERGY: Final = Style(width=2, height=3, bold=True, inverse=True)
"""Larger than anything around it, and the only inverse text that is not a banner."""
ALLERGY_AGAIN: Final = Style(width=2, height=2, bold=True, inverse=True)
"""A note at the bottom that stands at the top as well."""
ALLERGY_ABOVE: Final = Style(height=2, bold=True, inverse=True)
"""The same words repeated at the top, where a whole note must not fill the ticket."""
