"""Types the commands of our texts, line by line, in a folder like a project's."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import threading
from typing import TYPE_CHECKING

from tests.daemon_process import CLOCK, COMMAND, DEADLINE_S

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NEVER_ENDING = ("wix-printer run", "simulate wix")


def blocks(language: str, text: str) -> list[str]:
    """Return what a text shows as code in a language, in lists too."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```", text, re.DOTALL | re.MULTILINE)
    return [re.sub(f"(?m)^{indent}", "", code) for indent, code in found]


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def is_open(address: str) -> bool:
    host, port = address.split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def wait_until(condition: Callable[[], bool]) -> None:
    end = CLOCK.monotonic() + DEADLINE_S
    while not condition():
        assert CLOCK.monotonic() < end
        CLOCK.wait(threading.Event(), 0.05)


def project_folder(folder: Path, my_yaml: str) -> Path:
    """Make a folder as our texts leave it: with the wix-printer command and my.yaml."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "wix-printer").symlink_to(COMMAND)
    (folder / "my.yaml").write_text(my_yaml, "utf-8")
    return folder


class Terminal:
    """Types lines in a folder; what never ends by itself runs on beside, until ``close``.

    The service listens on free ports: the usual ones may be taken where the tests run.

    Args:
        folder: Where the lines are typed.
        settings: More variables of the environment, without their ``WIX_PRINTER__``.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        own = {k: v for k, v in os.environ.items() if not k.startswith("WIX_PRINTER")}
        self.webhook = free_address()
        given = {"LISTEN__WEBHOOK": self.webhook, "LISTEN__STATUS": free_address(), **settings}
        self.folder = folder
        self._environment = own | {f"WIX_PRINTER__{name}": text for name, text in given.items()}
        self._beside: list[subprocess.Popen] = []

    def type(self, line: str, typed: str = "") -> str:
        """Return what a line answers; it must end with 0."""
        if any(command in line for command in NEVER_ENDING):
            self._start(line)
            return ""
        done = self._run(line, typed)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
        return done.stdout

    def refused(self, line: str) -> str:
        """Return what a line says is wrong; it must end with 1, and not by a bug."""
        done = self._run(line)
        assert "Traceback" not in done.stderr
        assert done.returncode == 1, f"{line}: {done.stdout}{done.stderr}"
        return done.stderr

    def _run(self, line: str, typed: str = "") -> subprocess.CompletedProcess:
        return subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env=self._environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )

    def said(self, number: int) -> str:
        """Return what the so-manieth command that runs beside has said."""
        return (self.folder / f"said-{number}.txt").read_text("utf-8")

    def close(self) -> None:
        for process in reversed(self._beside):
            process.terminate()
            process.wait(DEADLINE_S)

    def _start(self, line: str) -> None:
        with (self.folder / f"said-{len(self._beside)}.txt").open("wb") as said:
            process = subprocess.Popen(
                ["sh", "-c", f"exec {line}"],
                cwd=self.folder,
                env=self._environment,
                stdout=said,
                stderr=said,
            )
        self._beside.append(process)
