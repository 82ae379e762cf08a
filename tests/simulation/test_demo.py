from __future__ import annotations

import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.daemon_process import CLOCK, DEADLINE_S
from wix_printer_service.simulation import demo
from wix_printer_service.simulation.paper import Balance, Paper, balance
from wix_printer_service.simulation.script import Way, lunch_hour

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD = "demo: 6 orders, 18 receipts printed, 0 lost, 0 duplicated, 2 fetched from Wix"
PRINTED_NOTHING = "demo: 6 orders, 0 receipts printed, 18 lost, 0 duplicated"
PLAY = """
import sys
from wix_printer_service.simulation import demo, demo_daemon
{}
sys.exit(demo.main())
"""
PIPE_BYTES = 4096
"""Less than one lunch hour writes: nobody reads, so the demo waits in its middle."""


class Play:
    """A demo on whose words somebody waits."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.lines: list[str] = []

    def read_until(self, wanted: str) -> str:
        """Read on and return the first line that contains ``wanted``."""
        while line := self.process.stdout.readline().decode():
            self.lines.append(line.rstrip("\n"))
            if wanted in line:
                return self.lines[-1]
        raise AssertionError(f"no {wanted!r} in {self.lines}: {self.errors()}")

    def end(self) -> int:
        """Read the rest and return the status."""
        self.lines += self.process.stdout.read().decode().splitlines()
        return self.process.wait(DEADLINE_S)

    def errors(self) -> str:
        return self.process.stderr.read().decode()

    def daemon(self) -> int:
        """Return the daemon's process id, the demo's only child."""
        pid = self.process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii"))


@contextmanager
def playing(folder: Path, *arguments: str, tweak: str = "pass", shell: str = "") -> Iterator[Play]:
    """Start a demo; ``tweak`` is Python and ``shell`` shell to run before it."""
    command = [sys.executable, "-c", PLAY.format(tweak), *arguments]
    with subprocess.Popen(
        ["bash", "-c", f'{shell}\nexec "$@"', "demo", *command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        deadline = threading.Timer(2 * DEADLINE_S, process.kill)
        deadline.start()
        try:
            yield Play(process)
        finally:
            deadline.cancel()
            if process.poll() is None:
                process.terminate()
                process.stdout.read()


def numbers(line: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", line))


def test_the_demo_prints_everything_once_and_shows_what_was_fetched_from_wix(
    tmp_path: Path,
) -> None:
    with playing(tmp_path, "--once") as play:
        status = play.end()
        assert play.lines[-1] == GOOD, play.errors()
    assert status == 0
    pictures = [Path(line.split()[-1]) for line in play.lines if "picture:" in line]
    assert len(set(pictures)) == 18
    assert all(picture.exists() for picture in pictures)
    rows = {line.strip() for line in play.lines}
    assert {"ÄNDERUNG", "STORNIERT", "STATION BAR", "KÜCHE", "FAHRER"} <= rows
    assert any(row.startswith("[drawn: see 0") for row in rows)
    assert not any("[image" in row for row in rows)
    outcomes = [
        line.rpartition("[")[2] for line in play.lines if line.startswith(">>") and "[" in line
    ]
    assert [re.sub(r" after \d+\.\d s", "", outcome) for outcome in outcomes] == [
        "webhook: recorded]",
        "webhook: accepted]",
        "webhook: accepted]",
        "late webhook: duplicate]",
        "webhook: accepted]",
        "webhook: accepted]",
        "no webhook; fetched from Wix: accepted]",
        "late webhook: recorded]",
        "webhook: changed]",
        "no webhook; fetched from Wix: cancelled]",
        "late webhook: recorded]",
        "webhook: recorded]",
        "late webhook: recorded]",
        "late webhook: recorded]",
    ]


def test_a_wix_that_never_tells_of_the_lost_order_is_status_1(tmp_path: Path) -> None:
    tweak = (
        "demo.NEWS_TIMEOUT_S = 3.0; Faults = demo.Faults; demo.Faults = lambda"
        " lose_webhooks_share, **more: Faults(html_share=lose_webhooks_share,"
        " lose_webhooks_share=lose_webhooks_share, **more)"
    )
    with playing(tmp_path, "--once", tweak=tweak) as play:
        status, errors = play.end(), play.errors()
    assert numbers(play.lines[-1]) == (6, 11, 7, 0, 0)
    assert status == 1
    assert "did not hear of it" in errors


def test_a_wix_that_cannot_be_asked_ends_the_demo_before_it_begins(tmp_path: Path) -> None:
    tweak = "demo.NEWS_TIMEOUT_S = 0.5; demo.SITE_ID = ''"
    with playing(tmp_path, "--once", tweak=tweak) as play:
        status, errors = play.end(), play.errors()
    assert play.lines[-1].startswith(PRINTED_NOTHING)
    assert status == 1
    assert "Wix was not asked" in errors


def test_a_receipt_that_vanishes_is_one_lost_and_status_1(tmp_path: Path) -> None:
    with playing(tmp_path, "--once") as play:
        Path(play.read_until("picture:").split()[-1]).unlink()
        status = play.end()
    assert play.lines[-1].startswith("demo: 6 orders, 17 receipts printed, 1 lost, 0 duplicated")
    assert status == 1


def test_when_the_daemon_is_killed_what_is_missing_is_lost_and_its_log_is_named(
    tmp_path: Path,
) -> None:
    with playing(tmp_path, "--once") as play:
        play.read_until("picture:")
        os.kill(play.daemon(), signal.SIGKILL)
        status, errors = play.end(), play.errors()
    orders, printed, lost, duplicated, _ = numbers(play.lines[-1])
    assert (orders, printed + lost, duplicated) == (6, 18, 0)
    assert lost > 0
    assert status == 1
    assert "daemon.log" in errors
    assert "Traceback" not in errors


def test_a_daemon_that_hangs_is_not_waited_for_without_end(tmp_path: Path) -> None:
    tweak = "demo.ANSWER_TIMEOUT_S = 2.0; demo_daemon.STOP_TIMEOUT_S = 0.3"
    with playing(tmp_path, "--once", tweak=tweak) as play:
        play.read_until("picture:")
        os.kill(play.daemon(), signal.SIGSTOP)
        status, errors = play.end(), play.errors()
    assert numbers(play.lines[-1])[0] == 6
    assert status == 1
    assert "does not answer" in errors
    assert "did not end" in errors


def test_a_daemon_that_cannot_start_has_lost_everything(tmp_path: Path) -> None:
    tweak = "demo.config.EMBEDDED['storage']['path'] = '/dev/null/wix-printer.db'"
    with playing(tmp_path, "--once", tweak=tweak) as play:
        status, errors = play.end(), play.errors()
    assert play.lines[-1].startswith(PRINTED_NOTHING)
    assert status == 1
    assert "daemon.log" in errors


def test_for_a_printer_that_never_prints_it_waits_once_and_says_so(tmp_path: Path) -> None:
    tweak = (
        "demo.PRINT_TIMEOUT_S = 0.3; "
        "demo.config.EMBEDDED['printers']['kitchen']['connection'] = 'virtual:///dev/null/folder'"
    )
    with playing(tmp_path, "--once", tweak=tweak) as play:
        status, errors = play.end(), play.errors()
    assert numbers(play.lines[-1]) == (6, 3, 15, 0, 2)  # the bar prints all the same
    assert len([line for line in play.lines if "waiting for the printer" in line]) == 1
    assert status == 1
    assert "Not everything was printed" in errors


def test_two_demos_at_once_both_end_well(tmp_path: Path) -> None:
    with playing(tmp_path, "--once") as one, playing(tmp_path, "--once") as other:
        for play in (one, other):
            status = play.end()
            assert (play.lines[-1], status) == (GOOD, 0), play.errors()


def test_a_port_that_is_taken_in_the_last_moment_costs_another_start_only(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        tweak = f"demo_daemon._free_port = lambda usual: {other.getsockname()[1]}"
        with playing(tmp_path, "--once", tweak=tweak) as play:
            assert (play.end(), play.lines[-1]) == (0, GOOD)
    assert len([line for line in play.lines if "waiting for the daemon" in line]) == 2


def test_a_later_demo_deletes_old_runs_but_not_one_that_goes_on(tmp_path: Path) -> None:
    runs = tmp_path / "var" / "demo"
    later = [runs / f"9999-{number}" for number in range(4)]
    with playing(tmp_path, "--once") as running:
        running.read_until(">>")
        for folder in later:
            folder.mkdir()
        with playing(tmp_path, "--once") as second:
            assert second.end() == 0
        assert [folder.exists() for folder in later] == [False, True, True, True]
        assert (running.end(), running.lines[-1]) == (0, GOOD)


@pytest.mark.parametrize("shell", ["", "trap '' INT"], ids=["", "inherited as ignored"])
def test_ctrl_c_ends_the_demo_and_its_daemon_with_status_0(tmp_path: Path, shell: str) -> None:
    with playing(tmp_path, tweak="demo.PACE_S = 0.0", shell=shell) as play:
        play.read_until("demo: ")
        assert play.lines[-1] == GOOD
        page = play.read_until("Ctrl-C ends the demo")
        assert "http://127.0.0.1:" in page
        daemon = play.daemon()
        play.process.send_signal(signal.SIGINT)
        assert (play.end(), play.errors()) == (0, "")
    with pytest.raises(ProcessLookupError):
        os.kill(daemon, 0)


def test_ctrl_c_in_the_middle_is_no_failure_either(tmp_path: Path) -> None:
    with playing(tmp_path) as play:
        play.read_until(">>")
        play.process.send_signal(signal.SIGINT)
        assert (play.end(), play.errors()) == (0, "")


def test_when_the_daemon_dies_while_somebody_looks_the_demo_says_so_and_ends(
    tmp_path: Path,
) -> None:
    with playing(tmp_path, tweak="demo.PACE_S = 0.0") as play:
        play.read_until("Ctrl-C ends the demo")
        os.kill(play.daemon(), signal.SIGKILL)
        assert play.end() == 1
        assert "The daemon has ended." in play.errors()


def test_a_search_that_shows_an_order_as_it_was_before_does_not_count_as_fetched() -> None:
    step = next(step for step in lunch_hour(CLOCK.now()) if step.way is Way.LOST)
    event = {"order_id": step.guest.order_id, "event_type": "search"}
    before, other = {**event, "verdict": "recorded"}, {**event, "order_id": "x", "verdict": "held"}
    late_webhook = {**event, "event_type": "wix.ecom.v1.order_approved", "verdict": "accepted"}
    found = {**event, "verdict": "cancelled"}
    assert demo._verdicts([before, other, late_webhook, found], step) == ["cancelled"]


def papers(*texts: str) -> list[Paper]:
    return [Paper(text, Path("000001.png")) for text in texts]


def test_of_a_drawn_row_a_person_is_told_where_to_see_it() -> None:
    (paper,) = papers("#1\n[image 576x24]\n1x [image]")
    assert paper.legible == "#1\n[drawn: see 000001.png]\n1x [image]"


def test_a_receipt_that_is_missing_counts_as_lost() -> None:
    assert balance(papers("#1 a"), {"1": 2, "2": 1}) == Balance(printed=1, lost=2, duplicated=0)


def test_a_receipt_too_many_counts_as_duplicated() -> None:
    assert balance(papers("#1", "#1"), {"1": 1}) == Balance(printed=2, lost=0, duplicated=1)


def test_a_receipt_that_belongs_to_no_order_counts_as_duplicated() -> None:
    assert balance(papers("#1", "#12"), {"1": 1}) == Balance(printed=2, lost=0, duplicated=1)
