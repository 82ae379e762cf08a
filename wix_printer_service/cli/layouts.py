"""``receipts layout``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from wix_printer_service.models import Receipt
from wix_printer_service.receipts.layout import default_text


def layout(
    receipt: Annotated[
        Literal["kitchen", "driver", "customer", "change", "cancellation"],
        typer.Argument(help="Of which receipt."),
    ],
) -> None:
    """Print the default layout, with every block explained, to start your own from."""
    print(default_text(Receipt(receipt)), end="")
