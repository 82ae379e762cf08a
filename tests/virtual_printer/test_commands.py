from __future__ import annotations

import pytest

from wix_printer_service.virtual_printer.commands import Command, CommandParser

from .sent import CLEAR_BUFFERS, group, process_id, raster

WHOLE_COMMANDS = [
    b"\n",
    b"\x1b@",
    b"\x1b!\x08",
    b"\x1b$\x10\x01",
    b"\x1bp\x00\x19\xfa",
    b"\x1bc3\x00",
    b"\x1b(A\x04\x000\x01\x02\x03",
    b"\x1bW" + bytes(8),
    b"\x1b*\x00\x02\x00ab",
    b"\x1b*\x21\x02\x00abcdef",
    b"\x1bD\x08\x10\x00",
    b"\x1cp\x01\x00",
    b"\x1c.",
    b"\x1d!\x11",
    b"\x1d*\x01\x02" + bytes(16),
    b"\x1d8L\x02\x00\x00\x0002",
    b"\x1dV\x00",
    b"\x1dV1",
    b"\x1dVB\x03",
    b"\x1d^\x01\x02\x00",
    b"\x1dk\x04ABC\x00",
    b"\x1dkA\x0b12345678901",
    b"\x1dkI\x04{Bab",
    process_id(b"0042"),
    group(b"k", b"1P0\x00\x1b@"),
    raster(b"\x10\x04\x01\x1dV\x00", width_bytes=2),
    b"\x10\x04\x01",
    b"\x10\x04\x07\x01",
    b"\x10\x05\x02",
    b"\x10\x14\x01\x00\x01",
    CLEAR_BUFFERS,
]


@pytest.mark.parametrize("whole", WHOLE_COMMANDS, ids=lambda whole: whole[:8].hex(" "))
def test_a_command_ends_exactly_where_the_manual_says(whole):
    commands = CommandParser().feed(whole + b"X")
    assert [command.prefix + command.arguments for command in commands] == [whole, b"X"]


@pytest.mark.parametrize("whole", WHOLE_COMMANDS, ids=lambda whole: whole[:8].hex(" "))
def test_a_command_that_comes_byte_by_byte_is_complete_with_its_last_byte_only(whole):
    parser = CommandParser()
    for byte in whole[:-1]:
        assert parser.feed(bytes([byte])) == []
    assert parser.unfinished == len(whole) - 1
    (command,) = parser.feed(whole[-1:])
    assert command.prefix + command.arguments == whole
    assert command.size == len(whole)
    assert parser.unfinished == 0


def test_characters_are_one_run_up_to_the_next_control():
    assert CommandParser().feed(b"Pizza \x82\xff\n") == [
        Command(b"", b"Pizza \x82\xff"),
        Command(b"\n", b""),
    ]


@pytest.mark.parametrize("lead", [b"\x1b", b"\x1c", b"\x1d"])
def test_an_unknown_letter_goes_with_its_lead(lead):
    assert CommandParser().feed(lead + b"\x7fX") == [
        Command(lead + b"\x7f", b""),
        Command(b"", b"X"),
    ]


def test_a_data_link_escape_before_anything_else_is_by_itself():
    assert CommandParser().feed(b"\x10X") == [Command(b"\x10", b""), Command(b"", b"X")]


def test_a_barcode_without_its_end_is_ended_in_time():
    commands = CommandParser().feed(b"\x1dk\x04" + b"A" * 300)
    assert [len(command.arguments) for command in commands] == [255, 46]
