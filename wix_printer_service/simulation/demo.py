"""The demo: a real daemon on embedded defaults, a lunch hour of deliveries, and its receipts."""

from __future__ import annotations

import argparse
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import requests
import yaml

from wix_printer_service import config
from wix_printer_service.clock import SystemClock
from wix_printer_service.simulation.keys import development_key
from wix_printer_service.simulation.paper import Balance, balance, tray
from wix_printer_service.simulation.script import Step, lunch_hour
from wix_printer_service.simulation.signing import sign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLOCK = SystemClock()
USUAL_PORTS = {"webhook": 8080, "status": 8000}
START_TIMEOUT_S = 60.0
PRINT_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 15.0
LOOK_AGAIN_S = 0.1
PACE_S = 1.2
"""Pause between deliveries when somebody watches."""
KEPT_RUNS = 3
NOT_OVER = ("queued", "sending")


@dataclass(slots=True)
class Run:
    """One demo: its folder, addresses, and how far it has come."""

    folder: Path
    webhook: str
    status: str
    expected: dict[str, int] = field(default_factory=dict)
    shown: int = 0

    @property
    def receipts(self) -> Path:
        """Where the virtual printer puts its receipts."""
        return self.folder / "var" / "receipts"

    @property
    def database(self) -> Path:
        """The daemon's database."""
        return self.folder / "var" / "wix-printer.db"

    def deliver(self, step: Step) -> None:
        """Send one delivery as Wix would."""
        if step.after_paper:
            self.wait_until(lambda: self.balance().lost == 0, "receipts", PRINT_TIMEOUT_S)
            self.show_new_receipts()
        now = CLOCK.now().timestamp()
        body = sign(step.envelope, development_key(self.database), now)
        url = f"http://{self.webhook}/webhooks/wix"
        answer = requests.post(url, data=body, timeout=START_TIMEOUT_S)
        print(f"\n>> {step.title}  [{answer.status_code} {answer.text}]")
        self.expected[step.number] = self.expected.get(step.number, 0) + step.receipts

    def show_new_receipts(self) -> None:
        """Print the receipts that came since the last look."""
        for paper in tray(self.receipts)[self.shown :]:
            print(f"\n{paper.text}\n   picture: {paper.picture}")
            self.shown += 1

    def balance(self) -> Balance:
        """Compare the tray with what was ordered so far."""
        return balance(tray(self.receipts), self.expected)

    def is_over(self) -> bool:
        """Tell whether nothing is expected and nothing is going to be printed any more."""
        waiting = [
            requests.get(
                f"http://{self.status}/jobs", params={"state": state}, timeout=START_TIMEOUT_S
            ).json()
            for state in NOT_OVER
        ]
        return self.balance().lost == 0 and not any(waiting)

    def wait_until(self, condition: Callable[[], bool], what: str, timeout_s: float) -> bool:
        """Look again and again until ``condition`` holds; tell whether it did in time."""
        end = CLOCK.monotonic() + timeout_s
        while not condition():
            if CLOCK.monotonic() > end:
                print(f"\nThe {what} did not come within {timeout_s:.0f} s.", file=sys.stderr)
                return False
            _pause(LOOK_AGAIN_S)
        return True


def main() -> int:
    """Play the lunch hour; return 0 only if every expected receipt lies there exactly once."""
    parser = argparse.ArgumentParser(prog="./scripts/demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end by itself")
    once = parser.parse_args().once
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    run = _new_run()
    with suppress(KeyboardInterrupt), _daemon(run) as answers:
        if answers:
            print(f"The status page: http://{run.status}/")
            complete = _play(run, pace_s=0.0 if once else PACE_S)
            if once:
                return _report(run, complete=complete)
            _report(run, complete=complete)
            print(f"The status page: http://{run.status}/   Ctrl-C ends the demo.", flush=True)
            _pause(math.inf)
    return 1 if once else 0


def _play(run: Run, pace_s: float) -> bool:
    for step in lunch_hour(CLOCK.now()):
        run.deliver(step)
        _pause(pace_s)
        run.show_new_receipts()
    complete = run.wait_until(run.is_over, "receipts", PRINT_TIMEOUT_S)
    run.show_new_receipts()
    return complete


def _pause(seconds: float) -> None:
    CLOCK.wait(threading.Event(), min(seconds, threading.TIMEOUT_MAX))


def _report(run: Run, *, complete: bool) -> int:
    result = run.balance()
    print(
        f"\ndemo: {len(run.expected)} orders, {result.printed} receipts printed,"
        f" {result.lost} lost, {result.duplicated} duplicated"
    )
    return 0 if complete and result.lost == result.duplicated == 0 else 1


def _new_run() -> Run:
    runs = Path("var/demo")
    runs.mkdir(parents=True, exist_ok=True)
    for old in sorted(runs.iterdir(), key=lambda path: path.stat().st_mtime)[:-KEPT_RUNS]:
        shutil.rmtree(old, ignore_errors=True)
    folder = runs / f"{CLOCK.now():%Y%m%d-%H%M%S}-{os.getpid()}"
    folder.mkdir()
    addresses = {name: f"127.0.0.1:{_free_port(port)}" for name, port in USUAL_PORTS.items()}
    embedded = {**config.EMBEDDED, "listen": addresses}
    (folder / "config.yaml").write_text(yaml.safe_dump(embedded, allow_unicode=True), "utf-8")
    return Run(folder.absolute(), addresses["webhook"], addresses["status"])


def _free_port(usual: int) -> int:
    for port in (usual, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return usual


@contextmanager
def _daemon(run: Run) -> Iterator[bool]:
    """Run the daemon in the run's folder and tell whether it takes orders."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WIX_PRINTER")}
    command = [str(Path(sys.executable).with_name("wix-printer")), "run", "--config", "config.yaml"]
    log_file = run.folder / "daemon.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(command, cwd=run.folder, env=environment, stderr=log)
    try:
        answers = run.wait_until(
            lambda: process.poll() is not None or _takes_orders(run), "daemon", START_TIMEOUT_S
        )
        if process.poll() is not None:
            print(log_file.read_text("utf-8"), file=sys.stderr)
        yield answers and process.poll() is None
    finally:
        process.terminate()
        process.wait(STOP_TIMEOUT_S)


def _takes_orders(run: Run) -> bool:
    try:
        return all(
            requests.get(f"http://{address}", timeout=START_TIMEOUT_S).ok
            for address in (f"{run.webhook}/healthz", f"{run.status}/health")
        )
    except requests.ConnectionError:
        return False


if __name__ == "__main__":
    sys.exit(main())
