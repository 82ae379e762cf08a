"""What only shows when settings are held against each other or against this computer."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from wix_printer_service.config.shape import shape_at
from wix_printer_service.connection_url import split_host_port
from wix_printer_service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wix_printer_service.config.shape import KeyPath

    Misfit = tuple[KeyPath, str | None, str]

OWN_APP = ("app_id", "app_secret_file", "instance_id")


def misfits(data: dict[str, Any]) -> Iterator[Misfit]:
    """Find misfits in settings that may have other mistakes as well.

    Args:
        data: Settings by section and name, not yet checked; what is of the wrong type is skipped.

    Returns:
        The key, the value and what is wrong, for each misfit.
    """
    given = {
        (section, name): value
        for section in Settings.model_fields
        for name, value in _texts(data.get(section))
    }
    for key, value in given.items():
        if key[1].endswith("_file") and shape_at(key) and (problem := _file_problem(Path(value))):
            yield key, value, problem
    yield from _open_status_listener(given)
    yield from _unprotected_api(given)
    yield from _half_an_app(data.get("wix"))


def _texts(section: Any) -> list[tuple[str, str]]:
    if not isinstance(section, dict):
        return []
    return [(name, value) for name, value in section.items() if isinstance(value, str)]


def _file_problem(path: Path) -> str | None:
    try:
        if path.is_dir():
            return "this is a folder, a file is expected"
        if not path.exists():
            return "there is no such file"
    except OSError:
        return "this user may not look into the file's folder"
    return None if os.access(path, os.R_OK) else "this user may not read the file"


def _open_status_listener(given: dict[tuple[str, str], str]) -> Iterator[Misfit]:
    key = ("listen", "status")
    if not given.get(("status", "password_hash_file")) and not _is_loopback(given.get(key)):
        text = "others in the network could reach this, so status.password_hash_file must be set"
        yield key, given[key], text


def _is_loopback(listener: str | None) -> bool:
    """Tell whether only this computer reaches a listener; one that cannot be read counts as so."""
    try:
        host, _ = split_host_port(listener or "localhost:0")
    except ValueError:
        return True
    return _is_this_computer(host)


def _is_this_computer(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unprotected_api(given: dict[tuple[str, str], str]) -> Iterator[Misfit]:
    key = ("wix", "api_base")
    try:
        address = urlsplit(given.get(key, "https://localhost"))
    except ValueError:
        address = urlsplit("")
    host = address.hostname or ""
    if address.scheme == "https" and host:
        return
    if address.scheme == "http" and _is_this_computer(host):
        return
    yield key, given[key], "expected https://HOST (plain http only to this computer itself)"


def _half_an_app(wix: Any) -> Iterator[Misfit]:
    """Find what is missing to ask Wix as one's own app: only all three together are a key."""
    given = {name for name in OWN_APP if isinstance(wix, dict) and wix.get(name)}
    for name in OWN_APP:
        if given and name not in given:
            others = " and ".join(f"wix.{other}" for other in OWN_APP if other in given)
            yield ("wix", name), None, f"this is missing: {others} cannot be used without it"
