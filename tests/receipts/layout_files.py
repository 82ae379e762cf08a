"""Layouts as a restaurant writes them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml
from PIL import Image

from wix_printer_service.errors import ConfigurationError
from wix_printer_service.receipts.blocks import NEEDED
from wix_printer_service.receipts.compose import compose
from wix_printer_service.receipts.layout import read_layout

from .orders import GERMAN

if TYPE_CHECKING:
    from pathlib import Path

    from wix_printer_service.models import Order, Receipt
    from wix_printer_service.receipts.context import ReceiptContext, Slip
    from wix_printer_service.receipts.document import Document


def written(folder: Path, receipt: Receipt, text: str) -> Path:
    """Write a layout's file."""
    file = folder / f"{receipt}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def with_needed(receipt: Receipt, *more: str, above: tuple[str, ...] = ()) -> str:
    """Return a layout of what must be there, with more blocks below and above it."""
    return f"blocks: [{', '.join((*above, *NEEDED[receipt], *more))}]\n"


def as_yaml(blocks: list[object], **sheet: object) -> str:
    """Return a layout's text."""
    return yaml.safe_dump({**sheet, "blocks": blocks}, allow_unicode=True)


def composed(
    folder: Path,
    slip: Slip | Receipt,
    text: str,
    order: Order,
    context: ReceiptContext = GERMAN,
) -> Document:
    """Compose a receipt by a layout of the restaurant's own."""
    receipt = getattr(slip, "receipt", slip)
    layout = read_layout(receipt, written(folder, receipt, text))
    return compose(order, slip, replace(context, layouts={receipt: layout}))


def mistakes(folder: Path, receipt: Receipt, text: str) -> list[str]:
    """Return what is wrong with a layout, without the file's name in front."""
    file = written(folder, receipt, text)
    with pytest.raises(ConfigurationError) as caught:
        read_layout(receipt, file)
    assert all(problem.startswith(str(file)) for problem in caught.value.problems)
    return [problem.removeprefix(f"{file}: ") for problem in caught.value.problems]


def logo(folder: Path) -> Path:
    """Put a small picture beside the layouts."""
    file = folder / "logo.png"
    Image.new("1", (16, 8)).save(file)
    return file
