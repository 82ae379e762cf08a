"""What a scenario is, what it is given, and what it counts."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.chaos.house import BrokenPromiseError, House, demand, open_house
from tests.chaos.wix import CLOCK
from wix_printer_service.models import JobState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from random import Random

    from tests.chaos.ledger import Balance
    from tests.chaos.tray import Printers
    from tests.chaos.wix import Wix


WRONG_ENDS = (JobState.HELD, JobState.DEAD, JobState.EXPIRED, JobState.CANCELLED)


@dataclass(slots=True)
class Run:
    """One scenario at work: its folder, its chance, and what it has counted so far."""

    folder: Path
    random: Random
    private_key: str
    rounds_wanted: int
    end_s: float
    """Monotonic; no round begins later."""
    rounds: int = 0
    acknowledged: int = 0
    lost: int = 0
    duplicated: int = 0
    unmarked: int = 0
    figures: list[str] = field(default_factory=list)
    """What was seen, for people."""
    slowest_s: dict[str, float] = field(default_factory=dict)
    """What was measured, for people: the worst of all rounds."""

    def measure(self, what: str, seconds: float, limit_s: float) -> None:
        """Note how long something took; raise BrokenPromiseError if that was too long."""
        self.slowest_s[what] = max(seconds, self.slowest_s.get(what, 0.0))
        demand(seconds < limit_s, f"{what}: {seconds:.2f} s, and may take {limit_s:g} s")

    def each_round(self) -> Iterator[int]:
        """Count the rounds; stops when enough are done or the time is over."""
        while self.rounds < self.rounds_wanted and CLOCK.monotonic() < self.end_s:
            yield self.rounds
            self.rounds += 1

    def new_folder(self) -> Path:
        """Make a folder inside the scenario's own."""
        folder = self.folder / f"{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        return folder

    def house(
        self,
        *,
        printers: Printers | None = None,
        prefix: tuple[str, ...] = (),
        site: Wix | None = None,
        **settings: dict[str, Any],
    ) -> AbstractContextManager[House]:
        """Open a house of the scenario's own."""
        house = House(
            self.new_folder(),
            self.random,
            self.private_key,
            printers=printers,
            prefix=prefix,
            site=site,
            **settings,
        )
        return open_house(house)

    def settle(self, house: House) -> None:
        """Wait until all is printed; raise BrokenPromiseError if the books are not even."""
        drawn = house.settle()
        if drawn.lost or drawn.unmarked or drawn.misled:
            self.count(house, drawn)

    def come_back(self, house: House) -> None:
        """Start the daemon and see that everything of the life before gets onto paper."""
        house.start()
        house.wix.deliver_again()
        self.settle(house)

    def close_books(self, house: House) -> None:
        """Serve a fresh order, then count everything that is owed and everything on paper.

        Every fault is mended by now, so every job must have come to the right end.
        """
        house.wix.deliver_again()
        house.serve_a_fresh_order()
        house.settle()
        house.printers.tear_off()
        self.count(house, house.balance())
        called_off = house.wix.ledger.called_off()
        odd = {job for job in house.jobs(*WRONG_ENDS) if job[0] not in called_off}
        demand(not odd, f"these came to a wrong end: {sorted(odd)[:5]}")

    def count(self, house: House, drawn: Balance) -> None:
        """Add a house's last balance to the table; raise BrokenPromiseError if it is not even."""
        self.acknowledged += drawn.acknowledged
        self.lost += len(drawn.lost)
        self.duplicated += drawn.duplicated
        self.unmarked += len(drawn.unmarked)
        if drawn.waiting:
            self.figures.append(f"{len(drawn.waiting)} wait for a person")
        for what, owed in (
            ("lost", drawn.lost),
            ("twice without a mark", drawn.unmarked),
            ("not what Wix has", drawn.misled),
        ):
            if owed:
                raise BrokenPromiseError(f"{what}: {house.traces(owed)}")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to break the daemon. ``promise`` says what is asserted and is the scenario's name."""

    family: str
    promise: str
    play: Callable[[Run], None]
    rounds: int = 1
    quick_rounds: int = 0
    """How many in ``quick``; 0 leaves it out."""
    needs: tuple[str, ...] = ()
    """Programs and rights without which it cannot run, see ``missing``."""

    @property
    def name(self) -> str:
        """FAMILY.PROMISE."""
        return f"{self.family}.{self.promise}"

    def missing(self) -> list[str]:
        """Say what is not there that it needs."""
        return [need for need in self.needs if not _is_there(need)]


def _is_there(need: str) -> bool:
    if need == "root":
        return os.geteuid() == 0
    if need.startswith("/"):
        return Path(need).exists()
    return shutil.which(need) is not None
