"""docs/wix.md is true: its settings, commands and lines are those of the service."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.daemon_process import COMMAND, DEADLINE_S
from wix_printer_service.api.texts import texts
from wix_printer_service.backfill_state import Outcome
from wix_printer_service.config.misfits import misfits
from wix_printer_service.config.shape import shape_at
from wix_printer_service.settings import Settings

TEXT = (Path(__file__).parents[1] / "docs" / "wix.md").read_text("utf-8")
MINIMAL = {"printers": {"kitchen": {"connection": "cups://a", "receipts": ["kitchen"]}}}


def snippets() -> list[str]:
    blocks = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    return blocks + re.findall(r"`(\w+: \{[^`]*\})`", TEXT)


@pytest.mark.parametrize("snippet", snippets())
def test_what_is_to_be_added_to_the_configuration_is_right(snippet: str) -> None:
    data = {**MINIMAL, **yaml.safe_load(snippet)}
    assert Settings.model_validate(data)
    told = [text for _, _, text in misfits(data)]
    assert set(told) <= {"there is no such file"}, told


def test_there_are_snippets_for_every_kind_of_key() -> None:
    keys = {name for snippet in snippets() for name in yaml.safe_load(snippet).get("wix", {})}
    own_app = {"app_id", "app_secret_file", "instance_id"}
    assert keys >= {"api_key_file", "site_id", "webhook_public_key_file", *own_app}


def test_every_setting_that_is_named_exists() -> None:
    sections = "|".join(Settings.model_fields)
    named = re.findall(rf"`((?:{sections})\.\w+)`", TEXT)
    assert len(named) >= 7
    assert [name for name in named if shape_at(tuple(name.split("."))) is None] == []


@pytest.mark.parametrize(
    ("said", "section", "name", "seconds"),
    [
        ("`backfill.quick_interval_s` (30 seconds", "backfill", "quick_interval_s", 30),
        ("`backfill.slow_interval_s` (5 minutes", "backfill", "slow_interval_s", 300),
        ("`printing.late_after_s`\n(15 minutes)", "printing", "late_after_s", 900),
        ("`intake.stale_after_h` (48 hours)", "intake", "stale_after_h", 48),
        ("`backfill.look_back_h` (48)", "backfill", "look_back_h", 48),
    ],
)
def test_the_numbers_are_the_usual_ones(said: str, section: str, name: str, seconds: float) -> None:
    assert said in TEXT
    assert getattr(getattr(Settings.model_validate(MINIMAL), section), name) == seconds


def test_the_lines_that_it_explains_are_those_of_the_page_and_the_command() -> None:
    table = TEXT.partition("| it says | it means |\n|---|---|\n")[2].partition("\n\n")[0]
    shown = [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines()]
    say = texts("en")
    results = (say.all_known, say.fetched_since_start.format(number=2))
    whole = [say.backfill[Outcome.FINE].format(time="12:03", result=result) for result in results]
    assert shown[:2] == whole
    others = (Outcome.UNAVAILABLE, Outcome.KEY_REFUSED, Outcome.FAILED, Outcome.NOT_CONFIGURED)
    for line, outcome in zip(shown[2:], others, strict=True):
        assert say.backfill[outcome].startswith(line)


def test_the_words_on_the_page_that_it_quotes_are_there() -> None:
    say = texts("en")
    assert f'"{say.fetched}"' in TEXT
    assert '"from earlier"' in TEXT
    assert say.order_states["past"].startswith("from earlier")


@pytest.mark.parametrize(
    ("command", "option"), [(("simulate", "wix"), "--address"), (("simulate", "order"), "--wix")]
)
def test_its_commands_exist_with_their_options(command: tuple[str, str], option: str) -> None:
    assert f"wix-printer {' '.join(command)} {option}" in TEXT
    answer = subprocess.run(
        [COMMAND, *command, "--help"],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert answer.returncode == 0
    assert option in answer.stdout
