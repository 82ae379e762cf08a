"""If these pass, what a guest wants later is printed when the restaurant wants it, for certain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.changing_order import ONE_KITCHEN, ORDER, Restaurant, with_bar
from wix_printer_service import job_records
from wix_printer_service.models import JobState, Order
from wix_printer_service.order_targets import time_to_begin
from wix_printer_service.queue_status import QueueWatch

HOUR_S = 3600.0
DUE = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
BEGIN = datetime(2026, 11, 20, 21, 15, tzinfo=UTC)
"""45 minutes before; the tests' clock stands at 18:00."""
TILL_BEGIN_S = 3.25 * HOUR_S
KITCHEN, AGAIN = "kitchen @kitchen", "kitchen again @kitchen"
ALL = [KITCHEN, "driver @counter", "customer @counter"]


def restaurant_that(prints, database, clock, **more):
    return Restaurant(database, clock, {"preorders": {"print": prints}, **more})


@pytest.fixture
def before_due(database, fake_clock):
    return restaurant_that("before_due", database, fake_clock)


@pytest.fixture
def both(database, fake_clock):
    return restaurant_that("both", database, fake_clock)


class TestAtOnce:
    def test_by_default_a_preorder_is_printed_as_soon_as_it_comes(self, database, fake_clock):
        restaurant = Restaurant(database, fake_clock)
        restaurant.hear("2 Pizza", due=DUE)
        assert restaurant.print_all() == ALL

    @pytest.mark.parametrize("prints", ["before_due", "both"])
    @pytest.mark.parametrize("minutes", [-30, 0, 45])
    def test_one_that_is_to_be_begun_already_is_printed_once_and_now(
        self, database, fake_clock, prints, minutes
    ):
        restaurant = restaurant_that(prints, database, fake_clock)
        restaurant.hear("2 Pizza", due=fake_clock.now() + timedelta(minutes=minutes))
        assert restaurant.print_all() == ALL
        assert restaurant.waiting() == []

    def test_one_that_was_due_long_ago_is_held_and_never_planned(self, both, fake_clock):
        assert both.hear("2 Pizza", due=fake_clock.now() - timedelta(days=3)) == "held"
        assert both.waiting() == ALL
        both.hear("2 Pizza", due=DUE)
        assert both.paper(JobState.HELD) == both.waiting() == ALL

    def test_a_station_that_is_new_to_a_held_order_waits_for_a_person_too(
        self, database, fake_clock
    ):
        restaurant = restaurant_that("both", database, fake_clock, **with_bar(ONE_KITCHEN))
        restaurant.hear("2 Pizza", due=fake_clock.now() - timedelta(days=3))
        restaurant.hear("2 Pizza", "1 Cola", due=DUE)
        assert "kitchen bar @bar" in restaurant.paper(JobState.HELD)
        assert restaurant.paper(JobState.QUEUED) == []


