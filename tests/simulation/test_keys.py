"""If these pass, an installation has one development key pair of its own, for its owner only."""

from __future__ import annotations

import stat

from wix_printer_service.simulation import samples
from wix_printer_service.simulation.keys import (
    development_key,
    development_key_file,
    public_part,
)
from wix_printer_service.simulation.signing import sign
from wix_printer_service.wix.webhook import Verifier


def test_the_key_pair_is_made_once_beside_the_database(tmp_path):
    database = tmp_path / "var" / "wix-printer.db"
    key = development_key(database)
    assert development_key(database) == key
    file = development_key_file(database)
    assert file.parent == database.parent
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_installations_have_two_keys(tmp_path):
    assert development_key(tmp_path / "a" / "db") != development_key(tmp_path / "b" / "db")


def test_what_the_private_key_signs_the_public_part_verifies(private_key):
    public_key = public_part(private_key)
    assert "PRIVATE" not in public_key
    body = sign(samples.load("pickup"), private_key, 1_795_197_600)
    assert Verifier(public_key).verify(body, 2**21)
