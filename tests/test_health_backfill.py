"""What health makes of asking Wix for orders: a remark, a problem, or nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.api.status_house import PRINTERS, House
from wix_printer_service.backfill_state import BackfillState, Outcome
from wix_printer_service.health import Status
from wix_printer_service.observations import Cause, ComponentState
from wix_printer_service.settings import Settings

if TYPE_CHECKING:
    from tests.conftest import FakeClock
    from wix_printer_service.storage.database import Database

NOW = "2026-11-20T18:00:00+00:00"


@pytest.fixture
def house(database: Database, fake_clock: FakeClock) -> House:
    """A house where all is well, Wix too."""
    opened = House(database, fake_clock, Settings.model_validate({"printers": PRINTERS}))
    opened.sees("wix", Cause.FINE, ComponentState.ONLINE)
    return opened


def test_without_a_key_health_remarks_that_wix_is_not_asked_and_it_is_no_problem(
    house: House,
) -> None:
    house.notes.append("a remark")
    house.backfill = BackfillState()

    snapshot = house.health().snapshot()

    note = "no key for Wix: orders that no webhook brings are not fetched"
    assert snapshot.problems == ("a remark", note)
    assert snapshot.status is Status.ONLINE


@pytest.mark.parametrize("outcome", [Outcome.FINE, Outcome.NOT_YET])
def test_asking_wix_is_no_problem_while_it_goes_well(house: House, outcome: Outcome) -> None:
    house.backfill = BackfillState(outcome)

    snapshot = house.health().snapshot()

    assert (snapshot.status, snapshot.problems) == (Status.ONLINE, ())
    assert snapshot.backfill == house.backfill


@pytest.mark.parametrize(
    ("outcome", "text", "problem"),
    [
        (Outcome.KEY_REFUSED, "not this one", "not this one; docs/wix.md says more"),
        (Outcome.FAILED, "Wix says no", "Wix says no; see the journal"),
        (Outcome.UNAVAILABLE, "no answer", "no answer"),
        (Outcome.UNAVAILABLE, "", "unavailable"),
    ],
)
def test_that_wix_cannot_be_asked_is_a_problem_with_its_reason(
    house: House, outcome: Outcome, text: str, problem: str
) -> None:
    house.backfill = BackfillState(outcome, text)

    snapshot = house.health().snapshot()

    assert (snapshot.status, snapshot.taking_orders) == (Status.DEGRADED, True)
    assert snapshot.problems == (f"fetching orders from Wix: {problem}",)


@pytest.mark.parametrize("state", [ComponentState.OFFLINE, ComponentState.DEGRADED])
def test_that_wix_is_away_is_said_once(house: House, state: ComponentState) -> None:
    house.sees("wix", Cause.SERVER_ERROR, state)
    house.backfill = BackfillState(Outcome.UNAVAILABLE, "Wix answers 503")

    assert house.health().snapshot().problems == ("wix: server error",)


@pytest.mark.parametrize("outcome", [Outcome.KEY_REFUSED, Outcome.FAILED])
def test_what_a_person_must_do_is_said_also_while_wix_is_away(
    house: House, outcome: Outcome
) -> None:
    house.sees("wix", Cause.SERVER_ERROR)
    house.backfill = BackfillState(outcome, "not this one")

    problems = house.health().snapshot().problems

    assert any(problem.startswith("fetching orders from Wix: not this") for problem in problems)


def test_another_component_that_is_away_does_not_stand_in_for_wix(house: House) -> None:
    house.sees("internet", Cause.CAPTIVE_PORTAL)
    house.backfill = BackfillState(Outcome.UNAVAILABLE, "no way to Wix")

    problems = house.health().snapshot().problems

    assert problems == ("internet: captive portal", "fetching orders from Wix: no way to Wix")


@pytest.mark.parametrize(
    ("past_due", "notes"),
    [
        (0, ()),
        (1, ("1 order of before the first start is due later and is not printed",)),
        (2, ("2 orders of before the first start are due later and are not printed",)),
    ],
)
def test_orders_of_before_that_are_still_due_are_remarked_and_no_problem(
    house: House, past_due: int, notes: tuple[str, ...]
) -> None:
    house.backfill = BackfillState(Outcome.FINE, past_due=past_due)

    snapshot = house.health().snapshot()

    assert snapshot.problems == tuple(f"{note}: see wix-printer orders" for note in notes)
    assert snapshot.status is Status.ONLINE


def test_programs_learn_when_wix_was_asked_and_with_what_result(house: House) -> None:
    now = house.clock.now()
    house.backfill = BackfillState(Outcome.FINE, "", now, now, 2, 1, 29.96, now)

    shown = json.loads(json.dumps(house.health().snapshot().as_json()))

    assert shown["backfill"] == {
        "outcome": "fine",
        "text": "",
        "asked_at": NOW,
        "answered_at": NOW,
        "found": 2,
        "past_due": 1,
        "next_look_in_s": 30.0,
        "print_since": NOW,
    }


def test_what_there_is_to_say_though_all_goes_well_is_no_problem(house: House) -> None:
    house.backfill = BackfillState(Outcome.FINE, "nothing is printed yet")
    snapshot = house.health().snapshot()
    assert snapshot.problems == ("nothing is printed yet",)
    assert snapshot.status is Status.ONLINE
