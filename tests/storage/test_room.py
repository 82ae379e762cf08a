"""If these pass, a nearly full disk is noticed before it is full, and asking costs little."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from wix_printer_service.errors import StorageError
from wix_printer_service.storage.room import KNOWN_FOR_S, Room

BLOCK_BYTES = 4096


@pytest.fixture
def disk(monkeypatch):
    """A disk whose free blocks are set by hand; it counts how often it is asked."""
    state = SimpleNamespace(f_bavail=10, f_frsize=BLOCK_BYTES, asked=0)

    def statvfs(_path):
        state.asked += 1
        if state.f_bavail is None:
            raise OSError(5, "Input/output error")
        return state

    monkeypatch.setattr(os, "statvfs", statvfs)
    return state


@pytest.fixture
def room(tmp_path, fake_clock):
    return Room(tmp_path, 4 * BLOCK_BYTES, fake_clock)


@pytest.mark.usefixtures("disk")
def test_room_is_what_a_program_without_privileges_may_write(room):
    assert room.free_bytes() == 10 * BLOCK_BYTES


@pytest.mark.parametrize(("blocks", "enough"), [(5, True), (4, True), (3, False), (0, False)])
def test_with_less_than_the_least_there_is_no_room(disk, room, blocks, enough):
    disk.f_bavail = blocks

    assert room.is_enough() is enough


def test_an_answer_holds_for_a_second_and_no_longer(disk, room, fake_clock):
    assert room.is_enough()
    disk.f_bavail = 0
    fake_clock.advance(KNOWN_FOR_S * 0.9)
    assert room.is_enough()
    assert disk.asked == 1

    fake_clock.advance(KNOWN_FOR_S * 0.2)
    assert not room.is_enough()


def test_room_that_comes_back_is_noticed(disk, room, fake_clock):
    disk.f_bavail = 0
    assert not room.is_enough()
    disk.f_bavail = 10
    fake_clock.advance(KNOWN_FOR_S)

    assert room.is_enough()


def test_a_disk_that_does_not_say_counts_as_full(disk, room):
    disk.f_bavail = None

    assert not room.is_enough()
    with pytest.raises(StorageError, match="how full the disk is"):
        room.free_bytes()


def test_a_real_disk_says_how_full_it_is(room):
    assert room.free_bytes() > 0