class TestBeforeDue:
    def test_it_waits_until_it_is_time_to_begin(self, before_due, fake_clock):
        before_due.hear("2 Pizza", due=DUE)
        assert {before_due.due_at(name) for name in ALL} == {(BEGIN, BEGIN)}
        assert before_due.print_all() == []
        fake_clock.advance(TILL_BEGIN_S - 1)
        assert before_due.print_all() == []
        fake_clock.advance(1)
        assert before_due.print_all() == ALL

    def test_a_restart_forgets_nothing(self, before_due, fake_clock):
        before_due.hear("2 Pizza", due=DUE)
        before_due.crash()
        assert before_due.print_all() == []
        fake_clock.advance(TILL_BEGIN_S)
        before_due.crash()
        assert before_due.print_all() == ALL

    def test_it_shows_the_newest_revision_and_makes_no_change(self, before_due, fake_clock):
        before_due.hear("2 Pizza", due=DUE)
        assert before_due.hear("3 Pizza", due=DUE) == "recorded"
        fake_clock.advance(TILL_BEGIN_S)
        assert before_due.print_all() == ALL
        assert {job.revision for job in before_due.jobs()} == {2}

    def test_a_cancellation_calls_it_off_without_paper(self, before_due, fake_clock):
        before_due.hear("2 Pizza", due=DUE)
        assert before_due.hear("2 Pizza", due=DUE, status="CANCELED") == "cancelled"
        fake_clock.advance(TILL_BEGIN_S)
        assert before_due.print_all() == []

    @pytest.mark.parametrize(("moved_h", "waits_h"), [(1.0, 4.25), (-1.0, 2.25), (48.0, 51.25)])
    def test_a_new_time_moves_it(self, before_due, fake_clock, moved_h, waits_h):
        before_due.hear("2 Pizza", due=DUE)
        before_due.hear("2 Pizza", due=DUE + timedelta(hours=moved_h))
        moment = BEGIN + timedelta(hours=moved_h)
        assert {before_due.due_at(name) for name in ALL} == {(moment, moment)}
        fake_clock.advance(waits_h * HOUR_S - 1)
        assert before_due.print_all() == []
        fake_clock.advance(1)
        assert before_due.print_all() == ALL

    def test_a_time_that_is_near_prints_it_now(self, before_due, fake_clock):
        before_due.hear("2 Pizza", due=DUE)
        assert before_due.hear("2 Pizza", due=fake_clock.now()) == "changed"
        assert "VERSPÄTET" not in before_due.text(before_due.job(KITCHEN))
        assert before_due.print_all() == ALL

    def test_one_that_waits_for_its_printer_since_its_time_becomes_no_younger(
        self, before_due, fake_clock
    ):
        before_due.hear("2 Pizza", due=DUE)
        fake_clock.advance(TILL_BEGIN_S + HOUR_S)
        before_due.hear("2 Pizza", due=DUE + timedelta(minutes=5))
        assert before_due.due_at(KITCHEN) == (BEGIN, BEGIN)

    def test_news_of_the_same_time_leave_it_where_it_is(self, before_due):
        before_due.hear("2 Pizza", due=DUE)
        before_due.begin(preorders={"print": "before_due", "minutes_before": 5})
        before_due.hear("3 Pizza", due=DUE)
        assert before_due.due_at(KITCHEN) == (BEGIN, BEGIN)

    def test_a_person_may_print_it_now(self, before_due, fake_clock):
        before_due.hear("2 Pizza", due=DUE)
        before_due.ask("retry", before_due.job(KITCHEN))
        assert before_due.print_all() == [KITCHEN]
        assert before_due.due_at(KITCHEN) == (fake_clock.now(), fake_clock.now())

    def test_what_a_person_let_go_is_not_planned_anew(self, before_due):
        before_due.hear("2 Pizza", due=DUE)
        before_due.ask("retry", before_due.job(KITCHEN))
        before_due.hear("2 Pizza", due=DUE + timedelta(hours=1))
        assert before_due.print_all() == [KITCHEN]

    def test_a_reader_who_is_new_waits_as_well(self, before_due):
        before_due.hear("2 Pizza", due=DUE, delivery=False)
        before_due.hear("2 Pizza", due=DUE, delivery=True)
        assert before_due.due_at("driver @counter") == (BEGIN, BEGIN)
        assert before_due.print_all() == []

    def test_a_change_after_the_print_is_told_at_once(self, before_due, fake_clock):
        before_due.hear("2 Pizza", due=DUE)
        fake_clock.advance(TILL_BEGIN_S)
        before_due.print_all()
        before_due.hear("3 Pizza", due=DUE)
        assert "change kitchen @kitchen" in before_due.print_all()


