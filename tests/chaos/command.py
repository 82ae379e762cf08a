"""The command behind ``./scripts/chaos``: chooses scenarios, plays them, ends with one table."""

from __future__ import annotations

import argparse
import signal
import sqlite3
import subprocess
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import requests
from joserfc.jwk import RSAKey

from tests.chaos import (
    backfill,
    changes,
    crash,
    exposed,
    first_start,
    network,
    pi,
    power,
    printer_faults,
    time_jumps,
)
from tests.chaos.house import BrokenPromiseError
from tests.chaos.scenario import Run, Scenario
from tests.chaos.wix import CLOCK
from wix_printer_service.errors import WixPrinterError

FAMILIES = (
    crash,
    power,
    printer_faults,
    network,
    time_jumps,
    pi,
    exposed,
    backfill,
    first_start,
    changes,
)
SCENARIOS = tuple(scenario for family in FAMILIES for scenario in family.SCENARIOS)
SEED = 20_261_122
TIME_LIMIT_S = 1800.0
KEY_BITS = 2048
QUICK = "quick"
PASSED = "passed"
STOPPED = 130
"""What a shell says of a program that Ctrl-C has ended."""
COLUMNS = ("scenario", "rounds", "acknowledged", "lost", "duplicated", "unmarked", "verdict")
TROUBLES = (
    BrokenPromiseError,
    WixPrinterError,
    OSError,
    subprocess.SubprocessError,
    requests.RequestException,
    sqlite3.Error,
)

say = partial(print, flush=True)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a scenario."""

    scenario: Scenario
    run: Run | None
    verdict: str

    def is_good(self, *, quick: bool) -> bool:
        """Tell whether its promise was kept; ``quick`` may leave out what cannot run here."""
        return self.verdict == PASSED or (quick and self.run is None)

    def row(self) -> tuple[str, ...]:
        """Return its row of the table."""
        run = self.run
        counts = (
            ("",) * 5
            if run is None
            else (run.rounds, run.acknowledged, run.lost, run.duplicated, run.unmarked)
        )
        verdict = self.verdict.partition("\n")[0]
        return (self.scenario.name, *(str(count) for count in counts), verdict)


def main(words: list[str] | None = None) -> int:
    """Play what was chosen; return 0 only if every promise was kept as often as it must."""
    arguments = _arguments(words)
    chosen = _chosen(arguments.what)
    if not chosen:
        say(f"no scenario is called {arguments.what!r}; --list shows them")
        return 2
    if arguments.list:
        for scenario in chosen:
            say(scenario.name)
        return 0
    for number in (signal.SIGINT, signal.SIGTERM):
        # SIGINT too: a script's "chaos &" hands it down as ignored
        signal.signal(number, signal.default_int_handler)
    say(f"chaos {arguments.what}, seed {arguments.seed}")
    key = RSAKey.generate_key(KEY_BITS).as_pem(private=True).decode("ascii")
    end_s = CLOCK.monotonic() + arguments.time_limit
    try:
        results = [_play(scenario, arguments, key, end_s) for scenario in chosen]
    except KeyboardInterrupt:
        say("\nstopped; everything is cleaned up")
        return STOPPED
    say(f"\n{_table([COLUMNS, *(result.row() for result in results)])}")
    bad = [result for result in results if not result.is_good(quick=arguments.what == QUICK)]
    return 1 if bad else 0


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./scripts/chaos", description=__doc__)
    parser.add_argument("what", nargs="?", default="all", help="all, quick, a family, a scenario")
    parser.add_argument("--rounds", type=int, help="how many of each scenario")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed, the same chance")
    parser.add_argument("--time-limit", type=float, default=TIME_LIMIT_S, help="seconds in all")
    parser.add_argument("--list", action="store_true", help="name the scenarios")
    return parser.parse_args(words)


def _chosen(what: str) -> list[Scenario]:
    if what == "all":
        return list(SCENARIOS)
    if what == QUICK:
        return [scenario for scenario in SCENARIOS if scenario.quick_rounds]
    return [scenario for scenario in SCENARIOS if what in {scenario.family, scenario.name}]


def _play(scenario: Scenario, arguments: argparse.Namespace, key: str, end_s: float) -> Result:
    missing = scenario.missing()
    if missing:
        return Result(scenario, None, f"not run: needs {', '.join(missing)}")
    usual = scenario.quick_rounds if arguments.what == QUICK else scenario.rounds
    wanted = arguments.rounds or usual
    began_s = CLOCK.monotonic()
    with tempfile.TemporaryDirectory(prefix="wix-printer-chaos-") as folder:
        chance = Random(f"{arguments.seed}:{scenario.name}")
        run = Run(Path(folder), chance, key, wanted, end_s)
        say(f"\n{scenario.name}: {wanted} rounds")
        verdict = _verdict(scenario, run)
    for what, seconds in run.slowest_s.items():
        say(f"   {what}: {seconds:.2f} s at worst")
    for figure in run.figures:
        say(f"   {figure}")
    say(f"   {verdict} ({CLOCK.monotonic() - began_s:.1f} s)")
    return Result(scenario, run, verdict)


def _verdict(scenario: Scenario, run: Run) -> str:
    try:
        scenario.play(run)
    except TROUBLES as error:
        return f"FAILED: {type(error).__name__}: {error}"
    if run.rounds < run.rounds_wanted:
        return f"FAILED: only {run.rounds} of {run.rounds_wanted} rounds in time"
    return PASSED if not (run.lost or run.unmarked) else "FAILED: see the counts"


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
