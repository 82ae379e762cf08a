"""If these pass, a ticket shows the revision that it was claimed for, as often as it is to."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.changing_order import ONE_KITCHEN, ORDER, Restaurant, with_bar
from wix_printer_service import tickets as tickets_module
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.models import JobState, Receipt
from wix_printer_service.printing.fonts import REMEDY
from wix_printer_service.printing.rendering import Printed
from wix_printer_service.receipts.layout import default_text
from wix_printer_service.settings import Settings
from wix_printer_service.tickets import copies_of, receipt_context

CUT, PULSE, BEEP = b"\x1dV", b"\x1bp", b"\x1bB"
KITCHEN = "kitchen @kitchen"


@pytest.fixture
def restaurant(database, fake_clock):
    return Restaurant(database, fake_clock)


def printers_with(**copies):
    kitchen, counter = ONE_KITCHEN["kitchen"], ONE_KITCHEN["counter"]
    return {
        "kitchen": kitchen | {"copies": {"kitchen": copies.get("kitchen", 1)}},
        "counter": counter | {"copies": {"driver": copies.get("driver", 1)}},
    }


class TestRevision:
    def test_a_picture_of_what_waits_shows_the_newest(self, restaurant):
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.QUEUED)
        restaurant.hear("3 Pizza")
        assert "3x Pizza" in restaurant.text(restaurant.job(KITCHEN))

    def test_a_claim_writes_down_which_one_its_ticket_shows(self, restaurant):
        restaurant.hear("2 Pizza")
        assert restaurant.job(KITCHEN).revision is None
        restaurant.end(restaurant.claim(), JobState.QUEUED)
        restaurant.hear("3 Pizza")
        assert restaurant.claim().job.revision == 2

    def test_the_first_try_of_which_nobody_knows_is_remembered(self, restaurant):
        for number in (1, 2, 3):
            restaurant.hear(f"{number} Pizza")
            restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        job = restaurant.job(KITCHEN)
        assert (job.maybe_printed_revision, job.revision) == (1, 3)

    def test_a_first_try_whose_revision_is_lost_makes_no_change(self, restaurant):
        restaurant.hear("1 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        restaurant.hear("2 Pizza")
        restaurant.database.write(
            lambda t: t.execute("DELETE FROM order_revisions WHERE revision = 1").rowcount
        )
        text = restaurant.text(restaurant.claim().job)
        assert "MÖGLICHES DUPLIKAT" in text
        assert "ÄNDERUNG" not in text

    def test_a_change_from_a_revision_that_is_lost_shows_the_whole_order(self, restaurant):
        restaurant.hear("1 Pizza")
        restaurant.print_all()
        restaurant.hear("2 Pizza")
        restaurant.database.write(
            lambda t: t.execute("DELETE FROM order_revisions WHERE revision = 1").rowcount
        )
        text = restaurant.text(restaurant.claim().job)
        assert "2x Pizza" in text
        assert "ÄNDERUNG" in text
        assert "NEU" not in text.replace("NEUES", "")
        assert "KÜCHE" in text

    def test_a_station_hears_that_all_items_are_gone_and_what_else_is_said(self, restaurant):
        restaurant.hear("1 Pizza")
        restaurant.print_all()
        restaurant.hear(lineItems=[], buyerNote="allergy: nuts")
        text = restaurant.text(restaurant.claim().job)
        assert "ÄNDERUNG" in text
        assert "KEINE ARTIKEL LESBAR" in text
        assert "allergy: nuts" in text

    def test_an_uncertain_ticket_of_a_station_is_no_change_for_anothers_dish(
        self, database, fake_clock
    ):
        restaurant = Restaurant(database, fake_clock, with_bar(ONE_KITCHEN))
        restaurant.hear("2 Pizza", "1 Cola")
        restaurant.end(restaurant.claim("bar"), JobState.UNCERTAIN)
        restaurant.hear("3 Pizza", "1 Cola")
        assert "ÄNDERUNG" not in restaurant.text(restaurant.claim("bar").job)

    def test_a_change_that_cannot_be_laid_out_comes_out_plain(self, restaurant, monkeypatch):
        restaurant.hear("1 Pizza")
        restaurant.print_all()
        restaurant.hear("2 Pizza")
        monkeypatch.setattr(tickets_module, "compose", lambda *_: 1 / 0)
        text = restaurant.text(restaurant.claim().job)
        assert "CHANGE" in text
        assert "Pizza" in text

    def test_our_own_number_stands_on_a_change(self, restaurant):
        restaurant.hear("1 Pizza", number="")
        restaurant.print_all()
        restaurant.hear("2 Pizza", number="")
        assert "L1" in restaurant.text(restaurant.claim().job)


class TestCopies:
    def cuts(self, restaurant, job):
        return restaurant.tickets.make(job).document.count(CUT)

    def test_a_ticket_comes_out_as_often_as_is_set_for_its_reader(self, database, fake_clock):
        printers = printers_with(kitchen=3, driver=2)
        restaurant = Restaurant(database, fake_clock, {"printers": printers})
        restaurant.hear("2 Pizza")
        found = {name: self.cuts(restaurant, restaurant.job(name)) for name in restaurant.paper()}
        assert found == {KITCHEN: 3, "driver @counter": 2, "customer @counter": 1}

    def test_so_do_changes_and_cancellations_of_that_reader(self, database, fake_clock):
        printers = printers_with(kitchen=3, driver=2)
        restaurant = Restaurant(database, fake_clock, {"printers": printers})
        restaurant.hear("2 Pizza")
        restaurant.print_all()
        restaurant.hear("3 Pizza")
        found = [self.cuts(restaurant, restaurant.job(name)) for name in restaurant.waiting()]
        assert found == [3, 2, 1]
        restaurant.print_all()
        restaurant.hear("3 Pizza", status="CANCELED")
        cancellation = restaurant.job("cancellation kitchen @kitchen")
        assert self.cuts(restaurant, cancellation) == 3

    def test_what_a_person_asks_for_again_comes_once(self, database, fake_clock):
        restaurant = Restaurant(database, fake_clock, {"printers": printers_with(kitchen=3)})
        restaurant.hear("2 Pizza")
        restaurant.print_all()
        restaurant.ask("reprint", restaurant.job(KITCHEN))
        assert self.cuts(restaurant, restaurant.claim().job) == 1

    def test_only_the_first_opens_the_drawer_and_makes_a_sound(
        self, database, fake_clock, tmp_path
    ):
        layout = tmp_path / "kitchen.yaml"
        text = default_text(Receipt.KITCHEN)
        text = text.replace("drawer: false", "drawer: true").replace("beep: 0", "beep: 2")
        layout.write_text(text, encoding="utf-8")
        given = {
            "printers": printers_with(kitchen=3),
            "receipts": {"layouts": {"kitchen": str(layout)}},
        }
        restaurant = Restaurant(database, fake_clock, given)
        restaurant.hear("2 Pizza")
        document = restaurant.tickets.make(restaurant.job(KITCHEN)).document
        assert [document.count(command) for command in (CUT, PULSE, BEEP)] == [3, 1, 1]

    def test_copies_are_read_from_the_settings(self):
        settings = Settings.model_validate({"printers": printers_with(kitchen=3)})
        assert copies_of(settings.printers["kitchen"]) == {Receipt.KITCHEN: 3}


class TestLettersWithoutAFont:
    def test_each_is_told_once_by_its_number_and_nothing_else(self, restaurant, monkeypatch):
        restaurant.hear("1 Pizza", buyerNote="Anna")
        printed = Printed(b"Anna", frozenset({"\U0001f9ff"}))
        monkeypatch.setattr(tickets_module, "press", lambda *_: printed)
        with capture_logs() as logs:
            for _ in range(2):
                assert restaurant.tickets.make(restaurant.job(KITCHEN)).document == b"Anna"
        (told,) = [entry for entry in logs if entry["event"] == "letters_without_font"]
        assert (told["letters"], told["remedy"]) == (["U+1F9FF"], REMEDY)
        assert told["log_level"] == "warning"
        assert "Anna" not in str(logs)
        assert restaurant.tickets.missing.letters == ("\U0001f9ff",)


GIVEN = {
    "restaurant": {"country": "CH", "tax_number": "CHE-1"},
    "printers": ONE_KITCHEN,
    "receipts": {
        "languages": {"kitchen": "en"},
        "allergy_words": ["lupin"],
        "payment_changes": True,
    },
}


class TestContext:
    def test_it_has_all_that_receipts_may_speak_of(self):
        settings = Settings.model_validate(GIVEN)
        context = receipt_context(settings)
        assert (context.country, context.tax_number) == ("CH", "CHE-1")
        assert context.languages == {Receipt.KITCHEN: "en"}
        assert context.allergy_words == ("lupin",)
        assert context.payment_changes
        assert context.layouts == {}

    def test_the_stations_are_those_of_the_settings(self):
        settings = Settings.model_validate(with_bar(ONE_KITCHEN))
        assert list(receipt_context(settings).stations) == ["bar"]

    def test_a_layout_is_read_at_once(self, tmp_path):
        file = tmp_path / "kitchen.yaml"
        file.write_text("blocks: [nonsense]\n", encoding="utf-8")
        given = GIVEN | {"receipts": {"layouts": {"kitchen": str(file)}}}
        with pytest.raises(ConfigurationError, match="nonsense"):
            receipt_context(Settings.model_validate(given))


def test_nothing_of_an_order_that_is_forgotten_is_told(restaurant):
    restaurant.hear("1 Pizza")
    restaurant.print_all()
    restaurant.hear("2 Pizza")
    wish = restaurant.told("2 Pizza")
    object.__setattr__(wish, "anonymise", True)
    assert restaurant.take(wish) == "erased"
    assert restaurant.waiting() == []
    assert restaurant.house.order(ORDER).number == ""