class TestBoth:
    def test_the_kitchen_is_told_again_when_it_is_time_and_nobody_else(self, both, fake_clock):
        both.hear("2 Pizza", due=DUE)
        assert both.print_all() == ALL
        fake_clock.advance(TILL_BEGIN_S)
        claim = both.claim()
        assert claim.job.is_reminder
        text = both.text(claim.job)
        assert "JETZT BEGINNEN" in text
        assert "2x Pizza" in text
        both.end(claim)
        assert both.print_all() == []

    def test_a_change_is_told_and_the_second_ticket_shows_it(self, both, fake_clock):
        both.hear("2 Pizza", due=DUE)
        both.print_all()
        both.hear("3 Pizza", due=DUE)
        assert both.print_all()[0] == "change kitchen @kitchen"
        fake_clock.advance(TILL_BEGIN_S)
        text = both.text(both.claim().job)
        assert "3x Pizza" in text
        assert "ÄNDERUNG" not in text

    def test_a_new_time_moves_the_second_ticket(self, both):
        both.hear("2 Pizza", due=DUE)
        both.print_all()
        both.hear("2 Pizza", due=DUE + timedelta(hours=1))
        moment = BEGIN + timedelta(hours=1)
        assert both.due_at(AGAIN) == (moment, moment)
        assert both.waiting().count(AGAIN) == 1

    def test_one_that_is_put_off_gets_its_second_ticket(self, both, fake_clock):
        both.hear("2 Pizza", due=fake_clock.now())
        both.print_all()
        both.hear("2 Pizza", due=DUE)
        assert both.due_at(AGAIN) == (BEGIN, BEGIN)

    def test_that_a_second_ticket_was_made_is_a_change(self, both, fake_clock):
        both.hear("2 Pizza", due=fake_clock.now())
        assert both.hear("2 Pizza", due=DUE) == "changed"

    def test_one_put_off_again_after_its_second_ticket_gets_another(self, both, fake_clock):
        both.hear("2 Pizza", due=DUE)
        both.print_all()
        fake_clock.advance(TILL_BEGIN_S)
        both.print_all()
        both.hear("2 Pizza", due=DUE + timedelta(days=1))
        assert both.waiting().count(AGAIN) == 1

    def test_a_second_ticket_that_a_person_cancelled_stays_so_while_the_time_does(self, both):
        both.hear("2 Pizza", due=DUE)
        both.ask("cancel", both.job(AGAIN))
        both.hear("3 Pizza", due=DUE)
        assert AGAIN not in both.waiting()

    def test_a_cancellation_calls_the_second_ticket_off(self, both, fake_clock):
        both.hear("2 Pizza", due=DUE)
        both.print_all()
        both.hear("2 Pizza", due=DUE, status="CANCELED")
        both.print_all()
        fake_clock.advance(TILL_BEGIN_S)
        assert both.print_all() == []

    def test_a_first_ticket_that_may_lie_there_waits_for_no_second_one(self, both):
        both.hear("2 Pizza", due=DUE)
        both.end(both.claim(), JobState.UNCERTAIN)
        both.ask("cancel", both.job(KITCHEN))
        both.hear("3 Pizza", due=DUE)
        assert "change kitchen @kitchen" in both.waiting()


class TestAge:
    """It counts from the moment that a job was planned for."""

    def planned(self, database, clock, **printing):
        restaurant = restaurant_that("before_due", database, clock, printing=printing)
        restaurant.hear("2 Pizza", due=DUE)
        return restaurant

    def test_a_ticket_that_comes_when_it_was_planned_is_not_late(self, database, fake_clock):
        restaurant = self.planned(database, fake_clock)
        fake_clock.advance(TILL_BEGIN_S + 900)
        assert "VERSPÄTET" not in restaurant.text(restaurant.claim().job)

    def test_one_that_waited_since_then_is(self, database, fake_clock):
        restaurant = self.planned(database, fake_clock)
        fake_clock.advance(TILL_BEGIN_S + 901)
        assert "VERSPÄTET" in restaurant.text(restaurant.claim().job)

    def test_one_that_a_person_prints_before_is_not(self, database, fake_clock):
        restaurant = self.planned(database, fake_clock)
        fake_clock.advance(2 * HOUR_S)
        restaurant.ask("retry", restaurant.job(KITCHEN))
        assert "VERSPÄTET" not in restaurant.text(restaurant.claim().job)

    @pytest.mark.parametrize("limit", ["hold_backlog_after_h", "expire_after_h"])
    def test_it_is_put_aside_so_long_after_its_moment(self, database, fake_clock, limit):
        restaurant = self.planned(database, fake_clock, **{limit: 1.0})
        fake_clock.advance(TILL_BEGIN_S + HOUR_S - 1)
        restaurant.end(restaurant.claim(), JobState.QUEUED)
        fake_clock.advance(2)
        assert restaurant.house.claim("kitchen") is None

    def test_it_expires_later_if_it_is_moved(self, database, fake_clock):
        restaurant = self.planned(database, fake_clock, expire_after_h=1.0)
        restaurant.hear("2 Pizza", due=DUE + timedelta(hours=6))
        fake_clock.advance(TILL_BEGIN_S + 6.9 * HOUR_S)
        assert restaurant.print_all() == ALL

    def test_a_restart_does_not_make_it_old(self, database, fake_clock):
        restaurant = self.planned(database, fake_clock, hold_backlog_after_h=1.0)
        fake_clock.advance(TILL_BEGIN_S)
        restaurant.begin()
        assert restaurant.print_all() == ALL

    def test_no_alarm_is_raised_for_what_is_planned(self, database, fake_clock):
        restaurant = self.planned(database, fake_clock)
        watch = QueueWatch(
            database, restaurant.house.queue, restaurant.settings.offline_queue, fake_clock
        )
        fake_clock.advance(TILL_BEGIN_S - 1)
        assert (watch.status().total.depth, watch.status().total.oldest_age_s) == (0, None)
        fake_clock.advance(61)
        assert (watch.status().total.depth, watch.status().total.oldest_age_s) == (3, 60.0)

    def test_what_is_planned_is_not_counted_as_waiting(self, database, fake_clock):
        self.planned(database, fake_clock)
        with database.reading() as connection:
            now = fake_clock.now()
            assert job_records.counts(connection, now) == {}
            assert job_records.printers_with_plans(connection, now) == ["counter", "kitchen"]
            assert set(job_records.counts(connection, BEGIN)) == {"counter", "kitchen"}
            assert job_records.printers_with_plans(connection, BEGIN) == []


