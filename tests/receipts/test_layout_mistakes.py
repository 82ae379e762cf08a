"""A layout's mistakes are told all at once, each naming file, block and value."""

from __future__ import annotations

import os
import struct
import zlib

import pytest
from PIL import Image

from wix_printer_service.errors import ConfigurationError
from wix_printer_service.models import Receipt
from wix_printer_service.receipts.blocks import BLOCKS, NEEDED
from wix_printer_service.receipts.layout import read_layout, read_layouts

from .layout_files import as_yaml, mistakes, with_needed, written

KITCHEN = Receipt.KITCHEN
OTHERS = [name for name in NEEDED[KITCHEN] if name != "number"]
LIST = "a list, such as [one, two], not shorter than 1"
TEXT = "expected text (in quotes if it looks like a number)"


def png_head(width: int, height: int) -> bytes:
    """Return the beginning of a PNG file up to its first piece of data, which is damaged."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pieces = (struct.pack(">I", 13), head, struct.pack(">I", zlib.crc32(head)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(pieces) + struct.pack(">I", 1) + b"IDAT" + b"x0000"


def test_all_come_at_once(tmp_path):
    text = "rail_rows: 7\nfarbe: rot\nblocks: [marks, nmber, {lines: {size: hgue}}, notes]\n"
    lost = "what could not be read of an order, a dish or an allergy, would be lost"
    sizes = "one of normal, tall, wide, large, huge"
    assert mistakes(tmp_path, KITCHEN, text) == [
        "rail_rows is 7: expected a whole number, at least 0, at most 6",
        "farbe: there is no such setting",
        "block 2: there is no block 'nmber' on the receipt kitchen; did you mean 'number'?",
        "blocks: 'number' is missing, without which nobody would know which order this is",
        f"blocks: 'unread' is missing, without which {lost}",
        f"block 3 (lines): size is \"hgue\": expected {sizes}; did you mean 'huge'?",
    ]


def test_those_of_all_files_come_at_once(tmp_path):
    files = {
        KITCHEN: written(tmp_path, KITCHEN, with_needed(KITCHEN, "thanks")),
        Receipt.DRIVER: tmp_path / "nowhere.yaml",
        Receipt.CUSTOMER: written(tmp_path, Receipt.CUSTOMER, with_needed(Receipt.CUSTOMER)),
    }
    with pytest.raises(ConfigurationError) as caught:
        read_layouts(files)
    wrong_block, no_file = caught.value.problems
    assert wrong_block.startswith(f"{files[KITCHEN]}: block 6: there is no block 'thanks'")
    expected = f"{tmp_path / 'nowhere.yaml'}: this layout cannot be read: No such file or directory"
    assert no_file == expected


@pytest.mark.parametrize(
    ("sheet", "problem"),
    [
        ("cut: ful", "cut is \"ful\": expected one of partial, full, none; did you mean 'full'?"),
        ("beep: 10", "beep is 10: expected a whole number, at least 0, at most 9"),
        ("beep: often", 'beep is "often": expected a whole number, at least 0, at most 9'),
        ("drawer: perhaps", 'drawer is "perhaps": expected true or false'),
        ("rail-rows: 1", "rail-rows: there is no such setting; did you mean 'rail_rows'?"),
    ],
)
def test_of_the_paper(tmp_path, sheet, problem):
    assert mistakes(tmp_path, KITCHEN, f"{sheet}\n{with_needed(KITCHEN)}") == [problem]


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ({"rule": {"size": "large"}}, "(rule): size: there is no such setting"),
        ({"rule": "thick"}, "(rule): it has no settings"),
        (
            {"title": {"aling": "left"}},
            "(title): aling: there is no such setting; did you mean 'align'?",
        ),
        ({"title": {"bold": 3}}, "(title): bold is 3: expected true or false"),
        (
            {"title": {"align": "top"}},
            '(title): align is "top": expected one of left, center, right',
        ),
        ({"title": ["left"]}, "(title): expected its settings in braces (size, bold, align)"),
        (
            {"feed": {"rows": 99}},
            "(feed): rows is 99: expected a whole number, at least 1, at most 20",
        ),
        (
            {"text": {"lines": "Hello"}},
            f'(text): lines is "Hello": expected {LIST}',
        ),
        ({"text": {"lines": ["a", 1]}}, f"(text): lines.1 is 1: {TEXT}"),
        ({"text": {"lines": [1]}}, f"(text): lines.0 is 1: {TEXT}"),
        ("text", f"(text): lines: this is missing; expected {LIST}"),
        ({"qr": {"data": ""}}, f'(qr): data is "": {TEXT}, not shorter than 1'),
        ("logo", "(logo): file: this is missing; expected the name of a file"),
        ({"title": None, "size": "large"}, None),
        (5, None),
        (["title"], None),
    ],
)
def test_of_a_block(tmp_path, block, problem):
    found = mistakes(tmp_path, KITCHEN, as_yaml([*NEEDED[KITCHEN], block]))
    no_block = "block 6: expected one block, such as 'number' or 'number: {size: large}'"
    assert found == [f"block 6 {problem}" if problem else no_block]


def test_a_long_value_is_shown_in_short(tmp_path):
    blocks = [*NEEDED[KITCHEN], {"title": {"align": "x" * 500}}]
    (problem,) = mistakes(tmp_path, KITCHEN, as_yaml(blocks))
    assert "x…: expected" in problem
    assert len(problem) < 200


def test_a_block_of_another_receipt_is_none_of_this_one(tmp_path):
    (problem,) = mistakes(tmp_path, KITCHEN, with_needed(KITCHEN, "sums"))
    start = "block 6: there is no block 'sums' on the receipt kitchen; there are allergies, due, "
    assert problem.startswith(start)


class TestTheList:
    @pytest.mark.parametrize("text", ["", "blocks: marks", "blocks: []", "blocks: {marks: }"])
    def test_must_be_one(self, tmp_path, text):
        expected = "blocks: expected a list, one block to a line, such as '- number'"
        assert mistakes(tmp_path, KITCHEN, text) == [expected]

    @pytest.mark.parametrize("text", ["- marks\n- number", "marks"])
    def test_cannot_be_all_of_the_file(self, tmp_path, text):
        (problem,) = mistakes(tmp_path, KITCHEN, text)
        assert problem.startswith("expected settings")

    def test_is_looked_for_by_its_name(self, tmp_path):
        assert mistakes(tmp_path, KITCHEN, "block: [marks]")[0] == (
            "block: there is no such setting; did you mean 'blocks'?"
        )


class TestWhatAReaderMustNeverMiss:
    @pytest.mark.parametrize(
        ("receipt", "name"),
        [(receipt, name) for receipt, names in NEEDED.items() for name in names],
    )
    def test_cannot_be_left_out_and_it_is_said_why(self, tmp_path, receipt, name):
        rest = [other for other in NEEDED[receipt] if other != name]
        (problem,) = mistakes(tmp_path, receipt, as_yaml(rest))
        assert problem.startswith(f"blocks: '{name}' is missing, without which ")

    @pytest.mark.parametrize("receipt", BLOCKS)
    def test_is_the_least_that_does(self, tmp_path, receipt):
        layout = read_layout(receipt, written(tmp_path, receipt, with_needed(receipt)))
        assert [placed.name for placed in layout.blocks] == list(NEEDED[receipt])

    def test_is_for_the_kitchen_who_ordered_what_and_what_the_guest_wrote(self):
        assert set(NEEDED[KITCHEN]) == {"marks", "number", "lines", "notes", "unread"}

    def test_cannot_be_there_twice(self, tmp_path):
        (problem,) = mistakes(tmp_path, KITCHEN, with_needed(KITCHEN, "lines"))
        assert problem == ("blocks: 'lines' is here 2 times, and would be taken for something more")

    @pytest.mark.parametrize("name", ["number", "lines", "due"])
    def test_marks_cannot_stand_below_what_they_are_about(self, tmp_path, name):
        names = [name, *(other for other in NEEDED[KITCHEN] if other != name)]
        assert mistakes(tmp_path, KITCHEN, as_yaml(names)) == [
            f"blocks: 'marks' must stand above '{name}': it is to be read first"
        ]

    def test_a_block_with_a_mistake_is_not_missing_as_well(self, tmp_path):
        found = mistakes(tmp_path, KITCHEN, as_yaml(["marks", {"number": 3}, *OTHERS[1:]]))
        assert found == ["block 2 (number): expected its settings in braces (size, bold, align)"]


class TestTheFile:
    def test_may_be_no_yaml(self, tmp_path):
        file = written(tmp_path, KITCHEN, "blocks: [marks, number\n")
        with pytest.raises(ConfigurationError) as caught:
            read_layout(KITCHEN, file)
        (problem,) = caught.value.problems
        assert problem.startswith(f"{file}, line 2, column 1: this is not YAML")

    def test_may_say_a_thing_twice_besides_other_mistakes(self, tmp_path):
        file = written(tmp_path, KITCHEN, f"beep: 1\nbeep: 20\n{with_needed(KITCHEN)}")
        with pytest.raises(ConfigurationError) as caught:
            read_layout(KITCHEN, file)
        assert caught.value.problems == [
            f"{file}, line 2: 'beep' is here twice",
            f"{file}: beep is 20: expected a whole number, at least 0, at most 9",
        ]

    def test_may_be_no_text(self, tmp_path):
        file = tmp_path / "kitchen.yaml"
        file.write_bytes(b"blocks: \xff")
        with pytest.raises(ConfigurationError) as caught:
            read_layout(KITCHEN, file)
        expected = f"{file}: this layout is not UTF-8 text (at byte 8)"
        assert caught.value.problems == [expected]

    def test_may_be_a_folder(self, tmp_path):
        with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
            read_layout(KITCHEN, tmp_path)


class TestTheLogo:
    @pytest.fixture
    def problem(self, tmp_path):
        """What is wrong with a layout whose logo is as the test left it."""

        def found():
            text = with_needed(KITCHEN, "logo: {file: logo.png}")
            (problem,) = mistakes(tmp_path, KITCHEN, text)
            return problem.removeprefix('block 6 (logo): file is "logo.png": ')

        return found

    def test_may_not_be_there(self, tmp_path, problem):
        assert problem() == f"there is no such file ({tmp_path / 'logo.png'})"

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"<svg/>",
            b"\x89PNG\r\n\x1a\nbroken",
            png_head(8, 8)[:-1] + b"?",
            png_head(50_000, 50_000),
        ],
    )
    def test_may_be_no_picture(self, tmp_path, problem, content):
        (tmp_path / "logo.png").write_bytes(content)
        assert problem() == "this is not a picture that can be read; PNG is sure to work"

    def test_may_be_too_large_to_be_printed(self, tmp_path, problem):
        Image.new("1", (5001, 5000)).save(tmp_path / "logo.png")
        assert problem() == "this picture is too large: it has more than 25000000 dots"

    def test_may_be_a_folder_or_a_pipe(self, tmp_path, problem):
        os.mkfifo(tmp_path / "logo.png")
        assert problem().startswith("there is no such file")


def test_a_file_that_is_only_a_list_is_told_how_one_begins(tmp_path):
    (problem,) = mistakes(tmp_path, KITCHEN, "- marks\n- number\n")
    assert problem == "expected settings such as 'blocks:' and what belongs to it"
