from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from wix_printer_service.api.refusals import Refusals


@pytest.fixture
def refuse(fake_clock):
    """Refuse so many requests, and return the answers."""
    refusals = Refusals(3, fake_clock)

    def refuse(count, code=401, headers=None):
        async def answer():
            return [refusals.answer(code, "not signed", headers) for _ in range(count)]

        return asyncio.run(answer())

    return refuse


def codes(answers):
    return [answer.status_code for answer in answers]


def test_as_long_as_it_is_not_too_much_each_gets_its_reason_and_a_line(refuse):
    with capture_logs() as logs:
        answers = refuse(3)

    assert [(a.status_code, a.body) for a in answers] == [(401, b"not signed")] * 3
    assert [(e["code"], e["reason"]) for e in logs] == [(401, "not signed")] * 3


def test_what_is_too_much_gets_429_and_no_line(refuse, fake_clock):
    refuse(1)
    fake_clock.advance(20.5)
    refuse(2)

    with capture_logs() as logs:
        answers = refuse(2)

    assert codes(answers) == [429, 429]
    assert [answer.headers["retry-after"] for answer in answers] == ["40", "40"]
    assert logs == []


def test_a_minute_after_the_first_the_next_gets_its_reason_again(refuse, fake_clock):
    refuse(1)
    fake_clock.advance(30.0)
    refuse(2)
    fake_clock.advance(29.0)
    assert codes(refuse(50)) == [429] * 50

    fake_clock.advance(1.0)

    assert codes(refuse(2)) == [401, 429]


def test_every_refusal_hangs_up(refuse):
    answers = refuse(4, 405, {"Allow": "POST"})

    assert [answer.headers["connection"] for answer in answers] == ["close"] * 4
    assert answers[0].headers["allow"] == "POST"
