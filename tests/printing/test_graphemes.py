from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wix_printer_service.printing.encoding import clean
from wix_printer_service.printing.graphemes import LONGEST, clusters, display_width


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("ax\u0302\u0301b", ["a", "x\u0302\u0301", "b"]),
        ("हिन्दी", ["हि", "न्दी"]),
        ("ที่น้ำ", ["ที่", "น้ำ"]),
        ("\u1112\u1161\u11ab", ["\u1112\u1161\u11ab"]),
        ("ש\u05c1\u05b8ל", ["ש\u05c1\u05b8", "ל"]),
        ("می\u200cخ", ["م", "ی\u200c", "خ"]),
        ("", []),
        ("ab", ["a", "b"]),
    ],
)
def test_a_letter_keeps_all_that_belongs_to_it(text, letters):
    assert list(clusters(text)) == letters


@pytest.mark.parametrize("text", ["\u0301", " \u0301", "a\n\u0301", "\u200d\u0301", "\u093f"])
def test_an_accent_without_a_letter_stands_on_a_dotted_circle(text):
    assert list(clusters(text))[-1] == "\u25cc" + text[-1]


@given(st.text() | st.text(alphabet="a\u0301\u0323क्षि ◌\u200d\u034f🌶"))
def test_cutting_loses_nothing_and_can_be_repeated(text):
    found = "".join(clusters(text))
    assert found.replace("\u25cc", "") == text.replace("\u25cc", "")
    assert list(clusters(found)) == list(clusters("".join(clusters(found))))


def test_no_letter_grows_without_end():
    found = list(clusters("e" + "\u0301" * 100))
    assert max(map(len, found)) == LONGEST
    assert {letter[0] for letter in found[1:]} == {"\u25cc"}
    assert list(clusters("".join(found))) == found


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        *(("", 0), ("Käse", 4), ("x\u0302", 1), ("北京", 4), ("a\nb", 2), ("ａ", 2), ("ｱ", 1)),
        *(("김", 2), ("\u1112\u1161\u11ab", 2), ("ที่", 1), ("🌶", 2), ("👍", 2), ("a\x1bb", 2)),
        *(("שָׁלוֹם", 4), ("🍕🍕", 4), ("\u200d", 0), ("ä\nb", 2)),
    ],
)
def test_columns_are_what_letters_take_on_paper(text, columns):
    assert display_width(text) == columns


@given(st.text().map(clean))
def test_columns_of_a_text_are_those_of_its_letters(text):
    standing = "".join(clusters(text))
    assert display_width(standing) == sum(map(display_width, clusters(standing)))
