from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wix_printer_service.printing.encoding import PREFERRED, CodePages, clean

EPSON = CodePages(("CP437", "CP850", "CP858", "CP1252", "CP852", "CP857", "CP866", "ISO_8859-7"))
OLD = CodePages(("CP437",))


def runs(text: str, current: str = "", pages: CodePages = EPSON) -> list[tuple[str, str]]:
    return list(pages.runs(text, current))


def test_western_europe_and_the_euro_sign_share_one_page():
    assert runs("Größe 9,50 € à São Ñ") == [("CP858", "Größe 9,50 € à São Ñ")]


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("„Anführung“ – …", "CP1252"),
        ("Łódź", "CP852"),
        ("ğış", "CP857"),
        ("Борщ", "CP866"),
        ("αΣ√", "CP437"),
    ],
)
def test_other_letters_come_from_the_page_that_has_them(text, page):
    assert runs(text) == [(page, text)]


def test_the_euro_sign_never_comes_from_a_page_that_may_lack_it():
    assert runs("€", pages=CodePages(("ISO_8859-7", "CP437", "CP1252"))) == [("CP1252", "€")]
    assert not CodePages(("ISO_8859-7", "CP437")).cover("€")


def test_the_printer_stays_on_its_page_as_long_as_that_will_do():
    assert runs("abc", "CP866") == [("CP866", "abc")]
    assert runs("Müller – Żur – Käse", "CP1252") == [
        ("CP1252", "Müller – "),
        ("CP852", "Żur "),
        ("CP1252", "– Käse"),
    ]


def test_what_no_page_has_is_not_covered():
    for text in ("中", "🌶", "x\u0302", "\u2011", "₺"):
        assert not EPSON.cover(text)
    assert EPSON.cover("Größe – €")
    assert OLD.cover("Größe")
    assert not OLD.cover("Größe €")


def test_a_display_without_a_sure_page_has_none():
    assert EPSON
    assert not CodePages(("OXHOO-EUROPEAN",))


@given(st.text(alphabet=st.characters(codec="cp1252") | st.characters(codec="cp866")))
def test_runs_hold_the_whole_text_in_bytes_of_their_pages(text):
    text = "".join(c for c in text if c.isprintable() and EPSON.cover(c))
    found = runs(text)
    assert "".join(run for _page, run in found) == text
    assert all(page in PREFERRED and run.encode(page) for page, run in found)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a\x1b@b\x1dV\x00c\x10\x14", "a@bVc"),
        ("e\u0301", "é"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("a\tb", "a b"),
        ("a\u2009b\u3000c", "a b  c"),
        ("1\u202f000\u00a0€", "1\u00a0000\u00a0€"),
        ("\ufeffa\u200b\u202eb\u00adc", "abc"),
        ("🌶\ufe0f", "🌶"),
        ("a\u200db", "a\u200db"),
        ("\u0600", "\u0600"),
        ("a\u3164b\u2800c\uffa0d", "a  b c d"),
        ("\u1820\u180b", "\u1820\u180b"),
        ("e\u200b\u0301", "é"),
    ],
)
def test_commands_go_and_letters_stay(raw, text):
    assert clean(raw) == text


@given(st.text())
def test_cleaned_text_holds_no_control_character_but_newlines(raw):
    cleaned = clean(raw)
    assert all(unicodedata.category(c) != "Cc" or c == "\n" for c in cleaned)
    assert clean(cleaned) == cleaned
