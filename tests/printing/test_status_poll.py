"""Questions are asked one at a time, and a printer that leaves some out is understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wix_printer_service.printing import status_poll
from wix_printer_service.printing.status_poll import StatusPoll

if TYPE_CHECKING:
    from tests.conftest import FakeClock

INTERVAL_S, ANSWER_S = 0.5, 1.0


class Asked(StatusPoll):
    """A poll whose questions are noted, by their number."""

    def __init__(self) -> None:
        self.questions: list[int] = []
        super().__init__(lambda asked: self.questions.append(asked[2]), INTERVAL_S, ANSWER_S)


@pytest.fixture
def poll(fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Asked:
    monkeypatch.setattr(status_poll, "_CLOCK", fake_clock)
    return Asked()


def test_a_round_begins_after_its_pause_and_goes_on_with_each_answer(
    poll: Asked, fake_clock: FakeClock
) -> None:
    assert poll.turn() is None
    assert poll.questions == []
    fake_clock.advance(INTERVAL_S)
    poll.turn()
    assert poll.take(0x12) is None
    assert poll.take(0x16) is None
    assert poll.take(0x1A) is None
    assert poll.take(0x1E) == {1: 0x12, 2: 0x16, 3: 0x1A, 4: 0x1E}
    assert poll.questions == [1, 2, 3, 4]
    poll.turn()
    assert poll.questions == [1, 2, 3, 4]
    fake_clock.advance(INTERVAL_S)
    poll.turn()
    assert poll.questions == [1, 2, 3, 4, 1]


def test_a_hurried_round_begins_at_once(poll: Asked) -> None:
    poll.hurry()
    poll.turn()
    assert poll.questions == [1]


def test_no_question_is_asked_twice_while_its_answer_may_come(
    poll: Asked, fake_clock: FakeClock
) -> None:
    poll.hurry()
    poll.turn()
    fake_clock.advance(ANSWER_S - 0.1)
    poll.turn()
    assert poll.questions == [1]
    fake_clock.advance(0.1)
    poll.turn()
    assert poll.questions == [1, 1]


def test_a_printer_is_silent_when_it_owes_an_answer_for_too_long(
    poll: Asked, fake_clock: FakeClock
) -> None:
    fake_clock.advance(INTERVAL_S)
    poll.turn()
    fake_clock.advance(INTERVAL_S)
    assert not poll.is_silent
    fake_clock.advance(0.01)
    assert poll.is_silent  # it has said nothing for a second
    poll.heard()
    assert not poll.is_silent


def test_a_printer_that_answers_only_the_first_question_is_understood(
    poll: Asked, fake_clock: FakeClock
) -> None:
    poll.hurry()
    poll.turn()
    poll.take(0x1A)
    poll.heard()
    fake_clock.advance(ANSWER_S)
    assert not poll.is_silent
    assert poll.turn() == {1: 0x1A}
    assert not poll.is_silent


def test_an_answer_to_nothing_is_dropped(poll: Asked) -> None:
    assert poll.take(0x12) is None
    poll.hurry()
    poll.turn()
    assert poll.questions == [1]


def test_the_late_answer_to_a_repeated_question_is_not_taken_for_that_to_the_next(
    poll: Asked, fake_clock: FakeClock
) -> None:
    poll.hurry()
    poll.turn()
    fake_clock.advance(ANSWER_S)
    poll.turn()
    for byte in (0x16, 0x16, 0x12, 0x1A):
        assert poll.take(byte) is None
    assert poll.take(0x1E) == {1: 0x16, 2: 0x12, 3: 0x1A, 4: 0x1E}
    assert poll.questions == [1, 1, 2, 3, 4]


def test_a_repeated_question_that_is_answered_once_does_not_hold_up_the_round(
    poll: Asked, fake_clock: FakeClock
) -> None:
    poll.hurry()
    poll.turn()
    fake_clock.advance(ANSWER_S)
    poll.turn()
    poll.take(0x16)
    poll.turn()
    assert poll.questions == [1, 1]
    fake_clock.advance(ANSWER_S)
    poll.turn()
    assert poll.questions == [1, 1, 2]
    for byte in (0x12, 0x1A):
        poll.take(byte)
    assert poll.take(0x1E) == {1: 0x16, 2: 0x12, 3: 0x1A, 4: 0x1E}
