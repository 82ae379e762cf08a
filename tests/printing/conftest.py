"""What the tests of talking with printers share: printers in the network, made on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.printing.escpos_rig import EscposRig
from wix_printer_service.virtual_printer.faults import NO_FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.printing.escpos_rig import MakeRig
    from wix_printer_service.virtual_printer import Faults


@pytest.fixture
def make_rig(tmp_path: Path) -> Iterator[MakeRig]:
    rigs = []

    def make(faults: Faults = NO_FAULTS, **traits: str) -> EscposRig:
        rigs.append(EscposRig(tmp_path, faults, **traits))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.stop()
