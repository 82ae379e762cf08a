"""If these pass, whoever looks at a receipt beforehand sees what would come out."""

from __future__ import annotations

from structlog.testing import capture_logs

from tests.receipts.orders import GERMAN
from wix_printer_service import tickets
from wix_printer_service.models import Receipt
from wix_printer_service.previews import Previews
from wix_printer_service.printing.rendering import Paper
from wix_printer_service.receipts.context import Slip
from wix_printer_service.simulation import samples
from wix_printer_service.wix.mapping import read_order

ORDER = read_order(samples.order_of(samples.load("pickup")))


def test_what_our_receipts_cannot_cope_with_is_shown_as_the_plain_ticket(monkeypatch):
    monkeypatch.delattr(tickets, "compose")
    previews = Previews(GERMAN, {})
    with capture_logs() as logs:
        preview = previews.show(ORDER, Slip(Receipt.KITCHEN), Paper.of(80))
    assert "NOT FULLY READABLE" in preview.text
    assert [entry["event"] for entry in logs] == ["receipt_failed"]
