"""Faults of a printer that is only a folder: a file in that folder says what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter

from wix_printer_service.storage.files import write_durably
from wix_printer_service.virtual_printer.faults import NO_FAULTS, Faults

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME: Final = "faults.json"
_FAULTS: Final = TypeAdapter(Faults)


def write_faults(directory: Path, faults: Faults) -> None:
    """Give the printer in ``directory`` these faults, until they are cleared.

    Raises:
        OSError: The file cannot be written.
    """
    write_durably(directory / FILE_NAME, _FAULTS.dump_json(faults, indent=2), mode=0o644)


def clear_faults(directory: Path) -> None:
    """Mend the printer in ``directory``.

    Raises:
        OSError: The file cannot be removed.
    """
    (directory / FILE_NAME).unlink(missing_ok=True)


def read_faults(directory: Path) -> Faults:
    """Return what is wrong with the printer in ``directory``: nothing, if no file says so.

    A person may write the file by hand: what it leaves out is fine, and a file that makes no sense
    counts as no faults.
    """
    try:
        return _FAULTS.validate_json((directory / FILE_NAME).read_bytes())
    except (OSError, ValueError):
        return NO_FAULTS
