"""If these pass, who has an order on paper learns of what concerns him when it changes, once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from tests.changing_order import ORDER, Restaurant, line
from wix_printer_service.models import JobState, OrderState, Priority
from wix_printer_service.order_changes import CHANGED_BACK, NOT_FOR_HIM

ALL = ["kitchen @kitchen", "driver @counter", "customer @counter"]
FOR_ALL = ["change kitchen @kitchen", "change driver @counter", "change customer @counter"]


@pytest.fixture
def restaurant(database, fake_clock):
    return Restaurant(database, fake_clock)


@pytest.fixture
def printed(restaurant):
    """A delivery of two dishes, on paper everywhere."""
    restaurant.hear("2 Pizza", "1 Salad")
    assert restaurant.print_all() == ALL
    return restaurant


class TestTheTable:
    """DESIGN, section 6, column by column."""

    @pytest.mark.parametrize("status", ["INITIALIZED", "PENDING"])
    def test_one_that_is_not_yet_approved_changes_no_paper(self, printed, status):
        assert printed.hear("9 Pizza", status=status) == "recorded"
        assert printed.waiting() == []

    def test_what_such_a_one_showed_is_told_when_it_is_approved(self, printed):
        printed.hear("9 Pizza", "1 Salad", status="PENDING")
        assert printed.hear("9 Pizza", "1 Salad") == "changed"
        assert printed.waiting() == FOR_ALL

    def test_a_driver_whom_such_a_one_made_necessary_gets_his_ticket_when_it_is_approved(
        self, restaurant
    ):
        restaurant.hear("2 Pizza", delivery=False)
        restaurant.print_all()
        restaurant.hear("2 Pizza", status="PENDING")
        assert restaurant.waiting() == []
        restaurant.hear("2 Pizza")
        assert "driver @counter" in restaurant.waiting()

    def test_so_does_one_whom_an_imported_one_made_necessary(self, restaurant):
        restaurant.hear("2 Pizza", delivery=False)
        restaurant.print_all()
        restaurant.hear("2 Pizza", imported=True)
        restaurant.hear("2 Pizza")
        assert "driver @counter" in restaurant.waiting()

    @pytest.mark.parametrize("status", ["APPROVED", "", "SOMETHING_NEW"])
    def test_an_edit_of_what_is_on_paper_becomes_a_change_for_each_reader(self, printed, status):
        assert printed.hear("3 Pizza", "1 Salad", status=status) == "changed"
        assert printed.waiting() == FOR_ALL
        for name in FOR_ALL:
            assert (printed.job(name).from_revision, printed.job(name).state) == (1, "queued")

    def test_an_edit_of_what_is_not_started_is_printed_without_a_change(self, restaurant):
        restaurant.hear("2 Pizza")
        assert restaurant.hear("3 Pizza") == "recorded"
        assert restaurant.print_all() == ALL
        assert [job.revision for job in restaurant.jobs()] == [2, 2, 2]

    def test_news_that_change_nothing_for_anybody_print_nothing(self, printed):
        assert printed.hear("2 Pizza", "1 Salad") == "recorded"
        assert printed.hear("1 Salad", "2 Pizza") == "recorded"
        assert printed.waiting() == []

    def test_a_change_that_concerns_one_reader_is_told_to_him_alone(self, printed):
        with_wish = [line("2 Pizza") | {"descriptionLines": []}, line("1 Salad")]
        with_wish[0]["catalogReference"] = with_wish[0]["catalogReference"] | {
            "options": {"specialRequests": "well done"}
        }
        assert printed.hear(lineItems=with_wish) == "changed"
        assert printed.waiting() == ["change kitchen @kitchen"]

    def test_a_cancellation_follows_the_paper_and_calls_off_changes(self, printed):
        printed.hear("3 Pizza")
        assert printed.hear("3 Pizza", status="CANCELED") == "cancelled"
        assert printed.waiting() == [
            "cancellation kitchen @kitchen",
            "cancellation driver @counter",
        ]
        assert printed.house.state(ORDER) is OrderState.CANCELLED

    def test_where_only_a_change_lies_the_cancellation_goes_too(self, restaurant):
        restaurant.hear("2 Pizza", delivery=False)
        restaurant.print_all()
        restaurant.hear("3 Pizza", delivery=False)
        moved = restaurant.house.moves
        restaurant.database.write(lambda t: moved.hand_over(t, "kitchen", "counter", "away"))
        restaurant.print_all()
        restaurant.hear("3 Pizza", delivery=False, status="CANCELED")
        assert sorted(restaurant.waiting()) == [
            "cancellation @counter",
            "cancellation kitchen @kitchen",
        ]

    def test_an_edit_after_the_cancellation_prints_nothing(self, printed):
        printed.hear("2 Pizza", status="CANCELED")
        printed.print_all()
        assert printed.hear("9 Pizza") == "changed_after_cancellation"
        assert printed.waiting() == []

    def test_that_it_is_fulfilled_needs_no_paper(self, printed):
        assert printed.hear("2 Pizza", "1 Salad", fulfillmentStatus="FULFILLED") == "recorded"
        assert printed.waiting() == []

    def test_an_imported_one_never_becomes_paper(self, printed):
        assert printed.hear("9 Pizza", imported=True) == "ignored"
        assert printed.waiting() == []

    def test_an_older_one_changes_nothing(self, printed):
        older = printed.told("9 Pizza")
        printed.hear("2 Pizza", "1 Salad")
        assert printed.take(older) == "recorded"
        assert printed.waiting() == []

    @pytest.mark.parametrize("state", [OrderState.PAST, OrderState.IGNORED, OrderState.ERASED])
    def test_orders_without_receipts_of_ours_get_none_by_a_change(self, restaurant, state):
        restaurant.hear("2 Pizza", status="INITIALIZED")
        restaurant.database.write(
            lambda t: t.execute("UPDATE orders SET state = ?", (state,)).rowcount
        )
        restaurant.hear("3 Pizza", status="")
        assert restaurant.paper() == []


class TestPayment:
    @pytest.mark.parametrize(
        ("is_wanted", "told"),
        [(False, []), (True, ["change driver @counter", "change customer @counter"])],
    )
    def test_it_is_told_to_driver_and_customer_by_setting_only(self, printed, is_wanted, told):
        printed.begin(receipts={"payment_changes": is_wanted})
        printed.hear("2 Pizza", "1 Salad", paymentStatus="PAID")
        assert printed.waiting() == told


class TestLess:
    """An event that shows less than the order."""

    def hear_no_lines(self, restaurant):
        event = restaurant.told()
        order = {key: value for key, value in event.order.items() if key != "lineItems"}
        return restaurant.take(replace(event, order=order))

    def test_one_without_lines_removes_nothing(self, printed):
        assert self.hear_no_lines(printed) == "recorded"
        assert printed.waiting() == []

    def test_what_it_hid_is_compared_with_the_lines_known_before(self, printed):
        self.hear_no_lines(printed)
        assert printed.hear("2 Pizza", "2 Salad") == "changed"
        assert printed.waiting() == FOR_ALL
        text = printed.text(printed.claim().job)
        assert "Salad" in text
        assert "Pizza" not in text


class TestNewReaders:
    def test_who_is_new_gets_a_whole_ticket(self, restaurant):
        restaurant.hear("2 Pizza", delivery=False)
        restaurant.print_all()
        assert restaurant.hear("2 Pizza", delivery=True) == "changed"
        assert "driver @counter" in restaurant.waiting()
        assert "driver @counter" not in restaurant.paper(JobState.PRINTED)

    def test_who_is_none_any_more_gets_nothing(self, restaurant):
        restaurant.hear("2 Pizza", delivery=True)
        assert restaurant.hear("2 Pizza", delivery=False) == "changed"
        assert restaurant.waiting() == ["kitchen @kitchen", "customer @counter"]
        driver = restaurant.job("driver @counter")
        assert (driver.state, driver.reason) == (JobState.CANCELLED, NOT_FOR_HIM)

    def test_a_held_ticket_is_called_off_too(self, restaurant, fake_clock):
        fake_clock.advance(3 * 86_400.0)
        assert restaurant.hear("2 Pizza") == "held"
        restaurant.hear("2 Pizza", delivery=False)
        assert restaurant.paper() == ["kitchen @kitchen", "customer @counter"]

    def test_who_is_none_any_more_and_has_paper_is_told(self, printed):
        printed.hear("2 Pizza", "1 Salad", delivery=False)
        assert "change driver @counter" in printed.waiting()
        assert "ABHOLUNG" in printed.text(printed.job("change driver @counter"))

    def test_what_may_lie_there_is_printed_again_and_says_so(self, restaurant):
        restaurant.hear("2 Pizza", delivery=True)
        restaurant.end(restaurant.claim("counter"), JobState.UNCERTAIN)
        restaurant.hear("2 Pizza", delivery=False)
        assert restaurant.job("driver @counter").state is JobState.UNCERTAIN
        text = restaurant.text(restaurant.claim("counter").job)
        assert "MÖGLICHES DUPLIKAT" in text
        assert "ABHOLUNG" in text

    def test_who_is_needed_again_gets_a_ticket_after_all(self, restaurant):
        restaurant.hear("2 Pizza", delivery=True)
        restaurant.hear("2 Pizza", delivery=False)
        restaurant.hear("2 Pizza", delivery=True)
        assert sorted(restaurant.print_all()) == sorted(ALL)

    def test_so_does_who_was_needed_before_the_order_was_cancelled_and_came_back(self, restaurant):
        restaurant.hear("2 Pizza", delivery=True)
        restaurant.hear("2 Pizza", delivery=True, status="CANCELED")
        assert restaurant.hear("2 Pizza", delivery=False) == "accepted"
        restaurant.hear("2 Pizza", delivery=True)
        assert sorted(restaurant.print_all()) == sorted(ALL)

    def test_who_is_needed_again_and_has_the_ticket_gets_no_other(self, printed):
        printed.hear("2 Pizza", "1 Salad", delivery=False)
        assert printed.hear("2 Pizza", "1 Salad", delivery=True) == "changed"
        assert printed.waiting() == []
        assert {job.reason for job in printed.jobs()} >= {CHANGED_BACK}

    def test_a_held_order_holds_what_is_new(self, restaurant, fake_clock):
        fake_clock.advance(3 * 86_400.0)
        restaurant.hear("2 Pizza", delivery=False)
        restaurant.hear("2 Pizza", delivery=True)
        assert {job.state for job in restaurant.jobs()} == {JobState.HELD}

    def test_a_held_order_that_a_person_let_go_holds_no_more(self, restaurant, fake_clock):
        fake_clock.advance(3 * 86_400.0)
        restaurant.hear("2 Pizza", delivery=False)
        for job in restaurant.jobs():
            restaurant.ask("retry", job)
        restaurant.print_all()
        restaurant.hear("2 Pizza", delivery=True)
        assert restaurant.job("driver @counter").state is JobState.QUEUED

    def test_what_a_person_cancelled_does_not_come_back(self, restaurant):
        restaurant.hear("2 Pizza", delivery=True)
        restaurant.ask("cancel", restaurant.job("driver @counter"))
        restaurant.hear("2 Pizza", delivery=False)
        restaurant.hear("3 Pizza", delivery=True)
        assert restaurant.waiting() == ["kitchen @kitchen", "customer @counter"]

    @pytest.mark.parametrize("state", [JobState.DEAD, JobState.EXPIRED])
    def test_what_was_given_up_is_left_to_a_person(self, restaurant, state):
        restaurant.hear("2 Pizza")
        restaurant.end(restaurant.claim(), state)
        restaurant.hear("3 Pizza")
        assert restaurant.waiting() == ["driver @counter", "customer @counter"]


class TestOtherSettings:
    """What the configuration has become since is no change of the order."""

    def test_a_new_printer_prints_nothing_of_old_orders(self, printed):
        names = {"cellar": {"connection": "virtual:///n", "receipts": ["kitchen", "customer"]}}
        printed.begin(printers=printed.settings.model_dump()["printers"] | names)
        printed.hear("3 Pizza", "1 Salad")
        assert printed.waiting() == FOR_ALL

    def test_what_waits_for_a_printer_that_is_called_otherwise_now_is_not_called_off(
        self, restaurant
    ):
        restaurant.hear("2 Pizza")
        printers = restaurant.settings.model_dump()["printers"]
        restaurant.begin(printers={"hearth": printers["kitchen"], "counter": printers["counter"]})
        restaurant.hear("3 Pizza")
        assert restaurant.waiting() == ALL


class TestOneChangeAtATime:
    def test_two_edits_before_the_first_is_printed_make_one_ticket_with_both(self, printed):
        printed.hear("3 Pizza", "1 Salad")
        assert printed.hear("3 Pizza", "1 Salad", "1 Cola") == "recorded"
        assert printed.waiting() == FOR_ALL
        text = printed.text(printed.claim().job)
        assert "Cola" in text
        assert "2x -> 3x Pizza" in text

    def test_the_next_edit_after_a_change_was_printed_is_told_from_there(self, printed):
        printed.hear("3 Pizza", "1 Salad")
        printed.print_all()
        printed.hear("3 Pizza", "1 Salad", "1 Cola")
        text = printed.text(printed.claim().job)
        assert "Cola" in text
        assert "Pizza" not in text

    def test_what_is_changed_back_before_it_is_printed_is_not_told(self, printed):
        printed.hear("3 Pizza", "1 Salad")
        assert printed.hear("2 Pizza", "1 Salad") == "changed"
        assert printed.waiting() == []
        change = printed.job("change kitchen @kitchen")
        assert (change.state, change.reason) == (JobState.CANCELLED, CHANGED_BACK)

    def test_what_is_changed_back_after_it_was_printed_is_told(self, printed):
        printed.hear("3 Pizza", "1 Salad")
        printed.print_all()
        printed.hear("2 Pizza", "1 Salad")
        assert "3x -> 2x Pizza" in printed.text(printed.claim().job)

    def test_what_a_copy_shows_is_what_its_reader_has(self, printed):
        """A change that waits behind it then tells what is different from the copy."""
        printed.ask("reprint", printed.job("kitchen @kitchen"))
        copy = printed.claim()
        printed.hear("3 Pizza", "1 Salad")
        printed.end(copy, JobState.QUEUED)
        assert "change kitchen @kitchen" in printed.waiting()
        printed.end(printed.claim())
        assert printed.jobs()[3].revision == 2
        printed.hear("2 Pizza", "1 Salad")
        assert printed.job("change kitchen @kitchen").from_revision == 2
        assert "3x -> 2x Pizza" in printed.text(printed.claim().job)

    def test_a_reprint_of_a_change_is_no_change_to_come(self, printed):
        printed.hear("3 Pizza", "1 Salad")
        printed.print_all()
        printed.ask("reprint", printed.job("change kitchen @kitchen"))
        printed.hear("2 Pizza", "1 Salad")
        waiting = [job for job in printed.jobs() if job.state is JobState.QUEUED]
        found = {
            (job.copy_of is not None, job.from_revision)
            for job in waiting
            if job.reader == "kitchen"
        }
        assert found == {(True, 1), (False, 2)}

    def test_a_reprint_of_a_change_shows_the_same_from_where_it_began(self, printed):
        printed.hear("3 Pizza", "1 Salad")
        printed.print_all()
        printed.ask("reprint", printed.job("change kitchen @kitchen"))
        text = printed.text(printed.claim().job)
        assert "KOPIE" in text
        assert "2x -> 3x Pizza" in text


class TestTurn:
    def test_a_change_is_urgent_and_an_allergy_more_so(self, printed):
        printed.hear("3 Pizza", "1 Salad")
        assert printed.claim().item.priority is Priority.HIGH
        printed.hear("3 Pizza", "1 Salad", buyerNote="Nussallergie!")
        assert printed.claim().item.priority is Priority.CRITICAL

    def test_changes_come_out_kitchen_first(self, database, fake_clock):
        printers = {
            "all": {"connection": "virtual:///a", "receipts": ["customer", "driver", "kitchen"]}
        }
        restaurant = Restaurant(database, fake_clock, {"printers": printers})
        restaurant.hear("2 Pizza")
        restaurant.print_all()
        restaurant.hear("3 Pizza")
        assert restaurant.print_all() == [
            "change kitchen @all",
            "change driver @all",
            "change customer @all",
        ]


class TestWhatPeopleSee:
    def test_the_journal_says_what_was_made_and_nothing_of_the_guest(self, printed):
        with capture_logs() as logs:
            printed.hear("3 Pizza", "1 Salad", buyerNote="I am Anna")
        (entry,) = [entry for entry in logs if entry["event"] == "order_changed"]
        assert entry["order_id"] == ORDER
        assert entry["done"] == [
            "change for kitchen at kitchen on kitchen",
            "change for driver at counter on counter",
            "change for customer at counter on counter",
        ]
        assert "Anna" not in str(logs)

    def test_without_a_change_there_is_no_such_line(self, printed):
        with capture_logs() as logs:
            printed.hear("2 Pizza", "1 Salad")
        assert "order_changed" not in [entry["event"] for entry in logs]

    def test_the_event_is_remembered_with_what_it_did(self, printed):
        printed.hear("3 Pizza", "1 Salad")
        assert printed.house.outcomes() == ["accepted", "changed"]
