"""``scripts/golden``: what is not as its golden receipt, side by side; accepting it; sheets."""

from __future__ import annotations

import argparse
import sys
from itertools import groupby
from typing import TYPE_CHECKING

from tests.golden.every_receipt import every_receipt
from tests.golden.pages import contact_sheet, write_page
from tests.golden.shelf import ROOT, SHELF
from tests.golden.steady_fonts import steady_fonts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wix_printer_service.virtual_printer import PrintedReceipt

FOLDER = ROOT / "var" / "golden"


def main(arguments: Sequence[str]) -> int:
    """Return 1 if something is not as its golden receipt and was not accepted."""
    options = _options(arguments)
    with steady_fonts():
        printed = {receipt.name: receipt.print() for receipt in every_receipt()}
    found = {name: SHELF.difference(name, paper) for name, paper in printed.items()}
    changed = {name: difference for name, difference in found.items() if difference}
    leftover = sorted(SHELF.names() - printed.keys())
    sys.stdout.writelines(f"{name}\n" for name in (*changed, *leftover))
    if options.sheets:
        _make_sheets(printed)
    if options.accept:
        _accept(changed, leftover)
        return 0
    page = write_page(FOLDER / "index.html", changed)
    sys.stdout.write(f"{len(changed)} changed, {len(leftover)} not printed any more: {page}\n")
    return 1 if changed or leftover else 0


def _accept(changed: Iterable[str], leftover: Iterable[str]) -> None:
    for name in changed:
        SHELF.accept(name)
    for name in leftover:
        SHELF.forget(name)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/golden", description="Show which receipts are not as their golden ones."
    )
    parser.add_argument("--accept", action="store_true", help="make the new ones golden")
    parser.add_argument(
        "--sheets", action="store_true", help="lay all receipts side by side in var/golden/sheets"
    )
    return parser.parse_args(arguments)


def _make_sheets(printed: Mapping[str, PrintedReceipt]) -> None:
    for name, receipts in groupby(every_receipt(), key=lambda receipt: receipt.sheet):
        file = (FOLDER / "sheets" / name.replace("/", "-")).with_suffix(".png")
        file.parent.mkdir(parents=True, exist_ok=True)
        contact_sheet({r.language: printed[r.name].image for r in receipts}).save(file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
