"""Whatever comes, however it is split, the printer lives and prints the same."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from wix_printer_service.virtual_printer.commands import CommandParser
from wix_printer_service.virtual_printer.interpreter import Interpreter

from .sent import CENTER, CUT, group, qr_code, raster, size

PIECES = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([b"\x1b", b"\x1d", b"\x1c", b"\x10"]).flatmap(
        lambda lead: st.binary(min_size=1, max_size=6).map(lambda rest: lead + rest)
    ),
    st.sampled_from(
        [
            CUT,
            CENTER,
            size(2, 2),
            b"Pizza\n",
            raster(b"\x10\x04\x01\x1b", 2),
            qr_code(b"https://example.com"),
            group(b"L", b"0\x700\x01\x011\x08\x00\x01\x00\xff"),
            group(b"L", b"02"),
            b"\x1dk\x04ABC\x00",
            b"\x1b*\x21\x02\x00abcdef",
        ]
    ),
)
STREAMS = st.lists(PIECES, max_size=12).map(b"".join)


def printed(chunks: list[bytes]) -> list[tuple[str, bytes, tuple[str, ...], int]]:
    parser, interpreter = CommandParser(), Interpreter(384)
    for chunk in chunks:
        for command in parser.feed(chunk):
            interpreter.execute(command)
    interpreter.mechanism.tear_off()
    receipts = interpreter.mechanism.take_receipts()
    return [(r.text, r.image.tobytes(), r.warnings, r.drawer_pulses) for r in receipts]


@settings(max_examples=150)
@given(STREAMS)
def test_bytes_one_at_a_time_print_what_they_print_at_once(stream):
    assert printed([bytes([byte]) for byte in stream]) == printed([stream])


@settings(max_examples=150)
@given(STREAMS, st.data())
def test_bytes_split_anywhere_print_what_they_print_at_once(stream, data):
    place = data.draw(st.integers(0, len(stream)))
    assert printed([stream[:place], stream[place:]]) == printed([stream])


@given(STREAMS)
def test_commands_are_cut_without_losing_a_byte(stream):
    parser = CommandParser()
    commands = b"".join(command.prefix + command.arguments for command in parser.feed(stream))
    assert stream.startswith(commands)
    assert parser.unfinished == len(stream) - len(commands)
