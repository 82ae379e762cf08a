"""One life of the real daemon, from its start to whatever end it comes to."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.daemon_process import CLOCK, COMMAND

LOOK_S = 0.05
READY_S = 30.0
END_S = 20.0
LINES_SHOWN = 12


class Daemon:
    """A process of the daemon with a log of its own.

    Args:
        folder: Where its log lies and it is started.
        config: Its configuration.
        number: How many daemons ran in that folder before.
        prefix: What to start it with, such as ``ip netns exec NAME``.
        environment: Variables besides ours.
    """

    def __init__(
        self,
        folder: Path,
        config: Path,
        number: int,
        prefix: tuple[str, ...] = (),
        **environment: str,
    ) -> None:
        self._log_file = folder / f"log-{number:04}.txt"
        self._notify = folder / f"notify-{number}.sock"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self._notify))
        self._socket.settimeout(LOOK_S)
        variables = {k: v for k, v in os.environ.items() if not re.match("WIX_PRINTER", k)}
        variables |= {"NOTIFY_SOCKET": str(self._notify), **environment}
        with self._log_file.open("wb") as log:
            self.process = subprocess.Popen(
                [*prefix, COMMAND, "run", "--config", str(config)],
                cwd=folder,
                env=variables,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C is for the harness, which ends the daemon itself
            )

    def wait_until_ready(self) -> bool:
        """Wait until it takes orders; False if it died before, or does not get there."""
        end_s = CLOCK.monotonic() + READY_S
        while self.process.poll() is None and CLOCK.monotonic() < end_s:
            with suppress(TimeoutError):
                if b"READY=1" in self._socket.recv(4096):
                    return True
        return False

    def addresses(self) -> dict[str, str]:
        """Return where its listeners listen, by their names."""
        return {
            line["server"]: line["address"]
            for line in self.log_lines()
            if line.get("event") == "listening"
        }

    def log_lines(self) -> list[dict[str, Any]]:
        """Return what it has logged, without what is no JSON, such as a traceback."""
        found = []
        for line in self._log_file.read_text("utf-8", "replace").splitlines():
            with suppress(ValueError):
                fact = json.loads(line)
                if isinstance(fact, dict):
                    found.append(fact)
        return found

    def last_words(self) -> str:
        """Return the end of what it logged above the level of chatter."""
        lines = self._log_file.read_text("utf-8", "replace").splitlines()
        told = [line for line in lines if '"level": "info"' not in line]
        return "\n".join(told[-LINES_SHOWN:])

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it still lives."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)

    def freeze(self) -> None:
        """Stop every thread of it where it is; one that flushes does so first."""
        self.send(signal.SIGSTOP)
        tasks = Path(f"/proc/{self.process.pid}/task")
        end_s = CLOCK.monotonic() + END_S
        while self.process.poll() is None and not all(map(_stands_still, tasks.iterdir())):
            if CLOCK.monotonic() > end_s:
                raise TimeoutError("the daemon does not stand still")

    def end(self, number: signal.Signals) -> int:
        """Send it a signal that ends it, wait for that, and return its status."""
        self.send(number)
        try:
            return self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self.process.wait()
            raise
        finally:
            self._socket.close()
            self._notify.unlink(missing_ok=True)


def _stands_still(task: Path) -> bool:
    try:
        state = (task / "stat").read_text("ascii", "replace").rpartition(")")[2].split()[0]
    except OSError:  # the thread has ended
        return True
    return state in {"T", "t", "Z", "X"}
