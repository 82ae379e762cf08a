from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wix_printer_service.errors import ConfigurationError
from wix_printer_service.printing import fonts
from wix_printer_service.printing.raster import CELL_HEIGHT, draw_row, placed
from wix_printer_service.printing.rendering import CELL_WIDTH, Paper, Printed, press, render
from wix_printer_service.printing.rows import Row
from wix_printer_service.receipts.document import (
    NORMAL,
    Align,
    Document,
    Feed,
    Pair,
    QrCode,
    Rule,
    Style,
    Text,
)
from wix_printer_service.virtual_printer import render as print_virtually
from wix_printer_service.virtual_printer.commands import CommandParser

WIDE, NARROW = Paper.of(80), Paper.of(58)
OURS = {
    *(b"", b"\n", b"\x1b@", b"\x1bt", b"\x1bE", b"\x1ba", b"\x1bd"),
    *(b"\x1d!", b"\x1dB", b"\x1dv", b"\x1dV"),
}
"""The only commands that a ticket may hold."""
UNLUCKY = "←※"
"""Its picture happens to spell DLE EOT."""
ANY_TEXT = st.text(max_size=60) | st.sampled_from(
    ["a\x1b@\x1dV\x00b\x10\x04\x01", "\ud800", "\u0301", "中文", "🌶\ufe0f", "شاورما", "Ж\u0302"]
)
STYLES = st.builds(
    Style,
    width=st.integers(1, 8),
    height=st.integers(1, 8),
    bold=st.booleans(),
    inverse=st.booleans(),
    align=st.sampled_from(Align),
)
BLOCKS = (
    st.builds(Text, ANY_TEXT, STYLES, ANY_TEXT, st.integers(0, 4))
    | st.builds(Pair, ANY_TEXT, ANY_TEXT, STYLES, ANY_TEXT)
    | st.builds(QrCode, ANY_TEXT)
    | st.builds(Feed, st.integers(0, 300))
    | st.just(Rule())
)


@pytest.fixture(autouse=True)
def no_system_fonts(tmp_path_factory, monkeypatch):
    """The same fonts on every machine."""
    monkeypatch.setattr(fonts, "SYSTEM_FONTS", tmp_path_factory.mktemp("fonts"))
    fonts._system_fonts.cache_clear()
    fonts.font_for.cache_clear()
    yield
    fonts._system_fonts.cache_clear()
    fonts.font_for.cache_clear()


def ticket(*blocks, paper: Paper = WIDE) -> bytes:
    return render(Document(blocks), paper)


def printed(*blocks, paper: Paper = WIDE):
    (receipt,) = print_virtually(ticket(*blocks, paper=paper), paper.width_mm)
    assert receipt.warnings == ()
    return receipt


def commands(data: bytes):
    return CommandParser().feed(data)


def sent_rows(data: bytes) -> list[int]:
    """How many columns each row of text takes, by the sizes that were sent."""
    found, used, width = [], 0, 1
    for command in commands(data):
        if command.prefix == b"\x1d!":
            width = (command.arguments[0] >> 4) + 1
        elif command.prefix == b"":
            used += width * len(command.arguments)
        elif command.prefix == b"\n":
            found.append(used)
            used = 0
    return found


# --- paper --------------------------------------------------------------------------------------


def test_paper_has_the_usual_columns():
    assert Paper.of(80) == Paper(80, 48, 576, "default")
    assert Paper.of(58) == Paper(58, 32, 384, "default")


def test_columns_may_be_given():
    assert Paper.of(80, 42) == Paper(80, 42, 504, "default")
    assert Paper.of(80, 64).dots == 576


@pytest.mark.parametrize(
    ("profile", "columns"),
    [("TM-T88V", 42), ("TM-T20II", 48), ("NT-80-V-UL", 48), ("RP326", 48), ("POS-5890", 32)],
)
def test_the_profile_of_a_model_knows_its_columns(profile, columns):
    assert Paper.of(80, profile=profile).columns == columns


