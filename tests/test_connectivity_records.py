from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.memory_database import memory_database
from wix_printer_service import connectivity_records as records
from wix_printer_service.connectivity_component import Component
from wix_printer_service.errors import NotFoundError
from wix_printer_service.observations import Cause, ComponentState, Observation
from wix_printer_service.settings import Connectivity

ONLINE = Observation(ComponentState.ONLINE, Cause.FINE)
CANNOT_TELL = Observation(ComponentState.UNKNOWN, Cause.CANNOT_TELL, "it never answers")
LOW_PAPER = Observation(ComponentState.DEGRADED, Cause.PAPER_NEAR_END, "the paper is running out")
NO_PAPER = Observation(ComponentState.OFFLINE, Cause.PAPER_OUT, "the paper is out")
BERLIN = ZoneInfo("Europe/Berlin")


class Run:
    """One run of the daemon that writes down what its components announce."""

    def __init__(self, transaction, clock):
        self.transaction = transaction
        self.clock = clock
        self.components = {}

    def see(self, name, observation):
        if name not in self.components:
            self.components[name] = Component(
                name, Connectivity(), self.clock, self.write, is_probed=True
            )
        self.components[name].observe(observation, certain=True)

    def write(self, change):
        self.last_id = records.add_change(self.transaction, change)


@pytest.fixture
def transaction():
    connection = memory_database()
    yield connection
    connection.close()


@pytest.fixture
def run(transaction, fake_clock):
    return Run(transaction, fake_clock)


def test_a_change_is_written_with_everything_that_is_known_of_it(run, transaction, fake_clock):
    run.see("printer:kitchen", NO_PAPER)

    [event] = records.events(transaction, limit=10)
    assert event == records.ConnectivityEvent(
        id=run.last_id,
        component="printer:kitchen",
        from_state=ComponentState.UNKNOWN,
        to_state=ComponentState.OFFLINE,
        cause=Cause.PAPER_OUT,
        text="the paper is out",
        at=fake_clock.now(),
        monotonic_s=fake_clock.monotonic(),
        outage_id=1,
        duration_s=None,
    )


def test_an_outage_spans_all_that_is_not_online(run, transaction, fake_clock):
    run.see("printer:kitchen", ONLINE)
    began_at = fake_clock.now()
    for observation in (LOW_PAPER, NO_PAPER, LOW_PAPER, ONLINE):
        run.see("printer:kitchen", observation)
        fake_clock.advance(10)

    back, low, out, *_ = records.events(transaction, limit=10)
    assert records.outage(transaction, back.outage_id) == records.Outage(
        id=1,
        component="printer:kitchen",
        cause=Cause.PAPER_NEAR_END,
        started_at=began_at,
        ended_at=began_at + timedelta(seconds=30),
        duration_s=30.0,
    )
    assert low.outage_id == out.outage_id == back.outage_id
    assert back.duration_s == 30.0
    assert records.open_outages(transaction) == []


def test_outages_of_different_components_do_not_touch(run, transaction):
    run.see("printer:kitchen", NO_PAPER)
    run.see("printer:counter", NO_PAPER)

    run.see("printer:kitchen", ONLINE)

    [left] = records.open_outages(transaction)
    assert left.component == "printer:counter"
    assert records.open_outage_id(transaction, "printer:counter") == left.id
    assert records.open_outage_id(transaction, "printer:kitchen") is None


def test_a_new_outage_gets_a_new_number(run, transaction):
    for observation in (NO_PAPER, ONLINE, NO_PAPER):
        run.see("printer:kitchen", observation)

    assert records.open_outage_id(transaction, "printer:kitchen") == 2


def test_the_length_of_an_outage_does_not_depend_on_the_wall_clock(run, transaction, fake_clock):
    fake_clock.set_wall(datetime(1970, 1, 1, tzinfo=UTC))
    run.see("printer:kitchen", NO_PAPER)
    fake_clock.advance(60)
    fake_clock.set_wall(datetime(2026, 11, 20, 18, 0, tzinfo=UTC))

    run.see("printer:kitchen", ONLINE)

    assert records.outage(transaction, 1).duration_s == 60.0


