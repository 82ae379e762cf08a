from __future__ import annotations

from dataclasses import replace

import pytest

from wix_printer_service.models import Receipt
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.context import Marks, Slip
from wix_printer_service.receipts.styles import HUGE_BANNER

from .orders import (
    CASH_DELIVERY,
    ENGLISH,
    GERMAN,
    PICKUP,
    SENT_BEFORE,
    WITH_STATIONS,
    block_saying,
    line,
    said,
)

ORDER_RECEIPTS = (Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER)
FEWER = replace(PICKUP, lines=PICKUP.lines[:1])


@pytest.mark.parametrize(
    ("context", "texts"),
    [
        (GERMAN, ["JETZT BEGINNEN", "Vorbestellung, schon gedruckt"]),
        (ENGLISH, ["BEGIN NOW", "Pre-order; printed once before"]),
    ],
)
def test_a_reminder_says_that_it_is_time_and_that_it_is_no_new_order(context, texts):
    document = compose(PICKUP, Receipt.KITCHEN, context, Marks(is_reminder=True))
    assert said(document)[:2] == texts
    assert block_saying(document, texts[0]).style.inverse
    assert texts[0] not in said(compose(PICKUP, Receipt.KITCHEN, context))


@pytest.mark.parametrize("receipt", ORDER_RECEIPTS)
def test_a_ticket_printed_again_says_what_the_first_one_shows_otherwise(receipt):
    marks = Marks(duplicate=SENT_BEFORE, changed_from=FEWER)
    texts = said(compose(PICKUP, receipt, GERMAN, marks))
    start = texts.index("ÄNDERUNG")
    assert "MÖGLICHES DUPLIKAT" in texts[:start]
    assert texts[start + 1] == "NEU"
    assert "Tiramisu" in texts[start + 2]
    (number,) = (text for text in texts if "#10041" in text)
    assert texts.index(number) > start
    assert sum("Tiramisu" in text for text in texts[texts.index(number) :]) == 1


def test_such_a_change_is_that_of_the_tickets_own_station():
    before = replace(PICKUP, lines=(*PICKUP.lines, line("Cola"), line("Salami")))
    texts = said(
        compose(PICKUP, Slip(Receipt.KITCHEN, "bar"), WITH_STATIONS, Marks(changed_from=before))
    )
    assert texts[:4] == ["ÄNDERUNG", "ENTFÄLLT", "1x Cola", "STATION BAR"]


class TestAChangeTicket:
    SLIP = Slip(Receipt.CHANGE, reader=Receipt.KITCHEN, before=FEWER)

    def test_is_short_and_says_first_what_it_is(self):
        texts = said(compose(PICKUP, self.SLIP, GERMAN))
        assert texts == [
            "ÄNDERUNG",
            "KÜCHE",
            "#10041",
            "19:12",
            "Fr., 20.11.2026",
            "ABHOLUNG",
            "NEU",
            "1x Tiramisu",
            "Alles andere wie gedruckt.",
        ]

    def test_is_headed_by_nothing_less_than_that(self):
        document = compose(PICKUP, self.SLIP, GERMAN)
        assert block_saying(document, "ÄNDERUNG").style == HUGE_BANNER
        for words in ("#10041", "19:12"):
            assert block_saying(document, words).style.width == 3

    def test_has_its_marks_above_all(self):
        texts = said(compose(PICKUP, self.SLIP, GERMAN, Marks(copy=True, duplicate=SENT_BEFORE)))
        assert texts[:2] == ["KOPIE", "MÖGLICHES DUPLIKAT"]

    @pytest.mark.parametrize(
        ("reader", "title"),
        [(Receipt.KITCHEN, "STATION BAR"), (Receipt.DRIVER, "FAHRER"), (Receipt.CUSTOMER, None)],
    )
    def test_says_whose_it_is(self, reader, title):
        slip = Slip(Receipt.CHANGE, "bar", reader, FEWER)
        texts = said(compose(PICKUP, slip, WITH_STATIONS))
        after_banner = texts[texts.index("ÄNDERUNG") + 1]
        assert after_banner == (title or "#10041")

    def test_speaks_its_readers_language(self):
        context = replace(GERMAN, languages={Receipt.DRIVER: "en"})
        slip = Slip(Receipt.CHANGE, "", Receipt.DRIVER, replace(CASH_DELIVERY, buyer_note=""))
        assert said(compose(CASH_DELIVERY, slip, context))[:2] == ["CHANGE", "DRIVER"]
        kitchen = replace(slip, reader=Receipt.KITCHEN)
        assert said(compose(CASH_DELIVERY, kitchen, context))[:2] == ["ÄNDERUNG", "KÜCHE"]
