from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from wix_printer_service.models import Method, Receipt, Unread
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.context import UNMARKED, Slip
from wix_printer_service.receipts.document import NORMAL, Feed, Pair
from wix_printer_service.receipts.styles import (
    ALLERGY,
    ALLERGY_ABOVE,
    ALLERGY_AGAIN,
    BANNER,
    HUGE_BANNER,
)
from wix_printer_service.simulation import samples
from wix_printer_service.wix.mapping import read_order
from wix_printer_service.wix.wire import load

from .layout_files import composed, with_needed
from .orders import (
    ALL_MARKS,
    CASH_DELIVERY,
    EMPTY,
    ENGLISH,
    GERMAN,
    PICKUP,
    RESTAURANT_APP,
    SHOP_APP,
    WITH_ALLERGIES,
    block_saying,
    body,
    evening,
    line,
    said,
)

BANNERS = (BANNER, HUGE_BANNER)


def kitchen(order, context=GERMAN, marks=UNMARKED):
    return compose(order, Receipt.KITCHEN, context, marks)


def area(block) -> int:
    return block.style.width * block.style.height


def test_the_first_row_is_blank_for_the_rail():
    assert kitchen(PICKUP).blocks[0] == Feed(1)


def test_number_method_and_time_stand_on_top_in_huge_letters():
    document = kitchen(CASH_DELIVERY)
    assert said(document)[:4] == ["KÜCHE", "#10042", "LIEFERUNG", "20:00–20:15"]
    for words in ("#10042", "20:00–20:15"):
        assert block_saying(document, words).style.width >= 3
    method = block_saying(document, "LIEFERUNG").style
    assert (method.inverse, method.width) == (True, 2)


def test_there_are_no_prices():
    document = kitchen(CASH_DELIVERY)
    assert not any("12,90" in text or "32,09" in text for text in said(document))
    assert not any(isinstance(block, Pair) for block in document.blocks)


def test_the_owners_own_word_for_the_method_is_shown_if_it_says_more():
    assert said(kitchen(PICKUP)).count("ABHOLUNG") == 1
    assert "Abholung" not in said(kitchen(PICKUP))
    assert "Vor Ort, Tisch 6" in said(kitchen(replace(PICKUP, method_title="Vor Ort, Tisch 6")))


def test_an_unknown_method_goes_by_the_owners_word():
    order = replace(PICKUP, method=Method.UNKNOWN, method_title="Vor Ort")
    assert said(kitchen(order))[2:4] == ["VOR ORT", "19:12"]
    assert "BESTELLUNG" in said(kitchen(EMPTY))


def test_a_date_other_than_that_of_the_order_stands_out():
    (today,) = (b for b in kitchen(PICKUP).blocks if getattr(b, "text", "") == "Fr., 20.11.2026")
    assert not today.style.inverse
    tomorrow = replace(PICKUP, due_from=evening(18, day=21), due_to=None)
    shown = block_saying(kitchen(tomorrow), "Sa., 21.11.2026")
    assert shown.style.inverse
    assert area(shown) > area(today)


def test_two_banners_never_touch():
    tomorrow = replace(CASH_DELIVERY, due_from=evening(18, day=21), due_to=None)
    blocks = kitchen(tomorrow, marks=replace(ALL_MARKS, is_reminder=True)).blocks
    banners = [at for at, b in enumerate(blocks) if getattr(b, "style", None) in BANNERS]
    assert len(banners) >= 8
    for at in banners:
        above = blocks[at - 1]
        assert not getattr(above, "style", NORMAL).inverse, blocks[at]


def test_the_repeated_allergies_are_one_box_with_their_heading():
    blocks = kitchen(WITH_ALLERGIES).blocks
    heading = next(at for at, b in enumerate(blocks) if getattr(b, "text", "") == "ALLERGIE")
    assert [block.style for block in blocks[heading + 1 :][:2]] == [ALLERGY_ABOVE] * 2


