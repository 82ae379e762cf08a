"""Setting a damaged database aside and putting a new one in its place, whatever interrupts it.

A new database is made under another name. Once it is complete it gets a name that says so, and from
then on there is only one way: the damaged files go aside, the new one takes their place. A crash
before that leaves everything as it was; after it, the next start goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.storage.files import beside, flush_folder

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database; without its log it is not whole."""
UNFINISHED = ".salvaging"
FINISHED = ".salvaged-"
ASIDE = ".damaged-"


def unfinished(path: Path) -> Path:
    """Return where the new database is made."""
    return beside(path, UNFINISHED)


def declare_finished(path: Path, now: datetime) -> None:
    """Give the new database, complete and flushed, the name from which there is no way back.

    Raises:
        OSError: The disk does not take it.
    """
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    number = 1
    while any(beside(path, f"{kind}{stamp}").exists() for kind in (ASIDE, FINISHED)):
        number += 1
        stamp = f"{stamp.partition('-')[0]}-{number}"
    unfinished(path).rename(beside(path, f"{FINISHED}{stamp}"))
    flush_folder(path.parent)


def clear_up(path: Path) -> list[str]:
    """Do what is left of setting aside; return under which names something was set aside.

    Raises:
        OSError: The disk does not take it.
    """
    for ending in ("", *COMPANIONS):
        beside(unfinished(path), ending).unlink(missing_ok=True)
    return [_put_in_place(path, new) for new in _beside(path, FINISHED)]


def names_aside(path: Path) -> list[str]:
    """List the databases that were set aside and are still there."""
    return list(dict.fromkeys(_without_companion(file.name) for file in _beside(path, ASIDE)))


def _put_in_place(path: Path, new: Path) -> str:
    aside = beside(path, ASIDE + new.name.removeprefix(path.name + FINISHED))
    for ending in ("", *COMPANIONS):
        _move(beside(path, ending), beside(aside, ending))
    flush_folder(path.parent)
    new.rename(path)
    flush_folder(path.parent)
    return aside.name


def _move(old: Path, new: Path) -> None:
    """Rename a file that may not be there, never over another."""
    if not old.exists():
        return
    while new.exists():
        new = beside(new, "~")
    old.rename(new)


def _without_companion(name: str) -> str:
    for ending in COMPANIONS:
        name = name.removesuffix(ending)
    return name


def _beside(path: Path, ending: str) -> list[Path]:
    start = path.name + ending
    return sorted(file for file in path.parent.iterdir() if file.name.startswith(start))
