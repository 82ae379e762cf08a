"""If these pass, a change reaches its reader once wherever another printer stands in."""

from __future__ import annotations

import pytest

from tests.changing_order import Restaurant
from wix_printer_service.models import JobState, Receipt

WITH_BACKUP = {
    "kitchen": {"connection": "virtual:///k", "receipts": ["kitchen"], "backup": "counter"},
    "counter": {"connection": "virtual:///c", "receipts": ["customer"]},
}
BASE, CHANGE = "kitchen @kitchen", "change kitchen @kitchen"
STAND_IN = "change kitchen @counter for kitchen"


def hand_over(restaurant, printer="kitchen", backup="counter"):
    move = restaurant.house.moves.hand_over
    restaurant.database.write(lambda t: move(t, printer, backup, "away"))


class TestInAnOutage:
    @pytest.fixture
    def restaurant(self, database, fake_clock):
        return Restaurant(database, fake_clock, {"printers": WITH_BACKUP})

    def test_edits_while_the_printer_is_away_make_one_ticket(self, restaurant):
        for number in (1, 2, 3):
            restaurant.hear(f"{number} Pizza")
        restaurant.crash()
        assert restaurant.print_all() == [BASE, "customer @counter"]
        assert restaurant.job(BASE).revision == 3

    def test_a_change_follows_the_ticket_to_the_printer_that_stood_in(self, restaurant):
        restaurant.hear("2 Pizza")
        hand_over(restaurant)
        restaurant.print_all()
        restaurant.hear("3 Pizza")
        assert restaurant.waiting() == [
            "change kitchen @counter for kitchen",
            "change customer @counter",
        ]
        restaurant.print_all()
        restaurant.hear("4 Pizza")
        change = restaurant.job("change kitchen @counter for kitchen")
        assert (change.state, change.from_revision) == (JobState.QUEUED, 2)

    def test_a_change_that_was_handed_over_is_no_second_one(self, restaurant):
        restaurant.hear("2 Pizza")
        restaurant.print_all()
        restaurant.hear("3 Pizza")
        hand_over(restaurant)
        restaurant.hear("4 Pizza")
        assert sorted(restaurant.waiting()) == [
            "change customer @counter",
            "change kitchen @counter for kitchen",
        ]

    def test_it_is_told_wherever_paper_may_lie(self, restaurant):
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        hand_over(restaurant)
        restaurant.print_all()
        restaurant.hear("3 Pizza")
        told = [name for name in restaurant.waiting() if "change kitchen" in name]
        assert sorted(told) == ["change kitchen @counter for kitchen", CHANGE]

    @pytest.mark.parametrize("end", [JobState.UNCERTAIN, JobState.QUEUED])
    def test_one_that_is_told_again_here_is_told_there_all_the_same(self, restaurant, end):
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        hand_over(restaurant)
        restaurant.print_all()
        restaurant.hear("3 Pizza")
        restaurant.end(restaurant.claim("counter"), end)
        assert CHANGE in restaurant.waiting()
        assert "change kitchen @counter for kitchen" in restaurant.waiting()

    @pytest.fixture
    def two_papers(self, restaurant):
        """The ticket may lie at the kitchen's printer, and lies where it was handed over."""
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        hand_over(restaurant)
        restaurant.print_all()
        return restaurant

    def test_a_change_is_not_moved_past_what_lies_where_it_will_come_out(self, two_papers):
        two_papers.hear("2 Pizza", "1 Salad")
        while (claim := two_papers.house.claim("counter")) is not None:
            two_papers.end(claim)
        two_papers.hear("2 Pizza", "1 Salad", "1 Tiramisu")
        text = two_papers.text(two_papers.claim("kitchen").job)
        assert "1x Salad" in text
        assert "1x Tiramisu" in text

    def test_one_that_waits_at_the_backup_already_comes_out_once(self, two_papers):
        two_papers.hear("3 Pizza")
        hand_over(two_papers)
        assert [name for name in two_papers.print_all() if "change kitchen" in name] == [STAND_IN]

    def test_one_that_the_backup_has_just_printed_does_not_come_out_again(self, two_papers):
        two_papers.hear("3 Pizza")
        while (claim := two_papers.house.claim("counter")) is not None:
            two_papers.end(claim)
        hand_over(two_papers)
        assert two_papers.waiting() == []

    def test_one_that_the_backup_has_printed_before_the_news_does_come_out(self, two_papers):
        two_papers.hear("3 Pizza")
        while (claim := two_papers.house.claim("counter")) is not None:
            two_papers.end(claim)
        two_papers.hear("4 Pizza")
        hand_over(two_papers)
        assert [name for name in two_papers.waiting() if "change kitchen" in name] == [STAND_IN]

    def test_the_one_that_is_left_begins_with_the_older_paper(self, two_papers):
        two_papers.hear("2 Pizza", "1 Salad")
        while (claim := two_papers.house.claim("counter")) is not None:
            two_papers.end(claim)
        two_papers.hear("2 Pizza", "1 Salad", "1 Tiramisu")
        hand_over(two_papers)
        assert two_papers.job(STAND_IN).from_revision == 1

    @pytest.mark.parametrize("is_printed", [True, False])
    def test_a_cancellation_comes_out_once_at_the_backup(self, two_papers, is_printed):
        two_papers.hear("2 Pizza", status="CANCELED")
        if is_printed:
            two_papers.end(two_papers.claim("counter"))
        hand_over(two_papers)
        two_papers.print_all()
        printed = [name for name in two_papers.paper(JobState.PRINTED) if "cancellation" in name]
        assert printed == ["cancellation @counter"]


def test_who_may_have_a_ticket_that_was_called_off_gets_the_next_one_marked(database, fake_clock):
    restaurant = Restaurant(database, fake_clock)
    restaurant.hear("2 Pizza", delivery=True)
    claim = restaurant.claim("counter")
    assert claim.job.receipt is Receipt.DRIVER
    restaurant.hear("2 Pizza", delivery=False)
    restaurant.end(claim, JobState.UNCERTAIN)
    assert restaurant.job("driver @counter").state is JobState.CANCELLED
    restaurant.hear("2 Pizza", delivery=True)
    again = restaurant.job("driver @counter")
    assert again.id != claim.job.id
    assert "MÖGLICHES DUPLIKAT" in restaurant.text(again)