def test_quantity_comes_first_and_everything_chosen_stands_under_the_name():
    texts = said(kitchen(WITH_ALLERGIES))
    start = texts.index("1x Pizza Salami")
    assert texts[start : start + 7] == [
        "1x Pizza Salami",
        "Größe: Groß (32 cm)",
        "* Extra Belag: Extra Käse",
        "* Extra Belag: 2x Jalapeños",
        "* Scharf",
        "* Boden: Dünn",
        ">> Bitte ohne Zwiebeln, gut durchgebacken",
    ]


def test_names_are_at_least_double_height_and_choices_are_indented():
    document = kitchen(WITH_ALLERGIES)
    name = block_saying(document, "Pizza Salami")
    assert name.style.bold
    assert name.style.height == 2
    assert block_saying(document, "Dünn").indent > 0
    assert block_saying(document, "gut durchgebacken").style.bold


@pytest.mark.parametrize("words", ["KEIN SESAM (Allergie)", "ACHTUNG ALLERGIE"])
def test_allergies_are_inverse_bold_and_larger_than_other_wishes(words):
    document = body(kitchen(WITH_ALLERGIES))
    shown = block_saying(document, words)
    assert shown.style.inverse
    assert shown.style.bold
    assert area(shown) > area(block_saying(document, "gut durchgebacken"))


@pytest.mark.parametrize(
    "order",
    [
        replace(PICKUP, instructions="Allergie: Nüsse"),
        replace(PICKUP, custom_fields=(("Allergien", "Nüsse"),)),
        replace(PICKUP, lines=(line("Bowl", options=(("Allergien", "Nüsse"),)),)),
    ],
)
def test_an_allergy_is_seen_wherever_the_guest_wrote_it(order):
    assert block_saying(body(kitchen(order)), "Nüsse").style.inverse


def test_decimal_quantities_have_a_unit_and_odd_ones_are_marked():
    lines = (line("Antipasti", "0.5", unit="kg"), line("Salat", "0"), line("Cola", "-1"))
    texts = said(kitchen(replace(PICKUP, lines=lines)))
    start = texts.index("0,5 kg Antipasti")
    assert texts[start : start + 5] == [
        "0,5 kg Antipasti",
        "0x Salat",
        "MENGE PRÜFEN",
        "-1x Cola",
        "MENGE PRÜFEN",
    ]


def test_lines_of_other_shops_are_only_counted():
    shirt = line("T-Shirt", app_id=SHOP_APP)
    custom = line("Sonderkuchen", app_id="")
    texts = said(kitchen(replace(PICKUP, lines=(*PICKUP.lines, shirt, custom))))
    assert "1x T-Shirt" not in texts
    assert "1x Sonderkuchen" in texts
    assert "+ 1 weiterer Artikel, nicht für die Küche" in texts
    two = replace(PICKUP, lines=(*PICKUP.lines, shirt, shirt))
    assert "+ 2 weitere Artikel, nicht für die Küche" in said(kitchen(two))


def test_an_order_without_a_kitchen_line_shows_all_lines():
    order = replace(PICKUP, lines=(line("T-Shirt", app_id=SHOP_APP),))
    assert "1x T-Shirt" in said(kitchen(order))


def test_an_order_without_lines_says_so():
    assert "KEINE ARTIKEL LESBAR – IN WIX PRÜFEN" in said(kitchen(EMPTY))


def test_notes_custom_fields_and_instructions_are_all_there():
    order = replace(CASH_DELIVERY, custom_fields=(("Tisch", "6"), ("", "ohne Besteck")))
    texts = said(kitchen(order))
    start = texts.index("Hinweis des Gastes:")
    assert texts[start:] == [
        "Hinweis des Gastes:",
        "Bitte Wechselgeld auf 50 € mitbringen.",
        "Hinweis zur Übergabe:",
        "Klingel defekt, bitte anrufen. Code Hoftür: 1234#",
        "Tisch: 6",
        "ohne Besteck",
    ]


def test_guest_place_and_time_of_the_order_stand_there_small():
    document = kitchen(CASH_DELIVERY)
    for words in ("Bestellt: Fr., 20.11.2026 18:50", "Kraußmüller · Beispiel GmbH", "– Kreuzberg"):
        assert area(block_saying(document, words)) == 1


