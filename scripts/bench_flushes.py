"""Counts how often the disk is flushed for each order that is accepted, alone and in company.

Runs itself under strace, once accepting nothing and once accepting many orders: the difference is
what the orders cost. No printer works meanwhile. Ratios only: they are the same on every disk that
flushes slowly enough for company to gather.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from wix_printer_service import logs
from wix_printer_service.clock import SystemClock
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.order_rules import Verdict
from wix_printer_service.order_service import OrderService
from wix_printer_service.print_jobs import PrintJobs
from wix_printer_service.settings import Settings
from wix_printer_service.simulation import samples
from wix_printer_service.storage.database import Database
from wix_printer_service.wix.webhook import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wix_printer_service.wix.webhook import OrderEvent

FLUSHES = ("fdatasync", "fsync")
BARS = {1: 1.1, 16: 0.15}
"""Most flushes per order, by the number of threads that deliver at once.

Alone it is one for the commit, and less than a tenth for copying the log into the database, which
takes three flushes whenever the log is nearly full.
"""
ORDERS_PER_THREAD = {1: 400, 16: 100}
SAMPLES = ("pickup", "delivery_paid", "modifiers", "delivery_cash")
STOP_S = 10.0


def main() -> int:
    """Measure, or be the process that is measured; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accept", nargs=3, metavar=("THREADS", "ORDERS", "FOLDER"))
    accept = parser.parse_args().accept
    if accept:
        threads, orders, folder = accept
        accept_orders(int(threads), int(orders), Path(folder))
        return 0
    if shutil.which("strace") is None:
        print("strace is missing: sudo apt install strace", file=sys.stderr)
        return 2
    print("threads  orders  flushes  per order  at most")
    verdicts = [measure(threads) for threads in BARS]
    return 0 if all(verdicts) else 1


def measure(threads: int) -> bool:
    """Print the flushes per order with so many threads, and tell whether they are few enough."""
    orders = ORDERS_PER_THREAD[threads] * threads
    flushes = count_flushes(threads, orders) - count_flushes(threads, 0)
    ratio = flushes / orders
    print(f"{threads:7}  {orders:6}  {flushes:7}  {ratio:9.3f}  {BARS[threads]:7.2f}")
    return ratio <= BARS[threads]


def count_flushes(threads: int, orders: int) -> int:
    """Return how often a process that accepts so many orders flushes, start and end included."""
    with tempfile.TemporaryDirectory(dir="var", prefix="bench-") as folder:
        report = Path(folder) / "strace.txt"
        trace = ["strace", "-f", "-c", "-e", f"trace={','.join(FLUSHES)}", "-o", str(report)]
        own = [sys.executable, __file__, "--accept", str(threads), str(orders), folder]
        subprocess.run([*trace, *own], check=True)
        rows = [line.split() for line in report.read_text().splitlines()]
    # columns: % time, seconds, usecs/call, calls, perhaps errors, syscall
    return sum(int(row[3]) for row in rows if row and row[-1] in FLUSHES)


def accept_orders(threads: int, orders: int, folder: Path) -> None:
    """Accept orders as the webhook listener does: each thread waits for its commit."""
    logs.configure("error")
    settings = Settings.model_validate(
        {
            "storage": {"path": folder / "wix-printer.db"},
            "printers": {
                "kitchen": {"connection": "tcp://192.0.2.10:9100", "receipts": ["kitchen"]},
                "counter": {
                    "connection": "tcp://192.0.2.11:9100",
                    "receipts": ["driver", "customer"],
                },
            },
        }
    )
    clock = SystemClock()
    database = Database(settings.storage, clock)
    database.open()
    database.writer.start()
    service = OrderService(database, PrintJobs(OfflineQueue(clock), clock), settings, clock)
    events = fresh_events(orders)
    shares = [events[start::threads] for start in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        accepted = sum(pool.map(partial(accept_all, service), shares))
    database.writer.stop()
    database.writer.join(STOP_S)
    database.close()
    if accepted != orders:
        sys.exit(f"only {accepted} of {orders} orders were accepted")


def accept_all(service: OrderService, events: Sequence[OrderEvent]) -> int:
    """Accept one order after the other and return how many of them will be printed."""
    return [service.accept(event).result() for event in events].count(Verdict.PRINT)


def fresh_events(count: int) -> list[OrderEvent]:
    """Return events of so many orders that nobody has heard of."""
    now = datetime.now(UTC)
    envelopes = [samples.shift(samples.load(name), now) for name in SAMPLES]
    return [
        parse(json.dumps(samples.rename(envelope, str(uuid.uuid4()), str(number))).encode())
        for number, envelope in enumerate(islice(cycle(envelopes), count))
    ]


if __name__ == "__main__":
    sys.exit(main())
