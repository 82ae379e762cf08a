"""The very first start with a key for Wix, and clocks that are wrong: what is past, what prints."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

from tests.chaos import preload
from tests.chaos.house import demand, pause
from tests.chaos.scenario import Scenario
from tests.chaos.site import (
    ALL_LOST,
    AWAY,
    AWAY_S,
    CAUGHT_UP_S,
    LAG_S,
    NOTHING_COMES_S,
    Site,
    close_books,
    demand_no_ticket,
    house_at_wix,
    start_and_look,
    wait_for_first_look,
    wait_until_even,
)
from tests.chaos.time_jumps import JUMPS_S, NEVER_STALE, ShiftedClock
from wix_printer_service.models import JobState, OrderState

if TYPE_CHECKING:
    from tests.chaos.house import House
    from tests.chaos.scenario import Run

ORDERS_OF_BEFORE: Final = 16
DAYS_S: Final = tuple(days * 24 * 3600 for days in (1, 3, 10, 400))
JUMPS_A_ROUND: Final = 3
BETWEEN_JUMPS_S: Final = (0.2, 0.8)


def _first_start(run: Run) -> None:
    """What was ordered before the first start is recorded; what comes after it prints."""
    for number in run.each_round():
        with house_at_wix(run, ALL_LOST) as (house, site):
            past, unapproved = _orders_of_before(site)
            if number % 2:
                site.stand_in.down(run.random.choice(AWAY))
                house.start()  # Wix answers only later
                pause(run.random.uniform(*AWAY_S))
                site.calm()
                wait_for_first_look(house)
            else:
                start_and_look(house)
            _demand_all_past(house, past)
            site.approve(unapproved)
            site.edit(past[0], buyerNote="Doch ohne Zwiebeln.")
            house.serve_a_fresh_order()
            house.end(run.random.choice((signal.SIGTERM, signal.SIGKILL)))
            site.place()
            house.start()
            site.edit(past[1], buyerNote="Bitte schneiden.")
            wait_until_even(run, house, site)
            pause(NOTHING_COMES_S)
            _demand_all_past(house, past)
            close_books(run, house, site, may_repeat=True)  # a kill may leave a ticket in doubt


def _orders_of_before(site: Site) -> tuple[list[str], str]:
    """Have orders placed that nobody owes: return them, and one that is not approved yet."""
    site.is_owed = False
    site.lag_s = LAG_S  # the first look may come before Wix's index knows them
    past = [site.place() for _ in range(ORDERS_OF_BEFORE)]
    unapproved = site.place(status="INITIALIZED")
    site.is_owed = True
    site.lag_s = 0.0
    pause(0.01)  # Wix's clock knows milliseconds only
    return past, unapproved


def _demand_all_past(house: House, past: list[str]) -> None:
    def recorded() -> set[str]:
        rows = house.read("SELECT number FROM orders WHERE state = ?", OrderState.PAST)
        return {row[0] for row in rows}

    house.wait(lambda: set(past) <= recorded(), "the past is recorded", CAUGHT_UP_S)
    odd = {number for number, _ in house.jobs(*JobState)} & set(past)
    demand(not odd, f"of before the first start, yet to be printed: {sorted(odd)[:5]}")
    for printer in house.printers:
        demand_no_ticket(house, printer, past)


def _first_start_in_another_year(run: Run) -> None:
    """The Pi's clock is wrong by years when it starts first: the past is the past all the same."""
    library = preload.library("shift_clock", run.folder)
    file = run.folder / "shift"
    clock = ShiftedClock(file)
    for number in run.each_round():
        clock.set((-1, 1)[number % 2] * max(JUMPS_S))
        with house_at_wix(run, ALL_LOST, intake=NEVER_STALE) as (house, site):
            past, unapproved = _orders_of_before(site)
            pause(1.0)  # Wix tells its time in whole seconds
            if number % 4 > 1:
                site.stand_in.down(run.random.choice(AWAY))
            house.start(LD_PRELOAD=library, CHAOS_CLOCK_SHIFT=str(file))
            if number % 4 > 1:
                clock.set(0)  # the internet is back, and a time server is asked before Wix
                site.stand_in.up()
            wait_for_first_look(house)
            _demand_all_past(house, past)
            site.approve(unapproved)
            clock.set(0)
            close_books(run, house, site)


def _clock_jumps(run: Run) -> None:
    """The Pi's clock jumps days back and forth; the daemon is started anew now and then."""
    library = preload.library("shift_clock", run.folder)
    file = run.folder / "shift"
    clock = ShiftedClock(file)
    environment = {"LD_PRELOAD": library, "CHAOS_CLOCK_SHIFT": str(file)}
    with house_at_wix(run, ALL_LOST, intake=NEVER_STALE) as (house, site):
        start_and_look(house, **environment)
        for number in run.each_round():
            with site.busy(guests=1):
                for _ in range(JUMPS_A_ROUND):
                    clock.set(run.random.choice((-1, 1)) * run.random.choice(DAYS_S))
                    pause(run.random.uniform(*BETWEEN_JUMPS_S))
            if number % 2:
                house.end()
                site.place()
                house.start(**environment)
            wait_until_even(run, house, site)
        clock.set(0)
        close_books(run, house, site)


NEEDS: Final = (preload.COMPILER,)
SCENARIOS: Final = (
    Scenario(
        "backfill",
        "what_was_ordered_before_the_first_start_is_recorded_and_never_printed",
        _first_start,
        rounds=2,
    ),
    Scenario(
        "backfill",
        "a_first_start_in_another_year_prints_nothing_of_before",
        _first_start_in_another_year,
        rounds=4,
        needs=NEEDS,
    ),
    Scenario(
        "backfill",
        "clocks_that_jump_by_days_lose_nothing_and_repeat_nothing",
        _clock_jumps,
        rounds=4,
        needs=NEEDS,
    ),
)
