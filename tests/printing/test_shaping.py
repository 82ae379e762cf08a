from __future__ import annotations

import pytest

from wix_printer_service.printing import fonts
from wix_printer_service.printing.shaping import MISSING, shaped
from wix_printer_service.printing.writing import writing_of


def texts(text: str) -> list[str]:
    return [run.text for run in shaped(text, writing_of(text))]


def numbers(text: str) -> list[int]:
    return [glyph.number for run in shaped(text, writing_of(text)) for glyph in run.glyphs]


def tops(text: str) -> list[float]:
    """Return how high each glyph reaches and where it begins, bottom and top."""
    found = []
    for run in shaped(text):
        font = fonts.opened(run.font)
        for glyph in run.glyphs:
            extents = font.get_glyph_extents(glyph.number)
            top = glyph.y + extents.y_bearing
            found.append((top + extents.height, top))
    return found


def test_arabic_letters_are_joined():
    assert numbers("سلام") != list(reversed([numbers(letter)[0] for letter in "سلام"]))
    assert len(numbers("سلام")) == 3  # lam and alef are one


def test_a_non_joiner_keeps_letters_apart():
    assert numbers("می\u200cخواهم") != numbers("میخواهم")


def test_right_to_left_letters_stand_from_right_to_left():
    shin, lamed = numbers("ש"), numbers("ל")
    assert numbers("של") == lamed + shin


def test_latin_letters_stand_from_left_to_right():
    assert numbers("ab") == numbers("a") + numbers("b")


@pytest.mark.parametrize("vowel", ["ि"])
def test_a_vowel_sign_written_before_its_consonant_stands_there(vowel):
    (run,) = shaped(f"ह{vowel}")
    assert run.glyphs[1].number == numbers("ह")[0]
    assert run.glyphs[0].number not in numbers("ह")


def test_conjuncts_are_one_sign():
    assert len(numbers("क्ष")) == 1


@pytest.mark.parametrize("text", ["ที่", "ปี่", "ລີ້"])
def test_tone_marks_stand_above_vowels_and_not_in_them(text):
    _letter, vowel, tone = tops(text)
    assert tone[0] >= vowel[1]


@pytest.mark.parametrize("text", ["Ж\u0302", "M\u0308", "x\u0302", "J\u030c", "Ổ"])
def test_accents_stand_above_their_letter_and_not_beside_it(text):
    (run,) = shaped(text)
    letter, accent = run.glyphs[:2]
    assert letter.x == 0
    extents = fonts.opened(run.font).get_glyph_extents(accent.number)
    assert 0 <= accent.x + extents.x_bearing + extents.width / 2 <= run.width
    assert tops(text)[1][0] >= tops(text)[0][1]


def test_pieces_stand_in_the_order_of_sight():
    assert texts("שלום 123 abc") == ["abc", " ", "123", "שלום "]
    assert texts("abc שלום 123") == ["abc ", "123", "שלום "]
    assert texts("Hummus (חומוס) 12,50") == ["Hummus (", "חומוס", ") ", "12,50"]


def test_brackets_of_right_to_left_text_are_turned_round():
    assert numbers("(ש)") == [*numbers("("), *numbers("ש"), *numbers(")")]


def test_a_piece_has_one_font_and_one_script():
    pieces = shaped("a中б हि ไท")
    assert [(run.text, run.script) for run in pieces] == [
        ("a", "Latn"),
        ("中", "Hani"),
        ("б ", "Cyrl"),
        ("हि ", "Deva"),
        ("ไท", "Thai"),
    ]
    assert pieces[3].font == pieces[4].font


def test_common_signs_go_with_the_letters_around_them():
    assert texts("1a 2b, c!") == ["1a 2b, c!"]


def test_chinese_forms_are_those_of_the_paragraph():
    (japanese,) = shaped("骨", writing_of("骨の"))
    (chinese,) = shaped("骨")
    assert japanese.font != chinese.font


def test_an_empty_text_is_nothing():
    assert shaped("") == []


def test_what_no_font_has_is_seen_to_be_missing():
    assert MISSING in numbers("\u1000")


def test_an_accent_alone_stands_on_a_circle():
    assert numbers("\u0301") == numbers("◌\u0301")
