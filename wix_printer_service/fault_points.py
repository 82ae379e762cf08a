"""Places in the code at which a test may have the process killed, to prove that nothing is lost.

Nothing happens unless WIX_PRINTER_FAULT_POINT was set when the process started, for example to
``job_sent:3``: then the third pass of that point ends the process as a crash would.
"""

from __future__ import annotations

import itertools
import os
import signal

VARIABLE = "WIX_PRINTER_FAULT_POINT"

_chosen, _, _number = os.environ.get(VARIABLE, "").partition(":")
_fatal_pass = int(_number or 1)
_passes = itertools.count(1)


def reach(name: str) -> None:
    """Pass the point ``name``; the chosen pass of the chosen point does not return."""
    if name == _chosen and next(_passes) == _fatal_pass:
        os.kill(os.getpid(), signal.SIGKILL)
