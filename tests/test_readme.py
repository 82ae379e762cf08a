"""README.md is true: its configuration and its commands work as they stand."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from PIL import Image

from tests.daemon_process import DEADLINE_S
from tests.terminal import Terminal, blocks, is_open, project_folder, wait_until
from wix_printer_service import connection_url
from wix_printer_service.printing import fonts
from wix_printer_service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text("utf-8")
TRYING = TEXT.partition("## Trying it")[2].partition("\n## ")[0]


def commands() -> list[str]:
    """Return what is typed in the README's order; an outage is shorter."""
    lines = "".join(blocks("sh", TRYING)).replace("--seconds 20", "--seconds 0.2").splitlines()
    return [line for line in lines if shlex.split(line, comments=True)]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(project_folder(tmp_path, blocks("yaml", TRYING)[0]))
    yield opened
    opened.close()


def type_all(lines: list[str], terminal: Terminal) -> None:
    for line in lines:
        terminal.type(line, typed="correct horse\n")
        if "wix-printer run" in line:
            wait_until(lambda: is_open(terminal.webhook))


def test_every_command_works_one_after_the_other_and_ends_in_paper(terminal: Terminal) -> None:
    typed = commands()
    kinds = [line.split()[1] for line in typed]
    assert [kind for kind in kinds if kind in {"printers", "run", "simulate"}] == [
        "printers",
        "run",
        "simulate",
        "simulate",
    ]
    type_all(typed, terminal)
    receipts = terminal.folder / "var" / "my-receipts"
    wait_until(lambda: len(list(receipts.glob("*.txt"))) == 3)  # the test ticket and two more
    texts = [path.read_text("utf-8") for path in sorted(receipts.glob("*.txt"))]
    assert "kitchen" in texts[0]
    assert all("#" in text for text in texts[1:])


def test_the_configuration_keeps_everything_in_the_projects_folder(terminal: Terminal) -> None:
    type_all([line for line in commands() if "wix-printer run" in line], terminal)
    assert (terminal.folder / "var" / "my.db").exists()


def test_the_table_of_connections_names_every_kind_and_each_example_is_right() -> None:
    shown = re.findall(r"^\| `(\w+://[^`]*)` \|", TRYING, re.MULTILINE)
    kinds = {type(connection_url.parse(url)).__name__ for url in shown}
    assert kinds == {"Tcp", "Usb", "SerialPort", "DeviceFile", "CupsQueue", "Virtual"}


def test_the_snippets_to_add_are_settings() -> None:
    base = yaml.safe_load(blocks("yaml", TRYING)[0])
    for line in re.findall(r"`(\w+: \{[^`]*\})`", TRYING):
        assert Settings.model_validate({**base, **yaml.safe_load(line)})


def test_what_the_readme_has_people_make_is_kept_out_of_git() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {"my.yaml", "password-hash.txt", "*.pem", "var/"} <= set(ignored)


def test_the_pictures_are_those_of_todays_receipts(tmp_path: Path) -> None:
    make = [sys.executable, ROOT / "scripts" / "pictures.py", tmp_path]
    subprocess.run(make, check=True, timeout=DEADLINE_S)
    shown = re.findall(r'<img src="(docs/pictures/\w+\.png)" width="\d+%" align="top" alt=', TEXT)
    assert len(shown) == 3
    assert {Path(file).name for file in shown} == {file.name for file in tmp_path.iterdir()}
    for file in shown:
        with Image.open(ROOT / file) as known, Image.open(tmp_path / Path(file).name) as made:
            assert known == made, f"{file} is out of date: ./scripts/pictures makes it anew"
        assert (ROOT / file).stat().st_size < 150_000


def test_the_packages_of_fonts_are_those_that_the_service_itself_names() -> None:
    assert f"`{fonts.REMEDY}`" in TRYING
