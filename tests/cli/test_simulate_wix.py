from __future__ import annotations

import os
import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import requests
import yaml

from tests.cli.typed import environment, free_port, plain, run
from tests.daemon_process import CLOCK, COMMAND, DEADLINE_S, running_daemon, settings
from wix_printer_service import config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ORDER_ID = "5ba7f0a4-9a1f-4c28-8f41-4d1c4f0f7a12"
STOP_S = 2.0


class Playing:
    """A running ``simulate wix`` and what it has said."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.said: list[str] = []
        self.url = self.line_with("api_base:").split()[-1]
        self.line_with("Ctrl-C")

    def line_with(self, text: str) -> str:
        """Return the next line that contains ``text``; the test's own time limits the wait."""
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            if text in line:
                return self.said[-1]
        raise AssertionError(f"it ended without {text!r}: {self.said}")

    def search(self, key: str = "any") -> requests.Response:
        headers = {"Authorization": key, "wix-site-id": "any"}
        url = f"{self.url}/ecom/v1/orders/search"
        return requests.post(url, json={}, headers=headers, timeout=DEADLINE_S)


@contextmanager
def playing(folder: Path, *arguments: str) -> Iterator[Playing]:
    command = [COMMAND, "simulate", "wix", "--address", "127.0.0.1:0", *arguments]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, text=True, env=environment()
    )
    with process:
        try:
            yield Playing(process)
        finally:
            process.terminate()


def test_a_person_is_told_what_to_configure_and_the_configuration_is_sound(tmp_path: Path) -> None:
    own = str(settings(tmp_path))
    with playing(tmp_path, "--config", own) as wix:
        begin = wix.said.index("wix:")
        section = yaml.safe_load("\n".join(wix.said[begin : begin + 4]))
    assert section["wix"]["api_base"] == wix.url
    key_file = section["wix"]["api_key_file"]
    assert f"(echo any > {key_file})" in " ".join(wix.said)
    (tmp_path / "any-key").write_text("any\n", "ascii")
    loaded = config.load(settings(tmp_path, **section)).settings
    assert (loaded.wix.site_id, loaded.wix.is_askable) == (section["wix"]["site_id"], True)


def test_an_order_put_there_reaches_the_daemon_and_its_cancellation_as_well(
    tmp_path: Path,
) -> None:
    with running_daemon(tmp_path, settings(tmp_path)) as daemon:
        listen = {"webhook": daemon.webhook, "status": daemon.status}
        own = ("--config", str(settings(tmp_path, listen=listen)))
        with playing(tmp_path, *own) as wix:
            there = ("simulate", "order", *own, "--wix", wix.url, "--id", ORDER_ID)
            placed = run(*there, cwd=tmp_path)
            assert placed.stdout.endswith(f"id {ORDER_ID}: at {wix.url}\n"), placed.stderr
            assert wix.line_with("webhook order_approved of order").endswith(": taken")
            daemon.wait_for_printed(2)
            cancelled = run(*there, "--event", "canceled", cwd=tmp_path)
            assert cancelled.stdout == placed.stdout  # it is the same order, number and all
            assert wix.line_with("webhook order_canceled of order").endswith(": taken")
            daemon.wait_for_printed(3)
            (order,) = requests.get(f"{wix.url}/_stand-in/orders", timeout=5).json()["orders"]
            assert (order["id"], order["status"]) == (ORDER_ID, "CANCELED")


def test_guests_order_by_themselves_and_everything_is_one_line(tmp_path: Path) -> None:
    arguments = ("--orders-a-minute", "600", "--no-webhooks", "--seed", "1")
    with playing(tmp_path, *arguments) as wix:
        assert wix.line_with("event") == "event order_approved of order 20001"
        wix.line_with("of order 20006")  # beyond the samples, from the beginning
        assert wix.search().ok
        assert "orders/search: 200 " in wix.line_with("orders/search")
        first = requests.get(f"{wix.url}/_stand-in/orders", timeout=5).json()["orders"][0]
    assert "webhook" not in " ".join(line for line in wix.said if "order_" in line)
    with playing(tmp_path, *arguments) as again:
        again.line_with("of order 20001")
        same = requests.get(f"{again.url}/_stand-in/orders", timeout=5).json()["orders"][0]
    assert same["id"] == first["id"]


def test_no_webhooks_means_that_none_is_promised(tmp_path: Path) -> None:
    with playing(tmp_path, "--no-webhooks") as wix:
        assert "No webhooks are sent." in wix.said
    assert "Webhooks go to" not in " ".join(wix.said)


def test_with_a_key_no_other_is_taken(tmp_path: Path) -> None:
    with playing(tmp_path, "--key", "IST.mine") as wix:
        assert [wix.search(key).status_code for key in ("IST.mine", "any")] == [200, 401]
    assert any("(echo IST.mine > " in line for line in wix.said)


