"""What the commands say and do about trouble: status, events, jobs retry and cancel, outages."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import requests

from tests.api.status_house import House
from tests.cli.typed import environment, free_port, plain, run
from tests.daemon_process import CLOCK, COMMAND, DEADLINE_S, DaemonProcess, running_daemon, settings
from wix_printer_service.cli.common import moment, span
from wix_printer_service.cli.database_status import planned
from wix_printer_service.models import JobState
from wix_printer_service.observations import Cause
from wix_printer_service.settings import Settings
from wix_printer_service.simulation import samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import FakeClock
    from wix_printer_service.storage.database import Database

CONFIG = ("--config", "config.yaml")
NO_INTERNET = {"hosts": []}
"""It is not watched: the machine that runs the tests may have none."""
MINUTE_S, HOUR_S = 60, 3600


@contextmanager
def house(folder: Path, **sections: object) -> Iterator[DaemonProcess]:
    """Run a daemon whose addresses stand in its folder's configuration."""
    sections = {"connectivity": NO_INTERNET, **sections}
    with running_daemon(folder, settings(folder, **sections)) as running:
        listen = {"webhook": running.webhook, "status": running.status}
        settings(folder, listen=listen, **sections)
        yield running


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with house(tmp_path_factory.mktemp("daemon")) as running:
        yield running


@pytest.fixture
def held_jobs(daemon: DaemonProcess) -> Iterator[list[int]]:
    """Two jobs of an order that came too late; what a test leaves of them is cancelled."""
    envelope = samples.rename(samples.load("pickup"), f"old-{CLOCK.monotonic()}", "10099")
    daemon.deliver(samples.shift(envelope, CLOCK.now() - timedelta(days=5)))
    held = [job["id"] for job in ask(daemon, "/jobs?state=held")]
    yield held
    for job in ask(daemon, "/jobs?state=held"):
        requests.post(f"http://{daemon.status}/jobs/{job['id']}/cancel", timeout=DEADLINE_S)


def ask(daemon: DaemonProcess, path: str) -> list[dict]:
    return requests.get(f"http://{daemon.status}{path}", timeout=DEADLINE_S).json()


def check(daemon: DaemonProcess) -> str:
    """Have the daemon look at its printer now, and return the printer's state."""
    answer = requests.post(f"http://{daemon.status}/connectivity/check", timeout=DEADLINE_S)
    return answer.json()["components"][0]["state"]


@contextmanager
def outage(daemon: DaemonProcess, *options: str) -> Iterator[subprocess.Popen]:
    """Start an outage of an hour; whoever uses it may end it earlier."""
    command = [COMMAND, "simulate", "outage", "kitchen", "--seconds", "3600", *CONFIG, *options]
    with subprocess.Popen(
        command, cwd=daemon.folder, env=environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert "Look at: wix-printer status, wix-printer events" in process.stdout.readline()
            yield process
        finally:
            process.terminate()
            process.wait(DEADLINE_S)


def test_a_house_where_all_is_well_is_exit_code_0(daemon: DaemonProcess) -> None:
    answer = run("status", *CONFIG, cwd=daemon.folder)
    lines = answer.stdout.splitlines()
    assert answer.returncode == 0
    assert lines[0] == "Online: all is well."
    assert any(line.split()[:2] == ["printer:kitchen", "ONLINE"] for line in lines)
    assert lines[-1] == "Nothing waits."


def test_an_outage_shows_in_status_and_events_and_ends_with_its_command(
    daemon: DaemonProcess,
) -> None:
    with outage(daemon):
        assert check(daemon) == "OFFLINE"
        answer = run("status", *CONFIG, cwd=daemon.folder)
        shown = json.loads(run("status", "--json", *CONFIG, cwd=daemon.folder).stdout)
    assert answer.returncode == 1
    assert answer.stdout.startswith("Degraded: ")
    (line,) = (line for line in answer.stdout.splitlines() if "printer:kitchen" in line)
    assert line.split()[1] == "OFFLINE"
    assert line.endswith("has no paper")
    assert (shown["status"], shown["components"][0]["cause"]) == ("degraded", "paper_out")
    assert check(daemon) == "ONLINE"
    rows = json.loads(run("events", "--json", *CONFIG, cwd=daemon.folder).stdout)
    assert [(row["from"], row["to"]) for row in rows[:2]] == [
        ("OFFLINE", "ONLINE"),
        ("ONLINE", "OFFLINE"),
    ]
    table = run("events", "--limit", "1", *CONFIG, cwd=daemon.folder).stdout.splitlines()
    assert len(table) == 2
    assert table[0].split() == ["AT", "COMPONENT", "FROM", "TO", "CAUSE", "OUTAGE", "ID", "LASTED"]
    assert table[1].endswith(" s")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_outage_too(daemon: DaemonProcess, ending: signal.Signals) -> None:
    with outage(daemon, "--cause", "cover-open") as process:
        assert "cover_open" in (daemon.receipts / "faults.json").read_text("utf-8")
        process.send_signal(ending)
        said, _ = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, said) == (0, "kitchen: over.\n")
    assert not (daemon.receipts / "faults.json").exists()


