"""The composition root: builds everything, starts it in order and stops it in reverse."""

from __future__ import annotations

import os
import resource
import signal
from typing import TYPE_CHECKING

import sdnotify
import structlog

from wix_printer_service.api.access import access_from
from wix_printer_service.api.main import create_status_app, create_webhook_app
from wix_printer_service.api.server import WebServer
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.health import Health
from wix_printer_service.lifecycle import Supervisor
from wix_printer_service.models import Receipt
from wix_printer_service.offline_queue import OfflineQueue
from wix_printer_service.order_service import OrderService
from wix_printer_service.print_jobs import PrintJobs
from wix_printer_service.print_manager import PrintWorker
from wix_printer_service.printing.printer import build_printer
from wix_printer_service.simulation.keys import development_key, public_part
from wix_printer_service.storage.database import Database
from wix_printer_service.tickets import TicketMaker, paper_of, receipt_context
from wix_printer_service.version import VERSION
from wix_printer_service.wix.webhook import Verifier

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

    from wix_printer_service.clock import Clock
    from wix_printer_service.settings import Settings

log = structlog.get_logger(__name__)

STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})
WATCHDOG_SHARE = 0.3
"""How much of systemd's watchdog time passes between two feedings, see sd_watchdog_enabled(3)."""
LONGEST_ROUND_S = 5.0
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
        self._queue = OfflineQueue(clock)
        self._jobs = PrintJobs(self._queue, clock)
        self._orders = OrderService(self.database, self._jobs, settings, clock)
        papers = {name: paper_of(printer) for name, printer in settings.printers.items()}
        self._tickets = TicketMaker(self.database, receipt_context(settings), papers)
        self._printers = [self._print_worker(name) for name in settings.printers]
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
            printers=lambda: [worker.state for worker in self._printers],
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
        workers = [self.database.writer, *self._printers, self.webhook_server, self.status_server]
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

    def _print_worker(self, name: str) -> PrintWorker:
        return PrintWorker(
            name,
            build_printer(self._settings.printers[name], self._settings.printing),
            self.database,
            self._queue,
            self._jobs,
            self._tickets,
            self._settings.printing,
            self._clock,
        )

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
        return WebServer(name, build, address, self._clock, timeout_s)

    def _webhook_app(self) -> Starlette:
        return create_webhook_app(self._verifier, self._orders, self._health, self._settings.intake)

    def _status_app(self) -> Starlette:
        return create_status_app(
            self.database,
            self._jobs,
            self._tickets,
            self._health,
            self._access,
            self._settings,
            self._clock,
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
    # blocked before any thread starts: the signals then wait for sigtimedwait and interrupt nobody
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    _allow_many_connections()
    notifier = sdnotify.SystemdNotifier()
    daemon = Daemon(settings, clock)
    daemon.start()
    notifier.notify("READY=1\nSTATUS=taking orders")
    try:
        while signal.sigtimedwait(STOP_SIGNALS, _round_s()) is None:
            _feed_watchdog(daemon, notifier)
    finally:
        notifier.notify("STOPPING=1")
        daemon.stop()


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
