"""What is refused: answered with its reason, and logged, as long as it is not too much.

All traffic may come from the one address of a tunnel, so nothing is counted by address.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import structlog
from starlette.responses import PlainTextResponse

from wix_printer_service.api.tally import MINUTE_S, Tally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from wix_printer_service.clock import Clock

log = structlog.get_logger(__name__)

HANG_UP = {"Connection": "close"}
"""This also cuts off what is still being sent: it would be read for ever."""
TOO_MANY = 429


class Refusals:
    """Refuses requests; those over the limit are only counted.

    Args:
        most: So many in a minute are answered with their reason and logged.
    """

    def __init__(self, most: int, clock: Clock) -> None:
        self._clock = clock
        self._moments: deque[float] = deque(maxlen=most)
        self._over_limit = Tally("refusals_over_limit")

    def answer(self, code: int, reason: str, headers: Mapping[str, str] | None = None) -> Response:
        """Return the answer to a request that is refused.

        Args:
            code: HTTP status, unless there are too many.
            reason: For whoever sent it and for the journal.
            headers: To be sent with it.
        """
        now = self._clock.monotonic()
        wait_s = self._wait_s(now)
        if wait_s > 0:
            self._over_limit.count(str(code))
            headers = {**HANG_UP, "Retry-After": str(math.ceil(wait_s))}
            return PlainTextResponse("too many refused requests", TOO_MANY, headers)
        self._moments.append(now)
        log.warning("delivery_refused", code=code, reason=reason)
        return PlainTextResponse(reason, code, {**(headers or {}), **HANG_UP})

    def _wait_s(self, now: float) -> float:
        if len(self._moments) < (self._moments.maxlen or 0):
            return 0.0
        return self._moments[0] + MINUTE_S - now
