"""The development key pair: made once per installation, never shipped, mode 0600."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joserfc.jwk import RSAKey

from wix_printer_service.storage.files import write_durably

if TYPE_CHECKING:
    from pathlib import Path

KEY_BITS = 2048
FILE_NAME = "development-key.pem"


def development_key_file(database: Path) -> Path:
    """Return where the key pair of the installation with that database lies."""
    return database.with_name(FILE_NAME)


def development_key(database: Path) -> str:
    """Return the private key, PEM, making it on first use.

    Raises:
        OSError: It can neither be read nor made.
    """
    path = development_key_file(database)
    if not path.exists():
        write_durably(path, RSAKey.generate_key(KEY_BITS).as_pem(private=True))
    return path.read_text(encoding="ascii")


def public_part(private_key: str) -> str:
    """Return the public key, PEM, of a private one."""
    return RSAKey.import_key(private_key).as_pem(private=False).decode("ascii")
