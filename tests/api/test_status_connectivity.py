"""What programs learn of printers, the internet and Wix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wix_printer_service.api.status_connectivity import overall
from wix_printer_service.clock import SystemClock
from wix_printer_service.connectivity_monitor import ConnectivityMonitor
from wix_printer_service.observations import Cause, ComponentState, Observation

if TYPE_CHECKING:
    from tests.api.status_house import House

PATIENCE_S = 10.0
KITCHEN = "printer:kitchen"
OFFLINE, ONLINE = ComponentState.OFFLINE, ComponentState.ONLINE
OUTAGE_S = 120


@pytest.fixture
def house_after_an_outage(house: House) -> House:
    """The kitchen's printer was without paper for two minutes; the internet is away."""
    house.sees(KITCHEN, Cause.PAPER_OUT, text="there is no paper in it")
    house.clock.advance(OUTAGE_S)
    house.sees(KITCHEN, Cause.FINE, ONLINE)
    house.clock.advance(60)
    house.sees("internet", Cause.UNREACHABLE)
    return house


def component(answer: dict, name: str) -> dict:
    return next(found for found in answer["components"] if found["name"] == name)


def test_an_outage_is_told_with_cause_and_since_when_and_when_it_is_tried_again(house: House):
    began = house.clock.now()
    house.clock.advance(1)
    house.sees(KITCHEN, Cause.COVER_OPEN, ComponentState.DEGRADED)
    house.clock.advance(1)
    house.sees(KITCHEN, Cause.PAPER_OUT, text="there is no paper in it")
    house.clock.advance(61.04)
    kitchen = component(house.browser().get("/connectivity/status").json(), KITCHEN)
    next_try_in_s = kitchen.pop("next_try_in_s")
    assert 0 <= next_try_in_s <= house.settings.connectivity.retry_max_s
    assert kitchen.pop("next_try_at").startswith("2026-11-20T18:01:0")
    assert began.isoformat() == "2026-11-20T18:00:00+00:00"
    assert kitchen == {
        "name": KITCHEN,
        "state": "OFFLINE",
        "cause": "paper_out",
        "text": "there is no paper in it",
        "since": "2026-11-20T18:00:02Z",
        "for_s": 61.0,
        "reconnecting": True,
        "outage_id": 1,
        "outage_since": "2026-11-20T18:00:01Z",
        "breaker": "closed",
        "last_checked_at": "2026-11-20T18:00:02Z",
    }


def test_what_is_well_says_so_in_plain_words(house: House):
    answer = house.browser().get("/connectivity/status").json()
    kitchen = component(answer, KITCHEN)
    assert (kitchen["state"], kitchen["text"], kitchen["outage_since"]) == ("ONLINE", "fine", None)
    assert (kitchen["reconnecting"], kitchen["next_try_in_s"]) == (False, None)
    assert component(answer, "wix")["text"] == "not set up"
    assert answer["overall"] == "ONLINE"


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ((), "UNKNOWN"),
        ((OFFLINE,), "DEGRADED"),
        ((ComponentState.UNKNOWN,), "ONLINE"),
        ((OFFLINE, OFFLINE, OFFLINE), "OFFLINE"),
        ((OFFLINE, ComponentState.DEGRADED, OFFLINE), "DEGRADED"),
    ],
)
def test_the_overall_word_is_that_of_all_of_which_it_is_known(house: House, seen, expected):
    for name, state in zip((KITCHEN, "printer:counter", "internet"), seen, strict=False):
        house.sees(name, Cause.CANNOT_TELL, state)
    snapshots = house.monitor.snapshot() if seen else ()
    assert overall(snapshots) == expected


def test_metrics_count_what_was_offline_by_component_and_day(house_after_an_outage: House):
    house_after_an_outage.clock.advance(30)
    answer = house_after_an_outage.browser().get("/connectivity/status").json()
    assert answer["metrics"] == [
        {
            "component": "internet",
            "day": "2026-11-20",
            "count": 1,
            "average_s": 30.0,
            "longest_s": 30.0,
            "total_minutes": 0.5,
        },
        {
            "component": KITCHEN,
            "day": "2026-11-20",
            "count": 1,
            "average_s": 120.0,
            "longest_s": 120.0,
            "total_minutes": 2.0,
        },
    ]


def test_metrics_go_back_as_far_as_is_asked(house_after_an_outage: House):
    house_after_an_outage.sees("internet", Cause.FINE, ONLINE)
    house_after_an_outage.clock.advance(10 * 86_400)
    browser = house_after_an_outage.browser()
    assert browser.get("/connectivity/status").json()["metrics"] == []
    assert len(browser.get("/connectivity/status?days=20").json()["metrics"]) == 1


