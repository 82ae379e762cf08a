from __future__ import annotations

import threading
from itertools import pairwise

import pytest

from tests.watched_component import (
    AWAY,
    CANNOT_TELL,
    LOSSY,
    LOW_PAPER,
    NO_PAPER,
    ONLINE,
    SETTINGS,
    Watched,
)
from wix_printer_service.connectivity_component import Component
from wix_printer_service.observations import Cause, ComponentState
from wix_printer_service.settings import Connectivity


@pytest.fixture
def printer(fake_clock):
    return Watched(fake_clock, "printer:kitchen")


@pytest.fixture
def internet(fake_clock):
    return Watched(fake_clock, "internet")


# --- what is believed -----------------------------------------------------------------------------


def test_nothing_is_known_of_a_component_that_was_never_looked_at(printer):
    snapshot = printer.component.snapshot()

    assert (snapshot.state, snapshot.cause) == (ComponentState.UNKNOWN, Cause.NOT_CHECKED)
    assert snapshot.since is None
    assert snapshot.last_checked_at is None
    assert snapshot.for_s == 0.0
    assert printer.component.may_try()


def test_a_component_that_cannot_be_looked_at_says_that_it_is_not_configured(fake_clock):
    snapshot = Watched(fake_clock, "wix", is_probed=False).component.snapshot()

    assert (snapshot.state, snapshot.cause) == (ComponentState.UNKNOWN, Cause.NOT_CONFIGURED)


def test_the_first_good_look_counts_at_once(printer, internet):
    for watched in (printer, internet):
        watched.see(ONLINE)

        assert watched.component.state is ComponentState.ONLINE


def test_a_check_that_fails_once_changes_nothing(printer):
    printer.see(ONLINE, AWAY, ONLINE, AWAY, ONLINE)

    assert printer.steps == [("UNKNOWN", "ONLINE")]


def test_failures_in_a_row_make_it_offline(printer):
    printer.see(ONLINE, AWAY, AWAY)

    assert printer.steps == [("UNKNOWN", "ONLINE"), ("ONLINE", "OFFLINE")]
    assert not printer.component.may_try()


def test_first_hand_evidence_counts_at_once(printer):
    printer.see(ONLINE)

    printer.component.observe(AWAY, certain=True)

    assert printer.component.state is ComponentState.OFFLINE


@pytest.mark.parametrize("own_word", [NO_PAPER, LOW_PAPER])
def test_what_a_printer_says_of_itself_counts_at_once(printer, own_word):
    printer.see(ONLINE, own_word)

    assert printer.component.state is own_word.state


def test_a_printer_is_back_with_its_first_success(printer):
    printer.see(AWAY, AWAY, ONLINE)

    assert printer.component.state is ComponentState.ONLINE


def test_the_internet_is_back_after_successes_in_a_row(internet):
    internet.see(AWAY, AWAY, ONLINE, AWAY, ONLINE)
    assert internet.component.state is ComponentState.OFFLINE

    internet.see(ONLINE)

    assert internet.component.state is ComponentState.ONLINE


def test_a_silent_printer_that_is_reached_again_may_be_tried(printer):
    printer.see(AWAY, AWAY, CANNOT_TELL)

    assert printer.component.state is ComponentState.UNKNOWN
    assert printer.component.may_try()


@pytest.mark.parametrize("bad_news", [(AWAY, LOSSY), (LOSSY, AWAY)])
def test_of_different_bad_news_in_a_row_the_mildest_is_believed(internet, bad_news):
    internet.see(ONLINE, *bad_news)
    assert internet.component.state is ComponentState.DEGRADED

    internet.see(AWAY, AWAY)
    assert internet.component.state is ComponentState.OFFLINE


@pytest.mark.parametrize("good_news", [(ONLINE, LOSSY), (LOSSY, ONLINE)])
def test_of_different_good_news_in_a_row_the_most_careful_is_believed(internet, good_news):
    internet.see(AWAY, AWAY, *good_news)

    assert internet.component.state is ComponentState.DEGRADED


def test_good_news_after_bad_news_confirms_nothing(internet):
    internet.see(LOSSY, LOSSY, AWAY, ONLINE, AWAY, ONLINE)

    assert internet.component.state is ComponentState.DEGRADED


def test_how_many_checks_it_takes_is_a_setting(fake_clock):
    settings = Connectivity(failures_to_offline=4, successes_to_online=3)
    internet = Watched(fake_clock, "internet", settings)

    internet.see(ONLINE, AWAY, AWAY, AWAY)
    assert internet.component.state is ComponentState.ONLINE
    internet.see(AWAY)
    assert internet.component.state is ComponentState.OFFLINE
    internet.see(ONLINE, ONLINE)
    assert internet.component.state is ComponentState.OFFLINE
    internet.see(ONLINE)
    assert internet.component.state is ComponentState.ONLINE


def test_what_a_printer_says_of_itself_while_it_is_away_is_told_in_the_same_outage(printer):
    printer.see(AWAY, AWAY, NO_PAPER, NO_PAPER)

    assert printer.steps == [("UNKNOWN", "OFFLINE"), ("OFFLINE", "OFFLINE")]
    began = {change.outage_began_at for change in printer.changes}
    assert len(began) == 1
    assert printer.changes[-1].outage_duration_s is None


