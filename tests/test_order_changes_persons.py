"""If these pass, what a person decides about a ticket loses no change and brings none back."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.changing_order import Restaurant
from wix_printer_service.models import JobState
from wix_printer_service.order_changes import OrderChanges
from wix_printer_service.print_jobs import NOT_FOR_HIM

KITCHEN = {"kitchen": {"connection": "virtual:///k", "receipts": ["kitchen"]}}
BASE, CHANGE = "kitchen @kitchen", "change kitchen @kitchen"


@pytest.fixture
def restaurant(database, fake_clock):
    """A restaurant with one printer, so that there is one reader."""
    return Restaurant(database, fake_clock, {"printers": KITCHEN})


@pytest.fixture
def printed(restaurant):
    restaurant.hear("2 Pizza")
    restaurant.print_all()
    return restaurant


class TestAPersonDecides:
    def test_a_held_ticket_that_may_lie_there_waits_without_a_change(self, restaurant):
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN, hold=True)
        assert restaurant.hear("3 Pizza") == "recorded"
        assert restaurant.waiting() == [BASE]

    def test_let_go_it_says_what_has_changed(self, restaurant):
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN, hold=True)
        restaurant.hear("3 Pizza")
        restaurant.ask("retry", restaurant.job(BASE))
        assert "2x -> 3x Pizza" in restaurant.text(restaurant.claim().job)

    @pytest.mark.parametrize("hold", [True, False])
    def test_cancelled_since_it_lies_there_it_is_followed_by_the_change(self, restaurant, hold):
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN, hold=hold)
        restaurant.hear("3 Pizza")
        restaurant.ask("cancel", restaurant.job(BASE))
        assert restaurant.waiting() == [CHANGE]
        assert "2x -> 3x Pizza" in restaurant.text(restaurant.claim().job)

    def test_cancelled_though_nothing_has_changed_it_is_followed_by_nothing(self, restaurant):
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN, hold=True)
        restaurant.ask("cancel", restaurant.job(BASE))
        assert restaurant.waiting() == []

    def test_cancelled_before_anything_was_sent_it_is_followed_by_nothing(self, restaurant):
        restaurant.hear("2 Pizza")
        restaurant.hear("3 Pizza")
        restaurant.ask("cancel", restaurant.job(BASE))
        assert restaurant.waiting() == []

    def test_given_up_and_cancelled_after_the_order_is_off_it_is_followed_by_nothing(
        self, restaurant
    ):
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        restaurant.end(restaurant.claim(), JobState.DEAD)
        restaurant.hear("3 Pizza", status="CANCELED")
        assert restaurant.print_all() == ["cancellation kitchen @kitchen"]
        restaurant.ask("cancel", restaurant.job(BASE))
        assert restaurant.waiting() == []

    def test_a_copy_that_is_cancelled_brings_no_cancelled_change_back(self, printed):
        printed.hear("3 Pizza")
        printed.ask("cancel", printed.job(CHANGE))
        printed.ask("reprint", printed.job(BASE))
        printed.ask("cancel", printed.jobs()[-1])
        assert printed.waiting() == []

    def test_a_change_that_may_lie_there_and_is_cancelled_does_not_come_back(self, printed):
        printed.hear("3 Pizza")
        printed.end(printed.claim(), JobState.UNCERTAIN)
        printed.ask("cancel", printed.job(CHANGE))
        assert printed.waiting() == []

    def test_of_an_order_that_is_off_no_change_is_told(self, restaurant):
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN, hold=True)
        restaurant.ask("retry", restaurant.job(BASE))
        claim = restaurant.claim()
        restaurant.hear("3 Pizza", status="CANCELED")
        restaurant.end(claim, JobState.DEAD)
        assert restaurant.waiting() == ["cancellation kitchen @kitchen"]

    @pytest.mark.parametrize("end", [JobState.DEAD, JobState.EXPIRED])
    def test_what_may_lie_there_and_was_given_up_is_followed_by_changes(self, restaurant, end):
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        restaurant.end(restaurant.claim(), end)
        assert restaurant.hear("3 Pizza") == "changed"
        assert "2x -> 3x Pizza" in restaurant.text(restaurant.job(CHANGE))

    def test_where_nothing_is_sure_the_first_that_may_lie_there_counts(self, restaurant):
        restaurant.hear("1 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        restaurant.ask("cancel", restaurant.job(BASE))
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        restaurant.end(restaurant.claim(), JobState.DEAD)
        restaurant.hear("3 Pizza")
        assert "1x -> 3x Pizza" in restaurant.text(restaurant.job(CHANGE))

    def test_tried_again_by_a_person_while_its_change_waits_it_is_marked(self, restaurant):
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        restaurant.end(restaurant.claim(), JobState.DEAD)
        restaurant.hear("3 Pizza")
        restaurant.ask("retry", restaurant.job(BASE))
        while (claim := restaurant.house.claim("kitchen")) is not None:
            assert "2x -> 3x Pizza" in restaurant.text(claim.job)
            restaurant.end(claim)

    def test_the_whole_ticket_tried_again_takes_the_place_of_its_change(self, restaurant):
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        restaurant.end(restaurant.claim(), JobState.DEAD)
        restaurant.hear("3 Pizza")
        assert CHANGE in restaurant.waiting()
        restaurant.ask("retry", restaurant.job(BASE))
        assert restaurant.print_all() == [BASE]

    def test_a_copy_tried_again_leaves_the_change_of_what_surely_lies_there(self, printed):
        printed.ask("reprint", printed.job(BASE))
        printed.end(printed.claim(), JobState.DEAD)
        printed.hear("3 Pizza")
        printed.ask("retry", printed.jobs()[1])
        assert CHANGE in printed.waiting()


class TestWhatIsStillToBeTold:
    """A ticket that may lie there is over; what has changed since nobody else would say."""

    @pytest.fixture
    def doubtful(self, restaurant):
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        restaurant.hear("2 Pizza", "1 Salad")
        return restaurant

    def test_of_a_change_that_is_cancelled_what_came_after_it_is_told(self, printed):
        printed.hear("3 Pizza")
        printed.end(printed.claim(), JobState.UNCERTAIN, hold=True)
        printed.hear("3 Pizza", "1 Salad")
        printed.ask("cancel", printed.job(CHANGE))
        text = printed.text(printed.claim().job)
        assert ("1x Salad" in text, "Pizza" in text) == (True, False)

    @pytest.mark.parametrize("end", [JobState.QUEUED, JobState.UNCERTAIN])
    def test_so_it_is_of_one_that_is_called_off_while_it_is_sent_again(self, printed, end):
        printed.hear("3 Pizza")
        printed.end(printed.claim(), JobState.UNCERTAIN)
        printed.hear("3 Pizza", "1 Salad")
        claim = printed.claim()
        printed.ask("cancel", claim.job)
        printed.end(claim, end)
        assert "1x Salad" in printed.text(printed.claim().job)

    @pytest.mark.parametrize("end", [JobState.QUEUED, JobState.UNCERTAIN])
    def test_of_a_ticket_that_is_called_off_while_it_is_sent_again(self, doubtful, end):
        claim = doubtful.claim()
        doubtful.ask("cancel", claim.job)
        doubtful.end(claim, end)
        assert doubtful.waiting() == [CHANGE]
        assert "1x Salad" in doubtful.text(doubtful.claim().job)

    def test_of_a_ticket_that_is_given_up(self, doubtful):
        doubtful.end(doubtful.claim(), JobState.DEAD)
        assert doubtful.waiting() == [CHANGE]

    def test_of_a_ticket_that_has_waited_too_long(self, database, fake_clock):
        expiring = {"printers": KITCHEN, "printing": {"expire_after_h": 1}}
        restaurant = Restaurant(database, fake_clock, expiring)
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        restaurant.hear("2 Pizza", "1 Salad")
        fake_clock.advance(3 * 3600.0)
        claim = restaurant.claim()
        assert restaurant.job(BASE).state is JobState.EXPIRED
        assert "1x Salad" in restaurant.text(claim.job)

    def test_a_change_that_was_put_back_and_says_nothing_any_more_is_called_off(self, printed):
        printed.hear("3 Pizza")
        claim = printed.claim()
        printed.hear("2 Pizza")
        printed.end(claim, JobState.QUEUED)
        assert printed.waiting() == []

    def test_a_ticket_is_settled_even_if_nobody_can_tell_what_is_to_be_told(
        self, doubtful, monkeypatch
    ):
        monkeypatch.setattr(OrderChanges, "_tell_after", lambda *_: 1 / 0)
        with capture_logs() as logs:
            doubtful.end(doubtful.claim(), JobState.DEAD)
        assert doubtful.job(BASE).state is JobState.DEAD
        assert [entry["event"] for entry in logs] == ["order_change_failed"]


class TestWhileTheTicketOfNobodyIsSent:
    @pytest.fixture
    def claim(self, database, fake_clock):
        self.restaurant = Restaurant(database, fake_clock)
        self.restaurant.hear("2 Pizza", delivery=True)
        return self.restaurant.claim("counter")

    def test_it_is_called_off(self, claim):
        self.restaurant.hear("2 Pizza", delivery=False)
        self.restaurant.end(claim, JobState.QUEUED)
        assert self.restaurant.waiting() == ["kitchen @kitchen", "customer @counter"]
        assert self.restaurant.job("driver @counter").reason == NOT_FOR_HIM

    def test_it_waits_again_if_he_is_needed_again(self, claim):
        self.restaurant.hear("2 Pizza", delivery=False)
        self.restaurant.hear("2 Pizza", delivery=True)
        self.restaurant.end(claim, JobState.QUEUED)
        assert "driver @counter" in self.restaurant.waiting()

    def test_he_gets_a_new_one_if_he_is_needed_again_later(self, claim):
        self.restaurant.hear("2 Pizza", delivery=False)
        self.restaurant.end(claim, JobState.QUEUED)
        self.restaurant.hear("2 Pizza", delivery=True)
        assert "driver @counter" in self.restaurant.waiting()

    def test_what_a_person_called_off_stays_so(self, claim):
        self.restaurant.ask("cancel", claim.job)
        self.restaurant.hear("2 Pizza", delivery=False)
        self.restaurant.hear("2 Pizza", delivery=True)
        self.restaurant.end(claim, JobState.QUEUED)
        assert "driver @counter" not in self.restaurant.waiting()
