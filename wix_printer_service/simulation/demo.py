"""The demo: a real daemon on embedded defaults, a made-up Wix, a lunch hour, and its receipts."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
import yaml

from wix_printer_service import config
from wix_printer_service.clock import SystemClock
from wix_printer_service.simulation.keys import development_key
from wix_printer_service.simulation.paper import Balance, balance, tray
from wix_printer_service.simulation.script import Step, Way, lunch_hour
from wix_printer_service.simulation.signing import sign
from wix_printer_service.simulation.stand_in import Faults, StandIn
from wix_printer_service.simulation.stand_in.events import SITE_ID
from wix_printer_service.storage.files import write_durably

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLOCK = SystemClock()
USUAL_PORTS = {"webhook": 8080, "status": 8000}
START_TIMEOUT_S = 60.0
ANSWER_TIMEOUT_S = 30.0
NEWS_TIMEOUT_S = 30.0
PRINT_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 15.0
LOOK_AGAIN_S = 0.1
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
NOT_OVER = ("queued", "sending")
SEARCH, NOTHING_NEW = "search", "recorded"
"""What the daemon's log calls an event that a search brought, and one without consequences."""

say = partial(print, flush=True)


@dataclass(slots=True)
class Run:
    """One demo: its folder, its lunch hour, its Wix, the daemon's addresses, and how far it is."""

    folder: Path
    steps: list[Step]
    wix: StandIn = field(init=False)
    addresses: dict[str, str] = field(default_factory=dict)
    shown: set[Path] = field(default_factory=set)
    fetched: int = 0
    failed: bool = False

    def __post_init__(self) -> None:
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
    def log_file(self) -> Path:
        """What the daemon logs."""
        return self.folder / "daemon.log"

    @property
    def page(self) -> str:
        """Where to see it all."""
        return f"http://{self.addresses['status']}/"

    def wait_for_first_look(self) -> None:
        """Wait until the daemon has asked Wix once: orders of before are past, not printed.

        Raises:
            requests.RequestException: The daemon does not answer.
            TimeoutError: It does not ask Wix, or gets no good answer.
        """
        if not self.wait_until(self._knows_wix, "its first look at Wix", NEWS_TIMEOUT_S):
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
        if not _comes(lambda: bool(self._heard(step, before)), NEWS_TIMEOUT_S):
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
                say(f"\n{paper.text}\n   picture: {paper.picture}")
                self.shown.add(paper.picture)

    def balance(self) -> Balance:
        """Compare the tray with what the whole lunch hour must bring."""
        expected: Counter[str] = Counter()
        for step in self.steps:
            expected[step.guest.number] += step.receipts
        return balance(tray(self.folder / "var" / "receipts"), expected)

    def wait_for_paper(self) -> None:
        """Wait until nothing is going to be printed any more; after a failure do not wait again."""
        if self.failed or self.wait_until(self._is_settled, "the printer", PRINT_TIMEOUT_S):
            return
        self.fail(f"Not everything was printed within {PRINT_TIMEOUT_S:.0f} s.")

    def wait_until(self, condition: Callable[[], bool], whom: str, timeout_s: float) -> bool:
        """Say for whom we wait, and tell whether ``condition`` held in time."""
        say(f"\n(waiting for {whom}, at most {timeout_s:.0f} s)")
        return _comes(condition, timeout_s)

    def fail(self, reason: str) -> None:
        """Say what went wrong and where to read more."""
        self.failed = True
        say(f"\n{reason} The daemon's own words: {self.log_file}", file=sys.stderr)

    def _webhook_url(self) -> str | None:
        address = self.addresses.get("webhook")
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
        return [fact for fact in _facts(self.log_file) if fact["event"] == "order_event"]

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
    with suppress(KeyboardInterrupt), run.wix, _daemon(run) as process:
        _play(run, PACE_S)
        status = _report(run)
        if process.poll() is None:
            say(f"The status page: {run.page}   Ctrl-C ends the demo.")
            process.wait()
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
            _pause(pace_s)
            run.show_new_receipts()
        run.wait_for_paper()
    except requests.RequestException:
        run.fail("The daemon does not answer any more.")
    except TimeoutError as error:
        run.fail(f"{error}.")
    run.show_new_receipts()


def _pause(seconds: float) -> None:
    CLOCK.wait(threading.Event(), seconds)


def _comes(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Look again and again until ``condition`` holds; tell whether it did in time."""
    end = CLOCK.monotonic() + timeout_s
    while not condition():
        if CLOCK.monotonic() > end:
            return False
        _pause(LOOK_AGAIN_S)
    return True


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
def _daemon(run: Run) -> Iterator[subprocess.Popen[bytes]]:
    """Run the daemon in the run's folder, on the usual ports where those are free."""
    process = _launch(run, {name: _free_port(port) for name, port in USUAL_PORTS.items()})
    try:
        if not _starts(run, process) and process.poll() is not None:
            # perhaps another program took a usual port in this very moment
            process = _launch(run, dict.fromkeys(USUAL_PORTS, 0))
            _starts(run, process)
        if len(run.addresses) < len(USUAL_PORTS):
            run.fail("The daemon does not start.")
        yield process
    finally:
        _stop(run, process)


def _launch(run: Run, ports: dict[str, int]) -> subprocess.Popen[bytes]:
    listen = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
    key_file = run.folder / "wix-api-key"
    write_durably(key_file, KEY)
    settings = {
        **config.EMBEDDED,
        "listen": listen,
        "wix": {"api_base": run.wix.url, "site_id": SITE_ID, "api_key_file": str(key_file)},
        "backfill": {"quick_interval_s": ASK_INTERVAL_S, "slow_interval_s": ASK_INTERVAL_S},
    }
    text = yaml.safe_dump(settings, allow_unicode=True)
    (run.folder / "config.yaml").write_text(text, encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WIX_PRINTER")}
    command = [str(Path(sys.executable).with_name("wix-printer")), "run", "--config", "config.yaml"]
    with run.log_file.open("wb") as log:
        return subprocess.Popen(command, cwd=run.folder, env=environment, stderr=log)


def _starts(run: Run, process: subprocess.Popen[bytes]) -> bool:
    """Tell whether the daemon listens, and note where."""

    def is_decided() -> bool:
        ended = process.poll() is not None
        run.addresses = _addresses(run.log_file)
        return ended or len(run.addresses) == len(USUAL_PORTS)

    in_time = run.wait_until(is_decided, "the daemon", START_TIMEOUT_S)
    return in_time and process.poll() is None


def _addresses(log_file: Path) -> dict[str, str]:
    """Read from the daemon's log where it listens: another's on the same port is not ours."""
    return {
        fact["server"].removesuffix("-listener"): fact["address"]
        for fact in _facts(log_file)
        if fact["event"] == "listening"
    }


def _facts(log_file: Path) -> Iterator[dict[str, Any]]:
    """Read what the daemon has logged so far."""
    for line in log_file.read_text(encoding="utf-8").splitlines():
        with suppress(ValueError):  # half a line, or no JSON
            yield json.loads(line)


def _free_port(usual: int) -> int:
    """Return the usual port, or 0 (any free one) if it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", usual))
        except OSError:
            return 0
    return usual


def _stop(run: Run, process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        run.fail(f"The daemon did not end within {STOP_TIMEOUT_S:.0f} s.")


if __name__ == "__main__":
    sys.exit(main())
