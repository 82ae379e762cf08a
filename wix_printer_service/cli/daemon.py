"""``run``, ``init-db`` and ``version``."""

from __future__ import annotations

from wix_printer_service.cli.common import ConfigFile, require_words, settings_from
from wix_printer_service.clock import SystemClock
from wix_printer_service.version import VERSION


def run(config_file: ConfigFile = None) -> None:
    """Run the daemon until SIGTERM or Ctrl-C."""
    from wix_printer_service import app  # noqa: PLC0415  (heavy; other commands do without)

    settings = settings_from(config_file)
    require_words()
    app.run(settings, SystemClock())


def init_db(config_file: ConfigFile = None) -> None:
    """Make the database, or bring its schema up to date."""
    from wix_printer_service.storage.database import Database  # noqa: PLC0415

    settings = settings_from(config_file)
    database = Database(settings.storage, SystemClock())
    database.open()
    database.close()
    print(f"The database is ready: {settings.storage.path}")


def version() -> None:
    """Say which version this is."""
    print(VERSION)
