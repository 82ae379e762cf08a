"""A house whose status listener can be looked at, open or behind a password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.status_house import PRINTERS, House
from wix_printer_service import passwords
from wix_printer_service.passwords import hash_password
from wix_printer_service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import FakeClock
    from wix_printer_service.storage.database import Database

PASSWORD = "Pizza für alle"


@pytest.fixture
def build_house(database: Database, fake_clock: FakeClock) -> Callable[..., House]:
    """Make a house with some settings of one's own."""

    def build(**sections: Any) -> House:
        given = {"printers": PRINTERS, "storage": {"path": str(database.path)}, **sections}
        return House(database, fake_clock, Settings.model_validate(given))

    return build


@pytest.fixture
def house(build_house: Callable[..., House]) -> House:
    """A house without a password, for this computer only."""
    return build_house(restaurant={"name": "Trattoria Beispiel"})


@pytest.fixture(scope="session")
def password_hash() -> str:
    """A hash that costs little to check: it says itself how it was made."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "COST", 16)
        return hash_password(PASSWORD)


@pytest.fixture
def locked_house(build_house: Callable[..., House], tmp_path: Path, password_hash: str) -> House:
    """A house in the LAN, behind a password."""
    file = tmp_path / "password-hash"
    file.write_text(password_hash)
    return build_house(listen={"status": "0.0.0.0:8000"}, status={"password_hash_file": str(file)})
