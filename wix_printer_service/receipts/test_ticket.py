"""A page that shows at a glance whether a printer is set up right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.document import Document, QrCode, Rule, Style, Text
from wix_printer_service.receipts.styles import (
    BANNER,
    BOLD,
    BOLD_CENTERED,
    CENTERED,
    LARGE_CENTERED,
)

if TYPE_CHECKING:
    from wix_printer_service.receipts.context import ReceiptContext


def test_document(printer_name: str, context: ReceiptContext) -> Document:
    """Compose a page on which a person can judge letters, sizes, edges and pictures."""
    say = words(context.language)
    sizes = (
        Text(f"{width}×{height} 9,50 €", Style(width=width, height=height))
        for width, height in ((1, 1), (1, 2), (2, 2), (3, 3))
    )
    printer = (Text(say.test_printer.format(printer=printer_name), CENTERED),)
    return Document(
        (
            Text(say.test_title, BANNER),
            Text(context.restaurant_name, LARGE_CENTERED),
            *(printer if printer_name else ()),
            Rule(),
            Text(say.test_letters),
            Text("ä ö ü Ä Ö Ü ß é è à ç ñ – € „Anführung“"),
            Text("Łódź Žižkov İstanbul ğ ş"),
            Text(say.test_sizes),
            *sizes,
            Text(say.test_bold, BOLD),
            Text(say.test_inverse, BANNER),
            Text(say.test_edges),
            Rule("="),
            Text(say.test_image),
            Text("Борщ · Μουσακάς · شاورما"),
            Text(say.test_code),
            QrCode("https://example.com/"),
            Text(say.test_end, BOLD_CENTERED),
        )
    )
