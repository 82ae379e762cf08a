"""A restaurant: the daemon in one folder over many lives, its printers, Wix, and the books."""

from __future__ import annotations

import signal
import sqlite3
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import yaml

from tests.chaos.daemon import Daemon
from tests.chaos.ledger import Balance, balance
from tests.chaos.tray import Printers
from tests.chaos.wix import CLOCK, RECEIPTS, Wix
from wix_printer_service.models import JobState, Receipt
from wix_printer_service.observations import ComponentState
from wix_printer_service.simulation.keys import public_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from random import Random

    from tests.chaos.ledger import Owed

SETTLE_S = 60.0
LOOK_AGAIN_S = 0.02
TRAY_S = 3.0
GOING_TO_PRINT = (JobState.QUEUED, JobState.SENDING, JobState.UNCERTAIN)
IN_SIGHT = (*GOING_TO_PRINT, JobState.HELD, JobState.DEAD)
PRINTERS: dict[str, dict[str, list[str]]] = {
    "kitchen": {"receipts": [Receipt.KITCHEN.value]},
    "bar": {"receipts": [Receipt.KITCHEN.value], "stations": ["bar"]},
    "counter": {"receipts": [Receipt.CUSTOMER.value]},
    "car": {"receipts": [Receipt.DRIVER.value]},
}
"""What a printer of this name prints."""
QUICK: dict[str, dict[str, Any]] = {
    "storage": {"wal_size_bytes": 1_000_000},
    "connectivity": {"hosts": [], "portal_check_url": None, "breaker_max_s": 2.0},
    "printing": {
        "connect_timeout_s": 1.0,
        "stall_timeout_s": 2.0,
        "answer_timeout_s": 0.5,
        "confirm_timeout_s": 3.0,
        "close_timeout_s": 0.2,
        "retry_initial_s": 0.2,
        "retry_max_s": 1.0,
        "max_attempts": 50,
    },
}
"""The same daemon with shorter pauses, so that a round takes seconds."""


class BrokenPromiseError(Exception):
    """Something that a scenario asserts does not hold; the text says what was seen."""


def demand(holds: object, what: str) -> None:
    """Raise ``BrokenPromiseError`` unless ``holds``."""
    if not holds:
        raise BrokenPromiseError(what)


def pause(seconds: float) -> None:
    """Let time pass; nothing is waited for, a fault is just given its time."""
    CLOCK.wait(threading.Event(), seconds)


def wait_until(holds: Callable[[], object], what: str, timeout_s: float = SETTLE_S) -> float:
    """Look again and again until ``holds()``; return how long that took."""
    began_s = CLOCK.monotonic()
    while not holds():
        demand(CLOCK.monotonic() - began_s < timeout_s, f"not within {timeout_s:g} s: {what}")
        pause(LOOK_AGAIN_S)
    return CLOCK.monotonic() - began_s


