"""What each station's ticket shows of an order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wix_printer_service.models import Receipt, Unread
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.context import Slip
from wix_printer_service.receipts.document import Rule

from .orders import (
    ENGLISH,
    PICKUP,
    SHOP_APP,
    WITH_ALLERGIES,
    WITH_STATIONS,
    block_saying,
    body,
    line,
    said,
)

MIXED = replace(
    WITH_ALLERGIES,
    lines=(*WITH_ALLERGIES.lines, line("Cola", "2"), line("T-Shirt", app_id=SHOP_APP)),
)
NAMES = ("1x Pizza Salami", "2x Bowl Teriyaki", "2x Cola", "1x T-Shirt")


def ticket(station, order=MIXED, context=WITH_STATIONS):
    return compose(order, Slip(Receipt.KITCHEN, station), context)


def names_on(document):
    return [text for text in said(document) if text in NAMES]


@pytest.mark.parametrize(
    ("station", "title", "shown", "others"),
    [
        ("", "KÜCHE", ["2x Bowl Teriyaki"], "+ 3 Artikel an anderen Stationen"),
        ("bar", "STATION BAR", ["2x Cola"], "+ 3 Artikel an anderen Stationen"),
        ("grill", "STATION GRILL", ["1x Pizza Salami"], "+ 4 Artikel an anderen Stationen"),
        ("expo", "AUSGABE", list(NAMES[:3]), None),
    ],
)
def test_it_shows_its_share_and_counts_the_rest(station, title, shown, others):
    document = ticket(station)
    assert said(document)[0] == title
    assert names_on(document) == shown
    counts = [text for text in said(document) if "anderen Station" in text]
    assert counts == ([others] if others else [])
    assert "+ 1 weiterer Artikel, nicht für die Küche" in said(document)


def test_one_item_elsewhere_is_said_in_the_singular():
    order = replace(PICKUP, lines=(line("Cola"), line("Pizza Salami")))
    assert "+ 1 Artikel an einer anderen Station" in said(ticket("bar", order))
    english = replace(ENGLISH, stations=WITH_STATIONS.stations)
    assert "+ 1 item at another station" in said(ticket("bar", order, english))


def test_without_stations_nothing_is_elsewhere():
    document = compose(MIXED, Receipt.KITCHEN, replace(WITH_STATIONS, stations={}))
    assert names_on(document) == list(NAMES[:3])
    assert not any("Station" in text for text in said(document))


@pytest.mark.parametrize("more", [line("Cola"), line("T-Shirt", app_id=SHOP_APP)])
def test_what_is_only_counted_stands_apart_from_the_items(more):
    order = replace(PICKUP, lines=(line("Pizza"), more))
    blocks = ticket("", order).blocks
    (position,) = [at for at, block in enumerate(blocks) if getattr(block, "text", "")[:3] == "+ 1"]
    assert blocks[position - 1] == Rule()


def test_the_title_is_large():
    assert block_saying(ticket("bar"), "STATION BAR").style.width == 2


def test_the_expo_reads_over_each_item_who_makes_it():
    texts = said(body(ticket("expo")))
    assert texts[texts.index("1x Pizza Salami") - 1] == "STATION GRILL"
    assert texts[texts.index("2x Cola") - 1] == "STATION BAR"
    assert texts[texts.index("2x Bowl Teriyaki") - 1] == ">> Bitte ohne Zwiebeln, gut durchgebacken"
    assert sum(text.startswith("STATION") for text in texts) == 2


def test_a_station_alone_does_not_read_its_name_over_each_item():
    assert said(ticket("bar")).count("STATION BAR") == 1


def test_every_station_reads_the_notes():
    for station in ("", "bar", "grill", "expo"):
        assert MIXED.buyer_note in said(body(ticket(station)))


class TestAllergiesAtTheTop:
    def test_are_repeated_with_their_item_above_the_lines(self):
        texts = said(ticket(""))
        start = texts.index("ALLERGIE")
        assert "Bowl Teriyaki: KEIN SESAM (Allergie)" in texts[start:]
        assert texts.index(MIXED.buyer_note) == texts.index("Bestellt: Fr., 20.11.2026 18:42") - 1
        assert start < texts.index("2x Bowl Teriyaki")

    def test_are_inverse_and_bold_and_stand_where_they_were_as_well(self):
        document = ticket("")
        for words in ("ALLERGIE", "Bowl Teriyaki: KEIN SESAM (Allergie)"):
            shown = next(b for b in document.blocks if getattr(b, "text", "") == words)
            assert shown.style.inverse
            assert shown.style.bold
            assert shown.style.height >= 2
        assert ">> KEIN SESAM (Allergie)" in said(document)

    def test_are_only_those_of_the_stations_items(self):
        assert not any(text.startswith("Bowl") for text in said(ticket("bar")))
        assert any(text.startswith("Bowl") for text in said(ticket("expo")))

    @pytest.mark.parametrize(
        "where",
        [
            {"buyer_note": "Allergie: Ei"},
            {"instructions": "Allergie: Ei"},
            {"custom_fields": (("Allergie", "Ei"),)},
            {"unread": (Unread("Allergie", "Ei"),)},
        ],
    )
    def test_are_found_wherever_the_guest_wrote_them(self, where):
        texts = said(compose(replace(PICKUP, **where), Receipt.KITCHEN, WITH_STATIONS))
        assert texts[texts.index("ALLERGIE") + 1] == "Allergie: Ei"

    def test_are_said_once_however_often_the_guest_wrote_them(self):
        twice = replace(PICKUP, buyer_note="Allergie: Ei", instructions="Allergie: Ei")
        texts = said(compose(twice, Receipt.KITCHEN, WITH_STATIONS))
        assert texts.count("Allergie: Ei") == 3  # at the top, note, instructions

    def test_are_found_by_the_restaurants_own_words(self):
        order = replace(PICKUP, buyer_note="bitte FODMAP-arm")
        own = replace(WITH_STATIONS, allergy_words=("fodmap",))
        assert "ALLERGIE" not in said(compose(order, Receipt.KITCHEN, WITH_STATIONS))
        document = compose(order, Receipt.KITCHEN, own)
        assert "ALLERGIE" in said(document)
        assert block_saying(body(document), "FODMAP").style.inverse

    def test_own_words_count_for_choices_and_wishes(self):
        own = replace(WITH_STATIONS, allergy_words=("fodmap",))
        for where in ({"wishes": ("FODMAP",)}, {"options": (("Art", "FODMAP"),)}):
            order = replace(PICKUP, lines=(line("Bowl", **where),))
            document = compose(order, Receipt.KITCHEN, own)
            assert block_saying(body(document), "FODMAP").style.inverse
            assert any(text.startswith("Bowl: ") for text in said(document))

    @pytest.mark.parametrize("receipt", [Receipt.DRIVER, Receipt.CUSTOMER, Receipt.CANCELLATION])
    def test_are_not_repeated_for_those_who_do_not_cook(self, receipt):
        assert "ALLERGIE" not in said(compose(MIXED, receipt, WITH_STATIONS))

    def test_do_not_stand_there_if_there_are_none(self):
        assert "ALLERGIE" not in said(compose(PICKUP, Receipt.KITCHEN, WITH_STATIONS))


class TestACancellation:
    def test_of_a_station_shows_only_its_lines_and_whose_it_is(self):
        slip = Slip(Receipt.CANCELLATION, "bar", Receipt.KITCHEN)
        document = compose(MIXED, slip, WITH_STATIONS)
        assert names_on(document) == ["2x Cola"]
        assert said(document)[:2] == ["STORNIERT", "STATION BAR"]

    @pytest.mark.parametrize("reader", [None, Receipt.DRIVER, Receipt.CUSTOMER])
    def test_of_all_others_shows_everything(self, reader):
        slip = Slip(Receipt.CANCELLATION, "", reader)
        assert names_on(compose(MIXED, slip, WITH_STATIONS)) == list(NAMES)

    def test_says_nothing_of_a_reader_that_it_does_not_know(self):
        slip = Slip(Receipt.CANCELLATION)
        assert said(compose(MIXED, slip, WITH_STATIONS))[:2] == ["STORNIERT", "#10044"]