@pytest.mark.parametrize("profile", ["TM-T99", "AF-240"])
def test_a_profile_that_is_none_of_a_printer_is_refused(profile):
    with pytest.raises(ConfigurationError, match=profile):
        Paper.of(80, profile=profile)
    with pytest.raises(ConfigurationError, match=profile):
        render(Document(()), Paper(80, 48, 576, profile))


# --- text ---------------------------------------------------------------------------------------


def test_a_ticket_starts_with_a_reset_and_ends_with_feed_and_cut():
    data = ticket(Text("Hallo"))
    assert data.startswith(b"\x1b@")
    assert data.endswith(b"Hallo\n\x1bd\x06\x1dV\x01")


def test_a_printer_without_a_cutter_is_only_fed():
    assert ticket(paper=Paper.of(58, profile="POS-5890")).endswith(b"\x1bd\x06")


def test_the_code_page_is_chosen_once_and_changed_when_needed():
    data = ticket(Text("Käse 9,50 €"), Text("Größe"), Text("Łódź"), Text("Ende"))
    assert data.count(b"\x1bt") == 2
    assert b"\x1bt\x13K\x84se 9,50 \xd5\n" in data
    assert b"\x1bt\x12" in data


def test_numbers_of_pages_are_those_of_the_profile():
    assert b"\x1bt\x04\xd5\n" in ticket(Text("€"), paper=Paper.of(80, profile="TSP600"))
    assert b"\x1bt\x10\x80\n" in ticket(Text("€"), paper=Paper.of(80, profile="TM-T88II"))


def test_the_style_is_sent_when_it_changes_and_not_again():
    high = Style(height=3, bold=True, inverse=True, align=Align.CENTER)
    data = ticket(Text("a", high), Text("b", high), Text("c"))
    for on, off in (
        (b"\x1d!\x02", b"\x1d!\x00"),
        (b"\x1bE\x01", b"\x1bE\x00"),
        (b"\x1dB\x01", b"\x1dB\x00"),
        (b"\x1ba\x01", b"\x1ba\x00"),
    ):
        assert data.count(on) == data.count(off) == 1
        assert data.index(on) < data.index(b"b") < data.index(off)


@pytest.mark.parametrize("paper", [WIDE, NARROW])
@pytest.mark.parametrize("words", ["ÄNDERUNG", "ANULADO", "Скидка ★"])
@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_a_banner_is_black_from_edge_to_edge_with_its_word_in_the_middle(words, width, paper):
    style = Style(width=width, height=2, inverse=True, align=Align.CENTER)
    image = printed(Text(words, style), paper=paper).image.convert("L")
    left, _, right, _ = image.crop((0, 0, paper.dots, 2 * CELL_HEIGHT)).getbbox()  # of the white
    assert abs(left - (paper.dots - right)) <= CELL_WIDTH + 3 * width
    assert left >= CELL_WIDTH


def test_text_is_printed_as_it_was_meant():
    receipt = printed(
        Text("„Größe“ – 9,50 €"),
        Text("Borschtsch Борщ", prefix="2x ", indent=2),
        Pair("Żurek", "8,00 €"),
        Feed(2),
        Text("1\u202f000\u00a0€", Style(align=Align.RIGHT)),
    )
    rows = receipt.text.rstrip("\n").split("\n")
    assert rows == [
        "„Größe“ – 9,50 €",
        "  2x Borschtsch Борщ",
        "Żurek" + " " * 37 + "8,00 €",
        "",
        "",
        " " * 41 + "1 000 €",
    ]


def test_no_break_spaces_are_sent_as_plain_ones():
    assert b"1 000 \xd5\n" in ticket(Text("1\u202f000\u00a0€"))


def test_the_indent_of_inverse_text_is_not_inverse():
    data = ticket(Text("Nüsse", Style(inverse=True), indent=3))
    assert b"   \x1dB\x01 N\x81sse" + b" " * 39 + b"\n" in data


def test_a_long_feed_is_fed():
    assert printed(Text("a"), Feed(300), Text("b")).image.height > 255 * 30