def test_how_things_are_now_is_told_even_if_the_database_cannot_be_read(house: House):
    house.sees(KITCHEN, Cause.PAPER_OUT)
    house.database.write(lambda t: t.execute("ALTER TABLE outages RENAME TO lost").fetchone())
    answer = house.browser().get("/connectivity/status")
    assert answer.status_code == 200
    assert answer.json()["metrics"] is None
    kitchen = component(answer.json(), KITCHEN)
    assert (kitchen["state"], kitchen["outage_id"], kitchen["outage_since"]) == ("OFFLINE", 1, None)


def test_events_are_listed_newest_first_with_the_outage_that_they_ended(
    house_after_an_outage: House,
):
    house = house_after_an_outage
    answer = house.browser().get("/connectivity/events").json()
    found = [(e["component"], e["from"], e["to"], e["cause"]) for e in answer["events"]]
    assert found == [
        ("internet", "UNKNOWN", "OFFLINE", "unreachable"),
        (KITCHEN, "OFFLINE", "ONLINE", "fine"),
        (KITCHEN, "ONLINE", "OFFLINE", "paper_out"),
        ("printer:counter", "UNKNOWN", "ONLINE", "fine"),
        (KITCHEN, "UNKNOWN", "ONLINE", "fine"),
    ]
    assert answer["next_before"] is None
    assert answer["events"][1] == {
        "id": 4,
        "component": KITCHEN,
        "from": "OFFLINE",
        "to": "ONLINE",
        "cause": "fine",
        "text": "",
        "at": "2026-11-20T18:02:00Z",
        "monotonic_s": 1120.0,
        "outage_id": 1,
        "duration_s": 120.0,
    }


def test_events_come_page_by_page_until_the_last(house_after_an_outage: House):
    browser = house_after_an_outage.browser()
    pages, before = [], ""
    while len(pages) < PATIENCE_S:
        page = browser.get(f"/connectivity/events?limit=2{before}").json()
        pages.append([event["id"] for event in page["events"]])
        if page["next_before"] is None:
            break
        before = f"&before={page['next_before']}"
    assert pages == [[5, 4], [3, 2], [1]]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("component=printer:kitchen", [4, 3, 1]),
        ("component=bar", []),
        ("state=OFFLINE", [5, 3]),
        ("since=2026-11-20T18:02:00Z", [5, 4]),
        ("since=2026-11-20T20:02:00%2B02:00&state=ONLINE", [4]),
    ],
)
def test_events_are_filtered(house_after_an_outage: House, query, ids):
    events = house_after_an_outage.browser().get(f"/connectivity/events?{query}").json()["events"]
    assert [event["id"] for event in events] == ids


@pytest.mark.parametrize(
    "query",
    [
        "since=yesterday",
        "since=2026-11-20T18:00:00",
        "since=0001-01-01T00:00:00%2B14:00",
        "state=AWAY",
        "before=0",
        "limit=501",
    ],
)
def test_a_wrong_filter_is_named(house: House, query):
    answer = house.browser().get(f"/connectivity/events?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(query.partition("=")[0])


def test_events_that_cannot_be_read_are_503(house: House):
    house.database.write(
        lambda t: t.execute("ALTER TABLE connectivity_events RENAME TO lost").fetchone()
    )
    assert house.browser().get("/connectivity/events").status_code == 503


def test_a_check_looks_now_and_answers_with_what_it_saw(build_house):
    patient = {"probe_timeout_s": PATIENCE_S, "check_interval_s": 3600.0}
    house = build_house(connectivity=patient)
    house.monitor = ConnectivityMonitor(house.database, house.settings.connectivity, SystemClock())
    looks = iter([Observation(ONLINE, Cause.FINE)])
    house.monitor.add(KITCHEN, lambda: next(looks, Observation(OFFLINE, Cause.PAPER_OUT)))
    (worker,) = house.monitor.workers
    worker.start()
    try:
        house.browser().post("/connectivity/check")  # may share the first look
        answer = house.browser().post("/connectivity/check")
    finally:
        worker.stop()
        assert worker.join(PATIENCE_S)
    (kitchen,) = answer.json()["components"]
    assert (answer.status_code, kitchen["state"], kitchen["text"]) == (200, "OFFLINE", "paper out")


def test_a_check_does_not_wait_for_ever_for_what_gives_no_answer(house: House):
    answer = house.browser().post("/connectivity/check")  # nobody looks: no worker runs
    assert answer.status_code == 200
    assert component(answer.json(), "internet")["state"] == "UNKNOWN"
    waited_s = (house.clock.now().minute * 60) + house.clock.now().second
    assert 0 < waited_s <= 10 * house.settings.connectivity.probe_timeout_s
