"""The wall clock of the daemon jumps, as on a Pi that has no battery and finds a time server."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tests.chaos import preload
from tests.chaos.house import demand, pause
from tests.chaos.scenario import Scenario
from tests.chaos.wix import CLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from random import Random

    from tests.chaos.house import House
    from tests.chaos.scenario import Run

HOUR_S: Final = 3600
YEAR_S: Final = 365 * 24 * HOUR_S
JUMPS_S: Final = (HOUR_S, 5 * HOUR_S, 3 * YEAR_S, 40 * YEAR_S)
"""Both ways; 40 years back is 1986, which is how a Pi without a network may start."""
BETWEEN_JUMPS_S: Final = (0.1, 0.6)
JUMPS_A_ROUND: Final = 4
NEVER_STALE: Final = {"stale_after_h": 1_000_000.0}
"""To a daemon that lives 40 years later every order would be one of long ago, and be held."""
GOES_ON_WITHIN_S: Final = 4.0
"""Longer than the longest pause that the settings of these tests allow, plus some for a probe."""


class ShiftedClock:
    """The daemon's wall clock, so many seconds away from ours."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set(0)

    def set(self, seconds: int) -> None:
        """Make it jump."""
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("q", seconds))

    def jump(self, random: Random) -> int:
        """Make it jump somewhere, and return where."""
        seconds = random.choice((-1, 1)) * random.choice(JUMPS_S)
        self.set(seconds)
        return seconds


@contextmanager
def _house_with_a_clock(run: Run) -> Iterator[tuple[House, ShiftedClock]]:
    library = preload.library("shift_clock", run.folder)
    file = run.folder / "shift"
    clock = ShiftedClock(file)
    with run.house(intake=NEVER_STALE) as house:
        house.start(LD_PRELOAD=library, CHAOS_CLOCK_SHIFT=str(file))
        house.serve_a_fresh_order()
        clock.set(max(JUMPS_S))
        number = house.wix.place()
        noted = house.read("SELECT received_at FROM orders WHERE number = ?", number)[0][0]
        demand(not noted.startswith(f"{CLOCK.now():%Y}"), "the daemon's clock does not jump")
        clock.set(0)
        yield house, clock


def _once_and_in_order(run: Run) -> None:
    """While orders come one after the other the clock jumps and the kitchen's printer fails."""
    with _house_with_a_clock(run) as (house, clock):
        for _ in run.each_round():
            kitchen = house.printers["kitchen"]
            with house.wix.busy(guests=1):
                for jump in range(JUMPS_A_ROUND):
                    clock.jump(run.random)
                    kitchen.device.set_faults(refuse=jump % 2 == 0)
                    pause(run.random.uniform(*BETWEEN_JUMPS_S))
                kitchen.mend()
            run.settle(house)
        for name, printer in house.printers.items():
            came = [ticket.number for ticket in printer.tickets()]
            demand(came == sorted(came), f"out of order at the {name}: {came[:20]} …")
        run.close_books(house)
        demand(not run.duplicated, "a ticket came twice")


def _pauses_are_not_prolonged(run: Run) -> None:
    """A printer comes back after the clock jumped back while the daemon waited for it."""
    with _house_with_a_clock(run) as (house, clock):
        for _ in run.each_round():
            kitchen = house.printers["kitchen"]
            kitchen.device.set_faults(refuse=True)
            number = house.wix.place()
            pause(run.random.uniform(*BETWEEN_JUMPS_S))
            clock.jump(run.random)
            kitchen.mend()
            waited_s = house.wait_for_paper(number)
            run.measure("printing again after a jump", waited_s, GOES_ON_WITHIN_S)
        run.close_books(house)


def _restarts_in_another_year(run: Run) -> None:
    """Each life of the daemon has another year: orders of all of them get onto paper once."""
    library = preload.library("shift_clock", run.folder)
    file = run.folder / "shift"
    clock = ShiftedClock(file)
    with run.house(intake=NEVER_STALE) as house:
        for _ in run.each_round():
            clock.jump(run.random)
            house.start(LD_PRELOAD=library, CHAOS_CLOCK_SHIFT=str(file))
            run.settle(house)
            for printer in house.printers.values():
                printer.device.set_faults(refuse=True)
            house.wix.place()
            house.end()
            for printer in house.printers.values():
                printer.mend()
        house.start()
        run.close_books(house)
        demand(not run.duplicated, "a ticket came twice")


NEEDS: Final = (preload.COMPILER,)
SCENARIOS: Final = (
    Scenario(
        "time",
        "jumps_lose_nothing_repeat_nothing_and_keep_the_order",
        _once_and_in_order,
        rounds=10,
        needs=NEEDS,
    ),
    Scenario("time", "jumps_prolong_no_pause", _pauses_are_not_prolonged, rounds=10, needs=NEEDS),
    Scenario(
        "time",
        "restarts_in_other_years_lose_nothing",
        _restarts_in_another_year,
        rounds=6,
        needs=NEEDS,
    ),
)