def test_an_outage_that_an_earlier_run_left_open_goes_on(run, transaction, fake_clock):
    run.see("printer:kitchen", NO_PAPER)
    began_at = fake_clock.now()
    fake_clock.advance(100)
    later = Run(transaction, fake_clock)

    later.see("printer:kitchen", NO_PAPER)
    assert records.open_outage_id(transaction, "printer:kitchen") == 1
    fake_clock.advance(50)
    later.see("printer:kitchen", ONLINE)

    ended = records.outage(transaction, 1)
    assert ended.started_at == began_at
    assert ended.duration_s == 150.0


def test_an_outage_that_an_earlier_run_left_open_ends_when_all_is_well(
    run, transaction, fake_clock
):
    run.see("printer:kitchen", NO_PAPER)
    fake_clock.advance(100)

    Run(transaction, fake_clock).see("printer:kitchen", ONLINE)

    assert records.outage(transaction, 1).duration_s == 100.0
    assert records.open_outages(transaction) == []


def test_no_outage_has_a_negative_length_though_the_wall_clock_was_set_back(
    run, transaction, fake_clock
):
    run.see("printer:kitchen", NO_PAPER)
    fake_clock.set_wall(datetime(1970, 1, 1, tzinfo=UTC))

    Run(transaction, fake_clock).see("printer:kitchen", ONLINE)

    assert records.outage(transaction, 1).duration_s == 0.0


def test_open_outages_of_components_that_are_gone_end(run, transaction, fake_clock):
    run.see("printer:kitchen", NO_PAPER)
    run.see("printer:sold", NO_PAPER)
    fake_clock.advance(5)

    records.end_outages_of_others(transaction, {"printer:kitchen"}, fake_clock.now())

    assert [left.component for left in records.open_outages(transaction)] == ["printer:kitchen"]
    assert records.outage(transaction, 2).duration_s == 5.0


def test_an_unknown_outage_is_said_to_be_unknown(transaction):
    with pytest.raises(NotFoundError, match="no outage 7"):
        records.outage(transaction, 7)


# --- reading events -------------------------------------------------------------------------------


def test_events_come_newest_first_page_by_page(run, transaction):
    for observation in (ONLINE, LOW_PAPER, NO_PAPER, ONLINE, NO_PAPER):
        run.see("printer:kitchen", observation)

    first = records.events(transaction, limit=2)
    second = records.events(transaction, limit=2, before_id=first[-1].id)
    third = records.events(transaction, limit=2, before_id=second[-1].id)

    assert [event.id for event in (*first, *second, *third)] == [5, 4, 3, 2, 1]


def test_events_can_be_asked_for_by_component_state_and_time(run, transaction, fake_clock):
    run.see("printer:kitchen", NO_PAPER)
    run.see("internet", ONLINE)
    fake_clock.advance(60)
    noted = fake_clock.now()
    run.see("printer:kitchen", ONLINE)

    def ids(**filters):
        return [event.id for event in records.events(transaction, limit=10, **filters)]

    assert ids(component="printer:kitchen") == [3, 1]
    assert ids(state=ComponentState.ONLINE) == [3, 2]
    assert ids(since=noted) == [3]
    assert ids(since=noted.astimezone(BERLIN)) == [3]
    assert ids(component="internet", state=ComponentState.OFFLINE) == []


# --- metrics --------------------------------------------------------------------------------------


def go_offline(run, name, seconds):
    run.see(name, NO_PAPER)
    run.clock.advance(seconds)
    run.see(name, ONLINE)


def metrics(run, days=7):
    return records.metrics(run.transaction, BERLIN, days, now=run.clock.now())


