from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.cli.typed import free_port, plain, run
from tests.daemon_process import CLOCK, DaemonProcess, running_daemon, settings
from wix_printer_service.simulation import samples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """A daemon that has printed one pickup: job 1 for the kitchen, job 2 for the customer."""
    folder = tmp_path_factory.mktemp("daemon")
    with running_daemon(folder, settings(folder)) as running:
        settings(folder, listen={"webhook": running.webhook, "status": running.status})
        answer = run("simulate", "order", "--config", "config.yaml", cwd=folder)
        assert answer.returncode == 0, answer.stderr
        running.wait_for_printed(2)
        yield running


def test_a_simulated_order_is_answered_200_and_named(daemon: DaemonProcess) -> None:
    answer = run("simulate", "order", "--config", "config.yaml", cwd=daemon.folder)
    assert answer.stdout.endswith(": 200 ok\n")


def test_a_simulated_file_keeps_its_ids_so_that_events_can_follow(daemon: DaemonProcess) -> None:
    file = daemon.folder / "order.json"
    file.write_text(json.dumps(samples.load("delivery_cash")), "utf-8")
    arguments = ("simulate", "order", "--config", "config.yaml", "--file", str(file))
    printed = run(*arguments, cwd=daemon.folder)
    cancelled = run(*arguments, "--event", "canceled", "--style", "as_json", cwd=daemon.folder)
    assert "10042, id 864188ad-8364-404e-af65-5090ed7e1e0c: 200 ok" in printed.stdout
    assert "10042, id 864188ad-8364-404e-af65-5090ed7e1e0c: 200 ok" in cancelled.stdout


def test_an_event_that_wix_does_not_send_is_refused_with_those_that_it_does(
    daemon: DaemonProcess,
) -> None:
    arguments = ("simulate", "order", "--config", "config.yaml", "--event", "cancelled")
    answer = run(*arguments, cwd=daemon.folder)
    assert answer.returncode == 2
    assert "no event 'cancelled'; there are: created, approved, updated, canceled," in plain(
        answer.stderr
    )
    assert "other" not in answer.stderr


def test_a_bare_order_can_be_simulated(daemon: DaemonProcess) -> None:
    order = samples.order_of(samples.load("pickup"))
    (daemon.folder / "bare.json").write_text(json.dumps(order), "utf-8")
    answer = run(
        "simulate", "order", "--config", "config.yaml", "--file", "bare.json", cwd=daemon.folder
    )
    assert "order 10041" in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--sample", "nothing"), "no sample 'nothing'; there are: delivery_canceled"),
        (("--file", "absent.json"), "absent.json"),
        (("--key", "absent.pem"), "cannot read the key"),
    ],
)
def test_what_cannot_be_simulated_is_explained(
    daemon: DaemonProcess, arguments: tuple[str, ...], reason: str
) -> None:
    answer = run("simulate", "order", "--config", "config.yaml", *arguments, cwd=daemon.folder)
    assert answer.returncode == 2
    assert reason in plain(answer.stderr)
    assert "Traceback" not in answer.stderr


def test_a_delivery_signed_with_another_key_is_refused(
    daemon: DaemonProcess, private_key: str
) -> None:
    (daemon.folder / "other.pem").write_text(private_key, "ascii")
    answer = run(
        "simulate", "order", "--config", "config.yaml", "--key", "other.pem", cwd=daemon.folder
    )
    assert answer.returncode == 1
    assert "refused with 401" in answer.stderr


def test_orders_are_listed_as_table_and_as_json(daemon: DaemonProcess) -> None:
    table = run("orders", "--config", "config.yaml", cwd=daemon.folder).stdout
    rows = json.loads(run("orders", "--config", "config.yaml", "--json", cwd=daemon.folder).stdout)
    assert table.splitlines()[-1].split()[:2] == [f"#{rows[-1]['number']}", "accepted"]
    assert table.splitlines()[0].split()[:2] == ["NUMBER", "STATE"]
    assert rows[-1]["state"] == "accepted"
    assert rows[-1]["method"] == "pickup"


def test_jobs_are_listed_and_filtered_by_state(daemon: DaemonProcess) -> None:
    config = ("--config", "config.yaml", "--json")
    everything = json.loads(run("jobs", "list", *config, cwd=daemon.folder).stdout)
    dead = json.loads(run("jobs", "list", *config, "--state", "dead", cwd=daemon.folder).stdout)
    assert {"id": 1, "receipt": "kitchen"}.items() <= everything[-1].items()
    assert dead == []


def test_a_job_is_shown_with_its_history(daemon: DaemonProcess) -> None:
    answer = run("jobs", "show", "1", "--config", "config.yaml", cwd=daemon.folder)
    assert [line.split()[2] for line in answer.stdout.splitlines()[-2:]] == ["sending", "printed"]


def test_a_reprint_is_a_new_job_marked_as_a_copy(daemon: DaemonProcess) -> None:
    answer = run("jobs", "reprint", "2", "--config", "config.yaml", cwd=daemon.folder)
    assert answer.returncode == 0
    new_id = int(answer.stdout.split()[1])
    shown = run("jobs", "show", str(new_id), "--config", "config.yaml", "--json", cwd=daemon.folder)
    assert json.loads(shown.stdout)["copy_of"] == 2


