"""Asking Wix: by whom, how often in a row, and with which pauses."""

from __future__ import annotations

from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING, Any, TypeVar

import tenacity

from wix_printer_service.errands import rest
from wix_printer_service.errors import (
    WixKeyError,
    WixRefusedError,
    WixThrottledError,
    WixUnavailableError,
)
from wix_printer_service.observations import Cause
from wix_printer_service.web import host_of
from wix_printer_service.wix import answers
from wix_printer_service.wix.answers import NotAcceptedError, Told
from wix_printer_service.wix.credentials import ApiKey, AppToken
from wix_printer_service.wix.exchange import Exchange, NotSentError, Request

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from wix_printer_service.clock import Clock
    from wix_printer_service.errands import Waiter
    from wix_printer_service.settings import Wix
    from wix_printer_service.wix.credentials import Credentials
    from wix_printer_service.wix.rate import RateBudget

T = TypeVar("T")

LEAST_SHARE = 0.75
"""A pause is shortened by chance to no less than this share, so that not all come back at once."""


class Asking:
    """Asks Wix and repeats what may be repeated.

    Args:
        settings: Where Wix is, the keys and the limits.
        clock: Pauses go by it.
        budget: How often all together may ask.
        waiter: Beats while it takes time; told to stop, everything ends at once.
        random: Where chance comes from.
    """

    def __init__(
        self,
        settings: Wix,
        clock: Clock,
        budget: RateBudget,
        waiter: Waiter,
        random: Random | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._budget = budget
        self._waiter = waiter
        self._random = random or SystemRandom()
        self._exchange = Exchange(settings, waiter)
        self._credentials = self._choose()
        self._growing = tenacity.wait_exponential(settings.retry_initial_s, settings.retry_max_s)

    def ask(self, request: Request, read: Callable[[Told], T]) -> T:
        """Return what ``read`` makes of Wix's answer; it may call an answer unusable.

        Raises:
            WixUnavailableError: No usable answer; later there may be one.
            WixKeyError: A person has to look at the key.
            WixRefusedError: Wix says no.
        """
        headers = self._credentials.headers()
        try:
            return self._repeat(request, headers, read)
        except NotAcceptedError:  # nothing was carried out
            if not self._credentials.forget():
                raise
        return self._repeat(request, self._credentials.headers(), read)

    def close(self) -> None:
        """Break off what is on its way."""
        self._exchange.close()

    def _choose(self) -> Credentials:
        wix = self._settings
        if wix.api_key_file is not None:
            return ApiKey(wix.api_key_file, wix.site_id)
        return AppToken(wix, self._clock, self._ask_for_token)

    def _ask_for_token(self, request: Request) -> dict[str, Any]:
        try:
            return self._repeat(request, {}, lambda told: told.content)
        except WixRefusedError as error:
            text = f"Wix gives no token to {self._credentials.name}: {error}"
            raise WixKeyError(text) from error

    def _repeat(self, request: Request, headers: dict[str, str], read: Callable[[Told], T]) -> T:
        retrying = tenacity.Retrying(
            stop=tenacity.stop_any(
                tenacity.stop_after_attempt(self._settings.max_attempts),
                tenacity.stop_when_event_set(self._waiter.stopping),
            ),
            wait=self._pause_s,
            retry=tenacity.retry_if_exception(partial(self._may_repeat, request)),
            sleep=self._rest,
            reraise=True,
        )
        told: T = retrying(self._once, request, headers, read)
        return told

    def _once(self, request: Request, headers: dict[str, str], read: Callable[[Told], T]) -> T:
        if self._waiter.stopping.is_set() or not self._budget.take(self._waiter):
            raise NotSentError("not asked, as this program ends", Cause.NOT_CHECKED)
        answer = self._exchange.send(request, headers)
        host = host_of(self._settings.api_base) or self._settings.api_base
        name, secrets = self._credentials.name, self._credentials.secrets
        return read(answers.read(answer, request, host, name, secrets))

    def _may_repeat(self, request: Request, error: BaseException) -> bool:
        if not isinstance(error, WixUnavailableError):
            return False
        if (error.retry_after_s or 0.0) > self._settings.retry_max_s:
            return False
        return request.is_repeatable or isinstance(error, NotSentError | WixThrottledError)

    def _rest(self, seconds: float) -> None:
        rest(self._clock, self._waiter, seconds)

    def _pause_s(self, state: tenacity.RetryCallState) -> float:
        pause_s = self._growing(state) * self._random.uniform(LEAST_SHARE, 1.0)
        error = state.outcome and state.outcome.exception()
        asked_s = error.retry_after_s if isinstance(error, WixUnavailableError) else None
        return max(pause_s, asked_s or 0.0)
