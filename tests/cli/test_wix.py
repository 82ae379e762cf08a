"""What the commands say of asking Wix for orders."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.api.status_house import House
from tests.cli.typed import free_port, run
from tests.daemon_process import CLOCK, settings
from wix_printer_service.api.server import WebServer
from wix_printer_service.backfill_state import BackfillState, Outcome
from wix_printer_service.models import Road
from wix_printer_service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import FakeClock
    from wix_printer_service.storage.database import Database

CONFIG = ("--config", "config.yaml")
PATIENCE_S = 20.0


def house_in(folder: Path, database: Database, clock: object) -> House:
    """A house whose configuration stands in a folder; nobody listens yet."""
    settings(folder, listen={"status": f"127.0.0.1:{free_port()}"})
    given = {"kitchen": {"connection": "tcp://192.0.2.10:9100", "receipts": ["kitchen"]}}
    return House(database, clock, Settings.model_validate({"printers": given}))


@contextmanager
def listening(house: House, folder: Path) -> Iterator[None]:
    """Let the house answer at the address that its configuration names."""
    server = WebServer(
        "status-listener", house.app, "127.0.0.1:0", CLOCK, 1.0, house.settings.intake
    )
    server.start()
    try:
        settings(folder, listen={"status": server.address})
        yield
    finally:
        server.stop()
        assert server.join(PATIENCE_S)


def test_status_says_when_wix_was_asked_and_with_what_result(
    tmp_path: Path, database: Database, fake_clock: object
) -> None:
    house = house_in(tmp_path, database, fake_clock)
    now = CLOCK.now()
    house.backfill = BackfillState(Outcome.FINE, "", now, now, 2)
    with listening(house, tmp_path):
        answer = run("status", *CONFIG, cwd=tmp_path)
        shown = json.loads(run("status", "--json", *CONFIG, cwd=tmp_path).stdout)
    assert answer.returncode == 0, answer.stderr
    (line,) = (line for line in answer.stdout.splitlines() if line.startswith("Wix asked at "))
    assert line.endswith(": 2 fetched since the start")
    assert (shown["backfill"]["outcome"], shown["backfill"]["found"]) == ("fine", 2)


def test_a_refused_key_is_a_finding_with_what_to_do(
    tmp_path: Path, database: Database, fake_clock: object
) -> None:
    house = house_in(tmp_path, database, fake_clock)
    house.backfill = BackfillState(Outcome.KEY_REFUSED, "Wix does not take the key")
    with listening(house, tmp_path):
        answer = run("status", *CONFIG, cwd=tmp_path)
    assert answer.returncode == 1
    assert "Wix does not take the key; docs/wix.md says more" in answer.stdout
    assert (
        "The key for Wix cannot be used (last answer: never): please tell the owner"
        in answer.stdout
    )


def test_what_is_due_later_and_not_printed_is_said_and_is_no_finding(
    tmp_path: Path, database: Database, fake_clock: object
) -> None:
    house = house_in(tmp_path, database, fake_clock)
    house.backfill = BackfillState(Outcome.FINE, past_due=2)
    with listening(house, tmp_path):
        answer = run("status", *CONFIG, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "  2 orders of before the first start are due later and are not" in answer.stdout


def test_orders_are_due_by_the_restaurants_clocks(
    tmp_path: Path, database: Database, fake_clock: FakeClock
) -> None:
    house = house_in(tmp_path, database, fake_clock)  # it is 18:00 UTC, Berlin's 19:00
    house.take_in("delivery_cash")
    head, order = run("orders", *CONFIG, cwd=tmp_path).stdout.splitlines()
    (shown,) = json.loads(run("orders", "--json", *CONFIG, cwd=tmp_path).stdout)
    due_at = datetime.fromisoformat(shown["due_at"])
    begin = head.index("DUE AT")
    local = due_at.astimezone(ZoneInfo("Europe/Berlin"))
    assert due_at.utcoffset() == timedelta(0)
    assert order[begin:].startswith(f"{local:%Y-%m-%d %H:%M:%S}  ")


def test_that_there_is_no_key_is_said_once_and_is_no_finding(
    tmp_path: Path, database: Database, fake_clock: object
) -> None:
    house = house_in(tmp_path, database, fake_clock)
    house.backfill = BackfillState()
    with listening(house, tmp_path):
        answer = run("status", *CONFIG, cwd=tmp_path)
    assert answer.returncode == 0
    assert answer.stdout.count("key") == 1
    assert "Wix is not asked for missed orders (no key)" in answer.stdout


def test_without_a_daemon_nothing_is_said_of_asking_wix_and_orders_name_number_and_road(
    tmp_path: Path, database: Database, fake_clock: object
) -> None:
    house = house_in(tmp_path, database, fake_clock)
    house.take_in("delivery_cash", lambda order: order.pop("number"), road=Road.BACKFILL)
    fake_clock.advance(60)
    house.take_in("delivery_canceled")
    answer = run("status", *CONFIG, cwd=tmp_path)
    shown = json.loads(run("status", "--json", *CONFIG, cwd=tmp_path).stdout)
    table = run("orders", *CONFIG, cwd=tmp_path).stdout.splitlines()
    assert (answer.returncode, shown["backfill"]) == (3, None)
    assert "asked" not in answer.stdout
    assert table[0].split()[-2:] == ["ROAD", "ID"]
    assert table[1].startswith("#10042 (L1)  cancelled")
    assert table[1].split()[-2] == "backfill"
