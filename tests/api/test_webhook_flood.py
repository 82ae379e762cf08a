"""Orders are taken in while crowds of strangers are at the door."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from tests.api.strangers import KINDS, attacking
from tests.api.webhook_listener import listening
from tests.scripted_printer import PATIENCE_S, Kitchen
from wix_printer_service.simulation import load

CROWD = 120
LIMITS = {
    "max_connections": 60,
    "header_timeout_s": 0.5,
    "body_timeout_s": 0.5,
    "max_waiting_bytes": 4 * 1024 * 1024,
    "commit_timeout_s": PATIENCE_S,
}
PER_SECOND = 20


@pytest.mark.parametrize("kind", KINDS)
def test_no_crowd_of_strangers_keeps_an_order_out(kind, database, fake_clock, private_key):
    kitchen = Kitchen(database, fake_clock)
    orders = load.deliveries(20, private_key, datetime.now(UTC))
    with listening(kitchen, private_key, **LIMITS) as listener:
        host, port = listener.host_and_port

        with attacking(kind, host, port, CROWD):
            answers = asyncio.run(load.send(host, port, orders, PER_SECOND, PATIENCE_S))

        assert load.codes(answers) == {"200": 20}
        assert listener.healthz().status_code == 200
    assert load.fate(database.path, [order.order_id for order in orders]).lost == 0
