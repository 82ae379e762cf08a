"""Draws the receipts that the README shows, as a printer would get them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from wix_printer_service import config
from wix_printer_service.api.pictures import draw
from wix_printer_service.cli.previewing import order_in
from wix_printer_service.models import Receipt
from wix_printer_service.previews import Previews
from wix_printer_service.receipts.context import Slip
from wix_printer_service.tickets import receipt_context

PICTURES: Final = Path(__file__).parents[1] / "docs" / "pictures"


def main(folder: Path) -> None:
    """Write each picture into a folder."""
    settings = config.load(PICTURES / "restaurant.yaml").settings
    previews = Previews(receipt_context(settings), settings.printers)
    order = order_in(PICTURES / "order.json")
    *others, lemonade = order.lines
    edited = replace(order, lines=(*others, replace(lemonade, quantity=lemonade.quantity + 1)))
    shown = {
        "kitchen": [(order, Slip(Receipt.KITCHEN))],
        "bar": [
            (order, Slip(Receipt.KITCHEN, "bar")),
            (edited, Slip(Receipt.CHANGE, "bar", Receipt.KITCHEN, before=order)),
        ],
        "customer": [(order, Slip(Receipt.CUSTOMER))],
    }
    for name, papers in shown.items():
        paper = previews.paper(papers[0][1])
        documents = (previews.show(what, slip, paper).document for what, slip in papers)
        (folder / f"{name}.png").write_bytes(draw(b"".join(documents), paper.width_mm))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else PICTURES)
