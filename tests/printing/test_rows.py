from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wix_printer_service.printing.graphemes import clusters, display_width
from wix_printer_service.printing.rows import Row, rows, wrap
from wix_printer_service.printing.writing import Writing, columns_of
from wix_printer_service.receipts.document import NORMAL, Align, Pair, Rule, Style, Text, in_one_row

BANNER = Style(width=2, inverse=True, align=Align.CENTER)
WORDS = st.text(
    alphabet="abcdefghij -1ßé中文\u0302。「שिהس\U0001f3fb\uff9e\uff9f", max_size=80
).map(lambda text: "".join(clusters(text)))
"""As they come from the speller: no accent without a letter."""
STYLES = st.builds(
    Style,
    width=st.integers(1, 8),
    height=st.integers(1, 8),
    inverse=st.booleans(),
    align=st.sampled_from(Align),
)
BLOCKS = st.builds(
    Text,
    text=WORDS,
    style=STYLES,
    prefix=st.sampled_from(["", "2x ", "12345678901234567890x "]),
    indent=st.integers(0, 4),
) | st.builds(Pair, WORDS, WORDS, STYLES, st.sampled_from(["", "2 x "]))


def texts(block, columns: int = 20) -> list[str]:
    return [" " * row.indent + row.text for row in rows(block, columns)]


