"""The write-ahead log, read frame by frame: what it adds to the database, and whether it is sound.

SQLite ends its reading of a log at the first frame that does not fit its checksum and says nothing:
right for a commit that a power cut tore, wrong when a bad spot lies before commits that were
acknowledged. The latter can be told: a commit is flushed before the next is begun, so a whole frame
behind it proves that it was whole once. The format is that of
https://www.sqlite.org/fileformat2.html#walformat.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wix_printer_service.storage.rescue.reading import open_to_read, read_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE_BYTES = 4096
HEADER_BYTES = 32
FRAME_HEADER_BYTES = 24
FRAME_BYTES = FRAME_HEADER_BYTES + PAGE_BYTES
MAGICS = (0x377F0682, 0x377F0683)
"""Checksums over little-endian words, and over big-endian ones."""
WORD = 0xFFFFFFFF

Checksum = tuple[int, int]
Salts = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Frame:
    """A page in the log. ``pages_after`` is not 0 where a commit ends."""

    page: int
    pages_after: int
    salts: Salts
    is_sound: bool
    """Whether it fits its checksum, which goes on from that of the frame before."""
    offset: int
    """Where the page's bytes are."""


@dataclass(slots=True)
class Log:
    """What the commits in the log add to the database."""

    offsets: dict[int, int] = field(default_factory=dict)
    """Where in the log the newest version of a page is."""
    page_count: int = 0
    """The database's size after the last commit; 0 if there is none in the log."""
    is_damaged: bool = False
    """A bad spot lies before something that had been committed."""

    def commit(self, offsets: dict[int, int], page_count: int, *, clean: bool) -> None:
        """Take in what one transaction changed."""
        self.offsets.update(offsets)
        self.page_count = page_count
        self.is_damaged = self.is_damaged or not clean


def read_log(path: Path) -> Log:
    """Read the log at ``path``; one that is not there is empty."""
    log = Log()
    descriptor = open_to_read(path)
    if descriptor is None:
        return log
    try:
        _take_in(log, descriptor)
    finally:
        os.close(descriptor)
    return log


def _take_in(log: Log, descriptor: int) -> None:
    header = read_at(descriptor, 0, HEADER_BYTES)
    order, salts = _from_header(header)
    frames = list(_frames(descriptor, order, header))
    header_is_sound = salts is not None
    if salts is None:  # the frames themselves say to which generation they belong
        salts = next((frame.salts for frame in frames if frame.is_sound), (0, 0))
    clean = header_is_sound
    pending: dict[int, int] = {}
    for number, frame in enumerate(frames):
        clean = clean and frame.is_sound and frame.salts == salts
        if frame.salts != salts:
            continue
        # behind a header that is lost nobody can tell, and most likely it is sound
        before = frames[number - 1].salts == salts if number else header_is_sound
        if frame.is_sound or not before:
            pending[frame.page] = frame.offset
        if frame.pages_after:
            if clean or _is_sound(frames, number + 1, salts):
                log.commit(pending, frame.pages_after, clean=clean)
            pending, clean = {}, True


def _is_sound(frames: list[Frame], number: int, salts: Salts) -> bool:
    return number < len(frames) and frames[number].is_sound and frames[number].salts == salts


def _from_header(header: bytes) -> tuple[str, Salts | None]:
    """Return the order of bytes in checksummed words, and the salts unless the header is bad."""
    if len(header) < HEADER_BYTES:
        return "<", None
    magic, _, page_bytes, _, *salts, first, second = struct.unpack(">8I", header)
    order = ">" if magic == MAGICS[1] else "<"
    sound = magic in MAGICS and page_bytes == PAGE_BYTES
    if not sound or _checksum(header[:24], order, (0, 0)) != (first, second):
        return order, None
    return order, (salts[0], salts[1])


def _frames(descriptor: int, order: str, header: bytes) -> Iterator[Frame]:
    if len(header) < HEADER_BYTES:
        return
    previous: Checksum = struct.unpack(">2I", header[24:])
    end = os.fstat(descriptor).st_size - FRAME_BYTES
    for offset in range(HEADER_BYTES, end + 1, FRAME_BYTES):
        frame = read_at(descriptor, offset, FRAME_BYTES)
        if len(frame) < FRAME_BYTES:
            frame = bytes(FRAME_BYTES)  # a sector that cannot be read
        page, pages_after, salt, other_salt, first, second = struct.unpack(">6I", frame[:24])
        computed = _checksum(frame[:8] + frame[FRAME_HEADER_BYTES:], order, previous)
        previous = (first, second)
        is_sound = computed == previous and page > 0
        content = offset + FRAME_HEADER_BYTES
        yield Frame(page, pages_after, (salt, other_salt), is_sound, content)


def _checksum(data: bytes, order: str, start: Checksum) -> Checksum:
    first, second = start
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & WORD
        second = (second + other + first) & WORD
    return first, second