def test_an_order_that_wix_does_not_know_cannot_be_cancelled(tmp_path: Path) -> None:
    with playing(tmp_path, "--no-webhooks") as wix:
        there = ("simulate", "order", "--wix", wix.url, "--id", ORDER_ID)
        unknown = run(*there, "--event", "canceled", cwd=tmp_path)
        assert unknown.returncode == 1
        assert unknown.stderr == f"the Wix at {wix.url} knows no order {ORDER_ID}\n"
        assert run(*there, cwd=tmp_path).returncode == 0
        assert run(*there, "--event", "canceled", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    "wrong",
    ["127.0.0.1:8090", "http://127.0.0.1", "http://127.0.0.1:80900", "https://127.0.0.1:8090"],
)
def test_what_is_no_address_of_a_wix_is_explained(tmp_path: Path, wrong: str) -> None:
    answer = run("simulate", "order", "--wix", wrong, cwd=tmp_path)
    assert answer.returncode == 2
    expected = "Invalid value for --wix: expected http://HOST:PORT, such as http://127.0.0.1:8090"
    assert expected in plain(answer.stderr)


def test_the_same_seed_loses_the_same_webhooks(tmp_path: Path) -> None:
    own = str(settings(tmp_path, listen={"webhook": f"127.0.0.1:{free_port()}"}))
    arguments = ("--config", own, "--orders-a-minute", "600", "--lose", "0.5", "--seed", "1")
    runs = []
    for _ in range(2):
        with playing(tmp_path, *arguments) as wix:
            wix.line_with("event order_approved of order 20011")
        runs.append([line for line in wix.said if line.endswith(": lost")])
    assert runs[0] == runs[1]
    assert 0 < len(runs[0]) < 10


def test_options_are_faults(tmp_path: Path) -> None:
    given = {
        "lose_webhooks_share": ("--lose", 0.1),
        "double_webhooks_share": ("--double", 0.2),
        "double_share": ("--double", 0.2),
        "late_webhooks_share": ("--late", 0.3),
        "index_lag_s": ("--index-lag", 4.0),
        "error_share": ("--errors", 0.5),
        "too_many_share": ("--too-many", 0.6),
        "html_share": ("--html", 0.7),
        "slow_s": ("--slow", 0.8),
    }
    options = [str(part) for pair in given.values() for part in pair]
    with playing(tmp_path, *options) as wix:
        faults = requests.get(f"{wix.url}/_stand-in/faults", timeout=5).json()
    assert {name: faults[name] for name in given} == {name: v for name, (_, v) in given.items()}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_when_told_to(tmp_path: Path, number: int) -> None:
    with playing(tmp_path, "--slow", "60") as wix:
        began_s = CLOCK.monotonic()
        os.kill(wix.process.pid, number)
        assert wix.process.wait(DEADLINE_S) == 0
        assert CLOCK.monotonic() - began_s < STOP_S


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("wix", "--address", "nowhere"), "expected HOST:PORT"),
        (("wix", "--lose", "2"), "should be less than or equal to 1"),
    ],
)
def test_wrong_usage_is_explained(tmp_path: Path, arguments: tuple, reason: str) -> None:
    answer = run("simulate", *arguments, cwd=tmp_path)
    assert answer.returncode == 2
    assert reason in plain(answer.stderr)


def test_a_key_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    own = str(settings(tmp_path, storage={"path": str(tmp_path / "file" / "wix-printer.db")}))
    answer = run("simulate", "wix", "--config", own, cwd=tmp_path)
    assert answer.returncode == 2
    assert "cannot read the key" in plain(answer.stderr)


def test_an_address_that_is_taken_and_a_wix_that_is_not_there_are_named(tmp_path: Path) -> None:
    with playing(tmp_path) as wix:
        taken = run("simulate", "wix", "--address", wix.url.removeprefix("http://"), cwd=tmp_path)
    assert (taken.returncode, taken.stderr.startswith("cannot listen on")) == (1, True)
    nobody = run("simulate", "order", "--wix", wix.url, cwd=tmp_path)
    assert nobody.returncode == 1
    assert nobody.stderr == f"nobody plays Wix at {wix.url}: start `wix-printer simulate wix`\n"


def test_something_else_at_that_address_is_no_wix(tmp_path: Path) -> None:
    with running_daemon(tmp_path, settings(tmp_path)) as daemon:
        elsewhere = f"http://{daemon.status}"
        answer = run("simulate", "order", "--wix", elsewhere, cwd=tmp_path)
    assert answer.returncode == 1
    assert "refused with 404" in answer.stderr
    assert "Traceback" not in answer.stderr
