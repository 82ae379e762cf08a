"""Sends signed deliveries to a running daemon, on time, and reports what became of them.

Exit codes: 0 all answered 200 and printed, 1 not so, 2 usage, 3 the daemon is not reachable.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import socket
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wix_printer_service import config, logs
from wix_printer_service.clock import SystemClock
from wix_printer_service.connection_url import split_host_port
from wix_printer_service.errors import DaemonUnreachableError, StorageError, WixPrinterError
from wix_printer_service.simulation import load
from wix_printer_service.simulation.keys import development_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wix_printer_service.settings import Settings

CLOCK = SystemClock()
ANSWER_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 5.0
PATIENCE_S = 60.0
LOOK_AGAIN_S = 0.25

say = partial(print, file=sys.stderr, flush=True)


def main() -> int:
    """Load the daemon; return 0 only if everything was answered 200 and printed."""
    wanted = arguments()
    os.chdir(os.environ.get("CALLED_FROM", "."))  # paths mean what they mean to the caller
    try:
        settings = config.load(wanted.config).settings
        logs.configure("error")
        report = measure(settings, wanted)
    except DaemonUnreachableError as error:
        say(error)
        return 3
    except (WixPrinterError, OSError) as error:
        say(error)
        return 2
    print(json.dumps(report, indent=2) if wanted.json else as_text(report))
    return 0 if report["printed"] == report["sent"] else 1


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="./scripts/loadtest", description=__doc__)
    parser.add_argument("--rate", type=positive, required=True, help="deliveries per second")
    parser.add_argument("--duration", type=positive, required=True, help="seconds to send for")
    parser.add_argument("--config", type=Path, help="the daemon's configuration")
    patience = "seconds to wait for paper after the last answer"
    parser.add_argument("--patience", type=float, default=PATIENCE_S, help=patience)
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def positive(text: str) -> float:
    """Read a number above zero."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be above zero")
    return number


def measure(settings: Settings, wanted: argparse.Namespace) -> dict[str, Any]:
    """Send everything, wait for paper, and say how it went."""
    host, port = reachable(settings.listen.webhook)
    count = max(1, round(wanted.rate * wanted.duration))
    say(f"Signing {count} deliveries ...")
    orders = load.deliveries(count, development_key(settings.storage.path), CLOCK.now())
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    say(f"Sending them to {host}:{port} for {wanted.duration:g} s ...")
    answers = asyncio.run(load.send(host, port, orders, wanted.rate, ANSWER_TIMEOUT_S))
    taken = [answer.order_id for answer in answers if answer.code == load.OK]
    say(f"Waiting for paper, at most {wanted.patience:g} s ...")
    fate = wait_for_paper(settings, taken, wanted.patience)
    return {
        "sent": count,
        "rate": wanted.rate,
        "answered": load.codes(answers),
        "p50_ms": load.percentile_ms(answers, 0.5),
        "p99_ms": load.percentile_ms(answers, 0.99),
        "worst_ms": load.percentile_ms(answers, 1.0),
        "printed": fate.printed,
        "waiting": fate.waiting,
        "lost": fate.lost,
    }


def reachable(address: str) -> tuple[str, int]:
    """Return host and port of a listener at which somebody answers."""
    host, port = split_host_port(address)
    try:
        socket.create_connection((host, port), CONNECT_TIMEOUT_S).close()
    except OSError as error:
        message = f"no daemon answers at {address}: start `wix-printer run`"
        raise DaemonUnreachableError(message) from error
    return host, port


def wait_for_paper(settings: Settings, order_ids: Sequence[str], patience_s: float) -> load.Fate:
    """Look until nothing is going to be printed any more, or patience ends."""
    end = CLOCK.monotonic() + patience_s
    while True:
        try:
            fate = load.fate(settings.storage.path, order_ids)
        except StorageError:
            if CLOCK.monotonic() > end:
                raise
        else:
            if not fate.waiting or CLOCK.monotonic() > end:
                return fate
        CLOCK.wait(threading.Event(), LOOK_AGAIN_S)


def as_text(report: dict[str, Any]) -> str:
    """Put the report into lines for a person."""
    answered = ", ".join(f"{count} x {code}" for code, count in report["answered"].items())
    latency = ", ".join(f"{name} {report[f'{name}_ms']} ms" for name in ("p50", "p99", "worst"))
    return "\n".join(
        (
            f"loadtest: {report['sent']} deliveries, {report['rate']:g} per second",
            f"  answered  {answered}",
            f"  latency   {latency}",
            f"  printed   {report['printed']}",
            f"  waiting   {report['waiting']}",
            f"  lost      {report['lost']}",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
