"""Runs the real daemon as a process and speaks systemd's notification protocol with it."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import requests
import yaml

from wix_printer_service.clock import SystemClock
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.keys import development_key
from wix_printer_service.simulation.signing import Style, sign

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOCK = SystemClock()
DEADLINE_S = 30
COMMAND = str(Path(sys.executable).with_name("wix-printer"))


@dataclass
class DaemonProcess:
    """A running daemon, its folder and its addresses."""

    folder: Path
    process: subprocess.Popen
    notifications: socket.socket
    webhook: str = ""
    status: str = ""

    @property
    def receipts(self) -> Path:
        return self.folder / "receipts"

    @property
    def database(self) -> Path:
        return self.folder / "wix-printer.db"

    def wait_for_notification(self, wanted: str) -> str:
        """Return the first notification that contains ``wanted``."""
        while True:
            text = self.notifications.recv(4096).decode()
            if wanted in text:
                return text

    def log_lines(self) -> list[dict]:
        text = (self.folder / "log.txt").read_text("utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def find_addresses(self) -> None:
        found = {
            line["server"]: line["address"]
            for line in self.log_lines()
            if line["event"] == "listening"
        }
        self.webhook, self.status = found["webhook-listener"], found["status-listener"]

    def deliver(self, envelope: dict, style: Style = Style.STRINGS) -> requests.Response:
        body = sign(envelope, development_key(self.database), 0, style)
        return requests.post(f"http://{self.webhook}/webhooks/wix", data=body, timeout=DEADLINE_S)

    def wait_for_printed(self, number: int) -> list[dict]:
        """Ask until so many jobs are printed, and return them."""
        end = CLOCK.monotonic() + DEADLINE_S
        while True:
            url = f"http://{self.status}/jobs"
            answer = requests.get(url, params={"state": "printed"}, timeout=DEADLINE_S)
            if len(jobs := answer.json()) >= number:
                return jobs
            assert CLOCK.monotonic() < end, f"only {len(jobs)} of {number} receipts came"
            CLOCK.wait(threading.Event(), 0.05)


def fresh(sample: str) -> dict:
    """Return a sample's envelope as if its order had just been placed."""
    return samples.shift(samples.load(sample), CLOCK.now())


def settings(folder: Path, **more: object) -> Path:
    """Write a configuration that keeps everything in ``folder``, on free ports."""
    content = {
        "storage": {"path": str(folder / "wix-printer.db")},
        "listen": {"webhook": "127.0.0.1:0", "status": "127.0.0.1:0"},
        "connectivity": {"hosts": []},  # tests ask nobody in the internet
        "printers": {
            "kitchen": {
                "connection": f"virtual://{folder}/receipts",
                "receipts": ["kitchen", "driver", "customer"],
            }
        },
        **more,
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(content), "utf-8")
    return path


@contextmanager
def running_daemon(
    folder: Path, config: Path, *, prefix: tuple[str, ...] = (), **environment: str
) -> Iterator[DaemonProcess]:
    """Start the daemon, wait for READY=1, and end it whatever happens.

    ``prefix`` is what to start it with, such as ``strace``; it must become the daemon itself.
    """
    address = str(folder / "notify.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifications:
        notifications.bind(address)
        notifications.settimeout(DEADLINE_S)
        variables = {k: v for k, v in os.environ.items() if not re.match("WIX_PRINTER", k)}
        variables |= {"NOTIFY_SOCKET": address, **environment}
        with (folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [*prefix, COMMAND, "run", "--config", str(config)],
                cwd=folder,
                env=variables,
                stderr=log,
            )
        daemon = DaemonProcess(folder, process, notifications)
        try:
            daemon.wait_for_notification("READY=1")
            daemon.find_addresses()
            yield daemon
        finally:
            process.terminate()
            process.wait(DEADLINE_S)
            Path(address).unlink()