def test_nothing_a_guest_writes_is_a_command():
    data = ticket(Text("a\x1b@b\x1dV\x00c\x10\x14\x01\x00\x05", prefix="\x1bp\x00"))
    assert [c.prefix for c in commands(data)].count(b"\x1b@") == 1
    assert "p" in printed(Text("x", prefix="\x1bp")).text
    assert b"a@bVc\n" in data


@settings(max_examples=150)
@given(st.lists(BLOCKS, max_size=4), st.sampled_from([WIDE, NARROW, Paper.of(80, 64)]))
def test_every_document_prints_and_holds_only_our_commands(blocks, paper):
    data = ticket(*blocks, paper=paper)
    found = commands(data)
    assert {command.prefix for command in found} <= OURS
    receipts = print_virtually(data, paper.width_mm)
    assert not any(receipt.warnings for receipt in receipts)
    for letter in (b"\x04", b"\x05", b"\x14"):
        assert b"\x10" + letter not in data
    assert all(columns <= paper.columns for columns in sent_rows(data))


LETTERS = st.characters(codec="cp858", exclude_categories=["C", "Z"]) | st.characters(
    codec="cp866", exclude_categories=["C", "Z"]
)
WORDS = st.lists(st.text(LETTERS, min_size=1, max_size=30), max_size=8).map(" ".join)


@settings(max_examples=80)
@given(WORDS, STYLES, st.sampled_from([WIDE, NARROW]))
def test_no_letter_is_lost_on_the_way_to_paper(words, style, paper):
    receipt = printed(Text(words, style), Pair(words, words, style), paper=paper)
    letters = re.sub(r"\s", "", words)
    if "[image" not in receipt.text:
        assert re.sub(r"\s", "", receipt.text) == letters * 3


# --- pictures -----------------------------------------------------------------------------------


def test_a_row_with_a_character_that_no_page_has_is_a_picture_and_others_stay_text():
    receipt = printed(Text("★ Star", Style(width=2, height=2)), Text("Text"))
    assert receipt.text.split("\n")[:2] == ["[image 144x48]", "Text"]


@pytest.mark.parametrize(
    ("align", "left", "right"),
    [(Align.LEFT, 0, 72), (Align.CENTER, 252, 324), (Align.RIGHT, 504, 576)],
)
def test_a_picture_stands_where_its_text_would(align, left, right):
    receipt = printed(Text("★★★★★★", Style(align=align)))
    white, black = receipt.image.convert("L"), None
    black = white.point(lambda grey: 255 - grey).getbbox()
    assert left <= black[0] < left + 4
    assert right - 4 < black[2] <= right


def test_a_picture_is_indented_like_its_text():
    receipt = printed(Text("★", indent=4))
    black = receipt.image.convert("L").point(lambda grey: 255 - grey).getbbox()
    assert 48 <= black[0] < 60


def test_an_inverse_banner_is_black_from_edge_to_edge_as_a_picture_too():
    banner = Style(width=2, height=2, inverse=True, align=Align.CENTER)
    receipt = printed(Text("★ Stern ★", banner))
    black = receipt.image.convert("L").point(lambda grey: 255 - grey).getbbox()
    assert (black[0], black[2]) == (0, 576)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Tee \u1000", "Tee [U+1000]"),
        ("gut 😀\ufe0f", "gut [U+1F600]"),
        ("😀\u200d😂", "[U+1F600][U+1F602]"),
        ("half \ud83d", "half [U+D83D]"),
        ("x\U000e0041y", "xy"),
        ("a\u1037b", "a[U+1037]b"),
        ("\u1000\u102d", "[U+1000][U+102D]"),
        ("a\u0301\u1037", "á[U+1037]"),
    ],
)
def test_what_no_font_has_is_shown_as_its_code_point(text, shown):
    assert printed(Text(text)).text.rstrip("\n") == shown


def test_what_no_font_has_is_told():
    printed = press(Document((Text("\u1000 ★ \u1001\u1037"), Text("\u1000"))), WIDE)
    assert isinstance(printed, Printed)
    assert printed.missing == {"\u1000", "\u1001", "\u1037"}
    assert render(Document((Text("★"),)), WIDE) == press(Document((Text("★"),)), WIDE).data
    assert press(Document((Text("★ ش"),)), WIDE).missing == frozenset()


