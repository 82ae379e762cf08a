"""The print system and the virtual printer's folder, for the transports to them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.printing.transport_rigs import CUT, PATIENCE_S, WELL, Behaviour

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LP = """\
#!/bin/sh
echo "$@" >>{folder}/arguments
[ -e {folder}/queue ] || {{ echo 'lp: The printer or class does not exist.' >&2; exit 1; }}
. {folder}/queue
cat >>{folder}/spool
"""


class CupsRig:
    """The print system: a program ``lp`` that stores jobs if there is the queue."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = directory
        self.url = "cups://receipts"
        program = directory / "lp"
        program.write_text(LP.format(folder=directory))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")

    def start(self, behaviour: Behaviour = WELL) -> None:
        steps = "" if behaviour.reads else f"exec sleep {PATIENCE_S}\n"
        if behaviour.dies_after is not None:
            steps = f"head -c {behaviour.dies_after} >/dev/null; rm {self.folder}/queue; kill -9 $$"
        (self.folder / "queue").write_text(steps)

    def stop(self) -> None:
        (self.folder / "queue").unlink(missing_ok=True)

    def received(self, size: int) -> bytes:
        del size
        spool = self.folder / "spool"
        return spool.read_bytes() if spool.exists() else b""


class FolderRig:
    """The virtual printer's folder."""

    def __init__(self, directory: Path) -> None:
        self._disk = directory / "disk"
        self._disk.touch()  # a file where the folder's parent should be: nothing can be written
        self.folder = self._disk / "receipts"
        self.url = f"virtual://{self.folder}"

    def start(self, behaviour: Behaviour = WELL) -> None:
        assert behaviour == WELL
        self._disk.unlink()
        self._disk.mkdir()

    def stop(self) -> None:
        """Leave the receipts where they are."""

    def received(self, size: int) -> bytes:
        del size
        texts = sorted(self.folder.glob("*.txt")) if self.folder.exists() else []
        return b"".join(text.read_bytes() + CUT for text in texts)