@pytest.mark.parametrize(("context", "mark"), [(GERMAN, "NICHT BEZAHLT"), (ENGLISH, "NOT PAID")])
def test_an_unpaid_order_says_so_and_a_paid_one_does_not(context, mark):
    assert mark in said(kitchen(CASH_DELIVERY, context))
    assert not any(mark in text for text in said(kitchen(PICKUP, context)))


def test_that_it_is_not_paid_is_large_and_bold():
    style = block_saying(kitchen(CASH_DELIVERY), "NICHT BEZAHLT").style
    assert (style.width, style.height, style.bold) == (2, 2, True)


@pytest.mark.parametrize("words", ["Größe: Groß", "Extra Käse", "Dünn", "gut durchgebacken"])
def test_what_the_guest_chose_is_tall_and_bold(words):
    style = block_saying(kitchen(WITH_ALLERGIES), words).style
    assert (style.height, style.bold) == (2, True)


@pytest.mark.parametrize("words", ["Hinweis des Gastes:", "Hinweis zur Übergabe:"])
def test_the_headings_of_notes_are_tall_and_bold(words):
    style = block_saying(kitchen(CASH_DELIVERY), words).style
    assert (style.height, style.bold) == (2, True)


def test_a_heading_is_kept_from_the_black_box_above_it():
    def above_instructions(order):
        blocks = kitchen(order).blocks
        return blocks[blocks.index(block_saying(kitchen(order), "Hinweis zur Übergabe:")) - 1]

    assert above_instructions(WITH_ALLERGIES) == Feed(1)
    assert above_instructions(CASH_DELIVERY).text == CASH_DELIVERY.buyer_note


def test_french_keeps_a_space_before_the_colon():
    order = replace(WITH_ALLERGIES, custom_fields=(("Table", "6"),), unread=(Unread("a", "b"),))
    texts = said(kitchen(order, replace(GERMAN, language="fr")))
    for text in ("Note du client :", "* Boden : Dünn", "Größe : Groß (32 cm)", "Table : 6"):
        assert text in texts
    assert "Non lu, mot pour mot :" in texts
    assert "Bowl Teriyaki : KEIN SESAM (Allergie)" in texts


def test_an_order_that_does_not_say_whether_it_is_paid_counts_as_unpaid():
    assert "NICHT BEZAHLT? IN WIX PRÜFEN" in said(kitchen(replace(PICKUP, payment_status="")))


@pytest.mark.parametrize(
    ("status", "said_of_it"),
    [
        ("NOT_PAID", "NICHT BEZAHLT"),
        ("PARTIALLY_PAID", "NICHT BEZAHLT"),
        ("DECLINED", "NICHT BEZAHLT\nWix: DECLINED"),
        ("CANCELED", "NICHT BEZAHLT\nWix: CANCELED"),
        ("PENDING", "NICHT BEZAHLT? IN WIX PRÜFEN\nWix: PENDING"),
        ("PENDING_MERCHANT", "NICHT BEZAHLT? IN WIX PRÜFEN\nWix: PENDING_MERCHANT"),
        ("AUTHORIZED", "NICHT BEZAHLT? IN WIX PRÜFEN\nWix: AUTHORIZED"),
        ("BARTERED", "NICHT BEZAHLT? IN WIX PRÜFEN\nWix: BARTERED"),
    ],
)
def test_a_payment_in_between_is_said_in_the_word_of_wix(status, said_of_it):
    assert said_of_it in said(kitchen(replace(PICKUP, payment_status=status)))


@pytest.mark.parametrize(
    ("title", "language"),
    [("Lieferung", "en"), ("DELIVERY", "de"), ("delivery", "en"), ("Lieferung", "de")],
)
def test_the_owners_word_says_nothing_more_in_another_language(title, language):
    order = replace(CASH_DELIVERY, method_title=title)
    assert title not in said(kitchen(order, replace(GERMAN, language=language)))[2:4]
    assert said(kitchen(order, replace(GERMAN, language=language)))[3] == "20:00–20:15"


