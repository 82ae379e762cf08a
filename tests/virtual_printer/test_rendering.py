from __future__ import annotations

import pytest
from escpos.printer import Dummy

from wix_printer_service.virtual_printer import render

from .sent import CENTER, CUT, INITIALIZE, LATIN_WITH_EURO, RIGHT, size


def texts(data: bytes, paper_width_mm: int = 80) -> list[str]:
    return [receipt.text for receipt in render(data, paper_width_mm)]


def rows_of(data: bytes, paper_width_mm: int = 80) -> list[str]:
    (text,) = texts(data, paper_width_mm)
    return text.split("\n")


def test_each_cut_ends_a_receipt():
    data = b"one\n" + CUT + b"two\n\x1dVA\x00three\n\x1dVB\x10four\n\x1bifive\n\x1bm"
    assert texts(data) == ["one", "two", "three", "four", "five"]


def test_what_follows_the_last_cut_counts_only_if_it_left_something_visible():
    assert texts(b"one\n" + CUT + b"\n\n" + INITIALIZE) == ["one"]
    assert texts(b"one\n" + CUT + b"two\n") == ["one", "two"]
    assert texts(b"") == []


def test_a_cut_without_paper_cuts_nothing_but_a_blank_slip_is_a_receipt():
    assert texts(b"one\n" + CUT + CUT) == ["one"]
    assert texts(b"one\n" + CUT + b"\n" + CUT) == ["one", ""]


def test_rows_keep_their_leading_blanks_and_lose_their_trailing_ones():
    assert rows_of(b"  a  \n\n b\n\n\n" + CUT) == ["  a", "", " b"]


@pytest.mark.parametrize(("paper_width_mm", "columns", "dots"), [(80, 48, 576), (58, 32, 384)])
def test_text_wraps_at_the_right_margin(paper_width_mm, columns, dots):
    (receipt,) = render(b"x" * (columns + 1) + b"\n", paper_width_mm)
    assert receipt.text.split("\n") == ["x" * columns, "x"]
    assert receipt.image.size == (dots, 60)


def test_a_row_that_is_just_full_makes_no_empty_one():
    assert rows_of(b"x" * 48 + b"\ny\n") == ["x" * 48, "y"]


def test_big_characters_are_plain_in_the_text_and_take_their_columns_on_paper():
    assert rows_of(size(2, 2) + b"x" * 25 + b"\n") == ["x" * 24, "x"]
    assert rows_of(size(2, 1) + b"2x" + size(1, 1) + b" Pizza\n") == ["2x Pizza"]


def test_text_is_padded_to_where_it_stands():
    assert rows_of(CENTER + b"mid\n" + RIGHT + b"end\n\x1ba0left\n") == [
        " " * 22 + "mid",
        " " * 45 + "end",
        "left",
    ]
    assert rows_of(CENTER + b"mid\n", 58) == [" " * 14 + "mid"]
    assert rows_of(CENTER + size(2, 2) + b"ABC\n") == [" " * 21 + "ABC"]


def test_the_pen_moves_by_tabs_and_by_dots():
    assert rows_of(b"a\tb\tc\n") == ["a       b       c"]
    assert rows_of(b"\x1bD\x04\x06\x00a\tb\tc\td\n") == ["a   b cd"]
    assert rows_of(b"a\x1b$\x78\x00b\x1b\\\x0c\x00c\n") == ["a         b c"]


def test_margin_and_area_narrow_the_line():
    assert rows_of(b"\x1dL\x18\x00" + b"x" * 47 + b"\n") == ["  " + "x" * 46, "  x"]
    assert rows_of(b"\x1dW\x18\x00xxx\n") == ["xx", "x"]
    assert rows_of(b"\x1dL\xff\xff\x1dW\x00\x00xx\n") == [" " * 47 + "x", " " * 47 + "x"]


def test_feeding_makes_rows():
    assert rows_of(b"a\x1bd\x03b\n") == ["a", "", "", "b"]
    assert rows_of(b"a\n\x1bd\x02b\n") == ["a", "", "", "b"]
    assert rows_of(b"a\x1bJ\x1eb\n\x1bJ\x3cc\n") == ["a", "b", "", "", "c"]


def test_paper_moves_by_the_line_spacing_or_the_tallest_character():
    def height(data: bytes) -> int:
        (receipt,) = render(data)
        return receipt.image.height

    assert height(b"a\n") == 30
    assert height(b"\x1b3\x40a\n") == 64
    assert height(b"\x1b3\x40\x1b2a\n") == 30
    assert height(b"\x1b3\x00a\n") == 24
    assert height(size(1, 3) + b"a" + size(1, 1) + b"b\n") == 72
    assert height(b"a\x1bJ\x64") == 100
    assert height(b"a\n\x1dVB\x50") == 110
    assert height(b"a\n\x1b3\xff\x1bd\xff") == 30 + 8128


