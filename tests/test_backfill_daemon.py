"""The real daemon asks a Wix stand-in for what no webhook brought, over real sockets."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
import requests

from tests.daemon_process import CLOCK, DEADLINE_S, fresh, running_daemon, settings
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.keys import development_key
from wix_printer_service.simulation.stand_in import Faults, StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from tests.daemon_process import DaemonProcess

KEY = "IST.the-key-of-the-restaurant"
OTHER_KEY = "IST.a-key-that-was-withdrawn"
QUICK_S = 0.2
STOP_S = 8.0
"""Far less than a hanging answer would take; a loaded machine keeps it."""
LONG_ANSWER_S = 60.0
JONAS = ("Jonas", "Kraußmüller", "Skalitzer", "5550199", "jonas@example.com")


class House:
    """A daemon's folder and its Wix, none of whose webhooks arrives unless a test says so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.webhook: str | None = None
        self.wix = StandIn(
            development_key(folder / "wix-printer.db"),
            webhook_url=lambda: self.webhook,
            api_keys={KEY},
            random=Random(4),
        )
        self.key_file = folder / "wix-key.txt"
        self.key_file.write_text(f"{KEY}\n", "ascii")

    def config(self, *, with_key: bool = True, **backfill: object) -> Path:
        """Write a configuration under which Wix is asked all the time."""
        wix = {
            "api_base": self.wix.url,
            "site_id": "a893f2e7-30eb-45d5-a0fb-0845e525651d",
            "max_attempts": 1,
            "retry_initial_s": QUICK_S,
            "retry_max_s": QUICK_S,
            "answer_timeout_s": LONG_ANSWER_S,
            **({"api_key_file": str(self.key_file)} if with_key else {}),
        }
        rhythm = {"quick_interval_s": QUICK_S, "slow_interval_s": QUICK_S}
        return settings(
            self.folder, wix=wix, backfill={**rhythm, **backfill}, log={"level": "debug"}
        )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House(tmp_path)
    with opened.wix:
        yield opened


def ask(daemon: DaemonProcess, path: str) -> object:
    return requests.get(f"http://{daemon.status}/{path}", timeout=DEADLINE_S).json()


def backfill_of(daemon: DaemonProcess) -> dict:
    return ask(daemon, "health")["backfill"]


def wait_until(condition: Callable[[], bool]) -> None:
    end = CLOCK.monotonic() + DEADLINE_S
    while not condition():
        assert CLOCK.monotonic() < end
        CLOCK.wait(threading.Event(), 0.05)


def wait_for_outcome(daemon: DaemonProcess, outcome: str) -> dict:
    wait_until(lambda: backfill_of(daemon)["outcome"] == outcome)
    return backfill_of(daemon)


def events_of(daemon: DaemonProcess) -> list[tuple[str, str]]:
    """Return what came in and what became of it, in order."""
    lines = [line for line in daemon.log_lines() if line["event"] == "order_event"]
    return [(line["event_type"].removeprefix("wix.ecom.v1."), line["verdict"]) for line in lines]


def placed_at(sample: str, moment: datetime, number: str) -> dict:
    """Return an envelope of another order that was placed about then."""
    envelope = samples.shift(samples.load(sample), moment)
    return samples.rename(envelope, f"00000000-0000-4000-8000-0000000{number}", number)


def states(daemon: DaemonProcess) -> dict[str, tuple[str, str]]:
    return {order["number"]: (order["state"], order["road"]) for order in ask(daemon, "orders")}


def test_an_order_whose_webhook_is_lost_is_fetched_from_wix_and_printed_once(house: House) -> None:
    with running_daemon(house.folder, house.config()) as daemon:
        house.wix.site.put(fresh("pickup"))
        daemon.wait_for_printed(2)
        assert states(daemon) == {"10041": ("accepted", "backfill")}
        asked = len(house.wix.requests)
        wait_until(lambda: len(house.wix.requests) > asked + 2)  # it is found again and again
        assert len(ask(daemon, "jobs")) == 2
        assert backfill_of(daemon)["found"] == 1


