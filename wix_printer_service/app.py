"""The composition root: builds everything, starts it in order and stops it in reverse."""

from __future__ import annotations

import os
import resource
from functools import partial
from typing import TYPE_CHECKING

import sdnotify
import structlog

from wix_printer_service.api.access import access_from
from wix_printer_service.api.main import create_status_app, create_webhook_app
from wix_printer_service.api.server import WebServer
from wix_printer_service.backfill import Backfill
from wix_printer_service.backfill_state import BackfillState
from wix_printer_service.connectivity_component import PRINTER_PREFIX
from wix_printer_service.connectivity_monitor import ConnectivityMonitor
from wix_printer_service.connectivity_probes import InternetProbe, WixProbe
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.health import Health
from wix_printer_service.job_changes import lane
from wix_printer_service.job_requests import JobRequests
from wix_printer_service.lifecycle import Supervisor
from wix_printer_service.missing_letters import MissingLetters
from wix_printer_service.models import Receipt
from wix_printer_service.observations import ComponentState
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.order_changes import OrderChanges
from wix_printer_service.order_service import OrderService
from wix_printer_service.print_jobs import PrintJobs
from wix_printer_service.print_manager import PrintWorker, Standby, Station
from wix_printer_service.printing.learnt import file_beside
from wix_printer_service.printing.printer import build_printer, probe
from wix_printer_service.queue_status import QueueWatch
from wix_printer_service.simulation.keys import development_key, public_part
from wix_printer_service.stop_signals import StopSignals
from wix_printer_service.storage.database import Database
from wix_printer_service.tickets import TicketMaker, copies_of, paper_of, receipt_context
from wix_printer_service.version import VERSION
from wix_printer_service.wix.client import WixClient
from wix_printer_service.wix.rate import RateBudget
from wix_printer_service.wix.webhook import Verifier

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

    from wix_printer_service.clock import Clock
    from wix_printer_service.connectivity_component import Change, Component
    from wix_printer_service.printing.printer import Printer
    from wix_printer_service.settings import Settings

log = structlog.get_logger(__name__)

WATCHDOG_SHARE = 0.3
"""How much of systemd's watchdog time passes between two feedings, see sd_watchdog_enabled(3)."""
LONGEST_ROUND_S = 5.0
WIX = "wix"
DEVELOPMENT_KEY_NOTE = (
    "a development key is in use: Wix's own deliveries are refused"
    " until wix.webhook_public_key_file is set"
)


