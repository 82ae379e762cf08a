"""``printers test``: a ticket, and in plain words what the printer can do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from wix_printer_service.cli.printers import app
from wix_printer_service.errors import PrinterUnavailableError
from wix_printer_service.virtual_printer import VirtualPrinter, VirtualPrinterServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = """\
storage: {{path: {folder}/wix-printer.db}}
printing: {{answer_timeout_s: 0.1, confirm_timeout_s: 0.3, close_timeout_s: 0.1}}
printers: {{kitchen: {{connection: "{url}", receipts: [kitchen]}}}}
"""


@pytest.fixture
def virtual(tmp_path: Path) -> VirtualPrinter:
    return VirtualPrinter(tmp_path / "receipts")


@pytest.fixture
def config(tmp_path: Path, virtual: VirtualPrinter) -> Iterator[Path]:
    """A configuration whose printer stands in the network."""
    file = tmp_path / "config.yaml"
    with VirtualPrinterServer("127.0.0.1", 0, virtual) as server:
        url = f"tcp://127.0.0.1:{server.port}"
        file.write_text(CONFIG.format(folder=tmp_path, url=url))
        yield file


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_a_test_says_what_the_printer_can_do_and_writes_it_down(
    config: Path, tmp_path: Path
) -> None:
    said = run("test", "kitchen", "--config", str(config)).splitlines()
    file = tmp_path / "printer-abilities.json"
    assert said == [
        "The printer kitchen is ready.",
        "It calls itself EPSON TM-T88V.",
        "It can say when a job is on paper.",
        "It can say when it has processed a job.",
        "It can say at once when something happens to it.",
        "It can forget half a job.",
        f"Written to {file}; the daemon uses it from its next start.",
        "The printer kitchen says: printed. Look at the ticket.",
    ]
    (learnt,) = json.loads(file.read_text()).values()
    assert set(learnt.values()) == {"seen"}
    assert file.stat().st_mode & 0o777 == 0o644
    assert "kitchen" in (tmp_path / "receipts" / "000001.txt").read_text()


def test_what_the_printer_cannot_do_is_said_as_plainly(
    config: Path, virtual: VirtualPrinter
) -> None:
    virtual.set_faults(no_process_id=True, no_identity=True, no_sensor_status=True)
    said = run("test", "kitchen", "--config", str(config))
    assert "calls itself" not in said
    assert "It cannot say when a job is on paper." in said
    assert "If 00TEST stands at the top of the ticket, that comes from trying." in said
    assert said.endswith("The printer kitchen took all of it. Look at the ticket.\n")


def test_of_a_silent_printer_nothing_is_written_down(
    config: Path, virtual: VirtualPrinter, tmp_path: Path
) -> None:
    virtual.set_faults(silent=True)
    assert run("test", "kitchen", "--config", str(config)).splitlines() == [
        "The printer kitchen can be reached but does not say how it is.",
        "Jobs are sent to it all the same, but nobody knows whether they are printed.",
        "The printer kitchen took all of it. Look at the ticket.",
    ]
    assert not (tmp_path / "printer-abilities.json").exists()


def test_a_printer_that_is_not_ready_gets_no_ticket(config: Path, virtual: VirtualPrinter) -> None:
    virtual.set_faults(cover_open=True)
    with pytest.raises(PrinterUnavailableError, match="the printer kitchen has its cover open"):
        run("test", "kitchen", "--config", str(config))


def test_a_folder_that_cannot_be_written_costs_only_the_remembering(
    config: Path, tmp_path: Path
) -> None:
    (tmp_path / "printer-abilities.json").mkdir()
    said = run("test", "kitchen", "--config", str(config))
    assert "so that it is not kept: Is a directory." in said
    assert "says: printed" in said
