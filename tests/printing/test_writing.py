from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wix_printer_service.printing.writing import levels, writing_of


@pytest.mark.parametrize(
    ("paragraph", "is_right_to_left"),
    [
        *(("abc", False), ("שלום abc", True), ("abc שלום", False), ("", False)),
        *(("12: سلام", True), ("(!) ä", False), ("ߒߞߏ", True), ("中 שלום", False)),
    ],
)
def test_the_first_letter_says_which_way_a_paragraph_runs(paragraph, is_right_to_left):
    assert writing_of(paragraph).is_right_to_left is is_right_to_left


@pytest.mark.parametrize(
    ("paragraph", "forms"),
    [
        *(("北京", "SC"), ("東京の", "JP"), ("東京ラーメン", "JP"), ("大韓民國 서울", "KR")),
        *(("台灣ㄅ", "TC"), ("Käse", "SC")),
    ],
)
def test_what_stands_around_chinese_characters_says_whose_they_are(paragraph, forms):
    assert writing_of(paragraph).forms == forms


@pytest.mark.parametrize(
    ("text", "is_right_to_left", "expected"),
    [
        ("abc", False, "000"),
        ("ab אב", False, "00011"),
        ("אב 12", False, "11122"),
        ("אב 12", True, "11122"),
        ("אב ab!", True, "111221"),
        ("a (אב) 1,5", False, "0001100222"),
        ("سلام ١٢", True, "1111122"),
        ("ק\u05b8ab", True, "1122"),
        ("ä🌶א\u200cב", False, "00111"),
    ],
)
def test_levels_are_those_of_unicode(text, is_right_to_left, expected):
    found = levels(text, is_right_to_left=is_right_to_left)
    assert "".join(map(str, found)) == expected


@given(st.text(alphabet='ab1 (אבسل,")[]levels: \\\u05b8\n🌶'), st.booleans())
def test_every_character_has_a_level_whatever_the_guest_writes(text, is_right_to_left):
    found = levels(text, is_right_to_left=is_right_to_left)
    assert len(found) == len(text)
    assert all(level >= int(is_right_to_left) for level in found)