def test_an_outage_ends_by_itself(daemon: DaemonProcess) -> None:
    answer = run("simulate", "outage", "kitchen", "--seconds", "0.1", *CONFIG, cwd=daemon.folder)
    assert (answer.returncode, answer.stdout.splitlines()[-1]) == (0, "kitchen: over.")
    assert not (daemon.receipts / "faults.json").exists()


def test_events_are_filtered(daemon: DaemonProcess) -> None:
    options = ("--component", "printer:kitchen", "--state", "online", "--json")
    rows = json.loads(run("events", *options, *CONFIG, cwd=daemon.folder).stdout)
    assert {(row["component"], row["to"]) for row in rows} == {("printer:kitchen", "ONLINE")}
    none = run("events", "--component", "bar", "--json", *CONFIG, cwd=daemon.folder)
    assert none.stdout == "[]\n"


def test_jobs_for_a_person_are_named_with_what_to_type(
    daemon: DaemonProcess, held_jobs: list[int]
) -> None:
    answer = run("status", *CONFIG, cwd=daemon.folder)
    assert answer.returncode == 1
    assert "wix-printer jobs retry ID, or jobs cancel ID:" in answer.stdout
    for job in held_jobs:
        assert f"\n  {job}: held, " in answer.stdout


def test_a_held_job_is_printed_or_called_off_by_its_number(
    daemon: DaemonProcess, held_jobs: list[int]
) -> None:
    first, second = held_jobs
    printed = run("jobs", "retry", str(first), *CONFIG, cwd=daemon.folder)
    cancelled = run("jobs", "cancel", str(second), *CONFIG, cwd=daemon.folder)
    assert printed.stdout == f"Job {first} will be printed.\n"
    assert cancelled.stdout == f"Job {second} is cancelled.\n"
    shown = run("jobs", "show", str(second), "--json", *CONFIG, cwd=daemon.folder)
    last = json.loads(shown.stdout)["history"][-1]
    assert (last["to_state"], last["who"]) == ("cancelled", "command")


def test_what_cannot_be_done_is_a_finding_with_its_reason(
    daemon: DaemonProcess, held_jobs: list[int]
) -> None:
    job = str(held_jobs[0])
    run("jobs", "cancel", job, *CONFIG, cwd=daemon.folder)
    again = run("jobs", "cancel", job, *CONFIG, cwd=daemon.folder)
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == f"job {job} is cancelled: there is nothing to cancel\n"


@pytest.mark.parametrize(
    ("printer", "connection", "reason"),
    [
        ("bar", "virtual://receipts", "there is no printer 'bar'; there is: kitchen"),
        ("kitchen", "tcp://192.0.2.10:9100", "only a virtual printer"),
        ("kitchen", "tcp://192.0.2.10:9100", "--control-port"),
        ("kitchen", "virtual://receipts", "start this where the service was started"),
    ],
)
def test_an_outage_that_cannot_be_simulated_is_explained(
    tmp_path: Path, printer: str, connection: str, reason: str
) -> None:
    given = {"kitchen": {"connection": connection, "receipts": ["kitchen"]}}
    settings(tmp_path, printers=given)
    answer = run("simulate", "outage", printer, *CONFIG, cwd=tmp_path)
    assert answer.returncode == 2
    assert reason in plain(answer.stderr)


def test_a_folder_that_cannot_be_written_to_is_explained(tmp_path: Path) -> None:
    settings(tmp_path)
    (tmp_path / "receipts" / "faults.json").mkdir(parents=True)
    answer = run("simulate", "outage", "kitchen", *CONFIG, cwd=tmp_path)
    assert answer.returncode == 1
    assert "may this user write to" in answer.stderr


def test_a_house_that_takes_no_orders_says_so_even_if_more_of_it_fails(tmp_path: Path) -> None:
    storage = {"path": str(tmp_path / "wix-printer.db"), "min_free_bytes": 10**18}
    with house(tmp_path, storage=storage) as running:
        with closing(sqlite3.connect(running.database)) as database:
            database.execute("ALTER TABLE offline_queue RENAME TO lost")
        answer = run("status", *CONFIG, cwd=tmp_path)
    assert answer.returncode == 1
    assert answer.stdout.startswith("Offline: orders cannot be taken in.\n")
    assert "the disk is nearly full" in answer.stdout
    assert "printer:kitchen" in answer.stdout
    assert answer.stderr.startswith("/offline/queue/status: cannot read the database")


