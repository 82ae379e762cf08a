"""If these pass, a change that comes while tickets are under way is neither lost nor told twice."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from tests.changing_order import Restaurant
from wix_printer_service.models import JobState
from wix_printer_service.order_changes import TOLD_ANYWAY

KITCHEN = {"kitchen": {"connection": "virtual:///k", "receipts": ["kitchen"]}}
BASE, CHANGE = "kitchen @kitchen", "change kitchen @kitchen"
ENDS = [JobState.PRINTED, JobState.PRINTED_UNCONFIRMED, JobState.UNCERTAIN, JobState.QUEUED]


@pytest.fixture
def restaurant(database, fake_clock):
    """A restaurant with one printer, so that there is one reader."""
    return Restaurant(database, fake_clock, {"printers": KITCHEN})


@pytest.fixture
def printed(restaurant):
    restaurant.hear("2 Pizza")
    restaurant.print_all()
    return restaurant


class TestWhileTheTicketIsSent:
    def test_it_shows_what_was_known_when_it_was_claimed(self, restaurant):
        restaurant.hear("2 Pizza")
        claim = restaurant.claim()
        restaurant.hear("3 Pizza")
        text = restaurant.text(claim.job)
        assert (claim.job.revision, "2x Pizza" in text) == (1, True)
        assert "3x" not in text

    @pytest.mark.parametrize("end", [JobState.PRINTED, JobState.PRINTED_UNCONFIRMED])
    def test_one_that_is_printed_is_followed_by_the_change(self, restaurant, end):
        restaurant.hear("2 Pizza")
        claim = restaurant.claim()
        assert restaurant.hear("3 Pizza") == "changed"
        restaurant.end(claim, end)
        assert restaurant.print_all() == [CHANGE]

    def test_one_of_which_not_a_byte_went_out_shows_it_itself(self, restaurant):
        restaurant.hear("2 Pizza")
        claim = restaurant.claim()
        restaurant.hear("3 Pizza")
        restaurant.end(claim, JobState.QUEUED)
        assert restaurant.job(CHANGE).reason == TOLD_ANYWAY
        claim = restaurant.claim()
        assert "ÄNDERUNG" not in restaurant.text(claim.job)
        restaurant.end(claim)
        assert restaurant.print_all() == []

    def test_one_of_which_nobody_knows_says_all_of_it_on_one_paper(self, restaurant):
        restaurant.hear("2 Pizza", "1 Salad")
        claim = restaurant.claim()
        restaurant.hear("3 Pizza", "1 Salad")
        restaurant.end(claim, JobState.UNCERTAIN)
        assert restaurant.waiting() == [BASE]
        text = restaurant.text(restaurant.claim().job)
        for words in ("MÖGLICHES DUPLIKAT", "ÄNDERUNG", "2x -> 3x Pizza", "1x Salad"):
            assert words in text

    @pytest.mark.parametrize("end", [JobState.DEAD, JobState.QUEUED])
    def test_one_that_is_given_up_or_called_off_unsent_is_not_changed_either(self, restaurant, end):
        restaurant.hear("2 Pizza")
        claim = restaurant.claim()
        restaurant.hear("3 Pizza")
        if end is JobState.QUEUED:
            restaurant.ask("cancel", claim.job)
        restaurant.end(claim, end)
        assert restaurant.waiting() == []

    def test_one_that_may_lie_there_and_is_given_up_is_followed_by_the_change(self, restaurant):
        restaurant.hear("1 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        restaurant.hear("2 Pizza")
        claim = restaurant.claim()
        restaurant.hear("3 Pizza")
        restaurant.end(claim, JobState.DEAD)
        assert restaurant.waiting() == [CHANGE]
        assert "1x -> 3x Pizza" in restaurant.text(restaurant.claim().job)

    def test_it_is_the_same_after_a_crash(self, restaurant):
        restaurant.hear("2 Pizza")
        restaurant.claim()
        restaurant.hear("3 Pizza")
        restaurant.crash()
        assert restaurant.waiting() == [BASE]
        assert "2x -> 3x Pizza" in restaurant.text(restaurant.claim().job)

    def test_a_change_after_the_crash_makes_no_ticket_of_its_own(self, restaurant):
        restaurant.hear("2 Pizza")
        restaurant.claim()
        restaurant.crash()
        assert restaurant.hear("3 Pizza") == "recorded"
        assert restaurant.waiting() == [BASE]
        assert "2x -> 3x Pizza" in restaurant.text(restaurant.claim().job)

    def test_the_change_is_told_from_the_first_try_however_many_follow(self, restaurant):
        restaurant.hear("1 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        restaurant.hear("3 Pizza")
        assert "1x -> 3x Pizza" in restaurant.text(restaurant.claim().job)

    def test_one_that_is_changed_back_meanwhile_is_no_change(self, restaurant):
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), JobState.UNCERTAIN)
        restaurant.hear("3 Pizza")
        restaurant.hear("2 Pizza")
        text = restaurant.text(restaurant.claim().job)
        assert "MÖGLICHES DUPLIKAT" in text
        assert "ÄNDERUNG" not in text

    def test_no_change_comes_out_before_its_ticket_however_that_ends(self, restaurant):
        for ends in itertools.product(ENDS, repeat=2):
            number = next(restaurant.moments)
            made = replace(restaurant.told("2 Pizza"), order_id=f"order-{number}")
            restaurant.take(replace(made, order=made.order | {"id": made.order_id}))
            came_out = []
            for end in (*ends, JobState.PRINTED, JobState.PRINTED):
                claim = restaurant.house.claim("kitchen")
                if claim is None:
                    break
                came_out.append(str(claim.job.receipt))
                event = restaurant.told(f"{next(restaurant.moments)} Pizza")
                event = replace(event, order_id=made.order_id)
                restaurant.take(replace(event, order=event.order | {"id": made.order_id}))
                restaurant.end(claim, end)
            first_printed = next(
                i for i, end in enumerate((*ends, JobState.PRINTED)) if end in ENDS[:2]
            )
            assert came_out[: first_printed + 1] == ["kitchen"] * (first_printed + 1), ends
            restaurant.print_all()


class TestWhileTheChangeIsSent:
    def test_a_second_edit_is_told_by_a_second_change(self, printed):
        printed.hear("3 Pizza")
        claim = printed.claim()
        assert printed.hear("4 Pizza") == "changed"
        assert "2x -> 3x Pizza" in printed.text(claim.job)
        printed.end(claim)
        assert "3x -> 4x Pizza" in printed.text(printed.claim().job)

    def test_one_of_which_not_a_byte_went_out_tells_all_itself(self, printed):
        printed.hear("3 Pizza")
        claim = printed.claim()
        printed.hear("4 Pizza")
        printed.end(claim, JobState.QUEUED)
        assert printed.waiting() == [CHANGE]
        text = printed.text(printed.claim().job)
        assert "2x -> 4x Pizza" in text
        assert "MÖGLICHES DUPLIKAT" not in text

    def test_one_of_which_nobody_knows_becomes_a_whole_ticket_that_tells_all(self, printed):
        printed.hear("3 Pizza")
        claim = printed.claim()
        printed.hear("4 Pizza")
        printed.end(claim, JobState.UNCERTAIN)
        assert printed.waiting() == [CHANGE]
        text = printed.text(printed.claim().job)
        for words in ("MÖGLICHES DUPLIKAT", "ÄNDERUNG", "3x -> 4x Pizza"):
            assert words in text
        assert "4x Pizza" in text.replace("3x -> 4x Pizza", "")

    def test_one_that_was_given_up_is_told_anew_with_the_next_edit(self, printed):
        printed.hear("3 Pizza")
        printed.end(printed.claim(), JobState.DEAD)
        printed.hear("4 Pizza")
        assert "2x -> 4x Pizza" in printed.text(printed.claim().job)

    @pytest.mark.parametrize("end", [JobState.DEAD, JobState.QUEUED])
    def test_one_that_is_called_off_or_given_up_leaves_the_next_to_tell_all(self, printed, end):
        printed.hear("3 Pizza")
        claim = printed.claim()
        printed.hear("4 Pizza")
        if end is JobState.QUEUED:
            printed.ask("cancel", claim.job)
        printed.end(claim, end)
        assert "2x -> 4x Pizza" in printed.text(printed.claim().job)

    def test_one_that_a_person_cancelled_stays_cancelled(self, printed):
        printed.hear("3 Pizza")
        printed.ask("cancel", printed.job(CHANGE))
        assert printed.waiting() == []
        assert printed.hear("3 Pizza", buyerNote="") != "accepted"


class TestWhileACopyIsSent:
    """A person has asked for the whole ticket again."""

    @pytest.fixture
    def copied(self, printed):
        """The ticket shows 2, a change to 3 waits, and the copy in hand shows 3 already."""
        printed.ask("reprint", printed.job(BASE))
        first = printed.claim()
        printed.hear("3 Pizza")
        printed.end(first, JobState.QUEUED)
        return printed, printed.claim()

    @pytest.mark.parametrize("end", [JobState.DEAD, JobState.UNCERTAIN, JobState.QUEUED])
    def test_the_change_begins_with_what_surely_lies_there_if_it_does_not_come_out(
        self, copied, end
    ):
        restaurant, claim = copied
        restaurant.hear("4 Pizza")
        assert restaurant.job(CHANGE).from_revision == 2
        restaurant.end(claim, end)
        assert (restaurant.job(CHANGE).from_revision, restaurant.job(CHANGE).state) == (1, "queued")

    def test_news_that_change_nothing_call_the_change_not_off(self, copied):
        restaurant, claim = copied
        restaurant.hear("3 Pizza", paymentStatus="PAID")
        restaurant.end(claim, JobState.DEAD)
        assert "2x -> 3x Pizza" in restaurant.text(restaurant.claim().job)


class TestAChangeOfWhichNobodyKnows:
    def perhaps_printed(self, printed, *dishes):
        """Send the next ticket so that nobody knows what is on paper; return what it said."""
        printed.hear(*dishes)
        claim = printed.claim()
        text = printed.text(claim.job)
        printed.end(claim, JobState.UNCERTAIN)
        return text

    def test_it_comes_again_as_it_was_if_nothing_has_changed_since(self, printed):
        self.perhaps_printed(printed, "3 Pizza")
        text = printed.text(printed.claim().job)
        assert "MÖGLICHES DUPLIKAT" in text
        assert "2x -> 3x Pizza" in text
        assert "KÜCHE" in text

    def test_if_it_is_taken_back_the_whole_ticket_says_so(self, printed):
        first = self.perhaps_printed(printed, "2 Pizza", "8 Golf")
        assert "8x Golf" in first
        printed.hear("2 Pizza")
        text = printed.text(printed.claim().job)
        for words in ("MÖGLICHES DUPLIKAT", "ÄNDERUNG", "ENTFÄLLT", "8x Golf", "2x Pizza"):
            assert words in text
        assert "Keine Änderung mehr" not in text

    def test_after_two_tries_with_different_news_the_whole_ticket_leaves_no_doubt(self, printed):
        self.perhaps_printed(printed, "2 Pizza", "8 Golf")
        second = self.perhaps_printed(printed, "2 Pizza", "1 Salad")
        assert "1x Salad" in second
        printed.hear("4 Pizza")
        claim = printed.claim()
        text = printed.text(claim.job)
        assert "4x Pizza" in text.replace("2x -> 4x Pizza", "")
        assert "Salad" not in text
        printed.end(claim)
        assert printed.print_all() == []
        assert printed.hear("4 Pizza", "1 Tea") == "changed"
        assert "1x Tea" in printed.text(printed.claim().job)
