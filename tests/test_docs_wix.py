"""docs/wix.md and docs/trying-wix.md are true: what they say to type and to see is so."""

from __future__ import annotations

import json
import re
import shutil
import stat
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
import yaml

from tests.daemon_process import DEADLINE_S
from tests.terminal import Terminal, blocks, free_address, is_open, project_folder, wait_until
from wix_printer_service.api.texts import texts
from wix_printer_service.backfill_state import Outcome
from wix_printer_service.config.misfits import misfits
from wix_printer_service.config.shape import shape_at
from wix_printer_service.settings import Settings
from wix_printer_service.simulation.stand_in import Faults, StandIn
from wix_printer_service.simulation.stand_in.control import PREFIX, Control
from wix_printer_service.simulation.stand_in.faults import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[1] / "docs"
TEXT = (DOCS / "wix.md").read_text("utf-8")
TRYING = (DOCS / "trying-wix.md").read_text("utf-8")
WIX_ADDRESS = "127.0.0.1:8090"
MINIMAL = {"printers": {"kitchen": {"connection": "cups://a", "receipts": ["kitchen"]}}}


def snippets() -> list[str]:
    return blocks("yaml", TEXT) + re.findall(r"`(\w+: \{[^`]*\})`", TEXT)


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
    assert len(named) >= 5
    assert [name for name in named if shape_at(tuple(name.split("."))) is None] == []


@pytest.mark.parametrize(
    ("said", "section", "name", "seconds"),
    [
        ("`backfill.quick_interval_s` (30 seconds", "backfill", "quick_interval_s", 30),
        ("`backfill.slow_interval_s` (5 minutes", "backfill", "slow_interval_s", 300),
        ("`printing.late_after_s` (15 minutes)", "printing", "late_after_s", 900),
        ("`intake.stale_after_h` (48 hours)", "intake", "stale_after_h", 48),
        ("`backfill.look_back_h`, 48)", "backfill", "look_back_h", 48),
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
    others = (
        Outcome.NOT_YET,
        Outcome.UNAVAILABLE,
        Outcome.KEY_REFUSED,
        Outcome.FAILED,
        Outcome.NOT_CONFIGURED,
    )
    for line, outcome in zip(shown[2:], others, strict=True):
        assert say.backfill[outcome].startswith(line)


def test_the_words_on_the_page_that_it_quotes_are_there() -> None:
    say = texts("en")
    assert f'"{say.fetched}"' in TEXT
    assert '"from earlier"' in TEXT
    assert say.order_states["past"].startswith("from earlier")


def test_it_is_one_page() -> None:
    assert len(TEXT.splitlines()) <= 100
    assert len(re.findall(r"[^\s|]+", TEXT)) <= 800


def test_the_key_comes_into_a_file_of_its_own_that_only_its_owner_reads(tmp_path: Path) -> None:
    (line,) = blocks("sh", TEXT)
    (snippet,) = (s for s in blocks("yaml", TEXT) if "api_key_file" in s)
    for key in ("IST.first", "IST.another"):
        Terminal(tmp_path).type(line, typed=f"{key}\n")
        file = tmp_path / yaml.safe_load(snippet)["wix"]["api_key_file"]
        assert file.read_text("ascii").strip() == key
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.fixture
def wix_address() -> str:
    return free_address()


@pytest.fixture
def terminal(tmp_path: Path, wix_address: str) -> Iterator[Terminal]:
    (my_yaml,) = blocks("yaml", TRYING)
    folder = project_folder(tmp_path, my_yaml.replace(WIX_ADDRESS, wix_address))
    # nobody waits half a minute, and nobody in the internet is asked
    opened = Terminal(folder, BACKFILL__QUICK_INTERVAL_S="0.5", CONNECTIVITY__HOSTS="[]")
    yield opened
    opened.close()


def test_trying_it_shows_an_order_that_no_webhook_brings_and_that_is_printed(
    terminal: Terminal, wix_address: str
) -> None:
    lines = "".join(blocks("sh", TRYING)).replace(WIX_ADDRESS, wix_address).splitlines()
    make_key, be_wix, run, place, orders, status, change = lines
    for line, address in ((make_key, ""), (be_wix, wix_address), (run, terminal.webhook)):
        terminal.type(line)
        wait_until(lambda address=address: not address or is_open(address))
    placed = terminal.type(place)
    receipts = terminal.folder / "var" / "my-receipts"
    wait_until(lambda: len(list(receipts.glob("*.txt"))) == 2 == len(list(receipts.glob("*.png"))))
    head, order = terminal.type(orders).splitlines()
    assert order.split()[-1] in placed
    assert dict(zip(head.split()[-2:], order.split()[-2:], strict=True))["ROAD"] == "backfill"
    wait_until(lambda: "1 fetched since the start" in terminal.type(status))
    assert " 1 orders" in terminal.said(0)
    assert "webhook order" not in terminal.said(0)
    if shutil.which("curl"):
        assert json.loads(terminal.type(change))["lose_webhooks_share"] == 0.5


def test_the_time_that_it_takes_and_what_is_seen_are_those_of_the_page() -> None:
    assert "After half a minute" in TRYING
    assert Settings.model_validate(MINIMAL).backfill.quick_interval_s == 30
    assert f'"{texts("en").fetched_since_start.format(number=1)}"' in TRYING


def test_every_fault_and_every_request_of_the_stand_in_is_there(private_key: str) -> None:
    faults = TRYING.partition("| fault |")[2]
    assert re.findall(r"`(\w+)`(?=[ ,].*\|)", faults.replace("`true`", "")) == list(NAMES)
    asked = re.findall(r"^\| `([A-Z]+ \w+)` \|", TRYING, re.MULTILINE)
    routes = Control(StandIn(private_key)).routes()
    methods = {f"{min(r.methods - {'HEAD'})} {r.path.removeprefix(PREFIX + '/')}" for r in routes}
    assert (set(asked), len(asked)) == (methods, len(methods))


def test_the_requests_that_it_shows_are_taken(private_key: str) -> None:
    changed, away = (json.loads(text) for text in re.findall(r"`(\{\"\w+\": [^`]*\d\})`", TRYING))
    with StandIn(private_key) as wix:
        url = f"{wix.url}{PREFIX}"
        assert requests.put(f"{url}/faults", json=changed, timeout=DEADLINE_S).ok
        assert asdict(wix.faults) == asdict(Faults(**changed))
        assert requests.post(f"{url}/down", json=away, timeout=DEADLINE_S).ok