def test_a_held_job_is_let_go(daemon: DaemonProcess) -> None:
    five_days_ago = CLOCK.now() - timedelta(days=5)
    envelope = samples.rename(samples.load("pickup"), "an old order", "10099")
    daemon.deliver(samples.shift(envelope, five_days_ago))
    config = ("--config", "config.yaml")
    held = run("jobs", "list", "--state", "held", "--json", *config, cwd=daemon.folder)
    job_id = json.loads(held.stdout)[0]["id"]
    answer = run("jobs", "reprint", str(job_id), *config, cwd=daemon.folder)
    assert answer.stdout == f"Job {job_id} is released.\n"


def test_an_unknown_job_is_a_finding(daemon: DaemonProcess) -> None:
    answer = run("jobs", "reprint", "99999", "--config", "config.yaml", cwd=daemon.folder)
    assert (answer.returncode, answer.stderr) == (1, "there is no job 99999\n")


def test_lists_are_read_from_the_database_while_the_daemon_is_down(tmp_path: Path) -> None:
    config = settings(tmp_path, listen={"status": f"127.0.0.1:{free_port()}"})
    assert run("init-db", "--config", str(config), cwd=tmp_path).returncode == 0
    answer = run("jobs", "list", "--json", "--config", str(config), cwd=tmp_path)
    assert (answer.returncode, answer.stdout) == (0, "[]\n")
    assert "Reading the database instead" in answer.stderr


def test_without_daemon_and_database_there_is_nothing_to_list(tmp_path: Path) -> None:
    config = settings(tmp_path, listen={"status": f"127.0.0.1:{free_port()}"})
    assert run("orders", "--config", str(config), cwd=tmp_path).returncode == 3


def test_changing_something_needs_the_daemon_and_its_absence_is_exit_code_3(
    tmp_path: Path,
) -> None:
    config = settings(tmp_path, listen={"status": f"127.0.0.1:{free_port()}"})
    answer = run("jobs", "reprint", "1", "--config", str(config), cwd=tmp_path)
    assert answer.returncode == 3
    assert "is `wix-printer run` running?" in answer.stderr


def test_without_a_daemon_simulating_is_exit_code_3(tmp_path: Path) -> None:
    config = settings(tmp_path, listen={"webhook": f"127.0.0.1:{free_port()}"})
    assert run("simulate", "order", "--config", str(config), cwd=tmp_path).returncode == 3


def test_wrong_usage_is_exit_code_2(tmp_path: Path) -> None:
    assert run("jobs", "list", "--state", "lost", cwd=tmp_path).returncode == 2
    assert run("virtual-printer", "--width", "60", cwd=tmp_path).returncode == 2
    assert run("virtual-printer", "--fault", "paper burning", cwd=tmp_path).returncode == 2


def test_a_test_ticket_is_printed(tmp_path: Path) -> None:
    config = settings(tmp_path)
    answer = run("printers", "test", "kitchen", "--config", str(config), cwd=tmp_path)
    assert answer.stdout.endswith("The printer kitchen says: printed. Look at the ticket.\n")
    assert "kitchen" in (tmp_path / "receipts" / "000001.txt").read_text("utf-8")


def test_an_unknown_printer_is_named_with_the_known_ones(tmp_path: Path) -> None:
    config = settings(tmp_path)
    answer = run("printers", "test", "bar", "--config", str(config), cwd=tmp_path)
    assert answer.returncode == 2
    assert "there is no printer 'bar'; there is: kitchen" in plain(answer.stderr)


def test_config_check_says_yes_or_names_every_mistake(tmp_path: Path) -> None:
    good = run("config", "check", "--config", str(settings(tmp_path)), cwd=tmp_path)
    bad = run(
        "config", "check", "--config", str(settings(tmp_path, storge={}, log={"level": "loud"})),
        cwd=tmp_path,
    )  # fmt: skip
    assert good.returncode == 0
    assert bad.returncode == 1
    assert "did you mean 'storage'?" in bad.stderr
    assert "log.level" in bad.stderr


def test_the_sample_configuration_is_the_one_in_the_repository(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    example = request.config.rootpath / "config" / "config.example.yaml"
    assert run("config", "sample", cwd=tmp_path).stdout == example.read_text("utf-8")


def test_a_password_is_written_as_a_slow_hash_for_its_owner_only(tmp_path: Path) -> None:
    answer = run("config", "password", "hash.txt", cwd=tmp_path, typed="correct horse\n")
    written = tmp_path / "hash.txt"
    assert answer.returncode == 0
    assert written.read_text("ascii").startswith("scrypt$")
    assert written.stat().st_mode & 0o777 == 0o600


def test_a_password_that_is_too_short_is_refused_and_nothing_written(tmp_path: Path) -> None:
    answer = run("config", "password", "hash.txt", cwd=tmp_path, typed="short\n")
    assert answer.returncode == 1
    assert not (tmp_path / "hash.txt").exists()