@pytest.mark.parametrize("character", ["\ud800", "\U0010ffff", "\ue000"])
def test_a_character_that_no_font_can_have_is_spelled_and_not_missed(character):
    printed = press(Document((Text(character),)), WIDE)
    assert f"[U+{ord(character):04X}]".encode() in printed.data
    assert printed.missing == frozenset()


def test_a_printer_that_cannot_draw_misses_no_font():
    assert press(Document((Text("★"),)), Paper.of(80, profile="TM-U220")).missing == frozenset()


def test_joiners_leave_no_byte_in_rows_of_text():
    assert b"abc\n" in ticket(Text("a\u200db\u200cc"))


@pytest.mark.parametrize(
    ("character", "rule"), [("=", "=" * 32), ("\x1b", "-" * 32), ("ab", "-" * 32), ("", "-" * 32)]
)
def test_a_rule_is_of_one_character(character, rule):
    assert printed(Rule(character), paper=NARROW).text.rstrip("\n") == rule


def test_a_rule_may_be_drawn():
    assert printed(Rule("★"), paper=NARROW).text.startswith("[image 384x")


def test_a_printer_that_cannot_draw_spells_out_and_shows_codes_as_text():
    paper = Paper.of(80, profile="TM-U220")
    receipt = printed(Text("★ 9 €"), QrCode("https://example.com/"), paper=paper)
    assert receipt.text.split("\n")[:2] == ["[U+2605] 9 [U+20AC]", "https://example.com/"]


def test_a_drawn_row_that_happens_to_spell_a_real_time_command_is_sent_without_it():
    assert b"\x10\x04" in placed(draw_row(Row(UNLUCKY), 12), 0).tobytes()
    assert b"\x10\x04" not in ticket(Text(UNLUCKY))


def test_a_code_is_a_picture_in_the_middle_of_the_paper(capsys):
    receipt = printed(QrCode("https://maps.google.com/?q=52.4991,13.4312"), paper=NARROW)
    left, _top, right, _bottom = receipt.image.convert("L").point(lambda grey: 255 - grey).getbbox()
    assert abs(left - (384 - right)) <= 8
    assert capsys.readouterr().out == ""


def test_a_code_that_is_too_long_is_text():
    data = "https://example.com/" + "x" * 2000
    assert re.sub(r"\s", "", printed(QrCode(data), paper=NARROW).text) == data


def test_styles_hold_after_a_picture():
    data = ticket(Text("fett", Style(bold=True)), Text("★"), Text("fett", Style(bold=True)))
    assert data.count(b"\x1bE\x01") == 2
    assert Style() == NORMAL


# --- python-escpos ------------------------------------------------------------------------------

PRINT_ONE = """
from wix_printer_service.printing.rendering import Paper, render
from wix_printer_service.receipts.document import Document, QrCode, Text
assert render(Document((Text("9,50 € ★"), QrCode("https://example.com/"))), Paper.of(80))
"""
CONFIGURE = "from wix_printer_service import logs; logs.configure('info')"
WARN = "import logging; logging.getLogger('escpos.escpos').warning('late')"


def run_python(program: str, **environment: str) -> str:
    """Run a program in a Python of its own and return what it logged."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_nothing_is_left_in_the_temporary_folder(tmp_path):
    check = "import tempfile; assert tempfile.mkstemp()[1].startswith(tempfile.gettempdir())"
    run_python(f"{PRINT_ONE}\n{check}", TMPDIR=str(tmp_path))
    [ours] = tmp_path.iterdir()
    assert ours.is_file()  # ours alone: the folder is usable as before, and nothing else is there


@pytest.mark.parametrize(
    "steps", [(CONFIGURE, PRINT_ONE, WARN), (PRINT_ONE, CONFIGURE, WARN)], ids=["before", "after"]
)
def test_logging_stays_as_configured_before_or_after_python_escpos_is_imported(steps):
    [line] = run_python("\n".join(steps)).splitlines()
    assert json.loads(line)["event"] == "late"
