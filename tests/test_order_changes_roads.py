"""If these pass, changes are told once by whichever road they come, also after a damage."""

from __future__ import annotations

import pytest

from tests.changing_order import ORDER, Restaurant
from wix_printer_service.order_changes import CHANGED_BACK

KITCHEN = {"kitchen": {"connection": "virtual:///k", "receipts": ["kitchen"]}}
CHANGE = "change kitchen @kitchen"


@pytest.fixture
def printed(database, fake_clock):
    """A restaurant with one reader, who has the order on paper."""
    restaurant = Restaurant(database, fake_clock, {"printers": KITCHEN})
    restaurant.hear("2 Pizza")
    restaurant.print_all()
    return restaurant


class TestTwoRoads:
    def test_a_webhook_and_a_search_of_the_same_revision_make_one_change(self, printed):
        edit = printed.told("3 Pizza")
        assert printed.take(edit) == "changed"
        assert printed.take(printed.shown(edit)) == "recorded"
        assert printed.waiting() == [CHANGE]
        assert printed.revision() == 2

    def test_so_they_do_the_other_way_round(self, printed):
        edit = printed.told("3 Pizza")
        assert printed.take(printed.shown(edit)) == "changed"
        assert printed.take(edit) == "recorded"
        assert printed.waiting() == [CHANGE]

    def test_an_edit_that_no_webhook_brought_is_told(self, printed):
        assert printed.find("3 Pizza") == "changed"
        assert "2x -> 3x Pizza" in printed.text(printed.claim().job)

    def test_edits_in_the_wrong_order_are_told_as_the_newest_says(self, printed):
        first, second = printed.told("3 Pizza"), printed.told("4 Pizza")
        assert [printed.take(second), printed.take(first)] == ["changed", "recorded"]
        assert "2x -> 4x Pizza" in printed.text(printed.claim().job)

    def test_the_same_event_twice_is_one(self, printed):
        edit = printed.told("3 Pizza")
        assert [printed.take(edit), printed.take(edit)] == ["changed", "duplicate"]
        assert printed.waiting() == [CHANGE]


class TestWhatIsLost:
    """After a damage not everything is known any more."""

    def forget(self, restaurant, revision):
        restaurant.database.write(
            lambda t: (
                t.execute(
                    "DELETE FROM order_revisions WHERE order_id = ? AND revision = ?",
                    (ORDER, revision),
                ).rowcount
            )
        )

    def test_news_that_change_nothing_since_then_print_nothing(self, printed):
        printed.hear("2 Pizza")
        self.forget(printed, 1)
        assert printed.hear("2 Pizza", paymentStatus="PAID") == "recorded"

    def test_an_edit_is_told_as_far_as_it_is_known(self, printed):
        printed.hear("2 Pizza")
        self.forget(printed, 1)
        assert printed.hear("3 Pizza") == "changed"
        assert "3x Pizza" in printed.text(printed.claim().job)

    def test_with_nothing_known_of_before_nothing_is_told(self, printed):
        self.forget(printed, 1)
        assert printed.hear("3 Pizza") == "recorded"


def test_what_is_changed_back_twice_is_told_no_more_often_than_it_changed(printed):
    for dishes in ("3 Pizza", "2 Pizza", "3 Pizza"):
        printed.hear(dishes)
    assert printed.waiting() == [CHANGE]
    assert [job.reason for job in printed.jobs()].count(CHANGED_BACK) == 1
