"""The daemon is killed while orders stream in."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

from tests.chaos.house import demand, pause
from tests.chaos.scenario import Scenario
from tests.chaos.wix import CLOCK
from wix_printer_service.fault_points import VARIABLE

if TYPE_CHECKING:
    from tests.chaos.house import House
    from tests.chaos.scenario import Run

POINTS: Final = (
    "order_before_commit",
    "order_committed",
    "order_answered",
    "job_claimed",
    "job_ticket_made",
    "job_first_bytes",
    "job_sent",
    "job_confirmed",
    "job_settled",
    "change_committed",
)
PASSES: Final = (1, 12)
LIFE_S: Final = (0.0, 0.7)
"""Between being ready and being killed."""
BIRTH_S: Final = (0.1, 0.9)
"""Between being started and being killed before it is ready, or just then."""
SHARE_KILLED_AT_BIRTH: Final = 0.2
POINT_S: Final = 15.0


def _killed_at_any_moment(run: Run) -> None:
    """Each round ends in a kill; the next one finds everything of the last on paper."""
    with run.house() as house:
        for _ in run.each_round():
            if run.random.random() < SHARE_KILLED_AT_BIRTH:
                house.spawn()
                pause(run.random.uniform(*BIRTH_S))
                house.end(signal.SIGKILL)
            run.come_back(house)
            with house.wix.busy():
                pause(run.random.uniform(*LIFE_S))
                house.end(signal.SIGKILL)
        run.come_back(house)
        run.close_books(house)


def _killed_at_every_point(run: Run) -> None:
    """Each round dies at the next named point, at one of its first passes."""
    with run.house() as house:
        for number in run.each_round():
            point = f"{POINTS[number % len(POINTS)]}:{run.random.randint(*PASSES)}"
            if house.spawn(**{VARIABLE: point}).wait_until_ready():
                house.open_for_wix()  # else it has come to the point already
            with house.wix.busy():
                wait_for_death(house, point)
            run.come_back(house)
            house.end()
        run.come_back(house)
        run.close_books(house)


def wait_for_death(house: House, point: str) -> None:
    """Return when the daemon has died at a named point, or raise BrokenPromiseError."""
    process = house.running.process
    end_s = CLOCK.monotonic() + POINT_S
    while process.poll() is None:
        demand(CLOCK.monotonic() < end_s, f"{point} was not reached in {POINT_S:g} s")
        pause(0.01)
    status = house.end(signal.SIGKILL)
    demand(status == -signal.SIGKILL, f"the daemon ended with status {status} before {point}")


SCENARIOS: Final = (
    Scenario(
        "crash",
        "nothing_acknowledged_is_lost_by_a_kill_at_any_moment",
        _killed_at_any_moment,
        rounds=100,
        quick_rounds=6,
    ),
    Scenario(
        "crash",
        "nothing_acknowledged_is_lost_by_a_kill_at_any_named_step",
        _killed_at_every_point,
        rounds=3 * len(POINTS),
        quick_rounds=len(POINTS),
    ),
)
