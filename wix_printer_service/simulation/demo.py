"""The demo: a real daemon on embedded defaults, a made-up Wix, a lunch hour, and its receipts."""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import signal
import sys
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from wix_printer_service import config
from wix_printer_service.simulation.demo_daemon import CLOCK, DemoDaemon, comes, pause, say
from wix_printer_service.simulation.keys import development_key
from wix_printer_service.simulation.paper import Balance, balance, tray
from wix_printer_service.simulation.script import Step, Way, lunch_hour
from wix_printer_service.simulation.signing import sign
from wix_printer_service.simulation.stand_in import Faults, StandIn
from wix_printer_service.simulation.stand_in.events import SITE_ID
from wix_printer_service.storage.files import write_durably

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWER_TIMEOUT_S = 30.0
NEWS_TIMEOUT_S = 30.0
PRINT_TIMEOUT_S = 30.0
PACE_S = 1.2
"""Pause between deliveries when somebody watches."""
INDEX_LAG_S = 3.0
"""A search finds so late what a webhook brings, as Wix's may: the webhook comes first."""
ASK_INTERVAL_S = 1.0
RESEND_PAUSES_S = (1.0,) * 12
"""Wix's own pauses between its tries begin with a minute: too long for a demo."""
KEY = b"made-up-for-the-demo"
"""The stand-in takes any key."""
KEPT_RUNS = 3
STATIONS = {"bar": {"names": ["Cola*", "Limonade*"]}}
BAR = {"connection": "virtual://var/receipts", "receipts": ["kitchen"], "stations": ["bar"]}
"""The bar's own printer; its receipts fall into the same tray as the kitchen's."""
NOT_OVER = ("queued", "sending")
SEARCH, NOTHING_NEW = "search", "recorded"
"""What the daemon's log calls an event that a search brought, and one without consequences."""


@dataclass(slots=True)
class Run:
    """One demo: its folder, its lunch hour, its Wix, the daemon's addresses, and how far it is."""

    folder: Path
    steps: list[Step]
    wix: StandIn = field(init=False)
    daemon: DemoDaemon = field(init=False)
    shown: set[Path] = field(default_factory=set)
    fetched: int = 0
    failed: bool = False

    def __post_init__(self) -> None:
        self.daemon = DemoDaemon(self.folder)
        self.wix = StandIn(
            development_key(self.database),
            webhook_url=self._webhook_url,
            retry_pauses_s=RESEND_PAUSES_S,
        )

    @property
    def database(self) -> Path:
        """The daemon's database."""
        return self.folder / "var" / "wix-printer.db"

    @property
    def page(self) -> str:
        """Where to see it all."""
        return f"http://{self.daemon.addresses['status']}/"

    def wait_for_first_look(self) -> None:
        """Wait until the daemon has asked Wix once: orders of before are past, not printed.

        Raises:
            requests.RequestException: The daemon does not answer.
            TimeoutError: It does not ask Wix, or gets no good answer.
        """
        if not comes(self._knows_wix, NEWS_TIMEOUT_S, "its first look at Wix"):
            raise TimeoutError(f"Wix was not asked with success within {NEWS_TIMEOUT_S:.0f} s")

    def play(self, step: Step) -> None:
        """Let something happen, and say how the daemon heard of it and what it made of it.

        Raises:
            requests.RequestException: The daemon does not answer.
            TimeoutError: It did not hear of it.
        """
        if step.after_paper:
            self.wait_for_paper()
            self.show_new_receipts()
        before, began_s = len(self._order_events()), CLOCK.monotonic()
        if step.way is Way.LATE:
            self._deliver(step)
        else:
            self._happen(step)
        if not comes(lambda: bool(self._heard(step, before)), NEWS_TIMEOUT_S):
            raise TimeoutError(f"The daemon did not hear of it within {NEWS_TIMEOUT_S:.0f} s")
        self.fetched += step.way is Way.LOST
        road = {
            Way.WEBHOOK: "webhook",
            Way.LATE: "late webhook",
            Way.LOST: f"no webhook; fetched from Wix after {CLOCK.monotonic() - began_s:.1f} s",
        }[step.way]
        say(f"\n>> {step.title}  [{road}: {self._heard(step, before)[0]}]")

    def show_new_receipts(self) -> None:
        """Print the receipts that came since the last look."""
        for paper in tray(self.folder / "var" / "receipts"):
            if paper.picture not in self.shown:
                say(f"\n{paper.legible}\n   picture: {paper.picture}")
                self.shown.add(paper.picture)

    def balance(self) -> Balance:
        """Compare the tray with what the whole lunch hour must bring."""
        expected: Counter[str] = Counter()
        for step in self.steps:
            expected[step.guest.number] += step.receipts
        return balance(tray(self.folder / "var" / "receipts"), expected)

    def wait_for_paper(self) -> None:
        """Wait until nothing is going to be printed any more; after a failure do not wait again."""
        if self.failed or comes(self._is_settled, PRINT_TIMEOUT_S, "the printer"):
            return
        self.fail(f"Not everything was printed within {PRINT_TIMEOUT_S:.0f} s.")

    def settings(self) -> dict[str, Any]:
        """Return what the daemon runs on: the embedded defaults, a bar, and this Wix."""
        key_file = self.folder / "wix-api-key"
        write_durably(key_file, KEY)
        return {
            **config.EMBEDDED,
            "stations": STATIONS,
            "printers": {**config.EMBEDDED["printers"], "bar": BAR},
            "wix": {"api_base": self.wix.url, "site_id": SITE_ID, "api_key_file": str(key_file)},
            "backfill": {"quick_interval_s": ASK_INTERVAL_S, "slow_interval_s": ASK_INTERVAL_S},
        }

    def fail(self, reason: str) -> None:
        """Say what went wrong and where to read more."""
        self.failed = True
        say(f"\n{reason} The daemon's own words: {self.daemon.log_file}", file=sys.stderr)

    def _webhook_url(self) -> str | None:
        address = self.daemon.addresses.get("webhook")
        return address and f"http://{address}/webhooks/wix"

    def _deliver(self, step: Step) -> None:
        """Send one delivery as Wix would, past the stand-in."""
        body = sign(step.envelope, development_key(self.database), CLOCK.now().timestamp())
        requests.post(self._webhook_url() or "", data=body, timeout=ANSWER_TIMEOUT_S)

    def _happen(self, step: Step) -> None:
        """Let it happen at Wix."""
        is_lost = step.way is Way.LOST
        self.wix.faults = Faults(
            lose_webhooks_share=float(is_lost), index_lag_s=0.0 if is_lost else INDEX_LAG_S
        )
        self.wix.site.put(step.envelope)

    def _heard(self, step: Step, before: int) -> list[str]:
        """Return what became of a step since there were ``before`` events of orders."""
        self._health()  # a daemon that does not answer will not hear of it either
        return _verdicts(self._order_events()[before:], step)

    def _order_events(self) -> list[dict[str, Any]]:
        return [fact for fact in self.daemon.facts() if fact["event"] == "order_event"]

    def _health(self) -> dict[str, Any]:
        answer = requests.get(f"{self.page}health", timeout=ANSWER_TIMEOUT_S)
        health: dict[str, Any] = answer.json()
        return health

    def _knows_wix(self) -> bool:
        return bool(self._health()["backfill"]["outcome"] == "fine")

    def _is_settled(self) -> bool:
        return not any(
            requests.get(
                f"{self.page}jobs", params={"state": state}, timeout=ANSWER_TIMEOUT_S
            ).json()
            for state in NOT_OVER
        )