def test_a_cancellation_whose_webhook_is_lost_reaches_the_kitchen(house: House) -> None:
    with running_daemon(house.folder, house.config()) as daemon:
        house.wix.site.put(fresh("delivery_cash"))
        daemon.wait_for_printed(3)
        house.wix.site.put(fresh("delivery_canceled"))
        jobs = daemon.wait_for_printed(4)
    assert sorted(job["receipt"] for job in jobs) == [
        "cancellation",
        "customer",
        "driver",
        "kitchen",
    ]


def test_an_order_that_comes_by_both_roads_is_printed_once(house: House) -> None:
    with running_daemon(house.folder, house.config()) as daemon:
        house.webhook = f"http://{daemon.webhook}/webhooks/wix"
        house.wix.site.put(fresh("pickup"))
        daemon.wait_for_printed(2)
        asked = len(house.wix.requests)
        wait_until(lambda: len(house.wix.requests) > asked + 2)
        assert [verdict for _, verdict in events_of(daemon)].count("accepted") == 1
        assert len(ask(daemon, "jobs")) == 2


def test_the_very_first_start_records_what_was_before_and_says_so(house: House) -> None:
    house.wix.site.put(fresh("pickup"))
    house.wix.site.put(fresh("delivery_cash"))
    with running_daemon(house.folder, house.config()) as daemon:
        wait_for_outcome(daemon, "fine")
        assert ask(daemon, "jobs") == []
        house.wix.site.put(fresh("every_script"))
        daemon.wait_for_printed(3)
        assert len(ask(daemon, "jobs")) == 3
        assert states(daemon) == {
            "10041": ("past", "backfill"),
            "10042": ("past", "backfill"),
            "10049": ("accepted", "backfill"),
        }
    [said] = [
        line for line in daemon.log_lines() if line["event"] == "past_orders_recorded_not_printed"
    ]
    assert said["orders"] == 2


def test_print_since_says_which_orders_of_before_are_printed(house: House) -> None:
    now = CLOCK.now()
    house.wix.site.put(placed_at("pickup", now - timedelta(hours=3), "10001"), stamp=False)
    house.wix.site.put(placed_at("pickup", now - timedelta(hours=1), "10002"), stamp=False)
    since = (now - timedelta(hours=2)).isoformat()
    with running_daemon(house.folder, house.config(print_since=since)) as daemon:
        daemon.wait_for_printed(2)
        assert states(daemon) == {
            "10001": ("past", "backfill"),
            "10002": ("accepted", "backfill"),
        }
        assert len(ask(daemon, "jobs")) == 2


def test_a_print_since_in_the_future_is_said_and_can_be_taken_back(house: House) -> None:
    year = CLOCK.now().year + 1
    with running_daemon(house.folder, house.config(print_since=f"{year}-12-01")) as daemon:
        wait_for_outcome(daemon, "fine")
        assert any("print_since lies in the future" in p for p in ask(daemon, "health")["problems"])
        house.wix.site.put(fresh("pickup"))
        wait_until(lambda: states(daemon) == {"10041": ("past", "backfill")})
    (house.folder / "log.txt").unlink()
    with running_daemon(house.folder, house.config()) as daemon:
        house.wix.site.put(fresh("delivery_cash"))
        daemon.wait_for_printed(3)
        assert not any("print_since" in p for p in ask(daemon, "health")["problems"])


def test_what_happened_while_it_was_off_is_printed_after_the_next_start(house: House) -> None:
    config = house.config()
    with running_daemon(house.folder, config) as daemon:
        wait_for_outcome(daemon, "fine")
    house.wix.site.put(fresh("pickup"))
    (house.folder / "log.txt").unlink()
    with running_daemon(house.folder, config) as daemon:
        daemon.wait_for_printed(2)
        assert states(daemon) == {"10041": ("accepted", "backfill")}


