"""Who gets in, by password, cookie or token, and who does not."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests.api.conftest import PASSWORD
from wix_printer_service.api.access import Access, access_from
from wix_printer_service.api.guard import COOKIE
from wix_printer_service.api.program_token import program_token, program_token_file
from wix_printer_service.api.sessions import Sessions
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.passwords import hash_password

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.status_house import Browser, House

LAN = "http://192.168.1.5:8000"
DAY_S = 86_400
PAGES = ("/", "/docs")
FOR_PROGRAMS = (
    "/orders",
    "/orders/x",
    "/jobs",
    "/jobs/1",
    "/jobs/1/receipt.png",
    "/connectivity/status",
    "/connectivity/events",
    "/offline/queue/status",
    "/openapi.json",
)


def logged_in(house: House) -> Browser:
    browser = house.browser(LAN)
    assert browser.send_form("/login", password=PASSWORD).status_code == 303
    return browser


def bearer(house: House) -> dict[str, str]:
    return {"Authorization": f"Bearer {program_token(program_token_file(house.settings))}"}


@pytest.mark.parametrize("path", PAGES)
def test_strangers_are_sent_from_pages_to_the_login(locked_house: House, path):
    answer = locked_house.browser(LAN).get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


@pytest.mark.parametrize("path", FOR_PROGRAMS)
def test_strangers_get_401_from_everything_for_programs(locked_house: House, path):
    locked_house.take_in("pickup")
    answer = locked_house.browser(LAN).get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert list(answer.json()) == ["detail"]


def test_strangers_cannot_reprint(locked_house: House):
    order = locked_house.take_in("pickup")
    job = locked_house.work_off("kitchen", "printed")
    assert locked_house.browser(LAN).post(f"/jobs/{job}/reprint").status_code == 401
    assert locked_house.browser(LAN).send_form(f"/jobs/{job}/reprint", csrf="").status_code == 303
    assert len(locked_house.jobs_of(order)) == 2


@pytest.mark.parametrize("path", ["/jobs/1/retry", "/jobs/1/cancel", "/connectivity/check"])
def test_strangers_change_nothing(locked_house: House, path):
    locked_house.take_in("pickup")
    assert locked_house.browser(LAN).post(path).status_code == 401


def test_no_host_header_opens_a_door(locked_house: House):
    answer = locked_house.browser(LAN).get("/orders", headers={"Host": "pi/login?"})
    assert answer.status_code == 401


def test_strangers_learn_of_the_health_only_the_status(locked_house: House):
    assert locked_house.browser(LAN).get("/health").json() == {"status": "online"}
    assert logged_in(locked_house).get("/health").json()["version"] == "1.2.3"


def test_the_login_page_and_its_style_are_for_everyone(locked_house: House):
    browser = locked_house.browser(LAN)
    assert 'type="password"' in browser.get("/login").text
    assert browser.get("/static/style.css").headers["content-type"].startswith("text/css")


def test_the_right_password_opens_every_page(locked_house: House):
    browser = logged_in(locked_house)
    assert {browser.get(path).status_code for path in ("/", "/docs", "/orders")} == {200}
    assert browser.get("/login").headers["location"] == "/"


def test_the_cookie_is_for_this_site_and_no_script_and_ends(locked_house: House):
    answer = locked_house.browser(LAN).send_form("/login", password=PASSWORD)
    attributes = answer.headers["set-cookie"].lower().split("; ")[1:]
    assert set(attributes) == {"httponly", "samesite=strict", "path=/", "max-age=2592000"}


def test_a_wrong_password_is_refused_and_logged_without_it(locked_house: House):
    with capture_logs() as logs:
        answer = locked_house.browser(LAN).send_form("/login", password="geheim123")
    assert answer.status_code == 401
    assert "Das Passwort stimmt nicht." in answer.text
    assert "set-cookie" not in answer.headers
    (line,) = [line for line in logs if line["event"] == "login_failed"]
    assert line["log_level"] == "warning"
    assert "geheim123" not in str(logs) + answer.text


def test_a_login_without_a_password_is_a_wrong_one(locked_house: House):
    assert locked_house.browser(LAN).send_form("/login").status_code == 401


def test_a_ninth_login_at_a_time_is_asked_to_come_again(locked_house: House, monkeypatch):
    monkeypatch.setattr("wix_printer_service.api.status_pages.MOST_LOGINS", 0)
    answer = locked_house.browser(LAN).send_form("/login", password=PASSWORD)
    assert answer.status_code == 429
    assert "Zu viele Anmeldungen" in answer.text


def test_a_session_ends_at_the_server_too(locked_house: House):
    browser = logged_in(locked_house)
    value = browser.cookies[COOKIE]
    locked_house.clock.advance(30 * DAY_S - 1)
    headers = {"Cookie": f"{COOKIE}={value}"}
    visitor = locked_house.browser(LAN)
    assert visitor.get("/orders", headers=headers).status_code == 200
    locked_house.clock.advance(1)
    assert visitor.get("/orders", headers=headers).status_code == 401


def test_a_session_outlives_a_restart_and_not_a_new_password(locked_house: House):
    browser = logged_in(locked_house)
    again = locked_house.browser(LAN)
    again.cookies = browser.cookies
    assert again.get("/").status_code == 200
    file = locked_house.settings.status.password_hash_file
    assert file is not None
    file.write_text(hash_password(PASSWORD))
    after_change = locked_house.browser(LAN)
    after_change.cookies = browser.cookies
    assert after_change.get("/").status_code == 303


@pytest.mark.parametrize(
    "forge",
    [
        lambda value: value[:-1] + ("0" if value[-1] != "0" else "1"),
        lambda value: f"9{value}",
        lambda value: value.rpartition(".")[0],
        lambda _value: "..",
        lambda _value: "9999999999.x.",
        lambda _value: "ä",
    ],
)
def test_a_cookie_that_we_did_not_sign_is_worth_nothing(fake_clock, forge):
    sessions = Sessions(b"secret", DAY_S, fake_clock)
    value = sessions.start()
    assert sessions.is_valid(value)
    assert not sessions.is_valid(forge(value))
    assert not Sessions(b"another", DAY_S, fake_clock).is_valid(value)


def test_the_token_of_a_form_is_none_of_a_session(fake_clock):
    sessions = Sessions(b"secret", DAY_S, fake_clock)
    body = f"{int(fake_clock.now().timestamp()) + 99}.x"
    assert not sessions.is_valid(f"{body}.{sessions.form_token(body)}")


def test_logging_out_ends_the_session_in_this_browser(locked_house: House):
    browser = logged_in(locked_house)
    answer = browser.send_form("/logout", csrf=browser.form_token())
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert browser.get("/").status_code == 303


def test_a_program_gets_in_by_the_token(locked_house: House):
    browser = locked_house.browser(LAN)
    headers = bearer(locked_house)
    assert browser.get("/orders", headers=headers).status_code == 200
    lower = {"Authorization": headers["Authorization"].replace("Bearer", "bearer")}
    assert browser.get("/orders", headers=lower).status_code == 200


@pytest.mark.parametrize("value", ["Bearer wrong", "Bearer ", "Bearer", "", "Basic {}", "Bearer ä"])
def test_a_program_without_the_token_stays_outside(locked_house: House, value):
    token = bearer(locked_house)["Authorization"].partition(" ")[2]
    headers = {"Authorization": value.format(token).encode()}
    assert locked_house.browser(LAN).get("/orders", headers=headers).status_code == 401


def test_the_token_is_made_once_for_its_owner_only(locked_house: House):
    file = program_token_file(locked_house.settings)
    assert file.parent == locked_house.settings.storage.path.parent
    assert file.name == "status-token"
    token = program_token(file)
    assert program_token(file) == token
    assert len(token) >= 43
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_owners_own_token_is_used_and_must_be_hard_to_guess(tmp_path: Path):
    file = tmp_path / "token"
    file.write_text("a-token-of-the-owner-own-choice\n")
    assert program_token(file) == "a-token-of-the-owner-own-choice"
    file.write_text("short\n")
    with pytest.raises(ConfigurationError, match="less than 20 characters"):
        program_token(file)


def test_a_token_file_that_cannot_be_used_is_named(tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"token file .* cannot be used"):
        program_token(tmp_path)


def test_without_a_password_this_computer_needs_no_login(house: House):
    browser = house.browser()
    assert browser.get("/").status_code == 200
    assert "Abmelden" not in browser.get("/").text
    assert browser.get("/login").headers["location"] == "/"
    assert browser.send_form("/login", password="x").headers["location"] == "/"
    assert not program_token_file(house.settings).exists()


@pytest.mark.parametrize("address", ["0.0.0.0:8000", "192.168.1.5:8000", "[::]:8000", "pi:8000"])
def test_without_a_password_nobody_else_is_let_in(build_house, address):
    with pytest.raises(ConfigurationError, match="there must be a password"):
        build_house(listen={"status": address}).app()


@pytest.mark.parametrize("address", ["127.0.0.1:0", "[::1]:8000", "localhost:8000"])
def test_loopback_needs_no_password(build_house, address):
    assert build_house(listen={"status": address}).browser().get("/").status_code == 200


def test_a_damaged_or_missing_hash_shows_when_the_house_is_built(build_house, tmp_path):
    file = tmp_path / "hash"
    house = build_house(status={"password_hash_file": str(file)})
    with pytest.raises(ConfigurationError, match="cannot be read"):
        house.app()
    file.write_text("not a hash")
    with pytest.raises(ConfigurationError, match="damaged"):
        house.app()


def test_an_empty_token_is_no_key(fake_clock):
    access = Access(Sessions(b"secret", DAY_S, fake_clock), "scrypt$…", "")
    assert not access.visitor("Bearer ", "").is_allowed


def test_an_app_with_a_password_may_be_reached_by_others(locked_house: House):
    access = access_from(locked_house.settings, locked_house.clock)
    assert access.needs_login
    assert locked_house.app(access)
