"""A network in which the daemon's computer is another host: namespaces and cables of the kernel.

The daemon's namespace has two cables to ours: ``lan`` to printers and whoever delivers from the
house, ``wan`` to what plays the internet. Needs root.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import threading
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDS: Final = ("root", "ip", "tc", "sysctl")
PI: Final = "10.231.1.2"
"""The daemon's computer, in the local network."""
PRINTERS: Final = {"kitchen": "10.231.1.11", "counter": "10.231.1.12"}
HOSTS: Final = ("10.231.2.8", "10.231.2.9", "10.231.2.10")
"""What the daemon knows the internet by."""
PORTAL: Final = "10.231.2.80"
SLOW: Final = ("rate", "2kbit", "burst", "1600", "latency", "20s")
_numbers: Final = itertools.count()


class Page(BaseHTTPRequestHandler):
    """The page that answers 204 and nothing else, unless a portal is in between."""

    portal = threading.Event()

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200 if self.portal.is_set() else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_unused: object) -> None:
        """Say nothing."""


class Lan:
    """The network; ``prefix`` starts a program on the daemon's computer."""

    def __init__(self) -> None:
        self._name = f"chaos-{os.getpid()}-{next(_numbers)}"
        self._wan = f"chw{os.getpid() % 100_000}"
        self._lan = f"chl{os.getpid() % 100_000}"
        self.prefix = ("ip", "netns", "exec", self._name)
        self.page = ""
        """Address of the page that tells a portal from the internet."""

    def lose(self, *addresses: str) -> None:
        """Make hosts vanish without a word: nobody answers, nobody refuses."""
        for address in addresses:
            _ip("addr", "del", f"{address}/24", "dev", self._device(address))

    def find(self, *addresses: str) -> None:
        """Bring hosts back, also those that are there."""
        for address in addresses:
            _ip("addr", "replace", f"{address}/24", "dev", self._device(address))

    def slow_down(self) -> None:
        """Let the internet crawl."""
        _run("tc", "qdisc", "replace", "dev", self._wan, "root", "tbf", *SLOW)

    def speed_up(self) -> None:
        """Take the brake away again."""
        subprocess.run(
            ["tc", "qdisc", "del", "dev", self._wan, "root"], check=False, capture_output=True
        )

    def _device(self, address: str) -> str:
        return self._wan if address.startswith("10.231.2.") else self._lan

    def _lay_cable(self, device: str, inside: str, address: str) -> None:
        _ip("link", "add", device, "type", "veth", "peer", "name", inside, "netns", self._name)
        _ip("link", "set", device, "up")
        _ip("-n", self._name, "addr", "add", f"{address}/24", "dev", inside)
        _ip("-n", self._name, "link", "set", inside, "up")

    @contextmanager
    def plugged_in(self) -> Iterator[None]:
        """Lay the cables, switch the hosts on, and take everything away at the end."""
        with ExitStack() as stack:
            _ip("netns", "add", self._name)
            stack.callback(_ip, "netns", "delete", self._name)
            _ip("-n", self._name, "link", "set", "lo", "up")
            self._lay_cable(self._lan, "lan", PI)
            stack.callback(_ip, "link", "delete", self._lan)
            self._lay_cable(self._wan, "wan", "10.231.2.2")
            stack.callback(_ip, "link", "delete", self._wan)
            _run(*self.prefix, "sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647")
            self.find("10.231.1.1", "10.231.2.1", *PRINTERS.values(), *HOSTS, PORTAL)
            self.page = stack.enter_context(_page())
            yield


@contextmanager
def _page() -> Iterator[str]:
    Page.portal.clear()
    with ThreadingHTTPServer((PORTAL, 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{PORTAL}:{server.server_port}/generate_204"
        finally:
            server.shutdown()
            thread.join()


def _ip(*arguments: str) -> None:
    _run("ip", *arguments)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
