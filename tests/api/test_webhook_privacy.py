"""Nothing that the listener, the intake or a printer's worker logs names a guest."""

from __future__ import annotations

import io
import json
import logging
from itertools import product

import pytest

from tests.api.webhook_listener import listening
from tests.scripted_printer import Act, Kitchen, ScriptedPrinter
from wix_printer_service import logs, order_service
from wix_printer_service import tickets as tickets_module
from wix_printer_service.observations import Cause, ComponentState, Observation
from wix_printer_service.simulation import samples
from wix_printer_service.simulation.signing import Style

PRIVATE_KEYS = frozenset(
    {
        *("firstName", "lastName", "company", "phone", "email"),
        *("addressLine", "addressLine2", "streetAddress", "postalCode"),
        *("buyerNote", "instructions", "specialRequests"),
    }
)
AFTER_ANY_PAUSE_S = 100.0
BACK = Observation(ComponentState.ONLINE, Cause.FINE)
PUBLIC = frozenset({"Berlin", "Ristorante Müller – Kreuzberg"})


def private_texts(value, key=""):
    """Collect what an order says about a guest, each line of it by itself."""
    if isinstance(value, dict):
        return {t for k, v in value.items() for t in private_texts(v, k)}
    if isinstance(value, list):
        return {t for v in value for t in private_texts(v, key)}
    if isinstance(value, str) and key in PRIVATE_KEYS:
        return {line.strip() for line in value.splitlines() if len(line.strip()) > 3}
    return set()


def all_private_texts():
    texts = {text for name in samples.names() for text in private_texts(samples.load(name))}
    return texts - PUBLIC


@pytest.fixture(autouse=True)
def log_stream():
    """Log everything, in the form that the journal gets."""
    logging.getLogger().handlers[:] = []
    stream = io.StringIO()
    logs.configure("debug", stream)
    return stream


@pytest.fixture
def kitchen(database, fake_clock):
    return Kitchen(database, fake_clock)


@pytest.fixture
def listener(kitchen, private_key):
    with listening(kitchen, private_key, max_body_bytes=200_000) as running:
        yield running


def events_in(stream):
    return {json.loads(line)["event"].strip() for line in stream.getvalue().splitlines()}


def test_the_samples_do_hold_what_is_looked_for():
    texts = all_private_texts()

    assert {"Kraußmüller", "Oranienstraße 12", "+49 171 5550123", "KEIN SESAM (Allergie)"} <= texts
    assert len(texts) > 15


def deliver_everything_that_can_go_wrong(listener, monkeypatch):
    for name, style in product(samples.names(), Style):
        envelope = samples.load(name)
        body = listener.signed(envelope, style)
        broken = samples.rename(envelope, f"order-{name}-{style}", "1")
        samples.order_of(broken)["lineItems"] = ["Kraußmüller", {"quantity": "Oranienstraße 12"}]
        for attempt in (
            body,
            body[:-5] + b"AAAAA",
            json.dumps(envelope).encode(),
            listener.signed(broken, style),
            listener.signed({"data": {"order": samples.order_of(envelope)}}, Style.OBJECTS),
        ):
            listener.post(attempt)
    with monkeypatch.context() as patch:
        patch.setattr(order_service, "read_order", lambda order, **_: order["no such key"])
        listener.deliver()


def print_everything_that_can_go_wrong(kitchen, monkeypatch):
    acts = [Act.AWAY, Act.NOT_READY, Act.BREAKS, Act.BUG, Act.SILENT]
    for name in ("kitchen", "counter"):
        worker = kitchen.worker(ScriptedPrinter(*acts), name)

        def turn(worker=worker, component=kitchen.components[name]):
            kitchen.clock.advance(AFTER_ANY_PAUSE_S)
            component.observe(BACK, certain=True)  # nobody looks after it here
            worker.turn()

        for _ in acts:
            turn()
        with monkeypatch.context() as patch:
            patch.setattr(tickets_module, "compose", fail_with)
            turn()
            patch.setattr(tickets_module, "plain_document", fail_with)
            turn()


def fail_with(order, *_context):
    return 1 / len(order.fees[99:])


def test_no_log_line_names_a_guest(listener, kitchen, log_stream, monkeypatch):
    deliver_everything_that_can_go_wrong(listener, monkeypatch)
    print_everything_that_can_go_wrong(kitchen, monkeypatch)

    said = log_stream.getvalue()
    found = sorted(text for text in all_private_texts() if text in said)
    assert found == []
    assert events_in(log_stream) >= {
        *("order_event", "delivery_refused", "order_not_fully_readable"),
        *("job_printed", "job_uncertain", "send_failed"),
        *("receipt_failed", "ticket_failed"),
        "Exception in ASGI application",
    }
