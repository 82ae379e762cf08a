"""docs/receipts.md is true: what it says to type and to see is so."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
import yaml

from tests.terminal import Terminal, blocks, is_open, project_folder, wait_until
from wix_printer_service.models import Receipt
from wix_printer_service.receipts.block_options import Sheet, Size
from wix_printer_service.receipts.blocks import BLOCKS
from wix_printer_service.receipts.catalogue import words
from wix_printer_service.receipts.layout import default_layout, read_layout
from wix_printer_service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "receipts.md").read_text("utf-8")
MY_YAML, LAYOUT, WRONG_LAYOUT = blocks("yaml", TEXT)
CHANGE, TICKET, MISTAKES = blocks("text", TEXT)
RUN, ORDER, EDIT, START, PREVIEW, CHECK = "".join(blocks("sh", TEXT)).splitlines()
SETTINGS = [text for text in re.findall(r"`(\w+: \{[^`]*\})`", TEXT) if "copies" not in text]
SHEET = set(Sheet.model_fields)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    folder = project_folder(tmp_path, MY_YAML)
    (folder / "var").mkdir()
    (folder / "wix_printer_service").symlink_to(ROOT / "wix_printer_service")
    # nobody in the internet is asked
    opened = Terminal(folder, CONNECTIVITY__HOSTS="[]")
    yield opened
    opened.close()


def rows(text: str) -> list[str]:
    return [row.rstrip() for row in text.strip("\n").splitlines()]


def test_an_order_and_its_edit_come_out_where_the_page_says(terminal: Terminal) -> None:
    def papers(printer: str) -> list[str]:
        files = sorted((terminal.folder / "var" / printer).glob("*.txt"))
        return [file.read_text("utf-8") for file in files]

    def are_out(*numbers: int) -> bool:
        return numbers == tuple(len(papers(name)) for name in ("kitchen", "pizza", "counter"))

    terminal.type(RUN)
    wait_until(lambda: is_open(terminal.webhook))
    terminal.type(ORDER)
    wait_until(lambda: are_out(1, 1, 2))
    terminal.type(EDIT)
    wait_until(lambda: are_out(2, 2, 5))
    heads = [paper.split("#")[0].split() for paper in papers("counter")]
    assert heads[0] == ["EXPO"]
    assert sorted(heads[2:]) == [["CHANGE"], ["CHANGE", "EXPO"], ["STATION", "BAR"]]
    assert rows(papers("pizza")[1])[-3:] == rows(CHANGE)
    assert "+ 3 items at other stations" in papers("pizza")[0]
    assert len(list((terminal.folder / "var" / "pizza").glob("*.png"))) == 2


def test_a_layout_of_ones_own_prints_what_the_page_shows(terminal: Terminal) -> None:
    file = terminal.folder / "var" / "kitchen.yaml"
    terminal.type(START)
    assert read_layout(Receipt.KITCHEN, file) == default_layout(Receipt.KITCHEN)
    file.write_text(LAYOUT, "utf-8")
    assert rows(terminal.type(PREVIEW)) == rows(TICKET)


def test_mistakes_in_a_layout_are_named_as_the_page_shows(terminal: Terminal) -> None:
    (terminal.folder / "var" / "kitchen.yaml").write_text(WRONG_LAYOUT, "utf-8")
    assert rows(terminal.refused(PREVIEW)) == rows(MISTAKES)


def test_the_check_of_the_configuration_reads_the_layouts_too(terminal: Terminal) -> None:
    (named,) = (text for text in SETTINGS if "layouts" in text)
    (terminal.folder / "my.yaml").write_text(MY_YAML + named, "utf-8")
    file = terminal.folder / "var" / "kitchen.yaml"
    file.write_text(LAYOUT, "utf-8")
    assert "No mistakes found" in terminal.type(CHECK)
    file.write_text(WRONG_LAYOUT, "utf-8")
    assert rows(terminal.refused(CHECK)) == rows(MISTAKES)


def test_a_station_that_no_printer_prints_is_named_by_the_check(terminal: Terminal) -> None:
    my_yaml = MY_YAML.replace("[bar, expo]", "[expo]")
    (terminal.folder / "my.yaml").write_text(my_yaml, "utf-8")
    assert "stations: no printer prints the tickets of bar" in terminal.refused(CHECK)


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ("--receipt customer", "Thank you for your order!"),
        ("--station pizza", "STATION PIZZA"),
        ("--width 58", "-" * 32),
        ("--language fr", words("fr").kitchen),
        ("--receipt change --before order.json", "CHANGE"),
    ],
)
def test_the_options_that_it_names_show_other_papers(
    terminal: Terminal, options: str, shown: str
) -> None:
    assert f"`{options.replace('order.json', 'FILE')}`" in TEXT
    samples = terminal.folder / "wix_printer_service" / "simulation" / "samples"
    shutil.copy(samples / "pickup.json", terminal.folder / "order.json")
    plain = PREVIEW.replace("--layout var/kitchen.yaml", options)
    assert shown in [row.strip() for row in terminal.type(plain).splitlines()]


def test_it_can_also_show_a_picture(terminal: Terminal) -> None:
    assert "`--png FILE`" in TEXT
    terminal.type(PREVIEW.replace("--layout var/kitchen.yaml", "--png ticket.png"))
    assert (terminal.folder / "ticket.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("snippet", SETTINGS)
def test_what_is_to_be_added_to_the_configuration_is_right(snippet: str) -> None:
    assert Settings.model_validate({**yaml.safe_load(MY_YAML), **yaml.safe_load(snippet)})


def test_copies_are_a_setting_of_a_printer() -> None:
    (copies,) = re.findall(r"`(copies: \{[^`]*\})`", TEXT)
    data = yaml.safe_load(MY_YAML)
    data["printers"]["kitchen"] |= yaml.safe_load(copies)
    assert Settings.model_validate(data).printers["kitchen"].copies == {Receipt.KITCHEN: 2}


def test_what_is_usual_is_so() -> None:
    usual = Settings.model_validate(yaml.safe_load(MY_YAML))
    assert f"`preorders: {{print: {usual.preorders.print}}}` is usual" in TEXT
    assert not usual.receipts.payment_changes


def test_every_block_is_explained_and_stands_on_the_receipts_that_are_named() -> None:
    table = re.findall(r"^\| `(\w+)` \| ([^|]*) \| ", TEXT, re.MULTILINE)
    every = {receipt.value for receipt in BLOCKS}
    told: dict[str, set[str]] = {}
    for block, where in table:
        but = re.sub(r"^all( but )?", "", where)
        named = set(but.split(", ")) - {""}
        told[block] = every - named if where.startswith("all") else named
    blocks_of = {receipt.value: set(parts) for receipt, parts in BLOCKS.items()}
    names = set().union(*blocks_of.values())
    assert told == {name: {r for r in every if name in blocks_of[r]} for name in names}


def test_every_setting_of_the_paper_and_of_a_text_is_named() -> None:
    said = TEXT.partition("Beside `blocks`")[2].partition("| block")[0]
    sizes = get_args(Size.model_fields["size"].annotation)
    assert SHEET | set(sizes) | set(Size.model_fields) <= set(re.findall(r"`(\w+)`", said))


def test_the_words_on_paper_that_it_quotes_are_there() -> None:
    say = words("en")
    quoted = [say.change, say.cancelled, say.added, say.removed, say.changed, say.reminder]
    quoted += [say.duplicate, say.late, say.copy_mark, say.kitchen, say.expo, say.driver]
    quoted += [f'"{say.change_remark}"', f'"{say.thanks}"', say.backup_from.format(printer="…")]
    assert [word for word in quoted if word not in TEXT] == []


def test_it_is_a_page_or_two() -> None:
    assert len(TEXT.splitlines()) <= 200
