"""The bearer token with which programs on this computer, such as our own commands, get in."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from wix_printer_service.errors import ConfigurationError
from wix_printer_service.storage.files import write_durably

if TYPE_CHECKING:
    from pathlib import Path

    from wix_printer_service.settings import Settings

FILE_NAME = "status-token"
SHORTEST = 20
"""Characters below which a token could be guessed: it is not slowed down as a password is."""


def program_token_file(settings: Settings) -> Path:
    """Return where the token lies: as set, else beside the database."""
    return settings.status.token_file or settings.storage.path.with_name(FILE_NAME)


def program_token(path: Path) -> str:
    """Return the token in a file, making it on first use.

    Raises:
        ConfigurationError: The file can neither be read nor made, or holds no token.
    """
    try:
        if not path.exists():
            write_durably(path, secrets.token_urlsafe().encode("ascii"))
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError([f"the token file {path} cannot be used: {error}"]) from error
    if len(token) < SHORTEST:
        raise ConfigurationError([f"the token in {path} has less than {SHORTEST} characters"])
    return token
