"""Who asks Wix: a site's API key, or one's own app with its secret key."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from wix_printer_service.errors import WixKeyError
from wix_printer_service.wix.answers import unusable
from wix_printer_service.wix.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from wix_printer_service.clock import Clock
    from wix_printer_service.settings import Wix

TOKEN_LASTS_S = 14_400.0
"""Source: skills/wix-headless/references/stripe/AUTHENTICATION.md of github.com/wix/skills."""
MARGIN_S = 300.0
"""A token is renewed so long before its end,"""
MARGIN_SHARE = 0.1
"""but not before this last share of its life."""


class Credentials(Protocol):
    """Who asks Wix."""

    name: str
    """What a person looks at when Wix does not accept it."""

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
        self.name = f"the API key in {file} (wix.api_key_file) for the site wix.site_id"

    def headers(self) -> dict[str, str]:
        """Return the key and the site that it is for."""
        return {
            "Authorization": _secret(self._file, "wix.api_key_file"),
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
        self._token = ""
        self._renew_at_s = 0.0
        self.name = (
            f"the app of wix.app_id and wix.instance_id with the secret key in "
            f"{settings.app_secret_file} (wix.app_secret_file)"
        )

    def headers(self) -> dict[str, str]:
        """Return the token, a new one if need be."""
        if not self._token or self._clock.monotonic() >= self._renew_at_s:
            self._renew()
        return {"Authorization": self._token}

    def forget(self) -> bool:
        """Throw the token away: Wix may have ended it before its time."""
        self._token = ""
        return True

    def _renew(self) -> None:
        self._token = ""
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
        body = {
            "grant_type": "client_credentials",
            "client_id": _one_word(wix.app_id, "wix.app_id"),
            "client_secret": _secret(wix.app_secret_file, "wix.app_secret_file"),
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
        text = file.read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WixKeyError(f"{file} ({setting}) cannot be read: {reason}") from error
    except ValueError:  # it is no text
        text = ""  # the reason would quote what is in there
    if not _is_one_word(text):
        raise WixKeyError(f"{file} ({setting}) should hold one line with the key, nothing else")
    return text


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
