"""Passwords as they are kept: scrypt hashes that say how they were made.

The cost is one that OWASP's Password Storage Cheat Sheet counts as equal to its first choice, with
16 MiB instead of 128, for a computer that has little memory.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata

from wix_printer_service.errors import ConfigurationError, PersonNeededError

SHORTEST = 8
"""Characters that a password must have at least."""

SCHEME = "scrypt"
COST = 2**14
BLOCK_SIZE = 8
PARALLEL = 5
SALT_BYTES = 16
DIGEST_BYTES = 64
MOST_MEMORY_BYTES = 64 * 2**20
"""A hash that takes more than this to check is not one of ours."""
DAMAGED = "the password's hash is damaged: make a new one by `wix-printer config password`"


class UnfitPasswordError(PersonNeededError):
    """A password is too easy to guess."""


def hash_password(password: str) -> str:
    """Return what to keep of a password: ``scrypt$n$r$p$salt$hash``.

    Raises:
        UnfitPasswordError: It is too short.
    """
    if len(password) < SHORTEST:
        raise UnfitPasswordError(f"the password must have at least {SHORTEST} characters")
    salt = secrets.token_bytes(SALT_BYTES)
    digest = _scrypt(password, salt, COST, BLOCK_SIZE, PARALLEL)
    numbers = (str(number) for number in (COST, BLOCK_SIZE, PARALLEL))
    texts = (base64.urlsafe_b64encode(part).decode("ascii") for part in (salt, digest))
    return "$".join((SCHEME, *numbers, *texts))


def verify_password(password: str, stored: str) -> bool:
    """Tell whether ``stored`` was made of ``password``, in a time that does not tell how nearly.

    Raises:
        ConfigurationError: ``stored`` is not what ``hash_password`` returns.
    """
    cost, block_size, parallel, salt, expected = _parts(stored)
    try:
        digest = _scrypt(password, salt, cost, block_size, parallel)
    except (ValueError, TypeError, OverflowError) as error:  # numbers out of range
        raise ConfigurationError([DAMAGED]) from error
    return hmac.compare_digest(digest, expected)


def check_hash(stored: str) -> None:
    """Look whether a hash is whole, without the time that checking a password takes.

    Raises:
        ConfigurationError: It is not what ``hash_password`` returns.
    """
    _parts(stored)


def _parts(stored: str) -> tuple[int, int, int, bytes, bytes]:
    try:
        scheme, cost, block_size, parallel, salt, digest = stored.strip().split("$")
        numbers = int(cost), int(block_size), int(parallel)
        texts = base64.urlsafe_b64decode(salt), base64.urlsafe_b64decode(digest)
    except ValueError as error:
        raise ConfigurationError([DAMAGED]) from error
    if scheme != SCHEME or len(texts[1]) != DIGEST_BYTES:
        raise ConfigurationError([DAMAGED])
    return *numbers, *texts


def _scrypt(password: str, salt: bytes, cost: int, block_size: int, parallel: int) -> bytes:
    # keyboards differ in how they compose an umlaut
    composed = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(
        composed,
        salt=salt,
        n=cost,
        r=block_size,
        p=parallel,
        maxmem=MOST_MEMORY_BYTES,
        dklen=DIGEST_BYTES,
    )
