"""The power is cut while orders stream in: what was not flushed to the card is gone."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Final

from tests.chaos import disks, preload
from tests.chaos.house import demand, pause
from tests.chaos.scenario import Scenario

if TYPE_CHECKING:
    from tests.chaos.disks import Card
    from tests.chaos.house import House
    from tests.chaos.scenario import Run

LIFE_S: Final = (0.0, 0.8)
"""Between being ready and the cut."""
BIRTH_S: Final = (0.1, 0.9)
"""Between being started and the cut."""
SHARE_CUT_AT_BIRTH: Final = 0.2


def _nothing_is_lost(run: Run) -> None:
    """Each round ends in a cut; the next one finds everything of the last on paper."""
    with ExitStack() as stack:
        house = stack.enter_context(run.house())
        card = stack.enter_context(disks.card(house.folder, house.database_folder))
        stack.callback(house.close)  # before the card is removed
        for _ in run.each_round():
            if run.random.random() < SHARE_CUT_AT_BIRTH:
                house.spawn()
                _cut(run, house, card, BIRTH_S)
            run.come_back(house)
            with house.wix.busy():
                _cut(run, house, card, LIFE_S)
        run.come_back(house)
        run.close_books(house)


def _cut(run: Run, house: House, card: Card, within_s: tuple[float, float]) -> None:
    pause(run.random.uniform(*within_s))
    # Without power nothing is sent either. The kernel's own cut takes some milliseconds, in which a
    # flush may say yes although its data is gone: no answer may leave the house in that time.
    house.running.freeze()
    card.cut_power()
    house.end(signal.SIGKILL)
    card.remove()
    card.insert()


def _something_is_lost_without_flushes(run: Run) -> None:
    """The negative control: a daemon whose flushes do nothing must lose orders by a cut."""
    lost = acknowledged = 0
    library = preload.library("skip_flushes", run.folder)
    for _ in run.each_round():
        with ExitStack() as stack:
            house = stack.enter_context(run.house())
            card = stack.enter_context(disks.card(house.folder, house.database_folder))
            stack.callback(house.close)
            house.start(LD_PRELOAD=library)
            for printer in house.printers.values():
                printer.device.set_faults(refuse=True)
            with house.wix.busy():
                _cut(run, house, card, LIFE_S)
            owed = {debt.number for debt in house.wix.ledger.acknowledged()}
            lost += len(owed - _numbers_on(house))
            acknowledged += len(owed)
    run.figures.append(f"{lost} of {acknowledged} acknowledged orders lost, as it must")
    run.acknowledged = acknowledged
    demand(lost, "nothing was lost without flushes: this way of cutting the power proves nothing")


def _numbers_on(house: House) -> set[str]:
    """Return the orders that are still on the card, none if the database cannot be read."""
    try:
        with closing(sqlite3.connect(house.database)) as connection:
            return {number for (number,) in connection.execute("SELECT number FROM orders")}
    except sqlite3.Error:
        return set()


SCENARIOS: Final = (
    Scenario(
        "power",
        "nothing_acknowledged_is_lost_by_a_power_cut",
        _nothing_is_lost,
        rounds=30,
        needs=disks.NEEDS,
    ),
    Scenario(
        "power",
        "a_daemon_without_flushes_does_lose_orders",
        _something_is_lost_without_flushes,
        rounds=3,
        needs=(*disks.NEEDS, preload.COMPILER),
    ),
)
