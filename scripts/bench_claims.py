"""Compares what taking and settling an item costs with few and with very many waiting.

Both backlogs are measured in turn in one run, so that the ratio holds on a noisy machine.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from wix_printer_service import logs
from wix_printer_service.clock import SystemClock
from wix_printer_service.models import ItemState, Priority
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.settings import Storage
from wix_printer_service.storage.database import Database

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

LANE = "print:kitchen"
FEW, MANY = 100, 200_000
ROUNDS = 15
ITEMS_PER_ROUND = 40
BAR = 1.2
"""Most that claiming and settling may cost with MANY waiting, in terms of its cost with FEW."""
STOP_S = 10.0


def main() -> int:
    """Measure both and return 0 if the ratio is within its bar."""
    logs.configure("error")
    queue = OfflineQueue(SystemClock())
    with backlog(queue, FEW) as few, backlog(queue, MANY) as many:
        pairs = [(take_some(queue, few), take_some(queue, many)) for _ in range(ROUNDS)]
    ratio = statistics.median(with_many / with_few for with_few, with_many in pairs)
    print(f"claim and settle with {MANY} waiting / with {FEW}: {ratio:.2f}  (at most {BAR})")
    return 0 if ratio <= BAR else 1


@contextmanager
def backlog(queue: OfflineQueue, waiting: int) -> Iterator[Database]:
    """Lend a database in which so many items wait."""
    with tempfile.TemporaryDirectory(dir="var", prefix="bench-") as folder:
        database = Database(Storage(path=Path(folder) / "queue.db"), SystemClock())
        database.open()
        database.writer.start()
        database.write(lambda transaction: put(queue, transaction, waiting))
        yield database
        database.writer.stop()
        database.writer.join(STOP_S)
        database.close()


def put(queue: OfflineQueue, transaction: sqlite3.Connection, count: int) -> None:
    """Let so many items wait, of all priorities."""
    priorities = list(Priority)
    for subject in range(count):
        queue.put(transaction, LANE, subject, priorities[subject % len(priorities)])


def take_some(queue: OfflineQueue, database: Database) -> float:
    """Return the median seconds of claiming and settling, each committed; the backlog stays."""
    seconds = []
    for _ in range(ITEMS_PER_ROUND):
        began = time.perf_counter()
        item = database.write(lambda transaction: queue.claim(transaction, LANE))
        if item is None:
            sys.exit("the backlog is gone")
        database.write(
            lambda transaction, subject=item.subject: queue.settle(
                transaction, LANE, subject, ItemState.CLAIMED, ItemState.DONE
            )
        )
        seconds.append(time.perf_counter() - began)
        again = item.subject + MANY
        database.write(lambda t, s=again, p=item.priority: queue.put(t, LANE, s, p))
    return statistics.median(seconds)


if __name__ == "__main__":
    sys.exit(main())
