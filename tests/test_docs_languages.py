"""docs/languages.md is true: languages, letters and fonts are as it says."""

from __future__ import annotations

import re
import shutil
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.terminal import Terminal, blocks, project_folder
from wix_printer_service import words
from wix_printer_service.api.texts import spoken
from wix_printer_service.printing import emoji, fonts
from wix_printer_service.receipts.catalogue import words as words_of
from wix_printer_service.receipts.money import locale_of, money
from wix_printer_service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "languages.md").read_text("utf-8")
DRAWN = re.search(r"in its direction:\n(.*?)\. The fonts", TEXT, re.DOTALL)
LACKING = re.findall(r"^\| .*? \| ([^a-z]+) \|$", TEXT, re.MULTILINE)
MINIMAL = {"printers": {"kitchen": {"connection": "cups://a", "receipts": ["kitchen"]}}}
EMOJI = [
    chr(code)
    for first, last in ((0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1FAFF))
    for code in range(first, last + 1)
    if unicodedata.category(chr(code)) == "So"
]


@pytest.fixture
def only_fonts_of_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A system without fonts of its own."""
    monkeypatch.setattr(fonts, "SYSTEM_FONTS", tmp_path)
    forget_fonts()
    yield
    forget_fonts()


def forget_fonts() -> None:
    for remembered in (fonts._system_fonts, fonts.font_for):
        remembered.cache_clear()


def lacks_a_letter(text: str) -> bool:
    return any(fonts.font_for(letter) is None for letter in text if letter.strip(" ,\n"))


def test_it_names_every_language() -> None:
    said = TEXT.partition("## One more language")[0]
    assert set(re.findall(r"`([a-z]{2})`", said)) == set(words.LANGUAGES)
    assert Settings.model_validate(MINIMAL).restaurant.language == "de"


@pytest.mark.parametrize(
    "snippet", [*blocks("yaml", TEXT), *re.findall(r"`(\w+: \{[^`]*\})`", TEXT)]
)
def test_what_is_to_be_added_to_the_configuration_is_right(snippet: str) -> None:
    assert Settings.model_validate({**MINIMAL, **yaml.safe_load(snippet)})


@pytest.mark.parametrize(
    ("country", "currency", "amount"), [("CH", "CHF", "12.50"), ("AT", "EUR", "32.09")]
)
def test_amounts_are_written_as_it_says(country: str, currency: str, amount: str) -> None:
    written = money(Decimal(amount), currency, locale_of("de", country))
    assert f'with `{country}` "{written}"' in TEXT


def test_one_more_file_is_one_more_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = "wix_printer_service"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    terminal = Terminal(project_folder(tmp_path, ""))
    copy, look, *_ = "".join(blocks("sh", TEXT)).splitlines()
    terminal.type(copy)
    new = tmp_path / package / "receipts" / "catalogue" / "pt.yaml"
    new.write_text(new.read_text("utf-8").replace('"KITCHEN"', '"COZINHA"'), "utf-8")
    assert "COZINHA" in terminal.type(look)
    new.write_text(new.read_text("utf-8") + "kitchn: no\n", "utf-8")
    assert "kitchn" in terminal.refused(look)


def test_a_page_without_words_of_its_own_is_english() -> None:
    assert spoken("pt") == "en"


def test_marks_are_as_short_as_it_asks_for() -> None:
    marks = ("late", "change", "cancelled", "copy_mark", "not_paid", "reminder", "duplicate")
    for language in words.LANGUAGES:
        say = words_of(language)
        assert [w for name in marks for w in getattr(say, name).split() if len(w) > 14] == []
    assert "no word of them may be longer than 14" in " ".join(TEXT.split())


@pytest.mark.usefixtures("only_fonts_of_packages")
def test_the_letters_that_it_shows_are_drawn_and_those_that_are_lacking_are_not() -> None:
    assert DRAWN is not None
    assert not lacks_a_letter(DRAWN[1])
    assert len(LACKING) == 4
    for sample in LACKING:
        assert all(map(lacks_a_letter, sample.split())), sample


@pytest.mark.usefixtures("only_fonts_of_packages")
def test_a_third_of_the_emoji_are_lacking_and_most_of_the_faces() -> None:
    lacking = [picture for picture in EMOJI if lacks_a_letter(picture)]
    assert 0.3 < len(lacking) / len(EMOJI) < 0.4
    faces = [chr(code) for code in range(0x1F600, 0x1F645)]
    assert sum(map(lacks_a_letter, faces)) > len(faces) / 2


def test_the_packages_that_it_names_are_those_that_the_service_names() -> None:
    assert blocks("sh", TEXT)[-1].strip() == fonts.REMEDY


def test_emoji_become_what_it_says() -> None:
    assert emoji.flattened("🇩🇪") == "[DE]"
    assert emoji.flattened("👩‍👧") == "👩👧"
    assert emoji.flattened("👍🏽") == "👍"


def test_it_is_one_page() -> None:
    assert len(TEXT.splitlines()) <= 80
