"""Receipts as they lie in the kitchen: composed, rendered and printed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wix_printer_service.models import Receipt
from wix_printer_service.printing.rendering import Paper, render
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.context import Marks
from wix_printer_service.receipts.plain import plain_document
from wix_printer_service.virtual_printer import render as print_virtually

from .any_orders import orders
from .layout_files import composed, logo, with_needed
from .orders import (
    ALL_MARKS,
    CASH_DELIVERY,
    ENGLISH,
    GERMAN,
    PICKUP,
    SENT_BEFORE,
    WITH_ALLERGIES,
)

SAMPLES = (PICKUP, CASH_DELIVERY, WITH_ALLERGIES)
WIDTHS = (80, 58)


def on_paper(document, width_mm: int) -> str:
    (receipt,) = print_virtually(render(document, Paper.of(width_mm)), width_mm)
    assert receipt.warnings == ()
    return receipt.text


def together(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("width_mm", WIDTHS)
@pytest.mark.parametrize("context", [GERMAN, ENGLISH])
@pytest.mark.parametrize("order", SAMPLES)
@pytest.mark.parametrize("receipt", Receipt)
def test_every_sample_prints_and_its_number_is_text(receipt, order, context, width_mm):
    text = on_paper(compose(order, receipt, context), width_mm)
    if receipt is not Receipt.TEST:
        assert f"#{order.number}" in text.split()


@pytest.mark.parametrize("width_mm", WIDTHS)
def test_marks_times_and_amounts_are_in_one_row(width_mm):
    marks = Marks(copy=True, duplicate=SENT_BEFORE)
    rows = on_paper(compose(CASH_DELIVERY, Receipt.DRIVER, GERMAN, marks), width_mm).split("\n")
    stripped = [row.strip() for row in rows]
    for whole in ("KOPIE", "MÖGLICHES DUPLIKAT", "NICHT BEZAHLT", "20:00–20:15"):
        assert whole in stripped
    assert "+49 170 5550199" in stripped
    assert any(row.endswith("32,09 €") for row in stripped)


@pytest.mark.parametrize("width_mm", WIDTHS)
@pytest.mark.parametrize(
    ("context", "marks"),
    [
        (GERMAN, ("STORNIERT", "KOPIE", "MÖGLICHES DUPLIKAT", "VERSPÄTET")),
        (ENGLISH, ("CANCELLED", "COPY", "POSSIBLE DUPLICATE", "LATE")),
    ],
)
def test_all_marks_together_are_whole_however_long_the_printers_name(context, marks, width_mm):
    long_name = "Counter-and-pass_ground-floor-01"
    document = compose(PICKUP, Receipt.KITCHEN, context, replace(ALL_MARKS, backup_from=long_name))
    text = on_paper(document, width_mm)
    assert set(marks) <= {row.strip() for row in text.split("\n")}
    assert long_name in "".join(text.split())
    assert "19:31" in text
    assert "18:42" in text


@pytest.mark.parametrize("width_mm", WIDTHS)
def test_notes_are_whole_however_narrow_the_paper(width_mm):
    text = together(on_paper(compose(WITH_ALLERGIES, Receipt.KITCHEN, GERMAN), width_mm))
    assert WITH_ALLERGIES.buyer_note in text
    assert "KEIN SESAM (Allergie)" in text
    assert "Bitte ohne Zwiebeln, gut durchgebacken" in text


@settings(max_examples=40)
@given(order=orders, receipt=st.sampled_from(Receipt), width_mm=st.sampled_from(WIDTHS))
def test_every_order_reaches_paper(order, receipt, width_mm):
    for document in (compose(order, receipt, GERMAN), plain_document(order, receipt, GERMAN)):
        on_paper(document, width_mm)


@pytest.mark.parametrize("width_mm", WIDTHS)
def test_what_a_layout_says_of_the_paper_happens(tmp_path, width_mm):
    logo(tmp_path)
    blocks = with_needed(Receipt.KITCHEN, "logo: {file: logo.png}")
    text = f"drawer: true\nbeep: 2\ncut: full\n{blocks}"
    document = composed(tmp_path, Receipt.KITCHEN, text, PICKUP)
    (receipt,) = print_virtually(render(document, Paper.of(width_mm)), width_mm)
    assert (receipt.drawer_pulses, receipt.buzzes, receipt.warnings) == (1, 1, ())
