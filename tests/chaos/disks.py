"""Disks that can lose their power, fill up, and be thrown away; mounting needs root."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IMAGE_BYTES = 64 * 1024 * 1024
EXT4_IOC_SHUTDOWN = 0x8004587D
WITHOUT_FLUSHING = 2
"""EXT4_GOING_FLAGS_NOLOGFLUSH of <linux/ext4.h>: not even the journal gets to the disk."""
NEEDS = ("root", "/dev/loop-control", "mkfs.ext4", "mount", "umount")


class Card:
    """An ext4 file system on a loop device, as on an SD card, that drops what was not flushed."""

    def __init__(self, image: Path, mountpoint: Path) -> None:
        self._image = image
        self._mountpoint = mountpoint
        self._is_mounted = False

    def insert(self) -> None:
        """Mount the card; it is made when there is none yet."""
        if not self._image.exists():
            with self._image.open("wb") as file:
                file.truncate(IMAGE_BYTES)
            _run("mkfs.ext4", "-q", "-F", str(self._image))
        _run("mount", "-o", "loop", str(self._image), str(self._mountpoint))
        self._is_mounted = True

    def cut_power(self) -> None:
        """From now on nothing more gets onto the card, and what was not flushed is gone."""
        descriptor = os.open(self._mountpoint, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", WITHOUT_FLUSHING))
        finally:
            os.close(descriptor)

    def remove(self) -> None:
        """Unmount the card if it is mounted; whoever used it must be dead."""
        if self._is_mounted:
            _run("umount", str(self._mountpoint))
            self._is_mounted = False


@contextmanager
def card(folder: Path, mountpoint: Path) -> Iterator[Card]:
    """Insert a new card, and remove it whatever happens."""
    one = Card(folder / "card.img", mountpoint)
    one.insert()
    try:
        yield one
    finally:
        one.remove()


@contextmanager
def small_disk(mountpoint: Path, size_bytes: int) -> Iterator[None]:
    """Mount a disk in memory that has only so much room."""
    _run("mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(mountpoint))
    try:
        yield
    finally:
        _run("umount", str(mountpoint))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
