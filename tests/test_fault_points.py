from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys

import pytest

from wix_printer_service import fault_points

SCRIPT = """
from wix_printer_service.fault_points import reach
for name in ("job_sent", "job_claimed", "job_sent", "job_sent"):
    print(name, flush=True)
    reach(name)
"""


def lives(point: str | None) -> tuple[int, list[str]]:
    """Pass some points in a process of their own; return its status and how far it came."""
    variables = {k: v for k, v in os.environ.items() if k != fault_points.VARIABLE}
    if point is not None:
        variables[fault_points.VARIABLE] = point
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=variables, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.split()


def test_the_chosen_pass_of_the_chosen_point_kills_the_process() -> None:
    assert lives("job_sent:2") == (-signal.SIGKILL, ["job_sent", "job_claimed", "job_sent"])


def test_without_a_number_the_first_pass_does() -> None:
    assert lives("job_claimed") == (-signal.SIGKILL, ["job_sent", "job_claimed"])


@pytest.mark.parametrize("point", [None, "", "job_settled:1", "job_sent:9"])
def test_nothing_happens_at_any_other_point_or_pass(point: str | None) -> None:
    assert lives(point) == (0, ["job_sent", "job_claimed", "job_sent", "job_sent"])


def test_passes_are_counted_over_the_whole_process(monkeypatch: pytest.MonkeyPatch) -> None:
    killed = []
    monkeypatch.setenv(fault_points.VARIABLE, "job_sent:2")
    fresh = importlib.reload(fault_points)
    monkeypatch.setattr(os, "kill", lambda *what: killed.append(what))
    fresh.reach("job_sent")
    assert killed == []
    fresh.reach("job_sent")
    assert killed == [(os.getpid(), signal.SIGKILL)]
    monkeypatch.undo()
    importlib.reload(fault_points)
