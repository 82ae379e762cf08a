from __future__ import annotations

import unicodedata

import pytest

from wix_printer_service import passwords
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.passwords import (
    UnfitPasswordError,
    check_hash,
    hash_password,
    verify_password,
)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes say what they cost, so cheap ones are checked in the same way."""
    monkeypatch.setattr(passwords, "COST", 16)


def test_a_password_fits_the_hash_that_was_made_of_it_and_no_other_does():
    stored = hash_password("Pizza für alle")
    assert verify_password("Pizza für alle", stored)
    assert not verify_password("pizza für alle", stored)
    assert not verify_password("", stored)


def test_a_hash_says_how_it_was_made_and_not_of_what():
    stored = hash_password("Pizza für alle")
    scheme, cost, block_size, parallel, salt, digest = stored.split("$")
    assert (scheme, cost, block_size, parallel) == ("scrypt", "16", "8", "5")
    assert len(salt) == 24
    assert len(digest) == 88
    assert "Pizza" not in stored


def test_the_same_password_has_another_hash_each_time():
    assert hash_password("Pizza für alle") != hash_password("Pizza für alle")


def test_it_does_not_matter_how_a_keyboard_composes_an_umlaut():
    stored = hash_password(unicodedata.normalize("NFD", "Küchentür"))
    assert verify_password(unicodedata.normalize("NFC", "Küchentür"), stored)


def test_a_file_may_end_with_a_newline():
    assert verify_password("Pizza für alle", hash_password("Pizza für alle") + "\n")


def test_a_password_of_seven_characters_is_refused_and_one_of_eight_is_not():
    with pytest.raises(UnfitPasswordError, match="at least 8 characters"):
        hash_password("1234567")
    assert hash_password("12345678")


@pytest.mark.parametrize(
    "change",
    [
        lambda _stored: "",
        lambda _stored: "Pizza für alle",
        lambda stored: stored.replace("scrypt", "bcrypt"),
        lambda stored: stored.replace("$16$", "$many$"),
        lambda stored: stored[:-4],
        lambda stored: stored[:-1],
        lambda stored: stored + "$",
        lambda stored: "Ä".join(stored.rsplit("A", 1)) + "Ä",
    ],
)
def test_a_damaged_hash_is_a_mistake_that_a_person_must_put_right(change):
    stored = hash_password("Pizza für alle")
    check_hash(stored)
    with pytest.raises(ConfigurationError, match="config password"):
        check_hash(change(stored))
    with pytest.raises(ConfigurationError, match="config password"):
        verify_password("Pizza für alle", change(stored))


@pytest.mark.parametrize("cost", ["15", "0", "-16", "1048576", "9" * 30])
def test_a_cost_that_is_impossible_or_would_fill_the_memory_is_refused(cost):
    stored = hash_password("Pizza für alle").replace("$16$", f"${cost}$")
    with pytest.raises(ConfigurationError, match="config password"):
        verify_password("Pizza für alle", stored)
