"""README.md is true: its configuration and its commands work as they stand."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.daemon_process import CLOCK, COMMAND, DEADLINE_S
from wix_printer_service import connection_url
from wix_printer_service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text("utf-8")
TRYING = TEXT.partition("## Trying it")[2].partition("\n## ")[0]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TRYING, re.DOTALL)


def commands() -> list[list[str]]:
    """Return what is typed, without the comments, in the README's order; an outage is shorter."""
    lines = "".join(blocks("sh")).replace("--seconds 20", "--seconds 0.2").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A project's folder as the README leaves it: with the wix-printer command and my.yaml."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "wix-printer").symlink_to(COMMAND)
    (tmp_path / "my.yaml").write_text(blocks("yaml")[0], "utf-8")
    return tmp_path


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def environment() -> dict[str, str]:
    """The usual ports may be taken on the machine that runs the tests."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith("WIX_PRINTER")}
    listen = {f"WIX_PRINTER__LISTEN__{name}": free_address() for name in ("WEBHOOK", "STATUS")}
    return {**variables, **listen}


class Terminal:
    """Types commands in a folder; what the README starts in the background runs on."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self.background: subprocess.Popen | None = None

    def type(self, words: list[str]) -> None:
        if words[1:2] == ["run"]:
            self._start(words)
            return
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment,
            input="correct horse\n",
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"

    def _start(self, words: list[str]) -> None:
        with (self.folder / "log.txt").open("wb") as log:
            self.background = subprocess.Popen(
                words, cwd=self.folder, env=self.environment, stderr=log
            )
        host, port = self.environment["WIX_PRINTER__LISTEN__WEBHOOK"].split(":")
        wait_until(lambda: is_open(host, int(port)))

    def close(self) -> None:
        if self.background is not None:
            self.background.terminate()
            self.background.wait(DEADLINE_S)


@pytest.fixture
def terminal(house: Path, environment: dict[str, str]) -> Iterator[Terminal]:
    opened = Terminal(house, environment)
    yield opened
    opened.close()


def is_open(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def wait_until(condition) -> None:
    end = CLOCK.monotonic() + DEADLINE_S
    while not condition():
        assert CLOCK.monotonic() < end
        CLOCK.wait(threading.Event(), 0.05)


def test_every_command_works_one_after_the_other_and_ends_in_paper(terminal: Terminal) -> None:
    typed = commands()
    kinds = [words[1] for words in typed]
    assert [kind for kind in kinds if kind in {"printers", "run", "simulate"}] == [
        "printers",
        "run",
        "simulate",
        "simulate",
    ]
    for words in typed:
        terminal.type(words)
    receipts = terminal.folder / "var" / "my-receipts"
    wait_until(lambda: len(list(receipts.glob("*.txt"))) == 3)  # the test ticket and two more
    texts = [path.read_text("utf-8") for path in sorted(receipts.glob("*.txt"))]
    assert "kitchen" in texts[0]
    assert all("#" in text for text in texts[1:])


def test_the_configuration_keeps_everything_in_the_projects_folder(terminal: Terminal) -> None:
    for words in commands():
        if words[1:2] == ["run"]:
            terminal.type(words)
    assert (terminal.folder / "var" / "my.db").exists()


def test_the_table_of_connections_names_every_kind_and_each_example_is_right() -> None:
    shown = re.findall(r"^\| `(\w+://[^`]*)` \|", TRYING, re.MULTILINE)
    kinds = {type(connection_url.parse(url)).__name__ for url in shown}
    assert kinds == {"Tcp", "Usb", "SerialPort", "DeviceFile", "CupsQueue", "Virtual"}


def test_the_snippets_to_add_are_settings() -> None:
    base = yaml.safe_load(blocks("yaml")[0])
    for line in re.findall(r"`(\w+: \{[^`]*\})`", TRYING):
        assert Settings.model_validate({**base, **yaml.safe_load(line)})


def test_what_the_readme_has_people_make_is_kept_out_of_git() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {"my.yaml", "password-hash.txt", "*.pem", "var/"} <= set(ignored)