def test_a_line_of_ours_is_known_however_its_app_id_is_written():
    loud = line("Pizza Laut", app_id=RESTAURANT_APP.upper())
    shirt = line("T-Shirt", app_id=SHOP_APP)
    order = replace(PICKUP, lines=(*PICKUP.lines, loud, shirt))
    assert "1x Pizza Laut" in said(kitchen(order))
    written_loud = replace(GERMAN, restaurant_app_ids=frozenset({RESTAURANT_APP.upper()}))
    assert "1x T-Shirt" not in said(kitchen(order, written_loud))


def test_an_allergy_in_a_script_of_its_own_is_seen_as_one():
    raw = load(json.dumps(samples.order_of(samples.load("every_script"))))
    order = read_order(raw)
    shown = block_saying(body(kitchen(order)), "حساسية")
    assert shown.style.inverse
    assert shown.style.bold


def test_a_note_that_stands_at_the_top_as_well_takes_less_paper_at_the_bottom(tmp_path):
    note = "ACHTUNG ALLERGIE"
    at_the_bottom = block_saying(body(kitchen(WITH_ALLERGIES)), note).style
    assert at_the_bottom == ALLERGY_AGAIN
    layout = with_needed(Receipt.KITCHEN)
    alone = composed(tmp_path, Receipt.KITCHEN, layout, WITH_ALLERGIES)
    assert block_saying(alone, note).style == ALLERGY
    assert area(block_saying(alone, note)) > at_the_bottom.width * at_the_bottom.height
    driver = compose(WITH_ALLERGIES, Receipt.DRIVER, GERMAN)
    assert block_saying(driver, note).style == ALLERGY


class TestTheTopOfAChange:
    """What guests say of allergies is repeated there too."""

    NUTS = line("Bowl", "2", wishes=("Nussallergie!",))
    SESAME = line("Salat", wishes=("ohne Sesam",))
    BEFORE = replace(PICKUP, lines=(NUTS,), buyer_note="Allergie: Soja")

    def repeated(self, after, reader=Receipt.KITCHEN, before=BEFORE):
        slip = Slip(Receipt.CHANGE, reader=reader, before=before)
        blocks = compose(after, slip, GERMAN).blocks
        return [b.text for b in blocks if getattr(b, "style", None) == ALLERGY_ABOVE]

    def test_repeats_what_is_new_of_lines_and_notes(self):
        more = replace(self.BEFORE, lines=(self.NUTS, self.SESAME))
        assert self.repeated(more) == ["Salat: ohne Sesam"]
        assert self.repeated(replace(more, lines=(self.SESAME,))) == ["Salat: ohne Sesam"]
        noted = replace(self.BEFORE, buyer_note="Allergie: Soja und Fisch")
        assert self.repeated(noted) == ["Allergie: Soja und Fisch"]

    def test_repeats_the_allergy_of_an_item_of_which_another_number_is_wanted(self):
        third = replace(self.BEFORE, lines=(replace(self.NUTS, quantity=Decimal(3)),))
        assert self.repeated(third) == ["Bowl: Nussallergie!"]

    def test_repeats_the_allergy_of_a_second_item_like_the_first(self):
        twice = replace(self.BEFORE, lines=(self.NUTS, self.NUTS))
        assert self.repeated(twice) == ["Bowl: Nussallergie!"]

    def test_says_nothing_of_what_is_gone_or_stays(self):
        assert self.repeated(replace(self.BEFORE, lines=(), buyer_note="")) == []
        assert self.repeated(replace(self.BEFORE, status="x", due_from=evening(20))) == []

    @pytest.mark.parametrize("reader", [Receipt.DRIVER, Receipt.CUSTOMER])
    def test_is_for_the_kitchen_only(self, reader):
        assert self.repeated(replace(self.BEFORE, lines=(self.SESAME,)), reader) == []

    def test_repeats_all_if_nobody_knows_what_lies_there(self):
        assert self.repeated(self.BEFORE, before=None) == ["Bowl: Nussallergie!", "Allergie: Soja"]

    def test_is_headed_as_on_a_ticket(self):
        slip = Slip(Receipt.CHANGE, reader=Receipt.KITCHEN, before=PICKUP)
        assert "ALLERGIE" in said(compose(self.BEFORE, slip, GERMAN))
