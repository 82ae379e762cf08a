"""Who may ask: any API key (or certain ones) with a site, or a token that was given out here.

Source: ``@wix/sdk`` 1.21.16 (``ApiKeyAuthStrategy``, ``AppStrategy``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wix_printer_service.simulation.stand_in import shapes
from wix_printer_service.simulation.stand_in.faults import TOKEN_LIFETIME_S
from wix_printer_service.simulation.stand_in.refusals import (
    FORBIDDEN,
    UNAUTHORIZED,
    RefusedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from wix_printer_service.clock import Clock
    from wix_printer_service.simulation.stand_in.faults import Faults

BEGINNING = "OauthNG.stand-in."
"""Of every token, so that an old one is not taken for a key."""


class Access:
    """Gives out tokens and looks at what requests carry.

    Args:
        clock: Tells how old a token is.
        faults: May let tokens end early.
        keys: API keys, or secrets of an app, that are taken; None takes any.
    """

    def __init__(
        self, clock: Clock, faults: Callable[[], Faults], keys: Collection[str] | None
    ) -> None:
        self._clock = clock
        self._faults = faults
        self._keys = keys
        self._given_out: dict[str, float] = {}

    def token(self, _ids: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Answer ``POST /oauth2/token``.

        Raises:
            RefusedError: The request is not right, or the secret is not.
        """
        asked = shapes.read(shapes.TokenRequest, body)
        if self._keys is not None and asked.client_secret not in self._keys:
            raise RefusedError(UNAUTHORIZED, "invalid_client")
        token = f"{BEGINNING}{len(self._given_out) + 1}"
        self._given_out[token] = self._clock.monotonic()
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LIFETIME_S),
        }

    def check(self, headers: Mapping[str, str]) -> None:
        """Let a request through.

        Raises:
            RefusedError: It carries no key, one that is not taken, or no site.
        """
        key = headers.get("authorization", "").removeprefix("Bearer ").strip()
        if key.startswith(BEGINNING):
            given_out_s = self._given_out.get(key)
            if given_out_s is None or self._age_s(given_out_s) >= self._faults().tokens_last_s:
                raise RefusedError(UNAUTHORIZED, "token is not valid (any more)")
            return
        if not key or (self._keys is not None and key not in self._keys):
            raise RefusedError(UNAUTHORIZED, "UNAUTHENTICATED: no valid key")
        if not headers.get("wix-site-id", "").strip():
            raise RefusedError(FORBIDDEN, "PERMISSION_DENIED: the key needs wix-site-id")

    def _age_s(self, given_out_s: float) -> float:
        return self._clock.monotonic() - given_out_s
