"""Who asks Wix: a site's API key, or one's own app with its secret key."""

from __future__ import annotations

import errno
import os
import stat
from decimal import Decimal
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

from wix_printer_service.errors import WixKeyError
from wix_printer_service.wix.answers import unusable
from wix_printer_service.wix.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from wix_printer_service.clock import Clock
    from wix_printer_service.settings import Wix

TOKEN_LASTS_S = 14_400.0
"""Source: skills/wix-headless/references/stripe/AUTHENTICATION.md of github.com/wix/skills."""
MARGIN_S = 300.0
"""A token is renewed so long before its end,"""
MARGIN_SHARE = 0.1
"""but not before this last share of its life."""

MOST_KEY_BYTES = 64_000
"""A larger file is not one with a key."""


class Credentials(Protocol):
    """Who asks Wix."""

    name: str
    """What a person looks at when Wix does not accept it."""

    @property
    def secrets(self) -> Collection[str]:
        """What it was proved with last, and nobody else may see."""
        ...

    def headers(self) -> dict[str, str]:
        """Return what proves it.

        Raises:
            WixKeyError: A file or setting is not as it should be.
            WixUnavailableError: Wix had to be asked for a token, and gave none.
        """
        ...

    def forget(self) -> bool:
        """Wix did not accept it; tell whether asking at once with new headers may help."""
        ...


class ApiKey:
    """The API key of a site, as it is; the file is read at every use.

    Source: ApiKeyStrategy of @wix/sdk@1.21.16.
    """

    def __init__(self, file: Path, site_id: str | None) -> None:
        self._file = file
        self._site_id = site_id
        self.secrets: tuple[str, ...] = ()
        self.name = f"the API key in {file} (wix.api_key_file) for the site wix.site_id"

    def headers(self) -> dict[str, str]:
        """Return the key and the site that it is for."""
        key = _secret(self._file, "wix.api_key_file")
        self.secrets = (key,)
        return {
            "Authorization": key,
            "wix-site-id": _one_word(self._site_id, "wix.site_id"),
        }

    def forget(self) -> bool:
        """Tell that there is no other key."""
        return False


class AppToken:
    """A token of one's own app, kept and renewed in time.

    Source: AppStrategy of @wix/sdk@1.21.16: the token is sent as it is.

    Args:
        settings: The app, its secret key and where it is installed.
        clock: Its monotonic time tells how old a token is.
        ask: Sends a request that needs no token and returns the object that was answered.
    """

    def __init__(
        self, settings: Wix, clock: Clock, ask: Callable[[Request], Mapping[str, Any]]
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._ask = ask
        self._secret = ""
        self._token = ""
        self._renew_at_s = -inf
        self.name = (
            f"the app of wix.app_id and wix.instance_id with the secret key in "
            f"{settings.app_secret_file} (wix.app_secret_file)"
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret key and the token, even one that has had its day."""
        return self._secret, self._token

    def headers(self) -> dict[str, str]:
        """Return the token, a new one if need be."""
        if self._clock.monotonic() >= self._renew_at_s:
            self._renew()
        return {"Authorization": self._token}

    def forget(self) -> bool:
        """Use the token no more: Wix may have ended it before its time."""
        self._renew_at_s = -inf
        return True

    def _renew(self) -> None:
        asked_at_s = self._clock.monotonic()
        told = self._ask(self._request())
        token = told.get("access_token")
        if not isinstance(token, str) or not _is_one_word(token):
            raise unusable("POST /oauth2/token: the answer holds no token")
        lasts_s = _seconds(told.get("expires_in"))
        self._token = token
        self._renew_at_s = asked_at_s + lasts_s - min(MARGIN_S, lasts_s * MARGIN_SHARE)

    def _request(self) -> Request:
        wix = self._settings
        self._secret = _secret(wix.app_secret_file, "wix.app_secret_file")
        body = {
            "grant_type": "client_credentials",
            "client_id": _one_word(wix.app_id, "wix.app_id"),
            "client_secret": self._secret,
            "instance_id": _one_word(wix.instance_id, "wix.instance_id"),
        }
        return Request("POST", "/oauth2/token", body)


def _seconds(value: object) -> float:
    """Return how long a token lasts; what makes no sense lasts as long as usual."""
    if isinstance(value, int | Decimal) and 0 < value <= TOKEN_LASTS_S:
        return float(value)
    return TOKEN_LASTS_S


def _secret(file: Path | None, setting: str) -> str:
    if file is None:
        raise WixKeyError(f"{setting} is not set")
    try:
        text = _content(file).decode("utf-8-sig").strip()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WixKeyError(f"{file} ({setting}) cannot be read: {reason}") from error
    except ValueError:  # it is no text
        text = ""  # the reason would quote what is in there
    if not _is_one_word(text):
        raise WixKeyError(f"{file} ({setting}) should hold one line with the key, nothing else")
    return text


def _content(file: Path) -> bytes:
    """Return what a regular file holds, without waiting: a pipe is opened when somebody writes."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        content = os.read(descriptor, MOST_KEY_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(content) > MOST_KEY_BYTES:
        raise OSError(errno.EFBIG, "it is too large for a file with a key")
    return content


def _one_word(text: str | None, setting: str) -> str:
    word = (text or "").strip()
    if not word:
        raise WixKeyError(f"{setting} is not set: Wix does not answer without it")
    if not _is_one_word(word):
        raise WixKeyError(f"{setting} should be one word as Wix shows it")
    return word


def _is_one_word(text: str) -> bool:
    """Tell whether a text can be sent as a header: visible ASCII, without spaces."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text