def main() -> int:
    """Play the lunch hour; return 0 only if every expected receipt lies there exactly once."""
    parser = argparse.ArgumentParser(prog="./scripts/demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end by itself")
    once = parser.parse_args().once
    for number in (signal.SIGINT, signal.SIGTERM):
        # SIGINT too: a script's "demo &" hands it down as ignored
        signal.signal(number, signal.default_int_handler)
    with _own_folder() as folder:
        run = Run(folder, list(lunch_hour(CLOCK.now())))
        return _play_once(run) if once else _play_and_stay(run)


def _play_once(run: Run) -> int:
    with suppress(KeyboardInterrupt), run.wix, _daemon(run):
        _play(run, pace_s=0.0)
    return _report(run)


def _play_and_stay(run: Run) -> int:
    status = 0
    with suppress(KeyboardInterrupt), run.wix, _daemon(run) as daemon:
        _play(run, PACE_S)
        status = _report(run)
        if daemon.is_alive:
            say(f"The status page: {run.page}   Ctrl-C ends the demo.")
            daemon.wait()
            run.fail("The daemon has ended.")
        status = 1
    return status


def _play(run: Run, pace_s: float) -> None:
    if run.failed:
        return
    say(f"The status page: {run.page}")
    try:
        run.wait_for_first_look()
        for step in run.steps:
            run.play(step)
            pause(pace_s)
            run.show_new_receipts()
        run.wait_for_paper()
    except requests.RequestException:
        run.fail("The daemon does not answer any more.")
    except TimeoutError as error:
        run.fail(f"{error}.")
    run.show_new_receipts()


def _verdicts(events: list[dict[str, Any]], step: Step) -> list[str]:
    """Return what became of a step's event, by the road on which it must have come."""
    about = [event for event in events if event["order_id"] == step.guest.order_id]
    if step.way is not Way.LOST:
        return [event["verdict"] for event in about if event["event_type"] != SEARCH]
    found = [event["verdict"] for event in about if event["event_type"] == SEARCH]
    # a search may still show the order as it was before
    return [verdict for verdict in found if verdict != NOTHING_NEW]


def _report(run: Run) -> int:
    result = run.balance()
    orders = {step.guest for step in run.steps}
    say(
        f"\ndemo: {len(orders)} orders, {result.printed} receipts printed,"
        f" {result.lost} lost, {result.duplicated} duplicated, {run.fetched} fetched from Wix"
    )
    return 1 if run.failed or result.lost or result.duplicated else 0


@contextmanager
def _own_folder() -> Iterator[Path]:
    """Make this run's folder; as long as its lock is held no other demo deletes it."""
    runs = Path("var/demo").absolute()
    runs.mkdir(parents=True, exist_ok=True)
    folder = runs / f"{CLOCK.now():%Y%m%d-%H%M%S}-{os.getpid()}"
    with ExitStack() as held:
        with (runs / ".lock").open("ab") as door:
            fcntl.flock(door, fcntl.LOCK_EX)  # nobody prunes between making and locking
            _prune(runs)
            folder.mkdir()
            lock = held.enter_context((folder / "lock").open("ab"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _prune(runs: Path) -> None:
    """Delete the oldest runs except those that still go on."""
    for old in sorted(path for path in runs.iterdir() if path.is_dir())[:-KEPT_RUNS]:
        with suppress(OSError), (old / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(old)


@contextmanager
def _daemon(run: Run) -> Iterator[DemoDaemon]:
    """Run the daemon in the run's folder."""
    try:
        if not run.daemon.start(run.settings()):
            run.fail("The daemon does not start.")
        yield run.daemon
    finally:
        if not run.daemon.stop():
            run.fail("The daemon did not end in time.")


if __name__ == "__main__":
    sys.exit(main())