class House:
    """Lives as long as one scenario.

    Args:
        folder: The scenario's own.
        random: Its chance.
        private_key: What Wix signs with.
        prefix: What to start the daemon with.
        site: Where guests order, if not at one that only delivers.
        settings: Sections of the configuration that differ.
    """

    def __init__(
        self,
        folder: Path,
        random: Random,
        private_key: str,
        *,
        printers: Printers | None = None,
        prefix: tuple[str, ...] = (),
        site: Wix | None = None,
        **settings: dict[str, Any],
    ) -> None:
        self.folder = folder
        self.database_folder = folder / "data"
        self.database_folder.mkdir(exist_ok=True)
        self.printers = printers or Printers(folder, ("kitchen", "counter"))
        self.wix = site or Wix(random, private_key, lambda: self.address)
        self.daemon: Daemon | None = None
        self.address: str | None = None
        """Where Wix can deliver, None while it cannot."""
        self._lives = 0
        self._prefix = prefix
        self._settings = settings
        (folder / "wix.pem").write_text(public_part(private_key), "ascii")

    @property
    def database(self) -> Path:
        """The daemon's database."""
        return self.database_folder / "wix-printer.db"

    # --- the daemon's lives ---------------------------------------------------------------------

    def start(self, **environment: str) -> None:
        """Start the daemon and wait until it takes orders."""
        daemon = self.spawn(**environment)
        ready = daemon.wait_until_ready()
        demand(ready, f"the daemon did not start:\n{daemon.last_words()}")
        self.open_for_wix()

    def spawn(self, **environment: str) -> Daemon:
        """Start the daemon and do not wait for it."""
        self._lives += 1
        config = self.folder / "config.yaml"
        config.write_text(yaml.safe_dump(self._configuration()), "utf-8")
        self.daemon = Daemon(self.folder, config, self._lives, self._prefix, **environment)
        return self.daemon

    def open_for_wix(self) -> dict[str, str]:
        """Tell Wix where the daemon that is ready listens."""
        addresses = self.running.addresses()
        self.address = addresses.get("webhook-listener")
        return addresses

    @property
    def running(self) -> Daemon:
        """The daemon of now."""
        demand(self.daemon, "no daemon runs")
        assert self.daemon is not None
        return self.daemon

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End the daemon, however it is, and return its status."""
        self.address = None
        daemon, self.daemon = self.running, None
        return daemon.end(number)

    def logs(self) -> list[Path]:
        """Return what it logged in all its lives."""
        return sorted(self.folder.glob("log-*.txt"))

    def close(self) -> None:
        """End the daemon if one runs."""
        if self.daemon is not None:
            self.end(signal.SIGKILL)

    def _configuration(self) -> dict[str, Any]:
        kinds = dict(PRINTERS)
        if "counter" not in self.printers:
            kinds["kitchen"] = {"receipts": [Receipt.KITCHEN.value, Receipt.CUSTOMER.value]}
        content: dict[str, Any] = {
            "listen": {"webhook": "127.0.0.1:0", "status": "127.0.0.1:0"},
            "wix": {"webhook_public_key_file": str(self.folder / "wix.pem")},
            "printers": {
                name: {"connection": printer.connection, **kinds[name]}
                for name, printer in self.printers.items()
                if name in kinds
            },
        }
        content = _merged(_merged(content, QUICK), self._settings)
        content["storage"]["path"] = str(self.database)
        return content

    # --- the books ------------------------------------------------------------------------------

    def read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the daemon's database, as a tool from outside may."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    def jobs(self, *states: JobState) -> set[Owed]:
        """Return what jobs in these states are about."""
        rows = self.read(
            "SELECT o.number, j.receipt FROM print_jobs j JOIN orders o ON o.id = j.order_id"
            f" WHERE j.state IN ({', '.join('?' * len(states))})",
            *states,
        )
        return {(number, Receipt(receipt)) for number, receipt in rows}

    def state_of(self, component: str) -> ComponentState | None:
        """Return how the daemon last found a printer or the internet, None if it never looked."""
        rows = self.read(
            "SELECT to_state FROM connectivity_events WHERE component = ? ORDER BY id DESC LIMIT 1",
            component,
        )
        return ComponentState(rows[0][0]) if rows else None

    def waits_at(self, printer: str) -> bool:
        """Tell whether something is going to be printed there."""
        places = ", ".join("?" * len(GOING_TO_PRINT))
        query = f"SELECT 1 FROM print_jobs WHERE printer = ? AND state IN ({places}) LIMIT 1"
        return bool(self.read(query, printer, *GOING_TO_PRINT))

    def delays_s(self, printer: str, since_s: float) -> list[float]:
        """Return for each ticket of an order taken in after ``since_s`` how long that took it."""
        at_s = {t.number: t.at_s for t in reversed(self.printers[printer].tickets())}
        debts = [d for d in self.wix.ledger.acknowledged() if (d.acknowledged_at_s or 0) > since_s]
        return [at_s[d.number] - (d.acknowledged_at_s or 0) for d in debts if d.number in at_s]

    def traces(self, owed: Iterable[Owed]) -> str:
        """Tell what the daemon and the trays know of the first of these, for whoever searches."""
        number, _ = first = min(owed)
        history = self.read(
            "SELECT h.at, j.printer, h.to_state, h.why FROM job_history h"
            " JOIN print_jobs j ON j.id = h.job_id JOIN orders o ON o.id = j.order_id"
            " WHERE o.number = ? AND j.receipt = ? ORDER BY h.id",
            *first,
        )
        debt = [debt for debt in self.wix.ledger.acknowledged() if debt.number == number]
        papers = [ticket for ticket in self.printers.tickets() if ticket.number == number]
        facts = [*debt, *papers, *history, self.running.last_words()]
        return "\n      ".join([f"{sorted(owed)[:6]}, and of the first:", *map(str, facts)])

    def settle(self, timeout_s: float = SETTLE_S) -> Balance:
        """Wait until nothing is going to be printed any more, then draw the balance."""
        self.wait(lambda: not self.jobs(*GOING_TO_PRINT), "every job is settled", timeout_s)
        end_s = CLOCK.monotonic() + TRAY_S
        while (drawn := self.balance()).lost and CLOCK.monotonic() < end_s:
            pause(LOOK_AGAIN_S)
        return drawn

    def balance(self) -> Balance:
        """Hold the ledger against the trays and against what waits in sight."""
        debts = self.wix.ledger.acknowledged()
        called_off = self.wix.ledger.called_off()
        return balance(debts, self.printers.tickets(), self.jobs(*IN_SIGHT), called_off)

    def serve_a_fresh_order(self) -> float:
        """Have an order delivered and printed; return how long that took."""
        began_s = CLOCK.monotonic()
        number = self.wix.place()
        self.wait(lambda: self.is_acknowledged(number), f"{number} is taken in")
        self.wait_for_paper(number)
        return CLOCK.monotonic() - began_s

    def wait_for_paper(self, number: str) -> float:
        """Wait until all of an order's tickets lie there; return how long that took."""
        return self.wait(lambda: self.is_on_paper(number), f"{number} is on every paper")

    def wait(self, holds: Callable[[], object], what: str, timeout_s: float = SETTLE_S) -> float:
        """Wait while the daemon lives until ``holds()``; return how long that took."""
        process = self.running.process

        def is_over() -> object:
            demand(process.poll() is None, f"it ended by itself with status {process.poll()}")
            return holds()

        try:
            return wait_until(is_over, what, timeout_s)
        except BrokenPromiseError as error:
            jobs = self.read("SELECT printer, state, count(*) FROM print_jobs GROUP BY 1, 2")
            facts = f"answers: {dict(self.wix.answers)}; jobs: {jobs}"
            raise BrokenPromiseError(f"{error}; {facts}\n{self.running.last_words()}") from error

    def is_acknowledged(self, number: str) -> bool:
        """Tell whether an order was answered with 200, delivering it again if need be."""
        self.wix.deliver_again()
        return any(debt.number == number for debt in self.wix.ledger.acknowledged())

    def is_on_paper(self, number: str) -> bool:
        """Tell whether all of an order's tickets lie whole in some tray."""
        found = {t.receipt for t in self.printers.tickets() if t.number == number and t.is_whole}
        return set(RECEIPTS) <= found


def _merged(settings: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Return the settings with more of them put in, section by section."""
    both = {
        key: _merged(settings[key], value) if isinstance(value, dict) else value
        for key, value in more.items()
        if key in settings
    }
    return {**settings, **more, **both}


@contextmanager
def open_house(house: House) -> Iterator[House]:
    """Switch the printers on; end everything whatever happens."""
    with house.printers:
        try:
            yield house
        finally:
            house.close()
