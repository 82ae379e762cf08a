"""Configuration files for the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wix_printer_service import config
from wix_printer_service.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wix_printer_service.settings import Settings

KITCHEN = "printers: {kitchen: {connection: 'tcp://192.0.2.10:9100', receipts: [kitchen]}}\n"


def settings_of(file: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    file.write_text(text, encoding="utf-8")
    return config.load(file, environ or {}).settings


def problems_of(file: Path, text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """Return the problems, without the file's name where that comes first."""
    with pytest.raises(ConfigurationError) as caught:
        settings_of(file, text, environ)
    assert all("\n" not in problem for problem in caught.value.problems)
    return [problem.removeprefix(f"{file}: ") for problem in caught.value.problems]