def test_without_a_daemon_status_shows_what_the_database_knows_and_is_exit_code_3(
    tmp_path: Path, database: Database, fake_clock: object
) -> None:
    listen = {"status": f"127.0.0.1:{free_port()}"}
    settings(tmp_path, listen=listen)
    given = {"kitchen": {"connection": "tcp://192.0.2.10:9100", "receipts": ["kitchen"]}}
    left = House(database, fake_clock, Settings.model_validate({"printers": given}))
    left.sees("printer:kitchen", Cause.PAPER_OUT)
    left.take_in("delivery_cash")
    left.take_in("pickup")
    left.work_off("kitchen", JobState.DEAD)
    answer = run("status", *CONFIG, cwd=tmp_path)
    shown = json.loads(run("status", "--json", *CONFIG, cwd=tmp_path).stdout)
    lines = answer.stdout.splitlines()
    assert answer.returncode == 3
    assert "is `wix-printer run` running?" in answer.stderr
    assert lines[0] == "The service does not run. This is what its database knows:"
    assert lines[3].split()[:2] == ["printer:kitchen", "OFFLINE"]
    assert lines[3].endswith("paper out")
    assert any(line.startswith("Waiting: 1, the oldest for ") for line in lines)
    assert lines[-1] == "  1: dead, kitchen receipt for kitchen: by a test"
    assert (shown["status"], shown["queue"]["depth"]) == ("unknown", 1)
    events = run("events", "--json", *CONFIG, cwd=tmp_path)
    assert [row["cause"] for row in json.loads(events.stdout)] == ["paper_out", "fine"]
    assert "Reading the database instead" in events.stderr


def test_what_waits_for_its_time_is_counted_with_the_first_of_them(
    tmp_path: Path, database: Database, fake_clock: FakeClock
) -> None:
    settings(tmp_path, listen={"status": f"127.0.0.1:{free_port()}"})
    fake_clock.advance((CLOCK.now() - fake_clock.now()).total_seconds())
    given = {
        "printers": {"kitchen": {"connection": "cups://a", "receipts": ["kitchen"]}},
        "preorders": {"print": "before_due", "minutes_before": 45},
    }
    later = House(database, fake_clock, Settings.model_validate(given))
    for name, hours in (("pickup", 5), ("modifiers", 3)):
        due = (fake_clock.now() + timedelta(hours=hours)).isoformat()
        logistics = {"deliveryTimeSlot": {"from": due, "to": due}}
        later.take_in(
            name, lambda order, found=logistics: order["shippingInfo"].update(logistics=found)
        )
    shown = json.loads(run("status", "--json", *CONFIG, cwd=tmp_path).stdout)["planned"]
    first = fake_clock.now() + timedelta(hours=3, minutes=-45)
    assert shown["number"] == 2
    assert abs(datetime.fromisoformat(shown["first_at"]) - first) < timedelta(seconds=1)
    answer = run("status", *CONFIG, cwd=tmp_path)
    assert answer.stdout.splitlines()[-1].startswith("2 wait for their time, the first at ")


def test_what_is_due_already_does_not_wait_for_its_time() -> None:
    soon = (CLOCK.now() + timedelta(hours=1)).isoformat()
    past = (CLOCK.now() - timedelta(hours=1)).isoformat()
    jobs = [{"due_at": moment} for moment in (None, past, soon)]
    assert planned(jobs) == {"number": 1, "first_at": soon}
    assert planned(jobs[:2]) == {"number": 0, "first_at": None}


def test_an_empty_database_shows_that_nothing_waits(tmp_path: Path) -> None:
    settings(tmp_path, listen={"status": f"127.0.0.1:{free_port()}"})
    assert run("init-db", *CONFIG, cwd=tmp_path).returncode == 0
    answer = run("status", *CONFIG, cwd=tmp_path)
    assert (answer.returncode, answer.stdout.splitlines()[-1]) == (3, "Nothing waits.")


def test_without_daemon_and_database_status_is_exit_code_3(tmp_path: Path) -> None:
    settings(tmp_path, listen={"status": f"127.0.0.1:{free_port()}"})
    answer = run("status", *CONFIG, cwd=tmp_path)
    assert (answer.returncode, answer.stdout) == (3, "")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (MINUTE_S, "1 min"),
        (59.7 * MINUTE_S, "1 h 0 min"),
        (HOUR_S + 5 * MINUTE_S, "1 h 5 min"),
    ],
)
def test_a_length_of_time_is_said_in_one_or_two_units(seconds: float, said: str) -> None:
    assert span(seconds) == said


def test_a_moment_of_today_is_shown_without_the_day_in_the_restaurants_zone(
    build_settings: Callable[[str], Settings],
) -> None:
    tokyo = build_settings("Asia/Tokyo")
    now = CLOCK.now()
    assert len(moment(now.isoformat(), tokyo)) == len("10:00:00")
    assert moment("2020-01-01T20:00:00+00:00", tokyo) == "2020-01-02 05:00:00"


@pytest.fixture
def build_settings() -> Callable[[str], Settings]:
    def build(timezone: str) -> Settings:
        printers = {"kitchen": {"connection": "cups://a", "receipts": ["kitchen"]}}
        return Settings.model_validate({"printers": printers, "restaurant": {"timezone": timezone}})

    return build
