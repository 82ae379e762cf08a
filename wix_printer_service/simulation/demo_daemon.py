"""The demo's daemon: a process of its own, on the usual ports where those are free."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from wix_printer_service.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

CLOCK = SystemClock()
USUAL_PORTS = {"webhook": 8080, "status": 8000}
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 15.0
LOOK_AGAIN_S = 0.1

say = partial(print, flush=True)


class DemoDaemon:
    """Runs in a folder and logs into it.

    Args:
        folder: Where it is started; its configuration lies there too.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.log_file = folder / "daemon.log"
        self.addresses: dict[str, str] = {}
        """Where its listeners listen: ``webhook`` and ``status``."""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_alive(self) -> bool:
        """Tell whether it runs."""
        return self._process is not None and self._process.poll() is None

    def start(self, settings: Mapping[str, Any]) -> bool:
        """Start it; tell whether it listens.

        Args:
            settings: All but where it listens.
        """
        self._launch(settings, {name: _free_port(port) for name, port in USUAL_PORTS.items()})
        if not self._listens() and not self.is_alive:
            # perhaps another program took a usual port in this very moment
            self._launch(settings, dict.fromkeys(USUAL_PORTS, 0))
            self._listens()
        return len(self.addresses) == len(USUAL_PORTS)

    def wait(self) -> None:
        """Return when it has ended by itself."""
        if self._process is not None:
            self._process.wait()

    def stop(self) -> bool:
        """End it, however it is; tell whether it ended in time by itself."""
        if self._process is None:
            return True
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        return True

    def facts(self) -> Iterator[dict[str, Any]]:
        """Read what it has logged so far."""
        for line in self.log_file.read_text(encoding="utf-8").splitlines():
            with suppress(ValueError):  # half a line, or no JSON
                yield json.loads(line)

    def _launch(self, settings: Mapping[str, Any], ports: Mapping[str, int]) -> None:
        listen = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
        text = yaml.safe_dump({**settings, "listen": listen}, allow_unicode=True)
        (self._folder / "config.yaml").write_text(text, encoding="utf-8")
        variables = {k: v for k, v in os.environ.items() if not k.startswith("WIX_PRINTER")}
        program = str(Path(sys.executable).with_name("wix-printer"))
        command = [program, "run", "--config", "config.yaml"]
        with self.log_file.open("wb") as log:
            self._process = subprocess.Popen(command, cwd=self._folder, env=variables, stderr=log)

    def _listens(self) -> bool:
        """Tell whether it listens, and note where."""

        def is_decided() -> bool:
            is_over = not self.is_alive
            self.addresses = self._listeners()
            return is_over or len(self.addresses) == len(USUAL_PORTS)

        return comes(is_decided, START_TIMEOUT_S, "the daemon") and self.is_alive

    def _listeners(self) -> dict[str, str]:
        """Read from the log where it listens: another's on the same port is not ours."""
        return {
            fact["server"].removesuffix("-listener"): fact["address"]
            for fact in self.facts()
            if fact["event"] == "listening"
        }


def comes(condition: Callable[[], bool], timeout_s: float, whom: str = "") -> bool:
    """Look again and again until ``condition`` holds; tell whether it did in time.

    Args:
        condition: What is waited for.
        timeout_s: The longest time.
        whom: For whom we wait, if a person is to know.
    """
    if whom:
        say(f"\n(waiting for {whom}, at most {timeout_s:.0f} s)")
    end_s = CLOCK.monotonic() + timeout_s
    while not condition():
        if CLOCK.monotonic() > end_s:
            return False
        pause(LOOK_AGAIN_S)
    return True


def pause(seconds: float) -> None:
    """Let time pass."""
    CLOCK.wait(threading.Event(), seconds)


def _free_port(usual: int) -> int:
    """Return the usual port, or 0 (any free one) if it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", usual))
        except OSError:
            return 0
    return usual
