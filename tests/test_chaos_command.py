"""``./scripts/chaos`` must say no whenever a promise was not kept as often as it must."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chaos import command
from tests.chaos.house import demand
from tests.chaos.ledger import Debt, balance
from tests.chaos.scenario import Run, Scenario
from wix_printer_service.models import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable


def keeps_its_promise(run: Run) -> None:
    for _ in run.each_round():
        run.figures.append("all was well")


def breaks_its_promise(run: Run) -> None:
    for _ in run.each_round():
        demand(holds=False, what="the moon fell down")


def loses_an_order(run: Run) -> None:
    drawn = balance([Debt("20001", (Receipt.KITCHEN,), acknowledged_at_s=1.0)], [])
    with run.house() as house:
        house.start()
        run.count(house, drawn)


def gives_up_early(run: Run) -> None:
    next(run.each_round())


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable:
    """Play scenarios of one's own and return the status and what was printed."""

    def run(*words: str, scenarios: tuple[Scenario, ...]) -> tuple[int, str]:
        monkeypatch.setattr(command, "SCENARIOS", scenarios)
        monkeypatch.setattr(command.signal, "signal", lambda *_: None)
        status = command.main(list(words))
        return status, capsys.readouterr().out

    return run


def scenario(act: Callable[[Run], None], *needs: str, quick_rounds: int = 0) -> Scenario:
    return Scenario("moon", act.__name__, act, 3, quick_rounds, needs)


def test_kept_promises_end_with_status_0_and_a_table(play: Callable) -> None:
    status, text = play("all", scenarios=(scenario(keeps_its_promise),))
    assert status == 0
    assert text.splitlines()[-1].split() == ["moon.keeps_its_promise", *"30000", "passed"]


def test_one_broken_promise_among_others_ends_with_status_1(play: Callable) -> None:
    both = (scenario(breaks_its_promise), scenario(keeps_its_promise))
    status, text = play("all", scenarios=both)
    assert status == 1
    assert "FAILED: BrokenPromiseError: the moon fell down" in text
    assert text.splitlines()[-1].endswith("passed")


def test_what_was_lost_is_counted_and_ends_with_status_1(play: Callable) -> None:
    status, text = play("all", scenarios=(scenario(loses_an_order),))
    assert status == 1
    assert text.splitlines()[-1].split()[1:6] == ["0", "1", "1", "0", "0"]


def test_too_few_rounds_are_no_proof(play: Callable) -> None:
    status, text = play("all", scenarios=(scenario(gives_up_early),))
    assert status == 1
    assert "only 0 of 3 rounds in time" in text


def test_when_the_time_is_over_no_round_begins(play: Callable) -> None:
    words = ("all", "--time-limit", "0")
    assert play(*words, scenarios=(scenario(keeps_its_promise),))[0] == 1


def test_what_cannot_run_here_fails_all_but_not_quick(play: Callable) -> None:
    cannot = (scenario(keeps_its_promise, "a-compiler-that-nobody-has", quick_rounds=1),)
    status, text = play("all", scenarios=cannot)
    assert status == 1
    assert "not run: needs a-compiler-that-nobody-has" in text.splitlines()[-1]
    assert play("quick", scenarios=cannot)[0] == 0


def test_quick_plays_only_what_is_quick_and_fewer_rounds(play: Callable) -> None:
    both = (scenario(breaks_its_promise), scenario(keeps_its_promise, quick_rounds=1))
    status, text = play("quick", scenarios=both)
    assert status == 0
    assert "moon.keeps_its_promise: 1 rounds" in text


def test_rounds_and_names_can_be_chosen(play: Callable) -> None:
    both = (scenario(breaks_its_promise), scenario(keeps_its_promise))
    status, text = play("moon.keeps_its_promise", "--rounds", "7", scenarios=both)
    assert (status, text.splitlines()[-1].split()[1]) == (0, "7")
    assert play("moon", scenarios=both)[0] == 1
    assert play("sun", scenarios=both)[0] == 2


def test_list_plays_nothing(play: Callable) -> None:
    assert play("--list", scenarios=(scenario(breaks_its_promise),)) == (
        0,
        "moon.breaks_its_promise\n",
    )


def test_ctrl_c_ends_with_the_usual_status(play: Callable) -> None:
    def is_interrupted(_run: Run) -> None:
        raise KeyboardInterrupt

    status, text = play("all", scenarios=(scenario(is_interrupted),))
    assert (status, text.splitlines()[-1]) == (130, "stopped; everything is cleaned up")


def test_the_same_seed_gives_the_same_chance(play: Callable) -> None:
    thrown = []

    def throws(run: Run) -> None:
        thrown.append(run.random.random())

    for seed in ("1", "1", "2"):
        play("all", "--seed", seed, scenarios=(scenario(throws),))
    assert thrown[0] == thrown[1] != thrown[2]
