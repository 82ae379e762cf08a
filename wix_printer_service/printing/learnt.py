"""What printers were found to be able to do, kept in a file beside the database."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import structlog

from wix_printer_service.printing.abilities import Abilities, Ability
from wix_printer_service.storage.files import write_durably

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)

FILE_NAME: Final = "printer-abilities.json"
_LOCK: Final = threading.Lock()
"""Several printers may answer for the first time at once."""


def file_beside(database: Path) -> Path:
    """Return where the file stands, given the database's path."""
    return database.with_name(FILE_NAME)


def look_up(file: Path | None, connection: str) -> Abilities | None:
    """Return what the printer at a connection was found to do; None if it was never tested.

    A file that makes no sense is as good as none: printing goes on, and says so in the journal.
    """
    try:
        found = _read(file).get(connection) if file else None
        if found is None:
            return None
        return Abilities(**{name: Ability(word) for name, word in found.items()})
    except (OSError, ValueError, TypeError, AttributeError) as error:
        log.warning("printer_abilities_unreadable", file=str(file), reason=str(error))
        return None


def write_down(file: Path, connection: str, abilities: Abilities) -> None:
    """Keep what the printer at a connection was found to do, in place of what was found before.

    Raises:
        OSError: The file cannot be written.
    """
    try:
        known = dict(_read(file))
    except (ValueError, TypeError):
        known = {}
    known[connection] = asdict(abilities)
    _write(file, known)


def note_answer(file: Path | None, connection: str) -> None:
    """Keep that the printer at a connection answers; if that fails, the journal says so.

    So its silence means trouble in later runs, too.
    """
    if file is None:
        return
    try:
        with _LOCK:
            known = dict(_read(file))
            known[connection] = {**known.get(connection, {}), "answers": Ability.SEEN}
            _write(file, known)
    except (OSError, ValueError, TypeError) as error:
        log.warning("printer_answer_not_kept", file=str(file), reason=str(error))


def _write(file: Path, known: dict[str, Any]) -> None:
    content = json.dumps(known, indent=2).encode()
    write_durably(file, content, mode=0o644)  # the daemon may run as another user


def _read(file: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    return told
