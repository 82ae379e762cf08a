"""How long items have waited for their turn while their lane was being served."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

STEPS = 20
"""Ages are known to this part of the waiting time, so that little needs to be remembered."""


@dataclass(frozen=True, slots=True)
class Span:
    """Items by their ids, which are their ages: after one, up to and with another."""

    after_id: int
    last_id: int


class LaneAgeing:
    """The clock of one lane, which runs only while the lane is served.

    It lives in memory: after a restart everything waits anew.
    """

    def __init__(self, raise_after_s: float) -> None:
        self._raise_after_s = raise_after_s
        self._served_s = 0.0
        self._waiting: deque[tuple[float, Span]] = deque()
        self._last_id = 0

    def served(self, seconds: float, newest_id: int) -> list[Span]:
        """Note that the lane was served, and return what has waited long enough to rise.

        Args:
            seconds: For how long, since the last call.
            newest_id: The newest item that there is now.
        """
        self._served_s += seconds
        self._see(newest_id)
        due = []
        while self._waiting and self._waiting[0][0] + self._raise_after_s <= self._served_s:
            due.append(self._waiting.popleft()[1])
        return due

    def wait_again(self, span: Span) -> None:
        """Let items that rose wait for the next rise."""
        self._waiting.append((self._served_s, span))

    def join(self, first_id: int, last_id: int) -> None:
        """Let items wait that are older than they seem here: put back, or from another lane."""
        last_id = min(last_id, self._last_id)  # the newer ones are yet to be seen
        is_known = any(s.after_id < first_id and last_id <= s.last_id for _, s in self._waiting)
        if first_id <= last_id and not is_known:
            self.wait_again(Span(first_id - 1, last_id))

    def _see(self, newest_id: int) -> None:
        if newest_id <= self._last_id:
            return
        since, fresh = self._served_s, Span(self._last_id, newest_id)
        self._last_id = newest_id
        if self._waiting:
            earlier, last = self._waiting[-1]
            is_recent = since - earlier < self._raise_after_s / STEPS
            if is_recent and last.last_id == fresh.after_id:
                self._waiting.pop()
                since, fresh = earlier, Span(last.after_id, newest_id)
        self._waiting.append((since, fresh))
