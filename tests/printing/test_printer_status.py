"""What a printer says about itself is read as its manual means it, each trouble by its name."""

from __future__ import annotations

import pytest

from wix_printer_service.observations import Cause, ComponentState
from wix_printer_service.printing import printer_status

FINE = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({}, Cause.FINE),
        ({1: 0x16}, Cause.FINE),  # the drawer's switch
        ({1: 0x1A}, Cause.PRINTER_OFFLINE),
        ({1: 0x1A, 2: 0x16}, Cause.COVER_OPEN),
        ({1: 0x1A, 2: 0x32, 4: 0x7E}, Cause.PAPER_OUT),
        ({4: 0x72}, Cause.PAPER_OUT),
        ({4: 0x1E}, Cause.PAPER_NEAR_END),
        ({1: 0x1A, 2: 0x52, 3: 0x1A}, Cause.CUTTER_ERROR),
        ({1: 0x1A, 2: 0x52, 3: 0x32}, Cause.UNRECOVERABLE_ERROR),
        ({1: 0x1A, 2: 0x52, 3: 0x52}, Cause.RECOVERABLE_ERROR),
        ({1: 0x1A, 2: 0x52}, Cause.RECOVERABLE_ERROR),
        ({1: 0x1A, 2: 0x56, 3: 0x52}, Cause.COVER_OPEN),  # opened while it printed
        ({1: 0x1A, 2: 0x36, 3: 0x32, 4: 0x7E}, Cause.UNRECOVERABLE_ERROR),
    ],
)
def test_answers_to_questions_name_what_a_person_must_do(
    changes: dict[int, int], cause: Cause
) -> None:
    assert printer_status.from_real_time("kitchen", {**FINE, **changes}).cause is cause


@pytest.mark.parametrize(
    ("unit", "cause"),
    [
        ("1000000f", Cause.FINE),
        ("1400000f", Cause.FINE),
        ("1800000f", Cause.PRINTER_OFFLINE),
        ("3800000f", Cause.COVER_OPEN),
        ("18000c0f", Cause.PAPER_OUT),
        ("1000030f", Cause.PAPER_NEAR_END),
        ("1808000f", Cause.CUTTER_ERROR),
        ("1820000f", Cause.UNRECOVERABLE_ERROR),
        ("1840000f", Cause.RECOVERABLE_ERROR),
        ("1804000f", Cause.RECOVERABLE_ERROR),
    ],
)
def test_reports_name_the_same_things(unit: str, cause: Cause) -> None:
    assert printer_status.from_automatic("kitchen", bytes.fromhex(unit)).cause is cause


def test_only_what_stops_the_printing_is_offline() -> None:
    ready = printer_status.from_real_time("kitchen", FINE)
    near_end = printer_status.from_real_time("kitchen", {**FINE, 4: 0x1E})
    out = printer_status.from_real_time("kitchen", {**FINE, 4: 0x7E})
    assert ready.state is ComponentState.ONLINE
    assert near_end.state is ComponentState.DEGRADED
    assert out.state is ComponentState.OFFLINE


def test_a_question_without_an_answer_says_nothing() -> None:
    assert printer_status.from_real_time("kitchen", {1: 0x12}).cause is Cause.FINE
    assert printer_status.from_real_time("kitchen", {1: 0x1A}).cause is Cause.PRINTER_OFFLINE


def test_the_words_name_the_printer() -> None:
    out = printer_status.from_real_time("the printer kitchen", {**FINE, 4: 0x7E})
    assert out.text == "the printer kitchen has no paper"
    assert printer_status.cannot_tell("kitchen").text == (
        "kitchen can be reached but does not say how it is"
    )
