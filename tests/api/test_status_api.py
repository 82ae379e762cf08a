"""What programs get, and what becomes of a reprint."""

from __future__ import annotations

import sqlite3
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from wix_printer_service import job_records
from wix_printer_service.api import pictures
from wix_printer_service.errors import NotFoundError
from wix_printer_service.models import JobState
from wix_printer_service.observations import Cause
from wix_printer_service.virtual_printer import render

if TYPE_CHECKING:
    from tests.api.status_house import House

MARGIN = 2 * pictures.MARGIN_DOTS


def size(png: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(png)) as picture:
        return picture.size


def break_database(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let every read fail, as on a card that is dying."""

    def fail(*_args: object) -> None:
        raise error

    for name in ("newest", "find"):
        monkeypatch.setattr(f"wix_printer_service.order_records.{name}", fail)


def test_health_tells_everything_to_this_computer(house: House):
    house.take_in("pickup")
    house.notes.append("a remark")
    answer = house.browser().get("/health")
    ready = {"state": "ONLINE", "cause": "fine", "problem": "", "problem_since": None}
    fine = {
        "state": "ONLINE",
        "cause": "fine",
        "text": "",
        "since": None,
        "reconnecting": False,
        "next_try_at": None,
        "breaker": "closed",
    }
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "online",
        "taking_orders": True,
        "problems": ["a remark"],
        "printers": [
            {"name": "kitchen", **ready, "jobs": {"queued": 1}},
            {"name": "counter", **ready, "jobs": {"queued": 1}},
        ],
        "components": [
            {"name": "printer:kitchen", **fine, "since": "2026-11-20T18:00:00+00:00"},
            {"name": "printer:counter", **fine, "since": "2026-11-20T18:00:00+00:00"},
            {"name": "internet", **fine, "state": "UNKNOWN", "cause": "not_checked"},
            {"name": "wix", **fine, "state": "UNKNOWN", "cause": "not_configured"},
        ],
        "alerts": [],
        "backfill": {
            "outcome": "not_yet",
            "text": "",
            "asked_at": None,
            "answered_at": None,
            "found": 0,
            "past_due": 0,
            "next_look_in_s": None,
            "print_since": None,
        },
        "version": "1.2.3",
        "uptime_s": 0.0,
    }


def test_a_printer_that_is_away_degrades_health_and_nothing_more(house: House):
    house.sees("printer:kitchen", Cause.PAPER_OUT)
    answer = house.browser().get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


def test_health_is_503_when_orders_cannot_be_written_down(house: House):
    house.stale_workers.append("database-writer")
    answer = house.browser().get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "offline")


@pytest.mark.parametrize("table", ["orders", "print_jobs", "offline_queue", "connectivity_events"])
def test_health_answers_whatever_part_of_the_database_is_lost(house: House, table):
    house.take_in("pickup")
    house.sees("printer:kitchen", Cause.PAPER_OUT)
    house.database.write(lambda t: t.execute(f"ALTER TABLE {table} RENAME TO lost").fetchone())
    answer = house.browser().get("/health")
    assert answer.status_code in {200, 503}
    kitchen = answer.json()["components"][0]
    assert (kitchen["name"], kitchen["state"]) == ("printer:kitchen", "OFFLINE")


def test_health_names_a_watcher_that_hangs(house: House):
    house.stale_workers.append("connectivity-printer:kitchen")
    answer = house.browser().get("/health")
    assert answer.status_code == 200
    assert "connectivity-printer:kitchen hangs" in answer.json()["problems"]


def test_orders_are_listed_newest_first_without_their_guests(house: House):
    first = house.take_in("pickup")
    house.clock.advance(60)
    second = house.take_in("delivery_cash")
    answer = house.browser().get("/orders")
    assert [order["id"] for order in answer.json()] == [second, first]
    assert answer.json()[0] == {
        "id": second,
        "name": "#10042",
        "number": "10042",
        "local_number": "",
        "state": "accepted",
        "status": "APPROVED",
        "payment_status": "NOT_PAID",
        "method": "delivery",
        "ordered_at": answer.json()[0]["ordered_at"],
        "due_at": answer.json()[0]["due_at"],
        "updated_at": answer.json()[0]["updated_at"],
        "received_at": "2026-11-20T18:01:00Z",
        "revision": 1,
        "readable": True,
        "road": "webhook",
        "outages": [],
    }
    assert house.browser().get("/orders?limit=1").json() == answer.json()[:1]


def test_an_order_is_shown_with_its_jobs(house: House):
    order = house.take_in("delivery_cash")
    shown = house.browser().get(f"/orders/{order}").json()
    assert shown["number"] == "10042"
    assert [(job["receipt"], job["printer"]) for job in shown["jobs"]] == [
        ("kitchen", "kitchen"),
        ("driver", "counter"),
        ("customer", "counter"),
    ]


def test_jobs_are_listed_newest_first_and_by_state(house: House):
    house.take_in("delivery_cash")
    printed = house.work_off("kitchen", JobState.PRINTED)
    browser = house.browser()
    assert [job["id"] for job in browser.get("/jobs").json()] == [3, 2, 1]
    assert [job["id"] for job in browser.get("/jobs?limit=1").json()] == [3]
    assert [job["id"] for job in browser.get("/jobs?state=printed").json()] == [printed]
    assert browser.get("/jobs?state=dead").json() == []


def test_a_job_is_shown_with_what_happened_to_it(house: House):
    house.take_in("pickup")
    job = house.work_off("kitchen", JobState.UNCERTAIN)
    shown = house.browser().get(f"/jobs/{job}").json()
    assert (shown["state"], shown["confirmation"], shown["reason"]) == (
        "uncertain",
        "none",
        "by a test",
    )
    assert [change["to_state"] for change in shown["history"]] == ["queued", "sending", "uncertain"]
    assert shown["history"][-1] == {
        "from_state": "sending",
        "to_state": "uncertain",
        "who": "daemon",
        "why": "by a test",
        "at": "2026-11-20T18:00:00Z",
    }


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/orders/nothing", "there is no order nothing"),
        ("/jobs/99", "there is no job 99"),
        ("/jobs/99/receipt.png", "there is no job 99"),
        ("/nothing", "Not Found"),
    ],
)
def test_what_is_not_there_is_404_with_a_reason(house: House, path, reason):
    answer = house.browser().get(path)
    assert (answer.status_code, answer.json()) == (404, {"detail": reason})


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/jobs?state=lost", "state: "),
        ("/jobs?limit=0", "limit: "),
        ("/orders?limit=501", "limit: "),
        ("/jobs/0", "job_id: "),
        ("/jobs/9223372036854775808", "job_id: "),
        ("/jobs/one", "job_id: "),
    ],
)
def test_a_wrong_parameter_is_named(house: House, path, name):
    answer = house.browser().get(path)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(name)


def test_the_picture_is_of_the_bytes_that_were_sent(house: House):
    house.take_in("pickup")
    job = house.work_off("kitchen", JobState.PRINTED, b"Pizza\n\x1dV\x00")
    answer = house.browser().get(f"/jobs/{job}/receipt.png")
    assert answer.headers["content-type"] == "image/png"
    (receipt,) = render(b"Pizza\n\x1dV\x00")
    with Image.open(BytesIO(answer.content)) as picture:
        box = (24, 24, 24 + receipt.image.width, 24 + receipt.image.height)
        assert picture.crop(box).tobytes() == receipt.image.tobytes()


def test_the_picture_of_what_is_not_sent_yet_is_of_what_would_be(house: House):
    kitchen, customer = house.jobs_of(house.take_in("pickup"))
    browser = house.browser()
    kitchen_png = browser.get(f"/jobs/{kitchen.id}/receipt.png").content
    assert kitchen_png == pictures.draw(house.tickets.make(kitchen).document, 80)
    assert size(kitchen_png)[0] == 576 + MARGIN
    assert size(browser.get(f"/jobs/{customer.id}/receipt.png").content)[0] == 384 + MARGIN


def test_several_receipts_stand_one_under_the_other():
    one = size(pictures.draw(b"Pizza\n\x1dV\x00", 80))
    two = size(pictures.draw(b"Pizza\n\x1dV\x00Pizza\n\x1dV\x00", 80))
    assert two == (one[0], 2 * one[1] + pictures.CUT_DOTS)


def test_bytes_that_show_nothing_have_no_picture():
    with pytest.raises(NotFoundError, match="nothing can be seen"):
        pictures.draw(b"\x1b@", 80)


def test_a_picture_is_drawn_once(house: House, monkeypatch):
    drawn = []
    draw = pictures.draw
    monkeypatch.setattr(pictures, "draw", lambda *given: drawn.append(given) or draw(*given))
    house.take_in("pickup")
    job = house.work_off("kitchen", JobState.PRINTED)
    browser = house.browser()
    first, second = (browser.get(f"/jobs/{job}/receipt.png").content for _ in range(2))
    assert first == second
    assert len(drawn) == 1


def test_a_printer_that_is_gone_from_the_settings_had_usual_paper(build_house):
    house = build_house()
    house.take_in("pickup")
    job = house.work_off("counter", JobState.PRINTED)
    without = build_house(printers={"kitchen": {"connection": "cups://a", "receipts": ["kitchen"]}})
    assert size(without.browser().get(f"/jobs/{job}/receipt.png").content)[0] == 576 + MARGIN


def test_a_forgotten_order_has_no_picture_and_no_reprint(house: House):
    order = house.take_in("pickup")
    job = house.work_off("kitchen", JobState.PRINTED)
    house.anonymise(order)
    browser = house.browser()
    assert browser.get(f"/jobs/{job}/receipt.png").status_code == 404
    assert "no data" in browser.get(f"/jobs/{job}/receipt.png").json()["detail"]
    refusal = browser.post(f"/jobs/{job}/reprint")
    assert (refusal.status_code, len(house.jobs_of(order))) == (409, 2)
    assert "erased" in refusal.json()["detail"]


def test_a_program_reprints_and_gets_the_new_jobs_number(house: House):
    order = house.take_in("pickup")
    job = house.work_off("kitchen", JobState.PRINTED)
    answer = house.browser().post(f"/jobs/{job}/reprint")
    assert (answer.status_code, answer.json()) == (201, {"id": 3})
    copy = house.jobs_of(order)[-1]
    assert (copy.id, copy.copy_of, copy.state, copy.printer) == (3, job, "queued", "kitchen")
    with house.database.reading() as connection:
        assert job_records.history(connection, 3)[0].who == "program"


def test_a_person_reprints_from_the_page_and_comes_back_to_it(house: House):
    order = house.take_in("pickup")
    job = house.work_off("kitchen", JobState.PRINTED)
    browser = house.browser()
    answer = browser.send_form(f"/jobs/{job}/reprint", csrf=browser.form_token())
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert house.jobs_of(order)[-1].copy_of == job
    with house.database.reading() as connection:
        assert job_records.history(connection, 3)[0].who == "page"


def test_what_will_be_printed_anyway_is_not_reprinted(house: House):
    order = house.take_in("pickup")
    house.work_off("kitchen", JobState.PRINTED)
    browser = house.browser()
    answer = browser.post("/jobs/2/reprint")
    assert answer.status_code == 409
    assert answer.json()["detail"] == "job 2 is queued: it will be printed anyway"
    page = browser.send_form("/jobs/2/reprint", csrf=browser.form_token())
    assert page.status_code == 409
    assert "ist schon gedruckt oder wird es gerade" in page.text
    assert len(house.jobs_of(order)) == 2


def test_reprinting_what_is_not_there_is_404(house: House):
    assert house.browser().post("/jobs/99/reprint").status_code == 404
    assert house.browser().get("/jobs/1/reprint").status_code == 405


def test_a_database_that_cannot_be_read_now_is_503(house: House, monkeypatch):
    break_database(monkeypatch, sqlite3.OperationalError("disk I/O error"))
    answer = house.browser().get("/orders")
    assert answer.status_code == 503
    assert answer.json() == {"detail": "cannot read the database: disk I/O error"}
    page = house.browser().get("/")
    assert page.status_code == 503
    assert "Die Datenbank antwortet gerade nicht" in page.text


def test_an_error_that_nobody_expected_shows_nothing_of_the_inside(house: House, monkeypatch):
    break_database(monkeypatch, KeyError("Erika Mustermann"))
    browser = house.browser(raises=False)
    answers = [browser.get("/orders"), browser.get("/")]
    assert [answer.status_code for answer in answers] == [500, 500]
    assert answers[0].json() == {"detail": "something broke here; the log says what"}
    for answer in answers:
        assert "Mustermann" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_description_names_every_route_and_what_comes_back(house: House):
    described = house.browser().get("/openapi.json").json()
    assert set(described["paths"]) == {
        "/health",
        "/orders",
        "/orders/{order_id}",
        "/orders/{order_id}/preview.png",
        "/jobs",
        "/jobs/{job_id}",
        "/jobs/{job_id}/receipt.png",
        "/jobs/{job_id}/reprint",
        "/jobs/{job_id}/retry",
        "/jobs/{job_id}/cancel",
        "/connectivity/status",
        "/connectivity/check",
        "/connectivity/events",
        "/offline/queue/status",
    }
    shown = described["components"]["schemas"]["JobWithHistory"]["properties"]
    assert {"state", "copy_of", "history"} <= set(shown)
    responses = described["paths"]["/jobs/{job_id}/reprint"]["post"]["responses"]
    assert {"201", "303", "401", "404", "409", "422"} == set(responses)


def test_the_description_for_people_loads_nothing_from_elsewhere(house: House):
    page = house.browser().get("/docs").text
    assert "/jobs/{job_id}/reprint" in page
    assert "Print a receipt once more, marked; a held one is let go itself." in page
    assert "//" not in page
    assert "<script" not in page
