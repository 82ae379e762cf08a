"""Answers are told apart on one stream, however it arrives split."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wix_printer_service.printing.answers import LONGEST_BLOCK, Answer, AnswerParser, Kind

FINE = Answer(Kind.REAL_TIME, b"\x12")
AUTOMATIC = Answer(Kind.AUTOMATIC, b"\x14\x00\x00\x0f")
PAPER = Answer(Kind.IN_ORDER, b"\x00")
PRINTED = Answer(Kind.PROCESS_ID, b"0042")
CLEARED = Answer(Kind.CLEARED, b"")
MAKER = Answer(Kind.TEXT, b"EPSON")
BYTES = {
    FINE: b"\x12",
    AUTOMATIC: b"\x14\x00\x00\x0f",
    PAPER: b"\x00",
    PRINTED: b"\x37\x220042\x00",
    CLEARED: b"\x37\x25\x00",
    MAKER: b"_EPSON\x00",
}


def parse(data: bytes) -> list[Answer]:
    return AnswerParser().feed(data)


@pytest.mark.parametrize(("answer", "data"), BYTES.items())
def test_each_answer_is_known_by_itself(answer: Answer, data: bytes) -> None:
    assert parse(data) == [answer]


@given(st.lists(st.sampled_from(list(BYTES)), max_size=12))
def test_mixed_answers_are_told_apart_even_byte_by_byte(answers: list[Answer]) -> None:
    stream = b"".join(BYTES[answer] for answer in answers)
    parser = AnswerParser()
    assert parse(stream) == answers
    assert [a for byte in stream for a in parser.feed(bytes([byte]))] == answers


@given(st.binary(max_size=300))
def test_no_stream_of_bytes_is_too_odd(data: bytes) -> None:
    parser = AnswerParser()
    parser.feed(data)
    parser.forget()
    assert parser.feed(b"\x12") == [FINE]


@pytest.mark.parametrize("byte", range(0x100))
def test_a_status_byte_is_one_only_in_the_form_that_the_manuals_give(byte: int) -> None:
    expected = f"{byte:08b}"
    fits = all(e in {"x", b} for e, b in zip("0xx1xx10", expected, strict=True))
    assert (parse(bytes([byte])) == [Answer(Kind.REAL_TIME, bytes([byte]))]) is fits


def test_flow_control_is_no_answer_wherever_it_stands() -> None:
    assert parse(b"\x13\x11\x12\x14\x13\x00\x11\x00\x0f") == [FINE, AUTOMATIC]


def test_an_automatic_status_that_breaks_off_does_not_take_the_next_answer_along() -> None:
    assert parse(b"\x14\x00\x12") == [FINE]
    assert parse(b"\x14\x00\x14\x00\x00\x0f") == [AUTOMATIC]


def test_within_a_block_no_byte_is_looked_at() -> None:
    assert parse(b"\x37\x22\x12\x14\x40\x20\x00") == [Answer(Kind.PROCESS_ID, b"\x12\x14\x40\x20")]


@pytest.mark.parametrize("mark", [b"\x35", b"\x39", b"\x3b", b"\x3d", b"\x37\x23"])
def test_a_block_that_nobody_asked_for_is_skipped_as_a_whole(mark: bytes) -> None:
    assert parse(mark + b"\x12\x40\x00\x12") == [Answer(Kind.OTHER, mark + b"\x12\x40"), FINE]


def test_a_block_without_an_end_is_given_up() -> None:
    assert parse(b"_" + b"\x80" * LONGEST_BLOCK + b"\x12") == [FINE]


def test_half_an_answer_can_be_forgotten() -> None:
    parser = AnswerParser()
    parser.feed(b"\x37\x2200")
    parser.forget()
    assert parser.feed(b"\x12") == [FINE]