def letters(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_words_wrap_at_the_margin():
    assert wrap("eins zwei drei vier", 9) == ["eins zwei", "drei vier"]
    assert wrap("eins  zwei", 20) == ["eins  zwei"]
    assert wrap("", 9) == [""]


def test_a_newline_starts_a_row():
    assert wrap("eins\n\nzwei", 9) == ["eins", "", "zwei"]


def test_a_word_breaks_at_its_hyphen_before_it_breaks_anywhere():
    assert wrap("Süßkartoffel-Pommes", 14) == ["Süßkartoffel-", "Pommes"]
    assert wrap("mit Süßkartoffel-Pommes", 18) == ["mit Süßkartoffel-", "Pommes"]
    assert wrap("ab -5 Grad", 4) == ["ab", "-5", "Grad"]


def test_a_word_that_fits_on_the_next_row_does_not_break_at_its_hyphen():
    assert wrap("Extra Chili-Öl", 12) == ["Extra", "Chili-Öl"]


def test_a_number_does_not_break_at_its_hyphens():
    assert wrap("Telefon 0170-5550199", 15) == ["Telefon", "0170-5550199"]
    assert wrap("A-0170-5550199", 13) == ["A-", "0170-5550199"]


def test_a_letter_that_grows_together_with_the_space_before_it_is_not_lost():
    found = "".join(wrap("Kein Salz \U0001f3fbErdnuss", 10))
    assert letters(found) == "KeinSalz\U0001f3fbErdnuss"


def test_of_several_blank_rows_one_is_left():
    found = wrap("\n\n \neins\n\n\n \n\nzwei\ndrei\n\n", 9)
    assert found == ["", "eins", "", "zwei", "drei", ""]


def test_a_prefix_without_words_wraps():
    assert texts(Text("", prefix="123456789012345 890123x ")) == ["123456789012345", "890123x"]


def test_a_word_longer_than_a_row_is_broken_and_not_lost():
    assert wrap("ein Donaudampfschiff da", 8) == ["ein", "Donaudam", "pfschiff", "da"]


def test_accents_stay_with_their_letter_and_wide_characters_take_two_columns():
    assert wrap("abcx\u0302yz", 4) == ["abcx\u0302", "yz"]
    assert wrap("北京烤鸭", 5) == ["北京", "烤鸭"]


def test_rows_of_chinese_are_filled_and_not_begun_anew():
    assert wrap("Ente 北京烤鸭半只", 12) == ["Ente 北京烤", "鸭半只"]


def test_no_row_of_chinese_begins_with_a_full_stop_or_ends_with_a_bracket():
    assert wrap("北京烤鸭。半只", 8) == ["北京烤", "鸭。半只"]
    assert wrap("北京烤「鸭」", 8) == ["北京烤", "「鸭」"]


def test_korean_words_and_thai_phrases_stay_together_as_long_as_they_fit():
    assert wrap("김치찌개 맵게", 10) == ["김치찌개", "맵게"]
    assert wrap("ส้ม ตำปูปลา", 8) == ["ส้ม", "ตำปูปลา"]


@pytest.mark.parametrize(
    "text", ["ผัดไทยกุ้งสดไม่ใส่น้ำปลา", "क्षत्रियराष्ट्रीयश्री", "Z\u0351\u036bx\u0302" * 9]
)
def test_what_belongs_to_a_letter_is_never_cut_from_it(text):
    whole = list(clusters(text))
    assert [letter for line in wrap(text, 4) for letter in clusters(line)] == whole


def test_large_chinese_text_wraps_before_it_is_made_narrow():
    found = rows(Text("北京烤鸭半只不要香菜", Style(width=2)), 16)
    assert {row.style.width for row in found} == {2}
    assert [row.text for row in found] == ["北京烤鸭", "半只不要", "香菜"]


def test_every_row_of_a_paragraph_knows_how_the_paragraph_is_written():
    block = Text("שלום Pizza Margherita\nabc 東京の", prefix="2x ")
    hebrew, margherita, japanese = rows(block, 16)
    assert hebrew.writing == margherita.writing == Writing(is_right_to_left=True)
    assert japanese.writing == Writing(forms="JP")


def test_prefix_and_amount_keep_their_sides_whichever_way_the_words_run():
    (row,) = rows(Pair("שלום", "9,50 €", prefix="2 x "), 20)
    assert (row.before, row.words) == ("2 x ", "שלום")
    assert row.after == "      9,50 €"


def test_further_rows_hang_under_the_first_word():
    block = Text("Pizza mit Käse und Speck", prefix="2x ", indent=2)
    assert texts(block) == ["  2x Pizza mit Käse", "     und Speck"]


def test_wide_rows_hang_by_wide_characters():
    block = Text("aa bb cc", Style(width=2), prefix="2x ")
    assert [row.indent for row in rows(block, 16)] == [0, 6]
    assert [row.text for row in rows(block, 16)] == ["2x aa bb"[:8], "cc"]


def test_a_prefix_as_wide_as_the_paper_wraps_like_text():
    assert texts(Text("Pizza", prefix="123456789012345x ")) == ["123456789012345x", "Pizza"]


def test_a_word_that_does_not_fit_is_narrowed_before_it_is_broken():
    (row,) = rows(Text("20:00–20:15", Style(width=3, height=3)), 32)
    assert (row.style.width, row.style.height) == (2, 3)
    (number,) = rows(Text(in_one_row("+49 30 5550100 12"), Style(width=2)), 32)
    assert number.style.width == 1


def test_a_banner_fills_its_row_and_stays_in_one():
    (row,) = rows(Text("KOPIE", BANNER), 20)
    assert row == Row("KOPIE", BANNER, left=5, right=5)
    (row,) = rows(Text("MÖGLICHES DUPLIKAT", BANNER), 32)
    assert row == Row("MÖGLICHES DUPLIKAT", replace(BANNER, width=1), left=7, right=7)


def test_a_banner_longer_than_the_paper_wraps():
    found = rows(Text("NICHT VOLLSTÄNDIG LESBAR", BANNER), 20)
    assert [row.text.strip() for row in found] == ["NICHT VOLLSTÄNDIG", "LESBAR"]
    assert all(row.left + len(row.text) + row.right == 20 for row in found)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("word", ["ÄNDERUNG", "ANULADO", "İPTAL"])
@pytest.mark.parametrize("columns", [32, 42, 48])
def test_a_banner_reaches_from_edge_to_edge_and_its_word_stands_in_the_middle(word, width, columns):
    (row,) = rows(Text(word, replace(BANNER, width=width)), columns)
    assert row.left + len(word) * row.style.width + row.right == columns
    assert row.right - row.left in {0, 1}


def test_a_banner_needs_no_more_than_a_narrow_blank_on_each_side():
    (row,) = rows(Text("STORNIERT", replace(BANNER, width=4)), 32)
    assert row.style.width == 3


def test_inverse_text_is_one_block_with_a_blank_on_each_side():
    block = Text("Keine Nüsse bitte!", Style(inverse=True), prefix="+ ", indent=1)
    assert rows(block, 16) == [
        Row("Keine Nüsse", Style(inverse=True), 1, before="+ ", left=1, right=1),
        Row("bitte!", Style(inverse=True), 1, before="  ", left=1, right=6),
    ]


def test_a_wide_prefix_that_would_make_words_narrow_stands_on_a_row_of_its_own():
    large = Style(width=2, height=2)
    assert texts(Text("Margherita", large, "1x -> 2x "), 32) == ["1x -> 2x", "Margherita"]
    assert texts(Text("Salami", large, "1x -> 2x "), 32) == ["1x -> 2x Salami"]
    (row,) = rows(Text("Röstzwiebelring", large, "2x "), 32)
    assert (row.before, row.style.width) == ("2x ", 1)
    assert texts(Text("a b c", prefix="12345678901234x ")) == ["12345678901234x", "a b c"]


@pytest.mark.parametrize("text", ["سلام", "שלום", "ไทย"])
def test_high_letters_that_are_too_wide_for_a_column_have_two(text):
    (row,) = rows(Text(text, Style(height=2)), 20)
    assert (row.style.width, row.room) == (1, 2)
    (row,) = rows(Text(text, Style(width=2, height=2)), 20)
    assert (row.style.width, row.room) == (2, 1)


def test_two_columns_for_a_letter_wrap_sooner_and_break_no_word():
    high = Style(height=2)
    found = rows(Text("לא חריף בבקשה Pizza", high), 16)
    assert [row.words for row in found] == ["לא חריף", "בבקשה Pizza"]
    (row,) = rows(Text("בבקשהבבקשה", high), 16)
    assert (row.words, row.room) == ("בבקשהבבקשה", 1)


def test_letters_of_one_width_and_chinese_characters_need_no_more_columns_when_high():
    assert len(rows(Text("Борщ Käse 中国", Style(height=2)), 16)) == 1


def test_a_pair_reaches_from_margin_to_margin():
    assert texts(Pair("Cola", "6,40 €")) == ["Cola          6,40 €"]


def test_the_right_half_of_a_pair_stands_in_the_last_row():
    assert texts(Pair("Pizza mit viel Käse", "9,50 €", prefix="2 x ")) == [
        "2 x Pizza mit",
        "    viel Käse 9,50 €",
    ]


def test_a_pair_without_room_stands_on_two_rows():
    found = rows(Pair("Gesamt", "1.234.567,00 €", Style(width=2)), 32)
    assert [row.text for row in found] == ["Gesamt", "1.234.567,00 €"]
    assert found[1].style.align is Align.RIGHT


def test_a_rule_is_as_wide_as_the_paper():
    assert rows(Rule("="), 20) == [Row("=" * 20, NORMAL)]


@settings(max_examples=300)
@given(block=BLOCKS, columns=st.integers(16, 64))
def test_no_row_is_wider_than_the_paper_and_no_letter_is_lost(block, columns):
    found = rows(block, columns)
    for row in found:
        text_columns = columns_of(row.text, row.room) * row.style.width
        used = row.indent + row.left + text_columns + row.right
        assert used <= columns or len(list(clusters(row.text.strip()))) == 1
    if isinstance(block, Pair):
        wanted = block.prefix + block.left + block.right
    else:
        wanted = block.prefix + block.text
    assert letters("".join(row.text for row in found)) == letters(wanted)


@given(text=WORDS, width=st.integers(2, 30))
def test_wrapping_keeps_all_letters(text, width):
    lines = wrap(text, width)
    assert letters("".join(lines)) == letters(text)
    assert all(display_width(line) <= width or len(list(clusters(line))) == 1 for line in lines)


@pytest.mark.parametrize("width", [0, -3])
def test_wrapping_ends_even_without_room(width):
    assert letters("".join(wrap("ab cd", width))) == "abcd"
