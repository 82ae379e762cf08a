"""Where golden receipts lie, and what a receipt that is not as its golden one leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from wix_printer_service.virtual_printer import PrintedReceipt

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Difference:
    """A receipt that is not as its golden one; files are named without their endings."""

    golden: Path
    new: Path
    rows: tuple[str, ...]
    """How the text changed, as ``diff`` says it; empty if only the picture did."""

    def __str__(self) -> str:
        """Name both pictures, and say what to do."""
        files = f"  golden: {self.golden}.png\n  new:    {self.new}.png\n"
        advice = "scripts/golden shows both; scripts/golden --accept takes the new one"
        return "\n".join([f"not as the golden receipt:\n{files}{advice}", *self.rows])


@dataclass(frozen=True, slots=True)
class Shelf:
    """Golden receipts, and beside them the new ones that are not the same.

    Args:
        golden: Folder of the golden ones: ``SAMPLE/RECEIPT-WIDTH-LANGUAGE.png`` and ``.txt``.
        new: Folder for those that came out differently, under the same names.
    """

    golden: Path
    new: Path

    def difference(self, name: str, printed: PrintedReceipt) -> Difference | None:
        """Say how a receipt is not as its golden one, and lay it beside; None if it is."""
        known, found = self.golden / name, self.new / name
        text = _text(printed)
        before = _read(known.with_suffix(".txt"))
        if before == text and _looks_as(known.with_suffix(".png"), printed.image):
            _remove(found)
            return None
        _write(found, printed, text)
        rows = unified_diff(before.splitlines(), text.splitlines(), "golden", "new", lineterm="")
        return Difference(known, found, tuple(rows))

    def accept(self, name: str) -> None:
        """Make the new receipt the golden one."""
        for ending in (".txt", ".png"):
            known = (self.golden / name).with_suffix(ending)
            known.parent.mkdir(parents=True, exist_ok=True)
            (self.new / name).with_suffix(ending).rename(known)

    def names(self) -> set[str]:
        """Return what has a golden receipt."""
        found = self.golden.rglob("*.*")
        return {str(file.relative_to(self.golden).with_suffix("")) for file in found}

    def forget(self, name: str) -> None:
        """Take a golden receipt away that nothing prints any more."""
        _remove(self.golden / name)


SHELF = Shelf(ROOT / "tests" / "golden" / "receipts", ROOT / "var" / "golden" / "new")


def _text(printed: PrintedReceipt) -> str:
    warnings = [f"warning: {warning}" for warning in printed.warnings]
    return "\n".join([*warnings, printed.text, ""])


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _looks_as(file: Path, image: Image.Image) -> bool:
    if not file.exists():
        return False
    with Image.open(file) as known:
        return known.size == image.size and known.convert("1").tobytes() == image.tobytes()


def _write(found: Path, printed: PrintedReceipt, text: str) -> None:
    found.parent.mkdir(parents=True, exist_ok=True)
    found.with_suffix(".txt").write_text(text, encoding="utf-8")
    printed.image.save(found.with_suffix(".png"), optimize=True)


def _remove(name: Path) -> None:
    for ending in (".txt", ".png"):
        name.with_suffix(ending).unlink(missing_ok=True)