def test_a_refused_key_is_said_webhooks_are_still_taken_and_a_new_key_needs_no_restart(
    house: House,
) -> None:
    house.key_file.write_text(OTHER_KEY, "ascii")
    with running_daemon(house.folder, house.config()) as daemon:
        wait_for_outcome(daemon, "key_refused")
        health = ask(daemon, "health")
        refused = health["backfill"]
        assert health["status"] == "degraded"
        assert any(refused["text"] in problem for problem in health["problems"])
        assert "api_key_file" in refused["text"] or str(house.key_file) in refused["text"]
        assert daemon.deliver(fresh("pickup")).status_code == 200
        daemon.wait_for_printed(2)
        house.key_file.write_text(KEY, "ascii")
        wait_for_outcome(daemon, "fine")
        house.wix.site.put(fresh("every_script"))
        daemon.wait_for_printed(5)
        assert OTHER_KEY not in str(health)
    assert OTHER_KEY not in (house.folder / "log.txt").read_text("utf-8")


@pytest.mark.parametrize("how", ["refuse", "cut"])
def test_wix_may_be_away_at_the_start_and_come_later(house: House, how: str) -> None:
    house.wix.down(how)
    with running_daemon(house.folder, house.config()) as daemon:
        wait_for_outcome(daemon, "unavailable")
        assert ask(daemon, "health")["status"] == "degraded"
        assert daemon.deliver(fresh("every_script")).status_code == 200
        daemon.wait_for_printed(3)
        house.wix.site.put(fresh("pickup"))
        house.wix.up()
        daemon.wait_for_printed(5)
        assert states(daemon)["10041"] == ("accepted", "backfill")
        assert wait_for_outcome(daemon, "fine")["text"] == ""


def test_wix_may_throw_pages_of_html_errors_and_limits_about(house: House) -> None:
    house.wix.faults = Faults(html_share=0.2, error_share=0.2, too_many_share=0.2)
    with running_daemon(house.folder, house.config()) as daemon:
        wait_until(lambda: backfill_of(daemon)["outcome"] != "not_yet")
        house.wix.site.put(fresh("pickup"))
        daemon.wait_for_printed(2)
        assert len(ask(daemon, "jobs")) == 2


def test_sigterm_ends_it_soon_though_wix_hangs(house: House) -> None:
    house.wix.down("hang")
    with running_daemon(house.folder, house.config()) as daemon:
        wait_until(lambda: backfill_of(daemon)["asked_at"] is not None)
        assert backfill_of(daemon)["outcome"] == "not_yet"
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait(STOP_S) == 0
    events = [line["event"] for line in daemon.log_lines()]
    assert "worker_did_not_stop" not in events
    assert events[-1] == "stopped"


def test_without_a_key_nothing_is_asked_and_health_says_so(house: House) -> None:
    house.wix.site.put(fresh("delivery_cash"))
    with running_daemon(house.folder, house.config(with_key=False)) as daemon:
        health = ask(daemon, "health")
        assert health["status"] == "online"
        assert health["backfill"]["outcome"] == "not_configured"
        assert any("no key for Wix" in problem for problem in health["problems"])
        daemon.deliver(fresh("pickup"))
        daemon.wait_for_printed(2)
        assert set(states(daemon)) == {"10041"}
    assert list(house.wix.requests) == []


def test_neither_the_key_nor_the_guest_is_named_in_the_log(house: House) -> None:
    with running_daemon(house.folder, house.config()) as daemon:
        house.wix.site.put(fresh("delivery_cash"))
        daemon.wait_for_printed(3)
        house.wix.faults = Faults(html_share=1.0)
        wait_for_outcome(daemon, "unavailable")
    text = (house.folder / "log.txt").read_text("utf-8")
    assert "wix_not_asked" in text
    for private in (KEY, *JONAS):
        assert private not in text
