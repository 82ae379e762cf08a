"""Who may use the status listener: everyone on this computer, or who knows password or token."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from wix_printer_service.api.program_token import program_token, program_token_file
from wix_printer_service.api.sessions import Sessions, is_same
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.passwords import check_hash, verify_password

if TYPE_CHECKING:
    from pathlib import Path

    from wix_printer_service.clock import Clock
    from wix_printer_service.settings import Settings

DAY_S = 86_400.0
SECRET_BYTES = 32


class Caller(StrEnum):
    """How somebody showed that they may come in."""

    STRANGER = "stranger"
    """Not at all."""
    LOCAL = "local"
    """No login is needed: only this computer reaches the listener."""
    SESSION = "session"
    """By the cookie of a person who logged in."""
    PROGRAM = "program"
    """By the bearer token."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sent a request, and what their forms must carry."""

    caller: Caller
    form_token: str

    @property
    def is_allowed(self) -> bool:
        """Tell whether they may see and do things."""
        return self.caller is not Caller.STRANGER


class Access:
    """Knows the password's hash and the token; without a password there is no login.

    Args:
        sessions: Makes and checks sessions.
        password_hash: From ``hash_password``, None where no login is needed.
        token: For programs; empty where no login is needed.
    """

    def __init__(self, sessions: Sessions, password_hash: str | None, token: str) -> None:
        self.sessions = sessions
        self._password_hash = password_hash
        self._token = token

    @property
    def needs_login(self) -> bool:
        """Tell whether a password stands at the door."""
        return self._password_hash is not None

    def visitor(self, authorization: str, session: str) -> Visitor:
        """Say who sent a request.

        Args:
            authorization: The header of that name, empty if there was none.
            session: The session cookie's value, empty if there was none.
        """
        if not self.needs_login:
            return Visitor(Caller.LOCAL, self.sessions.form_token(""))
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer" and self._token and is_same(token.strip(), self._token):
            return Visitor(Caller.PROGRAM, "")
        if session and self.sessions.is_valid(session):
            return Visitor(Caller.SESSION, self.sessions.form_token(session))
        return Visitor(Caller.STRANGER, "")

    def is_password(self, password: str) -> bool:
        """Tell whether this is the password; takes long on purpose, so call it in a thread."""
        return self._password_hash is not None and verify_password(password, self._password_hash)


def access_from(settings: Settings, clock: Clock) -> Access:
    """Read the password's hash and the token that the settings name.

    Raises:
        ConfigurationError: A file cannot be read or does not hold what it should.
    """
    session_s = settings.status.session_days * DAY_S
    hash_file = settings.status.password_hash_file
    if hash_file is None:
        return Access(Sessions(secrets.token_bytes(SECRET_BYTES), session_s, clock), None, "")
    stored = _hash_in(hash_file)
    secret = hashlib.sha256(f"sessions:{stored}".encode()).digest()
    token = program_token(program_token_file(settings))
    return Access(Sessions(secret, session_s, clock), stored, token)


def _hash_in(path: Path) -> str:
    try:
        stored = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError([f"the password file {path} cannot be read: {error}"]) from error
    check_hash(stored)  # a damaged one shows now, not when somebody logs in
    return stored
