from __future__ import annotations

from wix_printer_service.models import Receipt
from wix_printer_service.receipts import test_ticket
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.document import QrCode, Text

from .orders import EMPTY, GERMAN, said


def test_it_shows_what_a_person_has_to_judge():
    document = test_ticket.test_document("kitchen", GERMAN)
    everything = " ".join(said(document))
    for letters in ("Drucker: kitchen", "ä ö ü Ä Ö Ü ß", "€", "Борщ"):
        assert letters in everything
    styles = {block.style for block in document.blocks if isinstance(block, Text)}
    assert {(1, 1), (1, 2), (2, 2), (3, 3)} <= {(s.width, s.height) for s in styles}
    assert any(style.inverse for style in styles)
    assert any(style.bold and not style.inverse for style in styles)
    assert any(isinstance(block, QrCode) for block in document.blocks)


def test_composed_without_a_printers_name_it_leaves_that_row_out():
    texts = said(compose(EMPTY, Receipt.TEST, GERMAN))
    assert "TESTSEITE" in texts
    assert not any(text.startswith("Drucker") for text in texts)
