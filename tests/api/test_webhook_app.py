from __future__ import annotations

from itertools import product

import pytest
from joserfc.jwk import RSAKey
from structlog.testing import capture_logs

from tests.api.webhook_listener import listening
from tests.scripted_printer import Act, Kitchen, OtherProgram, ScriptedPrinter
from wix_printer_service.models import JobState
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.signing import Style, sign


@pytest.fixture
def kitchen(database, fake_clock):
    return Kitchen(database, fake_clock)


@pytest.fixture
def listener(kitchen, private_key):
    with listening(kitchen, private_key) as running:
        yield running


@pytest.fixture
def other_program(database):
    opened = OtherProgram(database)
    yield opened
    opened.close()


def test_a_delivery_gets_its_200_when_its_order_is_on_disk(listener):
    response = listener.deliver("pickup")

    assert (response.status_code, response.text) == (200, "ok")
    assert listener.orders() == {"10041"}


def test_every_sample_in_every_form_is_taken_in(listener):
    for sample, style in product(samples.names(), Style):
        response = listener.post(listener.signed(samples.load(sample), style))
        assert response.status_code == 200, (sample, style)

    assert listener.orders() == {
        samples.order_of(samples.load(n))["number"] for n in samples.names()
    }


def test_a_copy_gets_its_200_and_changes_nothing(listener, kitchen):
    body = listener.signed(samples.load("pickup"))

    assert [listener.post(body).status_code for _ in range(3)] == [200, 200, 200]

    with kitchen.database.reading() as connection:
        jobs = connection.execute("SELECT count(*) FROM print_jobs").fetchone()[0]
    assert jobs == 2


def test_what_comes_with_the_body_does_not_matter(listener):
    body = listener.signed(samples.load("pickup"))

    for headers in ({}, {"Content-Type": "application/json"}, {"Content-Type": "nonsense"}):
        response = listener.request(
            "POST", "/webhooks/wix?retry=1", data=body + b"\n", headers=headers
        )
        assert response.status_code == 200


def tampered(body):
    header, payload, signature = body.split(b".")
    return b".".join([header, payload[:-4] + b"AAAA", signature])


def test_what_wix_did_not_sign_gets_401(listener):
    envelope = samples.load("pickup")
    stranger = RSAKey.generate_key(2048).as_pem(private=True).decode()
    bodies = {
        "another key": sign(envelope, stranger, 0),
        "tampered": tampered(listener.signed(envelope)),
        "unsigned": listener.signed(envelope).rpartition(b".")[0] + b".",
        "plain JSON": b'{"eventType": "wix.ecom.v1.order_approved"}',
    }
    for why, body in bodies.items():
        assert listener.post(body).status_code == 401, why
    assert listener.orders() == set()


def test_what_is_no_delivery_at_all_gets_400_with_what_is_wrong(listener):
    for body, said in {b"": "empty", b"  \n ": "empty", b"\x00\xff" * 10: "not a JWT"}.items():
        response = listener.post(body)
        assert response.status_code == 400
        assert said in response.text


def test_a_signed_envelope_of_another_form_gets_400_with_the_place(listener):
    response = listener.post(listener.signed({"data": {}}, Style.OBJECTS))

    assert response.status_code == 400
    assert response.text == "data.eventType: missing"


def test_refusals_are_logged_with_their_reason(listener):
    with capture_logs() as logs:
        listener.post(b"")
        listener.post(b"{}")

    refused = [(e["code"], e["reason"]) for e in logs if e["event"] == "delivery_refused"]
    assert refused == [(400, "body: empty; expected one JWT"), (401, "not signed")]


def test_when_it_cannot_be_written_down_wix_is_asked_to_send_it_again(listener, other_program):
    other_program.hold()
    response = listener.deliver()
    assert response.status_code == 503
    assert "send it again" in response.text

    other_program.let_go()
    assert listener.orders() == set()
    assert listener.deliver().status_code == 200
    assert listener.orders() == {"10041"}


def test_a_commit_that_takes_too_long_gets_503_and_is_given_up(kitchen, private_key):
    with (
        listening(kitchen, private_key, commit_timeout_s=0.05) as listener,
        capture_logs() as logs,
    ):
        with listener.busy_writer():
            assert listener.deliver().status_code == 503

        kitchen.database.write(lambda _: None)
        assert listener.orders() == set()
        assert [e["reason"] for e in logs if e["event"] == "event_not_written"] == ["timed out"]
        assert listener.deliver().status_code == 200


def test_a_bug_in_taking_in_gets_500_without_details_and_the_listener_lives(
    listener, kitchen, monkeypatch
):
    def fail(_event):
        message = "secret detail"
        raise ZeroDivisionError(message)

    with monkeypatch.context() as patch:
        patch.setattr(kitchen.orders, "accept", fail)
        response = listener.deliver()

    assert (response.status_code, response.text) == (500, "Internal Server Error")
    assert listener.deliver().status_code == 200


def test_orders_are_taken_in_while_a_printer_is_dead(listener, kitchen):
    worker = kitchen.worker(ScriptedPrinter(*[Act.AWAY] * 10**6))
    worker.start()
    try:
        assert [listener.deliver(s).status_code for s in ("pickup", "delivery_paid")] == [200, 200]
        assert listener.healthz().status_code == 200
    finally:
        worker.stop()
        assert worker.join(10.0)


def test_an_accepted_order_wakes_the_printer(listener, kitchen):
    worker = kitchen.worker(printer := ScriptedPrinter())

    listener.deliver("pickup")
    worker.turn()

    assert b"10041" in printer.papers[0]
    with kitchen.database.reading() as connection:
        state = connection.execute("SELECT state FROM print_jobs ORDER BY id").fetchone()[0]
    assert state == JobState.PRINTED


def test_healthz_says_that_orders_can_be_taken_in(listener):
    response = listener.healthz()

    assert (response.status_code, response.text) == (200, "ok")


def test_healthz_says_when_orders_cannot_be_taken_in_and_when_they_can_again(
    listener, other_program
):
    other_program.hold()
    listener.deliver()
    assert listener.healthz().status_code == 503
    assert listener.healthz().text == "cannot write orders down"

    other_program.let_go()
    assert listener.healthz().status_code == 200


NOT_FOUND = {
    "GET": ("/", "/docs", "/openapi.json", "/orders", "/health", "/metrics", "/healthz/"),
    "POST": ("/", "/webhooks", "/webhooks/wix/", "/webhooks/wix/x", "/jobs/1/reprint"),
}
NOT_ALLOWED = {
    "/webhooks/wix": ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"),
    "/healthz": ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
}


def test_there_is_nothing_else(listener):
    for method, paths in NOT_FOUND.items():
        for path in paths:
            response = listener.request(method, path)
            assert response.status_code == 404, (method, path)
            assert "location" not in response.headers
    for path, methods in NOT_ALLOWED.items():
        for method in methods:
            assert listener.request(method, path).status_code == 405, (method, path)


def test_the_listener_does_not_say_what_it_is_made_of(listener):
    assert "server" not in listener.healthz().headers