def test_a_day_counts_its_spans_offline_their_average_the_longest_and_the_minutes(run):
    go_offline(run, "printer:kitchen", 60)
    run.clock.advance(600)
    go_offline(run, "printer:kitchen", 180)
    go_offline(run, "internet", 30)

    assert metrics(run) == [
        records.OfflineDay("internet", date(2026, 11, 20), 1, 30.0, 30.0, 0.5),
        records.OfflineDay("printer:kitchen", date(2026, 11, 20), 2, 120.0, 180.0, 4.0),
    ]


def test_being_degraded_is_not_being_offline(run):
    run.see("printer:kitchen", LOW_PAPER)
    run.clock.advance(3600)
    run.see("printer:kitchen", NO_PAPER)
    run.clock.advance(60)
    run.see("printer:kitchen", LOW_PAPER)
    run.clock.advance(3600)

    [day] = metrics(run)
    assert day.total_minutes == 1.0


def test_a_span_over_midnight_in_the_restaurant_counts_on_both_days(run):
    run.clock.set_wall(datetime(2026, 11, 20, 23, 50, tzinfo=BERLIN).astimezone(UTC))
    go_offline(run, "printer:kitchen", 1500)

    before, after = metrics(run)
    assert (before.day, before.total_minutes) == (date(2026, 11, 20), 10.0)
    assert (after.day, after.total_minutes) == (date(2026, 11, 21), 15.0)


def test_the_day_on_which_clocks_are_set_back_has_25_hours(run):
    run.clock.set_wall(datetime(2026, 10, 25, 0, 0, tzinfo=BERLIN).astimezone(UTC))
    go_offline(run, "printer:kitchen", 26 * 3600)

    first, second = metrics(run)
    assert (first.total_minutes, second.total_minutes) == (25 * 60, 60)


def test_a_span_that_lasts_counts_until_now(run):
    run.see("printer:kitchen", NO_PAPER)
    run.clock.advance(120)

    [day] = metrics(run)
    assert (day.count, day.total_minutes) == (1, 2.0)


def test_without_being_told_the_time_the_computers_own_is_taken(run):
    run.clock.set_wall(datetime.now(UTC) - timedelta(seconds=1))
    run.see("printer:kitchen", NO_PAPER)

    days = records.metrics(run.transaction, BERLIN, 7)

    assert sum(day.total_minutes for day in days) > 0


def test_a_span_from_before_the_days_asked_for_counts_with_its_later_part(run):
    run.clock.set_wall(datetime(2026, 11, 10, 12, 0, tzinfo=UTC))
    run.see("printer:kitchen", NO_PAPER)
    run.clock.set_wall(datetime(2026, 11, 20, 1, 0, tzinfo=BERLIN).astimezone(UTC))

    [day] = metrics(run, days=1)

    assert (day.day, day.total_minutes) == (date(2026, 11, 20), 60.0)


def test_older_days_are_left_out(run):
    go_offline(run, "printer:kitchen", 60)
    run.clock.advance(10 * 86_400)

    assert metrics(run, days=7) == []


def test_a_jump_of_the_wall_clock_makes_no_span_longer(run):
    run.see("printer:kitchen", NO_PAPER)
    run.clock.advance(60)
    run.clock.set_wall(run.clock.now() + timedelta(hours=5))
    run.see("printer:kitchen", ONLINE)

    [day] = metrics(run)
    assert day.total_minutes == 1.0


@pytest.mark.parametrize("first_seen", [NO_PAPER, ONLINE])
def test_a_span_goes_on_over_a_restart_by_the_wall_clock(run, fake_clock, first_seen):
    run.see("printer:kitchen", NO_PAPER)
    fake_clock.advance(60)
    fake_clock._monotonic_s = 5000.0  # the computer itself was started anew
    later = Run(run.transaction, fake_clock)

    later.see("printer:kitchen", first_seen)
    later.see("printer:kitchen", ONLINE)

    [day] = metrics(run)
    assert (day.count, day.total_minutes) == (1, 1.0)
