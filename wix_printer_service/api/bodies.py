"""Bodies on their way: each has its time, and when all together take too much, the largest goes."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class CutOffError(Exception):
    """A body had to make room for others."""


class Body:
    """One body on its way.

    Args:
        deadline: Of the block in which it is read.
    """

    def __init__(self, deadline: asyncio.Timeout) -> None:
        self.data = bytearray()
        self.is_kept = False
        """It is whole and being looked at, so it is not cut off any more."""
        self.was_cut = False
        self._deadline = deadline

    def keep(self) -> None:
        """Say that it is whole and its turn has come: its time has no end any more.

        Raises:
            CutOffError: It has just been cut.
        """
        if self.was_cut:
            raise CutOffError
        self.is_kept = True
        self._end_at(None)

    def cut(self) -> None:
        """Give its memory back now, and end the block in which it is read."""
        self.was_cut = True
        self.data = bytearray()
        self._end_at(asyncio.get_running_loop().time())

    def _end_at(self, moment: float | None) -> None:
        if not self._deadline.expired():
            self._deadline.reschedule(moment)


class Bodies:
    """All bodies on their way; to be used in one event loop.

    Args:
        most_bytes: They may take this much memory together.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._on_their_way: set[Body] = set()

    @asynccontextmanager
    async def arriving(self, timeout_s: float) -> AsyncIterator[Body]:
        """Lend a body to be filled.

        Raises:
            TimeoutError: It was not whole in time.
            CutOffError: It had to make room for others.
        """
        async with asyncio.timeout(timeout_s) as deadline:
            body = Body(deadline)
            self._on_their_way.add(body)
            try:
                yield body
            except asyncio.CancelledError:
                if body.was_cut:
                    raise CutOffError from None
                raise
            finally:
                self._on_their_way.discard(body)
                body.data = bytearray()  # an error's traceback may hold the body for a while

    def add(self, body: Body, piece: bytes) -> None:
        """Put what has arrived to a body.

        Raises:
            CutOffError: There is no room for it.
        """
        body.data += piece
        while self._total() > self._most_bytes and self._cut_largest():
            pass
        if body.was_cut:
            raise CutOffError

    def _total(self) -> int:
        return sum(len(body.data) for body in self._on_their_way)

    def _cut_largest(self) -> bool:
        loose = [body for body in self._on_their_way if body.data and not body.is_kept]
        if loose:
            max(loose, key=lambda body: len(body.data)).cut()
        return bool(loose)