class Daemon:
    """The whole house, from the database to the listeners.

    Raises:
        ConfigurationError: A key or a connection cannot be used.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._notes = _remarks(settings)
        self.database = Database(settings.storage, clock)
        self._queue = OfflineQueue(
            clock,
            max_items=settings.offline_queue.max_items,
            raise_after_s=settings.priorities.raise_after_s,
        )
        self._queue_watch = QueueWatch(self.database, self._queue, settings.offline_queue, clock)
        self._jobs = PrintJobs(self._queue, clock, settings.printing)
        self._changes = OrderChanges(self._jobs, settings, clock)
        self._orders = OrderService(self.database, self._queue, self._jobs, settings, clock)
        self._letters = MissingLetters()
        self._tickets = TicketMaker(
            self.database,
            receipt_context(settings),
            {name: paper_of(printer) for name, printer in settings.printers.items()},
            clock,
            settings.printing.late_after_s,
            {name: copies_of(printer) for name, printer in settings.printers.items()},
            self._letters,
        )
        self.monitor = ConnectivityMonitor(self.database, settings.connectivity, clock)
        self._workers = self._print_workers()
        self._backfill = self._make_backfill(self._watch_internet())
        self.monitor.register_status_listener(self._wake_printer)
        self.monitor.register_status_listener(self._wake_backfill)
        self._verifier = self._make_verifier()
        self._access = access_from(settings, clock)
        self._supervisor = Supervisor(
            clock,
            beat_timeout_s=settings.lifecycle.beat_timeout_s,
            stop_timeout_s=settings.lifecycle.stop_timeout_s,
        )
        self._health = Health(
            self.database,
            clock,
            stale_workers=self._supervisor.stale,
            failing_workers=self._supervisor.failing,
            components=self.monitor.snapshot,
            queue=self._queue_watch,
            backfill=self._backfill_state,
            letters=self._letters,
            notes=self._notes,
            version=VERSION,
            commit_timeout_s=settings.intake.commit_timeout_s,
        )
        listen = settings.listen
        self.webhook_server = self._server("webhook-listener", self._webhook_app, listen.webhook)
        self.status_server = self._server("status-listener", self._status_app, listen.status)

    def start(self) -> None:
        """Open the database, then start the writer, the printers and the listeners.

        Raises:
            PersonNeededError: A person must act, for example because a port is taken.
            StorageError: The database cannot be opened.
        """
        self.database.open()
        self.database.on_commit(self._queue.wake_touched)
        workers = [
            self.database.writer,
            *self.monitor.workers,
            *self._workers,
            self._queue_watch,
            *([self._backfill] if self._backfill else []),
            self.webhook_server,
            self.status_server,
        ]
        try:
            self._supervisor.start(workers)
        except BaseException:
            self.database.close()
            raise
        log.info("started", version=VERSION, printers=list(self._settings.printers))

    def stop(self) -> None:
        """Stop everything in reverse order, within the time that the settings give."""
        self._supervisor.stop()
        self.database.close()
        log.info("stopped")

    def hung_workers(self) -> list[str]:
        """Name the workers that have not beaten lately."""
        return self._supervisor.stale()

    def _print_workers(self) -> list[PrintWorker]:
        components = {name: self._watched(name) for name in self._settings.printers}
        workers = []
        for name, (road, component) in components.items():
            given = self._settings.printers[name]
            backup = None
            if given.backup is not None:
                backup = Standby(given.backup, components[given.backup][1])
            station = Station(name, road, component, given.uncertain == "hold", backup)
            worker = PrintWorker(
                station,
                self.database,
                self._queue,
                self._jobs,
                self._tickets,
                self._settings.printing,
                self._clock,
            )
            workers.append(worker)
        return workers

    def _watched(self, name: str) -> tuple[Printer, Component]:
        """Build the road to a printer, and have the printer watched."""
        abilities = file_beside(self._settings.storage.path)
        printing = self._settings.printing
        road = build_printer(self._settings.printers[name], printing, abilities, name)
        timeout_s = self._settings.connectivity.probe_timeout_s
        component = self.monitor.add(
            f"{PRINTER_PREFIX}{name}",
            partial(probe, road, timeout_s),
            has_work=partial(self._waits, name),
        )
        return road, component

    def _waits(self, printer: str) -> bool:
        """Tell whether work waits for a printer."""
        with self.database.reading() as connection:
            return self._queue.has_work(connection, lane(printer))

    def _watch_internet(self) -> Component:
        """Have the internet and Wix watched; return what is known of Wix."""
        connectivity, wix = self._settings.connectivity, self._settings.wix
        internet = InternetProbe(connectivity) if connectivity.hosts else None
        self.monitor.add("internet", internet)
        probe_wix = WixProbe(wix.api_base, connectivity.probe_timeout_s) if wix.is_askable else None
        return self.monitor.add(WIX, probe_wix)

    def _make_backfill(self, wix: Component) -> Backfill | None:
        """Build what asks Wix for orders, None without a key."""
        settings = self._settings.wix
        if not settings.is_askable:
            return None
        budget = RateBudget(self._clock, settings.requests_per_minute)
        return Backfill(
            self.database,
            self._orders,
            self._settings,
            self._clock,
            connect=partial(WixClient, settings, self._clock, budget),
            on_failure=wix.check_soon,
        )

    def _backfill_state(self) -> BackfillState:
        return BackfillState() if self._backfill is None else self._backfill.state

    def _wake_printer(self, change: Change) -> None:
        if change.component.startswith(PRINTER_PREFIX):
            self._queue.waker(lane(change.component.removeprefix(PRINTER_PREFIX))).set()

    def _wake_backfill(self, change: Change) -> None:
        was_away = change.component == WIX and change.from_state is ComponentState.OFFLINE
        if was_away and self._backfill is not None:
            self._backfill.hurry()

    def _make_verifier(self) -> Verifier:
        path = self._settings.wix.webhook_public_key_file
        if path is None:
            self._notes.append(DEVELOPMENT_KEY_NOTE)
            log.warning("development_key_in_use", remedy="set wix.webhook_public_key_file")
            return Verifier(public_part(development_key(self._settings.storage.path)))
        try:
            return Verifier(path.read_text(encoding="ascii"))
        except (OSError, ValueError) as error:
            message = f"wix.webhook_public_key_file: {path} cannot be read: {error}"
            raise ConfigurationError([message]) from error

    def _server(self, name: str, build: Callable[[], Starlette], address: str) -> WebServer:
        timeout_s = self._settings.lifecycle.stop_timeout_s / 4
        return WebServer(name, build, address, self._clock, timeout_s, self._settings.intake)

    def _webhook_app(self) -> Starlette:
        return create_webhook_app(
            self._verifier, self._orders, self._health, self._settings.intake, self._clock
        )

    def _status_app(self) -> Starlette:
        return create_status_app(
            database=self.database,
            requests=JobRequests(self._queue, self._jobs, self._changes, self._clock),
            queue=self._queue,
            queue_watch=self._queue_watch,
            monitor=self.monitor,
            tickets=self._tickets,
            health=self._health,
            access=self._access,
            settings=self._settings,
            clock=self._clock,
        )


def _remarks(settings: Settings) -> list[str]:
    """Say what an owner may have overlooked; health shows it for as long as it is so."""
    printed = {receipt for printer in settings.printers.values() for receipt in printer.receipts}
    missing = [r for r in (Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER) if r not in printed]
    for receipt in missing:
        log.warning("receipt_without_printer", receipt=receipt)
    return [f"no printer prints {receipt} receipts" for receipt in missing]


def run(settings: Settings, clock: Clock) -> None:
    """Run the daemon until SIGTERM or SIGINT, telling systemd what it needs to know.

    Raises:
        PersonNeededError: It cannot start; the text says what to do.
        StorageError: The database cannot be opened.
    """
    stop = StopSignals()
    _allow_many_connections()
    notifier = sdnotify.SystemdNotifier()
    try:
        while _run_until_stop_or_damage(settings, clock, notifier, stop):
            log.error("starting_again", reason="the database is damaged")
    finally:
        stop.close()


def _run_until_stop_or_damage(
    settings: Settings, clock: Clock, notifier: sdnotify.SystemdNotifier, stop: StopSignals
) -> bool:
    """Run the house; tell whether it must be started again to save what a damaged disk left."""
    stop.hold_back()
    daemon = Daemon(settings, clock)
    daemon.start()
    stop.let_through()
    notifier.notify("READY=1\nSTATUS=taking orders")
    damaged = daemon.database.damaged
    try:
        while not stop.wait(_round_s()) and not damaged.is_set():
            _feed_watchdog(daemon, notifier)
    finally:
        if stop.came:  # at a new start the service goes on
            notifier.notify("STOPPING=1")
        daemon.stop()
    return not stop.came


def _allow_many_connections() -> None:
    """Raise the soft limit of open files to the hard one: a thousand idle strangers are not enough.

    The usual soft limit of 1024 is for programs that watch descriptors by select(2); ours do not.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _round_s() -> float:
    watchdog_us = int(os.environ.get("WATCHDOG_USEC", "0"))
    return (
        min(watchdog_us / 1e6 * WATCHDOG_SHARE, LONGEST_ROUND_S) if watchdog_us else LONGEST_ROUND_S
    )


def _feed_watchdog(daemon: Daemon, notifier: sdnotify.SystemdNotifier) -> None:
    hung = daemon.hung_workers()
    if hung:
        log.error("workers_hang", workers=hung)
    else:
        notifier.notify("WATCHDOG=1")
