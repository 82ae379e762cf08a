from __future__ import annotations

import pytest

from wix_printer_service.printing.rendering import HIGHEST_FRAGMENT, Paper, render
from wix_printer_service.receipts.document import Align, Document, QrCode, Style, Text
from wix_printer_service.virtual_printer import render as print_virtually
from wix_printer_service.virtual_printer.commands import CommandParser


@pytest.mark.parametrize("width_mm", [80, 58])
@pytest.mark.parametrize("columns", range(16, 97))
def test_drawn_rows_fit_whatever_the_columns_are(width_mm, columns):
    blocks = (
        Text("αλλεργία", Style(1, 2, bold=True, inverse=True)),
        Text("ω", Style(align=Align.RIGHT)),
        Text("ω" * columns),
        Text("ملاحظة " * 9),
    )
    data = render(Document(blocks), Paper.of(width_mm, columns))
    (receipt,) = print_virtually(data, width_mm)
    assert receipt.warnings == ()


def test_a_picture_is_sent_in_pieces_that_every_buffer_holds():
    data = render(Document((QrCode("https://example.com/" * 9),)), Paper.of(80))
    pictures = [one for one in CommandParser().feed(data) if one.prefix == b"\x1dv"]
    heights = [int.from_bytes(one.arguments[4:6], "little") for one in pictures]
    assert len(heights) > 1
    assert max(heights) <= HIGHEST_FRAGMENT
