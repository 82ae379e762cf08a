"""If these pass, nobody waits longer than they should, whatever hangs."""

from __future__ import annotations

import threading

import pytest

from tests.wix.client_rig import Waiting
from wix_printer_service.clock import SystemClock
from wix_printer_service.errands import Errands, in_thread, is_answered, rest

PATIENCE_S = 20.0
SHORT_S = 0.3


class OddError(Exception):
    pass


@pytest.fixture
def hang():
    """A question that hangs until the test is over."""
    let_go = threading.Event()
    asked = []

    def question():
        asked.append(threading.current_thread())
        let_go.wait(PATIENCE_S)
        return "late"

    question.asked = asked
    yield question
    let_go.set()
    for thread in asked:
        thread.join(PATIENCE_S)


def test_a_question_is_answered_in_a_thread_of_that_name():
    answer = in_thread("ask-it", threading.current_thread)

    thread = answer.result(PATIENCE_S)
    assert thread.name == "ask-it"
    assert thread.daemon
    assert thread is not threading.current_thread()


@pytest.mark.parametrize("kind", [OddError, SystemExit])
def test_what_a_question_raises_reaches_who_waits(kind):
    def question():
        raise kind

    with pytest.raises(kind):
        in_thread("ask-it", question).result(PATIENCE_S)


def test_an_answer_is_waited_for_while_beating(hang):
    waiting = Waiting()

    assert not is_answered(in_thread("ask-it", hang), SHORT_S, waiting)
    assert waiting.beats >= 2
    assert is_answered(in_thread("ask-it", lambda: 7), PATIENCE_S, waiting)


def test_who_is_told_to_stop_waits_no_longer(hang):
    waiting, clock = Waiting(), SystemClock()
    threading.Timer(0.1, waiting.stopping.set).start()
    began_s = clock.monotonic()

    assert not is_answered(in_thread("ask-it", hang), PATIENCE_S, waiting)
    assert clock.monotonic() - began_s < 2.0


def test_an_answer_that_is_there_counts_though_told_to_stop():
    waiting = Waiting()
    answer = in_thread("ask-it", lambda: 7)
    answer.result(PATIENCE_S)
    waiting.stopping.set()

    assert is_answered(answer, SHORT_S, waiting)


def test_resting_takes_its_time_and_beats(fake_clock):
    waiting = Waiting()
    began_s = fake_clock.monotonic()

    assert not rest(fake_clock, waiting, 12.0)
    assert fake_clock.monotonic() - began_s == 12.0
    assert waiting.beats == 3


def test_resting_ends_when_told_to_stop(fake_clock):
    waiting = Waiting()
    waiting.stopping.set()
    began_s = fake_clock.monotonic()

    assert rest(fake_clock, waiting, 12.0)
    assert fake_clock.monotonic() == began_s


def test_who_is_told_to_stop_hears_so_even_with_no_time_to_rest(fake_clock):
    waiting = Waiting()
    waiting.stopping.set()

    assert rest(fake_clock, waiting, 0.0)


def test_questions_are_asked_at_once_and_the_late_ones_left(hang):
    errands, clock = Errands(), SystemClock()
    began_s = clock.monotonic()

    answers = errands.answers({"a": lambda: 1, "b": hang, "c": lambda: None}, SHORT_S)

    assert answers == [1, None, None]
    assert clock.monotonic() - began_s < PATIENCE_S / 2


def test_what_hangs_is_not_asked_again_and_what_is_answered_is(hang):
    errands, asked = Errands(), []
    for _ in range(3):
        errands.answers({"a": hang, "b": lambda: asked.append("b")}, SHORT_S)

    assert len(hang.asked) == 1
    assert asked == ["b"] * 3
