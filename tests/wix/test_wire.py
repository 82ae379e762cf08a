"""If these pass, foreign JSON is read piece by piece, and no odd piece is lost or raises."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wix_printer_service.models import Unread
from wix_printer_service.wix.wire import (
    DEEPEST,
    LONGEST_UNREAD,
    MOST_UNREAD,
    Wire,
    clean,
    dump_ascii,
    load,
)


def wire(value: object, unread: list[Unread] | None = None) -> Wire:
    return Wire({"it": value}, "order", [] if unread is None else unread)


def noted(read: str, value: object) -> list[Unread]:
    """Read ``value`` with the named method and return what that noted."""
    unread: list[Unread] = []
    getattr(wire(value, unread), read)("it")
    return unread


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  Käse \n", "Käse"),
        ("Ka\u0308se", "Käse"),
        ("one\r\ntwo\rthree\u2028four\x0bfive\x85six", "one\ntwo\nthree\nfour\nfive\nsix"),
        ("without\tonions", "without onions"),
        ("be\x07ll\x00\x1b[2J\x9b", "bell[2J"),
        ("no \u202enuts\u202c\u2066\u200f", "no nuts"),
        ("zero\u200bwidth\ufeff soft\u00adhyphen", "zerowidth softhyphen"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🍳", "👩\u200d🍳"),
        ("half \ud83d!", "half \ufffd!"),
        ("\n \x00 \u200b", ""),
    ],
)
def test_text_is_normalised_and_freed_of_controls(raw, cleaned):
    assert clean(raw) == cleaned


@given(text=st.text(st.characters()))
def test_clean_text_stays_clean_and_any_storage_takes_it(text):
    once = clean(text)
    assert clean(once) == once
    once.encode("utf-8")
    assert unicodedata.is_normalized("NFC", once)


def test_letters_and_digits_of_every_script_survive_cleaning():
    words = "Crème brûlée 北京烤鸭 борщ شاورما पनीर 삼겹살 🌶️ ½ €"
    assert clean(words) == words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Käse", "Käse"),
        (5, "5"),
        (Decimal("0.50"), "0.50"),
        (0, "0"),
        (None, ""),
        ("", ""),
    ],
)
def test_texts_and_numbers_count_as_text(value, text):
    unread: list[Unread] = []
    assert wire(value, unread).text("it") == text
    assert unread == []


@pytest.mark.parametrize(
    ("read", "value", "pieces"),
    [
        ("text", True, [("order.it", "True")]),
        ("text", {"a": "x", "b": ["y", None, ""]}, [("order.it.a", "x"), ("order.it.b[0]", "y")]),
        ("word", ["a"], [("order.it[0]", "a")]),
        ("translated", {"value": "Pizza"}, [("order.it.value", "Pizza")]),
        ("translated", {"original": {"x": "Pizza"}}, [("order.it.original.x", "Pizza")]),
        ("translated", ["Pizza"], [("order.it[0]", "Pizza")]),
        ("child", "no object", [("order.it", "no object")]),
        ("children", {"name": "alone"}, [("order.it.name", "alone")]),
        ("children", [{}, "a", 5], [("order.it[1]", "a"), ("order.it[2]", "5")]),
        ("text", {"\ud800\x1b": "a\ud800"}, [("order.it.\ufffd", "a\ufffd")]),
        ("number", "two", [("order.it", "two")]),
        ("number", "12,50", [("order.it", "12,50")]),
        ("number", "NaN", [("order.it", "NaN")]),
        ("number", "1e400", [("order.it", "1e400")]),
        ("number", "1e-40", [("order.it", "1e-40")]),
        ("number", True, [("order.it", "True")]),
        ("money", {"formattedAmount": "5 €"}, [("order.it.formattedAmount", "5 €")]),
        ("money", {"amount": "free"}, [("order.it.amount", "free")]),
        ("moment", "tomorrow", [("order.it", "tomorrow")]),
        ("moment", 1795197600, [("order.it", "1795197600")]),
        ("moment", "0001-01-01T00:00:00Z", [("order.it", "0001-01-01T00:00:00Z")]),
        ("moment", "9999-12-31T23:59:59-12:00", [("order.it", "9999-12-31T23:59:59-12:00")]),
    ],
)
def test_what_does_not_fit_is_noted_leaf_by_leaf(read, value, pieces):
    assert noted(read, value) == [Unread(*piece) for piece in pieces]


@pytest.mark.parametrize(
    ("read", "value"),
    [
        ("text", None),
        ("translated", {}),
        ("translated", {"original": "", "translated": None}),
        ("child", {}),
        ("children", []),
        ("number", ""),
        ("money", {"amount": "0"}),
        ("money", {"amount": None, "formattedAmount": ""}),
        ("moment", ""),
        ("anything", [1]),
    ],
)
def test_what_is_only_missing_is_not_noted(read, value):
    assert noted(read, value) == []


def test_the_original_of_a_text_comes_before_its_translation():
    assert wire({"original": "Käse", "translated": "Cheese"}).translated("it") == "Käse"
    assert wire({"original": "", "translated": "Cheese"}).translated("it") == "Cheese"
    assert wire("Käse").translated("it") == "Käse"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (2, "2"),
        ("2", "2"),
        (" 12.50 ", "12.50"),
        (Decimal("0.07"), "0.07"),
        ("-3", "-3"),
        ("52.520006599999995", "52.520006599999995"),
        (1e-7, "1E-7"),
    ],
)
def test_numbers_are_decimals_of_the_digits_as_given(value, number):
    unread: list[Unread] = []
    assert str(wire(value, unread).number("it")) == number
    assert unread == []


def test_money_is_an_amount_in_an_object_or_bare():
    assert str(wire({"amount": "12.50"}).money("it")) == "12.50"
    assert str(wire("12.50").money("it")) == "12.50"
    assert wire(None).money("it") is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T17:50:01.004Z",
        "2026-11-20T17:50:01.004000Z",
        "2026-11-20T17:50:01.004000999Z",
        "2026-11-20T18:50:01.004+01:00",
        "2026-11-20T17:50:01.004",
        " 2026-11-20T17:50:01.004Z ",
    ],
)
def test_moments_are_aware_and_in_utc(text):
    moment = wire(text).moment("it")
    assert moment == datetime(2026, 11, 20, 17, 50, 1, 4000, tzinfo=UTC)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "flag"), [(True, True), ("true", True), (False, False), ("no", False), (None, False)]
)
def test_a_flag_is_true_only_if_it_says_so(value, flag):
    assert wire(value).flag("it") is flag


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Table 6", "Table 6"),
        (6, "6"),
        (Decimal("0.50"), "0.50"),
        (True, "True"),
        (None, ""),
        (["ä", {"b": Decimal("1.0"), "c": {"d": ["e\nf", None]}}], "ä, b: 1.0, c.d: e\nf"),
    ],
)
def test_anything_can_be_shown_as_text(value, text):
    assert wire(value).anything("it") == text


def test_only_so_many_pieces_are_kept_and_the_paper_says_that_there_were_more():
    unread = noted("text", [f"piece {number}" for number in range(5 * MOST_UNREAD)])
    assert [piece.text for piece in unread[:2]] == ["piece 0", "piece 1"]
    assert len(unread) == MOST_UNREAD + 1
    assert unread[-1] == Unread("…", "…")
    assert len(noted("text", ["x"] * MOST_UNREAD)) == MOST_UNREAD


def test_a_very_long_piece_says_how_much_of_it_is_left_out():
    (piece,) = noted("child", "x" * (LONGEST_UNREAD + 17))
    assert piece.text == "x" * LONGEST_UNREAD + " … (+17)"


def test_deep_pieces_are_noted_without_recursion():
    deep: object = "peanuts"
    for _ in range(5_000):
        deep = [deep]
    (piece,) = noted("text", deep)
    assert piece.text == "peanuts"


def test_what_is_no_object_reads_as_empty():
    for value in (None, 5, "text", ["list"]):
        nothing = Wire(value, "", [])
        assert not nothing
        assert "it" not in nothing
        assert nothing.text("it") == ""


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def test_json_is_refused_when_nested_deeper_than_we_could_write_down_again():
    assert load(nested(DEEPEST))
    for levels in (DEEPEST + 1, 900, 100_000):
        with pytest.raises(ValueError, match="nested too deeply"):
            load(nested(levels))
    with pytest.raises(ValueError, match="nested too deeply"):
        load('{"a":' * 500 + "1" + "}" * 500)


@pytest.mark.parametrize("text", ["", "{", b"\xff", "nul", '{"a": 1,}'])
def test_what_is_not_json_is_a_value_error(text):
    with pytest.raises(ValueError, match=r"."):
        load(text)


def test_numbers_that_no_type_takes_are_kept_as_their_digits():
    assert load("9" * 5_000) == "9" * 5_000
    assert load("1e999999999999999999999") == "1e999999999999999999999"
    assert load("[1, 1.10]") == [1, Decimal("1.10")]


@given(text=st.text(st.characters()))
def test_ascii_json_keeps_even_halves_of_characters(text):
    assert load(dump_ascii({"a": text}).encode("ascii")) == {"a": text}


def test_json_shows_decimals_by_their_digits():
    assert json.loads(dump_ascii({"ä": Decimal("1.50")})) == {"ä": "1.50"}
