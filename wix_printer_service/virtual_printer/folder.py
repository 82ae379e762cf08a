"""Receipts as files: ``NNNNNN.png`` and ``NNNNNN.txt``, whole or not at all."""

from __future__ import annotations

import io
import os
import re
import shutil
from typing import TYPE_CHECKING, Final

from PIL import Image

from wix_printer_service.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from wix_printer_service.virtual_printer.paper import PrintedReceipt

MARGIN: Final = 24
"""White dots around the printed area in the picture, as real paper has them."""
_NUMBERED: Final = re.compile(r"(\d{6,})\.(?:png|txt)")


class ReceiptFolder:
    """A folder that several printers may write into at the same time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def save(self, receipt: PrintedReceipt) -> int:
        """Write a receipt under the next number and return that.

        Raises:
            StorageError: The folder takes no files now.
        """
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            number = self._highest() + 1
            while not self._write(f"{number:06d}", receipt):
                number += 1
        except OSError as error:
            message = f"cannot write a receipt into {self._directory}: {error}"
            raise StorageError(message) from error
        return number

    def _highest(self) -> int:
        names = (_NUMBERED.fullmatch(path.name) for path in self._directory.iterdir())
        return max((int(name[1]) for name in names if name), default=0)

    def _write(self, name: str, receipt: PrintedReceipt) -> bool:
        """Write both files under ``name`` unless another printer has taken it."""
        # Making the hidden folder is the claim: only one can make it, and whoever comes after it
        # is gone finds the finished files.
        claim = self._directory / f".{name}.part"
        try:
            claim.mkdir()
        except FileExistsError:
            return False
        contents = {f"{name}.png": _png(receipt.image), f"{name}.txt": _text(receipt.text)}
        try:
            if any((self._directory / file).exists() for file in contents):
                return False
            for file, content in contents.items():
                _write_through(claim / file, content)
            for file in contents:
                (claim / file).rename(self._directory / file)
            _flush_names(self._directory)
        finally:
            shutil.rmtree(claim, ignore_errors=True)
        return True


def _png(image: Image.Image) -> bytes:
    sheet = Image.new("1", (image.width + 2 * MARGIN, image.height + 2 * MARGIN), 1)
    sheet.paste(image, (MARGIN, MARGIN))
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue()


def _text(rows: str) -> bytes:
    return f"{rows}\n".encode()


def _write_through(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_names(directory: Path) -> None:
    """Make renamed files survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
