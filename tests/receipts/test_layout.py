"""Receipts look as the restaurant's layouts say."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from wix_printer_service.models import Receipt
from wix_printer_service.receipts.blocks import BLOCKS, NEEDED
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.context import Marks, Slip
from wix_printer_service.receipts.document import (
    Align,
    Cut,
    Feed,
    Picture,
    QrCode,
    Rule,
    Style,
    Text,
)
from wix_printer_service.receipts.layout import default_text, read_layout, read_layouts

from .layout_files import as_yaml, composed, logo, with_needed, written
from .orders import (
    ALL_MARKS,
    CASH_DELIVERY,
    EMPTY,
    GERMAN,
    PICKUP,
    WITH_ALLERGIES,
    block_saying,
    said,
)

SLIPS = {
    **{receipt: Slip(receipt) for receipt in BLOCKS},
    Receipt.CHANGE: Slip(Receipt.CHANGE, reader=Receipt.KITCHEN, before=EMPTY),
}
KITCHEN = Receipt.KITCHEN
CONTEXT = replace(GERMAN, tax_number="12/345/67890")


class TestTheDefaults:
    @pytest.mark.parametrize("receipt", BLOCKS)
    @pytest.mark.parametrize("order", [PICKUP, CASH_DELIVERY, WITH_ALLERGIES, EMPTY])
    def test_a_copy_of_one_changes_nothing(self, tmp_path, receipt, order):
        document = composed(tmp_path, SLIPS[receipt], default_text(receipt), order)
        assert document == compose(order, SLIPS[receipt], GERMAN)

    @pytest.mark.parametrize("receipt", BLOCKS)
    def test_the_sizes_that_they_name_are_the_usual_ones(self, tmp_path, receipt):
        layout = yaml.safe_load(default_text(receipt))
        free = {"text", "logo", "qr", "feed"}
        bare = [
            block if isinstance(block, str) or block.keys() & free else next(iter(block))
            for block in layout["blocks"]
        ]
        text = as_yaml(bare, rail_rows=layout["rail_rows"])
        for order in (CASH_DELIVERY, WITH_ALLERGIES):
            document = composed(tmp_path, SLIPS[receipt], text, order)
            assert document == compose(order, SLIPS[receipt], GERMAN)

    @pytest.mark.parametrize("receipt", BLOCKS)
    def test_with_every_comment_made_a_block_they_hold_all_there_are(self, tmp_path, receipt):
        logo(tmp_path)
        text = default_text(receipt).replace("\n  # - ", "\n  - ")
        layout = read_layout(receipt, written(tmp_path, receipt, text))
        assert {placed.name for placed in layout.blocks} == set(BLOCKS[receipt])

    @pytest.mark.parametrize("receipt", BLOCKS)
    def test_they_say_what_must_stay(self, receipt):
        text = " ".join(default_text(receipt).replace("#", " ").split())
        assert f"These blocks must be there: {', '.join(NEEDED[receipt])}." in text

    @pytest.mark.parametrize("receipt", BLOCKS)
    def test_they_cut_leaving_a_corner_and_make_no_noise(self, receipt):
        document = compose(PICKUP, SLIPS[receipt], GERMAN)
        assert (document.cut, document.beeps, document.opens_drawer) == (Cut.PARTIAL, 0, False)


class TestThePaper:
    @pytest.mark.parametrize("cut", Cut)
    def test_cut_beep_and_drawer_are_as_the_layout_says(self, tmp_path, cut):
        text = f"cut: {cut}\nbeep: 3\ndrawer: true\n{with_needed(KITCHEN)}"
        document = composed(tmp_path, KITCHEN, text, PICKUP)
        assert (document.cut, document.beeps, document.opens_drawer) == (cut, 3, True)

    @pytest.mark.parametrize(("rows", "blank"), [(0, None), (6, Feed(6))])
    def test_rows_are_left_for_the_rail(self, tmp_path, rows, blank):
        document = composed(tmp_path, KITCHEN, f"rail_rows: {rows}\n{with_needed(KITCHEN)}", PICKUP)
        first = document.blocks[0]
        assert first == blank or (blank is None and isinstance(first, Text))

    @pytest.mark.parametrize("word", ["yes", "on", "true"])
    def test_yes_is_true(self, tmp_path, word):
        text = f"drawer: {word}\n{with_needed(KITCHEN)}"
        assert composed(tmp_path, KITCHEN, text, PICKUP).opens_drawer


class TestTheBlocks:
    def test_stand_in_the_order_that_the_restaurant_wants(self, tmp_path):
        text = "blocks: [marks, due, unread, lines, number, notes]"
        order = replace(PICKUP, instructions="", buyer_note="Bitte klingeln")
        assert said(composed(tmp_path, KITCHEN, text, order)) == [
            "19:12",
            "Fr., 20.11.2026",
            "2x Pizza Margherita",
            "1x Tiramisu",
            "#10041",
            "Hinweis des Gastes:",
            "Bitte klingeln",
        ]

    @pytest.mark.parametrize(
        ("receipt", "block", "texts"),
        [
            (KITCHEN, "title", ["KÜCHE"]),
            (KITCHEN, "number", ["#10042"]),
            (KITCHEN, "method", ["LIEFERUNG"]),
            (KITCHEN, "due", ["20:00–20:15", "Fr., 20.11.2026"]),
            (KITCHEN, "ordered", ["Bestellt: Fr., 20.11.2026 18:50"]),
            (KITCHEN, "location", ["Ristorante Müller – Kreuzberg"]),
            (KITCHEN, "guest", ["Jonas Kraußmüller · Beispiel GmbH"]),
            (KITCHEN, "payment", ["NICHT BEZAHLT"]),
            (KITCHEN, "restaurant", ["Ristorante Müller"]),
            (KITCHEN, "tax_number", ["Steuer-/UID-Nr.: 12/345/67890"]),
            (Receipt.DRIVER, "title", ["FAHRER"]),
            (Receipt.DRIVER, "guest", ["Jonas Kraußmüller", "Beispiel GmbH"]),
            (Receipt.DRIVER, "phone", ["Tel.", "+49 170 5550199"]),
            (Receipt.DRIVER, "payment", ["NICHT BEZAHLT", "KASSIEREN 32,09 €"]),
            (Receipt.DRIVER, "lines", ["1x Spaghetti Carbonara", "1x Rucola-Salat"]),
            (Receipt.CUSTOMER, "number", ["Bestellung #10042"]),
            (Receipt.CUSTOMER, "due", ["LIEFERUNG: Fr., 20.11.2026 20:00–20:15"]),
            (Receipt.CUSTOMER, "restaurant_address", list(GERMAN.address)),
            (Receipt.CUSTOMER, "guest", ["Jonas Kraußmüller", "Beispiel GmbH"]),
            (Receipt.CUSTOMER, "payment", ["NICHT BEZAHLT", "Noch zu zahlen | 32,09 €"]),
            (Receipt.CUSTOMER, "thanks", ["Vielen Dank für Ihre Bestellung!"]),
            (Receipt.CANCELLATION, "banner", ["STORNIERT"]),
            (Receipt.CHANGE, "banner", ["ÄNDERUNG"]),
            (Receipt.CHANGE, "remark", ["Alles andere wie gedruckt."]),
        ],
    )
    def test_each_says_its_own(self, tmp_path, receipt, block, texts):
        more = () if block in NEEDED[receipt] else (block,)
        text = with_needed(receipt, *more)
        shown = said(composed(tmp_path, SLIPS[receipt], text, CASH_DELIVERY, CONTEXT))
        start = shown.index(texts[0])
        assert shown[start : start + len(texts)] == texts
        if more:
            without = composed(tmp_path, SLIPS[receipt], with_needed(receipt), CASH_DELIVERY)
            assert texts[0] not in said(without)

    def test_say_nothing_where_there_is_nothing_to_say(self, tmp_path):
        more = set(BLOCKS[KITCHEN]) - set(NEEDED[KITCHEN]) - {"text", "logo", "qr", "feed", "rule"}
        document = composed(
            tmp_path,
            KITCHEN,
            with_needed(KITCHEN, *sorted(more)),
            EMPTY,
            replace(GERMAN, address=()),
        )
        assert sorted(said(document)) == sorted(
            [
                "ID ?",
                "OHNE NUMMER",
                "KEINE ARTIKEL LESBAR – IN WIX PRÜFEN",
                "SOFORT",
                "BESTELLUNG",
                "NICHT BEZAHLT? IN WIX PRÜFEN",
                "Ristorante Müller",
                "KÜCHE",
            ]
        )

    def test_take_a_size_an_alignment_and_a_weight(self, tmp_path):
        blocks = [
            "marks",
            {"number": {"size": "tall", "align": "right", "bold": False}},
            {"lines": {"size": "huge"}},
            "notes",
            "unread",
        ]
        document = composed(tmp_path, KITCHEN, as_yaml(blocks), PICKUP)
        assert block_saying(document, "#10041").style == Style(height=2, align=Align.RIGHT)
        assert block_saying(document, "Tiramisu").style == Style(3, 3, bold=True)

    @pytest.mark.parametrize(
        ("size", "width", "height"),
        [("normal", 1, 1), ("tall", 1, 2), ("wide", 2, 1), ("large", 2, 2), ("huge", 3, 3)],
    )
    def test_have_five_sizes(self, tmp_path, size, width, height):
        blocks = ["marks", {"number": {"size": size}}, "lines", "notes", "unread"]
        style = block_saying(composed(tmp_path, KITCHEN, as_yaml(blocks), PICKUP), "#10041").style
        assert style == Style(width, height, bold=True, align=Align.CENTER)

    def test_draw_one_line_where_nothing_stands_between_two(self, tmp_path):
        text = with_needed(KITCHEN, "rule", "location", "rule", "ordered", "rule")
        order = replace(PICKUP, location_name="", instructions="")
        blocks = composed(tmp_path, KITCHEN, text, order).blocks
        assert [isinstance(block, Rule) for block in blocks[-3:]] == [True, False, True]
        assert not isinstance(blocks[-4], Rule)

    def test_keep_an_inverse_banner_inverse_in_any_size(self, tmp_path):
        text = with_needed(KITCHEN, "'method': {size: huge}")
        assert block_saying(composed(tmp_path, KITCHEN, text, PICKUP), "ABHOLUNG").style.inverse


class TestWhatTheRestaurantAdds:
    def test_words_stand_where_it_wants_them_also_above_the_marks(self, tmp_path):
        blocks = [
            {
                "text": {
                    "lines": ["Guten Appetit!", "Ihre Küche"],
                    "size": "large",
                    "align": "center",
                }
            },
            *NEEDED[KITCHEN],
            {"text": {"lines": ["Ende"]}},
        ]
        document = composed(tmp_path, KITCHEN, as_yaml(blocks), PICKUP)
        texts = said(document)
        assert (texts[:2], texts[-1]) == (["Guten Appetit!", "Ihre Küche"], "Ende")
        assert block_saying(document, "Ihre Küche").style == Style(2, 2, align=Align.CENTER)
        assert block_saying(document, "Ende").style == Style()

    def test_its_words_stand_in_the_middle_of_a_customers_receipt_like_all_around_them(
        self, tmp_path
    ):
        blocks = [
            *NEEDED[Receipt.CUSTOMER],
            {"text": {"lines": ["Bis bald!"]}},
            {"text": {"lines": ["Code 7"], "align": "left"}},
        ]
        document = composed(tmp_path, Receipt.CUSTOMER, as_yaml(blocks), PICKUP)
        assert block_saying(document, "Bis bald!").style == Style(align=Align.CENTER)
        assert block_saying(document, "Code 7").style == Style()

    def test_a_logo_lies_beside_the_layout(self, tmp_path):
        file = logo(tmp_path)
        blocks = [{"logo": {"file": "logo.png"}}, *NEEDED[KITCHEN]]
        document = composed(tmp_path, KITCHEN, as_yaml(blocks), PICKUP)
        assert document.blocks[0] == Picture(file)

    def test_a_logo_may_lie_elsewhere(self, tmp_path):
        (tmp_path / "pictures").mkdir()
        file = logo(tmp_path / "pictures")
        blocks = [{"logo": {"file": str(file)}}, *NEEDED[KITCHEN]]
        assert Picture(file) in composed(tmp_path, KITCHEN, as_yaml(blocks), PICKUP).blocks

    def test_a_code_has_a_caption_if_there_is_one(self, tmp_path):
        blocks = [
            *NEEDED[KITCHEN],
            {"qr": {"data": "https://example.com/a"}},
            {"qr": {"data": "https://example.com/b", "caption": "Bewerten"}},
            {"feed": {"rows": 4}},
        ]
        document = composed(tmp_path, KITCHEN, as_yaml(blocks), PICKUP)
        a, b, caption, feed = document.blocks[-4:]
        assert (a, b) == (QrCode("https://example.com/a"), QrCode("https://example.com/b"))
        assert caption == Text("Bewerten", Style(align=Align.CENTER))
        assert feed == Feed(4)


class TestWhoseLayout:
    def test_each_receipt_has_its_own_and_the_rest_the_default(self, tmp_path):
        file = written(tmp_path, KITCHEN, with_needed(KITCHEN))
        context = replace(GERMAN, layouts=read_layouts({KITCHEN: file}))
        assert "ABHOLUNG" not in said(compose(PICKUP, KITCHEN, context))
        driver = compose(PICKUP, Receipt.DRIVER, context)
        assert driver == compose(PICKUP, Receipt.DRIVER, GERMAN)

    def test_marks_come_first_in_any_layout(self, tmp_path):
        for receipt in BLOCKS:
            slip = SLIPS[receipt]
            layout = read_layout(receipt, written(tmp_path, receipt, with_needed(receipt)))
            context = replace(GERMAN, layouts={receipt: layout})
            marks = Marks(copy=True) if receipt is Receipt.CANCELLATION else ALL_MARKS
            texts = said(compose(PICKUP, slip, context, marks))
            assert texts[0] in {"KOPIE", "STORNIERT"}

    def test_no_file_is_no_layout(self):
        assert read_layouts({}) == {}
