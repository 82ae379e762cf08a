"""Asks the running daemon, or, where that is enough, looks into its database."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import requests

from wix_printer_service.api.program_token import program_token_file
from wix_printer_service.api.status_models import OUR_COMMAND
from wix_printer_service.errors import DaemonUnreachableError, PersonNeededError
from wix_printer_service.storage.read_only import read_only
from wix_printer_service.version import VERSION

if TYPE_CHECKING:
    import sqlite3

    from wix_printer_service.settings import Settings

ANSWER_TIMEOUT_S = 10.0
UNHEALTHY = 503


class RefusedError(PersonNeededError):
    """The daemon said no."""


class DaemonClient:
    """Speaks with the daemon's status listener."""

    def __init__(self, settings: Settings) -> None:
        self._base = f"http://{settings.listen.status}"
        self._headers = {"User-Agent": f"{OUR_COMMAND}{VERSION}"}
        token_file = program_token_file(settings)
        if settings.status.password_hash_file is not None and token_file.exists():
            self._headers["Authorization"] = f"Bearer {token_file.read_text('ascii').strip()}"

    def get(self, path: str, **query: str | int) -> Any:
        """Return the answer's JSON.

        Raises:
            DaemonUnreachableError: Nobody answers.
            RefusedError: It said no; the text says why.
        """
        return self._ask("GET", path, query)

    def health(self) -> Any:
        """Return how the house is, also when that is why the answer is 503; else like ``get``."""
        return self._ask("GET", "/health", {}, also=UNHEALTHY)

    def post(self, path: str) -> Any:
        """Change something; otherwise like ``get``."""
        return self._ask("POST", path, {})

    def _ask(
        self, method: str, path: str, query: dict[str, str | int], also: int | None = None
    ) -> Any:
        url = f"{self._base}{path}"
        try:
            answer = requests.request(
                method, url, params=query, headers=self._headers, timeout=ANSWER_TIMEOUT_S
            )
        except requests.RequestException as error:
            message = f"no service answers at {self._base}: is `wix-printer run` running?"
            raise DaemonUnreachableError(message) from error
        if not answer.ok and answer.status_code != also:
            raise RefusedError(_reason(answer))
        return answer.json()


def ask_or_read(
    settings: Settings,
    ask: Callable[[DaemonClient], Any],
    read: Callable[[sqlite3.Connection], Any],
) -> Any:
    """Ask the daemon; if it is down say so and read the database instead."""
    try:
        return ask(DaemonClient(settings))
    except DaemonUnreachableError as error:
        if not settings.storage.path.exists():
            raise
        print(f"{error} Reading the database instead.", file=sys.stderr)
        with read_only(settings.storage.path) as connection:
            return read(connection)


def _reason(answer: requests.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.reason}"
