"""Faults of the Pi itself: its disk, its database, its signals."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import ExitStack, closing, suppress
from typing import TYPE_CHECKING, Final

import requests

from tests.chaos import disks
from tests.chaos.house import demand, pause
from tests.chaos.scenario import Scenario

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.house import House
    from tests.chaos.scenario import Run

DISK_BYTES: Final = 32_000_000
LEFT_BYTES: Final = (0, 3_000_000)
"""Room on the full disk: none at all, or less than ``storage.min_free_bytes``."""
FILLING_BYTES: Final = 65_536
FULL_FOR_S: Final = (0.5, 1.5)
RECOVERS_WITHIN_S: Final = 10.0
LOCKED_S: Final = (1.5, 4.0)
STOPPED_S: Final = ((5.2, 6.0), (0.5, 3.0))
"""In turn: longer than any single wait of the daemon, so that all are over when it goes on; short.
"""
LIFE_S: Final = (0.1, 0.8)
PAGE_BYTES: Final = 4096
DAMAGED_PAGES: Final = 4
HTTP_S: Final = 10.0


def _full_disk(run: Run) -> None:
    """While there is no room nobody gets a 200 that is not kept; with room again all goes on."""
    with ExitStack() as stack:
        house = stack.enter_context(run.house())
        stack.enter_context(disks.small_disk(house.database_folder, DISK_BYTES))
        stack.callback(house.close)  # before the disk is removed
        house.start()
        house.serve_a_fresh_order()
        for _ in run.each_round():
            filler = house.database_folder / "filler"
            with house.wix.busy():
                _fill(filler, run.random.choice(LEFT_BYTES))
                _wait_for_503(house)
                pause(run.random.uniform(*FULL_FOR_S))
                filler.unlink()
            run.measure("taking orders again", _recovers(house), RECOVERS_WITHIN_S)
            run.settle(house)
        run.close_books(house)


def _wait_for_503(house: House) -> None:
    before = house.wix.answers["503"]
    house.wait(lambda: house.wix.answers["503"] > before, "503 while the disk is full")


def _fill(filler: Path, left_bytes: int) -> None:
    with filler.open("wb", buffering=0) as file, suppress(OSError):  # full is what it shall be
        while _free_bytes(filler.parent) > left_bytes:
            file.write(bytes(FILLING_BYTES))


def _free_bytes(folder: Path) -> int:
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize


def _recovers(house: House) -> float:
    house.wix.place()

    def all_answered() -> bool:
        house.wix.deliver_again()
        return not house.wix.has_unanswered

    return house.wait(all_answered, "it takes orders again", RECOVERS_WITHIN_S)


def _locked(run: Run) -> None:
    """Another program keeps the writer out for a while; every other time the daemon dies then."""
    with run.house(storage={"busy_timeout_s": 0.5}) as house:
        house.start()
        house.serve_a_fresh_order()
        for number in run.each_round():
            with house.wix.busy(), closing(sqlite3.connect(house.database)) as other:
                other.execute("BEGIN IMMEDIATE")
                pause(run.random.uniform(*LOCKED_S))
                if number % 2 == 0:
                    house.end(signal.SIGKILL)
                other.rollback()
            if number % 2 == 0:
                house.start()
            _recovers(house)
            run.settle(house)
        run.close_books(house)


def _damaged(run: Run) -> None:
    """The database file is damaged while nobody runs: the daemon starts, takes orders, tells."""
    for _ in run.each_round():
        with run.house() as house:
            house.start()
            with house.wix.busy():
                pause(run.random.uniform(*LIFE_S))
            run.settle(house)
            house.end()
            left = _damage(run, house.database)
            house.start()
            demand(_is_set_aside(left, house.database_folder), "the damaged file was not kept")
            demand(_problems(house), "health says nothing about the damage")
            run.close_books(house)


def _damage(run: Run, database: Path) -> bytes:
    """Overwrite some pages, the first one among them, which opens the file; return what is left."""
    with database.open("r+b") as file:
        pages = database.stat().st_size // PAGE_BYTES
        for page in (0, *run.random.sample(range(1, pages), DAMAGED_PAGES)):
            file.seek(page * PAGE_BYTES)
            file.write(run.random.randbytes(PAGE_BYTES))
    return database.read_bytes()


def _is_set_aside(content: bytes, folder: Path) -> bool:
    return any(file.is_file() and file.read_bytes() == content for file in folder.rglob("*"))


def _problems(house: House) -> list[str]:
    address = house.running.addresses()["status-listener"]
    answer = requests.get(f"http://{address}/health", timeout=HTTP_S).json()
    return [problem for problem in answer["problems"] if "damage" in problem]


def _terminated(run: Run) -> None:
    """Each round the daemon is asked to stop while orders stream in, and stops in time."""
    with run.house() as house:
        for _ in run.each_round():
            run.come_back(house)
            with house.wix.busy():
                pause(run.random.uniform(*LIFE_S))
                status = house.end(signal.SIGTERM)
            demand(status == 0, f"SIGTERM ended it with status {status}")
        run.come_back(house)
        run.close_books(house)


def _frozen(run: Run) -> None:
    """The whole process stands still for a while, as on a Pi that swaps."""
    with run.house() as house:
        house.start()
        house.serve_a_fresh_order()
        for number in run.each_round():
            with house.wix.busy():
                pause(run.random.uniform(*LIFE_S))
                house.running.send(signal.SIGSTOP)
                pause(run.random.uniform(*STOPPED_S[number % len(STOPPED_S)]))
                house.running.send(signal.SIGCONT)
            run.settle(house)
        run.close_books(house)


SCENARIOS: Final = (
    Scenario(
        "pi",
        "a_full_disk_refuses_orders_and_recovers",
        _full_disk,
        rounds=6,
        needs=("root", "mount", "umount"),
    ),
    Scenario(
        "pi",
        "a_database_locked_by_another_program_loses_nothing",
        _locked,
        rounds=6,
        quick_rounds=1,
    ),
    Scenario(
        "pi",
        "a_damaged_database_does_not_stop_the_next_order_and_is_told",
        _damaged,
        rounds=6,
        quick_rounds=1,
    ),
    Scenario("pi", "sigterm_under_load_loses_nothing", _terminated, rounds=10, quick_rounds=1),
    Scenario("pi", "standing_still_for_seconds_loses_nothing", _frozen, rounds=8, quick_rounds=1),
)
