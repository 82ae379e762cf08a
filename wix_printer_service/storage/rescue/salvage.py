"""At every start: a damaged database is set aside, and a new one holds what could be read of it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import structlog

from wix_printer_service.storage.migrations import migrate
from wix_printer_service.storage.rescue.carrying import carry_over
from wix_printer_service.storage.rescue.inspection import damage_of, written_version
from wix_printer_service.storage.rescue.mending import mend
from wix_printer_service.storage.rescue.pages import Pages
from wix_printer_service.storage.rescue.set_aside import clear_up, declare_finished, unfinished

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from wix_printer_service.clock import Clock

log = structlog.get_logger(__name__)


def make_sound(path: Path, clock: Clock, busy_timeout_s: float, *, used_before: bool) -> None:
    """See to it that the file at ``path`` is sound, or new.

    Args:
        path: The database file.
        clock: Says when it was set aside.
        busy_timeout_s: How long to wait for a lock that another program holds.
        used_before: Whether a daemon has worked on it.

    Raises:
        DatabaseRefusedError: It is that of another program or of a newer version.
        OSError: The disk does not take a new database.
        sqlite3.Error: It cannot be looked at now, or there is no room for a new one.
    """
    for name in clear_up(path):
        log.critical("damaged_database_set_aside", set_aside=name, by="an earlier start")
    damage = damage_of(path, busy_timeout_s, used_before=used_before)
    if not damage:
        return
    log.critical("database_damaged", path=str(path), damage=damage)
    now = clock.now()
    with Pages(path) as pages:
        _make_new(unfinished(path), pages, now)
    declare_finished(path, now)
    for name in clear_up(path):
        log.critical("damaged_database_set_aside", set_aside=name)


def _make_new(path: Path, pages: Pages, now: datetime) -> None:
    """Make a database of the same version with all that can be read, whole or not at all."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    with closing(sqlite3.connect(path, isolation_level=None)) as new:
        new.execute("PRAGMA auto_vacuum = INCREMENTAL")
        new.execute("PRAGMA synchronous = FULL")
        migrate(new, up_to=written_version(pages))
        new.execute("BEGIN IMMEDIATE")
        tally = carry_over(pages, new)
        lost_tickets = mend(new, now.isoformat(timespec="milliseconds"))
        new.execute("COMMIT")
    log.critical(
        "database_salvaged",
        saved=dict(tally.saved),
        lost_rows=dict(tally.lost_rows),
        lost_pages=dict(tally.lost_pages),
        lost_unfinished_tickets=lost_tickets,
    )
