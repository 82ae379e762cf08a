"""What every part of the tests may ask for: a clock set by hand, a real database, a key."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import hypothesis
import pytest
import structlog
from joserfc.jwk import RSAKey

from wix_printer_service.settings import Storage
from wix_printer_service.storage import writer
from wix_printer_service.storage.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# the same examples on every run and every machine
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("steady")

STOP_S = 10.0
KEY_BITS = 2048


class FakeClock:
    """A clock that stands still until it is moved; waiting on it moves it and takes no time."""

    def __init__(self, now: datetime) -> None:
        self._lock = threading.Lock()
        self._now = now
        self._monotonic_s = 1000.0

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def monotonic(self) -> float:
        with self._lock:
            return self._monotonic_s

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        if not event.is_set():
            self.advance(timeout_s)
        return event.is_set()

    def advance(self, seconds: float) -> None:
        """Let time pass, on the wall and in the machine."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
            self._monotonic_s += seconds

    def set_wall(self, now: datetime) -> None:
        """Set the wall clock alone, as a Pi without a battery does when it finds a time server."""
        with self._lock:
            self._now = now


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Give the test runner its own logging back, whatever a command set up."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def fake_clock() -> FakeClock:
    """A clock at 18:00 UTC on the evening of the sample orders."""
    return FakeClock(datetime(2026, 11, 20, 18, 0, tzinfo=UTC))


@pytest.fixture
def database(
    tmp_path: Path, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A real database in ``tmp_path`` with its writer at work."""
    monkeypatch.setattr(writer, "IDLE_S", 0.02)  # an idle writer notices the end of a test sooner
    opened = Database(Storage(path=tmp_path / "wix-printer.db", wal_size_bytes=0), fake_clock)
    opened.open()
    opened.writer.start()
    yield opened
    opened.writer.stop()
    assert opened.writer.join(STOP_S)
    opened.close()


@pytest.fixture(scope="session")
def private_key() -> str:
    """A private key, PEM, as the development key is."""
    return RSAKey.generate_key(KEY_BITS).as_pem(private=True).decode("ascii")
