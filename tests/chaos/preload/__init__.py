"""Small libraries that lie to the daemon about its system, compiled when they are needed."""

from __future__ import annotations

import subprocess
from pathlib import Path

COMPILER = "cc"
SOURCES = Path(__file__).parent


def library(name: str, folder: Path) -> str:
    """Compile ``name``.c into ``folder`` and return the value for LD_PRELOAD."""
    made = folder / f"{name}.so"
    source = SOURCES / f"{name}.c"
    command = [
        COMPILER,
        "-Wall",
        "-Werror",
        "-O2",
        "-shared",
        "-fPIC",
        "-o",
        str(made),
        str(source),
    ]
    subprocess.run(command, check=True)
    return str(made)
