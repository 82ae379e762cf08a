"""Counts what may come too often for a line each, and tells of it in one line a minute."""

from __future__ import annotations

import asyncio
from collections import Counter

import structlog

log = structlog.get_logger(__name__)

MINUTE_S = 60.0


class Tally:
    """Counts one kind of event; to be used in one event loop.

    Args:
        event: The name of the line in the journal.
    """

    def __init__(self, event: str) -> None:
        self._event = event
        self._counts: Counter[str] = Counter()

    def count(self, what: str) -> None:
        """Count one more; the first one starts the minute."""
        if not self._counts:
            asyncio.get_running_loop().call_later(MINUTE_S, self.tell)
        self._counts[what] += 1

    def tell(self) -> None:
        """Write down what was counted since the last line."""
        if self._counts:
            log.warning(self._event, counts=dict(self._counts), seconds=MINUTE_S)
        self._counts.clear()
