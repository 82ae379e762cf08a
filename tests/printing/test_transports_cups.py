"""The print system: what ``lp`` says is heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.printing.transport_edges import CupsRig
from tests.printing.transport_rigs import Behaviour, connect, connect_to, job
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_job_goes_raw_to_the_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = CupsRig(tmp_path, monkeypatch)
    rig.start()
    connect(rig).send(job(100))
    arguments = (tmp_path / "arguments").read_text().split()
    assert arguments == ["-d", "receipts", "-o", "raw", "-t", "wix-printer"]


def test_the_words_of_lp_reach_the_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = CupsRig(tmp_path, monkeypatch)
    with pytest.raises(
        PrinterUnavailableError,
        match="the print queue receipts took nothing: lp: The printer or class does not exist",
    ):
        connect(rig).send(job(100))


def test_an_lp_that_was_killed_may_have_handed_over_the_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = CupsRig(tmp_path, monkeypatch)
    rig.start(Behaviour(dies_after=50))
    with pytest.raises(SendInterruptedError, match="ended by signal 9"):
        connect(rig).send(job(1000))


def test_a_computer_without_lp_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    printer = connect_to("cups://receipts")
    with pytest.raises(PrinterUnavailableError, match="sudo apt install cups-client"):
        printer.open()
    with pytest.raises(PrinterUnavailableError, match="lp cannot be started"):
        printer.send(job(100))
