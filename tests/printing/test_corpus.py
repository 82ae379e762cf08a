from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.printing.paper_reader import Raster, read
from wix_printer_service.printing import fonts, raster
from wix_printer_service.printing.encoding import clean
from wix_printer_service.printing.graphemes import DOTTED_CIRCLE, SHAPERS
from wix_printer_service.printing.rendering import Paper, Printed, press
from wix_printer_service.printing.shaping import MISSING, shaped
from wix_printer_service.printing.writing import LATIN
from wix_printer_service.receipts.document import Align, Document, Pair, Style, Text

if TYPE_CHECKING:
    from wix_printer_service.printing.rows import Row

CORPUS = yaml.safe_load(Path(__file__).with_name("corpus.yaml").read_text(encoding="utf-8"))
SCRIPTS = CORPUS["scripts"]
COVERED = (
    *("Latn", "Grek", "Cyrl", "Armn", "Geor", "Hebr", "Arab", "Syrc", "Thaa", "Nkoo", "Tfng"),
    *("Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu", "Knda", "Mlym", "Sinh", "Java"),
    *("Thai", "Laoo", "Hans", "Hant", "Jpan", "Kore", "Bopo", "Ethi", "Cher", "Cans", "Mong"),
    "Brai",
)
"""Scripts that must come out on a machine that has no fonts but those of our packages."""
LINES = [
    *(line for lines in SCRIPTS.values() for line in lines),
    *(line for lines in CORPUS["scripts_of_the_system"].values() for line in lines),
    *(line for group in ("mixed", "symbols", "emoji", "hostile") for line in CORPUS[group]),
    "Donaudampfschifffahrtsgesellschaftskapitän" * 12,
    "烤" * 500,
    "ผัดไทยกุ้งสด" * 42,
    "क्" * 250,
    "شاورما" * 84,
    "e" + "\u0301\u0323" * 250,
    "🌶" * 250,
]
PAPERS = (Paper.of(80), Paper.of(58))
STYLES = (
    Style(),
    Style(bold=True),
    Style(width=2, height=2),
    Style(width=2, height=2, inverse=True, align=Align.CENTER),
    Style(align=Align.RIGHT, height=2),
)
DROPPED = frozenset({"Cc", "Cf", "Mn", "Zs", "Zl", "Zp"})
"""Categories of characters that are commands or that nobody sees."""


@pytest.fixture(autouse=True)
def no_system_fonts(tmp_path, monkeypatch):
    """The same fonts on every machine."""
    monkeypatch.setattr(fonts, "SYSTEM_FONTS", tmp_path)
    for remembered in (fonts._system_fonts, fonts.font_for):
        remembered.cache_clear()
    yield
    for remembered in (fonts._system_fonts, fonts.font_for):
        remembered.cache_clear()


@pytest.fixture
def drawn(monkeypatch) -> list[Row]:
    """The rows that are drawn; what is drawn of them is what is sent."""
    found: list[Row] = []
    draw = raster.draw_row

    def draw_and_note(row, cell_width):
        found.append(row)
        return draw(row, cell_width)

    monkeypatch.setattr(raster, "draw_row", draw_and_note)
    return found


def letters(text: str) -> str:
    """Return what of a text must be seen: no spaces, nothing invisible, no circle of ours."""
    return "".join(c for c in text if not c.isspace() and c not in SHAPERS | {DOTTED_CIRCLE})


def on_paper(printed: Printed, drawn: list[Row]) -> str:
    """Return the text on the paper, that of drawn rows included, each of which has ink."""
    rows = iter(drawn)
    texts = []
    for item in read(printed.data):
        if isinstance(item, Raster):
            row = next(rows)
            texts.append(row.text)
            assert set(item.data) != {0}, row
            assert missing_glyphs(row) == []
        else:
            texts.append(item)
    assert next(rows, None) is None
    return "\n".join(texts)


def missing_glyphs(row: Row) -> list[str]:
    runs = [*shaped(row.before), *shaped(row.words, row.writing), *shaped(row.after)]
    return [run.text for run in runs if MISSING in {glyph.number for glyph in run.glyphs}]


