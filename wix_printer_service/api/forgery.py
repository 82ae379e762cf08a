"""Telling requests that another site made a browser send from those of our own page.

Browsers send ``Sec-Fetch-Site`` only over https and to loopback, and leave ``Origin`` out of some
requests, so each is looked at where it is there.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""
_BROWSERS_ONLY = ("origin", "referer", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest")


def is_from_elsewhere(headers: Mapping[str, str]) -> bool:
    """Tell whether a browser says that another site's page sent this."""
    if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        return True
    source = headers.get("origin", headers.get("referer"))
    if source is None:
        return False
    return not _names_same_host(source, headers.get("host", ""))


def is_from_browser(headers: Mapping[str, str]) -> bool:
    """Tell whether there is a header that browsers add and programs do not."""
    return any(name in headers for name in _BROWSERS_ONLY)


def is_loopback(host: str) -> bool:
    """Tell whether a host, without port and brackets, is this computer and nothing else."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_loopback_name(host_header: str) -> bool:
    """Tell whether a ``Host`` header names this computer, at whichever port.

    A site whose name was made to point to 127.0.0.1 (DNS rebinding) has its own name there.
    """
    try:
        parts = urlsplit(f"//{host_header}")
        return parts.netloc == host_header and is_loopback(parts.hostname or "")
    except ValueError:
        return False


def _names_same_host(source: str, host: str) -> bool:
    try:
        return bool(host) and urlsplit(source).netloc.lower() == host.lower()
    except ValueError:
        return False
