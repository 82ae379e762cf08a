"""What becomes of a job when a person says "print it" or "do not", and what it tells of itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from wix_printer_service import job_records
from wix_printer_service.job_changes import lane
from wix_printer_service.models import JobState, Receipt
from wix_printer_service.observations import Cause

if TYPE_CHECKING:
    from tests.api.status_house import House


def last_change(house: House, job: int) -> tuple[str, str]:
    with house.database.reading() as connection:
        entry = job_records.history(connection, job)[-1]
    return entry.to_state, entry.who


@pytest.mark.parametrize("state", [JobState.HELD, JobState.DEAD, JobState.EXPIRED])
def test_a_retry_lets_a_job_be_printed_and_answers_with_the_job(house: House, state):
    house.take_in("pickup")
    job = house.work_off("kitchen", state)
    answer = house.browser().post(f"/jobs/{job}/retry")
    assert answer.status_code == 200
    assert {"id": job, "state": "queued", "tries": 0}.items() <= answer.json().items()
    assert last_change(house, job) == ("queued", "program")


def test_a_retry_of_what_may_be_on_paper_stays_marked(house: House):
    house.take_in("pickup")
    job = house.lose("kitchen", hold=True)
    answer = house.browser().post(f"/jobs/{job}/retry").json()
    assert (answer["state"], answer["attempts"]) == ("uncertain", 1)
    assert answer["maybe_printed_at"] == "2026-11-20T18:00:00Z"


def test_a_cancelled_job_is_not_printed(house: House):
    house.take_in("pickup")
    answer = house.browser().post("/jobs/1/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert house.database.write(lambda t: house.jobs.claim(t, "kitchen")) is None


def test_a_job_that_is_being_sent_answers_that_it_still_is(house: House):
    house.take_in("pickup")
    house.database.write(lambda t: house.jobs.claim(t, "kitchen"))
    answer = house.browser().post("/jobs/1/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "sending")


@pytest.mark.parametrize(
    ("agent", "who"),
    [("wix-printer/1.2.3", "command"), ("curl/8", "program"), ("my-wix-printer/1", "program")],
)
def test_the_history_tells_our_command_from_other_programs(house: House, agent, who):
    house.take_in("pickup")
    house.browser().post("/jobs/1/cancel", headers={"User-Agent": agent})
    assert last_change(house, 1) == ("cancelled", who)


@pytest.mark.parametrize(("action", "state"), [("retry", "queued"), ("cancel", "cancelled")])
def test_a_form_of_the_page_leads_back_to_the_page(house: House, action, state):
    house.take_in("pickup")
    job = house.work_off("kitchen", JobState.HELD)
    browser = house.browser()
    answer = browser.send_form(f"/jobs/{job}/{action}", csrf=browser.form_token())
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert last_change(house, job) == (state, "page")


@pytest.mark.parametrize("action", ["retry", "cancel"])
def test_a_form_without_the_pages_token_changes_nothing(house: House, action):
    house.take_in("pickup")
    job = house.work_off("kitchen", JobState.HELD)
    assert house.browser().send_form(f"/jobs/{job}/{action}").status_code == 403
    assert last_change(house, job) == ("held", "daemon")


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("retry", "job 1 is printed: it cannot be tried again"),
        ("cancel", "job 1 is printed: there is nothing to cancel"),
    ],
)
def test_what_cannot_be_done_is_409_with_a_reason(house: House, action, reason):
    house.take_in("pickup")
    job = house.work_off("kitchen", JobState.PRINTED)
    browser = house.browser()
    answer = browser.post(f"/jobs/{job}/{action}")
    assert (answer.status_code, answer.json()) == (409, {"detail": reason})
    page = browser.send_form(f"/jobs/{job}/{action}", csrf=browser.form_token())
    assert page.status_code == 409
    assert "Das geht gerade nicht" in page.text


@pytest.mark.parametrize("action", ["retry", "cancel"])
def test_what_is_not_there_is_404(house: House, action):
    answer = house.browser().post(f"/jobs/99/{action}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "there is no job 99"})


def test_a_job_tells_its_priority_its_tries_and_for_whom_it_stands_in(house: House):
    house.take_in("pickup")
    house.database.write(lambda t: house.moves.hand_over(t, "kitchen", "counter", "away"))
    house.database.write(lambda t: house.jobs.claim(t, "counter"))
    shown = house.browser().get("/jobs/1").json()
    assert (shown["priority"], shown["tries"]) == ("NORMAL", 1)
    assert (shown["printer"], shown["backup_from"]) == ("counter", "kitchen")
    listed = house.browser().get("/jobs").json()
    assert [job["tries"] for job in listed] == [0, 1]


def test_a_job_tells_its_station_whose_paper_it_changes_and_for_when_it_is_planned(house: House):
    order = house.take_in("pickup")
    due_at = house.clock.now() + timedelta(hours=1)
    more = {"station": "bar", "reader": Receipt.KITCHEN, "due_at": due_at, "is_reminder": True}
    job = house.database.write(
        lambda t: house.jobs.create(t, order, Receipt.CHANGE, "kitchen", why="came", **more)
    )
    shown = house.browser().get(f"/jobs/{job}").json()
    assert (shown["receipt"], shown["station"], shown["reader"]) == ("change", "bar", "kitchen")
    assert (shown["due_at"], shown["is_reminder"]) == ("2026-11-20T19:00:00Z", True)
    plain = house.browser().get("/jobs/1").json()
    assert (plain["station"], plain["reader"], plain["due_at"]) == ("", None, None)


def test_a_job_whose_queue_item_is_lost_is_shown_all_the_same(house: House):
    house.take_in("pickup")
    house.database.write(
        lambda t: t.execute("DELETE FROM offline_queue WHERE lane = ?", (lane("kitchen"),)).rowcount
    )
    shown = house.browser().get("/jobs/1").json()
    assert (shown["state"], shown["priority"], shown["tries"]) == ("queued", None, None)


def test_orders_and_jobs_name_the_outage_that_they_waited_through(house: House):
    order = house.take_in("pickup")
    house.sees("printer:kitchen", Cause.PAPER_OUT)
    house.database.write(lambda t: house.moves.name_outage(t, "kitchen", 1, 0))
    browser = house.browser()
    shown = browser.get(f"/orders/{order}").json()
    assert [job["outage_id"] for job in shown["jobs"]] == [1, None]
    assert shown["outages"] == [
        {
            "id": 1,
            "component": "printer:kitchen",
            "cause": "paper_out",
            "started_at": "2026-11-20T18:00:00Z",
            "ended_at": None,
            "duration_s": None,
        }
    ]
    assert browser.get("/orders").json()[0]["outages"] == shown["outages"]


def test_an_outage_that_is_forgotten_already_hides_no_order(house: House):
    order = house.take_in("pickup")
    house.database.write(lambda t: house.moves.name_outage(t, "kitchen", 77, 0))
    shown = house.browser().get(f"/orders/{order}").json()
    assert (shown["outages"], shown["jobs"][0]["outage_id"]) == ([], 77)


def test_an_order_without_a_number_of_wix_has_our_own(house: House):
    order = house.take_in("pickup", lambda order: order.pop("number"))
    assert house.browser().get(f"/orders/{order}").json()["local_number"] == "L1"