def named(printed: Printed, line: str) -> dict[str, str]:
    """Return the characters that must stand as code points, by how they must stand."""
    impossible = {character for character in line if not fonts.can_be_in_a_font(character)}
    return {f"[U+{ord(character):04X}]": character for character in printed.missing | impossible}


def check(printed: Printed, drawn: list[Row], line: str) -> None:
    text = letters(on_paper(printed, drawn))
    names = named(printed, line)
    for name, character in names.items():
        assert name in text
        text = text.replace(name, character)
    wanted = letters(clean(line))
    if names:  # the accents that could not be shown stand after their letter
        assert Counter(text) == Counter(wanted)
    else:
        assert text == wanted


@pytest.mark.parametrize("line", LINES, ids=lambda line: ascii(line)[:40])
def test_every_line_reaches_paper_in_every_size_on_every_paper(line, drawn):
    for style, paper in product(STYLES, PAPERS):
        check(press(Document((Text(line, style),)), paper), drawn, line)
        drawn.clear()


@pytest.mark.parametrize("line", LINES, ids=lambda line: ascii(line)[:40])
def test_every_line_reaches_paper_beside_an_amount(line, drawn):
    for paper in PAPERS:
        printed = press(Document((Pair(line, "9,50 €", prefix="2 x "),)), paper)
        check(printed, drawn, f"2 x {line} 9,50 €")
        drawn.clear()


@pytest.mark.parametrize("line", LINES, ids=lambda line: ascii(line)[:40])
def test_cleaning_drops_only_what_is_a_command_or_is_never_seen(line):
    lost = Counter(unicodedata.normalize("NFC", line)) - Counter(clean(line))
    assert all(
        unicodedata.category(character) in DROPPED
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or (is_flag(character) and "[" in clean(line))  # letters instead
        or (character == "\u20e3" and "[1]" in clean(line))  # the same
        or character in "\u3164\uffa0\u2800"  # letters without ink: spaces
        for character in lost
    )


def is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff" or character == "\U0001f3f4"


def test_the_corpus_holds_the_scripts_of_the_world():
    assert sorted(SCRIPTS) == sorted(COVERED)
    for script, lines in SCRIPTS.items():
        found = {fonts.script_of(letter) for letter in "".join(lines)}
        assert found & {script, *HAN.get(script, ())}, script


HAN = {"Hans": ["Hani"], "Hant": ["Hani"], "Jpan": ["Kana"], "Kore": ["Hang"]}


@pytest.mark.parametrize("script", COVERED)
def test_no_letter_of_the_scripts_in_our_packages_is_missing(script):
    document = Document(tuple(map(Text, SCRIPTS[script])))
    assert press(document, PAPERS[0]).missing == frozenset()


@pytest.mark.parametrize("script", CORPUS["scripts_of_the_system"])
def test_letters_that_no_font_has_are_named(script):
    (line,) = CORPUS["scripts_of_the_system"][script]
    printed = press(Document((Text(line),)), PAPERS[0])
    assert printed.missing
    assert printed.missing <= set(line)


def test_every_control_character_is_kept_from_the_printer():
    for number in (*range(0x20), *range(0x7F, 0xA0)):
        before, after = (
            press(Document((Text(f"a{middle}b"),)), PAPERS[0]).data for middle in ("", chr(number))
        )
        spaced = before.replace(b"ab", b"a b"), before.replace(b"ab", b"a\nb")
        assert after in {before, *spaced}, hex(number)


def test_latin_rows_of_the_code_pages_stay_text(drawn):
    printed = press(Document((Text(SCRIPTS["Latn"][0]), Text(SCRIPTS["Cyrl"][0]))), PAPERS[0])
    assert drawn == []
    assert re.sub(r"\s+", " ", on_paper(printed, drawn)).startswith(SCRIPTS["Latn"][0])


def test_rows_of_one_paragraph_run_its_way(drawn):
    press(Document((Text(f"{SCRIPTS['Hebr'][0]} Pizza Margherita und Spaghetti"),)), Paper.of(58))
    assert len(drawn) > 1
    assert all(row.writing.is_right_to_left for row in drawn)
    assert LATIN.is_right_to_left is False
