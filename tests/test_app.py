from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
import requests

from tests.daemon_process import COMMAND, DEADLINE_S, fresh, running_daemon, settings

if TYPE_CHECKING:
    from pathlib import Path


def test_ready_is_said_only_when_a_delivery_can_be_taken(tmp_path: Path) -> None:
    with running_daemon(tmp_path, settings(tmp_path)) as daemon:
        envelope = fresh("pickup")
        assert daemon.deliver(envelope).status_code == 200


def test_sigterm_stops_everything_within_ten_seconds_with_status_0(tmp_path: Path) -> None:
    with running_daemon(tmp_path, settings(tmp_path)) as daemon:
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait(10) == 0
        assert "STOPPING=1" in daemon.wait_for_notification("STOPPING")
    assert daemon.log_lines()[-1]["event"] == "stopped"


def test_stopping_ends_the_listeners_before_the_printers_and_the_writer_last(
    tmp_path: Path,
) -> None:
    config = settings(tmp_path, log={"level": "debug"})
    with running_daemon(tmp_path, config) as daemon:
        daemon.process.send_signal(signal.SIGTERM)
        daemon.process.wait(10)
    stopped = [line["worker"] for line in daemon.log_lines() if line["event"] == "worker_stopped"]
    assert stopped == [
        "status-listener",
        "webhook-listener",
        "queue-watch",
        "printer-kitchen",
        "connectivity-printer:kitchen",
        "database-writer",
    ]


def test_the_watchdog_is_fed_while_all_workers_beat(tmp_path: Path) -> None:
    with running_daemon(tmp_path, settings(tmp_path), WATCHDOG_USEC="300000") as daemon:
        assert daemon.wait_for_notification("WATCHDOG=1")


def test_the_watchdog_starves_when_a_worker_hangs(tmp_path: Path) -> None:
    # with so short a time every worker counts as hung
    config = settings(tmp_path, lifecycle={"beat_timeout_s": 0.000001})
    with running_daemon(tmp_path, config, WATCHDOG_USEC="300000") as daemon:
        daemon.notifications.settimeout(1)
        with pytest.raises(TimeoutError):
            daemon.wait_for_notification("WATCHDOG=1")
    assert any(line["event"] == "workers_hang" for line in daemon.log_lines())


def test_every_log_line_is_json_and_none_names_the_guest(tmp_path: Path) -> None:
    with running_daemon(tmp_path, settings(tmp_path)) as daemon:
        daemon.deliver(fresh("delivery_cash"))
        daemon.wait_for_printed(3)
    text = (tmp_path / "log.txt").read_text("utf-8")
    assert len(daemon.log_lines()) > 5
    for private in ("Jonas", "Kraußmüller", "Skalitzer", "5550199", "jonas@example.com"):
        assert private not in text


def test_a_second_daemon_on_the_same_database_refuses_to_start(tmp_path: Path) -> None:
    config = settings(tmp_path)
    with running_daemon(tmp_path, config):
        second = subprocess.run(
            [COMMAND, "run", "--config", str(config)],
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
    assert second.returncode == 1
    assert "another wix-printer is already running" in second.stderr


def test_a_taken_port_is_named_and_ends_the_start(tmp_path: Path) -> None:
    with running_daemon(tmp_path, settings(tmp_path)) as daemon:
        other = tmp_path / "other"
        other.mkdir()
        config = settings(other, listen={"webhook": daemon.webhook, "status": "127.0.0.1:0"})
        second = subprocess.run(
            [COMMAND, "run", "--config", str(config)],
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
    assert second.returncode == 1
    assert f"cannot listen on {daemon.webhook}" in second.stderr


def test_what_was_waiting_is_printed_after_a_restart(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    away = settings(
        tmp_path,
        printers={
            "kitchen": {"connection": f"file://{tmp_path}/gone/lp0", "receipts": ["kitchen"]}
        },
    )
    with running_daemon(tmp_path, away) as daemon:
        daemon.deliver(fresh("pickup"))
    (tmp_path / "log.txt").unlink()
    with running_daemon(tmp_path, settings(tmp_path)) as daemon:
        assert len(daemon.wait_for_printed(1)) == 1
    assert [path.suffix for path in sorted(daemon.receipts.iterdir())] == [".png", ".txt"]


def test_a_killed_daemon_has_lost_nothing_it_acknowledged(tmp_path: Path) -> None:
    config = settings(tmp_path)
    with running_daemon(tmp_path, config) as daemon:
        daemon.deliver(fresh("pickup"))
        os.kill(daemon.process.pid, signal.SIGKILL)
    (tmp_path / "log.txt").unlink()
    with running_daemon(tmp_path, config) as daemon:
        jobs = requests.get(f"http://{daemon.status}/jobs", timeout=DEADLINE_S).json()
        assert sorted(job["receipt"] for job in jobs) == ["customer", "kitchen"]


@pytest.mark.parametrize("command", [["run"], ["config", "check"]], ids=" ".join)
def test_a_mistake_in_a_layout_is_named_before_anything_starts(
    tmp_path: Path, command: list[str]
) -> None:
    layout = tmp_path / "kitchen.yaml"
    layout.write_text("blocks: [nonsense]\n", "utf-8")
    config = settings(tmp_path, receipts={"layouts": {"kitchen": str(layout)}})
    tried = subprocess.run(
        [COMMAND, *command, "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert tried.returncode == 1
    assert str(layout) in tried.stderr
    assert "nonsense" in tried.stderr
    assert not (tmp_path / "wix-printer.db").exists()


def test_copies_of_the_settings_come_out(tmp_path: Path) -> None:
    printer = {
        "connection": f"virtual://{tmp_path}/receipts",
        "receipts": ["kitchen", "customer"],
        "copies": {"kitchen": 2},
    }
    with running_daemon(tmp_path, settings(tmp_path, printers={"kitchen": printer})) as daemon:
        daemon.deliver(fresh("pickup"))
        daemon.wait_for_printed(2)
        papers = [path for path in daemon.receipts.iterdir() if path.suffix == ".txt"]
        assert len(papers) == 3
