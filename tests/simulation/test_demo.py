from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.daemon_process import DEADLINE_S
from wix_printer_service.simulation.paper import Balance, Paper, balance


def test_the_demo_prints_every_expected_receipt_once_and_ends_with_status_0(
    tmp_path: Path,
) -> None:
    played = subprocess.run(
        [sys.executable, "-m", "wix_printer_service.simulation.demo", "--once"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S * 2,
        check=False,
    )
    lines = played.stdout.splitlines()
    assert lines[-1] == "demo: 5 orders, 11 receipts printed, 0 lost, 0 duplicated", played.stderr
    assert played.returncode == 0
    pictures = [Path(line.split()[-1]) for line in lines if "picture:" in line]
    assert len(pictures) == 11
    assert all(picture.exists() for picture in pictures)


def papers(*texts: str) -> list[Paper]:
    return [Paper(text, Path("000001.png")) for text in texts]


def test_a_receipt_that_is_missing_counts_as_lost() -> None:
    assert balance(papers("#1 a"), {"1": 2, "2": 1}) == Balance(printed=1, lost=2, duplicated=0)


def test_a_receipt_too_many_counts_as_duplicated() -> None:
    assert balance(papers("#1", "#1"), {"1": 1}) == Balance(printed=2, lost=0, duplicated=1)


def test_a_receipt_that_belongs_to_no_order_counts_as_duplicated() -> None:
    assert balance(papers("#1", "#12"), {"1": 1}) == Balance(printed=2, lost=0, duplicated=1)
