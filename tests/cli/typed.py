"""Types commands as a person does."""

from __future__ import annotations

import os
import socket
import subprocess
from typing import TYPE_CHECKING

from tests.daemon_process import COMMAND, DEADLINE_S

if TYPE_CHECKING:
    from pathlib import Path


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("WIX_PRINTER")}


def run(*arguments: str, cwd: Path, typed: str = "") -> subprocess.CompletedProcess:
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=cwd,
        input=typed,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
        env=environment(),
    )


def plain(text: str) -> str:
    """Return a framed message of the command line on one row."""
    return " ".join(text.replace("│", " ").split())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
