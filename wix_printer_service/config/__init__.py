"""Finds the configuration, reads it and returns settings, or ALL its problems at once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wix_printer_service.config.problems import checked
from wix_printer_service.config.sources import add_environment, read_yaml
from wix_printer_service.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wix_printer_service.settings import Settings

SYSTEM_FILE = Path("/etc/wix-printer/config.yaml")
FILE_VARIABLE = "WIX_PRINTER_CONFIG"

EMBEDDED_NAME = "embedded defaults"
EMBEDDED: dict[str, Any] = {
    "restaurant": {
        "name": "Trattoria Beispiel",
        "address": ["Musterstraße 1", "10115 Berlin"],
        "timezone": "Europe/Berlin",
        "language": "de",
    },
    "printers": {
        "kitchen": {
            "connection": "virtual://var/receipts",
            "receipts": ["kitchen", "driver", "customer"],
            "paper_width_mm": 80,
        }
    },
    "storage": {"path": "var/wix-printer.db"},
}
"""What the daemon runs on without any configuration: everything in the working folder."""


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """Settings and the file they came from, None for the embedded defaults."""

    settings: Settings
    path: Path | None

    @property
    def embedded(self) -> bool:
        """Tell whether there was no file."""
        return self.path is None


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> LoadedConfig:
    """Load the configuration.

    Args:
        path: The file; else the one that ``$WIX_PRINTER_CONFIG`` names, else
            /etc/wix-printer/config.yaml, else the embedded defaults.
        environ: Variables; ``WIX_PRINTER__SECTION__KEY`` wins over what the file says.

    Raises:
        ConfigurationError: With one line for each problem.
    """
    named = path or _named(environ)
    file = named or SYSTEM_FILE
    text = _read(file, must_exist=named is not None)
    if text is None:
        return LoadedConfig(checked(add_environment(EMBEDDED_NAME, EMBEDDED, environ)), None)
    given, problems = read_yaml(text, str(file))
    if problems and not given:
        raise ConfigurationError(problems)
    sources = add_environment(str(file), given, environ)
    sources.problems.extend(problems)
    return LoadedConfig(checked(sources), file)


def _named(environ: Mapping[str, str]) -> Path | None:
    name = environ.get(FILE_VARIABLE)
    return Path(name) if name else None


def _read(file: Path, *, must_exist: bool) -> str | None:
    """Return the file's text, None if there is none and need not be.

    Raises:
        ConfigurationError: If there is a file that cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if not must_exist:
            return None
        reason = "there is no such file"
    except OSError as error:
        reason = f"this file cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        reason = f"this file is not UTF-8 text (at byte {error.start})"
    raise ConfigurationError([f"{file}: {reason}"])