def test_how_a_dead_printer_fails_to_answer_is_shown_and_is_no_change(printer):
    printer.see(NO_PAPER, AWAY, AWAY)

    assert printer.steps == [("UNKNOWN", "OFFLINE")]
    assert printer.component.snapshot().text != "the paper is out"


def test_another_cause_in_the_same_state_is_shown(printer):
    printer.see(AWAY, AWAY, NO_PAPER)

    assert printer.component.snapshot().text == "the paper is out"


# --- what is announced ----------------------------------------------------------------------------


def test_a_change_says_what_when_and_whether_it_is_worse(printer, fake_clock):
    printer.see(ONLINE)
    fake_clock.advance(5)
    printer.see(NO_PAPER)

    change = printer.changes[-1]
    assert change.component == "printer:kitchen"
    assert change.observation == NO_PAPER
    assert change.at == change.outage_began_at == fake_clock.now()
    assert change.monotonic_s == fake_clock.monotonic()
    assert change.outage_duration_s is None
    assert change.is_worse
    assert not printer.changes[0].is_worse


def test_an_outage_lasts_from_its_first_trouble_to_the_return_whatever_the_wall_clock_does(
    printer, fake_clock
):
    printer.see(ONLINE, LOW_PAPER)
    began_at = fake_clock.now()
    fake_clock.advance(60)
    printer.see(NO_PAPER)
    fake_clock.advance(30)
    fake_clock.set_wall(fake_clock.now().replace(year=1970))

    printer.see(ONLINE)

    worse, back = printer.changes[-2:]
    assert worse.outage_began_at == back.outage_began_at == began_at
    assert worse.outage_duration_s is None
    assert back.outage_duration_s == 90


def test_the_first_look_at_a_silent_printer_is_no_outage(printer):
    printer.see(CANNOT_TELL, CANNOT_TELL)

    [change] = printer.changes
    assert change.is_first_look
    assert change.outage_began_at is None


def test_changes_are_announced_in_order_though_many_threads_see_them(fake_clock):
    seen = []
    printer = Component("printer:kitchen", SETTINGS, fake_clock, seen.append, is_probed=True)
    start = threading.Barrier(8)

    def see():
        start.wait()
        for number in range(100):
            printer.observe(NO_PAPER if number % 2 else ONLINE, certain=True)

    threads = [threading.Thread(target=see) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen
    for before, after in pairwise(seen):
        assert before.to_state is after.from_state
    assert seen[-1].to_state is printer.state


def test_what_a_listener_observes_itself_is_announced_after_what_it_hears(fake_clock):
    heard = []

    def hear(change):
        if change.to_state is ComponentState.OFFLINE:
            printer.observe(ONLINE, certain=True)
        heard.append(change.to_state.value)

    printer = Component("printer:kitchen", SETTINGS, fake_clock, hear, is_probed=True)

    printer.observe(AWAY, certain=True)

    assert heard == ["OFFLINE", "ONLINE"]


# --- while it is away -----------------------------------------------------------------------------


def test_while_offline_it_says_since_when_and_when_the_next_try_is(printer, fake_clock):
    printer.see(ONLINE, NO_PAPER)
    went_at = fake_clock.now()
    printer.component.check_ended()
    fake_clock.advance(0.1)

    snapshot = printer.component.snapshot()

    assert snapshot.reconnecting
    assert snapshot.since == went_at
    assert snapshot.for_s == pytest.approx(0.1)
    assert 0 < snapshot.next_try_in_s < SETTINGS.fast_interval_s * 2
    assert printer.component.next_try_in_s() == snapshot.next_try_in_s
    assert (snapshot.next_try_at - fake_clock.now()).total_seconds() == pytest.approx(
        snapshot.next_try_in_s, abs=1e-5
    )
    assert printer.component.offline_for_s() == pytest.approx(0.1)


def test_while_all_is_well_there_is_nothing_to_wait_for(printer, fake_clock):
    printer.see(ONLINE)
    fake_clock.advance(5)

    snapshot = printer.component.snapshot()

    assert not snapshot.reconnecting
    assert snapshot.next_try_in_s is None
    assert snapshot.next_try_at is None
    assert snapshot.for_s == 5
    assert printer.component.offline_for_s() == 0.0


def test_a_component_that_nobody_looks_for_may_be_tried_though_it_was_away(fake_clock):
    wix = Watched(fake_clock, "wix", is_probed=False)

    wix.component.observe(AWAY, certain=True)

    assert wix.component.may_try()
    assert wix.component.next_try_in_s() == 0.0
    assert not wix.component.snapshot().reconnecting


def test_the_outage_is_known_by_its_number_until_it_is_over(printer, fake_clock):
    printer.see(NO_PAPER)
    printer.component.outage_is_written(fake_clock.now(), 7)
    assert printer.component.outage_id == printer.component.snapshot().outage_id == 7

    printer.see(ONLINE)

    assert printer.component.outage_id is None


def test_the_number_of_an_outage_that_is_over_comes_too_late(printer, fake_clock):
    printer.see(NO_PAPER)
    began_at = fake_clock.now()
    printer.see(ONLINE)
    fake_clock.advance(1)
    printer.see(NO_PAPER)

    printer.component.outage_is_written(began_at, 7)

    assert printer.component.outage_id is None
