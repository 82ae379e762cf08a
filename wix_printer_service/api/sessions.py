"""Values of session cookies, signed and dated, so that nothing needs to be kept of a session."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wix_printer_service.clock import Clock

NONCE_BYTES = 16


class Sessions:
    """Makes and checks cookie values of the form ``EXPIRY.NONCE.SIGNATURE``.

    Args:
        secret: What signatures are made with; another secret ends all sessions.
        session_s: How long a session lasts.
    """

    def __init__(self, secret: bytes, session_s: float, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock
        self.session_s = session_s

    def start(self) -> str:
        """Return the cookie value of a new session."""
        expiry = int(self._clock.now().timestamp() + self.session_s)
        body = f"{expiry}.{secrets.token_urlsafe(NONCE_BYTES)}"
        return f"{body}.{self._signature('session', body)}"

    def is_valid(self, value: str) -> bool:
        """Tell whether a cookie value is one of ours and has not expired."""
        body, _, signature = value.rpartition(".")
        if not is_same(signature, self._signature("session", body)):
            return False
        return int(body.partition(".")[0]) > self._clock.now().timestamp()

    def form_token(self, value: str) -> str:
        """Return what forms must carry in the session with that cookie value."""
        return self._signature("form", value)

    def _signature(self, purpose: str, text: str) -> str:
        message = f"{purpose}:{text}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()


def is_same(one: str, other: str) -> bool:
    """Compare two secrets in a time that does not tell how nearly they match."""
    return hmac.compare_digest(one.encode(), other.encode())
