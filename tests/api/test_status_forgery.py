"""What another site's page makes a browser send does nothing here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests.api.conftest import PASSWORD
from tests.api.status_house import Browser
from wix_printer_service.api.access import access_from
from wix_printer_service.api.forgery import is_from_elsewhere, is_loopback_name
from wix_printer_service.api.program_token import program_token, program_token_file

if TYPE_CHECKING:
    from tests.api.status_house import House

LOCAL = "http://127.0.0.1:8000"
LAN = "http://192.168.1.5:8000"
OURS = {"Origin": LAN}


@pytest.fixture
def job(house: House) -> int:
    house.take_in("pickup")
    return house.work_off("kitchen", "printed")


@pytest.fixture
def locked_job(locked_house: House) -> int:
    locked_house.take_in("pickup")
    return locked_house.work_off("kitchen", "printed")


def logged_in(house: House) -> Browser:
    browser = house.browser(LAN)
    assert browser.send_form("/login", password=PASSWORD).status_code == 303
    return browser


def path(job: int) -> str:
    return f"/jobs/{job}/reprint"


@pytest.mark.parametrize(
    ("headers", "elsewhere"),
    [
        ({}, False),
        ({"origin": "http://pi:8000", "host": "pi:8000"}, False),
        ({"origin": "HTTP://PI:8000", "host": "pi:8000"}, False),
        ({"origin": "https://pi", "host": "pi"}, False),
        ({"referer": "http://pi:8000/?x", "host": "pi:8000"}, False),
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "http://pi", "host": "pi"}, True),
        ({"origin": "http://evil.example", "host": "pi:8000"}, True),
        ({"origin": "http://pi:8001", "host": "pi:8000"}, True),
        ({"origin": "null", "host": "pi:8000"}, True),
        ({"origin": "null", "host": ""}, True),
        ({"origin": "", "host": ""}, True),
        ({"origin": "http://[", "host": "pi:8000"}, True),
        ({"referer": "http://evil.example/pi:8000", "host": "pi:8000"}, True),
        ({"origin": "http://evil.example", "referer": "http://pi/", "host": "pi"}, True),
    ],
)
def test_a_browser_says_where_a_request_comes_from(headers, elsewhere):
    assert is_from_elsewhere(headers) is elsewhere


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("localhost:8000", True),
        ("LOCALHOST:8000", True),
        ("127.0.0.1:8000", True),
        ("127.0.0.2", True),
        ("[::1]:8000", True),
        ("", False),
        ("evil.example", False),
        ("localhost.evil.example:8000", False),
        ("127.0.0.1.evil.example", False),
        ("192.168.1.5:8000", False),
        ("[::1", False),
        ("localhost/x", False),
        ("evil.example#localhost", False),
    ],
)
def test_only_names_of_this_computer_are_loopback_names(host, loopback):
    assert is_loopback_name(host) is loopback


@pytest.mark.parametrize("path", ["/", "/orders", "/health", "/static/style.css", "/nothing"])
def test_a_foreign_name_for_this_computer_gets_no_answer(house: House, path):
    answer = house.browser("http://evil.example:8000").get(path)
    assert answer.status_code == 421
    assert "localhost" in answer.json()["detail"]


def test_with_a_password_any_name_is_answered(locked_house: House):
    assert locked_house.browser("http://kitchen-pi:8000").get("/login").status_code == 200


def test_a_program_on_this_computer_needs_no_token(house: House, job):
    answer = house.browser().post(path(job))
    assert answer.status_code == 201
    # let in as well, but the copy is on its way already
    assert house.browser().post(path(job), data={"x": "y"}).status_code == 409


def test_our_own_page_reprints(house: House, job):
    browser = house.browser()
    assert browser.send_form(path(job), csrf=browser.form_token()).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Referer": "http://evil.example/"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": LOCAL, "Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_page_is_refused_even_with_the_token(house: House, job, headers):
    browser = house.browser()
    with capture_logs() as logs:
        answer = browser.post(path(job), data={"csrf": browser.form_token()}, headers=headers)
    assert answer.status_code == 403
    assert "nicht mehr aktuell" in answer.text
    assert [line["path"] for line in logs if line["event"] == "request_refused"] == [path(job)]


@pytest.mark.parametrize("fields", [{"csrf": ""}, {"csrf": "wrong"}, {"csrf": "ä"}, {"x": "y"}])
@pytest.mark.parametrize("headers", [{"Origin": LOCAL}, {"Sec-Fetch-Mode": "navigate"}])
def test_a_browser_on_this_computer_must_send_the_pages_token(house: House, job, fields, headers):
    assert house.browser().post(path(job), data=fields, headers=headers).status_code == 403


def test_a_page_of_before_a_restart_is_out_of_date(house: House, job):
    old = house.browser().form_token()
    assert house.browser().send_form(path(job), csrf=old).status_code == 403


def test_a_session_must_send_its_token_in_form_or_header(locked_house: House, locked_job):
    browser = logged_in(locked_house)
    token = browser.form_token()
    answers = [
        browser.send_form(path(locked_job), csrf=token),
        browser.post(path(locked_job), headers={"X-CSRF-Token": token}),
        browser.post(path(locked_job), headers={"X-CSRF-Token": "wrong"}, data={"csrf": token}),
        browser.send_form(path(locked_job), csrf="wrong"),
        browser.post(path(locked_job)),
        browser.post(path(locked_job), json={"csrf": token}),
        browser.post(path(locked_job), files={"csrf": (None, token)}),
        browser.send_form("/logout", csrf="wrong"),
    ]
    assert [a.status_code for a in answers] == [303, 409, 403, 403, 403, 403, 403, 403]


def test_the_token_of_one_session_is_none_of_another(locked_house: House, locked_job):
    app = locked_house.app()
    mine, theirs = Browser(app, LAN), Browser(app, LAN)
    for browser in (mine, theirs):
        browser.send_form("/login", password=PASSWORD)
    assert mine.send_form(path(locked_job), csrf=theirs.form_token()).status_code == 403


def test_another_sites_page_cannot_log_a_browser_in(locked_house: House):
    evil = {"Origin": "http://evil.example"}
    answer = locked_house.browser(LAN).post("/login", data={"password": PASSWORD}, headers=evil)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_program_with_the_bearer_token_needs_no_other(locked_house: House, locked_job):
    access_from(locked_house.settings, locked_house.clock)
    token = program_token(program_token_file(locked_house.settings))
    headers = {"Authorization": f"Bearer {token}"}
    browser = locked_house.browser(LAN)
    assert browser.post(path(locked_job), headers=headers).status_code == 201
    evil = {**headers, "Origin": "http://evil.example"}
    assert browser.post(path(locked_job), headers=evil).status_code == 403


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content-Length": "65537"}, 413),
        ({"Content-Length": "-1"}, 411),
        ({"Transfer-Encoding": "chunked"}, 411),
    ],
)
def test_a_body_that_could_fill_the_memory_is_not_read(locked_house: House, headers, code):
    browser = locked_house.browser(LAN)
    assert browser.post("/login", headers=headers, content=b"").status_code == code


@pytest.mark.parametrize("path", ["/", "/login", "/nothing", "/orders", "/static/style.css"])
def test_every_answer_forbids_scripts_frames_and_keeping_it(locked_house: House, path):
    headers = locked_house.browser(LAN).get(path).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