def test_code_pages_say_what_the_bytes_mean():
    assert rows_of(b"\x82\n") == ["é"]
    assert rows_of(LATIN_WITH_EURO + b"\xd5\x9a\n") == ["€Ü"]
    assert rows_of(b"\x1bt\x10\x80\x1bt\x11\x81\x1bt\x12\x88\n") == ["€Бł"]
    assert rows_of(LATIN_WITH_EURO + INITIALIZE + b"\xd5\n") == ["╒"]


def test_what_a_code_page_lacks_shows_as_a_replacement():
    assert rows_of(b"\x1bt\x10a\x81b\n") == ["a\ufffdb"]


def test_python_escpos_speaks_a_language_we_understand():
    host = Dummy(profile="TM-T88V")
    host.set_with_default(align="center", bold=True, double_width=True, double_height=True)
    host.text("Küche\n")
    host.set_with_default(underline=1, invert=True, smooth=True)
    host.text("Größe für 12,50 €, Żurek, şiş, Ελλάδα, борщ\n")
    host.qr("https://example.com", native=True)
    host.barcode("4006381333931", "EAN13")
    host.buzzer()
    host.cashdraw(2)
    host.line_spacing(24)
    host.cut()
    (receipt,) = render(host.output)
    assert receipt.warnings == ()
    assert (receipt.drawer_pulses, receipt.buzzes) == (1, 1)
    assert [row.strip() for row in receipt.text.split("\n")][:2] == [
        "Küche",
        "Größe für 12,50 €, Żurek, şiş, Ελλάδα, борщ",
    ]
    assert "[QR: https://example.com]" in receipt.text
    assert "[barcode: 4006381333931]" in receipt.text


def test_pulses_and_buzzes_belong_to_the_receipt_they_came_with():
    first, second, third = render(
        b"a\x1bp\x00\x32\x32\n\x1bB\x01\x01"
        + CUT
        + b"b\n\x1bB\x02\x03\x1b(A\x04\x000\x01\x01\x01"
        + CUT
        + b"c\n"
    )
    assert (first.drawer_pulses, first.buzzes) == (1, 1)
    assert (second.drawer_pulses, second.buzzes) == (0, 2)
    assert (third.drawer_pulses, third.buzzes) == (0, 0)


@pytest.mark.parametrize(
    ("data", "warning"),
    [
        (b"\x1b\x7fx\n", "unknown command 1b 7f"),
        (b"\x1dZx\n", "unknown command 1d 5a"),
        (b"\x1d(Q\x01\x000x\n", "unknown command 1d 28 51"),
        (b"\x1b(Y\x01\x000x\n", "unknown command 1b 28 59"),
        (b"\x1d8M\x01\x00\x00\x000x\n", "unknown command 1d 38 4d"),
        (b"\x1bt\x63x\n", "unknown code page 99"),
        (b"lost" + INITIALIZE + b"x\n", "ESC @ threw away text without a line feed"),
        (b"x" + CUT, "cut in the middle of a line"),
        (b"x", "text without a line feed at the end"),
    ],
)
def test_what_a_sender_did_wrong_is_noted_on_the_receipt(data, warning):
    (receipt,) = render(data)
    assert receipt.warnings == (warning,)
    assert receipt.text == "x"


def test_the_same_mistake_is_noted_once():
    (receipt,) = render(b"\x1b\x7fx\n" * 3)
    assert receipt.warnings == ("unknown command 1b 7f",)


def test_a_receipt_does_not_inherit_the_warnings_of_the_one_before():
    first, second = render(b"\x1b\x7fx\n" + CUT + b"y\n" + CUT)
    assert first.warnings
    assert second.warnings == ()


def test_settings_for_other_printers_and_status_commands_leave_no_trace():
    data = (
        b"\x00\r\x1c&\x1c.\x1bR\x00\x1bV\x01\x1b{\x01\x1br\x01\x1be\x01\x1bc3\x00\x1bc5\x01"
        b"\x1b=\x01"
        b"\x1db\x01\x1dH\x02\x1df\x01\x1dw\x03\x1da\x00\x1dr\x01\x1dI\x43\x1d(A\x02\x00\x00\x02"
        b"\x1d(D\x03\x00\x14\x01\x00\x1d(E\x03\x00\x01IN"
        b"\x10\x04\x01\x10\x14\x01\x00\x01\x10\x05\x01"
        b"\x1d*\x01\x01" + bytes(8)
    )
    (receipt,) = render(data + b"x\n")
    assert (receipt.text, receipt.warnings) == ("x", ())


def test_endless_text_is_torn_off_too():
    receipts = render(b"x" * 48 * 1400 + b"\n")
    assert [len(receipt.text.split("\n")) for receipt in receipts] == [1334, 66]


def test_an_endless_receipt_is_torn_off():
    receipts = render((b"\x1b3\xff" + b"a\x1bd\xff") * 12)
    assert [receipt.image.height <= 48_128 for receipt in receipts] == [True, True, True]
    assert receipts[0].warnings == ("a receipt longer than 5 m was torn off",)
