"""Strangers flood the exposed port while orders stream in."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.chaos.house import demand, pause
from tests.chaos.scenario import Scenario
from tests.chaos.wix import WIX_PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.scenario import Run

ROOT: Final = Path(__file__).parents[2]
FLOOD_S: Final = 4.0
GUESTS_PAUSE_S: Final = 0.1


def _signed_deliveries_are_in_time(run: Run) -> None:
    """Every signed delivery is answered before Wix's patience ends, whatever strangers do."""
    with run.house() as house:
        house.start()
        house.wix.patience_s = WIX_PATIENCE_S
        house.serve_a_fresh_order()
        for _ in run.each_round():
            address = house.running.addresses()["webhook-listener"]
            with _strangers(address), house.wix.busy(guests=1, pause_s=GUESTS_PAUSE_S):
                pause(FLOOD_S)
            run.settle(house)
        answers = dict(house.wix.answers)
        run.figures.append(f"answers: {answers}")
        run.measure("a signed delivery's answer", max(house.wix.latencies_s), WIX_PATIENCE_S)
        demand(set(answers) == {"200"}, f"Wix had to deliver again: {answers}")
        run.close_books(house)


@contextmanager
def _strangers(address: str) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.chaos.strangers", address]
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    try:
        yield
        demand(process.poll() is None, "the strangers went home early")
    finally:
        process.kill()
        process.wait()


SCENARIOS: Final = (
    Scenario(
        "exposed",
        "a_flood_of_strangers_delays_no_signed_delivery_past_wix_patience",
        _signed_deliveries_are_in_time,
        rounds=5,
        quick_rounds=1,
    ),
)
