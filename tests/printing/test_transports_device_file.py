"""Device files: plain words for what is wrong with them, and closing only what is empty."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.printing.transport_rigs import BLOCKED, PipeRig, connect, connect_to, job
from wix_printer_service.errors import PrinterUnavailableError, SendInterruptedError
from wix_printer_service.printing.transports.descriptor import (
    read_some,
    receive,
    wait_until_taken,
    write_all,
    write_at_once,
)
from wix_printer_service.printing.transports.progress import Progress, StalledError

PIPE_BYTES = 65_536
OPEN_FILES = Path("/proc/self/fd")


def test_an_unplugged_printer_does_not_become_a_regular_file(tmp_path: Path) -> None:
    with pytest.raises(PrinterUnavailableError, match="lp0 is not there: switched off or unpl"):
        connect_to(f"file://{tmp_path}/lp0").open()
    assert list(tmp_path.iterdir()) == []


def test_a_regular_file_is_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "printed.bin"
    path.write_bytes(b"before ")
    printer = connect_to(f"file://{path}")
    printer.open()
    printer.send(b"after")
    printer.close()
    assert path.read_bytes() == b"before after"


def test_opening_again_gives_the_first_opening_back(tmp_path: Path) -> None:
    path = tmp_path / "printed.bin"
    path.touch()
    before = list(OPEN_FILES.iterdir())
    printer = connect_to(f"file://{path}")
    printer.open()
    printer.open()
    printer.close()
    assert list(OPEN_FILES.iterdir()) == before


def test_a_folder_is_not_a_printer(tmp_path: Path) -> None:
    with pytest.raises(PrinterUnavailableError, match="is a folder"):
        connect_to(f"file://{tmp_path}").open()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EBUSY, "is in use by another program"),
        (errno.EACCES, "may not be used by this user"),
        (errno.ENXIO, "is there, but nothing is connected"),
        (errno.ENODEV, "is not there"),
        (errno.EMFILE, "cannot be used: .*Too many open files"),
    ],
)
def test_what_the_system_says_is_put_in_plain_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    path = tmp_path / "lp0"
    path.touch()

    def refuse(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(PrinterUnavailableError, match=rf"^{path} {words}"):
        connect_to(f"file://{path}").open()


def test_a_job_is_not_done_before_the_device_has_room_again(tmp_path: Path) -> None:
    rig = PipeRig(tmp_path)
    rig.start(BLOCKED)
    printer = connect(rig, stall_timeout_s=0.2)
    printer.open()
    with pytest.raises(SendInterruptedError, match=r"took no byte for 0\.2 s") as caught:
        printer.send(bytes(PIPE_BYTES))  # all of it is taken, and nobody reads it
    assert caught.value.sent == PIPE_BYTES
    printer.close()
    rig.stop()


def test_a_device_that_goes_away_after_the_last_byte_leaves_the_job_uncertain() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with pytest.raises(OSError, match="Input/output error"):
        wait_until_taken(writing, Progress(stall_timeout_s=5.0))
    os.close(writing)


def test_a_device_that_goes_away_while_its_answer_is_waited_for_is_gone() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"last words")
    os.close(writing)
    assert receive(reading, 1.0) == b"last words"
    with pytest.raises(OSError, match="Input/output error"):
        receive(reading, 1.0)
    os.close(reading)


def test_a_device_that_has_nothing_to_say_is_listened_to_no_longer_than_wanted() -> None:
    reading, writing = os.pipe()
    assert receive(reading, 0.01) == b""
    os.close(writing)
    os.close(reading)
    nothing = os.open("/dev/null", os.O_RDWR)  # calls itself readable all the time
    assert receive(nothing, 1.0) == b""
    write_at_once(nothing, b"question")
    os.close(nothing)


def test_a_question_to_a_device_without_room_is_lost() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    os.write(writing, bytes(PIPE_BYTES))
    write_at_once(writing, b"question")
    assert len(os.read(reading, 2 * PIPE_BYTES)) == PIPE_BYTES
    assert read_some(reading) == b""
    os.close(reading)
    os.close(writing)


def test_a_device_that_says_ready_but_takes_nothing_stalls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> int:  # as usblp does without paper
        raise BlockingIOError

    reading, writing = os.pipe()
    with monkeypatch.context() as patch:
        patch.setattr("os.write", refuse)
        with pytest.raises(StalledError):
            write_all(writing, job(100), Progress(stall_timeout_s=0.1))
    os.close(reading)
    os.close(writing)