class TestBackup:
    def test_a_plan_stays_at_its_printer_until_it_is_due(self, before_due, fake_clock):
        before_due.hear("2 Pizza", due=DUE)
        hand_over = before_due.house.moves.hand_over
        moved = before_due.database.write(lambda t: hand_over(t, "kitchen", "counter", "away"))
        assert moved == []
        fake_clock.advance(TILL_BEGIN_S)
        moved = before_due.database.write(lambda t: hand_over(t, "kitchen", "counter", "away"))
        assert moved == [before_due.jobs()[0].id]

    def test_one_that_is_moved_while_another_printer_stands_in_keeps_its_moment(
        self, before_due, fake_clock
    ):
        before_due.hear("2 Pizza", due=DUE)
        fake_clock.advance(TILL_BEGIN_S)
        moves = before_due.house.moves
        before_due.database.write(lambda t: moves.hand_over(t, "kitchen", "counter", "away"))
        before_due.hear("2 Pizza", due=DUE + timedelta(hours=1))
        name = "kitchen @counter for kitchen"
        moment = BEGIN + timedelta(hours=1)
        assert before_due.due_at(name) == (moment, moment)

    def test_an_outage_is_named_on_a_plan_when_it_is_due(self, before_due, fake_clock):
        before_due.hear("2 Pizza", due=DUE)
        moves, job = before_due.house.moves, before_due.jobs()[0].id
        last = before_due.database.write(lambda t: moves.name_outage(t, "kitchen", 7, 0))
        assert (last, before_due.job(KITCHEN).outage_id) == (0, None)
        fake_clock.advance(TILL_BEGIN_S)
        last = before_due.database.write(lambda t: moves.name_outage(t, "kitchen", 7, job + 5))
        assert (last, before_due.job(KITCHEN).outage_id) == (job + 5, 7)


class TestClocks:
    def test_the_night_in_which_the_clock_is_put_back_has_an_hour_more(self):
        """In Berlin, 45 minutes before 02:15 winter time it is 02:30 summer time."""
        berlin = ZoneInfo("Europe/Berlin")
        due = datetime(2026, 10, 25, 2, 15, tzinfo=berlin, fold=1)
        order = Order("one", due_from=due)
        assert time_to_begin(order, 45).astimezone(berlin) == datetime(
            2026, 10, 25, 2, 30, tzinfo=berlin, fold=0
        )
        assert time_to_begin(order, 45) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_the_end_of_the_slot_counts_where_its_beginning_is_not_known(self):
        assert time_to_begin(Order("one", due_to=DUE), 45) == BEGIN
        assert time_to_begin(Order("one"), 45) is None

    def test_a_clock_that_is_set_right_prints_what_is_due_by_it(self, before_due, fake_clock):
        before_due.hear("2 Pizza", due=DUE)
        fake_clock.set_wall(BEGIN)
        assert before_due.print_all() == ALL


def test_a_restaurants_own_words_for_allergies_make_an_order_urgent(database, fake_clock):
    restaurant = Restaurant(database, fake_clock, {"receipts": {"allergy_words": ["lupin"]}})
    restaurant.hear("2 Pizza", buyerNote="no lupins please")
    assert restaurant.claim().item.priority.name == "CRITICAL"
    assert restaurant.house.order(ORDER).revision == 1
