"""Pictures of receipts: of the bytes that were sent, else of those that would be."""

from __future__ import annotations

import threading
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from wix_printer_service import job_records
from wix_printer_service.errors import NotFoundError
from wix_printer_service.virtual_printer import render

if TYPE_CHECKING:
    from wix_printer_service.storage.database import Database
    from wix_printer_service.tickets import TicketMaker

KEPT = 64
"""Pictures that are kept in memory, some 10 kB each."""
USUAL_WIDTH_MM = 80
MARGIN_DOTS = 24
"""White at the edges of each receipt; printers cannot print there either."""
CUT_DOTS = 4
"""A black line where the paper was cut."""
WHITE = 1


class Pictures:
    """Draws the receipts of print jobs, one at a time so that Wix need not wait for it."""

    def __init__(self, database: Database, tickets: TicketMaker) -> None:
        self._database = database
        self._tickets = tickets
        self._drawing = threading.Lock()
        self._drawn = lru_cache(KEPT)(draw)

    def png(self, job_id: int) -> bytes:
        """Return the picture of a job's receipt.

        Raises:
            NotFoundError: There is no such job, or its data is gone.
            StorageError: The database cannot be read now.
        """
        with self._database.reading() as connection:
            job = job_records.get(connection, job_id)
            document = job_records.sent_document(connection, job_id)
        if document is None:
            document = self._tickets.make(job).document
        paper = self._tickets.papers.get(job.printer)
        with self._drawing:
            return self._drawn(document, paper.width_mm if paper else USUAL_WIDTH_MM)


def draw(document: bytes, paper_width_mm: int) -> bytes:
    """Return ESC/POS bytes as a PNG, one receipt under the other.

    Raises:
        NotFoundError: Nothing in them can be seen.
    """
    receipts = [_with_margin(receipt.image) for receipt in render(document, paper_width_mm)]
    if not receipts:
        raise NotFoundError("nothing can be seen on this receipt")
    height = sum(receipt.height + CUT_DOTS for receipt in receipts) - CUT_DOTS
    picture = Image.new("1", (max(receipt.width for receipt in receipts), height))
    top = 0
    for receipt in receipts:
        picture.paste(receipt, (0, top))
        top += receipt.height + CUT_DOTS
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _with_margin(image: Image.Image) -> Image.Image:
    size = (image.width + 2 * MARGIN_DOTS, image.height + 2 * MARGIN_DOTS)
    sheet = Image.new("1", size, WHITE)
    sheet.paste(image, (MARGIN_DOTS, MARGIN_DOTS))
    return sheet
