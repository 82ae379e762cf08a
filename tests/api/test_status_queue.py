"""What programs learn of what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wix_printer_service.models import JobState

if TYPE_CHECKING:
    from tests.api.status_house import House


def queue(house: House) -> dict:
    answer = house.browser().get("/offline/queue/status")
    assert answer.status_code == 200
    return answer.json()


def test_an_empty_queue_has_no_age(house: House):
    assert queue(house) == {
        "depth": 0,
        "oldest_age_s": None,
        "by_state": {},
        "by_priority": {},
        "max_items": house.settings.offline_queue.max_items,
        "alerts": [],
        "lanes": {},
        "dead_letters": [],
    }


def test_what_waits_is_counted_by_state_lane_and_priority_with_its_age(house: House):
    house.take_in("pickup")
    house.clock.advance(30)
    house.take_in("delivery_cash", lambda order: order.update(buyerNote="allergic to nuts"))
    house.work_off("kitchen", JobState.HELD)
    house.clock.advance(30)
    found = queue(house)
    assert (found["depth"], found["oldest_age_s"]) == (4, 60.0)
    assert found["by_state"] == {"waiting": 4, "held": 1}
    assert found["by_priority"] == {"NORMAL": 2, "CRITICAL": 2}
    assert found["lanes"]["print:kitchen"] == {
        "depth": 1,
        "oldest_age_s": 60.0,
        "by_state": {"waiting": 1, "held": 1},
        "by_priority": {"NORMAL": 1},
    }
    assert found["lanes"]["print:counter"]["depth"] == 3


def test_a_dead_letter_is_listed_with_its_reason_and_passes_a_threshold(house: House):
    order = house.take_in("pickup")
    job = house.work_off("kitchen", JobState.DEAD)
    found = queue(house)
    assert found["dead_letters"] == [
        {
            "job_id": job,
            "order_id": order,
            "printer": "kitchen",
            "receipt": "kitchen",
            "reason": "by a test",
            "since": "2026-11-20T18:00:00Z",
        }
    ]
    assert len(found["alerts"]) == 1
    assert "dead" in found["alerts"][0]
    assert house.browser().get("/health").json()["alerts"] == found["alerts"]


def test_a_queue_that_cannot_be_read_is_503(house: House):
    house.database.write(lambda t: t.execute("ALTER TABLE offline_queue RENAME TO x").fetchone())
    assert house.browser().get("/offline/queue/status").status_code == 503
